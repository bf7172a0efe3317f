"""What an older program left unread, read in small steps while the daemon runs: texts for the search, topics.

Each step is one short transaction; whatever happens, the next run goes on where this one ended.
"""

import logging
from collections.abc import Callable

from monitor import extract
from monitor.errors import DamagedError, ExtractError, StorageError
from monitor.model import Extraction
from monitor.store import Store

_log = logging.getLogger("monitor.search")
Read = Callable[..., Extraction]
"""As `extract.read`."""
COPIES = 200
"""Kept copies read in one run: a few seconds of work."""
CHANGES, AT_ONCE = 5000, 100


def read_on(store: Store, stopped: Callable[[], bool] = lambda: False, read: Read = extract.read) -> int:
    """Reads some of what is unread. Returns how much; 0 when all is read. `stopped`: asked between two steps."""
    done = 0
    while done < CHANGES and not stopped():
        some = store.search.read_changes(AT_ONCE)
        if not some:
            break
        done += some
    for number in store.search.unread_copies(COPIES):
        if stopped():
            break
        store.search.add_copy(number, _reading(store, number, read))
        done += 1
    return done


def _reading(store: Store, number: int, read: Read) -> Extraction | None:
    """The text of a kept copy under today's rules; None when it gives none."""
    row = store.history.snapshot(number)
    state = store.sources.get(row.source_id) if row else None
    if row is None or state is None:
        return None
    try:
        body = store.bodies.get(row.sha256)
        return read(body, content_type=row.content_type, url=row.final_url, source=state.source)
    except (DamagedError, ExtractError):
        return None
    except StorageError:
        raise
    except Exception:  # noqa: BLE001 - a bug that one old copy brings out must not end the daemon at every start
        _log.exception("copy %d is left out of the search", number)
        return None
