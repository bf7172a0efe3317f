"""What went over the wire, as kept: the looks of a poll, certificates, bodies as they travelled.

Looks of one source are alike: the same lines, but for a date, a number of a request, an age. The JSON of a poll's looks
is kept as zstd with that of an earlier one as raw dictionary (`zstd -d -D base`): what repeats stands once, in
`look_base`, and a quiet look costs what differs. A look that is like none of the newest bases becomes one.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import zstandard
from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import Look, Trace
from monitor.store.codec import LOOKS, spread, squeeze
from monitor.store.engine import Database
from monitor.store.tables import CERTIFICATE, LOOK_BASE, RECEIVED
from monitor.store.values import LookRow

CANDIDATES = 4
"""Newest bases of a source and kind that are tried: one for each machine behind a balancer, each way to answer."""
DEAR = 200
"""Bytes of difference from which on a look becomes a base: while there are few, or when half of it differs."""
LEVEL = 19
LARGEST = 64 * 1024 * 1024


def put_looks(connection: Connection, source_id: str, looks: tuple[LookRow, ...]) -> tuple[int | None, bytes]:
    """The base and what differs from it; no base for a poll without a look."""
    if not looks:
        return None, LOOKS.dump(looks).encode()
    plain, kind = LOOKS.dump(tuple(map(_without_headers, looks))).encode(), _kind(looks)
    newest = (
        select(LOOK_BASE.c.id, LOOK_BASE.c.value)
        .where(LOOK_BASE.c.source_id == source_id, LOOK_BASE.c.kind == kind)
        .order_by(LOOK_BASE.c.id.desc())
        .limit(CANDIDATES)
    )
    tried = [(_differing(plain, spread(row.value)), row.id) for row in connection.execute(newest)]
    if tried:
        best, base_id = min(tried, key=lambda one: len(one[0]))
        few = len(tried) < CANDIDATES
        if len(best) <= DEAR or (not few and len(best) * 2 <= len(squeeze(plain))):
            return base_id, best
    new = insert(LOOK_BASE).values(source_id=source_id, kind=kind, value=squeeze(plain)).returning(LOOK_BASE.c.id)
    return int(connection.execute(new).scalar_one()), _differing(plain, plain)


def read_looks(stored: bytes, base: bytes | None) -> tuple[LookRow, ...]:
    """`base`: the value of its base; None for a poll without one, or from before there were any."""
    if base is None:
        return LOOKS.unpack(stored)
    return tuple(map(_with_headers, LOOKS.load(_again(stored, base))))


def _without_headers(look: LookRow) -> LookRow:
    """Headers are read out of the raw lines again, where these say the same."""
    return replace(look, headers=()) if look.hops and look.headers == look.hops[-1].headers else look


def _with_headers(look: LookRow) -> LookRow:
    return replace(look, headers=look.hops[-1].headers) if look.hops and look.status and not look.headers else look


def _kind(looks: tuple[LookRow, ...]) -> str:
    """Looks of another kind differ in too much to be a base."""
    return "; ".join(f"{look.status or look.error_kind} {look.read} {len(look.hops)}".strip() for look in looks)


def put_trace(connection: Connection, looks: Iterable[Look]) -> None:
    """Certificates and bodies as received, each once."""
    for look in looks:
        trace = look.answer.trace
        if not isinstance(trace, Trace):
            continue
        for der in trace.certificates:
            row = upsert(CERTIFICATE).values(sha256=hashlib.sha256(der).hexdigest(), der=der)
            connection.execute(row.on_conflict_do_nothing())
        if trace.received is not None:
            row = upsert(RECEIVED).values(sha256=hashlib.sha256(trace.received).hexdigest(), value=trace.received)
            connection.execute(row.on_conflict_do_nothing())


class Evidence:
    """Only reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def certificate(self, sha256: str) -> bytes | None:
        """DER."""
        with self._database.reading() as connection:
            return connection.scalar(select(CERTIFICATE.c.der).where(CERTIFICATE.c.sha256 == sha256))

    def received(self, sha256: str) -> bytes | None:
        """A body as it travelled, where it was kept (`evidence: wire`)."""
        with self._database.reading() as connection:
            return connection.scalar(select(RECEIVED.c.value).where(RECEIVED.c.sha256 == sha256))


def _differing(plain: bytes, base: bytes) -> bytes:
    # Neither size nor checksum in the frame: each of them is a tenth of what is left.
    parameters = zstandard.ZstdCompressionParameters.from_level(
        LEVEL, source_size=len(plain), dict_size=len(base), write_content_size=False, write_checksum=False
    )
    dictionary = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdCompressor(dict_data=dictionary, compression_params=parameters).compress(plain)


def _again(stored: bytes, base: bytes) -> bytes:
    return zstandard.ZstdDecompressor(dict_data=_dictionary(base)).decompress(stored, max_output_size=LARGEST)


@lru_cache(maxsize=64)
def _dictionary(base: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(spread(base), dict_type=zstandard.DICT_TYPE_RAWCONTENT)
