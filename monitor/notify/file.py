"""Messages as `.eml` files: for a home without a mail server, and for looking at."""

import os
import re
import tempfile
from datetime import UTC
from pathlib import Path

from monitor.errors import DeliveryError, DeliveryKind
from monitor.model import Delivery
from monitor.resources import own_folder
from monitor.settings import Settings

_UNFIT = re.compile(r"[^A-Za-z0-9.]+")


class FileNotifier:
    """Writes each message into a folder, whole or not at all.

    The name is made from the delivery alone (`20261124T060000-2026-11-24.7.k3v9-12.eml`), so a message handed over
    twice is one file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, delivery: Delivery) -> str:
        place = self._folder / file_name(delivery)
        try:
            own_folder(self._folder)
            _write(place, delivery.mime)
        except OSError as error:
            raise DeliveryError(DeliveryKind.CHANNEL_DOWN, _said(error)) from error
        return f"written to {place.name}"

    def probe(self) -> None:
        try:
            own_folder(self._folder)
            with tempfile.TemporaryFile(dir=self._folder):
                pass
        except OSError as error:
            raise DeliveryError(DeliveryKind.CHANNEL_DOWN, _said(error)) from error

    def describe(self) -> str:
        return f"files in {self._folder}"


def file_name(delivery: Delivery) -> str:
    """Time composed, window and subscriber (from the Message-ID), number of the delivery. Nothing else gets in."""
    local = delivery.message_id.strip("<>").partition("@")[0]
    window = _UNFIT.sub("-", local).strip(".-")[:80] or "message"
    return f"{delivery.created_at.astimezone(UTC):%Y%m%dT%H%M%S}-{window}-{delivery.id}.eml"


def from_settings(settings: Settings) -> FileNotifier:
    return FileNotifier(settings.outbox)


def _write(place: Path, data: bytes) -> None:
    """Temporary file, fsync, rename, fsync of the folder: after a power cut it is there whole, or not at all."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _said(error: OSError) -> str:
    return f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")
