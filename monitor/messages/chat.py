"""Digest → the short text a chat gets: what happened, line by line, each with the command that shows it.

Chat services read marks into plain text: `@everyone` calls people, `<!channel>` and `<https://…|words>` are mentions
and links, `[words](https://…)` is a link that says something else. Nothing a page says may do any of that.
"""

import logging
import re
from dataclasses import replace

from jinja2 import TemplateError

from monitor.messages.build import Detail, Draft
from monitor.messages.layout import tidy
from monitor.messages.mime import Sender, message_id
from monitor.messages.render import Templates
from monitor.messages.safe import header, short, visible
from monitor.model import Digest, Outgoing

MOST = 1900
"""Characters of title and text: the narrowest of the great services takes 2,000 (Discord)."""
STEPS = (15, 10, 6, 3, 1, 0)
"""Changes and events named, tried in turn until the text fits; the others are counted."""
_ACTING = str.maketrans({"<": "‹", ">": "›", "@": "＠", "`": "'"})
_ADDRESS = re.compile(r"://|\]\(|\bwww\.", re.IGNORECASE)

_log = logging.getLogger("monitor.messages")


def plain(value: object) -> str:
    """What any value becomes in a chat: one line, nothing hidden, no mention, no link, no emphasis."""
    return _ADDRESS.sub(lambda m: m[0][:1] + "\u202f" + m[0][1:], visible(str(value)).translate(_ACTING))


def pack_chat(digest: Digest, sender: Sender, templates: Templates) -> Outgoing:
    """The message of a digest to a chat: the same text for the same digest and templates."""
    reader = digest.order.subscriber
    draft = Draft(digest, templates.words(reader.language), replace(sender, links=None))
    title = header(plain(draft.view(Detail()).subject), 240)
    text = ""
    for named in STEPS:
        text = _text(draft, named, templates)
        if len(title) + len(text) <= MOST:
            break
    return Outgoing(
        recipient=reader.email,
        sender=sender.address,
        subject=title,
        message_id=message_id(digest.order, sender),
        mime=short(text, MOST).encode(),
        channel=reader.channel,
    )


def _text(draft: Draft, named: int, templates: Templates) -> str:
    """A template of the home's own that misbehaves is reported and passed over, as for mail."""
    view = draft.view(Detail(also=named, events=named, lines=2 * named))
    for used in (templates, Templates()) if templates.own else (templates,):
        try:
            # As the text part of a mail, but for what is done to each value.
            made = used.text.overlay(finalize=plain).get_template("chat.text.j2").render({"mail": view})
            return tidy(made)
        except (TemplateError, AttributeError, TypeError, ValueError) as error:
            if used.own is None:
                raise
            _log.error("a template in %s failed, using the program's own: %s", used.own, error)
    raise AssertionError("the program's own templates come last")
