"""The words of a played answer, read without the program's own extractors."""

import re
from html import unescape

import pypdfium2

from monitor.model import key_of

_MIDDLE = 297
"""Half of an A4 page, in points."""


def words_of(got):
    """The words of an answer, as compared. Of a PDF: all of it, then the left and the right half by themselves."""
    if got.headers["content-type"] == "application/pdf":
        texts = [page.get_textpage() for page in pypdfium2.PdfDocument(got.body)]
        sides = ({}, {"right": _MIDDLE}, {"left": _MIDDLE})
        return key_of(" ".join(text.get_text_bounded(**side) for side in sides for text in texts))
    charset = "cp1252" if b'charset="iso-8859-1"' in got.body else "utf-8"
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", got.body.decode(charset), flags=re.DOTALL)
    return key_of(unescape(text))
