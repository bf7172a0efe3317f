"""Where the home and the bundled files are found."""

import os
from pathlib import Path

import pytest

from monitor import resources
from monitor.errors import MonitorError


def checkout(folder: Path) -> Path:
    """A folder that looks like a checkout; its package."""
    (folder / "monitor" / "data").mkdir(parents=True)
    (folder / "sources.yaml").write_text("checkout")
    return folder / "monitor"


def test_the_variable_names_the_home(tmp_path):
    assert resources.home({"MONITOR_HOME": str(tmp_path / "there")}, tmp_path) == tmp_path / "there"


def test_the_variable_may_be_relative(tmp_path):
    assert resources.home({"MONITOR_HOME": "a/../b"}, tmp_path) == tmp_path / "b"


def test_the_variable_may_use_the_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))

    assert resources.home({"MONITOR_HOME": "~/watch"}) == tmp_path / "watch"


def test_an_empty_variable_counts_as_none(tmp_path):
    (tmp_path / "sources.yaml").touch()

    assert resources.home({"MONITOR_HOME": " "}, tmp_path) == tmp_path


def test_the_nearest_parent_with_a_watch_list_is_the_home(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "sources.yaml").touch()
    (tmp_path / "a" / "sources.yaml").touch()

    assert resources.home({}, inner) == tmp_path / "a"


def test_far_from_any_watch_list_the_checkout_is_the_home(tmp_path):
    package = checkout(tmp_path / "src")
    (tmp_path / "elsewhere").mkdir()

    assert resources.home({}, tmp_path / "elsewhere", package) == tmp_path / "src"


def test_without_any_watch_list_the_current_folder_is_the_home(tmp_path):
    assert resources.home({}, tmp_path, tmp_path / "site-packages" / "monitor") == tmp_path


def test_a_home_has_its_own_watch_list(tmp_path):
    (tmp_path / "sources.yaml").touch()

    assert resources.sources_path(tmp_path) == tmp_path / "sources.yaml"


def test_a_home_without_a_watch_list_gets_the_bundled_one(tmp_path):
    assert resources.sources_path(tmp_path) == resources.bundled("sources.yaml")


def test_the_installed_copy_comes_before_the_checkout(tmp_path):
    package = checkout(tmp_path)
    (package / "_bundled" / "db").mkdir(parents=True)
    (package / "_bundled" / "db" / "schema.sql").touch()

    assert resources.bundled("db/schema.sql", package) == package / "_bundled" / "db" / "schema.sql"
    assert resources.bundled("sources.yaml", package) == tmp_path / "sources.yaml"


def test_a_missing_file_says_where_it_was_looked_for(tmp_path):
    package = checkout(tmp_path)

    with pytest.raises(MonitorError) as caught:
        resources.bundled("db/migrations", package)

    assert str(package / "_bundled" / "db" / "migrations") in str(caught.value)
    assert str(tmp_path / "db" / "migrations") in str(caught.value)


def test_a_home_may_lay_its_own_data_beside(tmp_path):
    package = checkout(tmp_path / "src")
    (package / "data" / "words.yaml").touch()
    (tmp_path / "home" / "data").mkdir(parents=True)

    assert resources.data("words.yaml", tmp_path / "home", package) == package / "data" / "words.yaml"

    (tmp_path / "home" / "data" / "words.yaml").touch()

    assert resources.data("words.yaml", tmp_path / "home", package) == tmp_path / "home" / "data" / "words.yaml"
    assert resources.data("words.yaml", package=package) == package / "data" / "words.yaml"


def test_missing_data_is_named(tmp_path):
    with pytest.raises(MonitorError, match=r"nothing\.yaml is missing"):
        resources.data("nothing.yaml", package=tmp_path)


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_command_has_its_short_name_where_the_shell_finds_it(tmp_path):
    there = executable(tmp_path / "bin" / "monitor")
    assert resources.command(str(there.with_name("python")), str(there.parent)) == "monitor"


def test_the_command_is_named_in_full_where_the_shell_does_not_find_it(tmp_path):
    there = executable(tmp_path / "venv" / "bin" / "monitor")
    assert resources.command(str(there.with_name("python")), str(tmp_path)) == str(there)


def test_the_command_keeps_its_name_where_it_was_installed_without_a_script(tmp_path):
    assert resources.command(str(tmp_path / "python"), str(tmp_path)) == "monitor"


@pytest.fixture
def no_umask():
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("no_umask")
def test_folders_that_are_made_are_the_owners_alone_whatever_the_umask(tmp_path):
    resources.own_folder(tmp_path / "home" / "alerts" / "outbox")
    made = ("home", "home/alerts", "home/alerts/outbox")
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in made] == [0o700] * 3


def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    (tmp_path / "db").mkdir()
    (tmp_path / "db").chmod(0o755)
    resources.own_folder(tmp_path / "db" / "backups")
    assert (tmp_path / "db").stat().st_mode & 0o777 == 0o755


def test_a_file_where_a_folder_should_be_is_an_error(tmp_path):
    (tmp_path / "db").write_text("")
    with pytest.raises(NotADirectoryError):
        resources.own_folder(tmp_path / "db")
