"""What is judged of the reports' footnotes, and their count."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.citation import CitationKey, completed


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
    """The verdict on each footnote, in the reports' order. What is counted is footnotes: of one that cites several
    sources the gravest verdict counts.
    """

    verdicts: Mapping[CitationKey, Verdict] = field(default_factory=dict)
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
    def by_verdict(self) -> dict[Verdict, list[CitationKey]]:
        """Every verdict that occurs, gravest first, with its footnotes."""
        found: dict[Verdict, list[CitationKey]] = {}
        for key, verdict in sorted(self.verdicts.items(), key=lambda one: (GRAVITY[one[1]], one[0])):
            found.setdefault(verdict, []).append(key)
        return found

    def of(self, answer: Answer) -> list[CitationKey]:
        """The footnotes of one answer."""
        return [key for key, verdict in self.verdicts.items() if ANSWERS[verdict] is answer]

    def verdict(self, key: CitationKey) -> Verdict | None:
        """On one footnote; None where it is none of these."""
        return self.verdicts.get(key) or self.verdicts.get(completed(key, self.verdicts))

    @property
    def by_report(self) -> tuple["Tally", ...]:
        """One for each report."""
        found: dict[str, dict[CitationKey, Verdict]] = {}
        for key, verdict in self.verdicts.items():
            found.setdefault(key.place, {})[key] = verdict
        return tuple(Tally(verdicts, self.as_of) for verdicts in found.values())

    @property
    def place(self) -> str:
        """The key of the report that is counted; empty where there are several or none."""
        places = {key.place for key in self.verdicts}
        return places.pop() if len(places) == 1 else ""

    @property
    def name(self) -> str:
        """What readers are told the report is; empty where there is only one, or no single one is counted."""
        names = {key.name for key in self.verdicts}
        return names.pop() if len(names) == 1 else ""
