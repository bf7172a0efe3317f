"""`webhook test`, `webhook secret`, `chat test`: whether messages to programs and to chats arrive."""

import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import ground
from monitor.cli.mail import reopened, test_message
from monitor.cli.subscribing import subscriber
from monitor.errors import ConfigError, DeliveryError, DeliveryKind, Problem
from monitor.model import Medium

if TYPE_CHECKING:
    from monitor.model import Subscriber

Name = Annotated[str, typer.Argument(help="The name it goes by: `monitor subscribers` lists them.")]

_HINTS = {
    Medium.WEBHOOK: {
        DeliveryKind.CHANNEL_DOWN: "Is the address spelt right, does its server run, is its certificate good?",
        DeliveryKind.CHANNEL_AUTH: "Is the address right, and does the receiver know this secret? Mend it with "
        "`monitor subscribers change NAME --webhook URL` or in .env.",
        DeliveryKind.CHANNEL_GONE: "The receiver wants no more messages (410).",
        DeliveryKind.MESSAGE_LATER: "Temporary: the monitor tries again by itself.",
        DeliveryKind.MESSAGE_REFUSED: "The receiver does not take this message; its answer says why.",
    },
    Medium.CHAT: {
        DeliveryKind.CHANNEL_DOWN: "Is the service's address spelt right? Is there a network?",
        DeliveryKind.CHANNEL_AUTH: "Is the URL complete, and are its tokens valid? Apprise's documentation has a page "
        "for each service.",
        DeliveryKind.MESSAGE_LATER: "Perhaps temporary: the monitor tries again by itself for five days.",
        DeliveryKind.MESSAGE_REFUSED: "The service does not take this message; its answer says why.",
    },
}


def register(app: typer.Typer) -> None:
    webhook = typer.Typer(help="Messages to programs: signed JSON, posted.", no_args_is_help=True)
    webhook.command("test", short_help="Post a test message now.")(test_webhook)
    webhook.command("secret", short_help="Make a signing secret.")(secret)
    app.add_typer(webhook, name="webhook")
    chat = typer.Typer(help="Messages to chat services.", no_args_is_help=True)
    chat.command("test", short_help="Send a test message now.")(test_chat)
    app.add_typer(chat, name="chat")


def secret(
    name: Annotated[str | None, typer.Argument(help="The webhook it is for.")] = None,
) -> None:
    """Print a new signing secret, as the line that goes into .env. It is kept nowhere else.

    Give the receiver the part after the equals sign. To change one without a gap, write the new one and the old one,
    with a blank between, until the receiver knows the new one: both sign.
    """
    from monitor.settings.ways import WEBHOOK_SECRET, new_secret, variable_of  # noqa: PLC0415

    made = new_secret(secrets.token_bytes(32))
    typer.echo(f"{variable_of(WEBHOOK_SECRET, name)}={made}" if name else made)


def test_webhook(name: Name) -> None:
    """Post a signed test message now, and say of a failure what usually causes it. Exit code 1 when it is not taken.

    When it is taken, messages that waited for this webhook go out as well; one that was suspended is resumed.
    """
    _test(name, Medium.WEBHOOK)


def test_chat(name: Name) -> None:
    """Send a test message to a chat now, and say of a failure what usually causes it. Exit code 1 when it is not taken.

    When it is taken, messages that waited for this chat go out as well.
    """
    _test(name, Medium.CHAT)


def _test(name: str, medium: Medium) -> None:
    from monitor.wiring import build_post  # noqa: PLC0415

    with ground.kept() as app:
        reader = subscriber(app, name)
        if reader.medium is not medium:
            hint = f"monitor {'mail' if reader.medium is Medium.MAIL else reader.medium} test {name}"
            raise ConfigError([Problem(name, f"is reached by {reader.medium}", hint)])
        post = build_post(app.settings, app.store, app.clock)
        way = post.way(reader)
        typer.echo(f"A test message to {name}, by {way.notifier.describe()}")
        try:
            answer = way.notifier.send(test_message(app, post, reader))
        except DeliveryError as error:
            typer.echo(f"FAIL  {ground.visible(way.clean(error.answer))}")
            typer.echo(f"      → {_HINTS[medium][error.kind]}")
            raise typer.Exit(1) from error
        typer.echo(f"ok    {ground.visible(way.clean(answer)) or 'taken'}")
        _open_again(app, reader)


def _open_again(app: ground.Kept, reader: "Subscriber") -> None:
    if reader.suspended_at is not None:
        app.store.subscribers.resume(reader.id)
        typer.echo(f"{reader.email} was suspended, and is resumed.")
    reopened(app, reader.channel)
