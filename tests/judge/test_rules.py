"""One test for each rule that says what a line is or what its past was: with it the reader hears the right thing.

`./run bite` switches each rule off and expects a test of this folder to fail.
"""

from datetime import timedelta

import pytest

from monitor.judge.lore import EVERY_RULE, RULES, Rules
from monitor.judge.rules import ASKED, ASKED_OF_ENTRIES
from monitor.judge.scale import NOISE_RULES
from monitor.model import Block, ChangeKind, EventKind, Item, Link, Outcome, WatchAs

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MORE = tuple(f"Section {n} of the act applies to the bodies that are named in it." for n in range(1, 24))


def heard(intents):
    """The words that were told, removed and added."""
    return [(p.old, p.new) for i in intents for c in i.changes if c.told for p in c.parts]


def rules(page):
    return {p.rule for p in page.memory.pending}


def held(intents):
    return [h.rule for i in intents for h in i.held]


@pytest.fixture
def play(fresh, say):
    """A settled page made of these lines, and looks that show other lines."""

    def make(*lines, days=3, **source):
        page = fresh(**source)
        page.until(timedelta(days=days), say.good(*lines))
        return page, lambda *new, times=1: [page.poll(say.good(*new)) for _ in range(times)]

    return make


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("build", "Version 4.12.3", "Version 4.12.4"),
        ("stamp", "Last updated on 12 March 2025", "Last updated on 3 June 2026"),
    ],
)
def test_a_line_about_the_making_of_the_page_is_held_back_with_its_rule(play, say, rule, old, new):
    _, shows = play(*say.LINES, old)
    looks = shows(*say.LINES, new, times=4)
    assert heard(looks) == []
    assert held(looks) == [rule]


def test_a_version_more_to_choose_from_is_no_news(play, say):
    versions = ("12 May 2024", "3 March 2025")
    page, shows = play(*say.LINES, "Earlier versions", *versions)
    looks = shows(*say.LINES, "Earlier versions", *versions, "4 June 2026", times=3)
    assert heard(looks) == []
    assert rules(page) == {"stamp"}


@pytest.mark.parametrize(
    ("heading", "days", "after"),
    [
        ("Hearings", ("12 January 2027", "19 January 2027"), ("12 January 2027", "19 January 2027", "9 February 2027")),
        ("Hoorzittingen", ("12 januari 2027", "19 januari 2027"), ("13 januari 2027", "19 januari 2027")),
        (
            "Auditions",
            ("12 janvier 2027", "19 janvier 2027", "26 janvier 2027"),
            ("12 janvier 2027", "26 janvier 2027"),
        ),
    ],
)
def test_a_day_to_come_that_is_added_moved_or_cancelled_is_told(play, say, heading, days, after):
    _, shows = play(*say.LINES, heading, *days)
    assert heard(shows(*say.LINES, heading, *after, times=2)) != []


def test_three_deadlines_put_off_by_a_day_are_told_at_the_second_look(play, say):
    def lines(*days):
        return tuple(f"{what} must be sent before {day} January 2027." for what, day in zip("ABC", days, strict=True))

    _, shows = play(*say.LINES, *lines(12, 19, 26))
    assert len(heard(shows(*say.LINES, *lines(13, 20, 27), times=2))) == 3


def test_a_lone_date_that_comes_with_its_label_is_told(play, say):
    _, shows = play(*say.LINES)
    new = ("The next meeting is on", "4 June 2027")
    assert [n for _, n in heard(shows(*say.LINES, *new, times=2))] == list(new)


@pytest.mark.parametrize(
    ("words", "told"),
    [("Updated 11 May 2026, see all updates", 0), ("Reporting forms (update of 11 May 2026)", 1)],
)
def test_a_link_to_the_updates_is_no_other_document(fresh, say, words, told):
    def linked(text):
        name = "see all updates" if "see all" in text else "Reporting forms"
        line = Block(text, links=(Link(name, "https://www.coc.example/more"),))
        page = say.page(*say.LINES)
        return say.replace(page, blocks=(*page.blocks, line)), 200, "", text.encode()

    page = fresh()
    page.until(3 * DAY, linked(words))
    assert len(heard([page.poll(linked(words.replace("11 May", "1 June"))) for _ in range(2)])) == told


def test_the_day_of_an_update_that_is_itself_a_link_is_a_stamp(fresh, say):
    """Wikis link it to the earlier versions of the page."""

    def saved(day):
        line = Block(
            f"Created by A. Writer, last updated: {day}", links=(Link(day, "https://www.coc.example/versions"),)
        )
        page = say.page(*say.LINES)
        return say.replace(page, blocks=(*page.blocks, line)), 200, "", day.encode()

    page = fresh()
    page.until(3 * DAY, saved("11 May 2026"))
    looks = [page.poll(saved("1 June 2026")) for _ in range(4)]
    assert heard(looks) == []
    assert rules(page) <= {"stamp"}


