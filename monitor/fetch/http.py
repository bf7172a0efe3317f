"""Fetching one address: politely, guarded, within bounds, and never with an exception for what the world does."""

import asyncio
import re
import ssl
from collections.abc import Sequence
from datetime import timedelta

from monitor.clock import Clock
from monitor.errors import FetchError, FetchKind
from monitor.fetch.cookies import CookieJar
from monitor.fetch.exchange import Exchange, Limits, Reply
from monitor.fetch.faults import WIRE_ERRORS
from monitor.fetch.guard import Guard
from monitor.fetch.hosts import HostBook, refuse_while_waiting
from monitor.fetch.leading import leads_on
from monitor.fetch.network import GuardedBackend
from monitor.fetch.politeness import Budget, Turns
from monitor.fetch.resolve import Resolver
from monitor.fetch.robots import Robots, Say
from monitor.fetch.tls import trust_store, verifying
from monitor.fetch.trace import HopNotes, traced
from monitor.fetch.transport import GuardedTransport
from monitor.fetch.urls import Address, AddressError, parse, redirected
from monitor.model.evidence import Trace
from monitor.model.wire import Answer, Capture, FetchOrder, Hop, NotModified

ACCEPT = "text/html, application/xhtml+xml, application/pdf;q=0.9, */*;q=0.8"
ONLINE_SECONDS = 5.0
ONLINE_TRIES = 8
PLAIN_BYTES = 64 * 1024
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


class HttpFetcher:
    """HTTP/1.1 over verified connections to the public internet.

    `agent`: the User-Agent, starting with the product token robots.txt knows us by. `guard_exceptions`: exact
    (ip, port) pairs that may be connected to although they are not public. `trust`: certificates to trust in place
    of the system's; a context that does not verify is refused with ValueError. `gap`: pause between two requests to
    one host. Proxy variables of the environment are not looked at. `aclose` when done.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        resolver: Resolver,
        hosts: HostBook,
        agent: str,
        guard_exceptions: frozenset[tuple[str, int]] = frozenset(),
        trust: ssl.SSLContext | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        gap: timedelta = timedelta(seconds=2),
    ) -> None:
        self._clock, self._hosts, self._limits = clock, hosts, limits
        self._backend = GuardedBackend(
            resolver=resolver,
            guard=Guard(guard_exceptions),
            dns_seconds=limits.connect,
            connect_seconds=limits.connect,
        )
        self._exchange = Exchange(
            transport=GuardedTransport(
                self._backend, verifying(trust) if trust else trust_store(), clock, limits.headers
            ),
            clock=clock,
            turns=Turns(clock, gap),
            hosts=hosts,
            limits=limits,
            agent=agent,
        )
        self._robots = Robots(exchange=self._exchange, hosts=hosts, clock=clock, agent=agent)

    async def fetch(self, order: FetchOrder) -> Answer:
        """Fetch the order's address and follow its redirects.

        A Capture for every complete answer, 404 and 500 included; NotModified for a 304 to the order's validators;
        a FetchError as value for everything else. Only cancellation and faults of the host book are raised.
        """
        journey = _Journey(
            order,
            exchange=self._exchange,
            robots=self._robots,
            hosts=self._hosts,
            clock=self._clock,
            hops=self._limits.hops,
        )
        try:
            return await journey.run_within(self._limits.total)
        except FetchError as error:
            error.trace = journey.trace
            return _as_value(error)
        except TimeoutError:
            detail = f"no complete answer within {self._limits.total:g} seconds"
            late = FetchError(FetchKind.TIMEOUT, detail, url=order.url)
            late.trace = journey.trace
            return late

    async def online(self, addresses: Sequence[str]) -> bool:
        """Whether any of these addresses' hosts can be connected to within 5 s: look-up and TCP, no request."""
        hosts: dict[tuple[str, int], None] = {}
        for url in addresses:
            try:
                address = parse(url)
            except AddressError:
                continue
            hosts[address.host, address.port] = None
        tries = [asyncio.create_task(self._reaches(host, port)) for host, port in list(hosts)[:ONLINE_TRIES]]
        try:
            for one in asyncio.as_completed(tries):
                if await one:
                    return True
            return False
        finally:
            for task in tries:
                task.cancel()
            await asyncio.gather(*tries, return_exceptions=True)

    async def _reaches(self, host: str, port: int) -> bool:
        try:
            async with asyncio.timeout(ONLINE_SECONDS):
                stream = await self._backend.connect(host, port)
                await stream.aclose()
        except (FetchError, *WIRE_ERRORS):
            return False
        return True

    async def get_plain(self, url: str) -> int:
        """One guarded GET without robots.txt or redirects, for a heartbeat of the operator's own. The status.

        Raises FetchError.
        """
        budget = Budget()
        try:
            async with budget.within(self._limits.total):
                reply = await self._exchange.get(_address(url), (), budget, first=PLAIN_BYTES)
        except TimeoutError as error:
            detail = f"no complete answer within {self._limits.total:g} seconds"
            raise FetchError(FetchKind.TIMEOUT, detail, url=url) from error
        return reply.status

    async def aclose(self) -> None:
        """Nothing is open between two fetches."""


