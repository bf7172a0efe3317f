"""Chains of differences: one version compressed with an earlier one as dictionary.

A chain begins with a full copy, at place 0. The base of place p is place p with its lowest bit cleared (13, 12, 8, 0):
reading place 63 decodes seven links instead of sixty-four, and a base is three versions back on average. The order
is that of a Fenwick tree (Fenwick 1994, doi:10.1002/spe.4380240306). What a version is read through contains what the
next one is built on, so one read serves both.
"""

from collections.abc import Sequence
from typing import Any

import zstandard
from sqlalchemy import Row

LINKS = 64
"""Versions in a chain."""
LEVEL = 6
LARGEST_BASE = 8 * 1024 * 1024
"""A larger base costs more memory than it saves; what is that large (PDF, ZIP) is compressed already."""
SMALLEST_BASE = 64
LARGEST_WINDOW = 24
"""As a power of two: 16 MB, less than any decoder allows."""


def pack(plain: bytes, base: bytes = b"") -> bytes:
    """zstd, with `base` as dictionary when there is one."""
    if not base:
        return zstandard.ZstdCompressor(level=LEVEL).compress(plain)
    # The level's own window would see only the end of a large base.
    window = min(max((len(plain) + len(base)).bit_length(), 10), LARGEST_WINDOW)
    parameters = zstandard.ZstdCompressionParameters.from_level(
        LEVEL, source_size=len(plain), dict_size=len(base), window_log=window, write_content_size=True
    )
    dictionary = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdCompressor(dict_data=dictionary, compression_params=parameters).compress(plain)


def unpack(packed: bytes, size: int, base: bytes = b"") -> bytes:
    """The bytes again; `size` bounds what they may take. Raises zstandard.ZstdError for damaged input."""
    dictionary = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if base else None
    decompressor = zstandard.ZstdDecompressor(dict_data=dictionary)
    return decompressor.decompress(packed, max_output_size=max(1, size))


def links_to_base(links: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """What to decode for the base of the next version; empty when that begins a chain.

    `links`: rows with a `place` and a `base`, through which the version before is read, the full copy first.
    """
    if not links:
        return ()
    last = links[-1]
    place = last.place + 1
    if place >= LINKS or (last.place == 0 and last.base is not None):  # the latter: in a chain that went one by one
        return ()
    return [link for link in links if link.place <= place & (place - 1)]
