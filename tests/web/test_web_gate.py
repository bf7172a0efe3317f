"""The outermost layer, without a page behind it."""

import asyncio

import pytest
from lived import NOW, Past

from monitor.links import Links
from monitor.web.access import Role
from monitor.web.attempts import Attempts
from monitor.web.forms import needs


def through(gate, scope):
    """What the gate sends for a scope of the server."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(gate(scope, receive, send))
    return sent


def test_a_websocket_is_closed(pages):
    assert through(pages.gate, {"type": "websocket"}) == [{"type": "websocket.close", "code": 1008}]


def test_a_connection_without_a_peer_is_nobodys(pages):
    scope = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "scheme": "http",
             "headers": [(b"host", b"127.0.0.1")], "client": None, "server": None, "http_version": "1.1"}  # fmt: skip
    assert through(pages.gate, scope)[0]["status"] == 403


def test_the_servers_own_scope_still_says_head(pages):
    scope = {"type": "http", "method": "HEAD", "path": "/robots.txt", "raw_path": b"/robots.txt", "query_string": b"",
             "scheme": "http", "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 5), "server": None,
             "http_version": "1.1"}  # fmt: skip
    start, *bodies = through(pages.gate, scope)
    assert start["status"] == 200
    assert all(message["body"] == b"" for message in bodies)
    assert scope["method"] == "HEAD"


def test_keys_that_were_tried_long_ago_are_forgotten_when_there_are_too_many():
    tries = Attempts(most=1, remembered=3)
    assert tries.allowed(NOW, "a")
    assert not tries.allowed(NOW, "a")
    for name in "bcd":
        tries.allowed(NOW, name)
    assert tries.allowed(NOW, "a")


def test_a_view_may_ask_for_more_than_a_reader():
    class Desk:
        def __init__(self, role):
            self.role = role

        def may(self, role):
            return self.role >= role

    from fastapi import HTTPException

    check = needs(Role.ADMIN).dependency
    assert check(Desk(Role.ADMIN)) is None
    with pytest.raises(HTTPException):
        check(Desk(Role.REVIEWER))


def test_a_document_that_no_frame_can_show_is_offered_to_be_saved(pages):
    Past(pages.store, pages.app.clock).look("senate-report", "", body=b"%PDF-1.7 not really")
    number = max(row.id for row in pages.store.history.snapshots("senate-report"))
    page = pages.get(f"/kept/{number}")
    assert "<iframe" not in page.text
    assert pages.get(f"/kept/{number}/page").status_code == 404
    assert pages.get(f"/kept/{number}/file").headers["content-disposition"].endswith('.pdf"')


def test_links_say_nothing_of_their_secret_and_stand_without_a_public_address():
    links = Links("", "canary")
    assert "canary" not in repr(links)
    assert (links.change(7), links.source("a/b")) == ("/changes/7", "/sources/a%2Fb")
    assert Links("https://w.example", "x").at("/held") == "https://w.example/held"
