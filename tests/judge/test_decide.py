"""The table of cases of the decision: what one answer, or a run of them, makes of a source."""

from datetime import timedelta

import pytest

from monitor.errors import ExtractKind, FetchKind
from monitor.judge.firstlook import not_watched
from monitor.model import (
    Alternative,
    Block,
    ChangeKind,
    EventKind,
    Expect,
    FindingKind,
    Health,
    Outcome,
    Place,
    QuoteState,
    Role,
    Severity,
    Status,
    Trigger,
    WatchAs,
)

MINUTES10, HOUR, DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)
CHALLENGE = ("Just a moment...", "Checking your browser before accessing the site. Enable JavaScript and cookies.")


def kinds(intents):
    return [e.kind for i in intents for e in i.events]


def told(intents):
    return [c for i in intents for c in i.changes if c.told]


# --- the first look --------------------------------------------------------------------------------------------


def test_a_page_with_the_quoted_passage_is_the_cited_document(fresh, say):
    intent = fresh().poll(say.good())
    assert (intent.outcome, intent.finding.kind, intent.health) == (
        Outcome.BASELINE, FindingKind.QUOTES_FOUND, Health.OK,
    )  # fmt: skip
    assert intent.told_text is not None
    assert intent.next_trigger is Trigger.WARM_UP


def test_a_page_without_the_quoted_passage_says_so(fresh, say):
    intent = fresh().poll(say.good(*(line for line in say.LINES if line != say.QUOTE)))
    assert intent.finding.kind is FindingKind.QUOTES_MISSING


def test_a_redirect_with_the_passage_is_moved_and_without_needs_a_look(fresh, say):
    moved = fresh().poll(say.good(final="https://other.example/en/airport"))
    assert moved.finding.kind is FindingKind.MOVED
    unsure = fresh().poll(say.good("Welcome", "All our reports in one place, by year.", title="Reports",
                                   final="https://other.example/reports"))  # fmt: skip
    assert unsure.finding.kind is FindingKind.MOVED_CHECK


@pytest.mark.parametrize(
    "final",
    ["https://www.coc.example/", "https://www.coc.example/en", "https://coc.example/nl/index.html",
     "https://new.example/home", "https://www.coc.example/fr-be/"],
)  # fmt: skip
def test_a_first_look_that_ends_on_a_front_page_says_that_the_article_is_not_there(fresh, say, final):
    home = say.good("Welcome", "Facial recognition at the airport: read our report.", title="COC", final=final)
    finding = fresh().poll(home).finding
    assert (finding.kind, finding.reason.code, finding.final_url) == (FindingKind.GONE, "front_page", final)


def test_a_front_page_that_has_the_passage_or_the_cited_title_is_the_document(fresh, say):
    home = "https://airport.example/"
    assert fresh().poll(say.good(final=home)).finding.kind is FindingKind.MOVED
    untold = fresh()
    untold.citations = tuple(say.replace(c, quotes=()) for c in untold.citations)
    assert untold.poll(say.good("Cameras.", "And more of them.", final=home)).finding.kind is FindingKind.MOVED


def test_whoever_is_told_of_a_loss_is_told_where_the_document_stands_instead(watch, say):
    copy = "https://copy.example/airport"
    seen = watch(alternatives=(Alternative(copy, Role.COPY),)).until(timedelta(days=3), say.bad(404), say.good())
    (gone,) = [e for i in seen for e in i.events if e.kind is EventKind.GONE]
    assert gone.values["copy"] == copy


