"""The verdicts on a citation: every row of the table in docs/explanation/verdicts.md, and what is said beside them."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judge.coverage import MISSED, Seen, coverage, tally
from monitor.messages import load
from monitor.messages.standing import answer_lines, verdict_word, why
from monitor.model import (
    Alternative,
    Citation,
    Finding,
    FindingKind,
    Health,
    Memory,
    Quote,
    QuoteMatch,
    QuoteState,
    Role,
    Source,
    StandingNotice,
    numbered,
)
from monitor.model.verdict import ANSWERS, GRAVITY, Answer, Tally, Verdict
from monitor.resources import bundled
from monitor.text.quotes import quote_key

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs/explanation/verdicts.md").read_text("utf-8")
WORDS = {code: load([bundled("alerts/templates")], code) for code in ("en", "nl", "fr", "de")}
AT = datetime(2026, 3, 1, tzinfo=UTC)
SOURCE = Source(
    "page", "A page", "section", "https://page.invalid/text",
    alternatives=(Alternative("https://copy.invalid/text", Role.MIRROR),),
)  # fmt: skip
HEALTHS = {
    "not watched": Health.NOT_WATCHED, "retired": Health.RETIRED, "new": Health.NEW, "never": Health.DOUBT,
    "blocked": Health.BLOCKED, "unreachable": Health.UNREACHABLE, "unreadable": Health.UNREADABLE, "gone": Health.GONE,
    "doubt": Health.DOUBT,
}  # fmt: skip
STATES = {
    "found": QuoteState.FOUND, "anchored": QuoteState.FOUND, "missing": QuoteState.MISSING,
    "changed": QuoteState.CHANGED, "elsewhere": QuoteState.ELSEWHERE, "no anchor": QuoteState.NO_ANCHOR,
    "unread": QuoteState.UNREAD,
}  # fmt: skip
MATCHES = {"elsewhere": QuoteMatch.ELSEWHERE, "no anchor": QuoteMatch.TRANSLATED, "anchored": QuoteMatch.TRANSLATED}


def cells(heading):
    """The rows of the table that begins with this heading, as tuples of texts."""
    lines = DOC[DOC.index(heading) :].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
    return rows


ROWS = cells("| source | passages |")
SUMMARY = cells("| verdict | in words |")


def quoted(word, number, source="page"):
    phrase, plain = word.startswith("phrase "), word.removeprefix("phrase ")
    anchor = "Er was geen beleid." if plain == "anchored" else ""
    match = MATCHES.get(plain, QuoteMatch.EXACT)
    return Quote(source, 7, f"Passage number {number} of the report.", match, anchor, phrase), STATES[plain]


def played(source, passages, other, notice, opened):
    """The citation of one row, judged."""
    words = [word.strip() for word in passages.split(",")] if passages != "–" else []
    quotes = [quoted(word, n) for n, word in enumerate(words)]
    states = {quote_key(quote): state for quote, state in quotes if state is not QuoteState.UNREAD}
    memory = Memory(looks=9, good_looks=9, first_good=AT, told_since=AT, last_good=AT, quotes=states)
    seen = Seen(SOURCE, HEALTHS.get(source.partition(",")[0], Health.OK), AT, 9, AT, AT, memory)
    if source in {"new", "never"}:
        seen = replace(seen, looks=0 if source == "new" else 3, last_good_at=None, memory=Memory())
    if "copy" in source:
        missed = MISSED if "lost" in source else 0
        seen = replace(seen, memory=replace(memory, address=SOURCE.alternatives[0].url, missed=missed))
    if source == "moved":
        seen = replace(seen, memory=replace(memory, final_url="https://new.invalid/text"))
    if source.startswith("doubted"):
        asked = "https://old.invalid/" if "changed" in source else SOURCE.url or ""
        seen = replace(seen, finding=Finding("page", FindingKind.OFF_TOPIC, AT, url=asked))
    if notice != "–":
        seen = replace(seen, notices=(StandingNotice(notice, "So the page says."),))
    seen = replace(seen, open_changes=1 if opened == "open" else 0)
    cited = {"page": (Citation(7, "page", "A page", "", "", "Section", "", quotes=tuple(q for q, _ in quotes)),)}
    known = {} if source == "unlisted" else {"page": seen}
    if other != "–":
        guest, state = quoted(other, 0, "other")
        cited["other"] = (Citation(7, "other", "", "", "", "Section", "", quotes=(guest,)),)
        there = replace(SOURCE, id="other", url="https://other.invalid/")
        known["other"] = Seen(there, Health.OK, AT, 9, AT, AT, replace(memory, quotes={quote_key(guest): state}))
    (stand,) = coverage(cited, known, {})
    return stand


@pytest.mark.parametrize("row", ROWS, ids=" | ".join)
def test_every_row_of_the_table_in_the_docs_gives_its_verdict(row):
    assert f"`{played(*row[:5]).verdict}`" == row[5]


def test_the_table_plays_every_verdict_and_the_docs_name_each_with_its_word_and_answer():
    assert {row[5].strip("`") for row in ROWS} == set(Verdict)
    words = WORDS["en"]
    assert [(row[0].strip("`"), row[1], row[3]) for row in SUMMARY] == [
        (str(verdict), verdict_word(verdict, words), str(ANSWERS[verdict])) for verdict in Verdict
    ]


def test_only_one_verdict_counts_as_standing():
    assert [verdict for verdict in Verdict if ANSWERS[verdict] is Answer.STANDS] == [Verdict.STANDS]


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_each_verdict_has_one_word_of_its_own_and_one_shape_of_its_own(language):
    words = WORDS[language]
    assert len({verdict_word(verdict, words) for verdict in Verdict}) == len(Verdict)
    shapes = (ROOT / "monitor/web/templates/standing.html").read_text("utf-8")
    drawn = dict(re.findall(r'verdict == "(\w+)" %}(<.*)', shapes))
    drawn["unwatched"] = re.search(r"{%- else %}(<.*)", shapes)[1]
    assert len({drawn[verdict] for verdict in Verdict}) == len(Verdict)


@given(
    st.dictionaries(st.integers(1, 400).map(numbered), st.sampled_from(Verdict)),
    st.sampled_from(["en", "nl", "fr", "de"]),
)
def test_the_counts_add_up_to_the_footnotes(verdicts, language):
    counted = Tally(dict(sorted(verdicts.items())))
    assert sum(counted.answers.values()) == counted.total == len(verdicts)
    assert sorted(n for numbers in counted.by_verdict.values() for n in numbers) == sorted(verdicts)
    assert sorted(n for answer in Answer for n in counted.of(answer)) == sorted(verdicts)
    assert answer_lines(counted, WORDS[language])


@given(st.lists(st.sampled_from(ROWS), min_size=1, max_size=4))
def test_the_gravest_of_several_sources_speaks_for_its_footnote(rows):
    stands = [played(*row[:5]) for row in rows]
    assert tally(stands).verdicts == {numbered(7): min((s.verdict for s in stands), key=GRAVITY.__getitem__)}


def test_as_of_is_the_last_look_at_a_cited_source():
    stand = played("ok", "found", "–", "–", "–")
    later = replace(stand, seen=replace(stand.seen, last_poll_at=AT.replace(hour=5)))
    assert tally([stand, later]).as_of == AT.replace(hour=5)
    assert tally([played("unlisted", "found", "–", "–", "–")]).as_of is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("ok", "elsewhere", "found", "–", "–"), "the passage stands in other"),
        (("ok", "no anchor", "found", "–", "–"), "the passage stands in other"),
        (("gone, copy", "found", "–", "–", "–"), "a copy is read at https://copy.invalid/text"),
        (("blocked, copy", "found", "–", "–", "–"), "blocked; a copy is read at https://copy.invalid/text"),
        (("moved", "found", "–", "–", "–"), "it stands now at https://new.invalid/text"),
        (("ok", "found", "–", "archived", "–"), "archived: “So the page says.”"),
        (("ok", "found, missing", "–", "–", "–"), "1 of 2 quoted passages"),
        (("doubted", "–", "–", "–", "–"), "nothing on the page says that it is the cited document"),
    ],
)
def test_what_a_verdict_rests_on_is_said_beside_it(row, said):
    assert why(played(*row), WORDS["en"]) == said


def test_the_document_that_has_the_passage_is_named_as_the_list_names_it():
    stand = played("ok", "elsewhere", "–", "–", "–")
    noted = replace(stand, citation=replace(stand.citation, note="Wrong document: the resolution is DOC 54 3203/001."))
    assert why(noted, WORDS["en"]) == "Wrong document: the resolution is DOC 54 3203/001"
