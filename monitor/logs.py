"""Log lines: one line a happening, stable keys, secrets masked. Text for people, JSON for machines."""

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO

HIDDEN = "***"
SHORTEST_SECRET = 4
"""Masking shorter ones would blacken ordinary words."""


class Mask(logging.Filter):
    """Replaces every known secret in a record's text, traceback included."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = sorted({s for s in secrets if len(s) >= SHORTEST_SECRET}, key=len, reverse=True)
        # The longest first; letter case may have changed on the way.
        self._known = re.compile("|".join(map(re.escape, self._secrets)), re.IGNORECASE) if self._secrets else None

    def clean(self, text: str) -> str:
        """The text without secrets, also without the beginning of one that was cut off at its end."""
        if self._known is None:
            return text
        text = self._known.sub(HIDDEN, text)
        small = text.casefold()
        for secret in self._secrets:
            if "://" in secret:
                continue  # how a URL begins is no secret; what is secret in it is known by itself
            for length in range(min(len(secret) - 1, len(text)), SHORTEST_SECRET - 1, -1):
                if small.endswith(secret[:length].casefold()):
                    return text[: len(text) - length] + HIDDEN
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.clean(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = self.clean(logging.Formatter().formatException(record.exc_info))
        return True


class Json(logging.Formatter):
    """One JSON object a line: at, level, logger, message, and the traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        row = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text:
            row["traceback"] = record.exc_text
        return json.dumps(row, ensure_ascii=False)


class Text(logging.Formatter):
    """Time in UTC, level, message on one line: line breaks of hostile text are shown, not obeyed."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        message = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in record.getMessage())
        line = f"{at} {record.levelname.lower():7} {message}"
        return f"{line}\n{record.exc_text}" if record.exc_text else line


def set_up(level: str, form: str, secrets: Iterable[str], stream: TextIO | None = None) -> None:
    """Send the program's log to `stream` (standard error). `form` is `text` or `json`."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Json() if form == "json" else Text())
    handler.addFilter(Mask(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("monitor").setLevel(level.upper())