def test_what_is_not_watched_is_not_called_unexpected(fresh, say):
    source = say.replace(fresh().source, expect=Expect.OK, watch_as=WatchAs.NONE)
    assert not not_watched(source, fresh().now).surprising


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("404", FindingKind.GONE),
        ("410", FindingKind.GONE),
        ("403", FindingKind.BLOCKED),
        ("500", FindingKind.UNREACHABLE),
        ("dns", FindingKind.UNREACHABLE),
        ("robots", FindingKind.BLOCKED),
        ("scan", FindingKind.UNREADABLE),
        ("challenge", FindingKind.BLOCKED),
    ],
)
def test_what_the_first_look_finds_has_a_name(fresh, say, answer, kind):
    answers = {
        "dns": say.failed(FetchKind.DNS),
        "robots": say.failed(FetchKind.ROBOTS, transient=False),
        "scan": say.unread(),
        "challenge": say.bad(403, *CHALLENGE, title="Just a moment..."),
    }
    intent = fresh().poll(answers.get(answer) or say.bad(int(answer)))
    assert intent.finding.kind is kind
    assert not intent.events
    assert not intent.changes


def test_a_finding_that_the_list_did_not_expect_is_surprising(fresh, say):
    assert fresh(expect=Expect.OK).poll(say.bad(404)).finding.surprising
    assert not fresh(expect=Expect.BLOCKED).poll(say.bad(403)).finding.surprising


def test_when_the_cited_address_is_gone_the_first_alternative_with_the_document_is_watched(fresh, say):
    watch = fresh(alternatives=(Alternative("https://landing.example/", Role.RELATED),
                                Alternative("https://copy.example/airport", Role.COPY)))  # fmt: skip
    watch.source = say.replace(watch.source, alternatives=watch.source.alternatives[1:])
    intent = watch.poll(say.bad(404), say.good())
    assert (intent.finding.kind, intent.finding.alternative) == (FindingKind.GONE, 1)
    assert intent.good
    assert intent.health is Health.GONE
    again = watch.poll(say.bad(404), say.good())
    assert again.outcome is Outcome.UNCHANGED
    assert not again.events


def test_a_cited_address_with_another_page_does_not_take_over_from_the_alternative_that_has_the_document(fresh, say):
    watch = fresh(alternatives=(Alternative("https://copy.example/airport", Role.COPY),))
    other = say.good("Bienvenue", *[f"Le nouveau site de la commune, partie {n}." for n in range(9)], title="Accueil")
    first = watch.poll(other, say.good())
    assert (first.finding.kind, first.finding.alternative) == (FindingKind.OFF_TOPIC, 1)
    later = watch.until(timedelta(days=3), other, say.good())
    assert all(i.used == 1 for i in later)
    assert told(later) == []
    assert kinds([watch.poll(say.good())]) == [EventKind.RETURNED]


def test_alternatives_are_not_asked_when_the_cited_address_has_the_document(fresh, say):
    watch = fresh(alternatives=(Alternative("https://copy.example/airport", Role.COPY),))
    watch.poll(say.good(), say.good())
    assert watch.asked == 1


def test_a_source_added_after_the_first_report_is_told_as_an_event(fresh, say):
    watch = fresh()
    watch.early_report = True
    assert kinds([watch.poll(say.good())]) == [EventKind.ADDED]
    assert kinds([watch.poll(say.good())]) == []


def test_a_new_source_is_looked_at_three_times_within_a_day(fresh, say):
    watch = fresh()
    times = [watch.poll(say.good()).finished_at for _ in range(3)]
    assert times[1] - times[0] == MINUTES10
    assert times[2] - times[0] < DAY


# --- a document that changes -----------------------------------------------------------------------------------


def test_an_unchanged_page_is_unchanged_and_looked_at_after_its_interval(watch, say):
    intent = watch().poll("same")
    assert intent.outcome is Outcome.UNCHANGED
    assert timedelta(hours=23) < intent.next_poll_at - intent.finished_at <= DAY


def test_a_change_is_confirmed_ten_minutes_later_and_told_with_its_reasons(watch, say):
    page = watch()
    new = (*say.LINES[:4], "The report was sent to Parliament and to the minister within 14 days.")
    first = page.poll(say.good(*new))
    assert (first.outcome, first.next_trigger) == (Outcome.HELD, Trigger.CONFIRM)
    assert first.next_poll_at - first.finished_at == MINUTES10
    second = page.poll("same")
    (change,) = second.changes
    assert change.told
    assert change.severity is Severity.SUBSTANTIVE
    assert [r.code for r in change.reasons] == ["number"]
    assert change.first_seen == first.finished_at
    assert page.poll("same").outcome is Outcome.UNCHANGED


