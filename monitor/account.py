"""One decision walked through, as plain values: bytes → texts → places and rules → verdict → who was told.

Judged again from the stored bytes under today's rules and compared with what was stored then. Only reads.
"""

from collections import Counter
from typing import Any

from monitor.judge.case import setting_of
from monitor.judge.compare import Comparison, Weighed
from monitor.judge.rules import answers
from monitor.judge.severity import weigh
from monitor.judge.telling import parts_of
from monitor.messages import Words
from monitor.model import Change, Extraction, Source
from monitor.rejudge import Judges, Step, comparison_of, step_of, unlike
from monitor.store import WITHHELD_REASON, Store


def account_of(store: Store, change: Change, source: Source, judges: Judges, words: Words) -> dict[str, Any]:
    """The whole decision. Judges every look of the source that came before: as slow as its past is long."""
    if any(reason.code == WITHHELD_REASON for reason in change.reasons):
        # Judging it again would spell out what is not to be shown.
        return kept_account(store, change, words) | {"source": source.id, "looked_at": None}
    poll_id = store.past.poll_of(change.id)
    step = step_of(store, source, judges, poll_id)
    account = kept_account(store, change, words) | {"source": source.id, "poll": poll_id}
    return account | (_again(step, change, words) if step else {"looked_at": None})


def kept_account(store: Store, change: Change, words: Words) -> dict[str, Any]:
    """What was kept of the decision, nothing judged again."""
    return {
        "change": change.id,
        "bytes": [_bytes(store, n) for n in (change.old_snapshot, change.new_snapshot)],
        "then": verdict_of(change, words),
        "told": _tellings(store, change),
    }


def _bytes(store: Store, snapshot_id: int) -> dict[str, Any] | None:
    kept = store.history.snapshot(snapshot_id)
    if kept is None:
        return None
    return {
        "snapshot": kept.id, "sha256": kept.sha256, "size": kept.size, "first_seen": kept.first_seen,
        "last_seen": kept.last_seen, "url": kept.url, "final_url": kept.final_url, "type": kept.content_type,
    }  # fmt: skip


def _again(step: Step, change: Change, words: Words) -> dict[str, Any]:
    """What today's rules make of that look."""
    reading, comparison = step.look.reading, comparison_of(step)
    now = next((c for c in step.intent.changes if c.kind is change.kind), None)
    return {
        "looked_at": step.poll.finished_at,
        "texts": [_text(step.case.told), _text(reading if isinstance(reading, Extraction) else None)],
        "units": _units(comparison),
        "rules": _rules(comparison),
        "neighbours": [
            {"url": t.url, "sha256": t.sha256, "at": t.at, "lines": len(t.lines), "reason": t.reason}
            for t in step.poll.testimonies or ()
        ],
        "now": verdict_of(now, words) if now else None,
        "outcome": str(step.intent.outcome),
        "differs": list(unlike(change, now)) if now else ["not told by today's rules"],
        "facts": _facts(step, now, words) if now else [],
    }


def _text(reading: Extraction | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        "fingerprint": reading.fingerprint, "media": reading.media, "blocks": len(reading.blocks),
        "words": reading.words, "margin": len(reading.margin), "entries": len(reading.items),
    }  # fmt: skip


def _units(comparison: Comparison | None) -> dict[str, int]:
    places = (*comparison.ready, *comparison.waiting) if comparison else ()
    return dict(sorted(Counter(str(w.unit.kind) for w in places).items()))


def _rules(comparison: Comparison | None) -> list[dict[str, Any]]:
    """Each place with every rule that was asked about it."""
    if comparison is None:
        return []
    seen = {p.key: p for p in comparison.pending}
    return [
        {**_place(w), "result": "let through", "edit": comparison.edited and w.rule == "confirm"}
        for w in comparison.ready
    ] + [
        {**_place(w), "result": "held back", "looks": seen[w.unit.key].looks if w.unit.key in seen else 0}
        for w in comparison.waiting
    ]


def _place(weighed: Weighed) -> dict[str, Any]:

    parts = parts_of([weighed.unit])
    return {
        "kind": str(weighed.unit.kind),
        "old": parts[0].old if parts else "",
        "new": parts[0].new if parts else "",
        "asked": [[rule, "yes" if spoke else "no"] for rule, spoke in answers(weighed)],
    }


def verdict_of(change: Change, words: Words) -> dict[str, Any]:
    return {
        "kind": str(change.kind),
        "told": change.told,
        "severity": change.severity.name.lower(),
        "reasons": [words.reason(r) for r in change.reasons],
        "topics": list(change.topics),
        "quotes": [
            {"footnote": q.quote.footnote, "key": str(q.quote.key), "before": str(q.before), "after": str(q.after)}
            for q in change.quotes
        ],
    }


def _facts(step: Step, change: Change, words: Words) -> list[dict[str, Any]]:
    """What each place alone would weigh."""
    language, lore = setting_of(step.case, step.look).language, step.case.lore
    rows = []
    for part in change.parts:
        severity, reasons = weigh([part], (), step.case.order.source, language, lore)
        rows.append({
            "old": part.old, "new": part.new, "severity": severity.name.lower(),
            "reasons": [words.reason(r) for r in reasons],
        })  # fmt: skip
    return rows


def _tellings(store: Store, change: Change) -> list[dict[str, Any]]:
    return [
        {
            "to": t.recipient, "skipped": t.skipped, "digest": str(t.kind) if t.kind else None, "window": t.window,
            "composed_at": t.composed_at, "state": str(t.state) if t.state else None, "at": t.settled_at,
            "answer": t.answer,
        }
        for t in store.past.tellings(change.id)
    ]  # fmt: skip
