"""Labels, pages, clocks and counters: what only counts on or tells of the moment is quiet; a figure is told."""

from datetime import UTC, datetime

import pytest

from monitor.judge.counting import renumbered
from monitor.judge.document import same_folder
from monitor.judge.stamps import stamps
from monitor.judge.units import Unit, UnitKind, units
from monitor.model import Block, Link

NEW = Block("(c) Een systeem dat personen scoort, wordt niet gebruikt zonder advies.")


def kinds(old, new):
    """Kinds of the units that differ, in order, between two texts given as lines."""
    cut = renumbered(units([Block(x) for x in old], [Block(x) for x in new]))
    return [unit.kind for unit in cut if unit.kind is not UnitKind.SAME]


@pytest.mark.parametrize(
    ("first", "second", "counted_on"),
    [
        ("(c) De inspecteurs vragen een kopie van elke test.", "(d) De boete bedraagt vijfduizend euro per dag.",
         ("(d) De inspecteurs vragen een kopie van elke test.", "(e) De boete bedraagt vijfduizend euro per dag.")),
        ("3. Les inspecteurs demandent une copie de chaque essai.", "4. L'amende est de cinq mille euros par jour.",
         ("4. Les inspecteurs demandent une copie de chaque essai.", "5. L'amende est de cinq mille euros par jour.")),
        ("Artikel 3 Die Aufsicht prüft das Register einmal im Jahr.", "Artikel 4 Die Strafe beträgt tausend Euro.",
         ("Artikel 4 Die Aufsicht prüft das Register einmal im Jahr.", "Artikel 5 Die Strafe beträgt tausend Euro.")),
        ("iii) inspectors ask for a copy of each test", "iv) the fine is five thousand euro a day",
         ("iv) inspectors ask for a copy of each test", "v) the fine is five thousand euro a day")),
        ("2.1 Scope of the register ........ 12", "2.2 Duties of the service ........ 14",
         ("2.1 Scope of the register ........ 13", "2.2 Duties of the service ........ 15")),
    ],
)  # fmt: skip
def test_labels_count_on_behind_what_came(first, second, counted_on):
    old = ["(b) Het register is open voor iedereen.", first, second]
    assert kinds(old, [old[0], NEW.text, *counted_on]) == [UnitKind.COME, UnitKind.PUNCTUATION, UnitKind.PUNCTUATION]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("30 dagen om te antwoorden op elke vraag", "60 dagen om te antwoorden op elke vraag"),
        ("(c) De inspecteurs vragen een kopie.", "(d) De inspecteurs mogen een kopie vragen."),
        ("(c) De inspecteurs vragen een kopie.", "(d) De inspecteurs vragen een kopie."),
        ("3. The fine is 500 euro for each day.", "4. The fine is 900 euro for each day."),
    ],
)
def test_a_figure_of_the_text_or_a_lone_label_is_told(old, new):
    assert kinds([old, "Slot."], [new, "Slot."]) == [UnitKind.REWORDED]


def rule(old, new, lore):
    unit = Unit(UnitKind.REWORDED, (Block(old),), (Block(new),))
    return stamps([unit], lore.words, None, datetime(2026, 11, 4, tzinfo=UTC)).rule(unit)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Updated over a week ago", "Updated this week"),
        ("Last edited yesterday by the editors", "Last edited 2 days ago by the editors"),
        ("Bijgewerkt meer dan een week geleden", "Bijgewerkt gisteren"),
        ("Mis à jour il y a trois jours", "Mis à jour il y a plus d’un mois"),
        ("Zuletzt geändert vor 2 Stunden", "Zuletzt geändert gestern"),
        ("Actualizado hace 3 días", "Actualizado ayer"),
    ],
)
def test_a_time_told_from_now_is_a_clock(old, new, lore):
    assert rule(old, new, lore) == "clock"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Answers are due within a week", "Answers are due within a month"),
        ("Antwoord binnen twee weken", "Antwoord binnen drie weken"),
        ("La réponse arrive dans trois jours", "La réponse arrive dans dix jours"),
        ("Frist: 2 Wochen", "Frist: 4 Wochen"),
        ("Updated by the board yesterday", "Repealed by the board yesterday"),
        ("The authority counted 12 to 14 complaints", "The authority counted 12 to 19 complaints"),
        ("Maximum fine: 2025 euro", "Maximum fine: 2026 euro"),
    ],
)
def test_a_term_or_another_word_is_no_clock(old, new, lore):
    assert rule(old, new, lore) == ""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("© 2025 Toezichthouder", "© 2026 Toezichthouder", "stamp"),
        ("Copyright 2019-2025 Autorité", "Copyright 2019-2026 Autorité", "stamp"),
        ("1–10 of 14 results", "1–10 of 15 results", "count"),
        ("Resultaten 1 tot 10 van 140", "Resultaten 1 tot 10 van 141", "count"),
        ("1 204 vues", "1 305 vues", "count"),
        ("Bezoekers: 1204", "Bezoekers: 1310", "count"),
    ],
)
def test_a_year_of_rights_and_a_counter_are_the_program_around_the_page(old, new, expected, lore):
    assert rule(old, new, lore) == expected


def test_a_page_renamed_in_its_folder_says_nothing_of_its_standing():
    assert same_folder("https://x.be/nl/advies/oud", "https://www.x.be/nl/advies/nieuw")
    assert not same_folder("https://x.be/nl/advies/oud", "https://x.be/nl/archief/oud")


def test_a_link_to_a_page_that_becomes_one_to_the_law_itself_is_no_other_document():
    page, law, other = (
        Block("Proposal for a regulation", links=(Link("Proposal for a regulation", url),))
        for url in (
            "https://x.eu/proposal_en",
            "https://e.eu/?uri=CELEX:52025PC1023",
            "https://e.eu/?uri=CELEX:32024R1689",
        )
    )
    assert [unit.kind for unit in units([page], [law])] == [UnitKind.SAME]
    assert [unit.kind for unit in units([law], [other])] == [UnitKind.LINK]