def test_a_change_waiting_when_the_program_stops_is_told_after_the_restart(watch, say):
    page = watch()
    page.poll(say.good(*say.LINES[:4], "A new closing sentence about the coming years."))
    page.now += 5 * DAY
    assert told([page.poll("same")])


def test_a_lost_quotation_is_critical_an_event_and_urgent(watch, say):
    page = watch()
    new = [line for line in say.LINES if line != say.QUOTE]
    page.poll(say.good(*new))
    intent = page.poll(say.good(*new))
    (change,) = intent.changes
    assert change.severity is Severity.CRITICAL
    assert [(t.before, t.after) for t in change.quotes] == [(QuoteState.FOUND, QuoteState.MISSING)]
    assert [(e.kind, e.urgent) for e in intent.events] == [(EventKind.QUOTE_LOST, True)]


def test_a_reworded_quotation_is_critical_and_shows_what_stands_there(watch, say):
    page = watch()
    new = [line.replace("a temporary ban", "an immediate ban") for line in say.LINES]
    (change,) = page.poll(say.good(*new)).changes
    assert change.severity is Severity.CRITICAL
    assert "immediate ban" in change.quotes[0].nearest


def test_punctuation_alone_is_stored_and_not_told(watch, say):
    page = watch()
    new = [line.replace(".", " !") for line in say.LINES]
    intents = [page.poll(say.good(*new)) for _ in range(2)]
    assert told(intents) == []
    assert [c.kind for i in intents for c in i.changes] == [ChangeKind.PUNCTUATION]


def test_changed_words_in_a_fixed_document_say_that_they_should_not_change(watch, say):
    page = watch(status=Status.DOCUMENT)
    new = (*say.LINES, "A sentence that was added later.")
    page.poll(say.good(*new))
    (change,) = page.poll(say.good(*new)).changes
    assert "fixed_document" in [r.code for r in change.reasons]
    assert change.severity is Severity.SUBSTANTIVE


def test_a_half_loaded_page_is_not_told_but_kept_with_its_reason(watch, say):
    page = watch()
    page.poll(say.good(*say.LINES[:4]))
    intent = page.poll(say.good())
    assert not intent.changes
    assert [h.rule for h in intent.held] == ["unconfirmed"]
    assert intent.held[0].parts


def test_a_general_source_tells_only_what_is_about_ai(watch, say):
    page = watch(general=True)
    for line, wanted in (("The canteen is closed on Friday.", 0), ("A law on artificial intelligence was tabled.", 1)):
        new = (*say.LINES, line)
        assert len(told([page.poll(say.good(*new)) for _ in range(2)])) == wanted


@pytest.mark.parametrize("in_margin", [True, False])
def test_a_withdrawal_notice_is_told_at_once_wherever_it_stands(watch, say, in_margin):
    page = watch()
    notice = "This page has been withdrawn and is no longer updated."
    text = say.page(*say.LINES, *(() if in_margin else (notice,)))
    if in_margin:
        text = say.replace(text, margin=(say.page(notice).blocks[0],))
    intent = page.poll((text, 200, "", repr(text).encode()))
    assert [(e.kind, e.urgent, e.values["line"]) for e in intent.events] == [(EventKind.STATUS_NOTICE, True, notice)]
    assert kinds([page.poll("same"), page.poll("same")]) == []


# --- spells ----------------------------------------------------------------------------------------------------


def test_a_bad_page_for_two_looks_makes_no_sound(watch, say):
    page = watch()
    intents = [page.poll(say.bad(503, "Site under maintenance")) for _ in range(2)] + [page.poll(say.good())]
    assert kinds(intents) == []
    assert told(intents) == []
    assert [i.outcome for i in intents[:2]] == [Outcome.BAD, Outcome.BAD]
    assert intents[-1].health is Health.OK


