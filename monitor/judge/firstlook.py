"""The first look at a source: what stands at the cited address, compared with what the list expected. Pure."""

from datetime import datetime

from monitor.judge.document import Standing, State, same_place
from monitor.judge.identity import Identity, Match
from monitor.model import Alternative, Expect, Finding, FindingKind, Look, QuoteTouch, Reason, Source, WatchAs
from monitor.model.wire import Capture, NotModified

_BAD = {
    State.BLOCKED: FindingKind.BLOCKED,
    State.GONE: FindingKind.GONE,
    State.UNREACHABLE: FindingKind.UNREACHABLE,
    State.COLLAPSED: FindingKind.UNREADABLE,
    State.UNREADABLE: FindingKind.UNREADABLE,
    State.REPLACED: FindingKind.REPLACED,
    State.ELSEWHERE: FindingKind.MOVED_CHECK,
    State.LANGUAGE: FindingKind.OFF_TOPIC,
    State.WAIT: FindingKind.WAITING,
}

_EXPECTED = {
    Expect.OK: {FindingKind.QUOTES_FOUND, FindingKind.THERE},
    Expect.MOVED: {FindingKind.MOVED, FindingKind.MOVED_CHECK},
    Expect.BLOCKED: {FindingKind.BLOCKED},
    Expect.SOFT_404: {FindingKind.GONE, FindingKind.REPLACED},
    Expect.NONE: {FindingKind.NOT_WATCHED},
}
_UNSEEN = frozenset({FindingKind.NOT_WATCHED, FindingKind.WAITING})


def stand_ins(source: Source) -> tuple[tuple[int, Alternative], ...]:
    """The alternatives that may stand in for the document, with their 1-based place in the list."""
    return tuple((n, a) for n, a in enumerate(source.alternatives, 1) if a.role.stands_in)


def not_watched(source: Source, now: datetime) -> Finding:
    """A source this program cannot look at (yet), and why."""
    code = "needs_api" if source.watch_as is WatchAs.API else "by_hand" if source.url else "reference_only"
    return _finding(source, FindingKind.NOT_WATCHED, now, reason=Reason(code))


def found(
    source: Source, cited: Look, standing: Standing, used: Look, identity: Identity | None, now: datetime
) -> Finding:
    """What the first look found.

    `cited` is the look at the cited address and `standing` its judgement; `used` the look whose text will be
    watched, `identity` its identity (None when no address brought a document).
    """
    final = _final_url(cited)
    if identity is None:
        return _finding(source, _BAD[standing.state], now, final_url=final, reason=standing.reason)
    quotes = identity.quotes
    if used.place:
        kind = _BAD.get(standing.state, FindingKind.OFF_TOPIC)
        reason = standing.reason if not standing.good else Reason("off_topic")
        return _finding(
            source, kind, now, final_url=final, place=used.place, other=used.url, quotes=quotes, reason=reason
        )
    kind = _kind_there(source, identity, final)
    return _finding(source, kind, now, final_url=final, quotes=quotes)


def _kind_there(source: Source, identity: Identity, final_url: str) -> FindingKind:
    moved = bool(source.url) and not same_place(source.url or "", final_url)
    if moved:
        return FindingKind.MOVED if identity.match is Match.YES else FindingKind.MOVED_CHECK
    if identity.found:
        return FindingKind.QUOTES_FOUND
    if identity.match is Match.NO and not identity.missing:
        return FindingKind.OFF_TOPIC
    return FindingKind.QUOTES_MISSING if identity.missing else FindingKind.THERE


def _final_url(look: Look) -> str:
    return look.answer.final_url if isinstance(look.answer, Capture | NotModified) else ""


def _finding(
    source: Source,
    kind: FindingKind,
    now: datetime,
    *,
    final_url: str = "",
    place: int = 0,
    other: str = "",
    quotes: tuple[QuoteTouch, ...] = (),
    reason: Reason | None = None,
) -> Finding:
    expected = _EXPECTED.get(source.expect)
    return Finding(
        source_id=source.id,
        kind=kind,
        at=now,
        url=source.url or "",
        final_url=final_url,
        alternative=place,
        alternative_url=other,
        quotes=quotes,
        reason=reason,
        # What is not looked at was expected by nobody to be anything.
        surprising=kind not in _UNSEEN and expected is not None and kind not in expected,
    )
