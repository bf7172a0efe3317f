"""What kind of text a line is: prose that says something, a request for consent, an invitation to sign up.

In English, Dutch, French and German, and only where a page's own structure says nothing better.
"""

import re
from collections.abc import Iterable

from monitor.model import Link

SENTENCE = 8
"""Words from which a line outside links says something of its own."""
_LINKED = 0.5
"""Share of a line's characters in links from which it points rather than says."""
_CONSENT = re.compile(
    r"\bcookies?\b|\bcookiebeleid\b|\bconsent(?:ement)?\b|\btoestemming\b|\beinwilligung|\btraceurs?\b|\btracking\b"
    r"|\btrackers?\b|\bgdpr\b|\brgpd\b|\bdsgvo\b",
    re.IGNORECASE,
)
_SIGN_UP = re.compile(
    r"\bnews-?letters?\b|\bnieuwsbrie(?:f|ven)\b|\blettres? d['’]information\b|\binfolettre\b|\brundbrief\b"
    r"|\bmailing ?lists?\b|\bsubscri(?:be|ption)\b|\babonne(?:z|r|ren|er|ment)|\babonnieren\b|\bschrijf (?:je|u) in\b"
    r"|\binscrivez-vous\b|\bsign up\b|\bfollow us\b|\bvolg ons\b|\bsuivez-nous\b|\bfolgen sie uns\b",
    re.IGNORECASE,
)
_SCRIPTS = re.compile(r"\bjava\s?scripts?\b|\bbrowsers?\b|\bnavigateur\b|\bnavigator\b", re.IGNORECASE)


def is_prose(text: str, links: Iterable[Link]) -> bool:
    """Whether a line is a sentence of its own: long enough, and most of it outside links."""
    if len(text.split()) < SENTENCE:
        return False
    return sum(len(link.text) for link in links) < _LINKED * len(text)


def asks_consent(text: str) -> bool:
    """Whether a line speaks of cookies and of what a reader agrees to."""
    return _CONSENT.search(text) is not None


def invites(text: str) -> bool:
    """Whether a line invites to a newsletter or to follow an account."""
    return _SIGN_UP.search(text) is not None


def about_browser(text: str) -> bool:
    """Whether a line speaks of the program that shows it ("please enable JavaScript")."""
    return _SCRIPTS.search(text) is not None
