"""Texts: extractions by the hash of their canonical JSON, once each. Never changed, never deleted.

A text is kept as zstd with an earlier text of the same source as dictionary (`chains.py`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Row, func, select, text
from sqlalchemy.dialects.sqlite import insert
from zstandard import ZstdError

from monitor.errors import DamagedError
from monitor.model import Extraction
from monitor.store.chains import LARGEST_BASE, SMALLEST_BASE, links_to_base, pack, unpack
from monitor.store.codec import EXTRACTION, LARGEST, spread, squeeze
from monitor.store.engine import Database
from monitor.store.tables import SOURCE, TEXT

_CHAIN = text(
    "WITH RECURSIVE chain(hash, base, place, value) AS ("
    " SELECT hash, base_hash, place, value FROM text WHERE hash = :hash"
    " UNION ALL SELECT t.hash, t.base_hash, t.place, t.value FROM text AS t JOIN chain AS c ON t.hash = c.base LIMIT 20"
    ") SELECT hash, base, place, value FROM chain ORDER BY place"
)
"""The full copy first, the wanted text last."""


@dataclass(frozen=True, slots=True)
class PackedText:
    """A text ready to be written. `place` 0: a full copy."""

    hash: str
    value: bytes = field(repr=False)
    base_hash: str | None = None
    place: int = 0


class Texts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, text_hash: str) -> Extraction:
        """KeyError when it was never stored; DamagedError when it cannot be read any more."""
        with self._database.reading() as connection:
            rows = connection.execute(_CHAIN, {"hash": text_hash}).all()
        if not rows:
            raise KeyError(text_hash)
        try:
            return EXTRACTION.load(_checked(rows))
        except ValidationError as error:
            raise DamagedError(f"Text {text_hash} cannot be read any more.") from error

    def prepare(self, source_id: str, value: Extraction) -> PackedText:
        """The text, compressed against an earlier one of its source. Takes no lock."""
        with self._database.reading() as connection:
            newest = func.coalesce(func.nullif(SOURCE.c.current_text, ""), SOURCE.c.told_text)
            last = connection.scalar(select(newest).where(SOURCE.c.id == source_id))
            rows = connection.execute(_CHAIN, {"hash": last}).all() if last else ()
        return pack_text(value, rows)

    def verify(self) -> tuple[str, ...]:
        """The hashes of the texts that cannot be read any more."""
        with self._database.reading() as connection:
            hashes = connection.scalars(select(TEXT.c.hash)).all()
            return tuple(name for name in hashes if not _readable(connection.execute(_CHAIN, {"hash": name}).all()))


def pack_text(value: Extraction, chain: Sequence[Row[Any]] = ()) -> PackedText:
    """`chain`: the rows of the text before it, the full copy first."""
    text_hash, plain = EXTRACTION.canonical(value)
    below = links_to_base(chain)
    try:
        base = _checked(below) if below else b""
    except DamagedError:
        # Nothing new is built on a damaged base.
        base = b""
    if SMALLEST_BASE <= len(base) <= LARGEST_BASE:
        return PackedText(text_hash, pack(plain, base), below[-1].hash, chain[-1].place + 1)
    return PackedText(text_hash, squeeze(plain))


def put_text(connection: Connection, packed: PackedText) -> str:
    """Writes a prepared text, unless it is there. Returns the hash."""
    row = {"hash": packed.hash, "base_hash": packed.base_hash, "place": packed.place, "value": packed.value}
    connection.execute(insert(TEXT).values(row).on_conflict_do_nothing())
    return packed.hash


def _checked(chain: Sequence[Row[Any]]) -> bytes:
    """The JSON of the last text of a chain. Raises DamagedError unless it is what was written."""
    plain, text_hash = b"", chain[-1].hash
    try:
        for link in chain:
            plain = unpack(link.value, LARGEST, plain) if link.base else spread(link.value)
    except ZstdError as error:
        raise DamagedError(f"Text {text_hash} cannot be read any more ({error}).") from error
    if hashlib.sha256(plain).hexdigest() != text_hash:
        raise DamagedError(f"Text {text_hash} is no longer what was stored.")
    return plain


def _readable(chain: Sequence[Row[Any]]) -> bool:
    try:
        return bool(_checked(chain))
    except DamagedError:
        return False
