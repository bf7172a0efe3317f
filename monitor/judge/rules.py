"""The rules by name, in the order in which they are asked about a place that differs."""

from monitor.judge.compare import EDITORIAL, Weighed
from monitor.judge.listing import ItemUnit
from monitor.judge.person import PERSON

ASKED = (
    "build",
    "clock",
    "stamp",
    "shift",
    "teaser",
    "count",
    "headline",
    "ticking",
    "rotating",
    "volatile",
    "flicker",
    "entry",
    "confirm",
)
"""For a block of text. The first that answers yes speaks; those after it are not asked."""
ASKED_OF_ENTRIES = ("window", "volatile", "rotating", "flicker", "entry", "confirm")
"""For an entry of a listing."""


def answers(weighed: Weighed) -> tuple[tuple[str, bool], ...]:
    """Each rule that was asked about a place, and whether it spoke; the last one did.

    A source that is still new is asked nothing else, nor is a place of which a person said that it is noise.
    """
    if weighed.rule in {"warm_up", PERSON}:
        return ((weighed.rule, True),)
    if isinstance(weighed.unit, ItemUnit):
        order: tuple[str, ...] = ASKED_OF_ENTRIES
    elif weighed.unit.kind in EDITORIAL:
        order = ("confirm",)
    else:
        order = ASKED
    if weighed.rule == "with":
        return (*((rule, False) for rule in order[:-1]), ("with", True))
    before = order[: order.index(weighed.rule)] if weighed.rule in order else ()
    return (*((rule, False) for rule in before), (weighed.rule, True))
