"""`backup`, `restore`, `demo`."""

import sqlite3

import pytest

from monitor.store import daemon_lock


def count(path, table="poll"):
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    finally:
        connection.close()


def test_a_backup_goes_beside_the_database_under_a_dated_name(monitor, database):
    done = monitor("backup")
    assert done.code == 0
    (made,) = (database.parent / "backups").iterdir()
    assert done.out.startswith(f"{made}: ")
    assert made.name.startswith("monitor-20")
    assert count(made) == count(database)


def test_a_backup_goes_where_it_is_told(monitor, database, tmp_path):
    assert monitor("backup", tmp_path / "deep" / "copy.sqlite3").code == 0
    assert count(tmp_path / "deep" / "copy.sqlite3") == count(database)
    assert monitor("backup", tmp_path / "deep").code == 0
    assert len(list((tmp_path / "deep").glob("monitor-*Z.sqlite3"))) == 1


def test_a_backup_never_overwrites_anything(monitor, database, tmp_path):
    before = database.read_bytes()
    (tmp_path / "precious").write_text("mine")
    for target in (tmp_path / "precious", database):
        done = monitor("backup", target)
        assert (done.code, done.err) == (1, f"monitor: {target} is there already; name another file, or a folder.\n")
    assert (tmp_path / "precious").read_text() == "mine"
    assert database.read_bytes() == before


def test_a_backup_that_cannot_be_written_says_so(monitor, lived_in, tmp_path):
    (tmp_path / "file").write_text("")
    done = monitor("backup", tmp_path / "file" / "copy.sqlite3")
    assert done.code == 74
    assert done.err.startswith(f"monitor: Cannot write {tmp_path / 'file' / 'copy.sqlite3'}: ")


def test_there_is_nothing_to_back_up_before_the_first_start(monitor, home):
    done = monitor("backup")
    assert done.code == 74
    assert "There is no database" in done.err
    assert not (home / "db").exists()


def test_a_restore_puts_the_copy_back_and_keeps_the_old_file(monitor, database, tmp_path):
    monitor("backup", tmp_path / "copy.sqlite3")
    monitor("subscribers", "add", "carla@example.org")
    done = monitor("restore", tmp_path / "copy.sqlite3")
    assert done.code == 0
    (aside,) = database.parent.glob("monitor.sqlite3.before-restore-*")
    assert f"The old one is kept as {aside}." in done.out
    assert (count(database, "subscriber"), count(aside, "subscriber")) == (2, 3)
    assert "carla" not in monitor("subscribers").out


def test_a_restore_into_a_home_without_a_database(monitor, home, past):
    done = monitor("restore", past)
    assert done.code == 0
    assert "kept as" not in done.out
    assert len(monitor("changes").out.splitlines()) == 2


def test_a_restore_is_refused_while_the_daemon_runs(monitor, database, past):
    before = database.read_bytes()
    with daemon_lock(database):
        done = monitor("restore", past)
    assert done.code == 75
    assert "pid " in done.err
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (None, 74, "There is no backup"),
        (b"not a database at all, but long enough to be looked at" * 99, 74, "cannot be read"),
        (b"", 78, "is an empty database"),
    ],
)
def test_a_restore_of_what_is_no_backup_touches_nothing(monitor, database, tmp_path, content, code, said):
    before = database.read_bytes()
    if content is not None:
        (tmp_path / "copy").write_bytes(content)
    done = monitor("restore", tmp_path / "copy")
    assert done.code == code
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert database.read_bytes() == before


def test_the_demo_refuses_a_folder_that_holds_something_else(monitor, lived_in, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    done = monitor("demo", "--dir", tmp_path / "mine")
    assert done.code == 78
    assert "choose another with --dir" in done.err
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


@pytest.mark.slow
def test_the_demo_plays_into_a_home_of_its_own(monitor, database, tmp_path, monkeypatch):
    before = database.read_bytes()
    done = monitor("demo", "--dir", tmp_path / "played")
    assert done.code == 0
    assert list((tmp_path / "played" / "alerts" / "outbox").glob("*.eml"))
    assert database.read_bytes() == before
    monkeypatch.setenv("MONITOR_HOME", str(tmp_path / "played"))
    assert len(monitor("changes").out.splitlines()) > 2
    # Two reports that share sources: each footnote says whose it is.
    said = monitor("citations").out
    assert "Belgium: " in said
    assert "Registers of algorithms 3" in said


def test_the_demo_says_plainly_when_its_place_is_taken_by_a_file(monitor, home, tmp_path):
    (tmp_path / "taken").write_text("a file")
    done = monitor("demo", "--dir", tmp_path / "taken")
    assert done.code == 1
    assert done.err.startswith(f"monitor: Cannot make a demo at {tmp_path / 'taken'}: ")


def test_a_restore_says_first_what_it_will_do_and_a_dry_run_does_no_more(monitor, database, tmp_path):
    monitor("backup", tmp_path / "copy.sqlite3")
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE subscriber SET paused = 1")
        names = "source_id, trigger, finished_at, took, outcome, reason, base_id, looks, used, good"
        again = f"SELECT max(id) + 1, token + 99, {names} FROM polled"
        connection.execute(f"INSERT INTO polled (id, token, {names}) {again}")
    connection.close()
    before = count(database)
    done = monitor("restore", tmp_path / "copy.sqlite3", "--dry-run")
    assert done.code == 0
    assert done.out.startswith("The last look in this copy is of ")
    assert "Written since: 1 look, 0 changes" in done.out
    assert "nobody who left gets mail again" in done.out
    assert count(database) == before
    assert monitor("restore", tmp_path / "copy.sqlite3", "--yes").code == 0
    assert count(database) == before - 1


def test_a_restore_over_nothing_says_that_it_does_not_know_what_was_told(monitor, home, past):
    done = monitor("restore", past, "--dry-run")
    assert "There is no database now. What readers were told since is not known" in done.out
    assert not (home / "db" / "monitor.sqlite3").exists()
