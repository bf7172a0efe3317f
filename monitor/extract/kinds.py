"""What bytes are, by what they begin with. A declared type only decides where bytes do not."""

import re

from monitor.extract.charset import utf_16

_HTML = re.compile(
    rb"<!doctype\s+html|<(?:html|head|body|title|meta|link|script|style|div|p|h[1-6]|table|a|br|b|span|form|ul|ol|main|"
    rb"section|article|nav|header|frameset|iframe|font|center|!--)(?=[\s>/])",
    re.IGNORECASE,
)
_FEED = re.compile(rb"<(?:rss|(?:[\w.-]{1,32}:)?feed|rdf:rdf)(?=[\s>])", re.IGNORECASE)
_XML = re.compile(r"(?:application|text)/(?:[\w.-]+\+)?xml")
_SVG = re.compile(rb"<svg(?=[\s>])", re.IGNORECASE)
_XHTML = re.compile(rb"<html(?=[\s>])|<!doctype\s+html", re.IGNORECASE)
_LEAD = re.compile(rb"(?:\s|<!--.{0,4000}?-->|<\?.{0,400}?\?>)*+", re.DOTALL)
_IMAGES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*", b"\0\0\1\0")
_START = 4096
_PDF_START = 1024
"""ISO 32000, annex H: readers accept the header anywhere in the first 1024 bytes."""
_TEXT = bytes(byte for byte in range(256) if byte >= 0x20 or byte in b"\t\n\f\r\x1b")


def sniff(body: bytes, declared: str) -> str:
    """The kind of a body: html | pdf | plain | feed | json | xml | image | zip | unknown.

    `declared` is the media type as the server states it (parameters are ignored). Bytes win: a PDF sent as HTML is a
    PDF, a program sent as PDF is unknown.
    """
    declared = declared.partition(";")[0].strip().lower()
    if b"%PDF-" in body[:_PDF_START]:
        return "pdf"
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if body.startswith(_IMAGES) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP"):
        return "image"
    start = body[:_START]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start[2:].replace(b"\0", b"")
    elif utf_16(start):
        start = start.replace(b"\0", b"")
    return _sniff_text(start.removeprefix(b"\xef\xbb\xbf"), declared)


def _sniff_text(start: bytes, declared: str) -> str:
    lead = _LEAD.match(start)
    text = start[lead.end() :] if lead else start
    if _is_binary(start) and not _HTML.match(text):
        return "unknown"
    if text[:1] in {b"{", b"["} and not declared.startswith("text/"):
        return "json"
    known = _sniff_markup(text)
    if known:
        return known
    if text[:1] == b"<" and (start.lstrip()[:5] == b"<?xml" or _XML.fullmatch(declared)):
        return "xml"
    return "html" if declared in {"text/html", "application/xhtml+xml"} else "plain"


def _sniff_markup(text: bytes) -> str:
    """By the first tag; a feed may have a document type before it. Empty for none that is known."""
    if _FEED.match(text):
        return "feed"
    if _SVG.match(text):
        return "image"
    if _HTML.match(text) or _XHTML.search(text):
        return "html"
    return "feed" if text[:2] == b"<!" and _FEED.search(text) else ""


def _is_binary(start: bytes) -> bool:
    """Whether the bytes hold control characters no text has (WHATWG MIME Sniffing, 7.2)."""
    return bool(start.translate(None, _TEXT))
