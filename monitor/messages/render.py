"""The templates run: MailView → subject, text and HTML, each made safe by default, never too long."""

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from monitor.errors import ConfigError
from monitor.messages import layout, letters
from monitor.messages.build import STEPS, Detail, Draft
from monitor.messages.changes import AMPLE, FULL, Room
from monitor.messages.mime import Sender, pack
from monitor.messages.safe import address, header, link, visible
from monitor.messages.view import MailView
from monitor.messages.words import Words, load
from monitor.model import Digest, DigestOrder, Notice, Outgoing
from monitor.resources import bundled

MOST_HTML = 96_000
"""Bytes of the HTML part. Gmail cuts at 102 kB."""
MOST_IN_FULL = 200
"""More changes than this never fit: not worth the try."""
MOST_TEXT = 400_000
"""Bytes of the text part. No mail program cuts it."""
WHOLE = (
    Room(parts=4_000, characters=350_000),
    Room(parts=2_000, characters=150_000),
    Room(parts=1_000, characters=80_000),
)
"""Of a change in full, in the text part alone, where the HTML part has no room for the whole of it."""


_MISTAKES = (
    ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError,
    css_inline.InlineError,
)  # fmt: skip
"""What a faulty template or catalogue can raise beside Jinja's own errors."""

_log = logging.getLogger("monitor.messages")


@dataclass(frozen=True, slots=True)
class Parts:
    """One message, rendered."""

    subject: str
    text: str
    html: str

    @property
    def fits(self) -> bool:
        return len(self.html.encode()) <= MOST_HTML and len(self.text.encode()) <= MOST_TEXT


class Templates:
    """The templates and catalogues of a home, and those that came with the program for all it does not have.

    A home replaces single files under its `alerts/templates`. Templates run in a sandbox, and whatever they print is
    made safe whether they ask for it or not.
    """

    def __init__(self, home: Path | None = None) -> None:
        came = bundled("alerts/templates")
        own = home / "alerts" / "templates" if home else came
        self.own = own if own.is_dir() and own.resolve() != came.resolve() else None
        self.folders = (self.own, came) if self.own else (came,)
        shared: dict[str, Any] = {
            "loader": FileSystemLoader([str(folder) for folder in self.folders]),
            "undefined": StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
        }
        self.subject = ImmutableSandboxedEnvironment(**shared, autoescape=False, finalize=_line)
        self.text = ImmutableSandboxedEnvironment(**shared, autoescape=False, finalize=layout.clean)
        self.html = ImmutableSandboxedEnvironment(**shared, autoescape=True, finalize=_safe_html)
        self.text.filters.update(
            wrap=layout.wrapped,
            ends=layout.ends,
            row=layout.row,
            marked=layout.marked,
            caps=layout.upper,
            entry=layout.entry,
        )
        self.text.globals.update(rule=layout.rule)
        self.html.filters.update(address=address, link=link, linked=_linked)
        self._words: dict[str, Words] = {}

    def words(self, language: str) -> Words:
        """The catalogue of a language, English when there is none."""
        if language not in self._words:
            self._words[language] = load(self.folders, language)
        return self._words[language]


