"""Atom feeds (RFC 4287), and their answers with ETag and Last-Modified (RFC 9110).

Ids are UUIDs made from the name of this installation and of the thing: they stay when the address of the pages, the
wording or the language changes, and no two installations share one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup

from monitor.messages import visible

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
_SPACE = UUID("5d0c7d6e-2c5f-5e0f-9d52-6f1f3f0b9a41")
"""Ours alone, drawn once."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One thing told. `name` is what its id is made of: `change:12`. `content`: HTML, everything in it escaped."""

    name: str
    title: str
    at: datetime
    link: str
    content: Markup
    author: str
    updated: datetime | None = None
    via: str = ""
    """The page that changed."""
    categories: tuple[tuple[str, str], ...] = ()
    """(term, label)"""


@dataclass(frozen=True, slots=True)
class Feed:
    """`link`: the page that shows the same; `own`: where this feed is; `began`: what it dates from while empty."""

    name: str
    title: str
    subtitle: str
    language: str
    link: str
    own: str
    icon: str
    began: datetime
    entries: Sequence[FeedEntry]

    @property
    def updated(self) -> datetime:
        return max((entry.updated or entry.at for entry in self.entries), default=self.began)


def written(feed: Feed, instance: str) -> bytes:
    """The document. `instance` is the random name of this installation."""
    ET.register_namespace("", ATOM)
    root = ET.Element(_tag("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": feed.language})
    _add(root, "id", _id(instance, f"feed:{feed.name}"))
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.subtitle)
    _add(root, "updated", _date(feed.updated))
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.own)
    _add(root, "link", rel="alternate", type="text/html", href=feed.link)
    _add(root, "icon", feed.icon)
    _add(root, "generator", "Footnote Watch")
    for entry in feed.entries:
        _write_entry(_add(root, "entry"), entry, instance)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _write_entry(node: ET.Element, entry: FeedEntry, instance: str) -> None:
    _add(node, "id", _id(instance, entry.name))
    _add(node, "title", entry.title)
    _add(node, "published", _date(entry.at))
    _add(node, "updated", _date(entry.updated or entry.at))
    _add(_add(node, "author"), "name", entry.author)
    _add(node, "link", rel="alternate", type="text/html", href=entry.link)
    if entry.via:
        _add(node, "link", rel="via", href=entry.via)
    for term, label in entry.categories:
        _add(node, "category", term=term, label=label)
    _add(node, "content", str(entry.content), type="html")


def _tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    """Text and attributes are escaped by ElementTree, which lets characters through that XML does not know."""
    node = ET.SubElement(parent, _tag(name), {key: visible(value) for key, value in attributes.items()})
    if text:
        node.text = visible(text)
    return node


def _id(instance: str, name: str) -> str:
    return f"urn:uuid:{uuid5(_SPACE, f'{instance}/{name}')}"


def _date(when: datetime) -> str:
    """RFC 3339"""
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def answer(request: Request, body: bytes, updated: datetime) -> Response:
    """The feed, or 304 for a reader that has it."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Last-Modified": format_datetime(updated.astimezone(UTC), usegmt=True)}
    if _has_it(request, tag, updated):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MEDIA_TYPE, headers=headers)


def _has_it(request: Request, tag: str, updated: datetime) -> bool:
    """If-None-Match decides where there is one (RFC 9110, 13.2.2)."""
    if tags := request.headers.get("if-none-match"):
        return "*" in tags or tag in [one.strip().removeprefix("W/") for one in tags.split(",")]
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return updated.replace(microsecond=0) <= (since if since.tzinfo else since.replace(tzinfo=UTC))
