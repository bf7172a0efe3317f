"""robots.txt (RFC 9309): what a host's rules say about an address, and asking for them."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from protego import Protego

from monitor.clock import Clock
from monitor.errors import FetchError, FetchKind
from monitor.fetch.exchange import Exchange, Reply
from monitor.fetch.hosts import HostBook, refuse_while_waiting
from monitor.fetch.politeness import Budget
from monitor.fetch.urls import Address, AddressError, parse, redirected
from monitor.model.wire import HostRecord

MAX_BYTES = 500 * 1024
"""RFC 9309 §2.5: at least this much is read; the rest is ignored."""
MAX_REDIRECTS = 5
"""RFC 9309 §2.3.1.2."""
FRESH = timedelta(hours=24)
"""RFC 9309 §2.4."""
PATIENCE = timedelta(days=30)
"""RFC 9309 §2.3.1.4: how long an old copy stands in for rules that cannot be read, and how long no rules mean no."""
LONGEST_DELAY = timedelta(seconds=15)
"""Crawl-delay is no part of the standard; it is obeyed as a courtesy, up to this."""


ASK_AGAIN = timedelta(hours=1)
"""How long rules that could not be read are left alone."""
_PATIENCE_SECONDS = 20.0
"""A host that dawdles over robots.txt does not use up the whole fetch."""
_OTHERS = "another-robot"
_AGENT_LINE = re.compile(r"\s*user[- ]?agent(?:\s*:|\s)\s*([^#]*)", re.IGNORECASE)
_REMEMBERED = 1024
"""Hosts whose unreadable rules are left alone."""
_OWN_TROUBLE = frozenset({FetchKind.DNS, FetchKind.CONNECT, FetchKind.TLS, FetchKind.REFUSED_ADDRESS, FetchKind.WAIT})
"""What stops robots.txt would stop the page as well: it is the answer to the whole fetch."""


class Say(StrEnum):
    """What the rules say."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    """The rules cannot be read: stay away for now."""
    UNREACHABLE = "unreachable"
    """The rules could not be read for PATIENCE: they count as absent."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What robots.txt says about one address, and the delay between requests it wishes for."""

    say: Say
    delay: timedelta = timedelta()


def product_token(agent: str) -> str:
    """`footnote-watch` of `footnote-watch/0.1 (+https://…)`: the name robots.txt groups go by (RFC 9309 §2.2.1)."""
    match = re.match(r"[A-Za-z_-]+", agent)
    return match[0] if match else _OTHERS


def answered(record: HostRecord) -> bool:
    """Whether the record holds an answer (rules, or word that there are none), not a failure."""
    return record.robots_status is not None and 0 < record.robots_status < 500


def is_fresh(record: HostRecord, now: datetime) -> bool:
    """Whether the remembered answer may be used without asking again."""
    # A time in the future stems from a clock that was wrong then or is now.
    return answered(record) and record.robots_at is not None and abs(now - record.robots_at) < FRESH


def ruling(record: HostRecord, url: str, agent: str, now: datetime) -> Ruling:
    """What the remembered robots.txt says about `url`.

    2xx: the rules decide. 3xx (a redirect that leads nowhere) and 4xx: there are none. 5xx or no answer: not known,
    until it has been so for PATIENCE.
    """
    since = now - record.robots_at if record.robots_at else timedelta()
    if not answered(record):
        return Ruling(Say.UNREACHABLE if since >= PATIENCE else Say.UNKNOWN)
    stale = Say.ALLOWED if since < FRESH else Say.UNREACHABLE
    if not 200 <= (record.robots_status or 0) < 300:
        return Ruling(stale)
    token = product_token(agent)
    rules = _rules(record.robots_body, token)
    wish = timedelta(seconds=min(rules.crawl_delay(token) or 0.0, LONGEST_DELAY.total_seconds()))
    return Ruling(stale if rules.can_fetch(url, token) else Say.FORBIDDEN, wish)


def _rules(body: bytes, token: str) -> Protego:
    text = body[:MAX_BYTES].decode("utf-8-sig", "replace")
    # A page served in place of robots.txt holds no rules, whatever its words look like.
    return Protego.parse("" if text.lstrip().startswith("<") else "\n".join(_for_us(text, token)))


def _for_us(text: str, token: str) -> Iterator[str]:
    """The lines of robots.txt with all groups of other robots under one name.

    The parser copies each rule to every robot its group names: ten thousand names over as many rules are 100 million
    rules. It also takes `foot` for `footnote-watch`, where the standard wants equal names.
    """
    named: set[str] = set()
    for line in text.splitlines():
        if match := _AGENT_LINE.match(line):
            product = product_token(match[1]).lower() if match[1][:1] != "*" else "*"
            name = product if product in {"*", token.lower()} else _OTHERS
            if name not in named:
                named.add(name)
                yield f"User-agent: {name}"
        elif line.strip() and not line.lstrip().startswith("#"):
            named.clear()
            yield line


