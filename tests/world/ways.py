"""Short ways to write scenes of the played Belgium."""

import hashlib
from functools import cache
from pathlib import Path

from monitor.demo.markup import Site, article, page
from monitor.demo.pdf import typeset
from monitor.demo.script import EVERY_PATH, Body, Redirect, Reply, Scene, Validators, Visit, When

_TEXTS = Path(__file__).with_name("texts")
_PDF = "application/pdf"


@cache
def text(name: str) -> str:
    return (_TEXTS / f"{name}.txt").read_text("utf-8")


def shows(site: Site, words: str, *, other: str = "", notice: str = "", side: str = "", gzip: bool = True) -> Reply:
    """A page. Static sites say honestly when it is unchanged, the others never do."""
    kind = "text/html" if site.charset == "iso-8859-1" else "text/html; charset=utf-8"
    validators = Validators.HONEST if site.still else Validators.NONE
    return Reply(
        page(site, words, other=other, notice=notice, side=side), content_type=kind, validators=validators, gzip=gzip
    )


def prints(
    *columns: str,
    running: str = "",
    title: str = "",
    created: str = "20190401080000Z",
    validators: Validators = Validators.HONEST,
) -> Reply:
    """A PDF of one text or of two columns."""
    size = 9 if len(columns) > 1 else 10.5
    body = typeset(columns, running=running, size=size, title=title, created=created)
    return Reply(body, content_type=_PDF, validators=validators, headers=(("Accept-Ranges", "bytes"),))


def challenged(host: str) -> tuple[Scene, ...]:
    """A host that shows every program, robots.txt included, an interstitial in the manner of the big shields."""
    return (Scene(host, EVERY_PATH, challenge(host)),)


def challenge(host: str) -> Reply:
    main = article(text("challenge")).replace("%HOST%", host)

    def body(visit: Visit) -> bytes:
        ray = hashlib.sha256(f"{visit.target} {visit.count}".encode()).hexdigest()[:16]
        return (
            '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>'
            '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">'
            '<meta name="robots" content="noindex,nofollow">'
            "<script>(function(){window._cf_chl_opt={cvId:'3',cType:'managed',cRay:'" + ray + "'};})();</script>"
            f'</head><body class="no-js">{main.replace("%TOKEN%", ray)}</body></html>'
        ).encode()

    headers = (
        ("CF-RAY", "9d2f5a0c1e7b4c33-BRU"),
        ("CF-Mitigated", "challenge"),
        ("Cache-Control", "private, no-store"),
    )
    return Reply(body, status=403, content_type="text/html; charset=UTF-8", headers=headers)


def robots(host: str, *lines: str) -> Scene:
    body = "\n".join(("User-agent: *", *lines, "")).encode()
    return Scene(host, "/robots.txt", Reply(body, content_type="text/plain"))


def leads(host: str, path: str, to: str, status: int = 301) -> Scene:
    return Scene(host, path, Redirect(to, status))


def from_day(day: When, host: str, path: str, answer: Reply, *, looks: int | None = None) -> Scene:
    return Scene(host, path, answer, at=day, looks=looks)


def head_of(words: str, share: float) -> str:
    """The first paragraphs of a text, up to a share of its length."""
    kept: list[str] = []
    for part in words.split("\n\n"):
        if sum(map(len, kept)) + len(part) > share * len(words):
            break
        kept.append(part)
    return "\n\n".join(kept)


__all__ = [
    "Body", "challenge", "challenged", "from_day", "head_of", "leads", "prints", "robots", "shows", "text",
]  # fmt: skip
