"""Figures that say something about the page's making, not about its matter: builds, clocks, dates in another zone."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.judge.listing import ItemUnit
from monitor.judge.lore import EVERY_RULE, Rules
from monitor.judge.units import Unit, UnitKind, documents
from monitor.model import Block, BlockKind, Link, key_of
from monitor.text.relative import without_relative_times
from monitor.text.rights import is_note, same_but_for_years
from monitor.text.words import WordLists, dates_in

DAY = timedelta(days=1)
SHIFTED_TOGETHER = 3
"""So many dates that move by one and the same day are one clock in another zone, not so many decisions."""
FEWEST_CARDS = 3
MATTER = 0.75
"""Share of a page's text from which its news are its matter."""
LONGEST_DATE = 24
"""Characters of a line that is only a date."""
SHORT = 6
"""Words of a line that may be a build number."""

SENTENCE, LONGEST_ENTRY = 8, 120
"""Words of a line that says when it was written."""

_LONE = frozenset({UnitKind.COME, UnitKind.GONE})
_UPDATED = re.compile(
    r"\b(?:updat|edited|revis|modifi|review|bijgewerkt|bewerkt|gewijzigd|mise? à jour|révis|aktualisier|bearbeitet"
    r"|geändert|stand\b)",
    re.IGNORECASE,
)
_BUILD = re.compile(
    r"\b(?:version|versie|build|release|v)\b\.?\s?\d++(?:\.\d++){2,}|(?<!\d)\d++(?:\.\d++){3,}", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]{2}")
