"""Who is at work on a database just now."""

import os
import threading

import pytest

from monitor.errors import AlreadyRunningError, StorageError
from monitor.store import daemon_lock, daemon_owner
from monitor.store.locks import WriteLock


def test_nobody_owns_a_database_that_no_daemon_ever_opened(path):
    assert daemon_owner(path) is None
    assert not path.with_name(path.name + ".daemon").exists()


def test_the_owner_is_named_while_it_works_and_forgotten_afterwards(path):
    with daemon_lock(path):
        owner = daemon_owner(path)
    assert owner is not None
    assert owner.startswith(f"pid {os.getpid()} on ")
    assert daemon_owner(path) is None


def test_asking_for_the_owner_does_not_become_the_owner(path):
    with daemon_lock(path):
        assert daemon_owner(path) == daemon_owner(path)
    with daemon_lock(path):
        assert daemon_owner(path) is not None


def test_a_second_daemon_is_told_who_the_first_is(path):
    with daemon_lock(path), pytest.raises(AlreadyRunningError, match=f"pid {os.getpid()} on "), daemon_lock(path):
        pytest.fail("two daemons on one database")


def test_a_daemon_starts_although_somebody_keeps_asking_for_the_owner(path):
    with daemon_lock(path):
        pass
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            daemon_owner(path)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for _ in range(30):
            with daemon_lock(path):
                assert daemon_owner(path) is not None
    finally:
        done.set()
        asking.join()


@pytest.mark.parametrize("name", [".daemon", ".lock"])
def test_a_lock_that_is_a_link_is_not_followed(path, tmp_path, name):
    """The owner's name would be written over whatever it leads to."""
    precious = tmp_path / "precious"
    precious.write_text("not ours")
    lock = path.with_name(path.name + name)
    lock.symlink_to(precious)
    with pytest.raises(StorageError, match="symbolic link, which is not followed"), taken(name, path):
        pytest.fail("it was locked")
    assert precious.read_text() == "not ours"


def test_nor_by_whoever_asks_for_the_owner(path, tmp_path):
    path.with_name(path.name + ".daemon").symlink_to(tmp_path / "nowhere")
    with pytest.raises(StorageError, match="symbolic link"):
        daemon_owner(path)


@pytest.mark.parametrize("name", [".daemon", ".lock"])
def test_a_lock_that_is_a_pipe_keeps_nobody_waiting(path, name):
    os.mkfifo(path.with_name(path.name + name))
    with pytest.raises(StorageError, match="no plain file"), taken(name, path):
        pytest.fail("it was locked")


def taken(name, path):
    return daemon_lock(path) if name == ".daemon" else WriteLock(path.with_name(path.name + name)).held()
