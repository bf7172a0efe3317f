"""Who is at work on a database just now."""

import os
import threading

import pytest

from monitor.errors import AlreadyRunningError
from monitor.store import daemon_lock, daemon_owner


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
