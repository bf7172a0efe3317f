"""The key beside the database that logins are signed with."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.errors import StorageError
from monitor.store import Seal


def test_it_is_made_once_however_many_ask(tmp_path):
    database = tmp_path / "monitor.sqlite3"
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: Seal(database).made(), range(16)))
    assert len(set(made)) == 1
    assert len(made[0]) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["monitor.sqlite3.key"]


def test_nothing_is_made_by_asking_whether_there_is_one(tmp_path):
    assert Seal(tmp_path / "monitor.sqlite3").read() == ""
    assert list(tmp_path.iterdir()) == []


def test_only_its_owner_may_read_it(tmp_path):
    seal = Seal(tmp_path / "monitor.sqlite3")
    seal.made()
    assert seal.path.stat().st_mode & 0o777 == 0o600


def test_one_that_cannot_be_read_or_made_is_said(tmp_path):
    (tmp_path / "monitor.sqlite3.key").mkdir()
    with pytest.raises(StorageError, match="cannot be read"):
        Seal(tmp_path / "monitor.sqlite3").read()
    with pytest.raises(StorageError, match="cannot be written"):
        Seal(tmp_path / "nowhere" / "monitor.sqlite3").made()
