"""`explain`, `rejudge`: one decision walked through, and the whole past under today's rules. Both change nothing."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import ground
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.judge.compare import Comparison, Weighed
    from monitor.messages import Words
    from monitor.model import Change, Extraction, Reason, Source
    from monitor.rejudge import Compared, Judges, Step

MOST_PLACES = 40
"""Places shown to people; programs get all of them."""
VERDICTS = {
    "same": "same",
    "severity": "severity differs",
    "only_then": "only then",
    "only_now": "only now",
}

Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def register(app: typer.Typer) -> None:
    app.command(short_help="Why a change was told: every step of the decision.")(explain)
    app.command(short_help="Today's rules over the stored past: told then, told now.")(rejudge)


def explain(
    change: Annotated[int, typer.Argument(help="Number of the change, as in the mail or in `monitor changes`.")],
    *,
    as_json: Json = False,
) -> None:
    """One decision from the bytes to the mail: what came, how it was read, which rule was asked and what it said.

    Judged again from the stored bytes with today's rules, and compared with what was stored then. Changes nothing.
    """
    with ground.kept() as app:
        found = app.store.history.change(change)
        state = app.store.sources.get(found.source_id) if found else None
        if found is None or state is None:
            raise MonitorError(f"There is no change {change}. `monitor changes` lists them.")
        account = _account(app, found, state.source)
        if as_json:
            ground.print_json(account)
            return
        _print(app, account)


def _account(app: ground.Kept, change: "Change", source: "Source") -> dict[str, Any]:
    """The whole decision as plain values."""
    from monitor.rejudge import step_of  # noqa: PLC0415 - costs the readers

    poll_id = app.store.past.poll_of(change.id)
    step = step_of(app.store, source, judges_of(app), poll_id)
    words = ground.words(app)
    account: dict[str, Any] = {
        "change": change.id,
        "source": source.id,
        "poll": poll_id,
        "bytes": [_bytes(app, n) for n in (change.old_snapshot, change.new_snapshot)],
        "then": _verdict(change, words),
        "told": _tellings(app, change),
    }
    return account | (_again(step, change, words) if step else {"looked_at": None})


def _bytes(app: ground.Kept, snapshot_id: int) -> dict[str, Any] | None:
    kept = app.store.history.snapshot(snapshot_id)
    if kept is None:
        return None
    return {
        "snapshot": kept.id, "sha256": kept.sha256, "size": kept.size, "first_seen": kept.first_seen,
        "last_seen": kept.last_seen, "url": kept.url, "final_url": kept.final_url, "type": kept.content_type,
    }  # fmt: skip


def _again(step: "Step", change: "Change", words: "Words") -> dict[str, Any]:
    """What today's rules make of that look."""
    from monitor.model import Extraction  # noqa: PLC0415
    from monitor.rejudge import comparison_of, unlike  # noqa: PLC0415

    reading, comparison = step.look.reading, comparison_of(step)
    now = next((c for c in step.intent.changes if c.kind is change.kind), None)
    return {
        "looked_at": step.poll.finished_at,
        "texts": [_text(step.case.told), _text(reading if isinstance(reading, Extraction) else None)],
        "units": _units(comparison),
        "rules": _rules(comparison),
        "now": _verdict(now, words) if now else None,
        "outcome": str(step.intent.outcome),
        "differs": list(unlike(change, now)) if now else ["not told by today's rules"],
        "facts": _facts(step, now, words) if now else [],
    }


def _text(reading: "Extraction | None") -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        "fingerprint": reading.fingerprint, "media": reading.media, "blocks": len(reading.blocks),
        "words": reading.words, "margin": len(reading.margin), "entries": len(reading.items),
    }  # fmt: skip


def _units(comparison: "Comparison | None") -> dict[str, int]:
    places = (*comparison.ready, *comparison.waiting) if comparison else ()
    return dict(sorted(Counter(str(w.unit.kind) for w in places).items()))


def _rules(comparison: "Comparison | None") -> list[dict[str, Any]]:
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


def _place(weighed: "Weighed") -> dict[str, Any]:
    from monitor.judge.rules import answers  # noqa: PLC0415
    from monitor.judge.telling import parts_of  # noqa: PLC0415

    parts = parts_of([weighed.unit])
    return {
        "kind": str(weighed.unit.kind),
        "old": parts[0].old if parts else "",
        "new": parts[0].new if parts else "",
        "asked": [[rule, "yes" if spoke else "no"] for rule, spoke in answers(weighed)],
    }


