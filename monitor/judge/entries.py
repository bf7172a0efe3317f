"""An entry of a list as compared with itself: its date as a moment, its words without badges and counts of readers."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from rapidfuzz import fuzz

from monitor.judge.recall import skeleton
from monitor.model import Item, key_of
from monitor.text.rights import without_note
from monitor.text.words import WordLists, dates_in

WINDOW_GROWS_BY = 3
"""Entries at least by which a page of a list grows or shrinks when its size is set otherwise."""
_PAGE_SIZES = (5, 6, 8, 9)
"""Pages of lists show multiples of these: ten, twelve, fifteen, twenty-four."""
SPELT_ALIKE = 88
"""Likeness of characters, of 100, from which a title is the same one spelt otherwise."""
LEAST_WORD = 60
"""The same for each of its words: "Flanders" is no other spelling of "Brussels"."""
SHORTEST_TITLE = 12
_STAMP = re.compile(r"\d{1,2}:\d{2}|T\d{4}")
_BADGE = (
    r"(?:new|just in|updated?|hot|nieuw|net binnen|bijgewerkt|nouveau(?:té)?|nouvelle|à la une|mis à jour|neu|aktuell"
    r"|aktualisiert)"
)
_BADGES = re.compile(rf"^(?:{_BADGE}(?:\s|$)){{1,5}}|(?:\s{_BADGE}){{1,5}}$")
_NOUNS = (
    r"views?|vues?|comments?|commentaires?|reacties?|kommentare?|likes?|shares?|downloads?|téléchargements?"
    r"|weergaven?|aufrufe|bekeken|vind ik leuks?|j aime"
)
_UNITS = (
    r"seconds?|minutes?|hours?|days?|weeks?|months?|seconden|minuten|minuut|uren|uur|dagen|dag|weken|maanden|maand"
    r"|secondes?|heures?|jours?|semaines?|mois|sekunden?|stunden?|tag(?:en?)?|wochen?|monat(?:en?)?"
)
_COUNTS = re.compile(
    rf"\b\d+ (?:{_NOUNS})\b|\b(?:{_NOUNS}) \d+\b|\b(?:il y a|vor) \d+ (?:{_UNITS})\b"
    rf"|\b\d+ (?:{_UNITS}) (?:ago|geleden|left)\b|\b(?:nog|noch|encore|closes in) \d+ (?:{_UNITS})\b"
)
_COUNTER = re.compile(
    r"^\W*\d[\d.,\s]*\W*$|\(\d+\)\s*$|\b\d+\s*(?:of|van(?: de)?|sur|von|/)\s*\d+\b"
    r"|\b(?:results?|items?|entries|hits?|records?|documents?|publications?|articles?|pages?|total|showing|found|matches"
    r"|resulta(?:at|ten)|documenten|publicaties|artikelen|berichten|pagina(?:'s)?|totaal|aantal|gevonden|treffers?"
    r"|résultats?|éléments?|actualités|trouvés?|affichage|nombre"
    r"|ergebnisse?|einträge?|dokumente|veröffentlichungen|beiträge|meldungen|seiten?|insgesamt|anzahl|gefunden)\b",
    re.IGNORECASE,
)


def moment_of(date: str, words: WordLists | None = None) -> str:
    """A printed date as an ISO day, a machine's stamp as a moment in UTC (with a `T`); else the words of it."""
    if _STAMP.search(date):
        try:
            moment = _parsed(date)
        except (ValueError, OverflowError):
            moment = None
        if moment is not None:
            return moment.isoformat()
    days = dates_in(date, words)[0] if words is not None else ()
    return days[0] if len(days) == 1 else key_of(date)


def _parsed(stamp: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(stamp)
    except ValueError:
        moment = datetime.fromisoformat(stamp.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def title_of(item: Item) -> str:
    """The title as compared, without a badge that passes ("New")."""
    key = key_of(item.title)
    return _BADGES.sub("", key) or key


def said_of(item: Item) -> str:
    """What is said of an entry, as compared: without badges, counts of its readers and times since."""
    return " ".join(_BADGES.sub("", _COUNTS.sub(" ", key_of(without_note(item.summary)))).split())


def is_badge(key: str) -> bool:
    """Is a line nothing but a badge?"""
    return bool(key) and not _BADGES.sub("", key)


def counts(text: str) -> bool:
    """Does a line count what a list holds or where its page stands? "214 results", "1–10 of 14", "Page 2", "(12)"."""
    return bool(_COUNTER.search(text))


def spelt_alike(old: str, new: str) -> bool:
    """Are two titles one, spelt otherwise? The same figures, and every word like its counterpart."""
    if min(len(old), len(new)) < SHORTEST_TITLE or fuzz.ratio(old, new) < SPELT_ALIKE:
        return False
    if _figures(old) != _figures(new):
        return False
    one, two = old.split(), new.split()
    return len(one) != len(two) or all(fuzz.ratio(a, b) >= LEAST_WORD for a, b in zip(one, two, strict=True))


def _figures(key: str) -> list[str]:
    return [word for word in key.split() if skeleton(word) != word]


def is_page_size(entries: int) -> bool:
    """Is this a number of entries that pages of lists usually show?"""
    return entries >= _PAGE_SIZES[0] and any(entries % size == 0 for size in _PAGE_SIZES)
