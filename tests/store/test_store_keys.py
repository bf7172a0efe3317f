"""What must not be there twice is refused by the database itself, whatever the program thinks."""

import sqlite3
from contextlib import closing

import pytest


@pytest.fixture
def mailed(tool):
    """The open file of a store in which one reader was told one change."""
    reader = tool.subscribe()
    tool.follow("coc")
    changes, _ = tool.tell("coc", changes=1, events=0)
    order = tool.world.digest_order(reader, "2026-11-22")
    tool.store.outbox.enqueue(order, changes, (), tool.world.outgoing("2026-11-22", reader.email), tool.world.start)
    with closing(sqlite3.connect(tool.store.path)) as connection:
        yield connection


def again(connection, table, **other):
    """Write the only row of a table once more, with a few values of its own."""
    cursor = connection.execute(f"SELECT * FROM {table}")
    names, row = [column[0] for column in cursor.description], cursor.fetchone()
    values = {**dict(zip(names, row, strict=True)), **other}
    marks = ", ".join("?" for _ in values)
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))


def test_the_database_refuses_a_second_digest_of_one_window(mailed):
    with pytest.raises(sqlite3.IntegrityError, match=r"digest\.subscriber_id, digest\.window"):
        again(mailed, "digest", id=None)
    again(mailed, "digest", id=None, window="2026-11-23")


def test_the_database_refuses_to_tell_a_reader_a_change_twice(mailed):
    with pytest.raises(sqlite3.IntegrityError, match=r"digest_item\.subscriber_id, digest_item\.item"):
        again(mailed, "digest_item", digest_id=None)


def test_the_database_refuses_a_second_delivery_of_one_digest(mailed):
    with pytest.raises(sqlite3.IntegrityError, match=r"delivery\.digest_id"):
        again(mailed, "delivery", id=None)
