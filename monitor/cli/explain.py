"""`explain`, `rejudge`: one decision walked through, and the whole past under today's rules. Both change nothing."""

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import ground
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.messages import Words
    from monitor.model import Change, CitationKey, Source
    from monitor.rejudge import Compared, Judges

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
        from monitor.account import account_of  # noqa: PLC0415 - costs the readers

        judges = judges_of(app)
        account = account_of(app.store, found, state.source, judges, ground.words(app))
        unanchored = _unanchored(judges, state.source)
        account["unanchored"] = [key.number for key in unanchored]
        account["unanchored_keys"] = [str(key) for key in unanchored]
        account["unanchored_notes"] = [key.shown for key in unanchored]
        if as_json:
            ground.print_json(account)
            return
        _print(app, account)


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
    if account["unanchored"]:
        notes = ", ".join(account["unanchored_notes"])
        lines.append(
            f"Not looked for what footnote {notes} quotes in translation (monitor anchors {account['source']})"
        )
    lines += ["", *_telling_lines(account["told"], zone)]
    for line in lines:
        ground.console().print(ground.visible(line))


def _unanchored(judges: "Judges", source: "Source") -> "list[CitationKey]":
    """Footnotes whose quoted passage was not looked for: it is a translation, and no anchor is set."""
    from monitor.model import QuoteMatch  # noqa: PLC0415

    quotes = (q for c in judges.citations.get(source.id, ()) for q in c.quotes)
    return sorted({q.key for q in quotes if q.match is QuoteMatch.TRANSLATED and not q.anchor.strip()})


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
    for asked in account["neighbours"]:
        said = (
            f"says the same in {asked['lines']} lines beside the document" if asked["lines"] else "says nothing of it"
        )
        why = f" ({asked['reason'].replace('_', ' ')})" if asked["reason"] else ""
        lines.append(f"Neighbour asked   {asked['url']} {said}{why}")
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
        veil = app.store.withholding.veil()
        compared = [
            _covered(pair) if veil.covers(pair.source_id) else pair
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


def _covered(pair: "Compared") -> "Compared":
    """Of a source with a copy that is withheld: without the reasons, which quote."""
    then = replace(pair.then, reasons=()) if pair.then else None
    return replace(pair, then=then, now=replace(pair.now, reasons=()) if pair.now else None)


def _pair(pair: "Compared", words: "Words") -> dict[str, Any]:
    from monitor.account import verdict_of  # noqa: PLC0415 - costs the readers

    return {
        "source": pair.source_id,
        "at": pair.at,
        "verdict": pair.verdict,
        "change": pair.then.id if pair.then else None,
        "then": verdict_of(pair.then, words) if pair.then else None,
        "now": verdict_of(pair.now, words) if pair.now else None,
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
    from monitor.judge.coverage import by_source  # noqa: PLC0415
    from monitor.rejudge import Judges  # noqa: PLC0415
    from monitor.wiring import load_lore  # noqa: PLC0415 - costs every library

    return Judges(load_lore(app.settings.home), by_source(config.load_citations(app.settings.home)))
