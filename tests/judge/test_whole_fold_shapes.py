"""The eight shapes that break comparisons, and a few more, through the whole path from bytes to verdict.

Each is a page before and after. The allowance is generous; what is meant to fail here is a quadratic rule, a recursion,
or a memory that grows with the page.
"""

import sys
import time
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pairs.fold import HTML, Fold, Served

from monitor.judge.recall import KEEP_PENDING, KEEP_SIGHTINGS, KEEP_SLOTS
from monitor.model import Source
from monitor.store.codec import MEMORY
from monitor.wiring import load_lore

pytestmark = pytest.mark.slow

ALLOWANCE = 5.0
"""Seconds of CPU for five looks at a page of a megabyte, with room for a slow machine."""
MOST_MEMORY = 600_000_000
MOST_REMEMBERED = 2_000_000
"""Bytes of a source's memory as JSON."""
PLAIN = "text/plain; charset=utf-8"


def paragraphs(lines):
    return "\n\n".join(lines)


def words(count, start=0):
    return " ".join(f"word{n}" for n in range(start, start + count))


SHAPES = {
    "20,000 equal blocks, one fewer": lambda: (
        paragraphs(["The same sentence again."] * 20_000),
        paragraphs(["The same sentence again."] * 19_999),
    ),
    "A and B in turn, B and A": lambda: (
        paragraphs(["The board agrees.", "The board declines."] * 10_000),
        paragraphs(["The board declines.", "The board agrees."] * 10_000),
    ),
    "20,000 blocks of five kinds": lambda: (
        paragraphs([f"Kind {n * n % 5} of the sentence." for n in range(20_000)]),
        paragraphs([f"Kind {n * 3 % 5} of the sentence." for n in range(20_000)]),
    ),
    "one line of a megabyte": lambda: (words(100_000), words(50_000) + " changed " + words(50_000, 50_000)),
    "a megabyte, all new": lambda: (
        paragraphs([words(10, n) for n in range(0, 100_000, 10)]),
        paragraphs([words(10, n) for n in range(200_000, 300_000, 10)]),
    ),
    "a megabyte of three words": lambda: ("yes no perhaps " * 66_000, "no perhaps yes yes " * 50_000),
    "100,000 words reversed": lambda: (words(100_000), " ".join(reversed(words(100_000).split()))),
    "next to nothing, then a megabyte": lambda: ("The law.", paragraphs([words(10, n) for n in range(0, 100_000, 10)])),
    "all paragraphs reversed": lambda: (
        paragraphs([words(10, n) for n in range(0, 100_000, 10)]),
        paragraphs([words(10, n) for n in range(99_990, -1, -10)]),
    ),
    "every paragraph one word more": lambda: (
        paragraphs([words(10, n) for n in range(0, 100_000, 10)]),
        paragraphs([words(10, n) + " too" for n in range(0, 100_000, 10)]),
    ),
}


def as_html(text):
    rows = "".join(f"<p>{line}</p>" for line in text.split("\n\n"))
    return Served(f"<html lang='en'><title>Law</title><main>{rows}</main></html>".encode(), HTML)


def as_text(text):
    return Served(text.encode(), PLAIN)


@pytest.fixture(scope="module")
def lore():
    return load_lore()


def looked(lore, before, after):
    """Three looks at one version, two at the other."""
    fold = Fold(Source("law", "Law", "oversight", "https://www.gov.example/law", languages=("en",)), lore)
    for _ in range(3):
        fold.look(before)
    fold.look(after, after=timedelta(days=1))
    fold.look(after)
    return fold


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("served", [as_text, as_html])
def test_no_shape_of_text_takes_long_or_much_memory(lore, shape, served):
    before, after = (served(text) for text in SHAPES[shape]())
    begin = time.process_time()
    fold = looked(lore, before, after)
    spent = time.process_time() - begin
    assert spent < 10 * ALLOWANCE
    assert len(fold.intents) == 5
    assert len(MEMORY.dump(fold.memory)) < MOST_REMEMBERED
    assert len(fold.memory.sightings) <= KEEP_SIGHTINGS
    assert len(fold.memory.slots) <= KEEP_SLOTS
    assert len(fold.memory.pending) <= KEEP_PENDING


def test_nesting_deeper_than_any_stack_is_read_and_judged(lore):
    deep = "<div>" * 30_000 + "<p>The law of the land.</p>" + "</div>" * 30_000
    fold = looked(lore, Served(f"<html lang='en'>{deep}</html>".encode(), HTML), as_html("The law of the land."))
    assert len(fold.intents) == 5


@pytest.mark.worst
def test_memory_in_use_stays_bounded_for_a_megabyte_that_is_all_new(lore):
    before, after = (as_text(text) for text in SHAPES["a megabyte, all new"]())
    tracemalloc.start()
    try:
        looked(lore, before, after)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MOST_MEMORY


def test_what_is_remembered_does_not_grow_with_time(lore):
    """Two hundred looks at a page that is another one each time."""
    fold = Fold(Source("law", "Law", "oversight", "https://www.gov.example/law", languages=("en",)), lore)
    sizes = []
    for n in range(200):
        fold.look(as_html(paragraphs([words(8, 1000 * n + 8 * k) for k in range(30)])), after=timedelta(days=1))
        sizes.append(len(MEMORY.dump(fold.memory)))
    assert max(sizes) < MOST_REMEMBERED
    assert max(sizes[150:]) <= 1.2 * max(sizes[:150])
