"""Migration 0003: ways out beside mail. What a database from before had is still there."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from monitor import resources
from monitor.model import Medium
from monitor.store import open_store


@pytest.fixture
def before(tmp_path):
    """A database as the first version left it: one subscriber, one message on its way, a server that is down."""
    path = tmp_path / "old.sqlite3"
    migrations = tmp_path / "migrations"
    shutil.copytree(resources.bundled("db/migrations"), migrations, ignore=shutil.ignore_patterns("__pycache__"))
    for script in (migrations / "versions").glob("000[3-9]*.py"):
        script.unlink()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        schema = _schema_of(migrations)
        connection.executescript(schema)
        connection.executescript(
            "INSERT INTO subscriber VALUES (7, 'An@example.org', 'an@example.org', 'nl', 'Europe/Brussels', 'daily', 7,"
            " 0, '{}', 1, 0, 0, '2026-11-01 07:00:00.000000');"
            "INSERT INTO digest VALUES (3, 7, 'digest', '2026-11-22', '2026-11-21 06:00:00.000000',"
            " '2026-11-22 06:00:00.000000', '2026-11-22 06:00:00.000000', x'41');"
            "INSERT INTO delivery VALUES (5, 3, 'pending', 0, NULL, 'An@example.org', 'w@example.org', 'S', '<m@x>', 1,"
            " '2026-11-22 06:00:00.000000', '2026-11-22 06:00:00.000000', NULL, '421 later');"
            "INSERT INTO channel VALUES ('mail', 'down', '2026-11-22 06:00:00.000000', NULL, 'refused');"
        )
    return path


def _schema_of(migrations):
    """The SQL of the database at revision 0002."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    config = Config()
    config.set_main_option("script_location", str(migrations))
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        rows = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC"
        ).fetchall()
    stamp = "INSERT INTO alembic_version VALUES ('0002'); PRAGMA application_id = 1179539284;"
    return ";\n".join(sql for (sql,) in rows) + ";\n" + stamp


def test_who_was_subscribed_gets_mail_as_before(before, clock):
    with closing(open_store(before, clock=clock)) as store:
        (reader,) = store.subscribers.all()
        assert (reader.id, reader.email, reader.medium, reader.channel) == (7, "An@example.org", Medium.MAIL, "mail")
        assert (reader.bounces, reader.suspended_at, reader.waiting) == (0, None, False)


def test_what_was_on_its_way_and_the_state_of_the_server_are_kept(before, clock):
    with closing(open_store(before, clock=clock)) as store:
        assert [(d.id, d.attempts, d.answer) for d in store.outbox.deliveries()] == [(5, 1, "421 later")]
        assert store.outbox.message(5) == b"A"
        assert (store.outbox.channel().state, store.outbox.channel().note) == ("down", "refused")


def test_a_suspension_is_no_setting_and_ends_by_resuming(store, clock):
    from monitor.model import Subscriber

    reader = store.subscribers.add(Subscriber(0, "an@example.org"))
    assert store.subscribers.suspend(reader.id, "three messages came back", clock.now())
    assert not store.subscribers.suspend(reader.id, "again", clock.now())
    store.subscribers.update(reader)  # as read before: a person changed the hour meanwhile
    found = store.subscribers.get("an@example.org")
    assert found.waiting
    assert (found.suspended_at, found.suspended_reason) == (clock.now(), "three messages came back")
    assert store.subscribers.resume(reader.id)
    assert not store.subscribers.get("an@example.org").waiting
