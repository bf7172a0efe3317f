"""Common runs: exact when affordable, by anchors when not."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from monitor.text import runs
from monitor.text.runs import common_runs

sequences = st.lists(st.integers(0, 6), max_size=40)


@given(sequences, sequences)
def test_runs_are_equal_on_both_sides_and_in_order(old, new):
    a = b = 0
    for run in common_runs(old, new):
        assert old[run.old : run.old + run.length] == new[run.new : run.new + run.length]
        assert run.length > 0
        assert run.old >= a
        assert run.new >= b
        a, b = run.old + run.length, run.new + run.length


@given(sequences, sequences)
def test_small_sequences_are_compared_exactly(old, new):
    assert sum(run.length for run in common_runs(old, new)) == LCSseq.similarity(old, new)


@given(sequences, sequences)
def test_runs_that_continue_each_other_are_one(old, new):
    found = common_runs(old, new)
    assert all(
        (one.old + one.length, one.new + one.length) != (two.old, two.new) for one, two in itertools.pairwise(found)
    )


def test_a_long_sequence_with_few_edits_is_found_by_anchors():
    chance = random.Random(3)
    old = [chance.randrange(30_000) for _ in range(60_000)]
    new = [x if chance.random() > 0.01 else -1 for x in old]
    assert len(old) * len(new) > runs.EXACT_CELLS
    assert sum(run.length for run in common_runs(old, new)) > 0.95 * sum(x >= 0 for x in new)


@pytest.mark.slow
def test_few_distinct_words_are_anchored_by_groups_of_four():
    chance = random.Random(4)
    words = [chance.randrange(90) for _ in range(40_000)]
    new = [*words[:20_000], *([91] * 50), *words[20_000:]]
    new[5], new[-5] = 92, 92
    assert sum(run.length for run in common_runs(words, new)) > 39_900


def test_a_large_reversal_has_little_in_common_and_ends():
    found = common_runs(range(30_000), range(29_999, -1, -1))
    assert sum(run.length for run in found) == 1


@pytest.mark.slow
def test_more_distinct_elements_than_code_points_still_compare():
    old = list(range(700_000))
    new = [*range(1_000), *range(700_000, 1_400_000)]
    found = common_runs(old, new)
    assert found == [(0, 0, 1_000)]
