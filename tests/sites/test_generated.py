"""Pages that nobody collected, of ten page systems: what is planted is told, and what turns around it is not.

`benchmarks/generated.py` plays many more and prints the figures.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sites.play import Played, Score, played
from sites.systems import HELD_OUT, SYSTEMS

from monitor.wiring import load_lore

LORE = load_lore()
NOT_YET = {"parliament": 150}
"""False alerts in 1,000 looks of the systems that miss the bar of 5 by far: to be lowered, never raised."""


def lived(seed: str, systems: tuple[str, ...], days: int, pages: int = 3) -> Score:
    total = Score()
    for system in systems:
        total.add(played(system, seed, LORE, days, pages))
    return total


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_edit_is_told_whatever_system_wrote_the_page(system):
    score = lived("quick", (system,), days=11, pages=2)
    assert score.edits
    assert [(d.page, d.number, d.edit) for d in score.missed] == []


@pytest.mark.parametrize("system", [name for name in SYSTEMS if name not in NOT_YET])
def test_nothing_is_told_that_nobody_planted(system):
    score = lived("quiet", (system,), days=11, pages=2)
    assert [(d.page, d.number, d.parts) for d in score.void] == []


def test_the_same_seed_gives_the_same_pages():
    def shown() -> list[str]:
        site = Played("drupal", "same", LORE, 1)
        return [site.pages[0].shown(site.system, site.pages[0].saved)[1] for _ in site.live(12)]

    first, second = shown(), shown()
    assert first == second
    assert len(set(first)) > 1  # there were edits


@pytest.mark.slow
@pytest.mark.parametrize("system", [name for name in SYSTEMS if name not in HELD_OUT])
def test_of_many_edits_nearly_all_are_told_and_what_is_quiet_marks_no_other_words(system, record_property):
    score = lived("many", (system,), days=18)
    record_property("figure", f"{system}: {score.found} of {score.edits} edits, {score.rate:.1f} false in 1,000 looks")
    assert len(score.missed) <= 1, [(d.page, d.number, d.edit) for d in score.missed]
    assert score.rate <= NOT_YET.get(system, 5), [(d.page, d.number, d.parts) for d in score.void]
    assert system in NOT_YET or score.marked >= 0.95
