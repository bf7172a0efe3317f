"""What is known of hosts between fetches: waits they asked for, their robots.txt."""

from datetime import datetime
from urllib.parse import urlsplit

import idna
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from monitor.model import HostRecord
from monitor.store.engine import Database
from monitor.store.tables import HOST


class Hosts:
    """The host table; serves the fetcher as its book of hosts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, host: str) -> HostRecord:
        """An empty record for a host not met yet."""
        with self._database.reading() as connection:
            row = connection.execute(select(HOST).where(HOST.c.host == host)).first()
        return HostRecord(**row._mapping) if row else HostRecord(host)  # noqa: SLF001 - SQLAlchemy's public name

    def put(self, record: HostRecord) -> None:
        """Keeps the record. A wait the host asked for is not shortened by a record that does not know of it."""
        values = {
            "robots_status": record.robots_status,
            "robots_body": record.robots_body,
            "robots_at": record.robots_at,
        }
        with self._database.writing() as connection:
            statement = insert(HOST).values(host=record.host, not_before=record.not_before, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=[HOST.c.host], set_=values))
            if record.not_before is not None:
                hold_off(connection, record.host, record.not_before)


def hold_off(connection: Connection, host: str, until: datetime) -> None:
    """The host asked us to stay away until then; the later of two waits counts."""
    new = insert(HOST).values(host=host, not_before=until, robots_body=b"")
    later = func.max(func.coalesce(HOST.c.not_before, new.excluded.not_before), new.excluded.not_before)
    connection.execute(new.on_conflict_do_update(index_elements=[HOST.c.host], set_={"not_before": later}))


def host_of(url: str | None) -> str:
    """Host and port of an address, as in `HostRecord`: lower-case, IDNA. Empty when it has none that can be asked."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        name, port = (parts.hostname or "").rstrip("."), parts.port or (443 if parts.scheme == "https" else 80)
        if not name.isascii():
            name = idna.encode(name, uts46=True).decode("ascii")
    except ValueError:
        return ""
    if not name:
        return ""
    return f"[{name}]:{port}" if ":" in name else f"{name.lower()}:{port}"
