"""How much a change of one sentence matters, and why: sentences from laws, guidance and policy in four languages."""

from pathlib import Path

import pytest
import yaml

from monitor.judge.severity import weigh
from monitor.judge.telling import parts_of
from monitor.judge.units import UnitKind, respelled, units
from monitor.model import Block, BlockKind, Severity, Source, Status
from monitor.text.wording import look_alikes
from monitor.wiring import load_lore

MINOR, SUBSTANTIVE = Severity.MINOR, Severity.SUBSTANTIVE
SOURCE = Source("law", "Law", "oversight", "https://www.gov.example/law")

SENTENCES = yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def lore():
    return load_lore()


def weighed(lore, old, new, language="en", source=SOURCE):
    """Level and codes of the reasons for one text that became another; both are blocks."""
    found = [u for u in respelled(units(old, new), lore.words) if u.kind is not UnitKind.SAME]
    level, reasons = weigh(parts_of(found), (), source, language, lore)
    return level, {r.code for r in reasons}, [u.kind for u in found]


@pytest.mark.parametrize("row", SENTENCES, ids=lambda row: row["new"][:40])
def test_a_sentence_that_changed_has_its_weight_and_its_reasons(lore, row):
    level, reasons, kinds = weighed(lore, [Block(row["old"])], [Block(row["new"])], row["language"])
    if row["level"] == "editorial":
        assert kinds == [UnitKind.PUNCTUATION]
    else:
        assert (level, reasons) == (Severity[row["level"].upper()], set(row["reasons"]))


def test_there_are_sentences_enough_in_every_language():
    languages = [row["language"] for row in SENTENCES]
    assert len(SENTENCES) >= 40
    assert all(languages.count(language) >= 10 for language in ("en", "nl", "fr", "de"))


HEADING = BlockKind.HEADING
KEPT = Block("The policy applies to all departments of the federal government.")
LONG_TEXT = "The department describes in its register what the system does and why it was bought. " * 4


@pytest.mark.parametrize(
    ("old", "new", "level", "code"),
    [
        ([KEPT], [KEPT, Block("Sanctions", HEADING)], SUBSTANTIVE, "section_added"),
        ([KEPT, Block("Sancties", HEADING)], [KEPT], SUBSTANTIVE, "section_removed"),
        (
            [KEPT, Block("Duties of public services", HEADING)],
            [KEPT, Block("Duties of all public services", HEADING)],
            SUBSTANTIVE,
            "heading_changed",
        ),
        ([KEPT], [KEPT, Block(LONG_TEXT)], SUBSTANTIVE, "much_added"),
        ([KEPT, Block(LONG_TEXT)], [KEPT], SUBSTANTIVE, "much_removed"),
        ([KEPT], [KEPT, Block("The board meets in spring.")], MINOR, "words_added"),
        ([KEPT, Block("The board meets in spring.")], [KEPT], MINOR, "words_removed"),
        (
            [Block("Finance | 14 | 9", BlockKind.ROW)],
            [Block("Finance | 14 | 11", BlockKind.ROW)],
            SUBSTANTIVE,
            "number",
        ),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_sections_long_passages_and_rows_have_their_weight(lore, old, new, level, code):
    found, codes, _ = weighed(lore, old, new)
    assert (found, codes) == (level, {code})


def test_a_change_of_a_fixed_text_weighs_more(lore):
    fixed = Source("law", "Law", "oversight", "https://www.gov.example/law", status=Status.DOCUMENT)
    old, new = [Block("The strategy rests on trust.")], [Block("The strategy rests on faith.")]
    assert weighed(lore, old, new)[0] is MINOR
    assert weighed(lore, old, new, source=fixed)[:2] == (SUBSTANTIVE, {"fixed_document", "words_changed"})


@pytest.mark.parametrize(
    ("language", "came"),
    [
        ("en", "Facial recognition in public places is prohibited."),
        ("nl", "De dienst moet vooraf een effectbeoordeling opstellen."),
        ("fr", "Le fonctionnaire ne peut pas déléguer sa décision."),
        ("de", "Die Daten dürfen nicht weitergegeben werden."),
    ],
)
def test_a_duty_that_comes_as_a_sentence_of_its_own_is_substantive(lore, language, came):
    assert weighed(lore, [KEPT], [KEPT, Block(came)], language)[0] is SUBSTANTIVE
    assert weighed(lore, [KEPT, Block(came)], [KEPT], language)[0] is SUBSTANTIVE


def test_a_letter_of_another_script_is_told_with_its_code_point(lore):
    old, new = "The fund is led by Dana Ostrov.", "The fund is led by D\u0430na Ostrov."
    level, codes, *_ = weighed(lore, [KEPT, Block(old)], [KEPT, Block(new)])
    assert (level, codes) == (SUBSTANTIVE, {"look_alike"})
    assert look_alikes(old, new) == "a (U+0061) → \u0430 (U+0430)"


def test_so_is_one_in_a_heading(lore):
    old, new = "Duties of Dana Ostrov", "Duties of D\u0430na Ostrov"
    assert weighed(lore, [KEPT, Block(old, HEADING)], [KEPT, Block(new, HEADING)])[1] == {
        "look_alike",
        "heading_changed",
    }


def test_another_letter_or_nothing_else_is_no_look_alike():
    assert look_alikes("Dana", "Dara") == ""
    assert look_alikes("Dana", "Dana") == ""
    assert look_alikes("Dana", "D\u0430n") == ""
