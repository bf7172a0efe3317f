"""What happened to each block between two texts."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Block, BlockKind
from monitor.text.align import align, likeness

FIVE = [f"block of kind {name} with words enough" for name in "abcde"]


def blocks(*texts):
    return tuple(Block(text) for text in texts)


def steps(old, new):
    return [(op.kind, [b.text for b in op.old], [b.text for b in op.new]) for op in align(old, new)]


def rebuilt(ops):
    return [b for op in ops for b in op.old], [b for op in ops for b in op.new]


texts = st.lists(
    st.sampled_from(
        ["a", "b", "The board meets in May.", "The board meets in June 2024.", "one two three four five six", *FIVE]
    ),
    max_size=12,
).map(lambda found: blocks(*found))


@given(texts, texts)
def test_the_steps_give_both_texts_back(old, new):
    assert rebuilt(align(old, new)) == (list(old), list(new))


@given(texts, texts)
def test_each_step_has_the_sides_its_kind_says(old, new):
    for op in align(old, new):
        match op.kind:
            case "same":
                assert [b.key for b in op.old] == [b.key for b in op.new]
                assert op.old
            case "replace":
                assert len(op.old) == len(op.new) == 1
                assert op.old[0].key != op.new[0].key
            case "delete":
                assert op.old
                assert not op.new
            case "insert":
                assert op.new
                assert not op.old
            case "move_out":
                assert len(op.old) == 1
                assert not op.new
            case "move_in":
                assert len(op.new) == 1
                assert not op.old


@given(texts, texts)
def test_what_moves_out_moves_in_once(old, new):
    ops = align(old, new)
    left = sorted(b.key for op in ops if op.kind == "move_out" for b in op.old)
    came = sorted(b.key for op in ops if op.kind == "move_in" for b in op.new)
    assert left == came
    assert len(set(left)) == len(left)
    assert all(len(key.split()) >= 5 for key in left)


def test_equal_keys_are_the_same_block_whatever_the_punctuation():
    assert steps(blocks("The board, meets."), blocks("the board meets")) == [
        ("same", ["The board, meets."], ["the board meets"])
    ]


def test_a_reworded_paragraph_is_replaced():
    old = blocks("Intro", "The board meets twice a year in Brussels.", "End")
    new = blocks("Intro", "The board meets four times a year in Brussels.", "End")
    assert [op.kind for op in align(old, new)] == ["same", "replace", "same"]


def test_a_new_deadline_pairs_with_the_old_one():
    assert [op.kind for op in align(blocks("Deadline: 3 May 2024"), blocks("Deadline: 5 June 2025"))] == ["replace"]


def test_unrelated_paragraphs_are_deleted_and_inserted():
    old = blocks("The board meets twice a year in Brussels.")
    new = blocks("Citizens may write to any member at all times.")
    assert [op.kind for op in align(old, new)] == ["delete", "insert"]


def test_the_better_pair_is_made_first():
    old = blocks("Members of the board are named by the king for five years.")
    new = blocks("Members of the jury are chosen freely.", "Members of the board are named by the king for two years.")
    assert [op.kind for op in align(old, new)] == ["insert", "replace"]


def test_pairs_never_cross():
    old = blocks("alpha beta gamma delta x", "one two three four five y")
    new = blocks("one two three four five z", "alpha beta gamma delta w")
    assert [op.kind for op in align(old, new)].count("replace") == 1


def test_a_paragraph_at_another_place_has_moved():
    moving = "This long paragraph stands elsewhere now."
    old, new = blocks(moving, "A a a", "B b b", "C c c"), blocks("A a a", "B b b", "C c c", moving)
    assert [op.kind for op in align(old, new)] == ["move_out", "same", "move_in"]


def test_a_paragraph_that_stands_twice_does_not_move():
    twice = "This long paragraph stands in two places."
    old, new = blocks(twice, "A a a", "B b b"), blocks("A a a", "B b b", twice, twice)
    assert not {op.kind for op in align(old, new)} & {"move_out", "move_in"}


def test_a_short_line_at_another_place_is_deleted_and_inserted():
    old, new = blocks("Read more now", "A a a", "B b b"), blocks("A a a", "B b b", "Read more now")
    assert [op.kind for op in align(old, new)] == ["delete", "same", "insert"]


def test_a_moved_block_between_deleted_ones_keeps_its_place():
    moving = "This long paragraph stands elsewhere now."
    old = blocks("x gone", moving, "y gone", "A a a", "B b b", "C c c", "D d d")
    new = blocks("A a a", "B b b", "C c c", "D d d", moving)
    assert [op.kind for op in align(old, new)] == ["delete", "move_out", "delete", "same", "move_in"]


def test_of_equal_candidates_the_one_of_the_same_kind_is_taken():
    old = [Block("Rules for the use of cameras 2023", BlockKind.HEADING)]
    new = [
        Block("Rules for the use of cameras 2024"),
        Block("Rules for the use of cameras 2024", BlockKind.HEADING),
    ]
    assert [op.new[0].kind for op in align(old, new) if op.kind == "replace"] == [BlockKind.HEADING]


def test_likeness_of_nothing_with_nothing_is_whole():
    assert likeness("", "") == 1.0


def test_likeness_takes_numbers_for_each_other_half():
    assert likeness("deadline 3 may 2024", "deadline 5 june 2025") == 0.5


def _line(size):
    return " ".join(f"word{n}" for n in range(size))


SHAPES = {
    "twenty thousand equal blocks": (["read more here"] * 20_000, ["read more here"] * 19_000),
    "two kinds alternating": (["alpha one", "beta two"] * 10_000, ["beta two", "alpha one"] * 10_000),
    "twenty thousand of five kinds": (
        [FIVE[n * n % 5] for n in range(20_000)],
        [FIVE[n * n * n % 5] for n in range(20_000)],
    ),
    "one line of a megabyte": ([_line(110_000)], [_line(110_000).replace("word7", "other7")]),
    "a megabyte all new": ([_line(110_000)], [_line(110_000).replace("word", "fresh")]),
    "a megabyte of three words": (
        [" ".join(["aaa", "bb", "cccc"][n * n % 3] for n in range(250_000))],
        [" ".join(["aaa", "bb", "cccc"][n * n * n % 3] for n in range(250_000))],
    ),
    "all reversed": (
        [f"block number {n} of the list" for n in range(20_000)],
        [f"block number {n} of the list" for n in reversed(range(20_000))],
    ),
    "empty against a megabyte": ([], [_line(110_000)]),
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_adversarial_shapes_end_with_both_sides_whole(shape):
    old, new = (blocks(*side) for side in SHAPES[shape])
    assert rebuilt(align(old, new)) == (list(old), list(new))


def test_many_small_changes_in_a_long_list_are_all_paired():
    chance = random.Random(7)
    old = blocks(*(f"row {n} of the table holds {chance.randrange(10**9)}" for n in range(3_000)))
    new = blocks(*(f"row {n} of that table holds {chance.randrange(10**9)}" for n in range(3_000)))
    assert sum(op.kind == "replace" for op in align(old, new)) == 3_000
