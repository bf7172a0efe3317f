"""What guards the measurements of `benchmarks/` against fitting: halves of a corpus, pages whose names say nothing."""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "benchmarks"))

from disguise import VARIANTS, disguised
from halves import counted, half_of
from sites.play import START, Played
from sites.systems import SYSTEMS

from monitor.wiring import load_lore

PAGE = (
    '<nav class="main menu" id=top><a href="#end">x</a></nav><article role="main" class=\'menu\'>'
    '<p id="end" title="a > b">One <b>day</b></p></article>'
)


def test_a_name_becomes_the_same_random_word_all_over_a_site_and_another_on_another():
    page, elsewhere = disguised(PAGE, "a.example", "names"), disguised(PAGE, "b.example", "names")
    first, second = re.findall(r'class="([^"]*)"', page)
    assert first.split()[1] == second
    assert re.findall(r'href="#(\w+)"', page) == re.findall(r'<p id="(\w+)"', page)
    assert not set(re.findall(r"x[0-9a-f]{9}", page)) & set(re.findall(r"x[0-9a-f]{9}", elsewhere))
    assert not re.search(r"menu|main\b(?!\")|\"top", page)


def test_tags_that_say_what_a_part_is_for_are_kept_in_one_variant_and_are_plain_in_the_other():
    assert "<nav " in disguised(PAGE, "a.example", "names")
    plain = disguised(PAGE, "a.example", "tags")
    assert set(re.findall(r"<(\w+)", plain)) == {"div", "a", "p", "b"}
    assert "role" not in plain


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_other_names_change_no_word_and_no_address(system, variant):
    page = Played(system, "disguise", load_lore(), 1).pages[0]
    html = page.shown(system, START)[1]
    other = disguised(html, "a.example", variant)
    assert other != html
    assert re.sub(r"<[^>]*>", " ", other) == re.sub(r"<[^>]*>", " ", html)
    assert re.findall(r'(?i)href="[^#][^"]*"', other) == re.findall(r'(?i)href="[^#][^"]*"', html)


def test_a_stream_is_in_the_same_half_on_any_machine():
    names = [f"stream-{n}" for n in range(200)]
    assert [half_of(n) for n in ("one", "two", "three", "four")] == ["A", "B", "B", "A"]
    assert 70 < sum(half_of(n) == "A" for n in names) < 130


def test_an_alert_a_step_late_is_a_find_and_no_false_one():
    rows = [{"run": 1, "label": label} for label in (None, True, False, False, True)]
    figures, finds = counted(rows, [False, False, True, True, False])
    assert dict(figures) == {"true": 2, "found": 1, "polls": 4, "false": 1}
    assert finds == [(1, 2)]
