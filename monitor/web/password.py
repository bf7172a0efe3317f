"""Passwords are kept as argon2id hashes (RFC 9106), with that library's recommended parameters."""

import threading
from collections.abc import Callable

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


def hashed(password: str) -> str:
    return _hasher.hash(password)


def matches(kept: str, password: str, verify: Verify = verify) -> bool:
    """Is it the password of this hash? Costs the same when `kept` is empty (no such account): one check either way."""
    with _one_at_a_time:
        try:
            return verify(kept or _NOBODYS, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False
