"""What people make of what was found."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReviewState(StrEnum):
    """A person's judgement of a change or an event."""

    CHECK = "check"
    """Nobody has looked at it, or it was put back."""
    RELEVANT = "relevant"
    ROUTINE = "routine"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class Review:
    """One entry of a thing's review history. `item` as in the outbox: `change:12`, `event:7`. Newest counts."""

    item: str
    state: ReviewState
    who: str
    at: datetime
    note: str = ""
    id: int = 0
