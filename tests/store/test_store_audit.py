"""The audit log: rows are added, and stay."""

import sqlite3
from contextlib import closing

import pytest


def test_rows_are_listed_newest_first_and_by_key(tool):
    log, now = tool.store.audit, tool.world.start
    for number in range(5):
        log.note("Anna", "withhold", f"snapshot:{number}", "a request", now)
    newest = log.list(limit=2)
    assert [row.target for row in newest] == ["snapshot:4", "snapshot:3"]
    assert [row.target for row in log.list(before_id=newest[-1].id)] == ["snapshot:2", "snapshot:1", "snapshot:0"]
    assert (newest[0].who, newest[0].what, newest[0].detail, newest[0].at) == ("Anna", "withhold", "a request", now)


def test_what_was_done_to_one_thing_is_found(tool):
    tool.store.audit.note("Anna", "withhold", "snapshot:1", "", tool.world.start)
    tool.store.audit.note("Anna", "lift", "snapshot:1", "", tool.world.start)
    tool.store.audit.note("Ben", "lift", "snapshot:2", "x" * 9000, tool.world.start)
    assert [row.what for row in tool.store.audit.list(target="snapshot:1")] == ["lift", "withhold"]
    assert [row.who for row in tool.store.audit.list(what="lift")] == ["Ben", "Anna"]
    assert len(tool.store.audit.list(limit=1)[0].detail) == 2000


@pytest.mark.parametrize("statement", ["DELETE FROM audit", "UPDATE audit SET who = 'Ben'"])
def test_no_row_is_changed_or_deleted(tool, statement):
    tool.store.audit.note("Anna", "withhold", "snapshot:1", "", tool.world.start)
    with closing(sqlite3.connect(tool.store.path)) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
