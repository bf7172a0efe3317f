"""kill -9 in a migration of a database with content, from every schema there ever was: nothing is lost."""

import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import timedelta

import pytest

from monitor import resources
from monitor.crash import STATUS
from monitor.model import (
    Aside,
    DeliveryState,
    DigestKind,
    Finding,
    FindingKind,
    Held,
    HostRecord,
    Outcome,
    Reason,
    Saying,
    SayingKind,
)
from monitor.model.review import ReviewState
from monitor.store import open_store
from monitor.store.engine import Database
from monitor.store.schema import HEAD

MIGRATIONS = resources.bundled("db/migrations")
EARLIER = sorted(script.name[:4] for script in (MIGRATIONS / "versions").glob("[0-9]*.py"))[:-1]
START = """
import pathlib, sys
from monitor.clock import SystemClock
from monitor.store import open_store
open_store(pathlib.Path(sys.argv[1]), clock=SystemClock()).close()
"""
FILLER = {"INTEGER": 1, "BOOLEAN": 0, "DATETIME": "2026-11-22 07:00:00.000000", "BLOB": b"x"}


def tables(raw):
    """The tables with rows of ours; not those of the full-text index, which is made from them."""
    rows = raw.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    return sorted({name for (name,) in rows if not name.startswith("sqlite_")} - {"alembic_version"})


def columns(raw, table, schema="main"):
    return [row[1] for row in raw.execute(f"PRAGMA {schema}.table_info('{table}')")]


@pytest.fixture
def content(tool, world, path):
    """A database of this version with rows in every table."""
    tool.follow("coc", "senate")
    anna = tool.subscribe("anna@example.org")
    held = Held("coc", "clock", Reason("flicker"), world.start)
    finding = Finding("coc", FindingKind.THERE, world.start)
    text = world.text("kept for five years")
    tool.poll("coc", b"five years" * 50, held=(held,), finding=finding, told_text=text, current_text=text)
    tool.poll("coc", b"two years" * 50, changes=(world.change("coc"),), events=(world.event("coc"),),
              outcome=Outcome.CHANGED)  # fmt: skip
    store, now = tool.store, world.start + timedelta(days=1)
    store.outbox.enqueue(world.digest_order(anna, "2026-11-22"), ["change:1"], ["event:1"], world.outgoing("w1"), now)
    delivery = store.outbox.claim(now, timedelta(minutes=5))
    assert store.outbox.settle(delivery, DeliveryState.SENT, "250", now)
    store.outbox.enqueue(world.digest_order(anna, "2026-11-23"), [], [], world.outgoing("w2"), now)
    store.aside.put(Aside(anna.id, DigestKind.DIGEST, "2026-11-24", "0.9", now, "KeyError"))
    store.people.say(Saying("coc", SayingKind.QUIET, ("ab",), now, change=1))
    store.reviews.put(["change:1"], ReviewState.RELEVANT, who="Anna", now=now, note="read")
    store.hosts.put(HostRecord("coc.example.be", robots_status=200, robots_body=b"User-agent: *"))
    store.meta.set("first_start_at", now.isoformat())
    store.users.add("Anna", "$argon2id$", "admin", now)
    store.audit.note("Anna", "login", "user:Anna", "", now)
    store.withholding.put(1, "a person", "Anna", now)
    store.close()
    with closing(sqlite3.connect(path)) as raw, raw:
        for table in tables(raw):
            if raw.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None:
                fill(raw, table)
    return path


def fill(raw, table):
    """One row, of the plainest values its columns take."""
    parents = {row[3]: row[2:5] for row in raw.execute(f"PRAGMA foreign_key_list('{table}')")}
    values = {}
    for _, name, kind, _, default, _ in raw.execute(f"PRAGMA table_info('{table}')").fetchall():
        if name in parents:
            parent, _, key = parents[name]
            (values[name],) = raw.execute(f'SELECT "{key}" FROM {parent} LIMIT 1').fetchone()
        elif default is None:
            values[name] = FILLER.get(kind, "waiting" if name == "state" else "x")
    names = ", ".join(f'"{name}"' for name in values)
    raw.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", tuple(values.values()))


@pytest.fixture
def earlier(content, tmp_path):
    """Makes a database of an earlier schema, with that content: as much of it as its tables take."""

    def make(revision):
        scripts = tmp_path / "migrations"
        shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        for script in (scripts / "versions").glob("*.py"):
            if script.name[:4] > revision:
                script.unlink()
        path = tmp_path / "earlier" / "monitor.sqlite3"
        Database(path, migrations=scripts).close()
        with closing(sqlite3.connect(path)) as raw, raw:
            raw.execute("ATTACH ? AS now", (str(content),))
            for table in tables(raw):
                names = ", ".join(f'"{c}"' for c in columns(raw, table) if c in columns(raw, table, "now"))
                raw.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM now.{table}")
                assert raw.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone(), f"nothing in {table}"
            assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        return path

    return make


def rows_of(path, shape=None):
    """The rows of every table, in these columns of it (all it has, unless told)."""
    with closing(sqlite3.connect(path)) as raw:
        shape = shape or {table: columns(raw, table) for table in tables(raw)}
        found = {}
        for table, names in shape.items():
            wanted = ", ".join(f'"{name}"' for name in names)
            found[table] = Counter(raw.execute(f"SELECT {wanted} FROM {table}").fetchall())
        return shape, found


def facts(path):
    """Whether SQLite finds it sound, and its schema."""
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute("PRAGMA integrity_check").fetchall(), raw.execute("SELECT * FROM alembic_version").fetchall()


@pytest.mark.parametrize("point", ["migrate.middle", "migrate.after_commit"])
@pytest.mark.parametrize(
    "revision", [pytest.param(one, marks=[pytest.mark.slow] * (one not in {"0001", EARLIER[-1]})) for one in EARLIER]
)
@pytest.mark.slow
def test_killed_in_a_migration_every_row_is_there_before_and_after_the_next_start(
    earlier, run_python, clock, revision, point
):
    path = earlier(revision)
    shape, before = rows_of(path)
    done = run_python(START, path, crash_at=point)
    assert done.returncode == STATUS, done.stderr
    migrated = point == "migrate.after_commit"
    assert facts(path) == ([("ok",)], [(HEAD if migrated else revision,)])
    if not migrated:
        assert rows_of(path) == (shape, before)
    copy = path.parent / "backups" / f"before-{HEAD}-was-{revision}.sqlite3"
    assert rows_of(copy) == (shape, before)
    with closing(open_store(path, clock=clock)) as store:
        assert store.check() == ()
    assert facts(path) == ([("ok",)], [(HEAD,)])
    _, after = rows_of(path, shape)
    assert {table: rows - after[table] for table, rows in before.items() if rows - after[table]} == {}
