"""Passwords are kept as argon2id hashes (RFC 9106), with that library's recommended parameters."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
"""Characters of a password that is tried over the network."""
_hasher = PasswordHasher()
_one_at_a_time = threading.Lock()
"""Each check takes 64 MB; tries from outside must not fill the memory."""
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$MDAwMDAwMDAwMDAwMDAwMA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def hashed(password: str) -> str:
    return _hasher.hash(password)


def matches(kept: str, password: str) -> bool:
    """Is it the password of this hash? Takes as long when `kept` is empty (no such account)."""
    with _one_at_a_time:
        try:
            return _hasher.verify(kept or _NOBODYS, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False
