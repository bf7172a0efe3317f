"""What is judged of the report's footnotes, and their count."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What is said of a citation, gravest first. Mails, pages, commands, feeds and the API have one word for each."""

    GONE = "gone"
    """The cited address no longer has the document, and no copy holds what is quoted."""
    PASSAGE_GONE = "passage_gone"
    REWORDED = "reworded"
    """Something close to a quoted passage stands there."""
    ELSEWHERE = "elsewhere"
    """A quoted passage stands in another document than the one cited."""
    GONE_COPY = "gone_copy"
    """Gone from the cited address; another address of the list shows it."""
    CHECK = "check"
    """A page answers, and nothing says that it is the cited document."""
    WITHDRAWN = "withdrawn"
    """It stands, and says of itself that it is withdrawn, superseded, repealed, outdated or archived."""
    CHANGED = "changed"
    """The document changed, and nobody has called that routine or noise yet."""
    UNSEEN = "unseen"
    """Blocked, no answer, no readable text, or not the document at any look so far."""
    WAITING = "waiting"
    """Never looked at yet."""
    UNWATCHED = "unwatched"
    """Nothing to look at, or only what a person can open."""
    UNCHECKED = "unchecked"
    """The document is there; none of its quoted passages could be looked for."""
    STANDS = "stands"


class Answer(StrEnum):
    """What a verdict says of the footnote."""

    LOOK = "look"
    """A person has to look."""
    UNKNOWN = "unknown"
    """Nothing can be said."""
    STANDS = "stands"


ANSWERS: Mapping[Verdict, Answer] = {
    **dict.fromkeys(Verdict, Answer.LOOK),
    **dict.fromkeys((Verdict.UNSEEN, Verdict.WAITING, Verdict.UNWATCHED, Verdict.UNCHECKED), Answer.UNKNOWN),
    Verdict.STANDS: Answer.STANDS,
}
GRAVITY: Mapping[Verdict, int] = {verdict: place for place, verdict in enumerate(Verdict)}
"""0 is the gravest."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The verdict on each footnote, in the report's order. What is counted is footnotes: of one that cites several
    sources the gravest verdict counts.
    """

    verdicts: Mapping[int, Verdict] = field(default_factory=dict)
    as_of: datetime | None = None
    """The last look at any source cited; None: there was none."""

    @property
    def total(self) -> int:
        return len(self.verdicts)

    @property
    def answers(self) -> Counter[Answer]:
        """How many footnotes there are of each; they add up to the total."""
        return Counter(ANSWERS[verdict] for verdict in self.verdicts.values())

    @property
    def by_verdict(self) -> dict[Verdict, list[int]]:
        """Every verdict that occurs, gravest first, with its footnotes."""
        found: dict[Verdict, list[int]] = {}
        for footnote, verdict in sorted(self.verdicts.items(), key=lambda one: (GRAVITY[one[1]], one[0])):
            found.setdefault(verdict, []).append(footnote)
        return found

    def of(self, answer: Answer) -> list[int]:
        """The footnotes of one answer."""
        return [footnote for footnote, verdict in self.verdicts.items() if ANSWERS[verdict] is answer]
