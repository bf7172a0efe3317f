"""How mails name footnotes where a home watches several reports."""

from monitor.messages.changes import footnotes
from monitor.messages.report import numbers_of
from monitor.messages.standing import answer_lines, verdict_counts
from monitor.messages.words import load
from monitor.model import CitationKey, numbered
from monitor.model.verdict import Tally, Verdict
from monitor.resources import bundled

WORDS = load([bundled("alerts/templates")], "en")


def key(chapter, number, name):
    return CitationKey("aidv", "2026", chapter, number, name)


BOTH = [key("france", 12, "France"), key("belgium", 140, "Belgium"), key("belgium", 12, "Belgium")]
STANDING = Tally({BOTH[2]: Verdict.PASSAGE_GONE, BOTH[1]: Verdict.STANDS, BOTH[0]: Verdict.STANDS})


def test_footnotes_are_named_with_their_report():
    assert footnotes(BOTH, WORDS) == "Belgium, footnotes 12 and 140; France, footnote 12"
    assert numbers_of(BOTH, WORDS) == "Belgium 12, 140; France 12"


def test_each_footnote_has_the_verdict_of_its_own_report():
    said = footnotes(BOTH, WORDS, STANDING)
    assert said == "Belgium, footnotes 12 (Passage not found) and 140 (Stands); France, footnote 12 (Stands)"


def test_each_report_has_its_own_answer_and_counts():
    assert answer_lines(STANDING, WORDS) == [
        "Belgium: 1 of 2 footnotes stands. One has to be looked at: 12.",
        "France: Yes: the one footnote stands.",
    ]
    assert verdict_counts(STANDING, WORDS) == [
        "Belgium: Passage not found 1",
        "Belgium: Stands 1",
        "France: Stands 1",
    ]


def test_a_source_kept_before_footnotes_had_keys_has_the_verdict_of_the_only_report():
    one = Tally({CitationKey("aidv", "2026", "belgium", 12): Verdict.STANDS})
    assert footnotes([numbered(12)], WORDS, one) == "footnote 12 (Stands)"