_DIGITS = re.compile(r"\d+")
BYLINE = 14
"""Words of a line at most that tells a time from now as a stamp does."""
_FIGURE = r"\d[\d.,  ]{0,12}"
_COUNTER = re.compile(
    rf"\D{{0,24}}{_FIGURE}\s*(?:[-–]|to|tot|t/m|à|au|bis)\s*{_FIGURE}\s*(?:of|van|sur|de|von|aus|/)"
    rf"\s*{_FIGURE}\D{{0,24}}"
    rf"|\D{{0,12}}{_FIGURE}\s*(?:page\s?)?(?:views?|visits?|visitors?|times viewed|likes?|shares?|followers?"
    r"|weergaven?|keer (?:bekeken|gelezen)|bezoek(?:en|ers)|volgers|vues?|visites?|visiteurs?|lectures?|abonnés"
    r"|aufrufe|besuche[r]?|mal gelesen|klicks)\W*"
    rf"|(?:views?|visits?|visitors?|weergaven|bezoekers|vues|visites|aufrufe|besucher)\W{{1,3}}{_FIGURE}",
    re.IGNORECASE,
)
"""What counts results shown, visits or readers."""
_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{3})+(?![\d.])")
_NEWS = re.compile(
    r"\b(?:latest|news|updates?|related|recent|more|also|events?|actualités?|nouvelles|nouveautés|derniers?|dernières"
    r"|récent|agenda|à lire|événements?|nieuws|laatste|actueel|recente?|meer|lees ook|evenementen|aktuelles?"
    r"|neuigkeiten|neueste[sn]?|mehr|veranstaltungen|nachrichten)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stamps:
    """The units of one look that are stamps, by key: the rule that says so."""

    rules: dict[str, str]

    def rule(self, unit: Unit) -> str:
        return self.rules.get(unit.key, "")


def stamps(
    found: Iterable[Unit],
    words: WordLists,
    told_since: datetime | None,
    now: datetime,
    asked: Rules = EVERY_RULE,
    rows: Collection[str] = (),
) -> Stamps:
    """Find the stamps among the units of one look. `told_since`: when the told text was first seen.

    `rows`: keys of the lines that `date_rows` found.
    """
    found = tuple(found)
    rules: dict[str, str] = {}
    # Versions to choose from were made before: a day to come is that of a hearing, a deadline.
    past = (u for u in found if not any(_is_ahead(b.text, words, now) for b in (*u.old, *u.new)))
    bare = frozenset(u.key for u in past if all(b.key in rows for b in (*u.old, *u.new))) if "stamp" in asked else ()
    rules |= {u.key: "stamp" for u in found if u.kind in _LONE and (u.key in bare or _is_rights(u, asked))}
    shifted: dict[timedelta | None, list[str]] = {DAY: [], -DAY: []}
    for unit, old, new in _pairs(found):
        is_build = unit[0].digits_only and len(new.split()) <= SHORT and _BUILD.search(_THOUSANDS.sub("", new))
        if is_build and "build" in asked:
            rules[unit[0].key] = "build"
            continue
        rule = _passing(old, new)
        if rule and rule in asked:
            rules |= {u.key: rule for u in unit}
            continue
        before, after = _days(old, words), _days(new, words)
        if before is None or after is None or before[1] != after[1]:
            continue
        linked = any(_leads_on(link, words) for u in unit for b in u.new for link in b.links)
        if "stamp" in asked and _UPDATED.search(after[1]) and not linked and len(new.split()) <= 2 * SHORT:
            rules |= {u.key: "stamp" for u in unit}
        step = _step(before[0], after[0])
        if step in shifted and not _is_ahead(new, words, now):
            shifted[step] += [u.key for u in unit]
            rules |= {u.key: "stamp" for u in unit if u.key in bare}
        if "clock" in asked and told_since is not None and _follows(before[0], told_since) and _follows(after[0], now):
            rules |= {u.key: "clock" for u in unit}
    for keys in shifted.values():
        if "shift" in asked and len(keys) >= SHIFTED_TOGETHER:
            rules = {**dict.fromkeys(keys, "shift"), **rules}
    return Stamps(rules)


def _passing(old: str, new: str) -> str:
    """The rule for a line whose only difference is when it is looked at, how often, or the year of its rights."""
    if old.casefold() == new.casefold():
        return ""
    short = len(new.split()) <= BYLINE  # in prose a span of time is a condition: "more than two years ago"
    if short and (bare := without_relative_times(old)) != key_of(old) and bare == without_relative_times(new):
        return "clock"
    if same_but_for_years(old, new):
        return "stamp"
    if _DIGITS.sub("0", old) != _DIGITS.sub("0", new):
        return ""
    return "count" if len(new.split()) <= SHORT + 2 and _COUNTER.fullmatch(new.strip()) else ""


def _is_rights(unit: Unit, asked: Rules) -> bool:
    return "stamp" in asked and all(is_note(block.text) for block in (*unit.old, *unit.new))


def dated(found: Iterable[Unit | ItemUnit], words: WordLists, now: datetime) -> frozenset[str]:
    """Keys of new passages that give the day of the look: "On 3 May 2026 we added …" was written on that day."""
    return frozenset(
        unit.key
        for unit in found
        if isinstance(unit, Unit) and unit.kind is UnitKind.COME and _says_today(unit.new[0].text, words, now)
    )


def _says_today(text: str, words: WordLists, now: datetime) -> bool:
    if not SENTENCE <= len(text.split()) <= LONGEST_ENTRY:
        return False
    days = _days(text, words)
    return days is not None and any(_follows([day], now) for day in days[0])


def _step(before: Sequence[date], after: Sequence[date]) -> timedelta | None:
    """The time by which all these dates moved; None when they moved otherwise, or are more or fewer."""
    steps = {b - a for a, b in zip(before, after, strict=True)} if len(before) == len(after) else set()
    return steps.pop() if len(steps) == 1 else None


def date_rows(blocks: Sequence[Block], words: WordLists) -> frozenset[str]:
    """Keys of lines that are nothing but a date, in a row of such lines: versions to choose from, no matter."""
    bare = [_is_bare(block, words) for block in blocks]
    beside = zip([False, *bare], bare, [*bare[1:], False], blocks, strict=False)
    return frozenset(block.key for above, here, below, block in beside if here and (above or below))


def _is_bare(block: Block, words: WordLists) -> bool:
    if len(block.text) > LONGEST_DATE or not any(c.isdecimal() for c in block.text):
        return False
    days = _days(block.text, words)
    return days is not None and days[1] == "#"


def _leads_on(link: Link, words: WordLists) -> bool:
    """Does a link lead to another document? "Forms" (updated on 22 December) does, "all updates" does not.

    Nor does a day by itself: wikis link it to the earlier versions.
    """
    days = _days(link.text, words)
    if days is not None and not _WORD.search(days[1]):
        return False
    return not _UPDATED.search(link.text) or days is not None


def _pairs(found: Sequence[Unit]) -> Iterable[tuple[tuple[Unit, ...], str, str]]:
    """Reworded lines, and lone lines that went and came in one gap, with their old and new text."""
    gaps: dict[str, list[Unit]] = {}
    for unit in found:
        if unit.kind is UnitKind.REWORDED:
            yield (unit,), unit.old[0].text, unit.new[0].text
        elif unit.kind in {UnitKind.GONE, UnitKind.COME}:
            gaps.setdefault(unit.after, []).append(unit)
    for gap in gaps.values():
        gone, come = [u for u in gap if u.old], [u for u in gap if u.new]
        if len(gone) == len(come):
            yield from (((a, b), a.old[0].text, b.new[0].text) for a, b in zip(gone, come, strict=True))


def _days(text: str, words: WordLists) -> tuple[list[date], str] | None:
    """The dates of a line and the line without them; None when it has none, or an impossible one."""
    printed, rest = dates_in(text, words)
    try:
        days = [date.fromisoformat(d) for d in printed]
    except ValueError:
        return None
    return (days, rest.casefold()) if days else None


def _is_ahead(text: str, words: WordLists, now: datetime) -> bool:
    """Does a line give a day that is still to come?"""
    days = _days(text, words)
    return days is not None and any(day > now.date() + DAY for day in days[0])


def _follows(days: Iterable[date], moment: datetime) -> bool:
    """Is each of these dates that of the look, give or take the time zone?"""
    return all(abs(d - moment.date()) <= DAY for d in days)


def teaser_sections(blocks: Sequence[Block], words: WordLists) -> frozenset[tuple[str, ...]]:
    """Heading paths of sections that only point elsewhere: cards of a date, a link and a label or two.

    A page about a matter often ends with the latest news of its house, and says so in the heading; what is new there
    is news of other pages. A dated list under any other heading ("Opinions of the authority") is matter.
    """
    sections: dict[tuple[str, ...], list[Block]] = {}
    for block in blocks:
        if block.kind is not BlockKind.HEADING or block.links:
            sections.setdefault(block.headings, []).append(block)
    most = MATTER * sum(len(b.text) for b in blocks)
    return frozenset(
        path
        for path, members in sections.items()
        if path and _NEWS.search(path[-1]) and sum(len(b.text) for b in members) <= most and _is_cards(members, words)
    )


def _is_cards(members: Sequence[Block], words: WordLists) -> bool:
    if len(members) < 2 * FEWEST_CARDS or any(len(b.text.split()) > SHORT and not _pointing(b) for b in members):
        return False
    if sum(_pointing(b) for b in members) < FEWEST_CARDS:
        return False
    dated = sum((days := _days(b.text, words)) is not None and days[1] == "#" for b in members if not b.links)
    return dated >= FEWEST_CARDS


def _pointing(block: Block) -> bool:
    """A line that is nothing but a link to another page (documents are matter)."""
    whole = len(block.links) == 1 and key_of(block.links[0].text) == block.key
    return whole and not documents(block.links)
