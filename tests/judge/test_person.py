"""A person's word: what it holds back, what it lets through, and what it leaves alone."""

from datetime import timedelta

import pytest

from monitor.judge.belated import tell_held
from monitor.judge.goodlook import Setting
from monitor.judge.person import places_of
from monitor.model import ChangeKind, Item, Memory, Sayings, Severity, WatchAs

DAY = timedelta(days=1)
OPEN = "The counter is open from {} to 17 on working days."


def heard(intents):
    return [p.new or p.old for i in intents for c in i.changes if c.told for p in c.parts]


@pytest.fixture
def quieted(fresh, say):
    """A page on which a person called the change of one line noise."""
    page = fresh()
    page.until(3 * DAY, say.good(*say.LINES, OPEN.format(9)))
    looks = [page.poll(say.good(*say.LINES, OPEN.format(10))) for _ in range(2)]
    (change,) = [c for i in looks for c in i.changes]
    page.sayings = Sayings(quiet=frozenset(places_of(change.parts)))
    return page


def test_a_place_that_was_called_noise_is_held_back_whatever_it_says(quieted, say):
    looks = [quieted.poll(say.good(*say.LINES, OPEN.format(hour))) for hour in (11, 11, 12, 12)]
    assert heard(looks) == []
    assert [h.rule for i in looks for h in i.held][:1] == ["person"]


def test_the_other_words_of_a_page_with_a_quiet_place_still_alert(quieted, say):
    new = "A sentence that nobody called noise."
    looks = [quieted.poll(say.good(*say.LINES, OPEN.format(11), new)) for _ in range(2)]
    assert heard(looks) == [new]


def test_a_quiet_place_that_goes_away_is_quiet_too(quieted, say):
    assert heard([quieted.poll(say.good()) for _ in range(3)]) == []


def test_a_word_that_is_taken_back_lets_the_place_alert_at_the_next_look(quieted, say):
    assert heard([quieted.poll(say.good(*say.LINES, OPEN.format(11))) for _ in range(3)]) == []
    quieted.sayings = Sayings()
    assert heard([quieted.poll(say.good(*say.LINES, OPEN.format(11)))]) == [OPEN.format(11)]


def test_a_rule_does_not_hold_back_again_what_a_person_called_news(fresh, say):
    page = fresh()
    page.until(3 * DAY, say.good(*say.LINES, "Version 4.12.3"))
    (held,) = [h for _ in range(3) for h in page.poll(say.good(*say.LINES, "Version 4.12.4")).held]
    assert held.rule == "build"
    page.sayings = Sayings(news=frozenset((place, "stamp") for place in places_of(held.parts)))
    assert heard([page.poll(say.good(*say.LINES, "Version 4.12.5")) for _ in range(3)]) == []
    page.sayings = Sayings(news=frozenset((place, "build") for place in places_of(held.parts)))
    assert heard([page.poll(say.good(*say.LINES, "Version 4.12.6")) for _ in range(3)]) == ["Version 4.12.6"]


def test_an_entry_of_a_listing_that_was_called_noise_is_quiet_and_the_next_one_is_not(fresh, say):
    def listed(**titles):
        items = tuple(Item(f"https://www.coc.example/{n}", title) for n, title in titles.items())
        return say.good(items=items)

    page = fresh(watch_as=WatchAs.LISTING)
    page.until(3 * DAY, listed(a="Opinion on cameras", b="Opinion on drones"))
    looks = [page.poll(listed(a="Opinion on cameras (2)", b="Opinion on drones")) for _ in range(2)]
    (change,) = [c for i in looks for c in i.changes]
    page.sayings = Sayings(quiet=frozenset(places_of(change.parts)))
    looks = [page.poll(listed(a="Opinion on cameras (3)", b="Opinion on drones (2)")) for _ in range(3)]
    assert heard(looks) == ["Opinion on drones (2)"]


@pytest.fixture
def held_build(fresh, say):
    page = fresh()
    page.until(3 * DAY, say.good(*say.LINES, "Version 4.12.3"))
    (held,) = [h for _ in range(3) for h in page.poll(say.good(*say.LINES, "Version 4.12.4")).held]
    return page, held


def told_of(page, held, current):
    setting = Setting(page.source, (), "en", page.source.url, page.source.url, page.now, page.lore)
    return tell_held(held, page.memory, page.told, current, setting)


def test_what_was_held_back_is_told_with_a_reason_and_becomes_part_of_the_told_text(held_build, say):
    page, held = held_build
    belated = told_of(page, held, page.before)
    assert belated.change.reasons[0].code == "said_news"
    assert belated.change.severity >= Severity.MINOR
    assert (belated.change.kind, belated.change.told) == (ChangeKind.TEXT, True)
    assert [b.text for b in belated.told.blocks] == [*say.LINES, "Version 4.12.4"]
    page.told, page.memory = belated.told, belated.memory
    assert heard([page.poll(say.good(*say.LINES, "Version 4.12.4")) for _ in range(3)]) == []


def test_held_words_that_stand_there_no_more_are_told_and_change_nothing_else(held_build, say):
    page, held = held_build
    belated = told_of(page, held, say.page(*say.LINES, "Version 4.12.9"))
    assert belated.told is None
    assert [p.new for p in belated.change.parts] == ["Version 4.12.4"]
    assert isinstance(belated.memory, Memory)
