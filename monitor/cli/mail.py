"""`digest`, `mail test`, `mail queue`: what is sent, whether it arrives, what became of it."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import ground, incoming
from monitor.cli.subscribing import subscriber
from monitor.errors import ConfigError, DeliveryError, MonitorError, Problem

if TYPE_CHECKING:
    from monitor.mailing import Post
    from monitor.model import Delivery, Subscriber
    from monitor.notify import Notifier
    from monitor.notify.steps import Step
    from monitor.store import DeliveryRow

Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def register(app: typer.Typer) -> None:
    app.command(short_help="Compose the digests that are due, or look at them.")(digest)
    mail = typer.Typer(help="Whether mail arrives, and what became of it.", no_args_is_help=True)
    mail.command("test", short_help="Send a test message, step by step.")(send_test)
    mail.command("queue", short_help="Each message, and what became of it.")(queue)
    mail.command("in", short_help="Take a bounce or an unsubscribe from standard input.")(incoming.take_in)
    app.add_typer(mail, name="mail")


def digest(
    email: Annotated[
        str | None, typer.Argument(help="With --dry-run: only this subscriber's. Without it: everybody's.")
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent now, whatever the hour; nothing is changed.")
    ] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Try again what was set aside because it could not be made.")
    ] = False,
) -> None:
    """Compose the digests that are due and hand over what is queued. The daemon does the same all the time.

    `monitor mail queue` shows what could not be handed over yet. With --dry-run each message that could be sent now is
    shown as text, and stays untold. A digest that could not be made, because of a mistake in the program, is set aside
    (`monitor doctor` names it) and tried again by the next version, or now with --retry; nothing it would tell is lost.
    """
    with ground.kept() as app:
        if dry_run:
            _show(app, email)
            return
        if email is not None:
            raise ConfigError([Problem(email, "an address is taken with --dry-run only")])
        if retry:
            tried = app.store.aside.clear()
            typer.echo(f"{ground.count(tried, 'digest')} set aside: tried again.")
        count, sent = asyncio.run(_send_due(app))
    messages = "1 message" if count == 1 else f"{count} messages"
    said = f"{messages} composed" if count else "Nothing is due (`monitor digest --dry-run` shows what waits)"
    typer.echo(f"{said}; {sent} handed over.")


async def _send_due(app: ground.Kept) -> tuple[int, int]:
    post = _post(app)
    return await post.compose(), (await post.deliver()).sent


def _show(app: ground.Kept, email: str | None) -> None:
    chosen = [subscriber(app, email)] if email is not None else app.store.subscribers.all()
    if not chosen:
        typer.echo("Nobody is subscribed: monitor subscribers add you@example.org")
    out, post = ground.console(), _post(app)
    for number, reader in enumerate(chosen):
        found = post.preview(reader)
        if number:
            out.print()
        if found is None:
            out.print(f"To: {reader.email}\nNothing to tell.")
            continue
        out.print(f"To: {reader.email}" + (" (paused)" if reader.paused else ""))
        out.print(f"Subject: {ground.visible(found.subject)}\n")
        out.print(ground.visible(found.text))


def send_test(
    email: Annotated[str, typer.Argument(help="Where to: an address whose mailbox you can look into.")],
) -> None:
    """Send a test message now, step by step, and say of a step that fails what usually causes it.

    Without a mail server the message is written to the outbox folder. When it is sent, mail that waits for a server
    that was down goes out as well. Exit code 1 when it cannot be sent.
    """
    with ground.kept() as app:
        post = _post(app)
        sent = _explained(app, post.notifier, test_message(app, post, _reader(app, email)))
        if not sent:
            raise typer.Exit(1)
        reopened(app)


def _post(app: ground.Kept) -> "Post":
    from monitor.wiring import build_post  # noqa: PLC0415

    return build_post(app.settings, app.store, app.clock)


def test_message(app: ground.Kept, post: "Post", reader: "Subscriber") -> "Delivery":
    """A message that says it is one, ready to be handed over."""
    from monitor import digest as contents  # noqa: PLC0415
    from monitor.model import Delivery, DigestKind, DigestOrder, Material  # noqa: PLC0415

    now = app.clock.now()
    order = DigestOrder(reader, DigestKind.TEST, f"test:{now:%Y%m%dT%H%M%S}", now, now)
    made = contents.compose(order, Material((), (), ()))
    if made is None:
        raise MonitorError("A test message has nothing to say.")
    message = post.press().render(made)
    return Delivery(
        id=0, token=0, recipient=message.recipient, sender=message.sender, message_id=message.message_id,
        mime=message.mime, created_at=now, subject=message.subject, channel=message.channel,
    )  # fmt: skip


def _reader(app: ground.Kept, email: str) -> "Subscriber":
    """Who is tested: a subscriber with their language and zone, or anybody with an address."""
    from monitor.messages import mailbox  # noqa: PLC0415
    from monitor.model import Medium, Subscriber  # noqa: PLC0415

    found = app.store.subscribers.get(email)
    if found is not None and found.medium is not Medium.MAIL:
        raise ConfigError([Problem(email, f"is reached by {found.medium}", f"monitor {found.medium} test {email}")])
    settings = app.settings
    return found or Subscriber(0, mailbox(email), language=settings.language, timezone=settings.timezone)


def _explained(app: ground.Kept, notifier: "Notifier", delivery: "Delivery") -> bool:
    """Hands the message over before the reader's eyes. True when it was taken."""
    from rich.text import Text  # noqa: PLC0415

    out = ground.console()
    out.print(f"A test message to {delivery.recipient}, by {notifier.describe()}")
    steps = _steps(notifier, delivery)
    if steps is None:
        return _written(notifier, delivery)
    for step in steps:
        said = ground.visible(ground.cleaned(step.said, app.settings))
        out.print(Text(f"{'ok' if step.ok else 'FAIL':5} {step.name:12} {said}", style="" if step.ok else "bold red"))
        if step.hint:
            out.print(Text(f"{'':18} → {step.hint}"))
    good = all(step.ok for step in steps)
    out.print("Sent. Look into the mailbox, and into its junk folder." if good else "Not sent.")
    return good


