"""Word marks inside one block."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Mark, Span
from monitor.text.marks import rebuild, shorten, word_marks

words = st.lists(
    st.sampled_from(["a", "b", "the", "rule,", "rule.", "|", "shall", "may", "End.", "x\u00a0y", "naïve"]), max_size=25
)
strings = st.one_of(words.map(" ".join), st.text(max_size=60))


def shown(old, new):
    """As in the plain mail: [-removed-] {+added+}."""
    frames = {Mark.SAME: "{}", Mark.REMOVED: "[-{}-]", Mark.ADDED: "{{+{}+}}", Mark.CUT: "…"}
    return " ".join(frames[s.mark].format(s.text) for s in word_marks(old, new))


@given(strings, strings)
def test_both_sides_can_be_rebuilt(old, new):
    spans = word_marks(old, new)
    assert rebuild(spans, "old") == " ".join(old.split())
    assert rebuild(spans, "new") == " ".join(new.split())


@given(strings)
def test_equal_texts_have_no_marked_word(text):
    assert all(span.mark is Mark.SAME for span in word_marks(text, text))


@given(strings, strings)
def test_no_two_spans_in_a_row_have_the_same_mark_and_none_is_empty(old, new):
    spans = word_marks(old, new)
    assert all(span.text for span in spans)
    assert all(one.mark is not two.mark for one, two in itertools.pairwise(spans))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("It may act.", "It shall act.", "It [-may-] {+shall+} act."),
        ("five years", "two years", "[-five-] {+two+} years"),
        ("data may be kept", "data may not be kept", "data may {+not+} be kept"),
        ("rules apply here", "rules, apply here", "[-rules-] {+rules,+} apply here"),
        ("in 2019 and 2020 only", "in 2021 and 2022 only", "in [-2019 and 2020-] {+2021 and 2022+} only"),
        ("in 2019 and since 2020 only", "in 2021 and since 2022 only",
         "in [-2019-] {+2021+} and since [-2020-] {+2022+} only"),
        ("the rules apply", "the new rules here apply", "the {+new+} rules {+here+} apply"),
        ("white   space\nonly", "white space only", "white space only"),
        ("", "all new", "{+all new+}"),
        ("all gone", "", "[-all gone-]"),
    ],
)  # fmt: skip
def test_as_few_words_as_can_be_are_marked(old, new, expected):
    assert shown(old, new) == expected


def test_an_added_sentence_is_marked_from_its_beginning():
    old = "The board meets. The board decides."
    new = "The board meets. The board votes. The board decides."
    assert shown(old, new) == "The board meets. {+The board votes.+} The board decides."


def test_a_removed_sentence_is_marked_from_its_beginning():
    old = "We meet. The board votes. The board decides."
    assert shown(old, "We meet. The board decides.") == "We meet. [-The board votes.-] The board decides."


def test_cells_of_a_row_keep_their_changes_to_themselves():
    assert shown("Fee | 20 EUR | 30 EUR", "Fee | 30 EUR | 20 EUR") == ("Fee | [-20-] {+30+} EUR | [-30-] {+20+} EUR")


def test_a_cell_that_left_a_row_is_marked_whole():
    assert shown("Fee | 20 | 30", "Fee | 30") == "Fee | [-20 |-] 30"


def test_a_cell_that_came_to_a_row_is_marked_whole():
    assert shown("Fee | 30", "Fee | 20 | 30") == "Fee | {+20 |+} 30"


def test_a_row_with_fewer_cells_pairs_what_is_left_in_order():
    assert shown("Fee | 20 | 31", "Fee | 21") == "Fee | [-20 |-] {+21+} [-31-]"


def _many(prefix, count):
    return " ".join(f"{prefix}{n}" for n in range(count))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_many("w", 110_000), _many("n", 110_000)),
        (_many("w", 100_000), " ".join(reversed(_many("w", 100_000).split()))),
        (" ".join(["aaa", "bb", "cccc"][n * n % 3] for n in range(250_000)),
         " ".join(["aaa", "bb", "cccc"][n * n * n % 3] for n in range(250_000))),
        ("", _many("w", 110_000)),
        ("x" * 1_000_000, "y" * 1_000_000),
    ],
    ids=["all new", "reversed", "three words", "empty", "one word"],
)  # fmt: skip
@pytest.mark.slow
def test_a_megabyte_of_anything_ends_with_both_sides_whole(old, new):
    spans = word_marks(old, new)
    assert rebuild(spans, "old") == old
    assert rebuild(spans, "new") == new


@pytest.mark.slow
def test_a_script_of_too_many_steps_is_one_step():
    old = " ".join(f"w{n}" if n % 3 else f"old{n}" for n in range(75_000))
    assert len(word_marks(old, old.replace("old", "new"))) <= 5


LONG = " ".join(f"s{n}" for n in range(50))


def test_long_unchanged_stretches_are_cut_to_their_context():
    spans = shorten(word_marks(f"{LONG} may {LONG} old {LONG}", f"{LONG} shall {LONG} new {LONG}"), 6)
    assert [s.mark for s in spans].count(Mark.CUT) == 3
    assert all(len(s.text.split()) <= 9 for s in spans)


def test_changed_words_are_never_cut():
    spans = word_marks(f"A {LONG}", f"B {LONG} {_many('x', 90)}")
    kept = [s for s in shorten(spans, 4) if s.mark is not Mark.SAME and s.mark is not Mark.CUT]
    assert kept == [s for s in spans if s.mark is not Mark.SAME]


def test_a_context_begins_with_its_sentence():
    old = f"{LONG} ends. The board of the fund may act."
    assert shorten(word_marks(old, old.replace("may", "shall")), 8)[1] == Span(Mark.SAME, "The board of the fund")


def test_a_context_ends_with_its_sentence():
    old = f"It may act on its own. Then {LONG}"
    assert shorten(word_marks(old, old.replace("may", "shall")), 8)[3] == Span(Mark.SAME, "act on its own.")


def test_short_unchanged_stretches_stay_whole():
    spans = word_marks("The board may act on this", "The board shall act on this")
    assert shorten(spans, 12) == spans


def test_a_text_without_changes_is_shortened_to_its_beginning():
    assert [s.mark for s in shorten(word_marks(LONG, LONG), 5)] == [Mark.SAME, Mark.CUT]


@given(strings, strings, st.integers(1, 15))
def test_shortening_only_leaves_unchanged_words_out(old, new, context):
    spans = word_marks(old, new)
    short = shorten(spans, context)
    assert [s for s in short if s.mark in {Mark.ADDED, Mark.REMOVED}] == [
        s for s in spans if s.mark in {Mark.ADDED, Mark.REMOVED}
    ]
    assert all(not s.text for s in short if s.mark is Mark.CUT)
