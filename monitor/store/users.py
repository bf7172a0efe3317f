"""Who may log in to the pages, and as what."""

import hashlib
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy import Row as Found

from monitor.errors import ConfigError, Problem
from monitor.store.engine import Database
from monitor.store.review_tables import USER

ROLES = ("reader", "reviewer", "admin")
"""Each may what the ones before may."""
MOST, LONGEST = 500, 80


@dataclass(frozen=True, slots=True)
class User:
    """`hash`: argon2id, in the PHC format."""

    id: int
    name: str
    hash: str = field(repr=False)
    role: str
    disabled: bool
    created_at: datetime

    @property
    def stamp(self) -> str:
        """Another one as soon as the password or the role is another: logins and keys are bound to it."""
        return hashlib.sha256(f"{self.id}\0{self.hash}\0{self.role}".encode()).hexdigest()[:16]


class Users:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[User, ...]:
        """By name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(USER)).all()
        return tuple(sorted((_user(row) for row in rows), key=lambda user: user.name.casefold()))

    def any(self, *, enabled: bool = False) -> bool:
        """Is there one at all, or one who can log in?"""
        statement = select(USER.c.id).limit(1)
        if enabled:
            statement = statement.where(USER.c.disabled.is_(False))
        with self._database.reading() as connection:
            return connection.scalar(statement) is not None

    def get(self, name: str) -> User | None:
        """By name, in whatever case it is written."""
        with self._database.reading() as connection:
            return _named(connection, name)

    def numbered(self, number: int) -> User | None:
        with self._database.reading() as connection:
            row = connection.execute(select(USER).where(USER.c.id == number)).first()
        return _user(row) if row else None

    def add(self, name: str, hashed: str, role: str, now: datetime) -> User:
        """ConfigError for a name that is taken or none, an unknown role, or too many."""
        name = clean(name)
        problems = [Problem("role", "is none", ", ".join(ROLES))] if role not in ROLES else []
        if not name:
            problems.append(Problem("name", f"must be 1 to {LONGEST} characters that can be seen"))
        if problems:
            raise ConfigError(problems)
        with self._database.writing() as connection:
            if _named(connection, name) is not None:
                raise ConfigError([Problem(name, "there is a user of this name already", "monitor users")])
            if len(connection.execute(select(USER.c.id).limit(MOST)).all()) == MOST:
                raise ConfigError([Problem("users", f"there are {MOST} already; that is the most there can be")])
            values = {"name": name, "hash": hashed, "role": role, "disabled": False, "created_at": now}
            row = connection.execute(insert(USER).values(values).returning(USER)).one()
        return _user(row)

    def set_password(self, number: int, hashed: str) -> bool:
        """Ends their logins and keys. False when there is no such user; so below."""
        return self._set(number, hash=hashed)

    def set_role(self, number: int, role: str) -> bool:
        if role not in ROLES:
            raise ConfigError([Problem("role", "is none", ", ".join(ROLES))])
        return self._set(number, role=role)

    def disable(self, number: int, *, disabled: bool = True) -> bool:
        """Their logins and keys open nothing while it is so."""
        return self._set(number, disabled=disabled)

    def remove(self, number: int) -> bool:
        """What they signed keeps their name."""
        with self._database.writing() as connection:
            return connection.execute(delete(USER).where(USER.c.id == number)).rowcount == 1

    def _set(self, number: int, **values: Any) -> bool:
        with self._database.writing() as connection:
            return connection.execute(update(USER).where(USER.c.id == number).values(values)).rowcount == 1


def clean(name: str) -> str:
    """A name in one spelling (NFC), blanks once; empty for one that is too long or has characters that hide."""
    name = " ".join(unicodedata.normalize("NFC", name[: 4 * LONGEST]).split())
    hidden = any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} for char in name)
    return "" if hidden or len(name) > LONGEST else name


def _named(connection: Connection, name: str) -> User | None:
    # Few rows; SQLite folds the case of ASCII only.
    wanted = clean(name).casefold()
    rows = connection.execute(select(USER)).all() if wanted else []
    return next((_user(row) for row in rows if row.name.casefold() == wanted), None)


def _user(row: Found[Any]) -> User:
    return User(row.id, row.name, row.hash, row.role, bool(row.disabled), row.created_at)
