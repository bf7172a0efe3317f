"""Everything that is set, raised or linked is written down, and nothing is written down that is not there."""

import re

from monitor import errors
from monitor.settings import Settings
from monitor.settings.ways import CHAT_URL, WEBHOOK_SECRET

# Read by `monitor/crash.py` for the crash tests; no operator's business.
FOR_TESTS_ONLY = {"MONITOR_CRASH_AT", "MONITOR_HANG_AT"}
# One for each webhook and chat: the name stands behind it.
NAMED = (WEBHOOK_SECRET, CHAT_URL)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)")
VARIABLE = re.compile(r"\bMONITOR_[A-Z][A-Z_]*[A-Z]\b")


def pages(checkout):
    return sorted([*checkout.glob("*.md"), *(checkout / "docs").rglob("*.md"), *checkout.glob("*/README.md")])


def rows(page):
    """The first cell of every table row, without its backquotes."""
    return {match[1] for match in re.finditer(r"^\| `?([^`|]+?)`? \|", page.read_text("utf-8"), re.MULTILINE)}


def test_every_setting_has_its_row_and_every_row_its_setting(checkout):
    written = {row for row in rows(checkout / "docs/reference/settings.md") if row.startswith("MONITOR_")}
    assert written == {f"MONITOR_{name.upper()}" for name in Settings.model_fields} | {f"{name}…" for name in NAMED}


def test_a_page_names_only_settings_that_exist(checkout):
    known = {f"MONITOR_{name.upper()}" for name in Settings.model_fields} | FOR_TESTS_ONLY
    named = {(page.name, name) for page in pages(checkout) for name in VARIABLE.findall(page.read_text("utf-8"))}
    assert {(page, name) for page, name in named if name not in known and not f"{name}_".startswith(NAMED)} == set()


def test_every_exit_code_of_an_error_has_its_row(checkout):
    codes = {str(kind.exit_code) for kind in vars(errors).values() if hasattr(kind, "exit_code")}
    assert codes - rows(checkout / "docs/reference/exit-codes.md") == set()


def test_every_link_between_pages_leads_to_a_file(checkout):
    broken = [
        f"{page.relative_to(checkout)}: {target}"
        for page in pages(checkout)
        for target in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_decision_is_listed_and_has_its_number_in_the_title(checkout):
    folder = checkout / "docs/decisions"
    decisions = sorted(folder.glob("[0-9][0-9][0-9][0-9]-*.md"))
    overview = (folder / "README.md").read_text("utf-8")
    assert [d.name for d in decisions if f"({d.name})" not in overview] == []
    assert [d.name for d in decisions if not d.read_text("utf-8").startswith(f"# {d.name[:4]}: ")] == []
    assert [int(d.name[:4]) for d in decisions] == list(range(1, len(decisions) + 1))


def test_the_changelog_has_a_place_for_what_is_not_released(checkout):
    assert "\n## [Unreleased]\n" in (checkout / "CHANGELOG.md").read_text("utf-8")


def test_every_room_is_in_the_table_of_where_a_change_goes(checkout):
    page = (checkout / "CONTRIBUTING.md").read_text("utf-8")
    modules = [path for path in (checkout / "monitor").iterdir() if not path.name.startswith(("_", "py.typed"))]
    rooms = [f"`monitor/{path.name}{'/' if path.is_dir() else ''}`" for path in modules]
    assert [room for room in rooms if room not in page] == []
