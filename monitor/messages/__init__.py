"""Digest → the exact bytes of a message, through `alerts/templates`. The only door to Jinja2 and css-inline."""

from monitor.messages.mime import Sender, mailbox, message_id, pack
from monitor.messages.own import faults
from monitor.messages.press import Press
from monitor.messages.render import MOST_HTML, Parts, Renderer, Templates
from monitor.messages.report import why_not_watched
from monitor.messages.safe import read_marks, visible
from monitor.messages.seal import unsubscribed_by
from monitor.messages.words import Words, load

__all__ = [
    "MOST_HTML",
    "Parts",
    "Press",
    "Renderer",
    "Sender",
    "Templates",
    "Words",
    "faults",
    "load",
    "mailbox",
    "message_id",
    "pack",
    "read_marks",
    "unsubscribed_by",
    "visible",
    "why_not_watched",
]
