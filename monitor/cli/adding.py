"""`add`: an address that somebody wants to watch becomes an entry of sources.yaml."""

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import ground
from monitor.cli.editing import own_list
from monitor.errors import ConfigError, ExtractError, FetchError, MonitorError, Problem

if TYPE_CHECKING:
    from monitor.config.edit import Field
    from monitor.judge.proposal import Proposal
    from monitor.model import Extraction, Look, Source, WatchList
    from monitor.wiring import App

SHOWN = 6
"""Places that differ between the two looks, as printed."""
WATCHABLE = ("page", "pdf", "listing", "plain")
LIST_INTERVAL = "6h"


def register(app: typer.Typer) -> None:
    app.command("add", short_help="Look at an address twice and put it on the list.")(add)


def add(
    url: Annotated[str, typer.Argument(help="Address of a page, a PDF, a list of news or a feed.")],
    section: Annotated[str, typer.Option(help="Id of the section; without it, one that fits the topics.")] = "",
    source_id: Annotated[str, typer.Option("--id", help="Its id; without it, one made of the title.")] = "",
    name: Annotated[str, typer.Option(help="Its name; without it, the page's title.")] = "",
    watch: Annotated[str, typer.Option(help="page, pdf, listing or plain; without it, what came.")] = "",
    interval: Annotated[str, typer.Option(help="How often: 10m, 6h, 1d.")] = "",
    *,
    general: Annotated[
        bool, typer.Option("--general", help="It is about many things: only AI policy is told.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the entry, and write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Look at an address twice, politely, and append an entry to sources.yaml, whose other lines stay as they are.

    Says what came (a page, a PDF, a list), in which language, about what, whether robots.txt allows it, and what
    changed between the two looks. A running daemon takes the new entry over by itself.
    """
    wishes = Wishes(url, section, source_id, name, watch, interval, general=general, dry_run=dry_run, yes=yes)
    with ground.opened() as app:
        asyncio.run(put_on_list(app, wishes))


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for; empty: what fits."""

    url: str
    section: str = ""
    source_id: str = ""
    name: str = ""
    watch: str = ""
    interval: str = ""
    general: bool = False
    dry_run: bool = False
    yes: bool = False


async def put_on_list(app: "App", wishes: Wishes) -> None:
    """Look, say what was found, write the entry. ConfigError or MonitorError when nothing is written."""
    from monitor import config  # noqa: PLC0415
    from monitor.wiring import load_watch_list  # noqa: PLC0415

    try:
        where = own_list(app.settings.home)
        listed = load_watch_list(where)
        _refuse(wishes.url, listed, wishes)
        _refuse_section(wishes.section, config.alone(where))
        proposal = await look_twice(app, wishes.url)
    finally:
        await app.fetcher.aclose()
    _refuse(proposal.url, listed, wishes)
    fields = entry(proposal, listed, wishes)
    place = wishes.section or _section(proposal, config.alone(where))
    before = config.read_file(where)
    after = config.append_source(before, where.name, place, fields)
    config.parse(after, where.name, home=where.parent)
    _say(proposal, fields, place)
    if wishes.dry_run:
        return
    if not wishes.yes and not (sys.stdin.isatty() and typer.confirm(f"Add it to {where}?", default=True)):
        raise MonitorError("Nothing was added; --yes adds it without asking.")
    config.save(where, before, after)
    typer.echo(f"added {fields['id']} to {where}, section {place}")


def _refuse(url: str, listed: "WatchList", wishes: Wishes) -> None:
    """ConfigError for an address that cannot be watched, one that is watched already, and for options that clash."""
    from monitor.config import address_complaint  # noqa: PLC0415
    from monitor.fetch import check_url  # noqa: PLC0415

    problems = []
    if complaint := address_complaint(url):
        problems.append(Problem("this address", *complaint))
    elif reason := check_url(url):
        problems.append(Problem("this address", reason))
    elif known := next((s for s in listed.sources if any(_same(url, u) for u in _addresses(s))), None):
        problems.append(Problem(ground.visible(url), f"is on the list already, as {known.id}"))
    if wishes.source_id and listed.source(wishes.source_id):
        problems.append(Problem(f"--id {wishes.source_id}", "is taken", "each source has its own id"))
    if wishes.watch and wishes.watch not in WATCHABLE:
        problems.append(Problem(f"--watch {wishes.watch}", "is not known", f"one of {', '.join(WATCHABLE)}"))
    if problems:
        raise ConfigError(problems)


def _refuse_section(section: str, own: "WatchList") -> None:
    names = [s.id for s in own.sections]
    if section and section not in names:
        hint = ground.meant(section, names, f"one of {', '.join(names)}")
        raise ConfigError([Problem(f"--section {section}", "is no section of sources.yaml", hint)])


def _addresses(source: "Source") -> tuple[str, ...]:
    return (source.url or "", *(a.url for a in source.alternatives if a.role.stands_in))


def _same(one: str, other: str) -> bool:
    from urllib.parse import urlsplit  # noqa: PLC0415

    from monitor.judge.document import same_place  # noqa: PLC0415

    return bool(other) and same_place(one, other) and urlsplit(one).query == urlsplit(other).query


async def look_twice(app: "App", url: str) -> "Proposal":
    """Two looks, as far apart as the host is asked to be given; the proposal. MonitorError when nothing came."""
    from monitor.judge.proposal import propose  # noqa: PLC0415

    first = await _look(app, url)
    error = first.answer
    if isinstance(error, FetchError) and error.kind != "robots":
        raise MonitorError(f"{ground.visible(url)}: {error.detail}; nothing was added.")
    good = not isinstance(error, FetchError)
    second = await _look(app, url) if good else None
    as_list = await asyncio.to_thread(_as_list, first) if good else None
    found = propose(first, second, as_list if not isinstance(as_list, ExtractError) else None, app.lore)
    if found.standing.state in {"gone", "unreachable"}:
        from monitor.judge.spell import in_short  # noqa: PLC0415

        why = ground.visible(in_short(found.standing.reason))
        raise MonitorError(f"{ground.visible(url)}: there is no page to watch: {why}; nothing was added.")
    return found


async def _look(app: "App", url: str) -> "Look":
    from monitor.meaning import document_look  # noqa: PLC0415
    from monitor.model import FetchOrder  # noqa: PLC0415

    answer = await app.fetcher.fetch(FetchOrder("add", url))
    return await asyncio.to_thread(document_look, _source(url), url, answer)


def _as_list(look: "Look") -> "Extraction | ExtractError | None":
    from dataclasses import replace  # noqa: PLC0415

    from monitor.meaning import read  # noqa: PLC0415
    from monitor.model import Capture, WatchAs  # noqa: PLC0415

    if not isinstance(look.answer, Capture):
        return None
    return read(look.answer, replace(_source(look.url), watch_as=WatchAs.LISTING))


def _source(url: str) -> "Source":
    from monitor.model import Source  # noqa: PLC0415

    return Source(id="add", name="", section="", url=url)


def entry(proposal: "Proposal", listed: "WatchList", wishes: Wishes) -> "dict[str, Field]":
    """The fields to write: what was asked for, else what was found; none that would say the default."""
    from monitor.config import LANGUAGES, slug_of  # noqa: PLC0415

    title = wishes.name or proposal.name or proposal.url
    wanted = slug_of(" ".join(title.split()[:6]))[:50].strip("-") or "source"
    taken = {s.id for s in listed.sources}
    free = next(n for n in (wanted, *(f"{wanted}-{i}" for i in range(2, 10_000))) if n not in taken)
    fields: dict[str, Field] = {"id": wishes.source_id or free, "name": title, "url": proposal.url}
    if languages := tuple(x for x in proposal.languages if x in LANGUAGES):
        fields["languages"] = languages
    if proposal.topics:
        fields["topics"] = proposal.topics
    kind = wishes.watch or str(proposal.watch_as)
    if kind != "page":
        fields["watch"] = kind
    status = {"listing": "index", "pdf": "document"}.get(kind, "")
    if status:
        fields["status"] = status
    if proposal.standing.state == "blocked":
        fields["expect"] = "blocked"
    if wishes.interval or kind == "listing":
        fields["interval"] = wishes.interval or LIST_INTERVAL
    if wishes.general:
        fields["general"] = True
    return fields


def _section(proposal: "Proposal", listed: "WatchList") -> str:
    from monitor.judge.proposal import section_for  # noqa: PLC0415

    return section_for(proposal.topics, listed.sections, listed.sources)


def _say(proposal: "Proposal", fields: "dict[str, Field]", section: str) -> None:
    from monitor.judge.spell import in_short  # noqa: PLC0415

    lines = [f"{key:10}{value if isinstance(value, str) else _row(value)}" for key, value in fields.items()]
    lines.append(f"{'section':10}{section}")
    lines.append("")
    lines.append(f"robots.txt: {proposal.robots or 'not known'}; {proposal.words} words")
    if proposal.robots == "denied":
        lines.append("The site does not want it looked at: it would be told as blocked (see ignore_robots).")
    elif not proposal.standing.good:
        lines.append(f"Not a page to compare: {proposal.standing.state}: {in_short(proposal.standing.reason)}")
    if proposal.entries:
        lines.append(f"{ground.count(proposal.entries, 'entry', 'entries')} of a list")
    if proposal.moved:
        lines.append(f"Redirects, for now, to {proposal.final_url}")
    if not proposal.about_ai:
        lines.append("Nothing on its first page says that it is about AI.")
    lines.append(f"Between the two looks: {ground.count(len(proposal.volatile), 'difference')}")
    for old, new in proposal.volatile[:SHOWN]:
        lines += [f"  - {old[:160]}"] if old else []
        lines += [f"  + {new[:160]}"] if new else []
    typer.echo(ground.visible("\n".join(lines)))


def _row(value: "Field") -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value).lower()
