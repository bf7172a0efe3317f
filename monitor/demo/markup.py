"""Played pages: a light markup for texts, and the furniture real sites put around them."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from itertools import groupby

from monitor.demo.script import Body, Visit

_LINK = re.compile(r"\[([^\[\]]+)\]\(([^()\s]{1,2000})\)")


def article(text: str) -> str:
    """HTML of a text in light markup.

    Paragraphs are separated by blank lines. Lines that begin with `#`, `##`, `###` are headings, with `- ` list
    items, with `| ` table rows (cells between bars), with `* ` listing entries (`* date | title | address | summary`),
    with `<` raw HTML. `[words](address)` is a link.
    """
    return "\n".join(_paragraphs(text))


def _paragraphs(text: str) -> Iterator[str]:
    for part in text.strip().split("\n\n"):
        lines = [line.strip() for line in part.strip().splitlines()]
        for mark, group in groupby(lines, key=_mark):
            yield _marked(mark, [line.removeprefix(f"{mark} ") for line in group])


def _mark(line: str) -> str:
    if line.startswith("<"):
        return "<"
    word = line.partition(" ")[0]
    return word if word in {"#", "##", "###", "-", "|", "*"} else ""


def _marked(mark: str, lines: Sequence[str]) -> str:
    if mark == "<":
        return "\n".join(lines)
    if mark in {"#", "##", "###"}:
        return "\n".join(f"<h{len(mark)}>{_inline(line)}</h{len(mark)}>" for line in lines)
    if mark == "-":
        return "<ul>\n" + "\n".join(f"<li>{_inline(line)}</li>" for line in lines) + "\n</ul>"
    if mark == "|":
        rows = ("".join(f"<td>{_inline(cell.strip())}</td>" for cell in line.split("|")) for line in lines)
        return "<table>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</table>"
    if mark == "*":
        return "\n".join(_entry(line) for line in lines)
    return f"<p>{_inline(' '.join(lines))}</p>"


def _entry(line: str) -> str:
    date, title, address, summary = (cell.strip() for cell in line.split("|"))
    return (
        f'<article class="teaser"><h3><a href="{escape(address)}">{_inline(title)}</a></h3>'
        f'<p class="date">{_inline(date)}</p><p>{_inline(summary)}</p></article>'
    )


def _inline(text: str) -> str:
    return _LINK.sub(r'<a href="\2">\1</a>', escape(text, quote=False))


def replaced(text: str, old: str, new: str) -> str:
    """`text` with its one occurrence of `old` replaced: a story must change what it says it changes."""
    if text.count(old) != 1:
        raise ValueError(f"stands {text.count(old)} times in the text, not once: {old!r}")
    return text.replace(old, new)


@dataclass(frozen=True, slots=True)
class Site:
    """The furniture of one site in one language."""

    name: str
    language: str = "en"
    menu: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    cookies: str = ""
    """Words of the cookie banner; empty: none."""
    cookies_every: int = 1
    """The banner is shown at every n-th visit."""
    newsletter: str = ""
    related: tuple[str, ...] = ()
    """Titles of which two are shown in turn."""
    footer: tuple[str, ...] = ()
    """Footer lines; `{clock}` and `{visits}` are filled at each visit."""
    head: str = ""
    css: str = "page"
    """Prefix of class names, as a content management system leaves them."""
    labels: tuple[str, str] = ("Skip to main content", "Related")
    visits_before: int = 48211
    still: bool = False
    """A static page: the same bytes at every visit."""
    charset: str = "utf-8"


_STILL = Visit("", "", datetime(2026, 1, 1, tzinfo=UTC), 1)


def page(site: Site, text: str, *, other: str = "", notice: str = "", side: str = "", canonical: str = "") -> Body:
    """A played page of a text in light markup, its first line the title.

    `%TOKEN%` in the text becomes another hexadecimal number at each visit. `other`: a variant of the text that
    is shown to every second visitor. `notice` stands above the text, `side` in the side column.
    """
    title = text.strip().partition("\n")[0].removeprefix("# ")
    mains = [article(text), article(other or text)]

    def body(visit: Visit) -> bytes:
        token = hashlib.sha256(f"{visit.target} {visit.count}".encode()).hexdigest()[:32]
        main = mains[(visit.count + 1) % 2].replace("%TOKEN%", token)
        html = render(site, title, main, visit, notice=notice, side=side, canonical=canonical)
        return html.encode("cp1252" if site.charset == "iso-8859-1" else site.charset)

    return body(_STILL) if site.still else body


def render(
    site: Site, title: str, main: str, visit: Visit, *, notice: str = "", side: str = "", canonical: str = ""
) -> str:
    """A whole page. `main` is HTML; `notice` a line in a banner above it, `side` one in the side column."""
    link = f'<link rel="canonical" href="{escape(canonical)}">' if canonical else ""
    return f"""<!doctype html>
