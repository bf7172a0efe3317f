from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judge.compare import compare
from monitor.judge.units import UnitKind, settle, units
from monitor.model import Block, Extraction, Memory
from monitor.wiring import load_lore

START = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LORE = load_lore()
PAGE = ("Opdracht van het orgaan", "Het orgaan ziet toe op de politie.", "De termijn bedraagt 30 dagen na ontvangst.")


def text(*lines):
    return Extraction("html:1", tuple(Block(line) for line in lines))


class Reader:
    """Somebody who looks at a page again and again, and is told what the rules tell."""

    def __init__(self, *page, warm=True):
        self.told = self.before = text(*page)
        self.now = START
        self.memory = Memory(good_looks=5 if warm else 1, last_good=START)

    def look(self, *page, after=DAY):
        self.now += after
        current = text(*page)
        memory = replace(self.memory, good_looks=self.memory.good_looks + 1)
        self.last = compare(self.told, self.before, current, memory, self.now, LORE.words, rules=LORE.rules)
        self.told, self.before = self.last.told, current
        self.memory = replace(
            memory,
            pending=self.last.pending,
            sightings=self.last.sightings,
            slots=self.last.slots,
            last_good=self.now,
        )
        return [(u.kind, (u.new or u.old)[0].text) for u in self.last.news]

    @property
    def rules(self):
        return {w.rule for w in self.last.waiting}


lines = st.lists(st.sampled_from(["a b c d e", "f g h", "i 1", "i 2", "k l m n o p", "q"]), max_size=9)


@given(lines, lines)
def test_applying_every_unit_gives_the_new_text_and_none_the_old(old, new):
    before, after = text(*old).blocks, text(*new).blocks
    cut = units(before, after)
    assert settle(cut, frozenset(u.key for u in cut)) == after
    assert [b.key for b in settle(cut, frozenset())] == [b.key for b in before]


@given(lines, lines)
def test_what_stands_for_three_looks_is_told_and_then_known(old, new):
    reader = Reader(*old)
    for _ in range(3):
        reader.look(*new)
    reader.look(*new)
    assert [b.key for b in reader.told.blocks] == [b.key for b in text(*new).blocks]
    assert not reader.last.waiting


def test_a_change_is_told_once_at_the_second_look_that_shows_it():
    reader = Reader(*PAGE)
    new = (*PAGE[:2], "De termijn bedraagt 14 dagen na ontvangst.")
    assert reader.look(*new) == []
    assert reader.look(*new, after=timedelta(minutes=10)) == [(UnitKind.REWORDED, new[2])]
    assert reader.look(*new) == []


def test_a_page_that_was_half_loaded_once_is_not_told():
    reader = Reader(*PAGE)
    assert reader.look(*PAGE[:2]) == []
    assert reader.look(*PAGE) == []
    assert [u.kind for u in reader.last.unconfirmed] == [UnitKind.GONE]
    assert not reader.last.waiting


def test_a_roll_back_after_six_daily_looks_is_told_as_restored():
    reader = Reader("The police may not use this camera.")
    other = "The police may use this camera."
    reader.look(other)
    assert reader.look(other)
    for _ in range(5):
        reader.look(other)
    assert reader.look("The police may not use this camera.") == []
    assert reader.look("The police may not use this camera.") == [
        (UnitKind.REWORDED, "The police may not use this camera.")
    ]
    assert reader.last.restored_from == START


def test_text_that_returns_within_three_days_waits_and_is_told_when_it_stays():
    reader = Reader("A stands here.", "B")
    reader.look("Z stood here.", "B")
    assert reader.look("Z stood here.", "B")
    assert reader.look("A stands here.", "B") == []
    assert reader.look("A stands here.", "B") == []
    assert reader.rules == {"flicker"}
    told = [reader.look("A stands here.", "B") for _ in range(4)]
    assert sum(map(bool, told)) == 1


def test_a_line_that_comes_and_goes_becomes_volatile_and_is_not_told_again():
    reader = Reader(*PAGE)
    told = []
    for _ in range(12):
        told += reader.look(*PAGE, "Nieuw: inschrijven kan nog")
        told += reader.look(*PAGE)
    assert told == []


