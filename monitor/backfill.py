"""What an older program left unread, read in small steps while the daemon runs: texts for the search, topics.

Each step is one short transaction; whatever happens, the next run goes on where this one ended.
"""

from collections.abc import Callable

from monitor import extract
from monitor.errors import DamagedError, ExtractError
from monitor.model import Extraction
from monitor.store import Store

COPIES = 200
"""Kept copies read in one run: a few seconds of work."""
CHANGES, AT_ONCE = 5000, 100


def read_on(store: Store, stopped: Callable[[], bool] = lambda: False) -> int:
    """Reads some of what is unread. Returns how much; 0 when all is read. `stopped`: asked between two steps."""
    done = 0
    while done < CHANGES and not stopped():
        read = store.search.read_changes(AT_ONCE)
        if not read:
            break
        done += read
    for number in store.search.unread_copies(COPIES):
        if stopped():
            break
        store.search.add_copy(number, _reading(store, number))
        done += 1
    return done


def _reading(store: Store, number: int) -> Extraction | None:
    """The text of a kept copy under today's rules; None when it gives none."""
    row = store.history.snapshot(number)
    state = store.sources.get(row.source_id) if row else None
    if row is None or state is None:
        return None
    try:
        body = store.bodies.get(row.sha256)
        return extract.read(body, content_type=row.content_type, url=row.final_url, source=state.source)
    except (DamagedError, ExtractError):
        return None
