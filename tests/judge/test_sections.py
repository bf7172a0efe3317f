"""Where a thing stands is part of what it says: lines that change their section, and sections that change places."""

import pytest

from monitor.judge.units import UnitKind, units
from monitor.model import Block, BlockKind

FAR = ("The service keeps a record of every use.", "Citizens may ask for a review by a person.")


def text(*lines):
    """Lines as blocks, each under the heading above it; `# ` begins a heading."""
    blocks: list[Block] = []
    path: tuple[str, ...] = ()
    for line in lines:
        if line.startswith("# "):
            path = (line[2:],)
            blocks.append(Block(line[2:], BlockKind.HEADING, level=2))
        else:
            blocks.append(Block(line, BlockKind.ITEM, path))
    return blocks


def sections(old, new):
    return {u.new[0].text: u.sections for u in units(text(*old), text(*new)) if u.kind is UnitKind.MOVED_HERE}


@pytest.mark.parametrize(
    ("one", "two", "line"),
    [
        ("Prohibited", "Permitted", "Searching faces in a crowd by camera"),
        ("Geweigerd", "Toegekend", "Politiezone Noord, twaalf camera's op vier plaatsen"),
        ("Autorisé", "Interdit", "La reconnaissance faciale dans les gares"),
        ("Gilt für", "Gilt nicht für", "Systeme, mit denen Behörden Anträge ordnen"),
    ],
)
def test_a_line_that_leaves_its_section_for_another_is_told_with_both(one, two, line):
    before = (*FAR, f"# {one}", line, "The first of the others.", f"# {two}", "The second of the others.")
    after = (*FAR, f"# {one}", "The first of the others.", f"# {two}", "The second of the others.", line)
    assert sections(before, after) == {line: (one, two)}


def test_a_line_that_moves_within_its_section_is_an_order():
    before = ("# Permitted", "Searching faces in a crowd by camera", *FAR)
    assert sections(before, ("# Permitted", *FAR, before[1])) == {before[1]: ("", "")}


@pytest.mark.parametrize("headings", [("Register", "Fines"), ("The register of the state", "Fines that are paid late")])
def test_two_sections_exchanged_are_an_order(headings):
    one = (f"# {headings[0]}", "The register is open to everybody and names each system.")
    two = (f"# {headings[1]}", "A fine is paid within a month after the decision.")
    found = units(text(FAR[0], *one, *two, FAR[1]), text(FAR[0], *two, *one, FAR[1]))
    assert {u.kind for u in found} == {UnitKind.SAME, UnitKind.MOVED_AWAY, UnitKind.MOVED_HERE}
    assert not any(any(u.sections) for u in found)


def test_two_headings_that_change_places_over_lines_that_stay_are_told():
    lines = "Searching faces in a crowd by camera", "Reading the plates of cars on a motorway"
    found = units(
        text("# Allowed", lines[0], "# Forbidden", lines[1]), text("# Forbidden", lines[0], "# Allowed", lines[1])
    )
    told = [u for u in found if u.kind in {UnitKind.GONE, UnitKind.COME} or any(u.sections)]
    assert told != []


def test_a_line_under_a_heading_that_was_reworded_did_not_leave_its_section():
    before = ("# Use by the police", "Searching faces in a crowd by camera", FAR[0])
    assert set(sections(before, ("# Uses by police", FAR[0], before[1])).values()) == {("", "")}
