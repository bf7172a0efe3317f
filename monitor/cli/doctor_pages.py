"""What `monitor doctor` says of the web pages: where they are, and who gets in."""

from collections.abc import Iterator

from monitor.cli.doctor import Line, Patient

_PASSWORD = "monitor web password prints a line for .env; or a proxy that names people (docs/how-to/pages.md)"  # noqa: S105


def pages(patient: Patient) -> Iterator[Line]:
    found = patient.settings
    place = found.web_place
    if place is None:
        yield Line("pages", "ok", "not served (MONITOR_WEB=off)")
    elif not place.loopback and not found.web_guarded:
        yield Line("pages", "fail", f"not served: {place} can be reached by others, and nobody could log in", _PASSWORD)
    elif found.web_shared and not found.web_guarded:
        said = "links in mails work, but nobody can log in, not from this machine either"
        yield Line("pages", "warn", f"http://{place}: {said}", _PASSWORD)
    else:
        whom = "for whoever logs in" if found.web_shared else "for this machine without a login"
        more = " and others with one" if found.web_guarded and not found.web_shared else ""
        yield Line("pages", "ok", f"http://{place}, {whom}{more}")
    if found.web_shared and not found.public_url.startswith("https://"):
        mend = "put a proxy with a certificate in front (docs/how-to/pages.md)"
        yield Line(
            "pages", "warn", "the public address has no https: mail programs offer no one-click unsubscribe", mend
        )
