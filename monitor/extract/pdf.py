"""PDF to blocks: a child process with limits reads it (`pdf_child.py`), this is the parent's side."""

import hashlib
from importlib.metadata import version

from monitor.errors import ExtractError, ExtractKind
from monitor.extract import limits
from monitor.model import Extraction, Source

VERSION = 2
"""Must be raised when the output for the same bytes changes: old snapshots are then read again, quietly."""

_LIBRARY = f"{version('pypdfium2')} {version('pypdf')}"
MAX_BYTES = 100_000_000


class PdfExtractor:
    """Reads PDFs with PDFium, damaged ones with pypdf. `limits`: the child's; by default 50 s of CPU and 512 MB."""

    def __init__(self, given: limits.Limits | None = None) -> None:
        self._limits = given or limits.Limits(cpu=50, wall=120.0)

    def read(self, body: bytes, *, content_type: str, url: str, source: Source) -> Extraction:  # noqa: ARG002 - as every extractor
        """Blocks with their page. Raises ExtractError (ENCRYPTED, BROKEN, SCANNED, EMPTY, TOO_COSTLY)."""
        if len(body) > MAX_BYTES:
            raise ExtractError(ExtractKind.TOO_COSTLY, f"a PDF of {len(body) / 1e6:.0f} MB; up to 100 are read")
        return limits.run("monitor.extract.pdf_child", (self.fingerprint(source),), body, self._limits)

    def fingerprint(self, source: Source) -> str:  # noqa: ARG002 - a PDF has no rules of its source's
        rules = hashlib.sha256(_LIBRARY.encode()).hexdigest()[:8]
        return f"pdf:{VERSION}:{rules}"