@pytest.mark.parametrize(
    ("answer", "kind", "least"),
    [
        (404, EventKind.GONE, timedelta(hours=24)),
        (403, EventKind.BLOCKED, timedelta(hours=6)),
        (503, EventKind.UNREACHABLE, timedelta(hours=24)),
    ],
)
def test_a_spell_is_told_once_after_three_looks_and_its_time(watch, say, answer, kind, least):
    page = watch()
    start = page.next_poll_at
    intents = page.until(timedelta(days=9), say.bad(answer))
    events = [(e.kind, i.finished_at - start) for i in intents for e in i.events]
    assert [k for k, _ in events] == [kind]
    assert least <= events[0][1] <= least + DAY
    assert [i.next_poll_at - i.finished_at for i in intents[:3]] == [MINUTES10, HOUR, 6 * HOUR]
    back = page.poll(say.good())
    assert kinds([back]) == [EventKind.RETURNED]
    assert back.health is Health.OK


@pytest.mark.parametrize("status", [201, 202, 204, 205, 206, 207, 226, 300])
def test_an_answer_that_is_no_whole_document_is_no_change(watch, say, status):
    page = watch()
    part = say.page(*say.LINES[:3])
    intents = page.until(timedelta(days=3), (part, status, "", repr(part).encode()))
    assert told(intents) == []
    assert kinds(intents) == [EventKind.UNREACHABLE]
    assert page.poll(say.good()).outcome is not Outcome.CHANGED


def test_a_document_that_passed_through_a_proxy_is_the_document(watch, say):
    page = watch()
    text = say.page(*say.LINES)
    assert page.poll((text, 203, "", repr(text).encode())).outcome is Outcome.UNCHANGED


def test_410_is_gone_at_once(watch, say):
    assert kinds([watch().poll(say.bad(410))]) == [EventKind.GONE]


def test_a_page_cut_to_a_fifth_is_told_on_the_second_day_with_both_versions(watch, say):
    page = watch()
    start = page.next_poll_at
    intents = page.until(timedelta(days=4), say.good(say.LINES[0], "Under revision, more to come later."))
    changes = [(c, i.finished_at - start) for i in intents for c in i.changes if c.told]
    assert [c.kind for c, _ in changes] == [ChangeKind.COLLAPSED]
    assert DAY <= changes[0][1] <= 2 * DAY
    assert changes[0][0].severity is Severity.CRITICAL
    assert page.poll(say.good(say.LINES[0], "Under revision, more to come later.")).outcome is Outcome.UNCHANGED


def test_a_declared_gone_page_is_followed_at_its_alternative_which_is_told_once(watch, say):
    page = watch(alternatives=(Alternative("https://copy.example/airport", Role.COPY),))
    intents = page.until(timedelta(days=4), say.bad(404), say.good())
    assert kinds(intents) == [EventKind.GONE, EventKind.ALTERNATIVE]
    assert intents[-1].good
    new = (*say.LINES, "A sentence added to the copy only.")
    more = [page.poll(say.bad(404), say.good(*new)) for _ in range(3)]
    assert len(told(more)) == 1
    assert kinds([page.poll(say.good())]) == [EventKind.RETURNED]


def test_a_page_that_redirects_home_is_gone_not_changed(watch, say):
    page = watch()
    home = say.good(*[f"Welcome to our new site, part {n}, with news and much more to see" for n in range(9)],
                    final="https://www.coc.example/", title="Home")  # fmt: skip
    intents = page.until(timedelta(days=4), home)
    assert kinds(intents) == [EventKind.GONE]
    assert told(intents) == []


def test_a_redirect_with_the_same_text_is_moved_and_told_once(watch, say):
    page = watch()
    intents = page.until(timedelta(days=3), say.good(final="https://new.example/airport"))
    assert kinds(intents) == [EventKind.MOVED]
    assert [e.values["new"] for i in intents for e in i.events] == ["https://new.example/airport"]
    assert told(intents) == []


def test_a_web_page_where_a_pdf_was_is_replaced(lore, fresh, say):
    page = fresh()
    page.until(timedelta(days=3), say.good(media="pdf"))
    intents = page.until(timedelta(days=3), say.good(media="html"))
    assert kinds(intents) == [EventKind.REPLACED]
    assert told(intents) == []


