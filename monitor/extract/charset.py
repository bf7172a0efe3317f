"""Bytes to text: which character encoding a body is in.

The order is that of the WHATWG Encoding and HTML standards (byte order mark, HTTP header, `<meta>`), with departures
for pages that lie about themselves: bytes that are UTF-8, or nearly all of it, are read as UTF-8 whatever is declared;
a declared UTF-8 whose bytes are mostly not is not believed.

One byte more or less must never change other letters, or every paragraph of a page would seem to change: nearly UTF-8
is UTF-8 with U+FFFD where a byte makes no character; a page that mixes both is read character by character; and what
is neither is windows-1252 unless its words are wholly in another script.
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

_ASIAN = frozenset({"gb18030", "big5hkscs", "cp932", "euc-jp", "cp949"})
"""Several bytes a character: such a text may look like UTF-8 for a word or two."""

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_PARAMETER = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([^\s\"'/>;]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]+)", re.IGNORECASE)
_PRESCAN = 1024
"""Bytes looked through for a declaration, whatever they are; further, as browsers do, while the head lasts."""
_LONGEST_HEAD = 512 * 1024
_HEAD_END = re.compile(rb"</head|<body", re.IGNORECASE)
_HIDDEN = ((b"<!--", b"-->"), (b"<script", b"</script"), (b"<style", b"</style"))
_SAMPLE = 16384
_SURE = 8
"""Sound characters of UTF-8 that are none by chance; and how many times rarer the other kind is in a page of one."""
_ESCAPED = re.compile("[\udc80-\udcff]")
_LATER = bytes(range(0x80, 0xC0)).decode("windows-1252", "ignore") + bytes(range(0x80, 0xC0)).decode("latin-1")
_DOUBLED = re.compile(
    f"[\xc2-\xdf][{re.escape(_LATER)}]|[\xe0-\xef][{re.escape(_LATER)}]{{2}}|[\xf0-\xf4][{re.escape(_LATER)}]{{3}}"
)
"""A character of UTF-8 whose bytes were read as windows-1252."""
_ACCENTED_WORDS = re.compile(rb"[A-Za-z\x80-\xff]{0,60}[\x80-\xff][A-Za-z\x80-\xff]{0,60}")
_HIGH = bytes(range(0x80, 0x100))
_OTHER_SCRIPT = 0.6
"""Share of the letters of accented words: an eighth to a third in a Latin script, nearly all in another."""


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
    wide = utf_16(body)
    if wide:
        return _finish(body.decode(wide, "replace"), wide)
    declared, page_says = _declared(body, content_type)
    escaped = body.decode("utf-8", "surrogateescape")
    broken = len(_ESCAPED.findall(escaped))
    sound = 0 if escaped.isascii() else len(escaped) - len(escaped.encode("ascii", "ignore")) - broken
    if not broken and _is_utf_8(declared, sound, escaped):
        return _finish(escaped, "utf-8")
    if declared in _ASIAN:
        return _finish(body.decode(declared, "replace"), declared)
    if sound and (sound >= broken or (declared == "utf-8" and sound * 2 >= broken)):
        return _finish(body.decode("utf-8", "replace"), "utf-8")
    if sound * _SURE > broken:
        return _finish(_ESCAPED.sub(_as_windows_1252, escaped), "utf-8")
    name = next((said for said in (declared, page_says) if said not in {"", "utf-8"}), "") or _guess(body)
    return _finish(body.decode(name, "replace"), name)


def _is_utf_8(declared: str, sound: int, text: str) -> bool:
    """Whether bytes that are flawless UTF-8 are meant so."""
    if declared in {"", "utf-8"}:
        return True
    if declared.startswith("utf-16"):
        return "\0" not in text
    return sound >= _SURE if declared in _ASIAN and sound else True


def _as_windows_1252(escaped: re.Match[str]) -> str:
    return bytes([ord(escaped[0]) - 0xDC00]).decode("windows-1252", "replace")


def utf_16(body: bytes) -> str:
    """The codec of a text that is UTF-16 without saying so: every other byte of its markup or Latin letters is 0."""
    start = body[:2048]
    pairs = len(start) // 2
    if pairs < 8:
        return ""
    odd, even = start[1::2].count(0) / pairs, start[0::2].count(0) / pairs
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else ""


def _declared(body: bytes, content_type: str) -> tuple[str, str]:
    """What the header, else the page, says, as a codec; and what the page says. Empty for nothing known."""
    found = _PARAMETER.search(content_type)
    header = _LABELS.get(found.group(1).lower(), "") if found else ""
    start = _visible_head(body)
    inside = _META.search(start) or _XML.search(start)
    page = _LABELS.get(inside.group(1).decode("ascii", "replace").lower(), "") if inside else ""
    # HTML, 13.2.3.2: a page that can be read as ASCII so far is not UTF-16.
    page = "utf-8" if page.startswith("utf-16") else page
    return header or page, page


def _visible_head(body: bytes) -> bytes:
    """The beginning of a page, as far as its head goes, without comments, scripts and styles."""
    end = _HEAD_END.search(body, 0, _LONGEST_HEAD)
    start = body[: max(_PRESCAN, end.start() if end else _LONGEST_HEAD)]
    for opening, closing in _HIDDEN:
        start = _without(start, opening, closing)
    return start


def _without(text: bytes, opening: bytes, closing: bytes) -> bytes:
    folded, kept, at = text.lower(), [], 0
    while (begin := folded.find(opening, at)) >= 0:
        kept.append(text[at:begin])
        end = folded.find(closing, begin + len(opening))
        if end < 0:
            return b"".join(kept)
        at = end + len(closing)
    return b"".join([*kept, text[at:]])


def _guess(body: bytes) -> str:
    """The likeliest encoding of bytes that are no UTF-8: windows-1252, unless whole words are in another script."""
    words = b" ".join(_ACCENTED_WORDS.findall(body[:_LONGEST_HEAD]))[:_SAMPLE]
    letters = len(words) - words.count(b" ")
    if not letters or (len(words) - len(words.translate(None, _HIGH))) / letters < _OTHER_SCRIPT:
        return "windows-1252"
    from charset_normalizer import from_bytes  # noqa: PLC0415 - 30 ms to import, and hardly ever needed

    best = from_bytes(words, cp_isolation=["cp1252", "cp1251", "cp1253"], enable_fallback=False).best()
    return {"cp1251": "windows-1251", "cp1253": "windows-1253"}.get(best.encoding if best else "", "windows-1252")


def _finish(text: str, name: str) -> Decoded:
    return Decoded(_undoubled(text.replace("\0", "")), name)


def _undoubled(text: str) -> str:
    """A text whose characters were made UTF-8 twice ("dÃ©cision") as it was meant: where nearly all are such, and
    enough that it is no example in a text about them.
    """
    if "Ã" not in text and "â€" not in text:
        return text
    doubled = _DOUBLED.findall(text)
    if len(doubled) < _SURE or sum(map(len, doubled)) * _SURE < (_SURE - 1) * sum(not c.isascii() for c in text):
        return text
    return _DOUBLED.sub(lambda found: _undone(found[0]), text)


def _undone(piece: str) -> str:
    try:
        return b"".join(c.encode("latin-1" if ord(c) < 0x100 else "windows-1252") for c in piece).decode("utf-8")
    except UnicodeError:
        return piece
