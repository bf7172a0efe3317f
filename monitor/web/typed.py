"""What somebody typed into a form that could not be taken just now, carried along until it can be.

It travels in the pages themselves, from the answer to the browser and back with the next form: never in an address, a
log, a cookie, or anything kept here. So nobody sees it but the browser that sent it. A password is never given back.
"""

from collections.abc import Iterable
from dataclasses import dataclass

MOST = 100_000
"""Characters that are carried; what was typed beyond is in no form of ours."""
MOST_FIELDS = 200
CARRIED = "typed."
"""Begins the names of fields that belong to another form than the one they stand in."""
_WHERE, _PAGE = CARRIED + "/where", CARRIED + "/page"
_OWN = frozenset({"token", "password"})
"""Fields that are made anew for each form, or must not come back."""
TEXTS = ("note", "reason", "words", "name", "email")
"""Fields that people type into; the others are chosen."""


@dataclass(frozen=True, slots=True)
class Typed:
    """`where`: the path the form goes to. `page`: the one it stands on, with its query."""

    where: str
    page: str
    fields: tuple[tuple[str, str], ...]

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, value) for name, value in self.fields if name in TEXTS)

    @property
    def chosen(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, value) for name, value in self.fields if name not in TEXTS)

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """What another form holds besides its own fields and the texts."""
        return (_WHERE, self.where), (_PAGE, self.page), *((CARRIED + name, value) for name, value in self.chosen)


def typed(where: str, page: str, fields: Iterable[tuple[str, object]]) -> Typed | None:
    """From a form that was sent; None when nothing in it was typed, or too much."""
    kept = tuple((n, v) for n, v in fields if isinstance(v, str) and n not in _OWN and not n.startswith(CARRIED))
    found = Typed(where, page, kept)
    return found if _fits(kept) and any(value.strip() for _, value in found.texts) else None


def carried(fields: Iterable[tuple[str, object]]) -> Typed | None:
    """From a form that another one's fields were carried in."""
    pairs = [(name, value) for name, value in fields if isinstance(value, str) and name.startswith(CARRIED)]
    named = dict(pairs)
    kept = tuple((n.removeprefix(CARRIED), v) for n, v in pairs if n not in {_WHERE, _PAGE})
    if not named.get(_WHERE) or not _fits(kept) or any(name in _OWN for name, _ in kept):
        return None
    return Typed(named[_WHERE], named.get(_PAGE, "/"), kept)


def _fits(fields: tuple[tuple[str, str], ...]) -> bool:
    return len(fields) <= MOST_FIELDS and sum(len(name) + len(value) for name, value in fields) <= MOST
