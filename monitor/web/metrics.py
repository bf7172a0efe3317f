"""Figures for Prometheus, in its text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from monitor.model import Health
from monitor.model.verdict import Tally, Verdict
from monitor.services.health import Wellbeing

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX = "footnote_watch_"

Sample = tuple[Mapping[str, str], float]


def written(found: Wellbeing, counted: Tally) -> str:
    """Every figure, each with what it means."""
    lines: list[str] = []
    for name, kind, meaning, samples in _families(found, counted):
        lines += [f"# HELP {_PREFIX}{name} {meaning}", f"# TYPE {_PREFIX}{name} {kind}"]
        lines += [f"{_PREFIX}{name}{_labels(labels)} {_number(value)}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _families(found: Wellbeing, counted: Tally) -> Iterator[tuple[str, str, str, Iterable[Sample]]]:
    versions = {name.lower().replace(" ", "_"): version for name, version in found.versions.items()}
    yield "info", "gauge", "Versions in use.", [(versions, 1)]
    yield "daemon_running", "gauge", "1 while a daemon works on this database.", _one(bool(found.daemon))
    yield "offline", "gauge", "1 while our own network is gone.", _one(found.offline_since is not None)
    yield (
        "problems",
        "gauge",
        "Findings of the page Health.",
        [
            ({"grave": "yes"}, sum(one.grave for one in found.findings)),
            ({"grave": "no"}, sum(not one.grave for one in found.findings)),
        ],
    )
    yield "sources", "gauge", "Sources by state.", [({"state": h}, found.healths[h]) for h in Health]
    yield "sources_due", "gauge", "Sources whose look is due.", _one(found.due)
    late = found.lateness.total_seconds()
    yield "lateness_seconds", "gauge", "How long the longest overdue look is overdue.", _one(late)
    yield "polls_total", "counter", "Looks ever taken.", _one(found.polls)
    yield "polls_last_day", "gauge", "Looks taken in the last 24 hours.", _one(found.polls_last_day)
    yield "last_look_timestamp_seconds", "gauge", "When the last look ended.", _stamp(found.last_look)
    yield (
        "source_last_good_look_timestamp_seconds",
        "gauge",
        "When a source last brought its document.",
        [({"source": one.source.id}, one.last_good_at.timestamp()) for one in found.watched if one.last_good_at],
    )
    yield "footnotes", "gauge", "Footnotes of the reports by state.", list(_footnotes(counted))
    yield "changes_to_check", "gauge", "Told changes and events nobody has reviewed, up to 10000.", _one(found.to_check)
    queue = found.queue
    by_state = {"pending": queue.pending, "sending": queue.sending, "held": queue.held, "failed": queue.failed,
               "dead": queue.dead}  # fmt: skip
    yield "deliveries", "gauge", "Messages not delivered, by state.", [({"state": s}, n) for s, n in by_state.items()]
    age = (found.now - queue.oldest).total_seconds() if queue.oldest else 0
    yield "oldest_delivery_seconds", "gauge", "How long the oldest waiting message waits.", _one(age)
    yield "channels_shut", "gauge", "Ways out that are closed.", _one(len(found.shut))
    yield "digests_set_aside", "gauge", "Messages that could not be made.", _one(len(found.aside))
    yield "subscribers", "gauge", "Subscribers.", [
        ({"state": "active"}, found.readers), ({"state": "silent"}, found.silenced)
    ]  # fmt: skip
    yield "database_bytes", "gauge", "Size of the database file.", _one(found.database)
    yield "disk_free_bytes", "gauge", "Free space on its disk.", _one(found.free) if found.free is not None else []
    yield "backup_timestamp_seconds", "gauge", "When the newest backup was made.", _stamp(found.backup)


def _footnotes(counted: Tally) -> Iterator[Sample]:
    """Where there are several reports, of each."""
    reports = counted.by_report or (counted,)
    for report in reports:
        verdicts = Counter(report.verdicts.values())
        of = {"report": report.place} if len(reports) > 1 else {}
        yield from ((({**of, "state": v}), verdicts[v]) for v in Verdict)


def _one(value: float) -> list[Sample]:
    return [({}, value)]


def _stamp(at: datetime | None) -> list[Sample]:
    return [({}, at.timestamp())] if at else []


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{_escaped(str(value))}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
