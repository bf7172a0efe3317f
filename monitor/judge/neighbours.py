"""What other pages of the same site say in the same way: a witness for what is furniture. Pure.

Asked in doubt only. A witness can silence new text outside the document part of the map; never words of the document,
notices, quoted passages or what is told at once. Without a usable answer the text is told.
(Template detection by comparing pages of one site: Bar-Yossef and Rajagopalan 2002; Yi and Liu 2003.)
"""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from monitor.judge.document import same_place
from monitor.judge.recall import short_hash
from monitor.model import Block, Extraction, Memory, Place, Testimony

IN_COMMON = 0.5
"""Share of the words of a document's main text from which another page that shows them is the same document."""
KEEP_SHARED = 600
MOST_CANDIDATES = 6
ASKED_AT_ONCE = 2
"""Pages that are asked at one look."""
DAY, QUIET = timedelta(days=1), timedelta(days=31)
MOST_QUIET = 2
"""Requests in that time for one source, when nothing is in doubt."""
MOST_OF_HOST = 4
"""Requests in 24 hours at one host, whatever asks."""
_NEVER = re.compile(
    r"log-?(?:in|out|off|on)|sign-?(?:in|out|up)|aanmeld|afmeld|connexion|deconnexion|anmeld|abmeld|search|zoek|recherch|suche"
    r"|calend|kalender|agenda|event|subscri|abonn|newsletter|nieuwsbrief|cookie|consent|print|share|rss|feed|cart|panier"
    r"|account|compte|konto|password|captcha|wp-admin|cgi-bin",
    re.IGNORECASE,
)
_PAGES = frozenset({"", ".html", ".htm", ".php", ".aspx", ".jsp", ".cfm"})


def line_of(key: str) -> str:
    """A line as a witness remembers it."""
    return short_hash("line", key)


def is_outside(block: Block) -> bool:
    """Does the line stand outside the document part of the page?"""
    return block.place is not Place.MAIN


def carried(reading: Extraction, shared: Collection[str]) -> frozenset[str]:
    """Keys of the lines outside the document that witnesses said they carry too."""
    if not shared:
        return frozenset()
    keys = {b.key for b in (*reading.blocks, *reading.margin) if is_outside(b)}
    return frozenset(key for key in keys if line_of(key) in shared)


def doubtful(memory: Memory, told: Extraction | None, before: Extraction | None, reading: Extraction) -> frozenset[str]:
    """Lines new outside the document that wait for their second look here, and that no neighbour was asked about."""
    if told is None or before is None:
        return frozenset()
    known, last, shared = {b.key for b in told.blocks}, {b.key for b in before.blocks}, frozenset(memory.shared)
    new = (b.key for b in reading.blocks if is_outside(b) and b.key in last and b.key not in known)
    return frozenset(line for key in new if key and (line := line_of(key)) not in shared)


def may_ask(memory: Memory) -> bool:
    """Can anything be in doubt at all? Asked before a look is weighed."""
    return unasked(memory) or bool(memory.pending)


def unasked(memory: Memory) -> bool:
    """Was no neighbour asked since the source was added, or since its page was built anew?"""
    return memory.neighbours_at is None


def testimony_of(
    reading: Extraction,
    url: str,
    page: Extraction,
    address: str,
    sha256: str,
    at: datetime,
    *,
    requested: bool,
) -> Testimony:
    """What another page of the site says about the lines of `reading` that stand outside its document part.

    `reading` is the page in question, read at `url`; `page` the other one, read at `address` and good by the document
    test. A print view, an untranslated twin, a shell or the same page again says nothing: `reason` tells why.
    """
    theirs = {b.key for b in (*page.blocks, *page.margin)}
    reason = _no_witness(reading, url, page, address, theirs)
    outside = {b.key for b in reading.blocks if is_outside(b)} if not reason else set()
    lines = tuple(sorted(line_of(key) for key in outside & theirs if key))
    return Testimony(address, sha256, at, page.title[:200], lines, reason, requested)


def _no_witness(reading: Extraction, url: str, page: Extraction, address: str, theirs: Collection[str]) -> str:
    theirs_at, ours_at = page.canonical or address, reading.canonical or url
    if same_place(url, address) or same_place(theirs_at, ours_at):
        return "same_page"
    words = common = 0
    for block in reading.blocks:
        if not is_outside(block):
            words += block.key.count(" ") + 1
            common += block.key.count(" ") + 1 if block.key in theirs else 0
    if common >= IN_COMMON * max(1, words):
        return "same_text"
    # Sites that title every page alike are many; a page of the same title must differ all the more.
    return "same_title" if page.title == reading.title and common >= IN_COMMON / 2 * max(1, words) else ""


def remembered(memory: Memory, testimonies: Iterable[Testimony]) -> tuple[str, ...]:
    """The lines that witnesses carry, with what they said now."""
    lines = dict.fromkeys(memory.shared)
    for witness in testimonies:
        lines |= dict.fromkeys(witness.lines)
    return tuple(lines)[-KEEP_SHARED:]


def candidates(reading: Extraction, url: str, listed: Sequence[str] = ()) -> tuple[str, ...]:
    """Addresses of the same host to ask, the nearest by path first. `listed`: other sources of the host."""
    plain = (
        link.url for b in (*reading.blocks, *reading.margin) for link in b.links if link.url not in reading.nofollow
    )
    found = dict.fromkeys(x for x in (*listed, *plain) if _may_be_asked(x, url))
    here = _steps(url)
    order = {address: n for n, address in enumerate(found)}

    def distance(address: str) -> tuple[int, int, int]:
        there = _steps(address)
        common = next(
            (n for n, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), min(len(here), len(there))
        )
        return -common, abs(len(there) - len(here)), order[address]

    return tuple(sorted(found, key=distance)[:MOST_CANDIDATES])


def _may_be_asked(address: str, url: str) -> bool:
    try:
        there, here = urlsplit(address), urlsplit(url)
    except ValueError:
        return False
    if there.scheme not in {"http", "https"} or there.netloc != here.netloc or there.query:
        return False
    if same_place(address, url) or PurePosixPath(there.path).suffix.lower() not in _PAGES:
        return False
    return not _NEVER.search(there.path)


def _steps(address: str) -> list[str]:
    return [step for step in urlsplit(address).path.split("/") if step]
