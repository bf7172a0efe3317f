"""Who may what: every route and every role."""

import pytest

from monitor.web.access import Role
from monitor.web.password import hashed

PUBLIC = "https://w.example"
STRANGER = "192.0.2.7"
PASSWORD = "correct horse battery"
HASH = hashed(PASSWORD)
ADMINS = ("/users", "/subscribers", "/audit")
"""What is below these, and these themselves, is for admins."""
REVIEWERS = ("/digests", "/deliveries", "/health")
ANYBODY = ("/login", "/logout", "/name", "/language", "/mail/", "/sign-up")
"""Writes that need no role: they concern nobody else, or carry their own proof."""


def needed(method, path):
    """The least role for a route."""

    def below(prefixes):
        return any(path == prefix or path.startswith(f"{prefix.rstrip('/')}/") for prefix in prefixes)  # fmt: skip

    if below(ADMINS) or path == "/subscribers.csv" or path.endswith(("/withhold", "/lift")):
        return Role.ADMIN
    if below(REVIEWERS) or (method == "POST" and not below(ANYBODY)):
        return Role.REVIEWER
    return Role.READER


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
def test_every_route_is_open_to_those_who_may_and_to_nobody_else(site, role):
    pages = site("lived", public_url=PUBLIC)
    for other in Role:
        pages.store.users.add(other.name, HASH, other.name.lower(), pages.app.clock.now())
    visitor = pages.visitor(STRANGER, PUBLIC)
    assert visitor.post("/login", {"name": role.name, "password": PASSWORD}, on="/login").status_code == 303
    number = pages.store.users.get("READER" if role is not Role.READER else "ADMIN").id
    wrong = []
    for method, path in pages.routes("GET", "POST"):
        if path == "/logout":
            continue
        address = path.replace("/users/1", f"/users/{number}")
        status = (visitor.get(address) if method == "GET" else visitor.post(address, on="/feeds")).status_code
        if (status == 403) is (role >= needed(method, path)):
            wrong.append((method, path, status))
    # The form was empty: no name and no password are the login's own affair, and take nobody's session.
    assert [entry for entry in wrong if entry[:2] != ("POST", "/login")] == []


def test_a_reader_is_shown_no_page_they_may_not_open(site):
    pages = site("lived", public_url=PUBLIC)
    pages.store.users.add("Rita", HASH, "reader", pages.app.clock.now())
    visitor = pages.visitor(STRANGER, PUBLIC)
    visitor.post("/login", {"name": "Rita", "password": PASSWORD}, on="/login")
    shown = visitor.get("/").text
    assert all(f'href="{path}"' not in shown for path in (*ADMINS, *REVIEWERS))
