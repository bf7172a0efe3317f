"""MONITOR_* variables and the home's `.env` → Settings, in one place.

A variable of the environment wins over `.env`, `.env` over the default. Bad values become ConfigError with the
variable's name; a complaint never repeats a value, because it may be a secret pasted into the wrong place.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from email.utils import formataddr
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from monitor import resources
from monitor.errors import ConfigError, Problem
from monitor.settings import ways
from monitor.settings.pages import PageSettings, Place
from monitor.settings.secrets import spellings
from monitor.settings.values import (
    RefusedError,
    SmtpServer,
    mask,
    named_address,
    seconds,
    smtp_server,
    web_address,
)

__all__ = ["PREFIX", "PageSettings", "Place", "RefusedError", "Settings", "Shown", "SmtpServer", "mask"]

PREFIX = "MONITOR_"
_ELSEWHERE = frozenset({"MONITOR_CRASH_AT", "MONITOR_HANG_AT"})
"""Variables that other modules read."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting as it may be printed. `origin`: default, .env, environment, or given."""

    name: str
    value: str
    origin: str


class Settings(PageSettings):
    """Everything an operator can set. `Settings()` reads the environment; keyword arguments win over it.

    Raises ConfigError with every complaint.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    home: Path
    """The folder with sources.yaml, db/ and alerts/."""
    database: Path = Path("db/monitor.sqlite3")
    """The SQLite file; relative to the home."""
    outbox: Path = Path("alerts/outbox")
    """Where mail is written when there is no SMTP server; relative to the home."""
    smtp_url: SecretStr = SecretStr("")
    """`smtps://user:password@host:465`, `smtp+starttls://…:587`, `smtp://127.0.0.1:25`; empty: files in the outbox."""
    mail_from: str = ""
    """Sender of every mail: `Footnote Watch <watch@example.org>`."""
    mail_to: str = ""
    """Address of the first subscriber, made at the start when there is none."""
    mail_in: str = ""
    """Address whose mail is piped into `monitor mail in`: bounces go there, and unsubscribing by mail is offered."""
    language: Literal["en", "nl", "fr", "de"] = "en"
    """Language of the first subscriber's mail."""
    timezone: str = "Europe/Brussels"
    """Time zone of the first subscriber and of times on the command line."""
    contact: str = ""
    """Mail or web address put into the User-Agent, so that site owners can reach the operator."""
    heartbeat_url: SecretStr = SecretStr("")
    """Asked for after each good round, so that somebody notices when the daemon stops."""
    host_gap: Annotated[timedelta, BeforeValidator(seconds)] = timedelta(seconds=2)
    """Least time between two requests to one host."""
    max_polls: Annotated[int, Field(ge=1, le=32)] = 4
    """How many sources are looked at at once."""
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)
    _unknown: tuple[Problem, ...] = PrivateAttr(default=())
    _ways: dict[str, ways.Named] = PrivateAttr(default_factory=dict)

    def __init__(self, home: Path | None = None, **given: Any) -> None:
        folder = (home or resources.home()).absolute()
        written = _dotenv(folder / ".env")
        environment = {name.upper(): value for name, value in os.environ.items() if value}
        variables = {name: PREFIX + name.upper() for name in type(self).model_fields if name != "home"}
        in_file: dict[str, Any] = {
            name: written[variable]
            for name, variable in variables.items()
            if variable in written and variable not in environment and name not in given
        }
        values: dict[str, Any] = {"home": folder, **in_file, **given}
        try:
            super().__init__(_env_file=None, **values)
        except ValidationError as error:
            raise ConfigError(_problems(error)) from None
        self._origins = dict.fromkeys(type(self).model_fields, "default")
        self._origins |= {name: "environment" for name, variable in variables.items() if variable in environment}
        self._origins |= dict.fromkeys(in_file, ".env") | dict.fromkeys(given, "given")
        if home or PREFIX + "HOME" in environment:
            self._origins["home"] = "given" if home else "environment"
        self._unknown = _unknown({**written, **environment}, type(self).model_fields)
        self._ways = ways.named_in(written, ".env") | ways.named_in(environment, "environment")
        if complaints := ways.problems(self._ways.values()):
            raise ConfigError(complaints)

    @property
    def smtp(self) -> SmtpServer | None:
        """The SMTP server, or None when mail is written to files."""
        return smtp_server(self.smtp_url.get_secret_value())

    @property
    def sender(self) -> str:
        """The From of every mail: `mail_from`, else the SMTP user when that is an address."""
        server = self.smtp
        address = server.user if server and "@" in server.user else "footnote-watch@localhost"
        return self.mail_from or formataddr(("Footnote Watch", address))

    @property
    def operator(self) -> str:
        """Where notices about the monitor itself go: the contact when it is a mail address, else `mail_to`."""
        return self.mail_to if "://" in self.contact or not self.contact else self.contact

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def unknown(self) -> tuple[Problem, ...]:
        """MONITOR_ variables nobody reads: probably typing errors. They change nothing."""
        return self._unknown

    def webhook_keys(self, name: str) -> tuple[bytes, ...]:
        """What the messages to this webhook are signed with; empty when no secret is set for it."""
        found = self._ways.get(ways.variable_of(ways.WEBHOOK_SECRET, name))
        return ways.keys(found.value) if found else ()

    def chat_url(self, name: str) -> SecretStr:
        """The Apprise URL of this chat; empty when none is set."""
        found = self._ways.get(ways.variable_of(ways.CHAT_URL, name))
        return SecretStr(found.value if found else "")

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must be seen in no log, note or answer, in every spelling it may come back in."""
        own = (getattr(self, name) for name in type(self).model_fields)
        values = [value.get_secret_value() for value in own if isinstance(value, SecretStr)]
        return spellings([*values, *(one.value for one in self._ways.values())])

    def masked(self) -> tuple[Shown, ...]:
        """Every setting with its value and where it came from; secrets are hidden, inside URLs too."""
        rows = []
        for name in type(self).model_fields:
            value = getattr(self, name)
            text = mask(value.get_secret_value()) if isinstance(value, SecretStr) else str(value)
            if isinstance(value, timedelta):
                text = f"{value.total_seconds():g}s"
            rows.append(Shown(PREFIX + name.upper(), text, self._origins[name]))
        rows += [Shown(one.variable, one.masked, one.origin) for one in self._ways.values()]
        return tuple(rows)

    @field_validator("database", "outbox")
    @classmethod
    def _below_home(cls, path: Path, info: Any) -> Path:
        home = info.data.get("home")
        path = Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises for an unknown user
        return home / path if home else path

    @field_validator("smtp_url")
    @classmethod
    def _smtp_url(cls, url: SecretStr) -> SecretStr:
        smtp_server(url.get_secret_value())
        return url

    @field_validator("mail_from", "mail_to", "mail_in")
    @classmethod
    def _mail_address(cls, text: str, info: Any) -> str:
        text = text.strip()
        name, address = named_address(text) if info.field_name == "mail_from" else ("", text)
        if text and (not _ADDRESS.fullmatch(address) or not text.isprintable() or not name.isprintable()):
            raise RefusedError("is not a mail address", "such as watch@example.org")
        return text

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, text: str) -> str:
        zones = available_timezones()
        if text in zones:
            return text
        close = get_close_matches(text[:80], zones, n=1)
        raise RefusedError(
            "is not a known time zone", f"did you mean {close[0]}?" if close else "such as Europe/Brussels"
        )

    @field_validator("contact")
    @classmethod
    def _contact(cls, text: str) -> str:
        text = text.strip()
        if not re.fullmatch(r"[\x21-\x27\x2a-\x7e]{0,200}", text) or (text and "@" not in text and "://" not in text):
            raise RefusedError("is neither a mail address nor a web address", "such as watch@example.org")
        return web_address(text) if "://" in text else text

    @field_validator("heartbeat_url")
    @classmethod
    def _heartbeat_url(cls, url: SecretStr) -> SecretStr:
        return SecretStr(web_address(url.get_secret_value().strip()))

    @field_validator("host_gap")
    @classmethod
    def _polite(cls, gap: timedelta) -> timedelta:
        if not timedelta(seconds=0.5) <= gap <= timedelta(minutes=10):
            raise RefusedError("must be from 500ms to 10m")
        return gap

    @model_validator(mode="after")
    def _sender_known(self) -> "Settings":
        server = self.smtp
        if server and not self.mail_from and "@" not in server.user:
            raise RefusedError("is needed to send mail", "such as watch@example.org", where=PREFIX + "MAIL_FROM")
        return self


def _dotenv(path: Path) -> dict[str, str]:
    """The variables of a `.env`, names in capitals; empty when there is none. `$` stands for itself."""
    if path.is_dir():
        # Docker makes one where the file to be mounted is missing; every setting in it would be silently lost.
        raise ConfigError(
            [Problem(str(path), "is a folder, not a file", "remove it, and put the settings into a file")]
        )
    if path.is_symlink() and not path.exists():
        raise ConfigError([Problem(str(path), "is a link that leads nowhere", "mend or remove it")])
    if not path.exists():
        return {}
    try:
        values = dotenv_values(path, encoding="utf-8-sig", interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else f"cannot be read: {error.strerror}"
        raise ConfigError([Problem(str(path), reason)]) from None
    return {name.upper(): value for name, value in values.items() if value}


def _problems(error: ValidationError) -> list[Problem]:
    """What pydantic complains of, in our words and without the values."""
    problems = []
    for detail in error.errors(include_url=False, include_context=True, include_input=False):
        where = PREFIX + "".join(str(step).upper() for step in detail["loc"][:1])
        context = detail.get("ctx", {})
        cause = context.get("error")
        if isinstance(cause, RefusedError):
            problems.append(Problem(cause.where or where, cause.what, cause.hint))
        elif "expected" in context:
            problems.append(Problem(where, f"must be {context['expected']}"))
        else:
            problems.append(Problem(where, detail["msg"].removeprefix("Input ")))
    return problems


def _unknown(variables: Mapping[str, str], fields: Mapping[str, Any]) -> tuple[Problem, ...]:
    known = [name.upper() for name in fields]
    found = []
    for variable in sorted(variables):
        name = variable.removeprefix(PREFIX)
        elsewhere = variable in _ELSEWHERE or variable in ways.named_in(variables, "")
        if variable.startswith(PREFIX) and name not in known and not elsewhere:
            close = get_close_matches(name[:80], known, n=1)
            found.append(Problem(variable, "is not a setting", f"did you mean {PREFIX}{close[0]}?" if close else ""))
    return tuple(found)
