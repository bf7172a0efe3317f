"""What can go wrong, as types.

    MonitorError
    ├─ ConfigError      the operator's input is wrong: exit 78, with file:line and a suggestion
    ├─ FetchError       nothing usable came over the wire; data, stored on the poll's row
    ├─ ExtractError     bytes came, text did not; data, stored on the poll's row
    ├─ DeliveryError    a message was not handed over; data, stored on the delivery's row
    ├─ SchemaError      database newer than the program, or not ours: exit 78
    ├─ DamagedError     the database file is damaged: nothing is written any more, exit 74
    ├─ StorageError     the disk is full, or the file locked for too long: exit 74
    │  └─ ReadOnlyError the file, or the folder around it, may not be written: exit 78
    └─ AlreadyRunningError another daemon holds this database: exit 75

Fetch, extract and delivery errors are values that travel to the store. Everything else ends the command.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any


class MonitorError(Exception):
    """Base of all errors this program raises on purpose."""

    exit_code = 1

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross from one process to another as they are, whatever their constructors ask for."""
        return restored, (type(self), self.args, self.__dict__)


def restored(kind: type[MonitorError], args: tuple[object, ...], values: dict[str, object]) -> MonitorError:
    """An error as it was before it crossed."""
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(values)
    return error


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint about the operator's input: where it is, what is wrong, what was probably meant."""

    where: str
    """`sources.yaml:12`, `MONITOR_SMTP_URL`, …"""
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" ({self.hint})" if self.hint else "")


class ConfigError(MonitorError):
    """One or more complaints about configuration; nothing was changed."""

    exit_code = 78

    def __init__(self, problems: list[Problem] | tuple[Problem, ...]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class FetchKind(StrEnum):
    """Why nothing usable came. `monitor explain` words live in `alerts/templates`."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    """Broken HTTP: short body, contradictory framing, undecodable encoding."""
    TOO_LARGE = "too_large"
    REDIRECTS = "redirects"
    """A loop, more than eight hops, https to http, or a scheme that is not the web."""
    ROBOTS = "robots"
    REFUSED_ADDRESS = "refused_address"
    BAD_ADDRESS = "bad_address"
    WAIT = "wait"
    """The host asked us to stay away until later; no request was made."""


NETWORK_KINDS = frozenset({FetchKind.DNS, FetchKind.CONNECT, FetchKind.TIMEOUT})
"""Kinds that may be our own network's fault."""


class FetchError(MonitorError):
    """A fetch that brought nothing to compare.

    `transient`: worth another look soon. `retry_after`: how long the host asked us to stay away.
    `detail` is one line for a person; it never holds a secret. `url` is where it happened.
    """

    def __init__(
        self,
        kind: FetchKind,
        detail: str,
        *,
        url: str = "",
        transient: bool = True,
        retry_after: timedelta | None = None,
    ) -> None:
        self.kind, self.detail, self.url = kind, detail, url
        self.transient, self.retry_after = transient, retry_after
        self.trace: object = None
        """What went over the wire before it failed, a `model.evidence.Trace`; None when nothing was to be sent."""
        super().__init__(f"{kind}: {detail}")


class ExtractKind(StrEnum):
    """Why bytes gave no text."""

    EMPTY = "empty"
    UNDECODABLE = "undecodable"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    SCANNED = "scanned"
    UNSUPPORTED_TYPE = "unsupported_type"
    TOO_COSTLY = "too_costly"


class ExtractError(MonitorError):
    """The stored bytes gave no text; their hash is tracked all the same."""

    def __init__(self, kind: ExtractKind, detail: str) -> None:
        self.kind, self.detail = kind, detail
        super().__init__(f"{kind}: {detail}")


class DeliveryKind(StrEnum):
    """Whose state a failed delivery describes: the channel's (server) or the message's."""

    CHANNEL_DOWN = "channel_down"
    CHANNEL_AUTH = "channel_auth"
    CHANNEL_GONE = "channel_gone"
    """The receiver wants no more messages, ever (HTTP 410)."""
    MESSAGE_LATER = "message_later"
    MESSAGE_BLOCKED = "message_blocked"
    """Refused for good, though the address is right: we are blocked, not trusted or too fast, or the box is full."""
    MESSAGE_REFUSED = "message_refused"


class WorkError(MonitorError):
    """A piece of work on one document was ended: too long, too much memory, or a bug. The message says which."""


class DeliveryError(MonitorError):
    """A message was not accepted. `answer` is the server's line, as it was said.

    `retry_after`: how long the other side asks to be left alone.
    """

    def __init__(
        self, kind: DeliveryKind, answer: str, *, code: int | None = None, retry_after: timedelta | None = None
    ) -> None:
        self.kind, self.answer, self.code, self.retry_after = kind, answer, code, retry_after
        super().__init__(f"{kind}: {answer}")

    @property
    def permanent(self) -> bool:
        return self.kind is DeliveryKind.MESSAGE_REFUSED


class SchemaError(MonitorError):
    """The database is newer than the program, or is not ours."""

    exit_code = 78


class DamagedError(MonitorError):
    """The database file is damaged; the message names the newest backup."""

    exit_code = 74


class StorageError(MonitorError):
    """The database could not be written just now: disk full, or locked for too long."""

    exit_code = 74


class ReadOnlyError(StorageError):
    """The database may not be written by this user, or lies on a read-only disk: starting again would not help."""

    exit_code = 78


class AlreadyRunningError(MonitorError):
    """Another daemon works on this database; the message names it."""

    exit_code = 75