def test_another_language_is_an_event_and_no_change(watch, say):
    page = watch()
    dutch = (
        "Gezichtsherkenning op de luchthaven",
        "In 2019 heeft de luchthavenpolitie vier camera's met software voor gezichtsherkenning getest.",
        "Het controleorgaan vraagt een tijdelijk verbod van het proefproject op de luchthaven.",
        "Er was te weinig informatie over de uitvoering en de risico's van de technologie, en er was geen beoordeling "
        "van de gevolgen gemaakt voordat de camera's werden ingeschakeld.",
        "Het verslag werd binnen 30 dagen aan het Parlement en aan de minister bezorgd.",
    )
    intents = page.until(timedelta(days=3), say.good(*dutch))
    assert kinds(intents)[0] is EventKind.LANGUAGE
    assert told(intents) == []


def test_a_host_that_asks_to_be_left_alone_is_not_counted_against_anybody(watch, say):
    page = watch()
    before = page.memory
    intent = page.poll(say.failed(FetchKind.WAIT, retry_after=timedelta(hours=3)))
    assert intent.next_poll_at - intent.finished_at == timedelta(hours=3)
    assert say.replace(intent.memory, looked_at=before.looked_at, early=before.early) == before


def test_an_unreadable_file_that_is_exchanged_is_told(fresh, say):
    page = fresh()
    page.until(timedelta(days=2), say.unread())
    intents = page.until(timedelta(days=2), say.unread(body=b"%PDF another scan"))
    assert [c.kind for c in told(intents)] == [ChangeKind.FILE]


def test_a_document_that_becomes_unreadable_is_an_event(watch, say):
    page = watch()
    intents = page.until(timedelta(days=2), say.unread(ExtractKind.ENCRYPTED))
    assert kinds(intents) == [EventKind.UNREADABLE]


# --- what a sceptical reader found -----------------------------------------------------------------------------


def test_two_kinds_of_bad_answers_in_turn_are_one_spell_and_told_on_the_second_day(watch, say):
    page = watch()
    start = page.next_poll_at
    answers = [say.bad(403), say.bad(503)]
    intents = []
    while page.next_poll_at < start + 4 * DAY:
        intents.append(page.poll(answers[len(intents) % 2]))
    assert len(intents) < 12
    assert len(kinds(intents)) == 1
    assert min(i.finished_at for i in intents if i.events) <= start + 2 * DAY


def test_a_page_told_as_gone_is_told_as_returned_whatever_came_between(watch, say):
    page = watch()
    page.until(3 * DAY, say.bad(404))
    page.until(3 * DAY, say.bad(503))
    assert kinds([page.poll(say.good())]) == [EventKind.RETURNED]


def test_what_was_told_once_in_a_spell_is_not_told_again(watch, say):
    page = watch()
    intents = page.until(3 * DAY, say.bad(404)) + page.until(5 * DAY, say.bad(403)) + page.until(5 * DAY, say.bad(404))
    assert kinds(intents).count(EventKind.GONE) == 1


def test_words_that_changed_while_a_copy_stood_in_are_told_on_return(watch, say):
    page = watch(alternatives=(Alternative("https://copy.example/airport", Role.COPY),))
    page.until(4 * DAY, say.bad(404), say.good())
    new = [line.replace("no impact assessment", "an impact assessment") for line in say.LINES]
    intents = [page.poll(say.good(*new)) for _ in range(3)]
    assert EventKind.RETURNED in kinds(intents)
    assert len(told(intents)) == 1


def test_an_edited_address_with_another_text_is_watched_from_then_on(watch, say):
    page = watch()
    page.source = say.replace(page.source, url="https://www.coc.example/en/other")
    other = [f"Another document of the authority, clause {n}, about the retention of records." for n in range(9)]
    first = page.poll(say.good(*other, final="https://www.coc.example/en/other"))
    assert first.good
    new = (*other, "And a new clause on artificial intelligence, added in the spring of that year.")
    intents = [page.poll(say.good(*new, final="https://www.coc.example/en/other")) for _ in range(3)]
    assert len(told(intents)) == 1


