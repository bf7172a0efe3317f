"""An extraction as JSON and back: what a child process hands to its parent."""

import json
from typing import Any

from monitor.model import Block, BlockKind, Extraction, Item, Link, Place


def pack(extraction: Extraction) -> bytes:
    """UTF-8 JSON. Lone surrogates, which no UTF-8 has, become `?`."""
    values = {
        "fingerprint": extraction.fingerprint,
        "blocks": [_block(block) for block in extraction.blocks],
        "margin": [_block(block) for block in extraction.margin],
        "items": [[x.key, x.title, x.url, x.date, x.summary, x.files] for x in extraction.items],
        "title": extraction.title,
        "declared_language": extraction.declared_language,
        "charset": extraction.charset,
        "canonical": extraction.canonical,
        "noindex": extraction.noindex,
        "password_form": extraction.password_form,
        "media": extraction.media,
        "page_count": extraction.page_count,
        "note": extraction.note,
        "margin_at": extraction.margin_at,
        "nofollow": extraction.nofollow,
    }
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def unpack(data: bytes) -> Extraction:
    """The extraction that was packed. Raises ValueError, KeyError or TypeError on anything else."""
    values: dict[str, Any] = json.loads(data)
    values["blocks"] = tuple(_unblock(x) for x in values["blocks"])
    values["margin"] = tuple(_unblock(x) for x in values["margin"])
    values["items"] = tuple(_unitem(x) for x in values["items"])
    values["margin_at"], values["nofollow"] = tuple(values["margin_at"]), tuple(values["nofollow"])
    return Extraction(**values)


def _unitem(row: list[Any]) -> Item:
    key, title, url, date, summary, files = row
    return Item(key, title, url, date, summary, tuple(files))


def _block(block: Block) -> list[Any]:
    links = [[link.text, link.url] for link in block.links]
    return [block.text, block.kind, block.headings, block.place, block.level, links, block.page, block.region]


def _unblock(row: list[Any]) -> Block:
    text, kind, headings, place, level, links, page, region = row
    given = tuple(Link(*link) for link in links)
    return Block(text, BlockKind(kind), tuple(headings), Place(place), level, given, page, region)