class _Journey:
    """One order on its way along its redirects."""

    def __init__(
        self, order: FetchOrder, *, exchange: Exchange, robots: Robots, hosts: HostBook, clock: Clock, hops: int
    ) -> None:
        self._order, self._exchange, self._robots = order, exchange, robots
        self._hosts, self._clock, self._hops = hosts, clock, hops
        self._budget = Budget()
        self._chain: list[Hop] = []
        self._elapsed = timedelta()
        self._word = Say.ALLOWED.value
        self._cookies = CookieJar()
        self._notes: list[HopNotes] = []

    async def run_within(self, seconds: float) -> Answer:
        """Raises FetchError, and TimeoutError when the seconds on the wire are used up."""
        async with self._budget.within(seconds):
            return await self._run()

    @property
    def trace(self) -> Trace:
        """What went over the wire so far."""
        return traced(self._notes)

    async def _run(self) -> Answer:
        at = _address(self._order.url)
        seen: set[tuple[str, str]] = set()
        while True:
            # An address asked again with the cookie it has just set may well answer.
            seen.add((at.url, self._cookies.header(at)))
            reply = await self._hop(at)
            if reply.status == 304:
                return self._not_modified(reply)
            location = reply.location or self._sent_on(reply)
            if not location:
                return self._capture(reply)
            self._chain.append(Hop(at.url, reply.status, location))
            self._cookies.take(at, reply.cookies, self._clock.now())
            at = _next(at, location)
            again = any(url == at.url for url, _ in seen)
            if (at.url, self._cookies.header(at)) in seen or (again and len(self._chain) > self._hops):
                raise FetchError(FetchKind.REDIRECTS, f"redirects lead in a circle, back to {at.url}", url=at.url)
            if len(self._chain) > self._hops:
                raise FetchError(FetchKind.REDIRECTS, f"more than {self._hops} redirects", url=at.url)

    def _sent_on(self, reply: Reply) -> str:
        """Where a page sends the browser by itself, unless we came from there: a circle is read where it is."""
        if reply.status not in {200, 203} or len(self._chain) >= self._hops:
            return ""
        target = leads_on(reply.address.url, reply.headers, reply.body)
        return "" if any(hop.url == target for hop in self._chain) else target

    async def _hop(self, at: Address) -> Reply:
        delay = await self._admitted(at)
        headers = [("Accept", ACCEPT)]
        if self._order.accept_languages:
            headers.append(("Accept-Language", _languages(self._order.accept_languages)))
        if not self._chain:
            # Further on they would be the validators of another address.
            headers += _validators(self._order)
        if cookies := self._cookies.header(at):
            headers.append(("Cookie", cookies))
        self._notes.append(HopNotes(at.url, keep=self._order.keep_received))
        reply = await self._exchange.get(at, headers, self._budget, delay=delay, notes=self._notes[-1])
        self._elapsed += reply.elapsed
        return reply

    async def _admitted(self, at: Address) -> timedelta:
        """The gap the host wishes for. Raises FetchError when it wants us to stay away, now or from this address."""
        said = await self._robots.ruling(at, self._budget)
        # After the rules: asking for them may have brought a Retry-After.
        refuse_while_waiting(self._hosts, at, self._clock.now())
        if said.say in {Say.FORBIDDEN, Say.UNKNOWN}:
            if not self._order.robots_override:
                raise self._robots.refusal(at, said.say)
            self._word = "overridden"
        elif said.say is Say.UNREACHABLE and self._word == Say.ALLOWED:
            self._word = Say.UNREACHABLE.value
        return said.delay

    def _capture(self, reply: Reply) -> Capture:
        return Capture(
            url=self._order.url,
            final_url=reply.address.url,
            status=reply.status,
            headers=reply.headers,
            body=reply.body,
            fetched_at=self._clock.now(),
            chain=tuple(self._chain),
            elapsed=self._elapsed,
            wire_bytes=reply.wire_bytes,
            robots=self._word,
            trace=self.trace,
        )

    def _not_modified(self, reply: Reply) -> NotModified:
        if self._chain or not _validators(self._order):
            detail = f"{reply.address.host} answers “not modified” to a request that did not ask so"
            raise FetchError(FetchKind.PROTOCOL, detail, url=reply.address.url)
        return NotModified(
            url=self._order.url,
            final_url=reply.address.url,
            fetched_at=self._clock.now(),
            headers=reply.headers,
            chain=tuple(self._chain),
            elapsed=self._elapsed,
            trace=self.trace,
        )


def _as_value(error: FetchError) -> FetchError:
    """The error without the frames it passed, which would keep bodies in memory."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _address(url: str) -> Address:
    try:
        return parse(url)
    except AddressError as error:
        raise FetchError(FetchKind.BAD_ADDRESS, str(error), url=url, transient=False) from error


def _next(at: Address, location: str) -> Address:
    """Where a redirect leads. Raises FetchError(REDIRECTS) for what is not followed."""
    try:
        further = parse(redirected(at, location))
    except AddressError as error:
        detail = f"{at.host} redirects to an address that is not followed: {error}"
        raise FetchError(FetchKind.REDIRECTS, detail, url=at.url, transient=False) from error
    if at.scheme == "https" and further.scheme == "http":
        detail = f"{at.host} redirects from https to unprotected http ({further.host})"
        raise FetchError(FetchKind.REDIRECTS, detail, url=at.url, transient=False)
    return further


def _validators(order: FetchOrder) -> list[tuple[str, str]]:
    fields = [("If-None-Match", order.etag), ("If-Modified-Since", order.last_modified)]
    return [(name, value) for name, value in fields if _HEADER_VALUE.fullmatch(value)]


def _languages(languages: Sequence[str]) -> str:
    """`nl, fr;q=0.9, *;q=0.5` for ("nl", "fr")."""
    wanted = [f"{code};q={1 - n / 10:.1f}" if n else code for n, code in enumerate(languages[:5])]
    return ", ".join([*wanted, "*;q=0.5"])
