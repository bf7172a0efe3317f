"""What a subscriber may wish for, as a form: what there is to choose from, and what was chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import available_timezones

from monitor.config import JURISDICTIONS, TOPICS
from monitor.model import Filters, Frequency, Severity, Source, Subscriber
from monitor.store import Store
from monitor.web.forms import Form
from monitor.web.wording import LANGUAGES

LEVELS = (Severity.MINOR, Severity.SUBSTANTIVE, Severity.CRITICAL)
WORDS, WORD = 30, 100
"""How many words a filter may have, and how many characters each."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What this home offers. `sections`: titles with their sources, those that are no longer watched left out."""

    sections: Sequence[tuple[str, Sequence[Source]]]
    topics: Sequence[str] = (*TOPICS, "ai")
    jurisdictions: Sequence[str] = JURISDICTIONS

    @property
    def sources(self) -> frozenset[str]:
        return frozenset(source.id for _, group in self.sections for source in group)


def choices(store: Store) -> Choices:
    states = [state for state in store.sources.all() if state.retired_at is None]
    return Choices([
        (section.title, [state.source for state in states if state.source.section == section.id])
        for section in store.sources.sections()
    ])  # fmt: skip


def zones() -> list[str]:
    """Time zones people live in, by name."""
    return sorted(z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "SystemV/", "posix")))


def wished(form: Form, before: Subscriber, offered: Choices) -> Subscriber:
    """The subscriber as the form has them. What is not among the choices is passed over; what the form does not show
    (a source that is no longer watched) stays.
    """
    only = before.filters
    frequency, zone, language = form.get("frequency"), form.get("timezone"), form.get("language")
    hour, weekday, level = form.get("hour"), form.get("weekday"), form.get("min_severity").upper()
    words = (word.strip()[:WORD] for word in form.get("words", WORDS * (WORD + 2)).splitlines())
    kept = tuple(source for source in only.sources if source not in offered.sources)
    return replace(
        before,
        frequency=Frequency(frequency) if frequency in tuple(Frequency) else before.frequency,
        hour=int(hour) if hour in _numbers(24) else before.hour,
        weekday=int(weekday) if weekday in _numbers(7) else before.weekday,
        timezone=zone if zone in available_timezones() else before.timezone,
        language=language if language in LANGUAGES else before.language,
        urgent=form.on("urgent"),
        sign_of_life=form.on("sign_of_life"),
        paused=form.on("paused"),
        filters=Filters(
            topics=tuple(t for t in offered.topics if t in form.all("topics")),
            sources=kept + tuple(sorted(offered.sources & set(form.all("sources")))),
            jurisdictions=tuple(j for j in offered.jurisdictions if j in form.all("jurisdictions")),
            words=tuple(dict.fromkeys(word for word in words if word))[:WORDS],
            min_severity=Severity[level] if level in {s.name for s in LEVELS} else only.min_severity,
        ),
    )


def _numbers(count: int) -> frozenset[str]:
    return frozenset(str(n) for n in range(count))


def veiled(email: str) -> str:
    """An address as a page shows it to whoever holds a link: digests are forwarded, and their links with them."""
    local, _, domain = email.rpartition("@")
    shown = local[:1] + "…" + (local[-1:] if len(local) > 3 else "")
    return f"{shown}@{domain}"