def _verdict(change: "Change", words: "Words") -> dict[str, Any]:
    return {
        "kind": str(change.kind),
        "told": change.told,
        "severity": change.severity.name.lower(),
        "reasons": [_reason(r, words) for r in change.reasons],
        "topics": list(change.topics),
        "quotes": [
            {"footnote": q.quote.footnote, "before": str(q.before), "after": str(q.after)} for q in change.quotes
        ],
    }


def _reason(reason: "Reason", words: "Words") -> str:
    return words.reason(reason)


def _facts(step: "Step", change: "Change", words: "Words") -> list[dict[str, Any]]:
    """What each place alone would weigh."""
    from monitor.judge.case import setting_of  # noqa: PLC0415
    from monitor.judge.severity import weigh  # noqa: PLC0415

    language, lore = setting_of(step.case, step.look).language, step.case.lore
    rows = []
    for part in change.parts:
        severity, reasons = weigh([part], (), step.case.order.source, language, lore)
        rows.append({
            "old": part.old, "new": part.new, "severity": severity.name.lower(),
            "reasons": [words.reason(r) for r in reasons],
        })  # fmt: skip
    return rows


def _tellings(app: ground.Kept, change: "Change") -> list[dict[str, Any]]:
    return [
        {
            "to": t.recipient, "skipped": t.skipped, "digest": str(t.kind) if t.kind else None, "window": t.window,
            "composed_at": t.composed_at, "state": str(t.state) if t.state else None, "at": t.settled_at,
            "answer": t.answer,
        }
        for t in app.store.past.tellings(change.id)
    ]  # fmt: skip


def _print(app: ground.Kept, account: dict[str, Any]) -> None:
    zone = app.settings.zone
    lines = [f"Change {account['change']} of {account['source']}"]
    for name, kept in zip(("old", "new"), account["bytes"], strict=True):
        lines.append(_bytes_line(name, kept, zone))
    if account["looked_at"] is None:
        lines.append("Judged again: the poll that told it left nothing to judge again.")
    else:
        lines += [f"Judged {ground.local(account['looked_at'], zone)}, again with today's rules:", *_reading(account)]
    lines += ["", *_verdict_lines("Verdict then", account["then"])]
    if account["looked_at"] is not None:
        lines += _now_lines(account)
    lines += ["", *_telling_lines(account["told"], zone)]
    for line in lines:
        ground.console().print(ground.visible(line))


def _bytes_line(name: str, kept: dict[str, Any] | None, zone: Any) -> str:
    if kept is None:
        return f"Bytes {name}   none kept"
    seen = f"first seen {ground.local(kept['first_seen'], zone)}, last {ground.local(kept['last_seen'], zone)}"
    return f"Bytes {name}   sha256 {kept['sha256']}, {kept['size']} bytes, {seen}, {kept['final_url']}"


def _reading(account: dict[str, Any]) -> list[str]:
    lines = []
    for name, text in zip(("told", "read"), account["texts"], strict=True):
        if text is not None:
            lines.append(
                f"Text {name}   fingerprint {text['fingerprint']}: {text['blocks']} blocks, {text['words']} words, "
                f"{text['entries']} entries; margin {text['margin']} blocks"
            )
    if account["units"]:
        lines.append("Places that differ   " + ", ".join(f"{n} {kind}" for kind, n in account["units"].items()))
    for place in account["rules"][:MOST_PLACES]:
        asked = ", ".join(f"{rule} {answer}" for rule, answer in place["asked"])
        lines += [f"  {place['kind']}: {_short(place['old'])} → {_short(place['new'])}", f"    {asked}: {_end(place)}"]
    if len(account["rules"]) > MOST_PLACES:
        lines.append(f"  … and {len(account['rules']) - MOST_PLACES} more places (--json shows all)")
    return lines


def _end(place: dict[str, Any]) -> str:
    if place.get("edit"):
        return "let through (part of a plain edit of a long passage)"
    return str(place["result"])


def _short(text: str) -> str:
    return f"“{text[:90]}…”" if len(text) > 90 else f"“{text}”" if text else "–"


