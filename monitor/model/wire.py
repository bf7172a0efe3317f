"""What a fetch asks and what it brings."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from monitor.errors import FetchError
from monitor.model.evidence import Trace


@dataclass(frozen=True, slots=True)
class FetchOrder:
    """One address to fetch for one source."""

    source_id: str
    url: str
    etag: str = ""
    last_modified: str = ""
    """Validators of the last full answer from this very address; empty: unconditional."""
    robots_override: str = ""
    accept_languages: tuple[str, ...] = ()
    keep_received: bool = False
    """The body as it travelled is wanted, too."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a redirect chain."""

    url: str
    status: int
    location: str


@dataclass(frozen=True, slots=True)
class Capture:
    """What one fetch brought: any complete HTTP answer except 304, error pages included.

    `body` is decoded of its transfer and content encodings and nothing else. `headers` are the final
    answer's, in order, names lower-case, `set-cookie` removed.
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime
    """UTC."""
    chain: tuple[Hop, ...] = ()
    elapsed: timedelta = timedelta()
    wire_bytes: int = 0
    robots: str = "allowed"
    """allowed | overridden | unreachable"""
    trace: Trace = field(default=Trace(), compare=False)

    def header(self, name: str) -> str:
        return next((v for k, v in self.headers if k == name), "")

    @property
    def content_type(self) -> str:
        """Declared media type, lower-case, without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says 304: nothing new at this address."""

    url: str
    final_url: str
    fetched_at: datetime
    headers: tuple[tuple[str, str], ...] = ()
    chain: tuple[Hop, ...] = ()
    elapsed: timedelta = timedelta()
    status: int = field(default=304, init=False)
    trace: Trace = field(default=Trace(), compare=False)


Answer: TypeAlias = Capture | NotModified | FetchError
"""How a fetch ends. FetchError is a value here."""


@dataclass(frozen=True, slots=True)
class HostRecord:
    """What is known of a host between fetches, kept across restarts.

    `robots_status`: HTTP status of robots.txt, 0 when it could not be reached, None when never asked.
    """

    host: str
    """Lower-case host and port: `www.ai4belgium.be:443`."""
    not_before: datetime | None = None
    """The host asked us to stay away until then (Retry-After)."""
    robots_status: int | None = None
    robots_body: bytes = b""
    robots_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """How a message that was posted was answered.

    `status` 0: the connection broke, or the time ran out, after the message had begun to go out; whether it arrived
    is not known, and `said` says what happened. Else `said` is the beginning of the answer's body.
    """

    status: int
    said: str = ""
    location: str = ""
    """Where a redirect leads; it is not followed."""
    retry_after: timedelta | None = None
    """How long the receiver asks to be left alone."""