class Robots:
    """Keeps the rules of hosts at hand: asks when there are none or they are a day old."""

    def __init__(self, *, exchange: Exchange, hosts: HostBook, clock: Clock, agent: str) -> None:
        self._exchange, self._hosts, self._clock, self._agent = exchange, hosts, clock, agent
        self._asking: dict[str, asyncio.Lock] = {}
        self._failed: dict[str, tuple[datetime, FetchKind]] = {}

    async def ruling(self, address: Address, budget: Budget) -> Ruling:
        """What the host's rules say. Raises FetchError when the host cannot be reached at all."""
        lock = self._asking.setdefault(address.host_key, asyncio.Lock())
        try:
            async with lock:
                now = self._clock.now()
                failed = self._failed.get(address.host_key)
                left_alone = failed is not None and abs(now - failed[0]) < ASK_AGAIN
                if not left_alone and not is_fresh(self._hosts.get(address.host_key), now):
                    await self._ask(address, budget)
        finally:
            if not lock.locked():
                self._asking.pop(address.host_key, None)
        return ruling(self._hosts.get(address.host_key), address.url, self._agent, self._clock.now())

    def refusal(self, address: Address, said: Say) -> FetchError:
        """The error for an address that may not be fetched."""
        if said is Say.FORBIDDEN:
            detail = f"robots.txt of {address.host} forbids this address to {product_token(self._agent)}"
            return FetchError(FetchKind.ROBOTS, detail, url=address.url, transient=False)
        kind = self._failed.get(address.host_key, (None, FetchKind.ROBOTS))[1]
        detail = f"robots.txt of {address.host} cannot be read, so its pages are left alone for now"
        return FetchError(
            kind if kind is FetchKind.TIMEOUT else FetchKind.ROBOTS, detail, url=address.url, retry_after=ASK_AGAIN
        )

    async def _ask(self, address: Address, budget: Budget) -> None:
        key, kind = address.host_key, FetchKind.ROBOTS
        reply: Reply | None = None
        try:
            async with budget.within(_PATIENCE_SECONDS):
                reply = await self._follow(address, budget)
        except TimeoutError:
            kind = FetchKind.TIMEOUT
        except FetchError as error:
            kind = error.kind
            if kind in _OWN_TROUBLE and parse(error.url).host_key == key:
                error.url = address.url
                raise
        status = reply.status if reply else 0
        old, now = self._hosts.get(key), self._clock.now()
        if reply and 0 < status < 500:
            self._failed.pop(key, None)
            body = reply.body if 200 <= status < 300 else b""
            await self._remember(replace(old, robots_status=status, robots_body=body, robots_at=now), budget)
            return
        if len(self._failed) >= _REMEMBERED:
            self._failed.clear()
        self._failed[key] = (now, kind)
        if answered(old) and old.robots_at is not None and now - old.robots_at < PATIENCE:
            return
        # The first failure's time stays: patience is counted from there.
        since = now if answered(old) or old.robots_at is None else old.robots_at
        await self._remember(replace(old, robots_status=status, robots_body=b"", robots_at=since), budget)

    async def _remember(self, record: HostRecord, budget: Budget) -> None:
        async with budget.paused():
            await asyncio.to_thread(self._hosts.put, record)

    async def _follow(self, address: Address, budget: Budget) -> Reply:
        """The answer at the end of at most MAX_REDIRECTS redirects; one that cannot be followed is the answer."""
        at = Address(address.scheme, address.host, address.port, "/robots.txt")
        for hop in range(MAX_REDIRECTS + 1):
            reply = await self._exchange.get(at, (("Accept", "text/plain, */*;q=0.1"),), budget, first=MAX_BYTES)
            if reply.status == 429:
                refuse_while_waiting(self._hosts, at, self._clock.now())
            if not reply.location or hop == MAX_REDIRECTS:
                break
            try:
                further = parse(redirected(at, reply.location))
            except AddressError:
                break
            if at.scheme == "https" and further.scheme == "http":
                break
            at = further
        return reply


def describe_robots(record: HostRecord, url: str, agent: str) -> str:
    """The verdict on `url` in one line for a person, as of when robots.txt was last asked for."""
    try:
        host = parse(url).host
    except AddressError as error:
        return str(error)
    if record.robots_status is None or record.robots_at is None:
        return f"robots.txt of {host} has not been asked for yet"
    when = f"{record.robots_at:%Y-%m-%d %H:%M} UTC"
    if record.robots_status == 0:
        return f"robots.txt of {host} could not be reached since {when}: nothing is fetched until it can be read"
    if record.robots_status >= 500:
        return (
            f"robots.txt of {host} answers {record.robots_status} since {when}: nothing is fetched until it can be read"
        )
    if record.robots_status >= 300:
        return f"{host} has no robots.txt (answer {record.robots_status} on {when}): every address is allowed"
    said = ruling(record, url, agent, record.robots_at)
    verb = "forbids this address to" if said.say is Say.FORBIDDEN else "allows this address to"
    pause = f", with {said.delay.total_seconds():g} s between requests" if said.delay else ""
    return f"robots.txt of {host} {verb} {product_token(agent)}{pause} (read on {when})"
