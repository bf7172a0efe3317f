"""What was held back as noise, by which rule, with its words; and the button that says it was news."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from monitor import persons
from monitor.messages.changes import Telling
from monitor.model import Held, Reason, Saying, Source
from monitor.model.review import ReviewState
from monitor.rejudge import Judges
from monitor.store.series import HeldCount
from monitor.web.comparison import Place, places
from monitor.web.desk import AtDesk
from monitor.web.entries import known_of, telling_of
from monitor.web.filters import PERIODS, USUAL
from monitor.web.views.changes import Option, name_first, signed_by, states_for

router = APIRouter()
LINES = 30
PLACES = 3
CODES = ("wordless", "busy", "already", "unknown", "unsaid")


@dataclass(frozen=True, slots=True)
class Kept:
    """One difference that was held back. `said`: a person called it news."""

    held: Held
    source: Source
    reason: str
    places: tuple[Place, ...]
    more: int
    said: Saying | None

    @property
    def at(self) -> datetime:
        return self.held.at


@dataclass(frozen=True, slots=True)
class Asked:
    days: int = USUAL
    source: str = ""
    rule: str = ""

    def address(self, **more: object) -> str:
        pairs = {"days": self.days, "source": self.source, "rule": self.rule, **more}
        return "/held?" + urlencode({name: value for name, value in pairs.items() if value != ""})


@router.get("/held")
def held(
    desk: AtDesk, days: int = USUAL, source: str = "", rule: str = "", before: int = 0, trouble: str = ""
) -> Response:
    asked = Asked(days if days in PERIODS else USUAL, source[:120], rule[:60])
    since = desk.now - timedelta(days=asked.days) if asked.days else None
    known, telling = known_of(desk), telling_of(desk)
    found = desk.store.series.held(
        since=since, sources=[asked.source] if asked.source else [], rule=asked.rule,
        before_id=before if 0 < before < 2**62 else None, limit=LINES + 1,
    )  # fmt: skip
    said = desk.store.people.of_held([one.id for one in found])
    by_rule, by_source = _counted(asked, desk.store.series.held_counts(since))
    return desk.page(
        "held.html",
        asked=asked,
        kept=[_kept(one, known.source(one.source_id), said.get(one.id), telling) for one in found[:LINES]],
        rules=_options(asked, "rule", by_rule, {rule: desk.t.mail.reason(Reason(f"held_{rule}")) for rule in by_rule}),
        sources=_options(asked, "source", by_source, {name: known.source(name).name for name in by_source}),
        periods=[(number, replace(asked, days=number).address(), number == asked.days) for number in PERIODS],
        older=asked.address(before=found[LINES - 1].id) if len(found) > LINES else "",
        may=bool(states_for(desk)),
        trouble=trouble if trouble in CODES else "",
    )


def _kept(held: Held, source: Source, said: Saying | None, telling: Telling) -> Kept:
    shown = places(held.parts[:PLACES], source, telling)
    return Kept(held, source, telling.words.reason(held.reason), shown, max(0, len(held.parts) - PLACES), said)


def _counted(asked: Asked, counts: Iterable[HeldCount]) -> tuple[Counter[str], Counter[str]]:
    """By rule within the chosen source, by source within the chosen rule."""
    by_rule: Counter[str] = Counter()
    by_source: Counter[str] = Counter()
    for count in counts:
        if asked.source in {"", count.source_id}:
            by_rule[count.rule] += count.times
        if asked.rule in {"", count.rule}:
            by_source[count.source_id] += count.times
    return by_rule, by_source


def _options(asked: Asked, name: str, counts: Mapping[str, int], words: Mapping[str, str]) -> list[Option]:
    chosen = asked.rule if name == "rule" else asked.source
    return [
        Option(value, words[value], count, asked.address(**{name: "" if value == chosen else value}), value == chosen)
        for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


@router.post("/held/{number}/news")
def news(number: int, desk: AtDesk) -> Response:
    """This was news: it is told, and reviewed as relevant by whoever said so."""
    who = signed_by(desk)
    if who is None:
        return name_first(desk, "/held")
    if not 0 < number < 2**63:
        raise HTTPException(404)
    app = desk.house.app
    try:
        change = persons.say_news(app.store, Judges(app.lore, app.citations), number, desk.now)
    except persons.SayingError as error:
        if error.code == "unknown":
            raise HTTPException(404) from error
        return desk.go(f"/held?trouble={error.code}")
    desk.store.reviews.put([f"change:{change}"], ReviewState.RELEVANT, who=who, now=desk.now)
    desk.note("news", f"held:{number}", f"change:{change}")
    return desk.go(f"/changes/{change}")