def test_a_date_that_is_always_that_of_the_look_is_a_clock(fresh, say):
    page = fresh()

    def look(after):
        return page.poll(say.good(*say.LINES, f"Today is {(page.now + after).day} November 2026"), after=after)

    looks = [look(hours * HOUR) for hours in (0, 1, 6, 24, 1, 24, 1)]
    assert heard(looks) == []
    assert held(looks) == ["clock", "clock"]
    assert rules(page) == {"clock"}


def test_a_date_that_follows_nothing_is_told(play, say):
    _, shows = play(*say.LINES, "The decision enters into force on 2 March 2027")
    new = "The decision enters into force on 9 April 2027"
    assert [n for _, n in heard(shows(*say.LINES, new, times=2))] == [new]


def test_three_dates_that_shift_by_the_same_day_wait_for_three_days(play, say):
    def dates(day):
        return tuple(f"{what} closed on {day + n} May 2025" for n, what in enumerate(("Call", "Register", "Survey")))

    page, shows = play(*say.LINES, *dates(3))
    assert heard(shows(*say.LINES, *dates(4), times=3)) == []
    assert rules(page) == {"shift"}
    later = page.until(4 * DAY, say.good(*say.LINES, *dates(4)))
    assert [new for _, new in heard(later)] == list(dates(4))


def test_a_heading_that_repeats_the_title_may_come_and_go(play, fresh, say):
    page = fresh()
    page.until(3 * DAY, say.good(title="Facial recognition | Supervisory Body"))
    looks = [page.poll(say.good("Supervisory Body", *say.LINES, title="Facial recognition | Supervisory Body"))] * 3
    assert heard(looks) == []
    assert rules(page) == {"headline"}


def cards(*entries):
    """A section of teasers: a date and a link each."""
    return tuple(
        block
        for day, words in entries
        for block in (
            Block(f"{day} May 2026", headings=("Latest news",)),
            Block(words, headings=("Latest news",), links=(Link(words, "https://www.coc.example/news"),)),
        )
    )


def test_a_new_card_among_the_latest_news_of_the_house_is_no_change_of_the_page(fresh, say):
    old = cards((1, "Annual report is out"), (2, "New member named"), (3, "Open day of the house"))
    new = cards((9, "Police day in Ghent"), *((1, "Annual report is out"), (2, "New member named")))

    def shown(news):
        return say.replace(say.page(*say.LINES, *MORE), blocks=(*say.page(*say.LINES, *MORE).blocks, *news))

    page = fresh()
    page.until(3 * DAY, (shown(old), 200, "", b"old"))
    looks = [page.poll((shown(new), 200, "", b"new")) for _ in range(3)]
    assert heard(looks) == []
    assert "teaser" in rules(page)


def test_a_new_line_of_a_listing_is_told_at_the_first_look(play, say):
    _, shows = play(*say.LINES, watch_as=WatchAs.LISTING)
    new = "Opinion on the use of cameras by the railway police"
    assert heard(shows(new, *say.LINES)) == [("", new)]


def test_an_entry_published_again_under_another_title_and_date_is_told_at_the_first_look(fresh, say):
    def listed(title, date):
        others = tuple(Item(f"https://www.coc.example/{n}", f"Opinion number {n} of the body") for n in range(4))
        return say.good(items=(Item("https://www.coc.example/guide", title, date=date), *others))

    page = fresh(watch_as=WatchAs.LISTING)
    page.until(3 * DAY, listed("Guide on risk classes", "October 2024"))
    told = heard([page.poll(listed("Guide on risk classes, rev. 1", "April 2026"))])
    assert told == [("October 2024 – Guide on risk classes", "April 2026 – Guide on risk classes, rev. 1")]


def test_the_count_of_a_listing_is_no_news_of_its_own(play, say):
    page, shows = play(*say.LINES, "Showing 57 opinions", watch_as=WatchAs.LISTING)
    assert heard(shows(*say.LINES, "Showing 58 opinions", times=3)) == []
    assert rules(page) == {"count"}


def test_a_new_entry_is_told_without_the_one_that_it_pushed_out(fresh, say):
    def listed(*numbers):
        items = tuple(Item(f"https://www.coc.example/{n}", f"Opinion number {n} of the body") for n in numbers)
        return say.good(items=items)

    page = fresh(watch_as=WatchAs.LISTING)
    page.until(3 * DAY, listed(5, 4, 3))
    looks = [page.poll(listed(6, 5, 4)) for _ in range(3)]
    assert heard(looks) == [("", "Opinion number 6 of the body")]


def test_another_document_behind_the_same_words_is_told(fresh, say):
    def linked(name):
        text = say.page(*say.LINES)
        line = Block("The report as PDF", links=(Link("The report as PDF", f"https://www.coc.example/{name}.pdf"),))
        return say.replace(text, blocks=(*text.blocks, line)), 200, "", name.encode()

    page = fresh()
    page.until(3 * DAY, linked("report-2025"))
    changes = [c for _ in range(2) for c in page.poll(linked("report-2026")).changes if c.told]
    assert [c.kind for c in changes] == [ChangeKind.LINKS]


