"""The templates run: MailView → subject, text and HTML, each made safe by default, never too long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from monitor.messages import layout
from monitor.messages.build import STEPS, Detail, Draft
from monitor.messages.mime import Sender, pack
from monitor.messages.safe import address, header, link, visible
from monitor.messages.view import MailView
from monitor.messages.words import Words, load
from monitor.model import Digest, Outgoing
from monitor.resources import bundled

MOST_HTML = 96_000
"""Bytes of the HTML part. Gmail cuts at 102 kB."""
MOST_IN_FULL = 200
"""More changes than this never fit: not worth the try."""
MOST_TEXT = 150_000
"""Bytes of the text part."""


@dataclass(frozen=True, slots=True)
class Parts:
    """One message, rendered."""

    subject: str
    text: str
    html: str

    @property
    def fits(self) -> bool:
        return len(self.html.encode()) <= MOST_HTML and len(self.text.encode()) <= MOST_TEXT


class Renderer:
    """Renders digests for one sender. Folders are searched in order, so a home may replace single templates.

    Templates run in a sandbox, and whatever they print is made safe whether they ask for it or not.
    """

    def __init__(self, sender: Sender, folders: Sequence[Path] = ()) -> None:
        self._sender = sender
        self._folders = (*folders, bundled("alerts/templates"))
        loader = FileSystemLoader([str(folder) for folder in self._folders])
        shared: dict[str, Any] = {
            "loader": loader, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True,
        }  # fmt: skip
        self._text = ImmutableSandboxedEnvironment(**shared, autoescape=False, finalize=layout.clean)
        self._html = ImmutableSandboxedEnvironment(**shared, autoescape=True, finalize=_safe_html)
        self._text.filters.update(
            wrap=layout.wrapped,
            ends=layout.ends,
            row=layout.row,
            marked=layout.marked,
            caps=layout.upper,
            entry=layout.entry,
        )
        self._text.globals.update(rule=layout.rule)
        self._html.filters.update(address=address, link=link)
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
        self._words: dict[str, Words] = {}

    def words(self, language: str) -> Words:
        """The catalogue of a language, English when there is none."""
        if language not in self._words:
            self._words[language] = load(self._folders, language)
        return self._words[language]

    def render(self, digest: Digest) -> Outgoing:
        """The message of a digest: the same bytes for the same digest, sender and templates.

        Raises ConfigError for an address that is none and SecurityError/TemplateError for a template that
        misbehaves.
        """
        parts = self.parts(digest)
        language = self.words(digest.order.subscriber.language).language
        return pack(
            digest.order, self._sender, subject=parts.subject, text=parts.text, html=parts.html, language=language
        )

    def parts(self, digest: Digest) -> Parts:
        """Subject, text and HTML. What does not fit is shown shorter, the least severe changes first."""
        draft = Draft(digest, self.words(digest.order.subscriber.language), self._sender)
        show = partial(self._shown, draft)
        if draft.size <= MOST_IN_FULL:
            whole = show(Detail(full=draft.size))
            if whole.fits:
                return whole
        base = next((d for d in STEPS if show(d).fits), STEPS[-1])
        brief = _most(draft.size, lambda n: show(replace(base, brief=n)).fits)
        full = _most(brief, lambda n: show(replace(base, full=n, brief=brief - n)).fits)
        return show(replace(base, full=full, brief=brief - full))

    def _shown(self, draft: Draft, detail: Detail) -> Parts:
        return self._run(draft.view(detail))

    def _run(self, view: MailView) -> Parts:
        context = {"mail": view}
        name = view.kind
        return Parts(
            subject=header(self._text.get_template(f"{name}.subject.j2").render(context), 240),
            text=layout.tidy(self._text.get_template(f"{name}.text.j2").render(context)),
            html=self._inliner.inline(self._html.get_template(f"{name}.html.j2").render(context)),
        )


def _safe_html(value: object) -> object:
    """Every value a page template prints: nothing hidden in it; escaping follows (autoescape)."""
    return value if isinstance(value, Markup) else visible(str(value))


def _most(size: int, fits: Callable[[int], bool]) -> int:
    """The largest n ≤ size for which `fits(n)`, given that fits(0) holds and larger is longer."""
    low, high = 0, size
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low
