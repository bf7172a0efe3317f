"""Atom feeds: everything told, or that of one topic, section or source.

A feed reader cannot log in. On this machine none needs to; elsewhere the address carries a key, which opens this one
feed and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from markupsafe import Markup

from monitor.mailing.post import INSTANCE
from monitor.messages import visible
from monitor.messages.changes import SEVERITIES, Room, Telling, change_view, reason_words
from monitor.messages.happened import event_views
from monitor.messages.standing import answer_lines
from monitor.model import Change, DigestChange, DigestEvent, Event, Section, Source
from monitor.store import Line, Wanted
from monitor.store.facts import FIRST_START
from monitor.web.atom import Feed, FeedEntry, answer, written
from monitor.web.desk import AtDesk, Desk
from monitor.web.public import excerpted
from monitor.web.views.coverage import chapter
from monitor.web.wishes import choices

router = APIRouter()
ENTRIES = 50
ROOM = Room(parts=40, characters=8_000)
"""How much of a change stands in a feed; its page has the rest."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A feed by name: `all`, `topic/oversight`, `section/regions`, `source/coc-home`."""

    name: str
    title: str
    wanted: Wanted
    page: str
    """The path of the page that shows the same."""

    @property
    def path(self) -> str:
        return f"/feeds/{quote(self.name)}.atom"


@router.get("/feeds")
def feeds(desk: AtDesk) -> Response:
    """Every feed there is, with the addresses to give to a reader."""
    offered = choices(desk.store)
    groups = (
        ("feeds.all", [_all(desk)]),
        ("feeds.by_topic", [_topic(desk, topic) for topic in offered.topics]),
        ("feeds.by_section", [_section(desk, section) for section in desk.store.sources.sections()]),
        ("feeds.by_source", [_source(source) for _, group in offered.sections for source in group]),
    )
    shown = [(title, [(feed.title, address_of(desk, feed)) for feed in group]) for title, group in groups if group]
    return desk.page("feeds.html", groups=shown, keyed=_keyed(desk))


@router.get("/feeds/all.atom")
def everything(desk: AtDesk, request: Request, key: str = "") -> Response:
    return _answer(desk, request, key, "all", _all(desk))


@router.get("/feeds/topic/{topic}.atom")
def of_topic(topic: str, desk: AtDesk, request: Request, key: str = "") -> Response:
    found = _topic(desk, topic) if topic in choices(desk.store).topics else None
    return _answer(desk, request, key, f"topic/{topic}", found)


@router.get("/feeds/section/{section_id}.atom")
def of_section(section_id: str, desk: AtDesk, request: Request, key: str = "") -> Response:
    found = next((_section(desk, s) for s in desk.store.sources.sections() if s.id == section_id), None)
    return _answer(desk, request, key, f"section/{section_id}", found)


@router.get("/feeds/source/{source_id}.atom")
def of_source(source_id: str, desk: AtDesk, request: Request, key: str = "") -> Response:
    state = desk.store.sources.get(source_id)
    return _answer(desk, request, key, f"source/{source_id}", _source(state.source) if state else None)


# --- which feed -------------------------------------------------------------------------------------------------------


def _all(desk: Desk) -> Chosen:
    return Chosen("all", desk.t("feeds.everything"), Wanted(), "/")


def _topic(desk: Desk, topic: str) -> Chosen:
    title = desk.t.mail.name_of("topics", topic)
    page = f"/?{urlencode({'topic': topic})}"
    return Chosen(f"topic/{topic}", title[:1].upper() + title[1:], Wanted(topics=frozenset({topic})), page)


def _section(desk: Desk, section: Section) -> Chosen:
    page = f"/?{urlencode({'section': section.id})}"
    return Chosen(
        f"section/{section.id}", desk.t.mail.section(section.title), Wanted(sections=frozenset({section.id})), page
    )


def _source(source: Source) -> Chosen:
    page = f"/sources/{quote(source.id, safe='')}"
    return Chosen(f"source/{source.id}", source.name, Wanted(sources=frozenset({source.id})), page)


def _keyed(desk: Desk) -> bool:
    """Does a reader elsewhere need a key in the address?"""
    return not desk.house.access.public and (desk.house.access.guarded or desk.house.access.shared)


def address_of(desk: Desk, feed: Chosen) -> str:
    """The whole address, as a feed reader takes it."""
    key = f"?{urlencode({'key': desk.house.links.signed('feed', feed.name)})}" if _keyed(desk) else ""
    return desk.base + feed.path + key


# --- the feed ---------------------------------------------------------------------------------------------------------


def _answer(desk: Desk, request: Request, key: str, name: str, chosen: Chosen | None) -> Response:
    """403 for a stranger without this feed's key, whether or not there is such a feed."""
    if desk.who is None and not desk.public and desk.house.links.opened("feed", key) != name:
        raise HTTPException(403)
    if chosen is None:
        raise HTTPException(404)
    feed = _feed(desk, chosen, own=str(address_of(desk, chosen)))
    return answer(request, written(feed, desk.store.meta.get(INSTANCE) or "local"), feed.updated)


def _feed(desk: Desk, chosen: Chosen, *, own: str) -> Feed:
    store = desk.store
    sources = store.timeline.sources()
    lines = store.timeline.page(chosen.wanted, sources, limit=ENTRIES)
    found = store.timeline.found(lines)
    began = store.meta.get(FIRST_START)
    words = desk.t.mail
    return Feed(
        name=chosen.name,
        title=f"{words('product.name')}: {chosen.title}",
        subtitle=" ".join([words("product.line"), *answer_lines(chapter(desk).tally, words)]),
        language=desk.t.language,
        link=desk.base + chosen.page,
        own=own,
        icon=desk.base + desk.house.statics.address("favicon.svg"),
        began=datetime.fromisoformat(began) if began else datetime.fromtimestamp(0, UTC),
        entries=[_entry(desk, line, found[line.item], sources) for line in lines if line.item in found],
    )


def _entry(desk: Desk, line: Line, thing: Change | Event, sources: Mapping[str, Source]) -> FeedEntry:
    source = sources.get(line.source_id) or Source(line.source_id, line.source_id, "", None)
    telling = Telling(desk.t.mail, desk.zone, desk.now)
    words = desk.t.mail
    cited = desk.house.app.citations.get(source.id, ())
    if isinstance(thing, Change):
        thing = excerpted(thing, source) if desk.public else thing
        view = change_view(DigestChange(thing, source, cited), thing.id, telling, ROOM)
        severity, title, path = SEVERITIES[thing.severity], reason_words(thing, words), f"/changes/{thing.id}"
        content = desk.text_of("feed_change.html", change=view)
    else:
        (event,) = event_views([DigestEvent(thing, source, cited)], telling)
        severity, title, path = event.severity, event.label, f"/events/{thing.id}"
        content = desk.text_of("feed_event.html", event=event)
    topics = tuple((topic, words.name_of("topics", topic)) for topic in line.topics)
    return FeedEntry(
        name=line.item,
        title=f"{visible(source.name)}: {title}",
        at=line.at,
        link=desk.base + path,
        content=Markup(content),  # noqa: S704 - a template of ours made it, which escapes
        author=source.publisher or source.name,
        via=source.url or "",
        categories=((severity, words.name_of("severity", severity)), *topics),
    )