def test_a_source_that_was_not_looked_at_for_days_needs_no_second_look(play, say):
    page, _ = play(*say.LINES, *MORE)
    new = "The body publishes its findings once a year."
    assert heard([page.poll(say.good(*say.LINES, *MORE, new), after=7 * DAY)]) == [("", new)]


def test_a_challenge_under_status_200_is_blocked_and_no_change(watch, say):
    page = watch()
    words = "Just a moment... Checking your browser before accessing the site. Enable JavaScript and cookies."
    looks = page.until(2 * DAY, say.bad(200, words, title="Just a moment..."))
    assert [e.kind for i in looks for e in i.events] == [EventKind.BLOCKED]
    assert heard(looks) == []
    assert looks[0].outcome is Outcome.BAD


@pytest.mark.parametrize(("media", "told"), [("html", False), ("pdf", True)])
def test_a_file_of_half_the_length_was_put_there_and_a_page_may_come_in_part(fresh, say, media, told):
    page = fresh()
    page.until(3 * DAY, say.good(*say.LINES, *MORE, media=media))
    assert bool(heard([page.poll(say.good(*say.LINES, *MORE[:3], media=media))])) is told


def test_a_page_that_came_in_part_is_not_taken_for_an_edit_because_a_passage_was_reworded(play, say):
    reworded = say.LINES[3].replace("too little", "not enough")
    _, shows = play(*say.LINES)
    assert heard(shows(say.LINES[0], reworded, say.LINES[4])) == []
    assert heard(shows(say.LINES[0], say.LINES[1], say.LINES[2], reworded, say.LINES[4]))


def test_a_passage_reworded_in_place_takes_the_rest_of_the_edit_along_at_once(play, say):
    reworded = say.LINES[3].replace("too little", "not enough")
    new = (*say.LINES[:3], reworded, say.LINES[4], "One line more.")
    _, shows = play(*say.LINES)
    assert [n for _, n in heard(shows(*new))] == [reworded, "One line more."]


@pytest.mark.parametrize(
    ("month", "line"),
    [
        ("November", "On {} 2026 we added two processors to the list in annex B."),
        ("november", "Op {} 2026 hebben wij twee verwerkers toegevoegd aan de lijst in bijlage B."),
        ("novembre", "Le {} 2026, nous avons ajouté deux sous-traitants à la liste de l'annexe B."),
        ("November", "Am {} 2026 haben wir zwei Auftragsverarbeiter in die Liste in Anhang B aufgenommen."),
    ],
)
def test_a_new_passage_that_gives_the_day_of_the_look_takes_the_edit_along_at_once(play, say, month, line):
    page, shows = play(*say.LINES, days=2)
    today = line.format(f"{page.next_poll_at.day}{'.' if line.startswith('Am') else ''} {month}")
    assert [n for _, n in heard(shows(*say.LINES, today, "One line more."))] == [today, "One line more."]
    page, shows = play(*say.LINES, days=2)
    assert heard(shows(*say.LINES, today.replace("2026", "2019"), "One line more.")) == []


def test_a_place_that_showed_four_values_is_believed_when_one_has_stood_for_three_days(play, say):
    page, shows = play(*say.LINES, "Read also: alpha beta gamma")
    for words in ("delta epsilon zeta", "eta theta iota", "kappa lambda mu", "nu xi omicron"):
        assert heard(shows(*say.LINES, f"Read also: {words}")) == []
    last = "Read also: rho sigma tau"
    assert heard(shows(*say.LINES, last, times=3)) == []
    assert rules(page) == {"rotating"}
    assert [new for _, new in heard(page.until(5 * DAY, say.good(*say.LINES, last)))] == [last]


def test_a_line_that_came_and_went_twice_within_a_fortnight_each_is_volatile(play, say):
    line = "Registration for the open day is possible until Friday."
    page, _ = play(*say.LINES)
    told = [len(heard(page.until(4 * DAY, say.good(*say.LINES, *(() if n % 2 else (line,)))))) for n in range(8)]
    assert told == [1, 1, 1, 0, 0, 0, 0, 0]
    assert "volatile" in rules(page) or not page.memory.pending


def test_every_rule_that_can_speak_is_a_rule_with_a_switch():
    assert NOISE_RULES <= RULES
    assert set(ASKED) | set(ASKED_OF_ENTRIES) <= RULES
    assert all(name in EVERY_RULE for name in RULES)


def test_a_switch_that_is_misspelt_is_refused():
    assert "flicker" not in Rules(off=["flicker"])
    with pytest.raises(ValueError, match="no such rule: flikcer"):
        Rules(off=["flikcer"])
