"""The model's frozen values as JSON, compressed when large. The only place that knows how they are written."""

import hashlib
import json
from functools import cached_property
from typing import Any, Generic, TypeVar

import zstandard
from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from monitor.model import (
    Change,
    Document,
    Event,
    Extraction,
    Filters,
    Finding,
    Held,
    Hop,
    Memory,
    Reason,
    Source,
    Testimony,
)
from monitor.store.values import LookRow

T = TypeVar("T")

SMALL = 512
"""Bytes of JSON from which on compressing pays."""
LARGEST = 256 * 1024 * 1024
"""Bytes a value may take when unpacked; far above anything written."""
_MAGIC = b"\x28\xb5\x2f\xfd"
"""A zstd frame (RFC 8878, 3.1.1). No JSON starts with it."""


class Codec(Generic[T]):
    """One type to and from JSON.

    Fields with defaults may be added to a type later: what is missing in the stored JSON takes its default,
    what is no longer known is passed over.
    """

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self._kind)

    def dump(self, value: T) -> str:
        """JSON as text, for small values that a person may want to read in the table."""
        return self._json(value).decode()

    def load(self, stored: str | bytes) -> T:
        return self._adapter.validate_json(stored)

    def pack(self, value: T) -> bytes:
        """JSON as bytes, zstd when that is smaller."""
        return squeeze(self._json(value))

    def unpack(self, stored: bytes) -> T:
        return self._adapter.validate_json(spread(stored))

    def canonical(self, value: T) -> tuple[str, bytes]:
        """SHA-256 of the JSON (fields in the order of the type, no white space) and the JSON."""
        plain = self._json(value)
        return hashlib.sha256(plain).hexdigest(), plain

    def _json(self, value: T) -> bytes:
        try:
            return self._adapter.dump_json(value)
        except PydanticSerializationError:
            # Half of a surrogate pair, from a hostile page. It has no UTF-8; U+FFFD is what browsers show.
            loose = json.dumps(self._adapter.dump_python(value, mode="json"), ensure_ascii=False, separators=(",", ":"))
            return loose.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def squeeze(plain: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=6).compress(plain) if len(plain) > SMALL else plain


def spread(stored: bytes) -> bytes:
    if not stored.startswith(_MAGIC):
        return stored
    return zstandard.ZstdDecompressor().decompress(stored, max_output_size=LARGEST)


CHANGE: Codec[Change] = Codec(Change)
DOCUMENT: Codec[Document] = Codec(Document)
EVENT: Codec[Event] = Codec(Event)
EXTRACTION: Codec[Extraction] = Codec(Extraction)
FILTERS: Codec[Filters] = Codec(Filters)
FINDING: Codec[Finding] = Codec(Finding)
HEADERS: Codec[tuple[tuple[str, str], ...]] = Codec(tuple[tuple[str, str], ...])
HELD: Codec[Held] = Codec(Held)
HOPS: Codec[tuple[Hop, ...]] = Codec(tuple[Hop, ...])
LOOKS: Codec[tuple[LookRow, ...]] = Codec(tuple[LookRow, ...])
MEMORY: Codec[Memory] = Codec(Memory)
PLACES: Codec[tuple[str, ...]] = Codec(tuple[str, ...])
REASON: Codec[Reason] = Codec(Reason)
SOURCE: Codec[Source] = Codec(Source)
TESTIMONIES: Codec[tuple[Testimony, ...]] = Codec(tuple[Testimony, ...])