<html lang="{site.language}">
<head><meta charset="{site.charset}"><title>{escape(title)} | {escape(site.name)}</title>{link}{site.head}
<meta name="viewport" content="width=device-width, initial-scale=1">
<script>window.dataLayer=[];dataLayer.push({{"t":{int(visit.at.timestamp())},"n":{visit.count}}});</script>
<style>.{site.css}-hidden{{display:none}}</style></head>
<body class="{site.css}-body">
<a class="skip-link" href="#main">{site.labels[0]}</a>
<header class="{site.css}-header"><a href="/">{escape(site.name)}</a>{_languages(site)}
<nav><ul>{_menu(site)}</ul></nav></header>
{f'<div class="{site.css}-alert" role="alert">{escape(notice)}</div>' if notice else ""}
<main id="main" class="{site.css}-content">
{main}
</main>
{_aside(site, visit, side)}
<footer class="{site.css}-footer">
{"".join(f"<p>{_filled(line, site, visit)}</p>" for line in site.footer)}
</footer>
{_cookies(site, visit)}
</body></html>
"""


def _menu(site: Site) -> str:
    return "".join(f'<li><a href="/{n}">{escape(entry)}</a></li>' for n, entry in enumerate(site.menu, start=1))


def _languages(site: Site) -> str:
    if not site.languages:
        return ""
    links = " ".join(f'<a hreflang="{tag}" href="/{tag}/">{tag.upper()}</a>' for tag in site.languages)
    return f'<div class="language-switcher">{links}</div>'


def _aside(site: Site, visit: Visit, side: str) -> str:
    parts = [f"<p>{escape(side)}</p>"] if side else []
    if site.related:
        shown = [site.related[(visit.count + step) % len(site.related)] for step in range(2)]
        links = "".join(f'<li><a href="/related/{site.related.index(t)}">{escape(t)}</a></li>' for t in shown)
        parts.append(f"<h2>{site.labels[1]}</h2><ul>{links}</ul>")
    if site.newsletter:
        parts.append(
            f'<form action="/newsletter" method="post"><label for="mail">{escape(site.newsletter)}</label>'
            f'<input type="hidden" name="token" value="{visit.count:08x}"><input id="mail" type="email" name="mail">'
            '<button type="submit">OK</button></form>'
        )
    return f'<aside class="{site.css}-sidebar">{"".join(parts)}</aside>' if parts else ""


def _cookies(site: Site, visit: Visit) -> str:
    if not site.cookies or visit.count % site.cookies_every:
        return ""
    return (
        f'<div id="cookie-banner" class="cookie-banner" role="dialog"><p>{escape(site.cookies)}</p>'
        "<button>OK</button></div>"
    )


def _filled(line: str, site: Site, visit: Visit) -> str:
    clock = f"{visit.at:%d/%m/%Y %H:%M:%S}.{visit.count % 1000:03d}"
    return _inline(line.replace("{clock}", clock).replace("{visits}", f"{site.visits_before + visit.count}"))
