"""Ten page systems and how they write: each renders the same document with its own habits of markup.

NOBODY TUNES ON `HELD_OUT`: what is found wrong on these two only tells how well rules made on the others carry over.
"""

from collections.abc import Callable
from html import escape

from sites.document import Chapter, Document, Kind, Part
from sites.site import Fetch, link, slug

HELD_OUT = ("sharepoint", "parliament")


class System:
    """A page system. The methods write pieces; `page` sets them into the frame."""

    name = ""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch, self.site, self.word = fetch, fetch.site, fetch.site.word

    # --- the document

    def paragraph(self, text: str) -> str:
        return f"<p>{text}</p>"

    def heading(self, level: int, text: str) -> str:
        return f"<h{level}>{text}</h{level}>"

    def entries(self, items: list[str]) -> str:
        return f"<ul>{''.join(f'<li>{x}</li>' for x in items)}</ul>"

    def table(self, rows: list[list[str]]) -> str:
        head, *body = rows
        said = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in body)
        return f"<table><thead><tr>{''.join(f'<th>{c}</th>' for c in head)}</tr></thead><tbody>{said}</tbody></table>"

    def box(self, text: str) -> str:
        return f'<div class="callout">{self.paragraph(text)}</div>'

    def aside(self, text: str) -> str:
        return f"<aside>{self.paragraph(text)}</aside>"

    def links(self, found: list[tuple[str, str]]) -> str:
        return self.entries([link(address, words) for words, address in found])

    def note(self, text: str) -> str:
        return f"<footer>{self.paragraph(text)}</footer>"

    def notice(self, text: str) -> str:
        return f'<div class="alert alert-warning" role="alert">{self.paragraph(text)}</div>'

    def part(self, part: Part) -> str:
        said = escape(" ".join(s.text for s in part.sentences))
        match part.kind:
            case Kind.PARAGRAPH:
                return self.paragraph(said)
            case Kind.LIST:
                return self.entries([escape(s.text) for s in part.sentences])
            case Kind.TABLE:
                return self.table([[escape(c) for c in row] for row in part.rows])
            case Kind.BOX:
                return self.box(said)
            case Kind.ASIDE:
                return self.aside(said)
            case Kind.LINKS:
                return self.links(part.links)

    def chapter(self, number: int, chapter: Chapter) -> str:
        return self.heading(chapter.level, escape(chapter.heading)) + "\n".join(self.part(p) for p in chapter.parts)

    def body(self, document: Document) -> str:
        notice = self.notice(escape(document.notice)) if document.notice else ""
        return notice + "\n".join(self.chapter(n, c) for n, c in enumerate(document.sections))

    def noted(self, document: Document) -> str:
        return self.note(escape(" ".join(s.text for s in document.note))) if document.note else ""

    # --- the page around it

    def menu(self, item: str, of: str = "<ul>{}</ul>") -> str:
        """`item`: with places for the link and a number."""
        entries = (link(f"/{slug(x)}", x) for x in self.site.menu)
        return of.format("".join(item.format(a, n) for n, a in enumerate(entries)))

    def news(self, item: str) -> str:
        """`item`: with places for the link, the date and the sentence."""
        return "".join(
            item.format(link(f"/news/{slug(title)}", title), escape(day), escape(said))
            for title, day, said in self.fetch.news
        )

    def related(self, item: str) -> str:
        return "".join(item.format(link(f"/{slug(title)}", title)) for title in self.fetch.related)

    def cookies(self, bar: str) -> str:
        """`bar`: with places for the text, the two buttons."""
        if not self.fetch.cookies:
            return ""
        return bar.format(self.word("cookies"), self.word("accept"), self.word("refuse"))

    def advert(self, box: str) -> str:
        return box.format(self.word("ad", n=self.fetch.rng.choice(self.site.adverts))) if self.fetch.banner else ""

    def updated(self) -> str:
        return f"{self.word('updated')} {self.fetch.at:%d/%m/%Y %H:%M}"

    def head(self, document: Document, more: str = "") -> str:
        return (
            f'<head><meta charset="utf-8" /><title>{escape(document.title)} | {escape(self.site.name)}</title>'
            f'<meta name="csrf-token" content="{self.fetch.token}" />{more}</head>'
        )

    def page(self, document: Document) -> str:
        raise NotImplementedError

    def sent(self, document: Document) -> str:
        return self.fetch.finished(self.page(document))


SYSTEMS: dict[str, type[System]] = {}


def system(name: str) -> Callable[[type[System]], type[System]]:
    """Enter a page system in the list by its name."""

    def enter(made: type[System]) -> type[System]:
        made.name = name
        SYSTEMS[name] = made
        return made

    return enter
