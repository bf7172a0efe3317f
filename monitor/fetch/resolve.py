"""From a host name to the addresses to connect to."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from monitor.errors import FetchError, FetchKind


class Resolver(Protocol):
    """Where the program gets addresses from.

    Answers (IP literal, port) pairs in the order to try; may raise OSError (`socket.gaierror`) or FetchError.
    """

    async def resolve(self, host: str, port: int) -> tuple[tuple[str, int], ...]: ...


class SystemResolver:
    """The machine's own name service. Works in threads of its own, so that a dead name server stalls nobody else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="names")

    async def resolve(self, host: str, port: int) -> tuple[tuple[str, int], ...]:
        found = await asyncio.get_running_loop().run_in_executor(self._threads, _lookup, host, port)
        return tuple(dict.fromkeys(found))


def _lookup(host: str, port: int) -> list[tuple[str, int]]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [(str(sockaddr[0]), port) for *_, sockaddr in answers]


_WORDS = {
    socket.EAI_NONAME: "the name {host} does not exist",
    socket.EAI_AGAIN: "no name server answered for {host}",
    socket.EAI_FAIL: "the name server could not answer for {host}",
}


def dns_fault(host: str, error: Exception | None) -> FetchError:
    """A failed look-up as FetchError; None stands for an answer that holds no address."""
    if isinstance(error, socket.gaierror) and error.errno in _WORDS:
        return FetchError(FetchKind.DNS, _WORDS[error.errno].format(host=host))
    if error is None:
        return FetchError(FetchKind.DNS, f"the name {host} has no address")
    return FetchError(FetchKind.DNS, f"the name {host} could not be looked up")