def test_a_clock_in_the_text_is_never_told_and_stays_visible_as_ticking():
    reader = Reader(*PAGE, "Het is nu 07:00:01 uur", warm=False)
    told = []
    for n in range(2, 30):
        told += reader.look(*PAGE, f"Het is nu 07:{n:02}:{n * 7 % 60:02} uur", after=timedelta(hours=3))
    assert told == []
    assert reader.rules == {"ticking"}


def test_a_rotating_teaser_is_never_told():
    reader = Reader("Lees ook: alfa", *PAGE, warm=False)
    told = []
    for n in range(30):
        told += reader.look(f"Lees ook: {'bcdefg'[n % 6] * 4} {'xyz'[n % 3] * 3}", *PAGE, after=timedelta(hours=5))
    assert told == []


def test_a_deadline_that_changes_once_is_told_though_other_digits_tick():
    reader = Reader(*PAGE, "Bezoeker nummer 1001", warm=False)
    for n in range(6):
        reader.look(*PAGE, f"Bezoeker nummer {1002 + n * 13}", after=timedelta(hours=3))
    new = (*PAGE[:2], "De termijn bedraagt 14 dagen na ontvangst.")
    told = [u for n in range(3) for u in reader.look(*new, f"Bezoeker nummer {2000 + n}", after=timedelta(hours=3))]
    assert told == [(UnitKind.REWORDED, new[2])]


def test_nothing_of_a_new_source_is_told_before_its_third_look():
    reader = Reader(*PAGE, warm=False)
    assert reader.look(*PAGE[:2], after=timedelta(minutes=10)) == []
    assert reader.rules == {"warm_up"}
    assert reader.look(*PAGE[:2], after=timedelta(hours=6)) == []
    assert reader.look(*PAGE[:2], after=timedelta(minutes=10)) == [(UnitKind.GONE, PAGE[2])]


def test_a_passage_reworded_in_the_first_day_of_a_source_is_told_at_its_third_look():
    new = (*PAGE[:2], "De termijn bedraagt 14 dagen na ontvangst.")
    reader = Reader(*PAGE, warm=False)
    assert reader.look(*new, after=timedelta(minutes=10)) == []
    assert reader.look(*new, after=timedelta(hours=6)) == [(UnitKind.REWORDED, new[2])]


@pytest.mark.parametrize(
    "new",
    [
        (*PAGE[:2], "De termijn bedraagt 14 dagen na ontvangst."),
        (*PAGE, "Het orgaan publiceert elk jaar een verslag."),
        PAGE[:2],
    ],
)
def test_what_a_look_after_more_than_a_day_and_a_half_finds_is_told_at_once(new):
    long = tuple(f"Artikel {n} is van toepassing op de politie en op de inspectie." for n in range(20))
    reader = Reader(*PAGE, *long)
    assert len(reader.look(*new, *long, after=timedelta(days=7))) == 1
    assert reader.look(*new, *long, after=timedelta(minutes=10)) == []


def test_a_page_that_may_have_come_in_part_waits_however_long_nobody_looked():
    reader = Reader(*PAGE)
    assert reader.look(*PAGE[:2], after=timedelta(days=7)) == []
    assert reader.look(*PAGE[:2], after=timedelta(minutes=10)) == [(UnitKind.GONE, PAGE[2])]


def test_a_section_written_anew_is_no_page_that_came_in_part():
    reader = Reader(*PAGE)
    new = (PAGE[0], "Sinds dit jaar beslist een rechter over elke inzage in de bestanden.")
    assert reader.look(*new, after=timedelta(days=7))


def test_the_same_words_cut_into_other_lines_are_not_told():
    reader = Reader(*PAGE)
    assert reader.look(PAGE[0], f"{PAGE[1]} {PAGE[2]}") == []
    assert reader.look(PAGE[0], f"{PAGE[1]} {PAGE[2]}") == []
    assert [b.text for b in reader.told.blocks] == [PAGE[0], f"{PAGE[1]} {PAGE[2]}"]


