"""Facts that changed between two versions of a passage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.words import WordLists, changed_facts


def told(old, new, language, word_lists):
    return [(str(f.kind), f.old, f.new) for f in changed_facts(old, new, language, word_lists)]


@pytest.mark.parametrize(
    ("language", "old", "new", "facts"),
    [
        ("en", "The controller may share data.", "The controller shall not share data.",
         [("modal", "may", "shall"), ("negation", "", "not")]),
        ("en", "You don't agree.", "You do agree.", [("negation", "not", "")]),
        ("en", "by 3 May 2024", "by May 5, 2024", [("date", "3 May 2024", "May 5, 2024")]),
        ("en", "The court decides.", "The court decides; section D.8 may be brought.",
         [("number", "", "8"), ("modal", "", "may")]),
        ("en", "in May 2024", "in June 2024", [("date", "May 2024", "June 2024")]),
        ("en", "Deadline: 3 May 2024", "Deadline: 5 June 2024", [("date", "3 May 2024", "5 June 2024")]),
        ("fr", "(avis) 3 mai 2024", "(avis) 5 mai 2024", [("date", "3 mai 2024", "5 mai 2024")]),
        ("en", "Version: 3.2.1", "Version: 3.2.2", [("number", "3.2.1", "3.2.2")]),
        ("en", "by 2025", "by 2027", [("date", "2025", "2027")]),
        ("en", "€ 5 million", "€ 32 million", [("money", "€ 5 million", "€ 32 million")]),
        ("en", "a fine of £200", "a fine of £300", [("money", "£200", "£300")]),
        ("en", "76 % agree", "77 per cent agree", [("percentage", "76 %", "77 per cent")]),
        ("en", "after 30 days", "after 60 days", [("number", "30", "60")]),
        ("en", "version 3.2.1", "version 3.2.2", [("number", "3.2.1", "3.2.2")]),
        ("en", "rules", "rules of 14 days, at most 7", [("number", "", "14"), ("number", "", "7")]),
        ("en", "two thousand and 5 thousand", "two thousand", [("number", "5 thousand", "")]),
        ("nl", "De gemeente moet dit melden", "De gemeente mag dit niet melden",
         [("modal", "moet", "mag"), ("negation", "", "niet")]),
        ("nl", "vóór 1 maart 2025", "vóór 1 april 2025", [("date", "1 maart 2025", "1 april 2025")]),
        ("nl", "12 miljoen euro", "13 miljoen euro", [("money", "12 miljoen euro", "13 miljoen euro")]),
        ("fr", "Il doit publier", "Il ne peut pas publier", [("modal", "doit", "peut"), ("negation", "", "ne pas")]),
        ("fr", "le 1er janvier 2025", "le 2 février 2025", [("date", "1er janvier 2025", "2 février 2025")]),
        ("fr", "2,5 % du budget", "3,5 % du budget", [("percentage", "2,5 %", "3,5 %")]),
        ("de", "Er muss vor dem 1. Januar 2025 handeln", "Er darf vor dem 1. März 2026 handeln",
         [("date", "1. Januar 2025", "1. März 2026"), ("modal", "muss", "darf")]),
        ("de", "Sie müssen", "Sie sollen", [("modal", "müssen", "sollen")]),
        ("", "moet", "shall", [("modal", "moet", "shall")]),
        ("en", "changes by +2.5 %", "changes by -2.5 %", [("percentage", "2.5 %", "-2.5 %")]),
        ("nl", "groter dan 10²⁵", "groter dan 10²⁶", [("number", "10^25", "10^26")]),
        ("de", "um 500 €", "um −500 €", [("money", "500 €", "−500 €")]),
    ],
)  # fmt: skip
def test_a_fact_that_changed_is_named_with_both_sides(language, old, new, facts, word_lists):
    assert told(old, new, language, word_lists) == facts


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("en", "on 3 May 2024", "on 2024-05-03"),
        ("en", "on 3rd of May 2024", "on May 3, 2024"),
        ("nl", "op 31/12/2024", "op 31 december 2024"),
        ("en", "20,000 people", "20 000 people"),
        ("fr", "5000¹ systèmes", "5000² systèmes"),
        ("nl", "2020-2024", "2020–2024"),
        ("en", "1,234,567.50 in all", "1 234 567.5 in all"),
        ("de", "1.234,50 Punkte", "1234,5 Punkte"),
        ("en", "€ 5 million", "5 million euros"),
        ("nl", "12 miljoen euro", "EUR 12 000 000"),
        ("en", "76 % of Belgians", "76% of Belgians"),
        ("en", "0.125 parts", "0,125 parts"),
        ("en", "It may act, then it shall report", "It shall report, then it may act"),
        ("de", "Sie MUSS", "Sie muss"),
        ("en", "AI4Belgium, 54k2643001, 22a", "AI4Belgium"),
        ("fr", "en fevrier 2025", "en fevrier 2025"),
    ],
)
def test_the_same_fact_in_other_clothes_has_not_changed(language, old, new, word_lists):
    assert told(old, new, language, word_lists) == []


def test_the_month_of_may_is_no_permission(word_lists):
    assert told("It ends.", "It ends on 5 May 2024.", "en", word_lists) == [("date", "", "5 May 2024")]


@given(st.text(alphabet="0123456789.,€% -/aMmay shltn't", max_size=60))
def test_a_text_has_no_facts_against_itself(text):
    assert changed_facts(text, text, "en", _COMPILED[0]) == ()


@given(st.text(alphabet="0123456789.,€% -/May", max_size=50), st.text(alphabet="0123456789.,€% -/May", max_size=50))
def test_turned_round_the_same_facts_come_back(old, new):
    there = changed_facts(old, new, "en", _COMPILED[0])
    back = changed_facts(new, old, "en", _COMPILED[0])
    assert [(f.kind, f.old, f.new) for f in there] == [(f.kind, f.new, f.old) for f in back]


_COMPILED = []


@pytest.fixture(autouse=True)
def _compiled(word_lists):
    if not _COMPILED:
        _COMPILED.append(word_lists)


@pytest.mark.worst
def test_hostile_figures_are_read_to_the_end(word_lists):
    for piece in ("1 ", "1.1", "9", "1 000 ", "€ ", "may ", "1" + " " * 50):
        assert told(piece * 5_000, piece * 5_000, "", word_lists) == []


@pytest.mark.parametrize(
    "data",
    [
        {"severity": {"en": ["may"]}},
        {"severity": {"en": {"modals": "may"}}},
        {"severity": {"en": {"negations": [False]}}},
        {"severity": {"en": {"modals": ["may ("]}}},
        {"severity": {"en": {"modals": ["may+"]}}},
        {"severity": {"en": {}}, "months": {"en": "january"}},
    ],
)
def test_lists_of_another_shape_are_refused(data):
    with pytest.raises(ValueError, match=r"due here|cannot be read|unknown character"):
        WordLists.compile(data)


def test_a_language_without_words_finds_numbers_only():
    bare = WordLists.compile({"severity": {"en": {}}})
    assert told("may 5", "shall 6", "en", bare) == [("number", "5", "6")]
