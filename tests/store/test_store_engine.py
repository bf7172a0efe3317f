"""The file: locks, schema, damage, a full disk, copies."""

import os
import shutil
import sqlite3
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from monitor import resources
from monitor.clock import SteppedClock
from monitor.errors import AlreadyRunningError, DamagedError, SchemaError, StorageError
from monitor.store import daemon_lock, newest_backup, open_store, restore
from monitor.store.engine import Database
from monitor.store.locks import WriteLock
from monitor.store.review_tables import WORDS
from monitor.store.schema import APPLICATION_ID, HEAD, schema_sql
from monitor.store.tables import META, METADATA

STAMP = "20261122T070000Z"


@pytest.fixture
def reopen(path, clock):
    """Opens the database again; everything opened is closed at the end."""
    opened = []

    def again(at=None, **kwargs):
        opened.append(open_store(at or path, clock=clock, **kwargs))
        return opened[-1]

    yield again
    for store in opened:
        store.close()


@pytest.fixture
def raw(path):
    """SQLite without the program around it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def ruin(path, start, length):
    with path.open("r+b") as file:
        file.seek(start)
        file.write(os.urandom(length))


# --- the schema -------------------------------------------------------------------------------------------------


def test_a_new_database_is_made_for_its_owner_only(tmp_path, reopen):
    store = reopen(tmp_path / "new" / "db" / "monitor.sqlite3")
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.path.parent.stat().st_mode & 0o777 == 0o700
    assert store.check() == ()


def test_a_folder_where_the_database_should_be_is_said(tmp_path, reopen):
    (tmp_path / "monitor.sqlite3").mkdir()
    with pytest.raises(StorageError, match="is a folder, not a database"):
        reopen(tmp_path / "monitor.sqlite3")


def test_the_committed_schema_is_that_of_the_migrations(path, checkout):
    assert (checkout / "db" / "schema.sql").read_text() == schema_sql(path)


def test_the_migrations_make_the_tables_the_program_works_with(path):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def ours(name, kind, *_):
        return kind != "table" or not name.startswith(WORDS)

    options = {"compare_type": True, "include_name": ours}
    with create_engine(f"sqlite:///{path}").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []


def test_the_newest_migration_is_the_one_the_program_names():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(resources.bundled("db/migrations")))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_every_table_is_described(checkout):
    described = (checkout / "db" / "README.md").read_text()
    assert [name for name in METADATA.tables if f"`{name}`" not in described] == []


def test_a_newer_database_is_refused(path, raw, reopen):
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match="newer") as caught:
        reopen()
    assert caught.value.exit_code == 78


def test_somebody_elses_database_is_refused(tmp_path, reopen):
    with closing(sqlite3.connect(tmp_path / "other.sqlite3")) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(SchemaError, match="not one of Footnote Watch"):
        reopen(tmp_path / "other.sqlite3")


def test_a_database_without_a_version_is_refused(raw, reopen):
    raw.execute("DELETE FROM alembic_version")
    with pytest.raises(SchemaError, match="0 schema versions"):
        reopen()


@pytest.fixture
def older(tmp_path):
    """A database one revision back with a row in it, and migrations that lead from there to HEAD."""
    migrations = tmp_path / "migrations"
    shutil.copytree(resources.bundled("db/migrations"), migrations, ignore=shutil.ignore_patterns("__pycache__"))
    (script,) = (migrations / "versions").glob("0001*.py")
    script.write_text(script.read_text().replace("down_revision = None", 'down_revision = "0000"'))
    (migrations / "versions" / "0000_before.py").write_text(
        "revision, down_revision, branch_labels, depends_on = '0000', None, None, None\ndef upgrade(): pass\n"
    )
    path = tmp_path / "old" / "monitor.sqlite3"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('0000')")
        connection.execute("CREATE TABLE old (id INTEGER PRIMARY KEY, other INTEGER REFERENCES old (id))")
        connection.execute("INSERT INTO old VALUES (1, NULL)")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    return path, migrations, script


def version_of(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchall()


def test_an_older_database_is_migrated_after_a_copy_was_made(older, reopen):
    path, migrations, _ = older
    store = reopen(path, migrations=migrations)
    store.meta.set("works", "yes")
    assert version_of(path) == [(HEAD,)]
    assert version_of(path.parent / "backups" / f"before-{HEAD}-was-0000.sqlite3") == [("0000",)]


def test_a_migration_that_fails_leaves_the_database_as_it_was(older, reopen):
    path, migrations, script = older
    script.write_text(script.read_text().replace("    _meta()\n", "    _meta()\n    raise LookupError('half way')\n"))
    with pytest.raises(LookupError, match="half way"):
        reopen(path, migrations=migrations)
    assert version_of(path) == [("0000",)]
    with closing(sqlite3.connect(path)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"alembic_version", "old"}


def test_a_migration_that_breaks_references_is_refused(older, reopen):
    path, migrations, script = older
    spoil = "    op.execute('INSERT INTO old VALUES (2, 77)')\n"
    script.write_text(script.read_text().replace("    _meta()\n", f"    _meta()\n{spoil}"))
    with pytest.raises(SchemaError, match=r"without what they refer to \(old\)"):
        reopen(path, migrations=migrations)
    assert version_of(path) == [("0000",)]


def test_two_that_open_a_new_database_at_once_make_one(tmp_path, clock):
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: open_store(tmp_path / "x.sqlite3", clock=clock), range(4)))
    stores[0].meta.set("one", "1")
    assert [store.meta.get("one") for store in stores] == ["1"] * 4
    for store in stores:
        store.close()


# --- locks ------------------------------------------------------------------------------------------------------


def test_two_handles_on_one_lock_keep_each_other_out(tmp_path):
    one, two = (WriteLock(tmp_path / "x.lock", 0.05) for _ in range(2))
    with one.held(), pytest.raises(StorageError, match="locked by others"), two.held():
        pass
    with two.held():
        pass


def test_two_threads_on_one_lock_keep_each_other_out(tmp_path):
    lock = WriteLock(tmp_path / "x.lock", 0.05)

    def take():
        with lock.held():
            return True

    with ThreadPoolExecutor(1) as pool:
        with lock.held(), pytest.raises(StorageError, match="locked by others"):
            pool.submit(take).result()
        assert pool.submit(take).result()


def test_a_transaction_inside_a_transaction_is_a_bug(path):
    database = Database(path)
    with database.writing(), pytest.raises(RuntimeError, match="inside"), database.writing():
        pass
    database.close()


def test_a_writer_waits_for_whoever_holds_the_database(tool, world, raw):
    tool.follow("coc")
    order = tool.claim("coc")
    raw.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(tool.store.polls.record, world.intent(order, world.look(order)))
        time.sleep(0.3)
        assert not waiting.done()
        raw.execute("COMMIT")
        assert waiting.result() is not None
    assert len(tool.store.history.polls()) == 1


def test_a_database_locked_for_too_long_loses_nothing(path, reopen, tool_for, world, raw):
    tool = tool_for(reopen(lock_wait=0.1))
    tool.follow("coc")
    order = tool.claim("coc")
    intent = world.intent(order, world.look(order))
    raw.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="locked"):
        tool.store.polls.record(intent)
    raw.execute("COMMIT")
    assert tool.store.polls.record(intent) is not None


def test_readers_wait_for_no_writer(path, store):
    database = Database(path)
    with database.writing() as connection:
        connection.execute(META.insert().values(key="k", value="v"))
        assert store.meta.get("k") is None
    assert store.meta.get("k") == "v"
    database.close()


def test_readers_cannot_write(path):
    database = Database(path)
    with pytest.raises(StorageError, match="read-only"), database.reading() as connection:
        connection.execute(META.insert().values(key="k", value="v"))
    database.close()


def test_an_exception_undoes_the_whole_transaction(path, store):
    database = Database(path)
    with pytest.raises(ZeroDivisionError), database.writing() as connection:  # noqa: PT012 - the second write fails
        connection.execute(META.insert().values(key="k", value="v"))
        connection.execute(META.insert().values(key="l", value=str(1 / 0)))
    database.close()
    assert store.meta.get("k") is None


def test_a_bug_is_not_called_a_storage_error(path):
    database = Database(path)
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(META.insert().values([{"key": "k", "value": "v"}, {"key": "k", "value": "v"}]))
    with pytest.raises(sqlite3.OperationalError), database.translated(), closing(sqlite3.connect(":memory:")) as empty:
        empty.execute("SELECT * FROM nowhere")
    database.close()


def test_one_of_many_threads_gets_the_claim(tool, world):
    tool.follow("coc")
    start = threading.Barrier(6)

    def claim(n):
        start.wait()
        return tool.store.polls.claim("coc", world.start + timedelta(minutes=1), world.lease, str(n))

    with ThreadPoolExecutor(6) as pool:
        claims = [order for order in pool.map(claim, range(6)) if order]
    assert [order.token for order in claims] == [1]


def test_a_second_daemon_is_told_who_runs(path):
    said = f"pid {os.getpid()} on "
    with daemon_lock(path), pytest.raises(AlreadyRunningError, match=said) as caught, daemon_lock(path):
        pass
    assert caught.value.exit_code == 75
    with daemon_lock(path):
        pass


# --- trouble ----------------------------------------------------------------------------------------------------


def test_a_full_disk_refuses_writes_keeps_reading_and_recovers(path, reopen, tool_for, world, raw):
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    tool = tool_for(reopen(max_pages=pages + 20))
    tool.follow("coc")
    order = tool.claim("coc")
    intent = world.intent(order, world.look(order, os.urandom(400_000)), changes=(world.change("coc"),))
    for _ in range(3):
        with pytest.raises(StorageError, match="full"):
            tool.store.polls.record(intent)
    assert tool.store.history.changes() == ()
    assert tool.store.check() == ()
    again = reopen()
    assert again.polls.record(intent) is not None
    assert again.check() == ()


def test_a_broken_header_is_refused_and_the_backup_named(path, reopen):
    backup = reopen().backup()
    ruin(path, 0, 100)
    with pytest.raises(DamagedError, match=backup.name) as caught:
        reopen()
    assert caught.value.exit_code == 74


def test_a_broken_page_is_found_and_nothing_is_written_any_more(path, tool, reopen):
    tool.follow("coc")
    tool.poll("coc", os.urandom(200_000))
    tool.store.backup()
    tool.store.checkpoint()
    tool.store.close()
    ruin(path, path.stat().st_size - 150_000, 150_000)
    store = reopen()
    assert store.check() != ()
    before = path.read_bytes()
    with pytest.raises(DamagedError, match=r"monitor restore .*sqlite3"):
        store.meta.set("k", "v")
    assert path.read_bytes() == before


def test_a_row_without_what_it_refers_to_is_found(raw, store):
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute("INSERT INTO memory VALUES ('nobody', x'7b7d')")
    assert store.check() == ("row 1 of memory refers to a row missing from source",)


def test_a_sound_database_has_no_complaints(tool):
    tool.follow("coc")
    tool.poll("coc")
    assert tool.store.check() == ()


READ_ONLY = """
import os, sys, pathlib
from monitor.clock import SystemClock
from monitor.errors import StorageError
from monitor.store import open_store
folder = pathlib.Path(sys.argv[1])
open_store(folder / "warm-up.sqlite3", clock=SystemClock()).close()
(folder / "monitor.sqlite3").chmod(0o444)
folder.chmod(int(sys.argv[2], 8))
if os.getuid() == 0:
    os.setuid(65534)
