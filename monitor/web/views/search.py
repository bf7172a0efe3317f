"""Search through time: what stood on the pages, what changes brought and took; kept searches are feeds."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from markupsafe import Markup

from monitor.mailing.post import INSTANCE
from monitor.messages import visible
from monitor.messages.changes import Room, Telling, change_view, reason_words
from monitor.messages.safe import header
from monitor.messages.view import ChangeView
from monitor.model import Change, DigestChange, Source
from monitor.store import SavedSearch
from monitor.store.search import Found, Trace
from monitor.text.asked import LONGEST, Asked, asked
from monitor.web.access import Role
from monitor.web.atom import Feed, FeedEntry, answer, written
from monitor.web.desk import AtDesk, Desk, NavItem
from monitor.web.forms import Filled
from monitor.web.snippets import Piece, snippet

router = APIRouter()
NAV = NavItem("/search", "search.title", 40)
PAGE, ENTRIES = 20, 40
"""Results on a page, and entries in a feed."""
ROOM = Room(parts=400, characters=60_000)
MOST_PLACES = 3
"""Of a change that are shown: those with the words looked for."""
IN = ("text", "added", "removed", "changes")
"""Where is looked: texts of the pages, words that changes added, removed, or either."""


@dataclass(frozen=True, slots=True)
class Query:
    """A search as in the page's address."""

    q: str = ""
    what: str = "text"
    """One of `IN`."""
    source: str = ""
    there: str = ""
    """now | gone; empty: both."""

    @property
    def question(self) -> Asked:
        return asked(self.q)

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,) if self.source else ()

    @property
    def stands(self) -> bool | None:
        return {"now": True, "gone": False}.get(self.there)

    def address(self, **more: object) -> str:
        values = {"q": self.q, "what": self.what, "source": self.source, "there": self.there, **more}
        usual = {"what": "text"}
        return urlencode({k: v for k, v in values.items() if v and usual.get(k) != v})


def query(q: str = "", what: str = "text", source: str = "", there: str = "") -> Query:
    """Whatever is given, something that can be looked for."""
    return Query(
        q.strip()[:LONGEST], what if what in IN else "text", source[:200], there if there in {"now", "gone"} else ""
    )


def again(saved: SavedSearch) -> Query:
    values = {name: found[0] for name, found in parse_qs(saved.query).items() if found}
    return query(**{name: values.get(name, "") for name in ("q", "source", "there")}, what=values.get("what", "text"))


@router.get("/search")
def search(
    desk: AtDesk, q: str = "", what: str = "text", source: str = "", there: str = "", before: int = 0
) -> Response:
    wanted, store = query(q, what, source, there), desk.store
    sources = store.timeline.sources()
    start = before if 0 < before < 2**62 else None
    passages: tuple[Found, ...] = ()
    changes: tuple[Change, ...] = ()
    traces: tuple[Trace, ...] = ()
    whole = True
    if wanted.question and wanted.what == "text":
        passages = store.search.passages(
            wanted.question, sources=wanted.sources, there=wanted.stands, before=start, limit=PAGE + 1
        )
        if start is None:
            traces, whole = store.search.traces(wanted.question, sources=wanted.sources)
    elif wanted.question:
        changes = _changes(desk, wanted, before=start, limit=PAGE + 1)
    last = (passages or changes)[PAGE - 1].id if len(passages) + len(changes) > PAGE else 0
    return desk.page(
        "search.html", wanted=wanted, may_keep=desk.may(Role.REVIEWER), places=IN, sources=sources, whole=whole,
        traces=[(trace, *span(trace, traces, desk.now)) for trace in traces],
        passages=[(found, snippet(wanted.question, found.text)) for found in passages[:PAGE]],
        changes=[_hits(desk, change, wanted, sources) for change in changes[:PAGE]],
        older="/search?" + wanted.address(before=last) if last else "",
        newest="/search?" + wanted.address() if start else "",
        saved=[(one, feed_address(desk, one)) for one in store.saved.all() if one.page == "search"],
    )  # fmt: skip


def span(trace: Trace, traces: tuple[Trace, ...], now: datetime) -> tuple[float, float]:
    """Where a bar begins and how long it is, in percent of the time all traces cover."""
    start = min(one.first_seen for one in traces)
    whole = max((now - start).total_seconds(), 1.0)
    begins = min((trace.first_seen - start).total_seconds() / whole, 0.99)
    ends = ((trace.last_seen or now) - start).total_seconds() / whole
    return round(100 * begins, 1), round(100 * max(min(ends, 1.0) - begins, 0.01), 1)


def _changes(desk: Desk, wanted: Query, *, before: int | None = None, limit: int) -> tuple[Change, ...]:
    side = wanted.what if wanted.what != "changes" else ""
    return desk.store.search.changes(wanted.question, side=side, sources=wanted.sources, before=before, limit=limit)


@dataclass(frozen=True, slots=True)
class Hit:
    """A change in which the words were found; `places` are those that have them."""

    change: Change
    name: str
    why: str
    view: ChangeView
    pieces: tuple[tuple[str, tuple[tuple[str, tuple[Piece, ...]], ...]], ...]
    """For each place where it stands, and its runs: the mark and the pieces."""


