"""Wheel and sdist of a used checkout hold what an allow-list names, and nothing a running monitor made."""

import re
import zipfile

# Every member must match one line; a new kind of file is packed on purpose or not at all.
IN_THE_WHEEL = (
    r"monitor/(?!_bundled/)([a-z_0-9]+/)*[a-z_0-9]+\.py",
    r"monitor/py\.typed",
    r"monitor/data/([a-z_-]+/)*[a-z_0-9-]+\.(yaml|json|txt)",
    r"monitor/demo/([a-z_0-9-]+/)*[a-z_0-9-]+\.(html|yaml|json|txt|pdf)",
    r"monitor/web/(templates|static)/([a-z_-]+/)*[A-Za-z_0-9.-]+\.(html|xml|css|js|svg|png|ico|txt)",
    r"monitor/web/words/[a-z_]+\.toml",
    r"monitor/_bundled/sources\.yaml",
    r"monitor/_bundled/db/schema\.sql",
    r"monitor/_bundled/db/migrations/([a-z_]+/)*[a-z_0-9]+\.(py|py\.mako|ini)",
    r"monitor/_bundled/alerts/templates/([a-z_]+/)*[a-z_0-9.-]+\.(txt|html|j2|toml|yaml|css)",
    r"footnote_watch-[0-9.]+\.dist-info/(METADATA|WHEEL|RECORD|entry_points\.txt|licenses/LICENSE)",
)
IN_THE_SDIST = (
    r"monitor/([a-z_0-9]+/)*[A-Za-z_0-9.-]+\.(py|typed|yaml|json|txt|html|xml|css|js|svg|png|ico|pdf)",
    r"monitor/web/words/[a-z_]+\.toml",
    r"db/(README\.md|schema\.sql|migrations/([a-z_]+/)*[a-z_0-9]+\.(py|py\.mako|ini))",
    r"alerts/(README\.md|templates/([a-z_]+/)*[a-z_0-9.-]+\.(txt|html|j2|toml|yaml|css)|samples/[A-Za-z_0-9./-]+)",
    r"tests/.+\.(py|html|pdf|json|yaml|txt|eml|sql|md|xml|zst|jsonl|png|b64|gz|bin|cjs)|tests/html/\.npmrc",
    r"docs/.+\.(md|png)",
    r"docs/reference/[a-z-]+-example\.json",
    r"benchmarks/.+\.(py|md|json|sh|yaml|txt)",
    r"sources\.yaml",
    r"run|\.ci/run|\.editorconfig|\.gitignore|pyproject\.toml|requirements(-dev)?\.lock",
    r"(README|CHANGELOG|CONTRIBUTING)\.md|LICENSE|PKG-INFO",
)
MUST_BE_THERE = {
    "monitor/__init__.py",
    "monitor/_bundled/sources.yaml",
    "monitor/_bundled/db/schema.sql",
    "monitor/_bundled/db/migrations/env.py",
}


def unexpected(members, allowed):
    rule = re.compile("|".join(f"(?:{line})" for line in allowed))
    return sorted(name for name in members if not rule.fullmatch(name))


def test_the_wheel_holds_only_what_the_allow_list_names(wheel_members):
    assert unexpected(wheel_members, IN_THE_WHEEL) == []


def test_the_sdist_holds_only_what_the_allow_list_names(sdist_members):
    assert unexpected(sdist_members, IN_THE_SDIST) == []


def test_nothing_a_running_monitor_left_behind_is_packed(wheel_members, sdist_members):
    assert [name for name in wheel_members | sdist_members if "canary" in name or ".sqlite3" in name] == []


def test_no_packed_file_holds_the_secret_of_the_env_file(wheel):
    with zipfile.ZipFile(wheel) as archive:
        assert [name for name in archive.namelist() if b"canary" in archive.read(name)] == []


def test_the_wheel_brings_what_the_program_needs_from_the_data_folders(wheel_members):
    assert MUST_BE_THERE - wheel_members == set()


def test_the_sdist_brings_what_it_takes_to_run_and_check_it(sdist_members):
    needed = {".ci/run", "LICENSE", "README.md", "pyproject.toml", "requirements-dev.lock", "requirements.lock", "run"}
    assert needed - sdist_members == set()


def test_every_file_of_the_package_is_in_the_wheel(wheel_members, used_checkout):
    """A data file that is used in the checkout but forgotten in the wheel would only fail for users."""
    package = used_checkout / "monitor"
    files = {f"monitor/{file.relative_to(package).as_posix()}" for file in package.rglob("*") if file.is_file()}
    assert {name for name in files if "__pycache__" not in name} - wheel_members == set()


def test_every_template_and_migration_is_in_the_wheel(wheel_members, used_checkout):
    folders = [used_checkout / "alerts/templates", used_checkout / "db/migrations"]
    files = {file.relative_to(used_checkout).as_posix() for top in folders for file in top.rglob("*") if file.is_file()}
    assert {f"monitor/_bundled/{name}" for name in files if "__pycache__" not in name} - wheel_members == set()