store = open_store(folder / "monitor.sqlite3", clock=SystemClock())
print(store.meta.get("k"))
try:
    store.meta.set("k", "changed")
except StorageError as error:
    print(error)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "said"), [("0777", "read-only"), ("0555", "Cannot write beside the database")])
def test_a_read_only_database_is_read_and_says_why_it_is_not_written(path, store, run_python, mode, said):
    store.meta.set("k", "v")
    folder = Path(tempfile.mkdtemp(prefix="read-only-"))
    try:
        for name in (path.name, path.name + "-wal", path.name + "-shm"):
            shutil.copy2(path.with_name(name), folder / name)
            (folder / name).chmod(0o444)
        done = run_python(READ_ONLY, folder, mode)
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)
    assert done.stdout.splitlines()[0] == "v", done.stderr
    assert said in done.stdout


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path, clock):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="Cannot make"):
        open_store(tmp_path / "file" / "db" / "x.sqlite3", clock=clock)


def test_a_database_that_vanished_is_a_storage_error(path, store):
    path.unlink()
    with pytest.raises(StorageError, match="gone"):
        store.meta.get("k")


# --- copies -----------------------------------------------------------------------------------------------------


def test_a_backup_made_while_others_work_is_complete(tool, reopen, path):
    tool.follow("coc")
    kept = tool.poll("coc", b"the page")
    backup = tool.store.backup()
    tool.poll("coc", b"later")
    assert backup == path.parent / "backups" / f"monitor-{STAMP}.sqlite3"
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in backup.parent.iterdir()] == [backup.name]
    assert [s.id for s in reopen(backup).history.snapshots("coc")] == [kept.snapshot_id]
    assert tool.store.backups() == (backup,)


