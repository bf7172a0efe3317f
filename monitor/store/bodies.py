"""Bodies: the untouched bytes, once each, by SHA-256.

A body is kept as zstd with an earlier body of the same source as dictionary (`chains.py`).
Bodies are never changed and a base is never deleted, so any base may be chosen without holding a lock.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import zstandard
from sqlalchemy import Connection, Row, select, text
from sqlalchemy.dialects.sqlite import insert

from monitor.errors import DamagedError, StorageError
from monitor.store.chains import LARGEST_BASE, SMALLEST_BASE, links_to_base, pack, unpack
from monitor.store.engine import Database
from monitor.store.tables import BODY, SNAPSHOT
from monitor.store.values import Damage

_CHAIN = text(
    "WITH RECURSIVE chain(sha256, base, place, size, zstd, step) AS ("
    " SELECT sha256, base_sha256, place, size, zstd, 0 FROM body WHERE sha256 = :sha256"
    " UNION ALL SELECT b.sha256, b.base_sha256, b.place, b.size, b.zstd, c.step + 1"
    " FROM body AS b JOIN chain AS c ON b.sha256 = c.base LIMIT 20"
    ") SELECT sha256, base, place, size, zstd FROM chain ORDER BY step DESC"
)
"""The full copy first, the wanted body last. Chains of an earlier version went one by one, twenty in a row."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A body ready to be written."""

    sha256: str
    size: int
    zstd: bytes = field(repr=False)
    base_sha256: str | None = None
    place: int = 0
    """In its chain; 0: a full copy."""
    depth: int = 0
    """Links below it."""
    base: bytes = field(default=b"", repr=False)


class Bodies:
    """The body table. `packer` is how bytes are compressed; what it returns is read back before it is committed."""

    def __init__(self, database: Database, packer: Callable[[bytes, bytes], bytes] = pack) -> None:
        self._database, self._packer = database, packer

    def get(self, sha256: str) -> bytes:
        """The bytes of a body. KeyError when it was never stored; DamagedError when it cannot be read any more."""
        with self._database.reading() as connection:
            return _read(connection, sha256)

    def prepare(self, source_id: str, url: str, body: bytes, sha256: str) -> Packed | None:
        """The body, compressed against an earlier one; None when it is stored already. Takes no lock.

        The chain is that of the newest body of the same source, from the same address if there is one.
        """
        with self._database.reading() as connection:
            if connection.scalar(select(BODY.c.depth).where(BODY.c.sha256 == sha256)) is not None:
                return None
            below, place, base = self._base(connection, source_id, url)
        packed = self._packer(body, base)
        if not base:
            return Packed(sha256, len(body), packed)
        return Packed(sha256, len(body), packed, below[-1].sha256, place, len(below), base)

    def put(self, connection: Connection, packed: Packed) -> None:
        """Writes a prepared body within a transaction and reads it back.

        Raises StorageError when what was written is not what came: the transaction must not be committed.
        """
        row = {
            "sha256": packed.sha256,
            "size": packed.size,
            "zstd": packed.zstd,
            "base_sha256": packed.base_sha256,
            "depth": packed.depth,
            "place": packed.place,
        }
        if not connection.execute(insert(BODY).values(row).on_conflict_do_nothing()).rowcount:
            return
        stored = connection.scalar(select(BODY.c.zstd).where(BODY.c.sha256 == packed.sha256))
        try:
            same = _sha256(unpack(cast("bytes", stored), packed.size, packed.base)) == packed.sha256
        except zstandard.ZstdError:
            same = False
        if not same:
            raise StorageError(f"Body {packed.sha256} did not read back as it was written; nothing was recorded.")

    def verify(self) -> tuple[Damage, ...]:
        """Decodes every body and compares its hash. What is damaged, and the snapshots that show it."""
        with self._database.reading() as connection:
            damaged = [sha256 for sha256, body in _all(connection) if body is None]
            found = []
            for sha256 in damaged:
                rows = connection.execute(
                    select(SNAPSHOT.c.id, SNAPSHOT.c.source_id)
                    .where(SNAPSHOT.c.sha256 == sha256)
                    .order_by(SNAPSHOT.c.id)
                ).all()
                found.append(Damage(sha256, tuple(r.id for r in rows), tuple(sorted({r.source_id for r in rows}))))
        return tuple(found)

    def _base(self, connection: Connection, source_id: str, url: str) -> tuple[Sequence[Row[Any]], int, bytes]:
        """The links through which the base is read, the place of what is built on it, and the base itself."""
        previous = connection.execute(
            select(BODY.c.sha256, BODY.c.size)
            .join(SNAPSHOT, SNAPSHOT.c.sha256 == BODY.c.sha256)
            .where(SNAPSHOT.c.source_id == source_id)
            .order_by((SNAPSHOT.c.url == url).desc(), SNAPSHOT.c.id.desc())
            .limit(1)
        ).first()
        if previous is None or previous.size > LARGEST_BASE:
            return (), 0, b""
        links = connection.execute(_CHAIN, {"sha256": previous.sha256}).all()
        below = links_to_base(links)
        try:
            base = _decoded_links(below) if below else b""
        except DamagedError:
            # Nothing new is built on a damaged base.
            base = b""
        if not SMALLEST_BASE <= len(base) <= LARGEST_BASE:
            return (), 0, b""
        return below, links[-1].place + 1, base


def _read(connection: Connection, sha256: str) -> bytes:
    links = connection.execute(_CHAIN, {"sha256": sha256}).all()
    if not links:
        raise KeyError(sha256)
    return _decoded_links(links)


def _decoded_links(links: Sequence[Row[Any]]) -> bytes:
    body, sha256 = b"", links[-1].sha256
    try:
        for link in links:
            body = unpack(link.zstd, link.size, body if link.base else b"")
    except zstandard.ZstdError as error:
        raise DamagedError(f"Body {sha256} cannot be read any more ({error}).") from error
    if _sha256(body) != sha256:
        raise DamagedError(f"Body {sha256} is no longer what was stored.")
    return body


def _all(connection: Connection) -> Iterator[tuple[str, bytes | None]]:
    """Every body once, bases before what is built on them; None for what cannot be read."""
    children: dict[str | None, list[str]] = {}
    for row in connection.execute(select(BODY.c.sha256, BODY.c.base_sha256)):
        children.setdefault(row.base_sha256, []).append(row.sha256)
    waiting: list[tuple[str, bytes | None]] = [(sha256, b"") for sha256 in children.get(None, [])]
    while waiting:
        sha256, base = waiting.pop()
        body = None if base is None else _decoded(connection, sha256, base)
        yield sha256, body
        waiting += [(child, body) for child in children.get(sha256, [])]


def _decoded(connection: Connection, sha256: str, base: bytes) -> bytes | None:
    row = connection.execute(select(BODY.c.zstd, BODY.c.size).where(BODY.c.sha256 == sha256)).one()
    try:
        body = unpack(row.zstd, row.size, base)
    except zstandard.ZstdError:
        return None
    return body if _sha256(body) == sha256 else None


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
