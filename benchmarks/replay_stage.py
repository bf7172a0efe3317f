"""The world around the program in `replay.py`: web server, mail server and corpus reader, in a process of their own.

So that their time and memory are not counted as the program's. The web server gives each stream a host and shows the
snapshot it was told to show, gzipped as the web does; the mail server accepts everything and remembers what came.
"""

import asyncio
import base64
import email
import gzip
import hashlib
import importlib
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = "127.0.0.1"
FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which part of a corpus is played. `limit`: snapshots per stream, `streams`: how many streams; 0: all."""

    corpus: Path
    only: str = ""
    limit: int = 0
    streams: int = 0


@dataclass(frozen=True, slots=True)
class Stream:
    """One page's history. `watch_as` is page, listing or pdf."""

    name: str
    host: str
    url: str
    language: str
    watch_as: str


@dataclass(frozen=True, slots=True)
class Row:
    """One snapshot to serve: the `index`-th of its stream. `size` in bytes, unpacked."""

    stream: str
    index: int
    at: datetime
    sha256: str
    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The stage is ready."""

    streams: tuple[Stream, ...]
    rows: tuple[Row, ...]
    web_port: int
    mail_port: int


@dataclass(frozen=True, slots=True)
class Closed:
    """What the stage saw. `served`: how often each row was handed out; `mails`: Message-IDs as received."""

    served: dict[tuple[str, int], int]
    strays: tuple[str, ...]
    mails: tuple[str, ...]
    mail_bytes: int


def play(choice: Choice, spool: Path, link: Connection) -> None:
    """Read the corpus, answer on loopback, obey `link`: ("show", stream, index) → True, ("close",) → Closed."""
    asyncio.run(_Stage(choice, spool, link).run())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the spool a body lies."""

    offset: int
    length: int
    content_type: str


@dataclass
class _Inbox:
    """An aiosmtpd handler that takes everything."""

    mails: list[str] = field(default_factory=list)
    octets: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's names
        content = envelope.original_content or b""
        self.mails.append(str(email.message_from_bytes(content)["Message-ID"]))
        self.octets += len(content)
        return "250 OK"


class _Stage:
    def __init__(self, choice: Choice, spool: Path, link: Connection) -> None:
        self._choice, self._spool, self._link = choice, spool, link
        self._hosts: dict[str, str] = {}
        self._places: dict[tuple[str, int], _Place] = {}
        self._shown: dict[str, tuple[str, int]] = {}
        self._served: Counter[tuple[str, int]] = Counter()
        self._strays: list[str] = []
        self._inbox = _Inbox()
        self._done = asyncio.Event()
        self._file = -1

    async def run(self) -> None:
        streams, rows = self._read_corpus()
        self._file = os.open(self._spool, os.O_RDONLY)
        loop = asyncio.get_running_loop()
        web = await asyncio.start_server(self._converse, LOOPBACK, 0)
        mail = await loop.create_server(lambda: SMTP(self._inbox, enable_SMTPUTF8=True, loop=loop), LOOPBACK, 0)
        ports = [server.sockets[0].getsockname()[1] for server in (web, mail)]
        self._link.send(Opened(streams, rows, *ports))
        loop.add_reader(self._link.fileno(), self._obey)
        await self._done.wait()
        for server in (web, mail):
            server.close()
        os.close(self._file)

    def _obey(self) -> None:
        try:
            order = self._link.recv()
        except EOFError:  # the program under test is gone
            self._done.set()
            return
        if order[0] == "show":
            self._shown[self._hosts[order[1]]] = (order[1], order[2])
            self._link.send(True)
            return
        seen = Closed(dict(self._served), tuple(self._strays), tuple(self._inbox.mails), self._inbox.octets)
        self._link.send(seen)
        self._done.set()

    # --- the corpus --------------------------------------------------------------------------------------------

    def _read_corpus(self) -> tuple[tuple[Stream, ...], tuple[Row, ...]]:
        """Spool every body as it will go over the wire; rows in the order of their times, each stream in its own."""
        choice = self._choice
        sys.path.insert(0, str(choice.corpus.resolve().parent))
        corpuslib = importlib.import_module("corpuslib")
        entries = [e for e in corpuslib.manifest(choice.corpus)["streams"] if re.search(choice.only, e["stream"])]
        entries = entries[: choice.streams or None]
        streams, rows = [], []
        with self._spool.open("wb") as spool:
            for number, entry in enumerate(entries, 1):
                host = f"s{number:02d}.replay.test"
                self._hosts[entry["stream"]] = host
                found = list(self._spooled(corpuslib.read_stream(choice.corpus / entry["file"]), entry, spool))
                rows.extend(found)
                streams.append(_stream(entry, host, found[0].content_type))
        return tuple(streams), tuple(sorted(rows, key=lambda r: r.at))

    def _spooled(self, history: Iterator[dict[str, Any]], entry: dict[str, Any], spool: Any) -> Iterator[Row]:
        latest = None
        for index, row in enumerate(history):
            if self._choice.limit and index >= self._choice.limit:
                return
            body = _body(row)
            wire = gzip.compress(body, 1, mtime=0)
            name = entry["stream"]
            content_type = str(row["content_type"])
            said = row.get("encoding") or "charset" in content_type
            header = content_type if said else f"{content_type}; charset=utf-8"
            self._places[name, index] = _Place(spool.tell(), len(wire), header)
            spool.write(wire)
            at = datetime.fromisoformat(row["at"])
            latest = at if latest is None else max(at, latest)
            yield Row(name, index, latest, hashlib.sha256(body).hexdigest(), len(body), content_type)

    # --- the web -----------------------------------------------------------------------------------------------

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not self._done.is_set():
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(head.decode("latin-1")))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has closed
        finally:
            writer.close()

    def _answer(self, head: str) -> bytes:
        first, *lines = head.split("\r\n")
        target = first.split(" ")[1]
        fields = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        host = fields.get("host", "").partition(":")[0]
        key = self._shown.get(host)
        if target == "/robots.txt":
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        if key is None:
            self._strays.append(f"{host}{target}")
            return b"HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n"
        self._served[key] += 1
        place = self._places[key]
        body = os.pread(self._file, place.length, place.offset)
        return (
            f"HTTP/1.1 200 OK\r\nContent-Type: {place.content_type}\r\nContent-Encoding: gzip\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode("latin-1") + body


def _body(row: dict[str, Any]) -> bytes:
    if row.get("encoding") == "base64":
        return base64.b64decode(row["body"])
    return str(row["body"]).encode("utf-8", "surrogatepass")


def _stream(entry: dict[str, Any], host: str, first_type: str) -> Stream:
    if first_type == "application/pdf":
        watch_as = "pdf"
    else:
        watch_as = "listing" if entry.get("type") in {"listing", "feed"} or first_type in FEEDS else "page"
    path = re.sub(r"^[a-z]+://[^/?#]*", "", entry["url"]) or "/"
    return Stream(entry["stream"], host, f"http://{host}{path}", entry.get("language", ""), watch_as)