def test_a_backup_can_be_put_elsewhere(store, tmp_path):
    assert store.backup(tmp_path / "usb" / "copy.sqlite3").is_file()


def test_a_backup_that_cannot_be_written_is_a_storage_error(store, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="Cannot write"):
        store.backup(tmp_path / "file" / "copy.sqlite3")


def test_old_backups_go_and_those_before_migrations_stay(store, clock, path):
    names = []
    for _ in range(4):
        names.append(store.backup().name)
        clock.advance(timedelta(days=1))
    kept = path.parent / "backups" / "before-0002-was-0001.sqlite3"
    shutil.copy2(path.parent / "backups" / names[0], kept)
    assert [old.name for old in store.prune_backups(2)] == [names[1], names[0]]
    assert {file.name for file in store.backups()} == {names[2], names[3], kept.name}


def test_a_page_seen_again_is_no_damage(tool):
    tool.follow("coc")
    for _ in range(3):
        tool.poll("coc", b"the same page")
    assert tool.store.check() == ()


def test_the_newest_backup_is_known(path, store, tmp_path):
    assert newest_backup(path) is None
    first = store.backup()
    second = store.backup(first.with_name("by-hand.sqlite3"))
    os.utime(first, (1, 1))
    assert newest_backup(path) == second


def test_a_restored_backup_is_what_was_backed_up(tool, path, world, clock):
    tool.store.meta.set("k", "then")
    backup = tool.store.backup()
    tool.store.meta.set("k", "now")
    aside = restore(path, backup, clock.now())
    assert tool.store.meta.get("k") == "then"
    tool.store.meta.set("k", "after")
    kept = open_store(aside, clock=clock)
    assert kept.meta.get("k") == "now"
    kept.close()