def test_a_page_cut_down_to_its_withdrawal_is_told_with_the_notice(watch, say):
    page = watch()
    intents = page.until(4 * DAY, say.good(say.LINES[0], "This page has been withdrawn."))
    assert EventKind.STATUS_NOTICE in kinds(intents)


def test_a_notice_with_a_ticking_date_is_told_once(watch, say):
    page = watch()
    intents = [page.poll(say.good(*say.LINES, f"This page was archived on {n} May 2026.")) for n in range(1, 7)]
    assert kinds(intents).count(EventKind.STATUS_NOTICE) == 1


def test_a_quotation_first_reworded_and_then_gone_is_told_as_lost(watch, say):
    page = watch()
    reworded = [line.replace("a temporary ban", "an immediate ban") for line in say.LINES]
    gone = [line for line in say.LINES if line != say.QUOTE]
    for _ in range(3):
        page.poll(say.good(*reworded))
    intents = [page.poll(say.good(*gone)) for _ in range(3)]
    assert EventKind.QUOTE_LOST in kinds(intents)


def test_news_behind_the_four_hundredth_place_decides_all_the_same(watch, say):
    page = watch(general=True)
    roads = [f"Road {n} closes for works on the bridge in the coming week." for n in range(450)]
    new = (*say.LINES, *roads, "A royal decree on artificial intelligence was published.")
    assert len(told([page.poll(say.good(*new)) for _ in range(2)])) == 1


# --- quoted passages, wherever on the page ------------------------------------------------------------------------


def framed(say, *lines, margin=(), **more):
    """A page with furniture around."""
    places = tuple(Block(line, place=Place.FOOTER) for line in margin)
    reading, status, final, _ = say.good(*lines, margin=places, **more)
    return reading, status, final, repr((reading, status)).encode()


def test_a_passage_in_the_furniture_is_found_at_the_first_look(fresh, say):
    lines = [line for line in say.LINES if line != say.QUOTE]
    assert fresh().poll(framed(say, *lines, margin=(say.QUOTE,))).finding.kind is FindingKind.QUOTES_FOUND


def test_a_passage_that_moves_into_the_furniture_is_not_lost(watch, say):
    lines = [line for line in say.LINES if line != say.QUOTE]
    seen = watch().until(timedelta(days=3), framed(say, *lines, margin=(say.QUOTE,)))
    assert EventKind.QUOTE_LOST not in kinds(seen)
    assert set(seen[-1].memory.quotes.values()) == {QuoteState.FOUND}


def test_a_passage_that_leaves_the_furniture_is_lost_at_the_second_look_and_not_for_one_look(watch, say):
    lines = [line for line in say.LINES if line != say.QUOTE]
    watched = watch()
    watched.until(timedelta(days=3), framed(say, *lines, margin=(say.QUOTE,)))
    once = [watched.poll(framed(say, *lines)), watched.poll(framed(say, *lines, margin=(say.QUOTE,)))]
    assert kinds([*once, *watched.until(timedelta(days=1), "same")]) == []
    first = watched.poll(framed(say, *lines))
    assert kinds([first]) == []
    assert kinds(watched.until(timedelta(days=1), "same")) == [EventKind.QUOTE_LOST]


# --- notices that stand -------------------------------------------------------------------------------------------


def test_a_notice_is_quoted_with_its_date_and_successor_and_told_once(watch, say):
    lines = ("Withdrawn", "This guidance was withdrawn on 3 May 2024.", "It has been replaced by guidance 12/2024.")
    watched = watch()
    seen = watched.until(timedelta(days=3), say.good(*lines, *say.LINES))
    (told_once,) = [e for i in seen for e in i.events if e.kind is EventKind.STATUS_NOTICE]
    assert told_once.values["line"] == " · ".join(lines)
    assert {one.kind for one in watched.memory.standing} == {"withdrawn"}
    watched.until(timedelta(days=3), say.good())
    assert watched.memory.standing == ()
