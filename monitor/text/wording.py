"""The same words written another way: contractions, split and joined forms, old and new spellings. English, Dutch,
French and German at once: what means nothing in the language of a text is the same on both sides.

Sources: for German the official rules of 1996 and 2006 (Rat für deutsche Rechtschreibung), for Dutch the Woordenlijst
(Taalunie), for British and American English the Oxford and Merriam-Webster dictionaries.
"""

import re
from collections import Counter

from monitor.model import key_of

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘‛ʼʹ´`′＇", "'"))
_PRONOUNS = "i|you|he|she|it|we|they|there|that|who"
_NEGATED = "do|does|did|is|are|was|were|has|have|had|would|could|should|must|need|might|may|dare|ought"
_WRITTEN_OUT = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        # "can not only … but also" joins nothing.
        (r"\bcan(?:'t|\s{1,4}not(?!\s{1,4}only\b))(?!\w)", "cannot"),
        (r"\bwon't\b", "will not"),
        (r"\bshan't\b", "shall not"),
        (rf"\b({_NEGATED})n't\b", r"\1 not"),
        (rf"\b({_PRONOUNS})'ll\b", r"\1 will"),
        (rf"\b({_PRONOUNS})'ve\b", r"\1 have"),
        (r"\b(you|we|they)'re\b", r"\1 are"),
        (r"\bi'm\b", "i am"),
        (r"\b(it|that|there)'s\b", r"\1 is"),
        (r"\blet's\b", "let us"),
        (r"\bzo'n\b", "zo een"),
        (r"\bz'n\b", "zijn"),
        (r"\bm'n\b", "mijn"),
        (r"(?<!\w)'t\b", "het"),
        (r"(?<!\w)'n\b", "een"),
    )
)
"""Contractions of English and Dutch. French elisions are written in one way only, and German has its own below."""

_FUSED = {
    "am": "an dem", "ans": "an das", "aufs": "auf das", "beim": "bei dem", "durchs": "durch das", "furs": "fuer das",
    "fuers": "fuer das", "im": "in dem", "ins": "in das", "ubers": "ueber das", "uebers": "ueber das",
    "ums": "um das", "vom": "von dem", "zum": "zu dem", "zur": "zu der",
}  # fmt: skip
"""German prepositions with their article."""

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ä": "ae", "ö": "oe", "ü": "ue"})
_SPELLINGS = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"\bcan not only\b", "can not_only"),
        (r"(\w{3})is(e[ds]?|ers?|ing|ations?)\b", r"\1iz\2"),
        (r"(\w{2})ys(e[ds]?|ing)\b", r"\1yz\2"),
        (r"(\w{2})our(s|ed|ing|able|al|ites?)?\b", r"\1or\2"),
        (r"\b(cent|met|lit|fib|theat|meag|calib)re(s?)\b", r"\1er\2"),
        (r"\b(def|off|lic|pret)ence(s?)\b", r"\1ense\2"),
        (r"\b(catal|dial|anal|prol)ogue(s?)\b", r"\1og\2"),
        (r"\bprogramme(s?)\b", r"program\1"),
        (r"\b(judg|acknowledg)ement", r"\1ment"),
        (r"\b(fulfil|enrol|instal)(s|ment)?\b", r"\1l\2"),
        (r"(\w{2}[ae])ll(ed|ing|er|ers)\b", r"\1l\2"),
        (r"\bageing\b", "aging"),
        (r"\bartefact", "artifact"),
        (r"\bselbst(?=staendig)", "selb"),
        (r"aufwaendig", "aufwendig"),
        (r"nummerier", "numerier"),
        (r"platzier", "plazier"),
        (r"(poten|substan)tiell", r"\1ziell"),
        (r"potential", "potenzial"),
        (r"photo", "foto"),
        (r"graphi", "grafi"),
        (r"schifff", "schiff"),
    )
)
"""Spellings of one word, of British and American English, and of German before and after 1996."""


def written_out(text: str) -> str:
    """A text with its contractions written out and `can not` joined; all else stays as it is."""
    text = text.translate(_APOSTROPHES)
    if "'" not in text and "can" not in text.casefold():
        return text
    for pattern, instead in _WRITTEN_OUT:
        text = pattern.sub(instead, text)
    return text


def same_wording(old: str, new: str) -> bool:
    """Do two texts have the same words, however they are contracted, joined, hyphenated or spelled?

    Joined words may mean something else (`may be`, `maybe`): whoever asks looks whether a word that carries weight
    came or went. A name that is joined or parted (`Acme Robot`, `AcmeRobot`) is another name.
    """
    if "|" in old or "|" in new or _parted(old, new) or _parted(new, old):
        return False
    return bool(one := _bare(old)) and one == _bare(new)


def _parted(old: str, new: str) -> bool:
    """Does a name with a capital inside stand in the one, and its two words in the other?"""
    names = Counter(_JOINED.findall(old)) - Counter(_JOINED.findall(new))
    return any(_JOINT.sub(" ", name) in new for name in names)


_JOINED = re.compile(r"\b[^\W\d_]{0,40}[a-zà-öø-ÿ][A-ZÀ-ÖØ-Þ][^\W\d_]{0,40}\b")
_JOINT = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")


_LOOK_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТХаеѕіјорсухһԁԛԝ" "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαν",
    "ABESIJKMHOPCTXaesijopcyxhdqw" "ABEZHIKMNOPTYXoav",
)  # fmt: skip
"""Letters of the Cyrillic and the Greek script that look like a Latin one (Unicode Technical Standard 39)."""
_MOST_LETTERS = 3


def look_alikes(old: str, new: str) -> str:
    """The letters that stand in the place of ones that look like them, where that alone tells two texts apart: each
    with its code point, as nobody sees the difference. Empty when there is another difference, or none.
    """
    if old == new or len(old) != len(new) or old.translate(_LOOK_ALIKE) != new.translate(_LOOK_ALIKE):
        return ""
    pairs = dict.fromkeys((a, b) for a, b in zip(old, new, strict=True) if a != b)
    return ", ".join(f"{a} (U+{ord(a):04X}) → {b} (U+{ord(b):04X})" for a, b in list(pairs)[:_MOST_LETTERS])


def _bare(text: str) -> str:
    words = key_of(written_out(text)).translate(_LETTERS).split()
    row = " ".join(_FUSED.get(word, word) for word in words)
    for pattern, instead in _SPELLINGS:
        row = pattern.sub(instead, row)
    return row.replace(" ", "")
