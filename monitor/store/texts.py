"""Texts: extractions by the hash of their canonical JSON, once each. Never changed, never deleted."""

from pydantic import ValidationError
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert
from zstandard import ZstdError

from monitor.errors import DamagedError
from monitor.model import Extraction
from monitor.store.codec import EXTRACTION
from monitor.store.engine import Database
from monitor.store.tables import TEXT


class Texts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, text_hash: str) -> Extraction:
        """KeyError when it was never stored; DamagedError when it cannot be read any more."""
        with self._database.reading() as connection:
            stored = connection.scalar(select(TEXT.c.value).where(TEXT.c.hash == text_hash))
        if stored is None:
            raise KeyError(text_hash)
        try:
            return EXTRACTION.unpack(stored)
        except (ZstdError, ValidationError) as error:
            raise DamagedError(f"Text {text_hash} cannot be read any more.") from error


def put_text(connection: Connection, packed: tuple[str, bytes]) -> str:
    """Writes what `EXTRACTION.canonical` gave, unless it is there. Returns the hash."""
    text_hash, value = packed
    connection.execute(insert(TEXT).values(hash=text_hash, value=value).on_conflict_do_nothing())
    return text_hash
