"""A stretch of time in which looks were missed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """From the last look before to the first one after. Without a source nobody looked at any; else that one was not
    looked at. Rests that were chosen (after a failure, for a Retry-After, within the budget) are none.
    """

    since: datetime
    until: datetime
    source_id: str = ""

    @property
    def key(self) -> str:
        """As in `digest_item`: told to a reader once. By its times, which mean the same in every copy."""
        return f"gap:{self.since:%Y%m%dT%H%M%S}-{self.until:%Y%m%dT%H%M%S}"