class Renderer:
    """Renders digests for one sender."""

    def __init__(self, sender: Sender, templates: Templates | None = None) -> None:
        self._sender = sender
        self._templates = templates or Templates()
        self._spare = Templates() if self._templates.own else None
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)

    def render(self, digest: Digest) -> Outgoing:
        """The message of a digest: the same bytes for the same digest, sender and templates.

        A template or catalogue of the home's own that misbehaves is reported and passed over: the message goes out
        with the program's. Raises ConfigError for an address that is none.
        """
        return self._by_either(lambda templates: self._packed(digest, templates))

    def confirm(self, order: DigestOrder, url: str, until: datetime) -> Outgoing:
        """Is this your address? `url` says yes and works `until` then. `order.window` names the request, as
        `confirm:<something unguessable>`: the Message-ID is made from it.
        """
        return self._letter(order, partial(letters.confirm, url=url, until=until))

    def notice(self, order: DigestOrder, notices: Sequence[Notice]) -> Outgoing:
        """What needs the operator: one thing or several."""
        return self._letter(order, partial(letters.notice, notices=notices))

    def _letter(self, order: DigestOrder, view: Callable[[DigestOrder, Words, Sender], MailView]) -> Outgoing:
        """A message that tells of no change, and ends no subscription."""
        plain = replace(self._sender, unsubscribe_url="", mail_in="", links=None)

        def made(templates: Templates) -> Outgoing:
            words = templates.words(order.subscriber.language)
            parts = self._rendered(templates, view(order, words, plain))
            return pack(order, plain, subject=parts.subject, text=parts.text, html=parts.html, language=words.language)

        return self._by_either(made)

    def _by_either(self, make: Callable[[Templates], Outgoing]) -> Outgoing:
        """With the home's templates; with the program's own where those fail."""
        try:
            return make(self._templates)
        except (TemplateError, ConfigError, *_MISTAKES) as error:
            if self._spare is None:
                raise
            _log.error("a template in %s failed, using the program's own: %s", self._templates.own, error)
        return make(self._spare)

    def _packed(self, digest: Digest, templates: Templates) -> Outgoing:
        parts = self.parts(digest, templates)
        language = templates.words(digest.order.subscriber.language).language
        sender = self._sender.writing_to(digest.order.subscriber)
        return pack(digest.order, sender, subject=parts.subject, text=parts.text, html=parts.html, language=language)

    def parts(self, digest: Digest, templates: Templates | None = None) -> Parts:
        """Subject, text and HTML. What does not fit is shown shorter, the least severe changes first.

        Raises TemplateError (SecurityError among them) for a template that misbehaves.
        """
        used = templates or self._templates
        reader = digest.order.subscriber
        draft = Draft(digest, used.words(reader.language), self._sender.writing_to(reader))
        show = partial(self._shown, used, draft)
        if draft.size <= MOST_IN_FULL:
            for room in (*AMPLE, FULL):
                whole = show(Detail(full=draft.size, room=room))
                if whole.fits:
                    return self._in_whole(used, draft, Detail(full=draft.size, room=room), whole)
        base = next((d for d in STEPS if show(d).fits), STEPS[-1])
        brief = _most(draft.size, lambda n: show(replace(base, brief=n)).fits)
        full = _most(brief, lambda n: show(replace(base, full=n, brief=brief - n)).fits)
        chosen = replace(base, full=full, brief=brief - full)
        return self._in_whole(used, draft, chosen, show(chosen))

    def _in_whole(self, templates: Templates, draft: Draft, detail: Detail, parts: Parts) -> Parts:
        """The message with every word of the changes that are shown in full, as far as the text part holds them.

        Both parts name the same changes; what is cut short in one can be read in the other.
        """
        if not draft.is_cut(detail):
            return parts
        for room in WHOLE:
            text = self._text(templates, draft.view(replace(detail, room=room)))
            if len(text.encode()) <= MOST_TEXT:
                return replace(parts, text=text) if len(text) > len(parts.text) else parts
        return parts

    def _shown(self, templates: Templates, draft: Draft, detail: Detail) -> Parts:
        return self._rendered(templates, draft.view(detail))

    def _rendered(self, templates: Templates, view: MailView) -> Parts:
        context = {"mail": view}
        subject = templates.subject.get_template(f"{view.kind}.subject.j2").render(context)
        text = self._text(templates, view)
        html = templates.html.get_template(f"{view.kind}.html.j2").render(context)
        return Parts(header(subject, 240), text, self._inliner.inline(html))

    def _text(self, templates: Templates, view: MailView) -> str:
        return layout.tidy(templates.text.get_template(f"{view.kind}.text.j2").render({"mail": view}))


def _linked(text: str, base: str) -> Markup:
    """A sentence in which addresses of our own pages can be followed. `base`: where they begin; may be empty."""
    shown = escape(layout.tied(visible(str(text))))
    if not base:
        return shown
    ours = re.compile(re.escape(str(escape(base))) + r"/[\w/?=~-]*(?:\.[\w/?=~-]+)*")
    return Markup(ours.sub(lambda m: f'<a class="wide" href="{m[0]}">{m[0]}</a>', str(shown)))  # noqa: S704 - escaped above


def _line(value: object) -> str:
    """Every value a subject prints: one line, nothing hidden. It holds no word marks: brackets stay as they are."""
    return header(str(value), 240)


def _safe_html(value: object) -> object:
    """Every value a page template prints: nothing hidden in it; escaping follows (autoescape)."""
    return value if isinstance(value, Markup) else layout.tied(visible(str(value)))


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
