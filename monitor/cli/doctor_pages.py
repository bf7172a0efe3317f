"""What `monitor doctor` says of the web pages: where they are, and who gets in."""

from collections.abc import Iterator

from monitor.cli.doctor import Line, Patient
from monitor.errors import MonitorError
from monitor.store import never_made, open_store

PATIENCE = 5.0
"""Seconds to wait for others who have the database."""
_ENTRY = "monitor users add NAME; or one password for all, or a proxy that names people (docs/how-to/pages.md)"


def pages(patient: Patient) -> Iterator[Line]:
    found = patient.settings
    place = found.web_place
    reachable = place is not None and (found.web_shared or not place.loopback)
    guarded = found.web_guarded or (reachable and _users(patient))
    if place is None:
        yield Line("pages", "ok", "not served (MONITOR_WEB=off)")
    elif not place.loopback and not guarded:
        yield Line("pages", "fail", f"not served: {place} can be reached by others, and nobody could log in", _ENTRY)
    elif found.web_shared and not guarded:
        said = "links in mails work, but nobody can log in, not from this machine either"
        yield Line("pages", "warn", f"http://{place}: {said}", _ENTRY)
    else:
        whom = "for whoever logs in" if found.web_shared else "for this machine without a login"
        more = " and others with one" if guarded and not found.web_shared else ""
        yield Line("pages", "ok", f"http://{place}, {whom}{more}")
    if found.web_shared and not found.public_url.startswith("https://"):
        mend = "put a proxy with a certificate in front (docs/how-to/pages.md)"
        yield Line(
            "pages", "warn", "the public address has no https: mail programs offer no one-click unsubscribe", mend
        )


def _users(patient: Patient) -> bool:
    """Is there a user who can log in? What is wrong with the database is said by another check."""
    if never_made(patient.settings.database):
        return False
    try:
        store = open_store(patient.settings.database, clock=patient.clock, lock_wait=PATIENCE)
    except MonitorError:
        return False
    try:
        return store.users.any(enabled=True)
    except MonitorError:
        return False
    finally:
        store.close()
