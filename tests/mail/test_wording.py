"""How things are said: every kind of event, finding and part, in the words a reader gets."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import digest, resources
from monitor.messages import Renderer, load, why_not_watched
from monitor.model import (
    ChangeKind,
    DigestKind,
    Event,
    EventKind,
    Filters,
    Finding,
    FindingKind,
    Frequency,
    Part,
    PartKind,
    QuoteState,
    QuoteTouch,
    Reason,
    Severity,
    Source,
    Span,
    WatchAs,
)


@pytest.fixture
def say(week, renderer):
    """The text part of a digest, white space collapsed; keyword arguments replace parts of the week."""

    def render(*, order=None, **material):
        quiet = {"changes": (), "events": ()} | material
        made = digest.compose(order or week.order(), week.material(**quiet))
        return " ".join(renderer.parts(made).text.split())

    return render


def event(week, kind, source="hunton-reform", **values):
    return Event(source, kind, week.now, values, id=1)


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("gone", {"reason": "status", "reason_status": "404", "looks": "3"},
         "The cited address no longer has the document. Reason: the server answers 404. Seen at 3 looks."),
        ("unreachable", {"since": "2026-11-23T04:00:00+00:00", "reason": "fetch", "reason_kind": "timeout"},
         "No answer since Mon 23 Nov 05:00. Its text cannot be checked. Reason: it takes too long to answer."),
        ("unreadable", {"reason": "extract", "reason_kind": "encrypted", "reason_detail": "AES"},
         "Reason: the file is encrypted (AES)."),
        ("moved_check", {"new": "https://new.example/"}, "Whether it is the cited document, a person has to say."),
        ("moved_check", {"new": "https://new.example/"}, "New https://new.example/"),
        ("moved", {"new": "https://new.example/", "likeness": "88%"}, "88% of the text is the same."),
        ("moved", {"new": "https://new.example/"}, "Accept monitor accept-move hunton-reform"),
        ("replaced", {"reason": "media", "reason_old": "pdf", "reason_new": "html"},
         "what answers is a web page, it was a PDF"),
        ("alternative", {"new": "https://mirror.example/x", "place": "1"}, "New https://mirror.example/x"),
        ("language", {"reason": "language", "reason_old": "en", "reason_new": "nl"}, "(in English → in Dutch)"),
        ("status_notice", {"line": "Withdrawn in 2026."}, "“Withdrawn in 2026.”"),
        ("status_notice", {"line": "Archived.", "first_look": "yes"},
         "At the first look the page carried a line about its status:"),
        ("returned", {"was": "gone", "since": "2026-11-20T04:00:00+00:00", "looks": "4"},
         "(it had been gone since Fri 20 Nov 05:00)"),
        ("returned", {"was": "collapsed"}, "(it had been away since"),
        ("fault", {}, "the page is not to blame"),
        ("blocked", {"since": "rubbish", "last_good": "2026-11-02T05:00:00"}, "blocked"),
    ],
)  # fmt: skip
def test_each_kind_of_event_is_told_in_its_own_words(kind, values, words, week, say):
    assert words.casefold() in say(events=(event(week, EventKind(kind), **values),)).casefold()


def test_an_address_that_did_not_change_is_shown_once(week, say):
    cited = next(s.url for s in week.sources if s.id == "hunton-reform")
    said = say(events=(event(week, EventKind.REPLACED, new=cited, url=cited),))
    assert said.count(cited) == 1
    assert f"Page {cited}" in said


def test_lost_and_found_quotes_are_quoted(week, say):
    lost = replace(event(week, EventKind.QUOTE_LOST, "coc-airport"), quote=week.quote, urgent=True)
    found = replace(event(week, EventKind.QUOTE_FOUND, "coc-airport"), quote=week.quote, id=2)
    said = say(events=(lost, found))
    assert said.count("“They are asking for a temporary ban of the pilot project.”") == 2
    assert "A passage the report quotes is no longer there:" in said
    assert "(footnote 170)" in said


def test_a_quote_whose_change_is_shown_is_not_told_twice_but_is_done_with(week, renderer):
    lost = replace(event(week, EventKind.QUOTE_LOST, "coc-airport"), quote=week.quote)
    made = digest.compose(week.order(), week.material(events=(lost,)))
    assert "no longer there" not in renderer.parts(made).text
    assert "event:1" in made.items


def test_a_new_source_comes_with_what_its_first_look_found(week, say):
    said = say(events=(event(week, EventKind.ADDED, "nonpaper"),))
    assert "New on the list; changes are told from now on. There; quoted passage found, p. 1." in said


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Part(PartKind.REMOVED, "old words"), "Removed: [-old words-]"),
        (Part(PartKind.CHANGED, "old", "new"), "[-old-] {+new+}"),
        (Part(PartKind.MOVED, "same words", "same words"), "Moved to another place, unchanged: same words"),
        (Part(PartKind.LINK, "https://a.example/1", "https://a.example/2"),
         "The words are the same, the document behind them is another: [-https://a.example/1-] {+https://a.example/2+}"),
        (Part(PartKind.ITEM_GONE, "An entry", date="3 May"), "No longer listed: [-An entry-] 3 May"),
        (Part(PartKind.ADDED, "", "x", headings=("A", "B"), page=4), "Where: A > B, page 4 Added: {+x+}"),
        (Part(PartKind.ADDED, "", "x", page=4), "Where: page 4"),
    ],
)  # fmt: skip
def test_each_kind_of_part_is_shown_with_its_lead_and_place(part, words, week, say):
    assert words in say(changes=(week.change(1, "coc-airport", Severity.MINOR, [], [part]),))


def test_neighbours_of_one_kind_share_their_lead(week, renderer):
    parts = [
        Part(PartKind.ADDED, "", "one", headings=("A",)), Part(PartKind.ADDED, "", "two", headings=("A",)),
        Part(PartKind.REMOVED, "three", headings=("A",)), Part(PartKind.REMOVED, "four", headings=("B",)),
    ]  # fmt: skip
    change = week.change(1, "coc-airport", Severity.MINOR, [], parts)
    made = renderer.parts(digest.compose(week.order(), week.material(changes=(change,), events=())))
    said = " ".join(made.text.split())
    assert "Where: A Added: {+one+} {+two+} Removed: [-three-] Where: B Removed: [-four-]" in said
    assert made.html.count('class="box"') == 2
    assert made.html.count(">Added:<") == 1


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        (["number 18 229", "number 75018 75001", "date May June"],
         "Why: a number changed: 18 → 229, 75018 → 75001; a date changed: May → June."),
        (["number - 3", "number - 5", "number 2 -"], "Why: a number was added: 3, 5; a number is gone: 2."),
        (["number 2 3", "number 2 3"], "Why: a number changed: 2 → 3."),
        (["much_added 60", "much_added 40", "words_changed"], "Why: 60 and 40 words added in different places."),
        (["section_removed One", "section_removed Two", "section_added Three"],
         "Why: sections are gone: “One” and “Two”; a section was added: “Three”."),
        (["much_added 60"], "Why: 60 words added in one place."),
        (["words_changed", "words_added"], "Why: words changed; words were added."),
    ],
)  # fmt: skip
def test_reasons_of_one_kind_are_told_as_one(reasons, words, week, say):
    def reason(text):
        code, *values = text.split()
        if code == "much_added":
            return Reason(code, {"words": values[0]})
        if code.startswith("section"):
            return Reason(code, {"heading": values[0]})
        return Reason(code, dict(zip(("old", "new"), (v.strip("-") for v in values), strict=False)))

    change = week.change(1, "coc-airport", Severity.MINOR, map(reason, reasons), [Part(PartKind.ADDED, "", "x")])
    assert words in say(changes=(change,))


def test_a_file_that_cannot_be_read_and_a_change_without_text_say_so(week, say):
    file = week.change(1, "coc-airport", Severity.MINOR, [], [], kind=ChangeKind.FILE)
    empty = week.change(2, "coc-airport", Severity.MINOR, [], [])
    said = say(changes=(file, empty))
    assert "The file itself was replaced; its text cannot be read" in said
    assert "The difference has no text that can be shown." in said


def test_restored_wording_says_when_it_was_there(week, say):
    change = week.change(1, "coc-airport", Severity.SUBSTANTIVE, [], [Part(PartKind.ADDED, "", "x")],
                         restored_from=week.now - timedelta(days=200))  # fmt: skip
    assert "This wording stood there before, last on 8 May 2026." in say(changes=(change,))


def test_what_is_known_of_its_past_is_said_and_no_more(week, say):
    change = week.change(1, "coc-airport", Severity.MINOR, [], [Part(PartKind.ADDED, "", "x")])
    assert "First seen Tue 24 Nov 05:10; last seen unchanged Mon 23 Nov 05:00." in say(
        changes=(replace(change, looks_unchanged=0),)
    )
    assert "First seen Tue 24 Nov 05:10. Where" not in say(changes=(change,))
    assert "First seen Tue 24 Nov 05:10. " in say(changes=(replace(change, last_unchanged=None),))


def test_a_quote_that_stands_as_before_is_not_mentioned(week, say):
    touch = QuoteTouch(week.quote, QuoteState.FOUND, QuoteState.FOUND)
    change = week.change(1, "coc-airport", Severity.MINOR, [], [Part(PartKind.ADDED, "", "x")], quotes=(touch,))
    assert "The report quotes" not in say(changes=(change,))


def test_the_words_at_the_top_name_what_is_gravest(week, say):
    both = (*week.changes[:2],)
    gone = replace(event(week, EventKind.GONE), urgent=True)
    assert "Look first at Hunton Andrews Kurth: the cited address no longer has the document." in say(
        changes=both, events=(gone,)
    )
    assert "Look first at Digital Wallonia: a date changed" in say(changes=both)
    assert "Look first" not in say(changes=week.changes[:1])
    odd = replace(event(week, EventKind.LANGUAGE), urgent=True)
    assert "Look first at Hunton Andrews Kurth: see below what happened." in say(changes=both, events=(odd,))


def test_what_is_urgent_is_said_at_the_top_for_one_source_and_for_several(week, say):
    order = week.order(DigestKind.URGENT, "urgent:change:412")
    gone = replace(event(week, EventKind.GONE), urgent=True)
    assert say(order=order, events=(gone,)).startswith(
        "There is news from Hunton Andrews Kurth that should not wait for your next digest: the cited address no "
        "longer has the document."
    )
    assert say(order=order, changes=week.changes, events=(gone,)).startswith(
        "There is news about two of your sources that should not wait for your next digest. One changed and one is "
        "gone. Look first at Supervisory Body for Police Information: a passage quoted in footnote 170 has changed."
    )


def test_without_a_look_the_top_says_so(week, say):
    assert "No source was looked at since" in say(changes=week.changes, looks=0)


def test_a_week_without_a_look_is_no_sign_of_life(week, renderer):
    order = week.order(DigestKind.SIGN_OF_LIFE, "life:2026-W48", days=7)
    parts = renderer.parts(digest.compose(order, week.material(changes=(), events=(), looks=0)))
    assert parts.subject == "No source was looked at – week to Tue 24 Nov 2026"
    assert "whoever runs it should look why" in parts.text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"frequency": Frequency.WEEKLY, "weekday": 3, "hour": 9},
         "You get this each Thursday at 09:00 (Brussels time)"),
        ({"frequency": Frequency.IMMEDIATE}, "You get this within minutes of a confirmed change."),
        ({"filters": Filters(topics=("national-strategy", "oversight", "regional-strategies", "facial-recognition"))},
         "You follow: topics national strategy, oversight, regional strategies and facial recognition."),
        ({"filters": Filters(sources=("coc-airport",), jurisdictions=("federal",), words=("ban",),
                             min_severity=Severity.SUBSTANTIVE)},
         "You follow: sources coc-airport; jurisdictions federal; the words “ban”; substantive and above."),
    ],
)  # fmt: skip
def test_the_footer_says_why_and_what(more, words, week, say):
    order = week.order(subscriber=replace(week.subscriber, **more))
    assert words in say(order=order, changes=week.changes)


def test_without_a_contact_the_footer_names_whoever_runs_it(week):
    made = digest.compose(week.order(), week.material())
    text = Renderer(replace(week.sender, contact="")).parts(made).text
    assert "ask whoever runs this monitor" in " ".join(text.split())


def report(week, renderer, findings, days=0):
    order = week.order(DigestKind.FIRST_REPORT, "first")
    moved = tuple(replace(f, at=f.at - timedelta(days=days)) for f in findings)
    return renderer.parts(digest.compose(order, week.material(findings=moved)))


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (
            {"kind": FindingKind.QUOTES_MISSING, "states": [QuoteState.CHANGED]},
            "not found word for word; closest: “near by”",
        ),
        ({"kind": FindingKind.QUOTES_FOUND, "states": [QuoteState.FOUND] * 3}, "all three quoted passages found"),
        (
            {"kind": FindingKind.QUOTES_MISSING, "states": [QuoteState.MISSING] * 2},
            "two quoted passages not found, the first:",
        ),
        ({"kind": FindingKind.THERE, "states": [QuoteState.ELSEWHERE]}, "known to stand in another document"),
        ({"kind": FindingKind.REPLACED, "states": []}, "another kind of document stands there"),
        ({"kind": FindingKind.OFF_TOPIC, "states": []}, "nothing says it is the cited document: please check"),
        ({"kind": FindingKind.UNREACHABLE, "states": []}, "no answer; we will keep trying"),
        ({"kind": FindingKind.UNREADABLE, "states": []}, "there, but gives no text: compared by its file only"),
        ({"kind": FindingKind.WAITING, "states": []}, "not looked at yet; its line follows when it was"),
    ],
)
def test_each_finding_says_what_stands_at_the_cited_address(finding, words, week, renderer):
    quotes = tuple(week.touch(week.quote, state, 0, "near by") for state in finding["states"])
    made = Finding("coc-airport", finding["kind"], week.now, quotes=quotes)
    assert words in " ".join(report(week, renderer, (made,)).text.split())


def test_why_a_source_is_not_watched_is_said(week, renderer):
    told = Finding("oecd-api", FindingKind.NOT_WATCHED, week.now, reason=Reason("reference_only"))
    said = " ".join(report(week, renderer, (told,)).text.split())
    assert "not watched yet: the report names it without an address that could be looked at" in said


@pytest.mark.parametrize(
    ("watch_as", "url", "said"),
    [
        (WatchAs.NONE, "https://publisher.example/article", "its site does not want programs to look"),
        (WatchAs.NONE, None, "the report gives no address"),
        (WatchAs.API, "https://data.example/", "an interface the monitor does not speak yet"),
        (WatchAs.PAGE, "https://ministry.example/", ""),
    ],
)
def test_the_reason_why_nobody_looks_depends_on_what_the_list_has(watch_as, url, said):
    words = load([resources.bundled("alerts/templates")], "en")
    found = why_not_watched(Source("a", "A", "laws", url, watch_as=watch_as), words)
    assert said in found
    assert bool(said) == bool(found)


def test_a_late_first_report_says_from_when_it_is(week, renderer):
    said = " ".join(report(week, renderer, week.findings, days=30).text.split())
    assert "What the first look found at the addresses the report cites, between 25 Oct 2026 and 25 Oct 2026." in said
    assert "monitor changes --since 2026-10-25" in said


def test_the_report_says_how_it_compares_with_what_was_expected(week, renderer):
    usual = tuple(replace(f, surprising=False) for f in week.findings)
    assert "Of 11 sources: 3 there, 1 without its quoted passage, " in " ".join(
        report(week, renderer, usual).text.split()
    )
    assert "All 10 sources looked at are as the list expected." in " ".join(report(week, renderer, usual).text.split())
    one = (replace(usual[0], surprising=True), *usual[1:])
    assert "all as the list expected but one" in " ".join(report(week, renderer, one).text.split())
    nothing = report(week, renderer, ())
    assert "as the list expected" not in nothing.text


def test_long_names_are_shortened_in_the_subject(week, renderer):
    source = replace(week.sources[0], publisher="The Very Long Name of an Institution That Nobody Remembers Entirely")
    change = week.change(1, "nonpaper", Severity.MINOR, [], [Part(PartKind.ADDED, "", "x", (Span("added", "x"),))])
    made = digest.compose(week.order(), week.material(sources=(source,), changes=(change,), events=()))
    assert renderer.parts(made).subject == "1 change: The Very Long Name of an Institution That… – Tue 24 Nov 2026"
