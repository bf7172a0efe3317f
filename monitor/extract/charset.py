"""Bytes to text: which character encoding a body is in.

The order is that of the WHATWG Encoding and HTML standards (byte order mark, HTTP header, `<meta>`), with two
departures for pages that lie about themselves: a declared UTF-8 whose bytes are mostly not UTF-8 is not believed, and
a declared windows-1252 whose bytes are flawless multi-byte UTF-8 is read as UTF-8.
"""

import re
from dataclasses import dataclass

_LABELS = {
    **dict.fromkeys(["utf-8", "utf8", "unicode-1-1-utf-8", "x-unicode20utf8"], "utf-8"),
    # WHATWG Encoding, 4.2: the labels of ISO 8859-1 and ASCII mean windows-1252.
    **dict.fromkeys(
        ["windows-1252", "cp1252", "x-cp1252", "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "l1",
         "ascii", "us-ascii", "ansi_x3.4-1968"],
        "windows-1252",
    ),
    **dict.fromkeys(["iso-8859-15", "iso8859-15", "iso_8859-15", "latin-9", "latin9", "l9"], "iso-8859-15"),
    **dict.fromkeys(["iso-8859-2", "iso8859-2", "latin2", "l2"], "iso-8859-2"),
    **dict.fromkeys(["iso-8859-9", "iso8859-9", "latin5", "windows-1254", "cp1254"], "windows-1254"),
    **dict.fromkeys(["windows-1250", "cp1250"], "windows-1250"),
    **dict.fromkeys(["windows-1251", "cp1251"], "windows-1251"),
    **dict.fromkeys(["windows-1253", "cp1253"], "windows-1253"),
    **dict.fromkeys(["iso-8859-7", "iso8859-7", "greek"], "iso-8859-7"),
    **dict.fromkeys(["koi8-r", "koi8"], "koi8-r"),
    **dict.fromkeys(["macintosh", "mac", "x-mac-roman"], "mac-roman"),
    **dict.fromkeys(["utf-16", "utf-16le", "unicode", "ucs-2"], "utf-16-le"),
    "utf-16be": "utf-16-be",
    **dict.fromkeys(["gb2312", "gbk", "gb18030", "x-gbk"], "gb18030"),
    **dict.fromkeys(["big5", "big5-hkscs"], "big5hkscs"),
    **dict.fromkeys(["shift_jis", "shift-jis", "sjis", "ms_kanji", "windows-31j"], "cp932"),
    **dict.fromkeys(["euc-jp", "x-euc-jp"], "euc-jp"),
    **dict.fromkeys(["euc-kr", "ks_c_5601-1987", "windows-949"], "cp949"),
}  # fmt: skip
"""Labels as pages write them → the codec. Anything else is no label: no codec is looked up by a page's word."""

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_PARAMETER = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([^\s\"'/>;]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]+)", re.IGNORECASE)
_PRESCAN = 4096
"""Bytes looked through for a declaration. The standard says 1024; real pages put it later."""
_SAMPLE = 16384
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and the encoding it was read in, under its usual name."""

    text: str
    charset: str


def decode(body: bytes, content_type: str = "") -> Decoded:
    """The text of a body. Never fails: bytes that make no character become U+FFFD, NUL is dropped.

    `content_type` is the whole header value; its charset parameter counts.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _finish(body[len(mark) :].decode(name, "replace"), name)
    declared = _declared(body, content_type)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if declared in {"", "utf-8", "windows-1252"} or (text.isascii() and "\0" not in text[:200]):
            return _finish(text, "utf-8")
    if declared == "utf-8":
        text = body.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        sound = len(text) - len(text.encode("ascii", "ignore")) - broken
        if broken * _MOSTLY <= sound:
            return _finish(text, "utf-8")
        declared = ""
    name = declared or _guess(body)
    return _finish(body.decode(name, "replace"), name)


def _declared(body: bytes, content_type: str) -> str:
    """What the header, else the page, says, as a codec; empty when neither says anything known."""
    found = _PARAMETER.search(content_type)
    name = _LABELS.get(found.group(1).lower(), "") if found else ""
    if name:
        return name
    start = body[:_PRESCAN]
    inside = _META.search(start) or _XML.search(start)
    name = _LABELS.get(inside.group(1).decode("ascii", "replace").lower(), "") if inside else ""
    # HTML, 13.2.3.2: a page that can be read as ASCII so far is not UTF-16.
    return "utf-8" if name.startswith("utf-16") else name


def _guess(body: bytes) -> str:
    """The likeliest encoding of undeclared bytes that are no UTF-8: windows-1252 unless another script speaks up."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - 30 ms to import, and hardly ever needed

    best = from_bytes(
        body[:_SAMPLE],
        cp_isolation=["cp1252", "cp1251", "cp1253", "utf_16_le", "utf_16_be"],
        enable_fallback=False,
    ).best()
    name = best.encoding if best is not None else "cp1252"
    return {"cp1251": "windows-1251", "cp1253": "windows-1253", "utf_16_le": "utf-16-le", "utf_16_be": "utf-16-be"}.get(
        name, "windows-1252"
    )


def _finish(text: str, name: str) -> Decoded:
    return Decoded(text.replace("\0", ""), name)
