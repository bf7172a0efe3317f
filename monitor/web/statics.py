"""The files every page uses, read once at the start: what is asked for by name is never looked for on the disk."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8",
}
WORTH_PACKING = 1000
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Static:
    """One file. `packed`: as gzip; empty when that is not worth it."""

    content: bytes
    packed: bytes
    media_type: str
    version: str
    """Changes with the content: addresses that name it may be kept for ever."""


class Statics:
    def __init__(self, folder: Path = _FOLDER) -> None:
        self._files = {file.name: _read(file) for file in sorted(folder.iterdir()) if file.suffix in _TYPES}

    def get(self, name: str) -> Static | None:
        return self._files.get(name)

    def address(self, name: str) -> str:
        """Where a page finds it. KeyError for a file that is not there: a mistake in a template."""
        return f"/static/{name}?v={self._files[name].version}"


def _read(file: Path) -> Static:
    content = file.read_bytes()
    packed = gzip.compress(content, 9, mtime=0) if len(content) > WORTH_PACKING and file.suffix != ".png" else b""
    return Static(content, packed, _TYPES[file.suffix], hashlib.sha256(content).hexdigest()[:12])
