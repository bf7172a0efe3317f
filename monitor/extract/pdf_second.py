"""The second reader of PDFs: for files in which PDFium finds nothing, such as those whose trailer lost its root.

The only user of pypdf. Slow and without places of words, so it is asked last; in the same limited child process.
"""

import io
import logging
import zlib

import pypdf
from pypdf.errors import PyPdfError

from monitor.errors import ExtractError, ExtractKind
from monitor.extract.lines import tidy
from monitor.extract.pdf_columns import Row, Sheet, Word
from monitor.extract.pdf_paragraphs import to_blocks
from monitor.model import Extraction

MOST_BYTES = 20_000_000
"""A larger damaged file is not worth its time."""
_WIDTH, _LINE, _FONT, _LETTER = 595.0, 12.0, 10.0, 5.0
"""Points: an invented sheet for lines of which only the order is known."""
_FAILS = (
    PyPdfError, ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, OSError,
    RecursionError, TypeError, ValueError, zlib.error,
)  # fmt: skip
"""What broken files make pypdf raise."""


def read(body: bytes, fingerprint: str, first: ExtractError, most_pages: int) -> Extraction:
    """What can still be read. Raises ENCRYPTED, else `first`, the first reader's own complaint."""
    if len(body) > MOST_BYTES:
        raise first
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        document = pypdf.PdfReader(io.BytesIO(body))
        if document.is_encrypted:
            raise ExtractError(ExtractKind.ENCRYPTED, "the PDF asks for a password")
        count = len(document.pages)
        sheets = [_sheet(n, document.pages[n - 1].extract_text()) for n in range(1, min(count, most_pages) + 1)]
        title = str(document.metadata.title or "") if document.metadata else ""
    except _FAILS:
        raise first from None
    blocks, margin, _ = to_blocks(sheets)
    if not blocks:
        raise first
    note = f"damaged ({first.detail}); what a second reader made of it"
    return Extraction(fingerprint, blocks, margin, title=tidy(title)[:1000], media="pdf", page_count=count, note=note)


def _sheet(number: int, text: str) -> Sheet:
    """The lines of a page one below the other; an empty line is a gap."""
    lines = text.splitlines()
    height = _LINE * (len(lines) + 12)
    rows = [_row(line, height - _LINE * (n + 6)) for n, line in enumerate(lines) if line.strip()]
    return Sheet(number, _WIDTH, height, rows)


def _row(line: str, bottom: float) -> Row:
    words, left = [], 50.0
    for word in line.split():
        words.append(Word(word, left, left + _LETTER * len(word)))
        left += _LETTER * (len(word) + 1)
    return Row(words, bottom, _FONT)