@pytest.mark.parametrize("more", [("Een nieuwe eerste regel.", ""), ("", "Een nieuwe laatste regel.")])
def test_a_new_line_beside_words_that_were_only_cut_otherwise_is_told_alone(more):
    reader = Reader(*PAGE, "Slot van de pagina.")
    new = [line for line in (PAGE[0], more[0], f"{PAGE[1]} {PAGE[2]}", more[1], "Slot van de pagina.") if line]
    told = [t for _ in range(2) for _, t in reader.look(*new)]
    assert told == [line for line in more if line]


def test_what_made_room_for_a_new_line_is_the_line_most_like_it():
    beside = "De raad van bestuur telt negen leden en komt elke maand samen in het paleis der natie."
    reader = Reader(*PAGE, "Lees ook: alpha", beside)
    reader.look(*PAGE, "Inschrijven kan nog")
    assert {w.unit.old[0].text: w.rule for w in reader.last.waiting if w.unit.old} == {
        "Lees ook: alpha": "with", beside: "confirm",
    }  # fmt: skip


@pytest.mark.parametrize("new", [("Orgaan, het!", "tekst"), ("Orgaan het", "tekst.")])
def test_punctuation_is_applied_without_being_told(new):
    reader = Reader("Orgaan het", "tekst")
    assert reader.look(*new) == []
    assert reader.look(*new) == []
    assert [b.text for b in reader.told.blocks] == list(new)


def test_a_moved_paragraph_is_a_move_and_not_told():
    far = "Een lange alinea die elders weer verschijnt."
    reader = Reader(far, *PAGE)
    assert reader.look(*PAGE, far) == []
    assert reader.look(*PAGE, far) == []
    assert {u.kind for u in reader.last.editorial} == {UnitKind.MOVED_AWAY, UnitKind.MOVED_HERE}


def test_half_of_an_edit_that_is_still_being_written_waits_for_the_rest():
    reader = Reader(*PAGE)
    first = ("Opdracht en taken van het orgaan", *PAGE[1:])
    both = ("Opdracht en taken van het orgaan", PAGE[1], "De termijn bedraagt 14 dagen na ontvangst.")
    assert reader.look(*first) == []
    assert [t for _, t in reader.look(*both)] == ["Opdracht en taken van het orgaan"]
    assert [t for _, t in reader.look(*both)] == [both[2]]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Frist: 31.12.2026", "Frist: 30.06.2027"),
        ("Boete: 1.000.000 euro", "Boete: 5.000.000 euro"),
        ("Zie artikel 4.1.2", "Zie artikel 5.3.2"),
    ],
)
def test_dates_amounts_and_articles_are_no_build_numbers(old, new):
    reader = Reader(*PAGE, old)
    reader.look(*PAGE, new)
    assert reader.look(*PAGE, new) == [(UnitKind.REWORDED, new)]


def test_a_build_number_is_never_told():
    reader = Reader(*PAGE, "Version 1.268.0.352")
    assert [reader.look(*PAGE, f"Version 1.26{n}.0.35{n}") for n in range(5)] == [[]] * 5


def test_verdicts_that_change_places_are_news():
    reader = Reader("Facial recognition in public space", "Prohibited", "Number plate cameras on motorways", "Allowed")
    new = ("Facial recognition in public space", "Allowed", "Number plate cameras on motorways", "Prohibited")
    assert [bool(reader.look(*new)) for _ in range(3)].count(True) == 1


@pytest.mark.slow
def test_a_rewrite_with_a_ticking_line_is_told():
    reader = Reader(*(f"old paragraph {n} about duties and rights" for n in range(4500)))
    told = [
        reader.look(*(f"new clause {n} on other matters entirely" for n in range(4500)), f"seen {n}") for n in (1, 2)
    ]
    assert told[0] == []
    assert len(told[1]) == 1


def test_three_dates_moved_by_a_day_are_told_when_they_stay_moved():
    old = [f"Milestone {name} falls on {n} May 2026" for n, name in ((3, "one"), (9, "two"), (20, "three"))]
    new = [f"Milestone {name} falls on {n} May 2026" for n, name in ((4, "one"), (10, "two"), (21, "three"))]
    reader = Reader(*PAGE, *old)
    told = [reader.look(*PAGE, *new) for _ in range(6)]
    assert told[:3] == [[], [], []]
    assert sum(map(len, told)) == 3
