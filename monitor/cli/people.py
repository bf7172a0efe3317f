"""`users`, `audit`: who may log in to the pages and as what, their keys for programs, and who did what."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import ground
from monitor.errors import ConfigError, Problem

if TYPE_CHECKING:
    from monitor.store import User

COMMAND_LINE = "(command line)"
"""Who did it, in the log of what was done."""

Name = Annotated[str, typer.Argument(help="As they log in.")]
Role = Annotated[str, typer.Option("--role", help="reader, reviewer or admin.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def register(app: typer.Typer) -> None:
    room = typer.Typer(
        invoke_without_command=True, help=show.__doc__, short_help="Who may log in to the pages, and as what."
    )
    room.callback()(show)
    room.command("list", short_help="Everybody, with their role.")(listed)
    room.command(short_help="Add somebody.")(add)
    room.command(short_help="Give another role.")(role)
    room.command(short_help="Set another password.")(password)
    room.command(short_help="Keep somebody out for a while.")(disable)
    room.command(short_help="Let them in again.")(enable)
    room.command(short_help="Delete a user.")(remove)
    room.command(short_help="Print a key for a program that reads.")(key)
    app.add_typer(room, name="users")
    app.command(short_help="Who did what, newest first.")(audit)


def show(context: typer.Context, *, as_json: Json = False) -> None:
    """Who may log in to the pages: a reader reads, a reviewer also reviews and asks for looks, an admin
    does everything.
    """
    if context.invoked_subcommand is None:
        listed(as_json=as_json)


def listed(*, as_json: Json = False) -> None:
    """Everybody who may log in to the pages, with their role."""
    with ground.kept() as app:
        found = app.store.users.all()
    if as_json:
        ground.print_json(
            [{"name": u.name, "role": u.role, "disabled": u.disabled, "since": u.created_at} for u in found]
        )
        return
    if not found:
        typer.echo("There are no users: monitor users add NAME --role reviewer")
    for user in found:
        typer.echo(f"{ground.visible(user.name)}  {user.role}{'  disabled' if user.disabled else ''}")


def add(name: Name, role: Role = "reader") -> None:
    """Add somebody who may log in to the pages. The password is asked for, or read from standard input.

    As soon as there is a user, MONITOR_WEB_PASSWORD opens nothing any more.
    """
    with ground.kept() as app:
        if app.store.users.get(name) is not None:
            raise ConfigError([Problem(ground.visible(name), "there is a user of this name already", "monitor users")])
        first = not app.store.users.any()
        user = app.store.users.add(name, asked_hash(), role, app.clock.now())
        _note(app, "user-add", user, role)
        typer.echo(f"added {user.name}, {role}")
        if first and app.settings.web_password.get_secret_value():
            typer.echo("MONITOR_WEB_PASSWORD opens nothing any more: people log in with their own name and password.")


def role(name: Name, role: Annotated[str, typer.Argument(help="reader, reviewer or admin.")]) -> None:
    """Give somebody another role. Their logins and keys end."""
    with ground.kept() as app:
        user = _user(app, name)
        app.store.users.set_role(user.id, role)
        _note(app, "user-role", user, role)
        typer.echo(f"{user.name} is {role} now; they log in again")


def password(name: Name) -> None:
    """Set another password. Their logins and keys end."""
    with ground.kept() as app:
        user = _user(app, name)
        app.store.users.set_password(user.id, asked_hash())
        _note(app, "user-password", user)
        typer.echo(f"{user.name} has another password now; logins and keys made before open nothing")


def disable(name: Name) -> None:
    """Keep somebody out: logins and keys open nothing until `enable`."""
    with ground.kept() as app:
        user = _user(app, name)
        app.store.users.disable(user.id)
        _note(app, "user-disable", user)
        typer.echo(f"{user.name} is kept out; monitor users enable {user.name}")


def enable(name: Name) -> None:
    """Let somebody in again."""
    with ground.kept() as app:
        user = _user(app, name)
        app.store.users.disable(user.id, disabled=False)
        _note(app, "user-enable", user)
        typer.echo(f"{user.name} may log in")


def remove(
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a user. Reviews and the log keep their name. When the last one goes, MONITOR_WEB_PASSWORD counts again."""
    with ground.kept() as app:
        user = _user(app, name)
        if not yes:
            typer.confirm(f"Delete {user.name}?", abort=True)
        app.store.users.remove(user.id)
        _note(app, "user-remove", user)
        typer.echo(f"deleted {user.name}")


def key(name: Name) -> None:
    """Print a key with which a program reads /api/v1, the feeds and /metrics as this user.

    It opens nothing that writes. It ends when the user is disabled, deleted, or has another password or role; it is
    kept nowhere. curl -H "Authorization: Bearer $(monitor users key NAME)" https://…/api/v1/changes
    """
    from monitor.links import Links  # noqa: PLC0415
    from monitor.web.access import Access  # noqa: PLC0415
    from monitor.web.application import secret_of  # noqa: PLC0415

    with ground.kept() as app:
        user, store = _user(app, name), app.store
        access = Access(
            app.settings, Links(app.settings.public_url, secret_of(store)), store.users, store.seal, store.ended
        )
        made = access.key_for(user)
        _note(app, "user-key", user)
        typer.echo(made)


def audit(
    limit: Annotated[int, typer.Option("-n", "--limit", help="How many lines.", min=1, max=10_000)] = 50,
    before: Annotated[int | None, typer.Option(help="Go on below the line with this number.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Who did what, newest first: logins, reviews, looks asked for, users, subscribers. Nothing is ever taken out."""
    with ground.kept() as app:
        rows, zone = app.store.audit.list(before_id=before, limit=limit), app.settings.zone
    if as_json:
        ground.print_json(
            [
                {"id": r.id, "at": r.at, "who": r.who, "what": r.what, "target": r.target, "detail": r.detail}
                for r in rows
            ]
        )
        return
    if not rows:
        typer.echo("Nothing was done yet.")
    for row in rows:
        line = f"{row.id:>6}  {ground.local(row.at, zone)}  {row.who or '–'}  {row.what}  {row.target}  {row.detail}"
        typer.echo(ground.visible(line).rstrip())


def asked_hash() -> str:
    """The hash of a password that is asked for, or of the line on standard input. ConfigError when it is too short."""
    from monitor.web.password import SHORTEST, hashed  # noqa: PLC0415

    if sys.stdin.isatty():
        chosen = typer.prompt("Password", hide_input=True, confirmation_prompt="Once more")
    else:
        chosen = sys.stdin.readline().rstrip("\r\n")
    if len(chosen) < SHORTEST:
        raise ConfigError([Problem("password", f"is shorter than {SHORTEST} characters", "some words in a row do")])
    return hashed(chosen)


def _user(app: ground.Kept, name: str) -> "User":
    found = app.store.users.get(name)
    if found is None:
        known = [user.name for user in app.store.users.all()]
        raise ConfigError([Problem(ground.visible(name), "is no user", ground.meant(name, known, "monitor users"))])
    return found


def _note(app: ground.Kept, what: str, user: "User", detail: str = "") -> None:
    app.store.audit.note(COMMAND_LINE, what, f"user:{user.name}", detail, app.clock.now())