def _hits(desk: Desk, change: Change, wanted: Query, sources: dict[str, Source]) -> Hit:
    source = sources.get(change.source_id) or Source(change.source_id, change.source_id, "", None)
    question = wanted.question
    having = [p for p in change.parts if any(hit for _, hit in question.marked(f"{p.old}\n{p.new}"[:40_000]))]
    shown = replace(change, parts=tuple(having[:MOST_PLACES]) or change.parts[:1])
    view = change_view(DigestChange(shown, source), change.id, Telling(desk.t.mail, desk.zone, desk.now), ROOM)
    pieces = tuple(
        (part.where, tuple((run.mark, _pieces(question, run.text, run.mark)) for run in part.marks))
        for part in view.parts
    )
    return Hit(change, source.name, reason_words(change, desk.t.mail), view, pieces)


def _pieces(question: Asked, text: str, mark: str) -> tuple[Piece, ...]:
    # What changed is shown whole up to a bound, what stayed only around the hits.
    if mark == "cut":
        return ()
    if len(text) > 600:
        return snippet(question, text)
    return tuple(Piece(words, hit=hit) for words, hit in question.marked(text))


# --- searches under a name --------------------------------------------------------------------------------------------


@router.post("/search/saved")
def save(desk: AtDesk, form: Filled) -> Response:
    """Keeps a search under a name; the name of another page's search is not taken from it."""
    name = header(form.get("name"), 80)
    wanted = query(form.get("q"), form.get("what"), form.get("source"), form.get("there"))
    if not name or not wanted.question:
        raise HTTPException(400)
    if any(one.name == name and one.page != "search" for one in desk.store.saved.all()):
        name = f"{name} ({desk.t('search.title')})"
    desk.store.saved.save(name, "search", wanted.address(), desk.who.name if desk.who else "", desk.now)
    return desk.go("/search?" + wanted.address())


@router.post("/search/saved/{number}/forget")
def forget(number: int, desk: AtDesk) -> Response:
    _saved(desk, number)
    desk.store.saved.forget(number)
    return desk.go("/search")


def _saved(desk: Desk, number: int) -> SavedSearch:
    found = desk.store.saved.get(number) if 0 < number < 2**62 else None
    if found is None or found.page != "search":
        raise HTTPException(404)
    return found


def feed_address(desk: Desk, saved: SavedSearch) -> str:
    """With the key that opens this feed alone, where a reader elsewhere needs one."""
    path = f"/feeds/search/{saved.id}.atom"
    guarded = desk.house.access.guarded or desk.house.access.shared
    key = f"?{urlencode({'key': desk.house.links.signed('feed', f'search/{saved.id}')})}" if guarded else ""
    return desk.base + path + key


@router.get("/feeds/search/{number}.atom")
def feed(number: int, desk: AtDesk, request: Request, key: str = "") -> Response:
    """What a kept search finds, newest first."""
    if desk.who is None and desk.house.links.opened("feed", key) != f"search/{number}":
        raise HTTPException(403)
    saved = _saved(desk, number)
    wanted, sources = again(saved), desk.store.timeline.sources()
    if wanted.what == "text":
        found = desk.store.search.passages(wanted.question, sources=wanted.sources, there=wanted.stands, limit=ENTRIES)
        entries = [_passage_entry(desk, one, wanted, sources) for one in found]
    else:
        hits = (_hits(desk, change, wanted, sources) for change in _changes(desk, wanted, limit=ENTRIES))
        entries = [_change_entry(desk, hit) for hit in hits]
    made = Feed(
        name=f"search/{saved.id}",
        title=f"{desk.t.mail('product.name')}: {visible(saved.name)}",
        subtitle=visible(wanted.q),
        language=desk.t.language,
        link=desk.base + "/search?" + wanted.address(),
        own=feed_address(desk, saved),
        icon=desk.base + desk.house.statics.address("favicon.svg"),
        began=saved.created_at.astimezone(UTC),
        entries=entries,
    )
    return answer(request, written(made, desk.store.meta.get(INSTANCE) or "local"), made.updated)


def _passage_entry(desk: Desk, found: Found, wanted: Query, sources: dict[str, Source]) -> FeedEntry:
    name = sources[found.source_id].name if found.source_id in sources else found.source_id
    content = desk.text_of("feed_passage.html", found=found, pieces=snippet(wanted.question, found.text))
    return FeedEntry(
        name=f"passage:{found.id}",
        title=f"{visible(name)}: {visible(found.text[:100])}",
        at=found.first_seen,
        link=f"{desk.base}/kept/{found.snapshot_id}",
        content=Markup(content),  # noqa: S704 - a template of ours made it, which escapes
        author=name,
        updated=found.last_seen or found.first_seen,
    )


def _change_entry(desk: Desk, hit: Hit) -> FeedEntry:
    content = desk.text_of("feed_change.html", change=hit.view)
    return FeedEntry(
        name=f"change:{hit.change.id}",
        title=f"{visible(hit.name)}: {hit.why}",
        at=hit.change.confirmed_at,
        link=f"{desk.base}/changes/{hit.change.id}",
        content=Markup(content),  # noqa: S704 - a template of ours made it, which escapes
        author=hit.name,
    )