def _steps(notifier: "Notifier", delivery: "Delivery") -> "tuple[Step, ...] | None":
    """The way by SMTP, step by step; None for a notifier that has no steps to tell."""
    from monitor.notify.smtp import SmtpNotifier  # noqa: PLC0415
    from monitor.notify.steps import explain  # noqa: PLC0415

    return explain(notifier, delivery) if isinstance(notifier, SmtpNotifier) else None


def _written(notifier: "Notifier", delivery: "Delivery") -> bool:
    try:
        answer = notifier.send(delivery)
    except DeliveryError as error:
        typer.echo(f"FAIL  {error.answer}", err=True)
        typer.echo("Not written. Is there room, and may this user write there?", err=True)
        return False
    typer.echo(f"ok    {answer}")
    typer.echo("No mail server is set (MONITOR_SMTP_URL), so messages are files; a mail program opens them.")
    return True


def reopened(app: ground.Kept, channel: str = "mail") -> None:
    """What waited for the other side need not wait for its next turn."""
    from monitor.model import ChannelState  # noqa: PLC0415

    if app.store.outbox.channel(channel).state != "up":
        app.store.outbox.set_channel(ChannelState("up", app.clock.now()), channel)
        typer.echo("What waited goes out with the daemon's next round.")


def queue(
    retry: Annotated[
        int | None, typer.Option(metavar="ID", help="Put this failed or dead delivery back into the queue.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 30,
    *,
    as_json: Json = False,
) -> None:
    """Each message with its state, tries, and the server's last answer, newest first.

    pending waits for its turn, sending is on its way, sent was taken by the server. failed was refused for good, dead
    was put off for five days: both stay until --retry or until their subscriber is forgotten.
    """
    with ground.kept() as app:
        if retry is not None:
            _retry(app, retry)
            return
        rows = app.store.outbox.deliveries(limit)
        if as_json:
            ground.print_json([_as_row(app, row) for row in rows])
        else:
            _print_queue(app, rows)


def _retry(app: ground.Kept, number: int) -> None:
    if not app.store.outbox.retry(number, app.clock.now()):
        raise MonitorError(f"Delivery {number} is neither failed nor dead; `monitor mail queue` shows all.")
    typer.echo(f"Delivery {number} is in the queue again; the daemon hands it over.")


def _as_row(app: ground.Kept, row: "DeliveryRow") -> dict[str, object]:
    return {
        "id": row.id,
        "state": str(row.state),
        "to": row.recipient,
        "by": row.channel.partition(":")[0],
        "subject": row.subject,
        "kind": str(row.kind),
        "window": row.window,
        "tries": row.attempts,
        "composed_at": row.created_at,
        "next_try_at": row.next_try_at,
        "settled_at": row.settled_at,
        "answer": ground.cleaned(row.answer, app.settings),
        "message_id": row.message_id,
    }


def _print_queue(app: ground.Kept, rows: "tuple[DeliveryRow, ...]") -> None:
    from rich.table import Table  # noqa: PLC0415

    zone, names = app.settings.zone, {s.channel: s.email for s in app.store.subscribers.all()}
    out = ground.console()
    for name, channel in app.store.outbox.shut():
        note = ground.visible(ground.cleaned(channel.note, app.settings))
        kind = name.partition(":")[0]
        who = "mail" if kind == "mail" else f"{kind} {names.get(name, name)}"
        out.print(f"The way out for {who} is {channel.state} since {ground.local(channel.since, zone)}: {note}")
        out.print(f"Next try {ground.local(channel.next_probe, zone)}; `monitor {kind} test` tells more.\n")
    if not rows:
        out.print("No message was composed yet.")
        return
    table = Table("id", "state", "composed", "to", "subject", "tries", "next try", "answer", box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            str(row.id), str(row.state), ground.local(row.created_at, zone), row.recipient, ground.visible(row.subject),
            str(row.attempts), ground.local(row.next_try_at, zone) if row.next_try_at else "-",
            ground.visible(ground.cleaned(row.answer, app.settings)),
        )  # fmt: skip
    out.print(table)
