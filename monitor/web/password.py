"""Passwords are kept as argon2id hashes (RFC 9106), with that library's recommended parameters."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
"""Characters of a password that is tried over the network."""
_hasher = PasswordHasher()
_one_at_a_time = threading.Lock()
"""Each check takes 64 MB; tries from outside must not fill the memory."""
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$MDAwMDAwMDAwMDAwMDAwMA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


Verify = Callable[[str, str], bool]
"""(hash, password): argon2's own check of one against the other, which is what a login costs. Raises its exceptions."""
verify: Verify = _hasher.verify
_places = threading.BoundedSemaphore(4)


@contextmanager
def place() -> Iterator[bool]:
    """One of the few places in which a password from outside may wait for its check; False: all are taken.

    Without a bound those who wait would take every thread of the pages, and nobody else would be answered.
    """
    free = _places.acquire(blocking=False)
    try:
        yield free
    finally:
        if free:
            _places.release()


def hashed(password: str) -> str:
    return _hasher.hash(password)


def matches(kept: str, password: str, verify: Verify = verify) -> bool:
    """Is it the password of this hash? Costs the same when `kept` is empty (no such account): one check either way."""
    with _one_at_a_time:
        try:
            return verify(kept or _NOBODYS, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False
