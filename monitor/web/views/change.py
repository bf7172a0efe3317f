"""One change, one event: what happened, why it is told, what it touches, how to cite it, what people made of it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from monitor import persons
from monitor.account import account_of, kept_account
from monitor.cadence import DAY
from monitor.extract import sniff
from monitor.messages.gaps import gap_lines
from monitor.model import Change, Citation, Event, QuoteTouch, Saying, SayingKind, Source, completed
from monitor.model.review import ReviewState
from monitor.rejudge import Judges
from monitor.store import Line, SnapshotRow
from monitor.web.comparison import Passage, marked, places, whole
from monitor.web.covering import lines_of
from monitor.web.desk import AtDesk, Desk
from monitor.web.entries import entry_of, known_of, telling_of
from monitor.web.forms import Filled
from monitor.web.public import excerpted
from monitor.web.views.changes import name_first, signed_by, states_for

router = APIRouter()
VIEWS = ("changes", "side", "whole", "pages")
MOST_ASKED = 40
"""Places of which it is shown which rules were asked."""
MOST_LOOKS = 3000
"""Of a source, for its decisions to be judged again within a page's time."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One side's kept copy. `reason`: it is withheld. `frame`: it is a page."""

    row: SnapshotRow | None
    reason: str = ""
    frame: bool = False


@dataclass(frozen=True, slots=True)
class Cited:
    """A footnote that stands on the source, and what became of its quoted passages."""

    citation: Citation
    touches: tuple[QuoteTouch, ...]


@router.get("/changes/{number}")
def change(number: int, desk: AtDesk, view: str = "changes") -> Response:
    line, found = _found(desk, f"change:{number}")
    assert isinstance(found, Change)
    known = known_of(desk)
    source = known.source(found.source_id)
    older, newer = desk.store.timeline.beside(line)
    views = VIEWS if desk.may_see(source) else VIEWS[:1]
    found = excerpted(found, source) if desk.public else found
    view = view if view in views else "changes"
    texts = _whole(desk, found) if view == "whole" else None
    said = _said(desk, found.id)
    return desk.page(
        "change.html",
        line=line,
        change=found,
        entry=entry_of(line, found, known, desk),
        source=source,
        places=places(found.parts, source, telling_of(desk)),
        view=view,
        views=views,
        may_see=desk.may_see(source),
        passages=texts[0] if texts else (),
        all_there=texts[1] if texts else False,
        kept=texts is not None,
        lang=source.languages[0] if len(source.languages) == 1 else "",
        copies=[_copy(desk, n, bytes_too=view == "pages") for n in (found.old_snapshot, found.new_snapshot)],
        cited=_cited(known.citations.get(source.id, ()), found.quotes),
        older=older,
        newer=newer,
        quiet=said.get(SayingKind.QUIET),
        news=said.get(SayingKind.NEWS),
        cite=_cite(desk, found, source),
        gaps=_gaps(desk, found),
        reasons=list(dict.fromkeys(desk.t.mail.reason(reason) for reason in found.reasons)),
        **_review_box(desk, line),
    )


@router.get("/events/{number}")
def event(number: int, desk: AtDesk) -> Response:
    line, found = _found(desk, f"event:{number}")
    assert isinstance(found, Event)
    known = known_of(desk)
    source = known.source(found.source_id)
    return desk.page(
        "event.html",
        line=line,
        event=found,
        entry=entry_of(line, found, known, desk),
        source=source,
        cited=_cited(known.citations.get(source.id, ()), ()),
        cite=_cite_event(desk, found, source),
        **_review_box(desk, line),
    )


def _gaps(desk: Desk, change: Change) -> tuple[str, ...]:
    """Times between the last look that found the page unchanged and the first that saw the change."""
    if change.last_unchanged is None or change.first_seen - change.last_unchanged < DAY:
        # No gap is shorter: nothing to ask the database.
        return ()
    found = desk.store.gaps.between(change.source_id, change.last_unchanged, change.first_seen)
    return gap_lines(found[::-1], desk.t.mail, desk.zone)


def _found(desk: Desk, item: str) -> tuple[Line, Change | Event]:
    """Whatever became of its source and of our rules since: what was written stays under its number."""
    number = item.partition(":")[2]
    line = desk.store.timeline.line(item) if len(number) < 18 else None
    found = desk.store.timeline.found([line]) if line else {}
    if line is None or item not in found:
        raise HTTPException(404)
    return line, found[item]


def _review_box(desk: Desk, line: Line) -> dict[str, object]:
    return {
        "states": states_for(desk),
        "history": desk.store.reviews.history(line.item) if desk.who else (),
        "next": desk.store.timeline.next_to_check(line.mark),
    }


def _whole(desk: Desk, found: Change) -> tuple[tuple[Passage, ...], bool] | None:
    """None: the texts were not kept with this change."""
    if not found.old_text or not found.new_text:
        return None
    try:
        return whole(desk.store.texts.get(found.old_text), desk.store.texts.get(found.new_text))
    except KeyError:
        return None


def _copy(desk: Desk, number: int, *, bytes_too: bool) -> Copy:
    row = desk.store.history.snapshot(number)
    if row is None:
        return Copy(None)
    if reason := lines_of([number], desk).get(number, ""):
        return Copy(row, reason)
    media = sniff(desk.store.bodies.get(row.sha256), row.content_type) if bytes_too else ""
    return Copy(row, frame=media in {"html", "plain"})


def _cited(citations: tuple[Citation, ...], touches: tuple[QuoteTouch, ...]) -> list[Cited]:
    """Touched footnotes first."""
    known = [citation.key for citation in citations]
    cited = [
        Cited(citation, tuple(touch for touch in touches if completed(touch.quote.key, known) == citation.key))
        for citation in citations
    ]
    return sorted(cited, key=lambda one: (not one.touches, one.citation.key))


def _said(desk: Desk, number: int) -> dict[SayingKind, Saying]:
    """What a person said of this change and counts."""
    return {s.kind: s for s in desk.store.people.of_change(number) if s.undone_at is None}


# --- citing ---------------------------------------------------------------------------------------------------------


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _cite(desk: Desk, found: Change, source: Source) -> str:
    """Address, and the copies seen last before and first after, each with its time and fingerprint."""
    before, after = desk.store.history.witnesses(found)
    lines = _work(source)
    for key, seen in (("cite.before", before), ("cite.after", after)):
        if seen is not None:
            lines.append(desk.t(key, at=_utc(seen.at), number=seen.snapshot, hash=seen.sha256))
    if after is None:
        lines.append(desk.t("cite.first", at=_utc(found.first_seen)))
    lines.append(desk.t("cite.confirmed", at=_utc(found.confirmed_at)))
    lines.append(desk.t("cite.recorded", number=found.id, address=_address(desk, f"/changes/{found.id}")))
    return "\n".join(lines)


def _cite_event(desk: Desk, found: Event, source: Source) -> str:
    address = _address(desk, f"/events/{found.id}")
    return "\n".join(
        [
            *_work(source),
            desk.t("cite.at", at=_utc(found.at)),
            desk.t("cite.event", number=found.id, address=address),
        ]
    )


def _work(source: Source) -> list[str]:
    name = f"{source.publisher}: {source.name}" if source.publisher and source.publisher not in source.name else None
    return [line for line in (name or source.name, source.url) if line]


def _address(desk: Desk, path: str) -> str:
    """Where there is no public address, the one this page was asked under."""
    return desk.base + path


# --- reviewing ------------------------------------------------------------------------------------------------------


@router.post("/changes/{number}/review")
def review_change(number: int, desk: AtDesk, form: Filled) -> Response:
    """State and note; with `hold`, noise is remembered for the place. Whatever is no noise is not held back so."""
    answer, state = _review(desk, form, f"change:{number}", f"/changes/{number}")
    if state is None:
        return answer
    try:
        if state is ReviewState.NOISE and form.on("hold"):
            persons.say_quiet(desk.store, number, desk.now)
            desk.note("quiet", f"change:{number}")
        elif state is not ReviewState.NOISE:
            persons.take_back(desk.store, SayingKind.QUIET, number, desk.now)
    except persons.SayingError:
        # Said already, nothing said, or nothing with words: the review itself stands.
        return answer
    return answer


@router.post("/events/{number}/review")
def review_event(number: int, desk: AtDesk, form: Filled) -> Response:
    return _review(desk, form, f"event:{number}", f"/events/{number}")[0]


def _review(desk: Desk, form: Filled, item: str, path: str) -> tuple[Response, ReviewState | None]:
    """The answer, and the state that was given; None when nothing was written."""
    _found(desk, item)
    if form.get("state") not in set(ReviewState):
        raise HTTPException(400)
    who = signed_by(desk)
    if who is None:
        return name_first(desk, path), None
    state = ReviewState(form.get("state"))
    desk.store.reviews.put([item], state, who=who, now=desk.now, note=form.get("note", 4000))
    desk.note("review", item, state)
    answer = desk.go(path)
    answer.headers["location"] += "#review"
    return answer, state


@router.post("/changes/{number}/take-back")
def take_back(number: int, desk: AtDesk, form: Filled) -> Response:
    """A person's word about this change counts no longer: `quiet` or `news`."""
    _found(desk, f"change:{number}")
    try:
        if form.get("what") == "quiet":
            persons.take_back(desk.store, SayingKind.QUIET, number, desk.now)
        elif said := _said(desk, number).get(SayingKind.NEWS):
            persons.take_back(desk.store, SayingKind.NEWS, said.held, desk.now)
    except persons.SayingError:
        return desk.go(f"/changes/{number}")
    desk.note("take-back", f"change:{number}")
    return desk.go(f"/changes/{number}")


# --- explaining -----------------------------------------------------------------------------------------------------


@router.get("/changes/{number}/explain")
def explain(number: int, desk: AtDesk, again: str = "") -> Response:
    """What was kept of the decision; with `again=1` judged once more from the stored bytes."""
    line, found = _found(desk, f"change:{number}")
    assert isinstance(found, Change)
    state = desk.store.sources.get(found.source_id)
    looks = state.looks if state else 0
    walk = bool(again) and state is not None and looks <= MOST_LOOKS
    if walk and state is not None:
        judges = Judges(desk.house.app.lore, desk.house.app.citations)
        account = account_of(desk.store, found, state.source, judges, desk.t.mail)
    else:
        account = kept_account(desk.store, found, desk.t.mail)
    entry = entry_of(line, found, known_of(desk), desk)
    asked = account.get("rules", [])
    return desk.page(
        "explain.html",
        line=line,
        entry=entry,
        account=account,
        walked=walk,
        asked=[(place, marked(place["old"], place["new"])) for place in asked[:MOST_ASKED]],
        more=max(0, len(asked) - MOST_ASKED),
        # Who was told are people: nobody else's business.
        show_told=bool(states_for(desk)),
        looks=looks,
        too_long=looks > MOST_LOOKS,
    )
