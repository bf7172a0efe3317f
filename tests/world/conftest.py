"""The offline Belgium for the tests of this folder; `world.stage.World` is importable wherever this was loaded."""

import asyncio
import ssl
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from world.stage import World

T = TypeVar("T")


@dataclass(frozen=True)
class Got:
    """A raw answer: what came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes
    complete: bool
    """All the bytes Content-Length promised, and at least a status line."""


async def ask(world: World, url: str, headers: dict[str, str] | None = None, method: str = "GET") -> Got:
    """One request over a real socket, sent exactly as written, TLS verified against the world's authority."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    secure = scheme == "https"
    ((address, port),) = await world.resolver.resolve(host, 443 if secure else 80)
    tls: ssl.SSLContext | None = world.trust if secure else None
    reader, writer = await asyncio.open_connection(address, port, ssl=tls, server_hostname=host if secure else None)
    lines = [f"{method} {slash}{path} HTTP/1.1", f"Host: {host}", *(f"{k}: {v}" for k, v in (headers or {}).items())]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    try:
        raw = await reader.read(-1)
    except ConnectionError:
        raw = b""
    finally:
        writer.close()
    return understood(raw, method)


def understood(raw: bytes, method: str) -> Got:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if not first:
        return Got(0, {}, b"", complete=False)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    promised = 0 if method == "HEAD" else int(headers.get("content-length", "0"))
    return Got(int(first.split(" ")[1]), headers, body, complete=len(body) == promised)


@pytest.fixture
def in_world() -> Callable[[Callable[[World], Coroutine[Any, Any, T]]], T]:
    """Run a coroutine function in a started world and hand back what it returns."""

    def run(scene: Callable[[World], Coroutine[Any, Any, T]], **options: Any) -> T:
        async def inside() -> T:
            async with World(**options) as world:
                return await scene(world)

        return asyncio.run(inside())

    return run


@pytest.fixture
def asks() -> Callable[..., Coroutine[Any, Any, Got]]:
    return ask