def _verdict_lines(title: str, verdict: dict[str, Any]) -> list[str]:
    told = "told" if verdict["told"] else "not told"
    return [f"{title}   {verdict['severity']}, {told}: " + "; ".join(verdict["reasons"])]


def _now_lines(account: dict[str, Any]) -> list[str]:
    if account["now"] is None:
        return [f"Verdict now    {account['outcome']}: today's rules tell nothing at this look"]
    lines = _verdict_lines("Verdict now ", account["now"])
    lines.append("Compared       " + ("differs in " + ", ".join(account["differs"]) if account["differs"] else "same"))
    for fact in account["facts"][:MOST_PLACES]:
        lines.append(f"  {fact['severity']}: {'; '.join(fact['reasons'])}: {_short(fact['new'] or fact['old'])}")
    return lines


def _telling_lines(tellings: list[dict[str, Any]], zone: Any) -> list[str]:
    if not tellings:
        return ["Told to nobody yet"]
    lines = []
    for telling in tellings:
        if telling["skipped"]:
            how = "passed over: their filters"
        elif telling["digest"] is None:
            how = "told before they subscribed"
        elif telling["state"] is None:
            how = f"{telling['digest']} {telling['window']}: no message"
        else:
            at = ground.local(telling["at"], zone) if telling["at"] else "waiting"
            how = f"{telling['digest']} {telling['window']}: {telling['state']} {at} {telling['answer']}".rstrip()
        lines.append(f"Told to {telling['to']}   {how}")
    return lines


def rejudge(
    sources: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Only these sources.")] = None,
    since: Annotated[str | None, typer.Option(help="Show what was told from this day on: 2026-11-23.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Today's rules over the stored bytes: what was told then, what is told now. Changes nothing.

    Every stored look is judged again in its order, with its own time; the same database gives the same lines on any
    machine.
    """
    from monitor.rejudge import told_then_and_now  # noqa: PLC0415 - costs the readers

    with ground.kept() as app:
        for name in sources or ():
            ground.source_known(app, name)
        after, judges = ground.day(since), judges_of(app)
        compared = [
            pair
            for state in app.store.sources.all()
            if not sources or state.source.id in sources
            for pair in told_then_and_now(app.store, state.source, judges)
            if after is None or pair.at >= after
        ]
        if as_json:
            words = ground.words(app)
            ground.print_json([_pair(p, words) for p in compared])
            return
        _rejudged(app, compared)


def _pair(pair: "Compared", words: "Words") -> dict[str, Any]:
    return {
        "source": pair.source_id,
        "at": pair.at,
        "verdict": pair.verdict,
        "change": pair.then.id if pair.then else None,
        "then": _verdict(pair.then, words) if pair.then else None,
        "now": _verdict(pair.now, words) if pair.now else None,
    }


def _rejudged(app: ground.Kept, compared: "list[Compared]") -> None:
    from rich.table import Table  # noqa: PLC0415

    if not compared:
        typer.echo("Nothing was told then, and nothing is told now.")
        return
    words, zone = ground.words(app), app.settings.zone
    table = Table("", "change", "confirmed", "source", "told then", "told now", box=None, pad_edge=False)
    for pair in compared:
        table.add_row(
            VERDICTS[pair.verdict], str(pair.then.id) if pair.then else "–", ground.local(pair.at, zone),
            pair.source_id, in_words(pair.then, words), in_words(pair.now, words),
        )  # fmt: skip
    ground.console().print(table)
    totals = Counter(p.verdict for p in compared)
    typer.echo(", ".join(f"{totals[v]} {name}" for v, name in VERDICTS.items()))


def in_words(change: "Change | None", words: "Words") -> str:
    if change is None:
        return "–"
    reasons = "; ".join(words.reason(r) for r in change.reasons)
    return ground.visible(f"{change.severity.name.lower()}: {reasons}")


def judges_of(app: ground.Kept) -> "Judges":
    from monitor import config  # noqa: PLC0415
    from monitor.rejudge import Judges  # noqa: PLC0415
    from monitor.wiring import by_source, load_lore  # noqa: PLC0415 - costs every library

    return Judges(load_lore(app.settings.home), by_source(config.load_citations(app.settings.home)))
