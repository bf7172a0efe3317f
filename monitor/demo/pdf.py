"""A small PDF writer: lines of Helvetica at positions, on A4 pages (PDF 1.4, ISO 32000-1 §7 and §9.6.2).

Enough for the played documents; not a typesetter. Text is limited to Windows-1252, other characters become `?`.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

WIDTH, HEIGHT = 595, 842
"""A4 in points."""
_MARGIN = 56
_TOP, _BOTTOM = 770, 72
_EM = 0.53
"""Upper bound of Helvetica's mean character width, in parts of the size: wrapped lines never overlap."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text with its left end at (x, y), in points from the lower left corner."""

    x: float
    y: float
    text: str
    size: float = 10
    bold: bool = False


def write_pdf(pages: Sequence[Sequence[Line]], *, title: str = "", created: str = "20190101000000Z") -> bytes:
    """The bytes of a PDF with these pages. `created` is `YYYYMMDDHHMMSSZ`; same input, same bytes."""
    first_page = 6
    kids = " ".join(f"{first_page + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        _font("Helvetica"),
        _font("Helvetica-Bold"),
        b"<< /Title (" + _escaped(title) + b") /CreationDate (D:" + created.encode() + b") >>",
    ]
    for number, lines in enumerate(pages):
        stream = b"BT\n" + b"".join(_shown(line) for line in lines) + b"ET\n"
        objects.append(
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {first_page + 2 * number + 1}"
                " 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
            ).encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"endstream")
    return _assembled(objects)


def _assembled(objects: Iterable[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, xref)
    return bytes(out)


def _font(name: str) -> bytes:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()


def _escaped(text: str) -> bytes:
    raw = text.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _shown(line: Line) -> bytes:
    font = "F2" if line.bold else "F1"
    place = f"/{font} {line.size:g} Tf 1 0 0 1 {line.x:g} {line.y:g} Tm (".encode()
    return place + _escaped(line.text) + b") Tj\n"


def typeset(
    columns: Sequence[str], *, running: str = "", size: float = 10, title: str = "", created: str = "20190101000000Z"
) -> bytes:
    """A PDF of one text, or of two side by side as parliaments print them.

    Paragraphs are separated by blank lines; one that begins with `# ` is a heading; `---` alone begins a new page.
    The n-th paragraphs of two columns begin at the same height. `running` stands on top of every page, the page
    number at its foot.
    """
    gap = 24
    width = (WIDTH - 2 * _MARGIN - gap * (len(columns) - 1)) / len(columns)
    limit = int(width / (size * _EM))
    pages: list[list[Line]] = []
    y = 0.0
    texts = [[part.strip() for part in column.strip().split("\n\n")] for column in columns]
    for paragraphs in zip_longest(*texts, fillvalue=""):
        if not pages or paragraphs[0] == "---":
            y = _new_page(pages, running)
        if paragraphs[0] == "---":
            continue
        for row in zip_longest(*(_wrapped(paragraph, limit) for paragraph in paragraphs), fillvalue=""):
            if y < _BOTTOM:
                y = _new_page(pages, running)
            bolds = [paragraph.startswith("# ") for paragraph in paragraphs]
            pages[-1] += _row(row, bolds, y, size, width + gap)
            y -= size * 1.3
        y -= size * 0.8
    return write_pdf(pages, title=title, created=created)


def _row(texts: Sequence[str], bolds: Sequence[bool], y: float, size: float, step: float) -> Iterator[Line]:
    for place, (text, bold) in enumerate(zip(texts, bolds, strict=True)):
        if text:
            yield Line(_MARGIN + place * step, round(y, 2), text, size, bold)


def _wrapped(paragraph: str, limit: int) -> list[str]:
    return textwrap.wrap(" ".join(paragraph.removeprefix("# ").split()), limit)


def _new_page(pages: list[list[Line]], running: str) -> float:
    head = [Line(_MARGIN, 805, running, 8)] if running else []
    pages.append([*head, Line(WIDTH / 2, 36, str(len(pages) + 1), 8)])
    return float(_TOP)
