"""Reads one PDF from stdin, in a process with limits. The only user of pypdfium2.

`python -m monitor.extract.pdf_child CPU MEMORY OUTPUT FINGERPRINT`; only our own parent calls this.
"""

import ctypes
import re
import sys
from collections.abc import Iterator

import pypdfium2  # type: ignore[import-untyped]
from pypdfium2 import raw

from monitor.errors import ExtractError, ExtractKind
from monitor.extract.limits import answer
from monitor.extract.lines import tidy
from monitor.extract.pdf_columns import Row, Sheet, Word
from monitor.extract.pdf_paragraphs import to_blocks
from monitor.model import Extraction

MAX_PAGES = 3_000
MAX_CHARACTERS = 30_000_000
_SCANNED = 20
"""Characters a page below which a document with images is a scan."""
_IMAGE_PAGES = 20
"""Pages looked through for images."""
_HYPHEN = "\ufffe"
"""What PDFium gives for a hyphen at the end of a line, together with the line's end."""
_LINE_END = re.compile(rf"\n|{_HYPHEN}|\Z")
_PASSWORD = frozenset({raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY})


def read(body: bytes, arguments: list[str]) -> Extraction:
    """Text of a PDF. Raises ExtractError (ENCRYPTED, BROKEN, SCANNED, EMPTY, TOO_COSTLY).

    A file that PDFium cannot read at all is given to a second reader.
    """
    try:
        return _read(body, arguments[0])
    except ExtractError as error:
        if error.kind is not ExtractKind.BROKEN:
            raise
        # Loading it takes time that good files need not pay.
        from monitor.extract import pdf_second  # noqa: PLC0415

        return pdf_second.read(body, arguments[0], error, MAX_PAGES)


def _read(body: bytes, fingerprint: str) -> Extraction:
    document = _open(body)
    count = len(document)
    if count > MAX_PAGES:
        raise ExtractError(ExtractKind.TOO_COSTLY, f"{count:,} pages; up to {MAX_PAGES:,} are read")
    sheets: list[Sheet] = []
    characters = broken = 0
    for index in range(count):
        try:
            sheet = _sheet(document, index)
        except pypdfium2.PdfiumError:
            broken += 1
            continue
        sheets.append(sheet)
        characters += sum(len(word.text) for row in sheet.rows for word in row.words)
        if characters > MAX_CHARACTERS:
            raise ExtractError(ExtractKind.TOO_COSTLY, f"more than {MAX_CHARACTERS:,} characters")
    if broken == count:
        raise ExtractError(ExtractKind.BROKEN, "not one page can be read" if count else "a PDF without pages")
    if characters < _SCANNED * count and _has_images(document):
        raise ExtractError(ExtractKind.SCANNED, f"{count} scanned pages without text: compared by file hash only")
    blocks, margin, note = to_blocks(sheets)
    if not blocks and not margin:
        raise ExtractError(ExtractKind.EMPTY, f"{count} pages without text")
    if broken:
        note = "; ".join(part for part in (note, f"{broken} of {count} pages could not be read") if part)
    title = tidy(document.get_metadata_value("Title"))[:1000]
    return Extraction(fingerprint, blocks, margin, title=title, media="pdf", page_count=count, note=note)


def _open(body: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if error.err_code in _PASSWORD:
            raise ExtractError(ExtractKind.ENCRYPTED, "the PDF asks for a password") from None
        raise ExtractError(ExtractKind.BROKEN, f"no readable PDF: {error}") from None


def _sheet(document: pypdfium2.PdfDocument, index: int) -> Sheet:
    page = document[index]
    try:
        width, height = page.get_size()
        text_page = page.get_textpage()
        try:
            return Sheet(index + 1, width, height, list(_rows(text_page)))
        finally:
            text_page.close()
    finally:
        page.close()


def _has_images(document: pypdfium2.PdfDocument) -> bool:
    for index in range(min(len(document), _IMAGE_PAGES)):
        page = document[index]
        try:
            if any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4)):
                return True
        finally:
            page.close()
    return False


def _rows(text_page: pypdfium2.PdfTextPage) -> Iterator[Row]:
    """The page's lines, as PDFium parts them, with the place of each word."""
    count = text_page.count_chars()
    if count <= 0:
        return
    buffer = (ctypes.c_ushort * (count + 1))()
    units = raw.FPDFText_GetText(text_page, 0, count, buffer) - 1
    text = "".join(map(chr, buffer[: max(units, 0)]))
    box = _Boxes(text_page, exact=units == count)
    start = 0
    for found in _LINE_END.finditer(text):
        words = list(_words(text, start, found.end(), box))
        if words:
            bottom, height = box.line(words[0][1])
            yield Row([word for word, _ in words], bottom, height)
        start = found.end()


def _words(text: str, start: int, end: int, box: "_Boxes") -> Iterator[tuple[Word, int]]:
    """Words between two places of the text, each with the place of its first character."""
    place = start
    while place < end:
        if text[place].isspace() or text[place] == "\0":
            place += 1
            continue
        stop = place
        while stop < end and not text[stop].isspace():
            stop += 1
        left, right = box.span(place, stop - 1)
        yield Word(_whole(text[place:stop].replace(_HYPHEN, "-")), left, right), place
        place = stop


def _whole(text: str) -> str:
    """UTF-16 units as characters; halves of a pair become U+FFFD."""
    if any("\ud800" <= c <= "\udfff" for c in text):
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


class _Boxes:
    """Where characters stand, asked of PDFium by place in the text."""

    def __init__(self, text_page: pypdfium2.PdfTextPage, *, exact: bool) -> None:
        self._page, self._exact = text_page, exact
        self._values = [ctypes.c_double() for _ in range(4)]
        self._loose = raw.FS_RECTF()

    def _index(self, place: int) -> int:
        """PDFium counts some characters that are not in the text it gives."""
        return place if self._exact else int(raw.FPDFText_GetCharIndexFromTextIndex(self._page, place))

    def span(self, first: int, last: int) -> tuple[float, float]:
        """The left edge of one character and the right edge of another."""
        left, right, bottom, top = self._values
        raw.FPDFText_GetCharBox(self._page, self._index(first), left, right, bottom, top)
        start = left.value
        raw.FPDFText_GetCharBox(self._page, self._index(last), left, right, bottom, top)
        return start, max(start, right.value)

    def line(self, place: int) -> tuple[float, float]:
        """Bottom and height of a line, by its font and not by the letter that happens to begin it."""
        raw.FPDFText_GetLooseCharBox(self._page, self._index(place), self._loose)
        return float(self._loose.bottom), max(float(self._loose.top - self._loose.bottom), 1.0)


if __name__ == "__main__":
    sys.exit(answer(read, sys.argv[1:], sys.stdin.buffer, sys.stdout.buffer))