def test_a_backup_is_restored_where_there_is_nothing(store, tmp_path, clock, reopen):
    store.meta.set("k", "v")
    assert restore(tmp_path / "new" / "monitor.sqlite3", store.backup(), clock.now()) is None
    assert reopen(tmp_path / "new" / "monitor.sqlite3").meta.get("k") == "v"


def test_a_backup_is_not_restored_under_a_running_daemon(store, path, clock):
    backup = store.backup()
    with daemon_lock(path), pytest.raises(AlreadyRunningError):
        restore(path, backup, clock.now())


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        (lambda f: ruin(f, 0, 100), DamagedError, "cannot be read"),
        (lambda f: ruin(f, 8192, 60_000), DamagedError, "damaged|cannot be read"),
        (lambda f: f.unlink(), StorageError, "no backup"),
        (lambda f: f.write_bytes(b""), SchemaError, "empty"),
    ],
)
def test_a_bad_backup_changes_nothing(store, clock, spoil, error, said):
    path = store.path
    store.meta.set("k", "v")
    backup = store.backup()
    spoil(backup)
    with pytest.raises(error, match=said):
        restore(path, backup, clock.now())
    assert store.meta.get("k") == "v"
    assert not list(path.parent.glob("*restor*"))


def test_a_ruined_database_can_be_restored(store, path, clock, reopen):
    store.meta.set("k", "v")
    backup = store.backup()
    store.close()
    ruin(path, 0, 4096)
    restore(path, backup, clock.now())
    assert reopen().meta.get("k") == "v"


def test_the_log_is_folded_in(tool, path):
    tool.follow("coc")
    tool.store.checkpoint()
    assert path.with_name(path.name + "-wal").stat().st_size == 0


@pytest.mark.slow
def test_the_schema_is_printed_by_the_module(run_python, checkout):
    done = run_python("import runpy; runpy.run_module('monitor.store', run_name='__main__')")
    assert done.stdout == (checkout / "db" / "schema.sql").read_text()


def test_the_clock_names_the_backup(path, world):
    store = open_store(path, clock=SteppedClock(world.start + timedelta(hours=1)))
    assert store.backup().name == "monitor-20261122T080000Z.sqlite3"
    store.close()


def test_texts_of_errors_hold_no_statement(path):
    database = Database(path, lock_wait=0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError) as caught, database.writing() as connection:
            connection.execute(text("SELECT 'secret@example.org'"))
    assert "secret" not in str(caught.value)
    database.close()
