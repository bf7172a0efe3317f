"""How much a change matters, from its words alone, each level with its reason. No language model."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor.judge.lore import Lore
from monitor.model import (
    BlockKind,
    Part,
    PartKind,
    QuoteState,
    QuoteTouch,
    Reason,
    Severity,
    Source,
    Status,
)
from monitor.text.wording import look_alikes
from monitor.text.words import Fact, FactKind, changed_facts

LONG = 40
"""Words added or removed in one place from which on it is more than a touch."""
MOST_REASONS = 6

_BINDING = frozenset({FactKind.MODAL, FactKind.NEGATION, FactKind.TERM})

Weighed = tuple[Severity, Reason]


def weigh(
    parts: Sequence[Part], touches: Iterable[QuoteTouch], source: Source, language: str, lore: Lore
) -> tuple[Severity, tuple[Reason, ...]]:
    """The severity of a change and its reasons, most severe first, each reason once."""
    found: list[Weighed] = [*_quotes(touches)]
    for part in parts:
        found.extend(_part(part, language, lore))
    if source.status is Status.DOCUMENT and any(s >= Severity.MINOR for s, _ in found):
        found.append((Severity.SUBSTANTIVE, Reason("fixed_document")))
    return _sum_up(found)


def heaviest(parts: tuple[Part, ...], most: int, language: str, lore: Lore) -> tuple[Part, ...]:
    """The `most` most severe parts, in the order of the text."""
    if len(parts) <= most:
        return parts
    weights = [max((level for level, _ in _part(part, language, lore)), default=Severity.NOISE) for part in parts]
    chosen = sorted(sorted(range(len(parts)), key=lambda n: -weights[n])[:most])
    return tuple(parts[n] for n in chosen)


def collapsed(old_words: int, new_words: int) -> Weighed:
    """Most of the text is gone."""
    lost = round(100 * (1 - new_words / max(1, old_words)))
    return Severity.CRITICAL, Reason("collapsed", {"percent": str(lost)})


def restored(since: datetime) -> Reason:
    return Reason("restored", {"since": since.isoformat()})


def _sum_up(found: Sequence[Weighed]) -> tuple[Severity, tuple[Reason, ...]]:
    ordered = sorted(found, key=lambda item: -item[0])
    reasons: list[Reason] = []
    for _, reason in ordered:
        if reason not in reasons:
            reasons.append(reason)
    level = ordered[0][0] if ordered else Severity.NOISE
    return level, tuple(reasons[:MOST_REASONS])


def _quotes(touches: Iterable[QuoteTouch]) -> Iterable[Weighed]:
    for touch in touches:
        values = {"footnote": touch.quote.key.shown}
        stood = touch.before in {QuoteState.FOUND, QuoteState.CHANGED}
        if stood and touch.after is QuoteState.MISSING:
            yield Severity.CRITICAL, Reason("quote_lost", values)
        elif touch.before is QuoteState.FOUND and touch.after is QuoteState.CHANGED:
            yield Severity.CRITICAL, Reason("quote_changed", values)
        elif touch.after is QuoteState.FOUND:
            yield Severity.SUBSTANTIVE, Reason("quote_found", values)


def _part(part: Part, language: str, lore: Lore) -> Iterable[Weighed]:
    match part.kind:
        case PartKind.MOVED:
            yield Severity.EDITORIAL, Reason("order")
        case PartKind.LINK:
            yield Severity.SUBSTANTIVE, Reason("link_changed")
        case PartKind.ITEM_NEW | PartKind.ITEM_CHANGED | PartKind.ITEM_GONE:
            yield Severity.MINOR, Reason(str(part.kind))
        case _:
            yield from _words(part, language, lore)


def _words(part: Part, language: str, lore: Lore) -> Iterable[Weighed]:
    old, new = part.old, part.new
    exchanged = look_alikes(old, new) if part.kind is PartKind.CHANGED else ""
    if exchanged:
        yield Severity.SUBSTANTIVE, Reason("look_alike", {"letters": exchanged})
    if part.block is BlockKind.HEADING:
        code = {PartKind.ADDED: "section_added", PartKind.REMOVED: "section_removed"}.get(part.kind, "heading_changed")
        yield Severity.SUBSTANTIVE, Reason(code, {"heading": (new or old)[:300]})
        return
    facts: Sequence[Fact] = ()
    if part.kind is PartKind.CHANGED:
        facts = changed_facts(old, new, language, lore.words)
    elif part.kind in {PartKind.ADDED, PartKind.REMOVED}:
        # A sentence of its own: its figures say little, but a duty or a prohibition that comes or goes holds.
        facts = [f for f in changed_facts(old, new, language, lore.words) if f.kind in _BINDING]
        facts = [next(f for f in facts if f.kind is kind) for kind in dict.fromkeys(f.kind for f in facts)]
    for fact in facts:
        yield Severity.SUBSTANTIVE, Reason(str(fact.kind), {"old": fact.old, "new": fact.new})
    difference = len(new.split()) - len(old.split())
    if difference >= LONG:
        yield Severity.SUBSTANTIVE, Reason("much_added", {"words": str(difference)})
    elif -difference >= LONG:
        yield Severity.SUBSTANTIVE, Reason("much_removed", {"words": str(-difference)})
    elif not (facts or exchanged):
        code = {PartKind.ADDED: "words_added", PartKind.REMOVED: "words_removed"}.get(part.kind, "words_changed")
        yield Severity.MINOR, Reason(code)
