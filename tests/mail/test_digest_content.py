"""What one subscriber is told: filters, order, sets."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import digest
from monitor.model import (
    DigestKind,
    Event,
    EventKind,
    Filters,
    FindingKind,
    Part,
    PartKind,
    QuoteState,
    QuoteTouch,
    Section,
    Severity,
)


def told(week, **filters):
    subscriber = replace(week.subscriber, filters=Filters(**filters))
    made = digest.compose(week.order(subscriber=subscriber), week.material())
    return set(made.items) if made else set()


def test_without_filters_everything_is_told(week):
    assert told(week) == {"change:412", "change:413", "change:414", "event:31", "event:32", "event:33", "event:34"}


def test_sections_stand_by_their_most_severe_change_and_changes_by_severity(week):
    more = week.change(500, "coc-airport", Severity.MINOR, [], [week.changed("a [-b-] {+c+}")])
    made = digest.compose(week.order(), week.material(changes=(more, *week.changes)))
    assert [s.section.id for s in made.sections] == ["facial-recognition", "regional-community", "national-strategy"]
    assert [c.change.id for c in made.sections[0].changes] == [412, 500]


def test_a_change_carries_the_citations_of_its_source(week):
    made = digest.compose(week.order(), week.material())
    assert [c.footnote for c in made.sections[0].changes[0].citations] == [170]


def test_states_of_sources_are_told_apart_from_news(week):
    made = digest.compose(week.order(), week.material())
    assert [e.event.kind for e in made.attention] == [EventKind.BLOCKED, EventKind.RETURNED]
    assert [e.event.kind for e in made.events] == [EventKind.STATUS_NOTICE, EventKind.MOVED]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"sources": ("coc-airport",)}, {"change:412"}),
        ({"jurisdictions": ("wallonia",)}, {"change:413"}),
        ({"topics": ("facial-recognition",)}, {"change:412"}),
        ({"min_severity": Severity.CRITICAL}, {"change:412", "event:33"}),
        ({"topics": ("nothing",)}, set()),
    ],
)
def test_filters_choose(week, filters, expected):
    assert told(week, **filters) == expected


def test_words_are_asked_of_page_text_but_moves_are_always_told(week):
    assert told(week, words=("enveloppe",)) == {"change:413", "event:31", "event:32", "event:34"}
    assert "event:33" in told(week, words=("archived",))


def test_a_long_word_is_found_inside_a_compound_and_a_short_one_is_not():
    assert digest.says("Gezichtsherkenningscamera's op Zaventem", "gezichtsherkenning")
    assert digest.says("the AI Act", "ai act")
    assert not digest.says("they said so", "AI")
    assert not digest.says("anything", " ")


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("the use of facial recognition at Zaventem", "Facial-Recognition", True),
        ("camera's voor gezichtsherkenning", "gezichtsherkenning", True),
        ("de gezichtsherkenningscamera’s van Zaventem", "Gezichtsherkenning", True),
        ("la reconnaissance faciale à l’aéroport", "reconnaissance faciale", True),
        ("RESPONSABILITE DE L’ETAT", "état", True),
        ("l’état de droit", "etat", True),
        ("Überwachung durch Gesichtserkennung", "uberwachung", True),
        ("die Gesichtserkennungssoftware der Polizei", "gesichtserkennung", True),
        ("große Straßen", "GROSSE STRASSEN", True),
        ("they maintain it", "AI", False),
        ("un état-major", "eta", False),
        ("anything", "…", False),
    ],
)
def test_words_are_found_in_the_four_languages(text, phrase, found):
    assert digest.says(text, phrase) is found


def test_what_a_subscriber_does_not_want_is_done_with(week):
    subscriber = replace(week.subscriber, filters=Filters(sources=("coc-airport",)))
    order = week.order(subscriber=subscriber)
    assert set(digest.skipped(order, week.material())) == {
        "change:413", "change:414", "event:31", "event:32", "event:33", "event:34",
    }  # fmt: skip


def test_an_urgent_message_leaves_the_rest_for_the_digest(week):
    order = week.order(DigestKind.URGENT, "urgent:change:412")
    made = digest.compose(order, week.material())
    assert set(made.items) == {"change:412", "event:33"}
    assert digest.skipped(order, week.material()) == ()
    assert made.held_back == 0


def test_an_empty_window_has_nothing_to_say(week):
    assert digest.compose(week.order(), week.material(changes=(), events=())) is None


def test_the_sign_of_life_is_silent_when_something_was_told(week):
    order = week.order(DigestKind.SIGN_OF_LIFE, "life:2026-W48")
    assert digest.compose(order, week.material()) is None
    quiet = digest.compose(order, week.material(changes=(), events=()))
    assert (quiet.looks, quiet.sources, quiet.items) == (71, 10, ())


def test_a_retired_source_is_named_but_not_counted(week):
    made = digest.compose(week.order(), week.material(retired=frozenset({"coc-airport"})))
    assert made.sources == 9
    assert "change:412" in made.items


def test_a_change_of_a_source_nobody_knows_any_more_is_still_told(week):
    made = digest.compose(week.order(), week.material(sources=(), sections=()))
    assert {"change:412", "event:31"} <= set(made.items)


def test_the_first_report_has_a_line_for_every_source(week):
    made = digest.compose(week.order(DigestKind.FIRST_REPORT, "first"), week.material(findings=week.findings[:3]))
    lines = {line.source.id: line.finding.kind for s in made.sections for line in s.lines}
    assert set(lines) == {s.id for s in week.sources}
    assert lines["coc-airport"] is FindingKind.WAITING
    assert lines["oecd-api"] is FindingKind.NOT_WATCHED


def test_the_first_report_stands_in_the_order_of_the_report(week):
    made = digest.compose(week.order(DigestKind.FIRST_REPORT, "first"), week.material())
    assert [s.section for s in made.sections] == list(week.sections)
    first = [min(line.source.footnotes) for line in made.sections[0].lines]
    assert first == sorted(first)


def test_the_first_report_follows_the_filters_of_sources(week):
    subscriber = replace(week.subscriber, filters=Filters(topics=("oversight",)))
    made = digest.compose(week.order(DigestKind.FIRST_REPORT, "first", subscriber), week.material())
    assert [line.source.id for s in made.sections for line in s.lines] == ["hunton-reform"]
    nobody = replace(week.subscriber, filters=Filters(sources=("none",)))
    assert digest.compose(week.order(DigestKind.FIRST_REPORT, "first", nobody), week.material()) is None


def test_a_source_added_later_comes_with_its_finding(week):
    added = Event("hunton-reform", EventKind.ADDED, week.now, {}, id=90)
    made = digest.compose(week.order(), week.material(changes=(), events=(added,)))
    assert [line.source.id for line in made.new_lines] == ["hunton-reform"]
    assert made.items == ("event:90",)


def test_what_is_urgent(week):
    coc = next(s for s in week.sources if s.id == "coc-airport")
    other = next(s for s in week.sources if s.id == "digital-wallonia")
    new = week.change(1, "coc-airport", Severity.MINOR, [], [Part(PartKind.ITEM_NEW, "", "Opinion 3/2026")])
    lost = week.change(2, "x", Severity.SUBSTANTIVE, [], [],
                       quotes=(QuoteTouch(week.quote, QuoteState.FOUND, QuoteState.MISSING),))  # fmt: skip
    assert digest.is_urgent(coc, new)
    assert not digest.is_urgent(other, new)
    assert digest.is_urgent(other, lost)
    assert not digest.is_urgent(other, week.changes[0])
    assert digest.is_urgent(other, week.changes[2])


def test_a_section_that_left_the_list_keeps_its_id_as_title(week):
    made = digest.compose(week.order(), week.material(sections=(Section("laws", "LAWS"),)))
    assert made.sections[0].section == Section("facial-recognition", "facial-recognition")


@given(data=st.data())
def test_told_and_skipped_are_everything_that_waited_and_nothing_twice(week, data):
    filters = Filters(
        topics=data.draw(st.sampled_from([(), ("ai",), ("oversight",)])),
        words=data.draw(st.sampled_from([(), ("ban",), ("millions",)])),
        min_severity=data.draw(st.sampled_from(list(Severity))),
    )
    changes = tuple(data.draw(st.lists(st.sampled_from(week.changes), unique_by=lambda c: c.id)))
    events = tuple(data.draw(st.lists(st.sampled_from(week.events), unique_by=lambda e: e.id)))
    order = week.order(subscriber=replace(week.subscriber, filters=filters))
    material = week.material(changes=changes, events=events)
    made = digest.compose(order, material)
    keys = [*(made.items if made else ()), *digest.skipped(order, material)]
    assert sorted(keys) == sorted(digest.item_key(item) for item in (*changes, *events))
