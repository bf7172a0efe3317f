"""Writes are made on pages of ours, by people who may."""

import re

import pytest

from monitor.web.forms import from_here
from monitor.web.headers import Headers

HERE = "http://127.0.0.1:8000"
WRITES = ("POST", "PUT", "PATCH", "DELETE")
TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')


def writes(site):
    """Every address that writes, but the one to which mail programs post."""
    return [(method, path) for method, path in site.routes(*WRITES) if not path.startswith("/mail/unsubscribe/")]


def token_of(visitor):
    return TOKEN.search(visitor.get("/name").text)[1]


def test_no_write_works_without_the_form_token(pages):
    assert len(writes(pages)) >= 4
    for method, path in writes(pages):
        visitor = pages.visitor(origin=HERE)
        visitor.get("/name")
        assert visitor.ask(method, path, data={"to": "/"}).status_code == 403, path
        assert visitor.ask(method, path, data={"token": "0" * 64}).status_code == 403, path


@pytest.mark.slow
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example", "file://", ""])
def test_no_write_works_from_elsewhere_even_with_the_token(pages, origin):
    for method, path in writes(pages):
        visitor = pages.visitor()
        data = {"token": token_of(visitor)}
        headers = {"origin": origin} if origin else {"sec-fetch-site": "cross-site"}
        assert visitor.ask(method, path, data=data, headers=headers).status_code == 403, path


def test_the_token_of_another_browser_is_worth_nothing(pages):
    mine, theirs = pages.visitor(), pages.visitor(origin=HERE)
    theirs.get("/name")
    assert theirs.ask("POST", "/name", data={"token": token_of(mine), "name": "x"}).status_code == 403


def test_a_token_from_before_the_login_is_worth_nothing_after_it(site):
    from monitor.web.password import hashed

    pages = site("lived", web_password=hashed("correct horse battery"))
    visitor = pages.visitor("192.0.2.7", origin=HERE)
    before = TOKEN.search(visitor.get("/login").text)[1]
    visitor.post("/login", {"password": "correct horse battery"}, on="/login")
    assert visitor.ask("POST", "/logout", data={"token": before}).status_code == 403


def test_htmx_may_bring_the_token_in_a_header(pages):
    visitor = pages.visitor(origin=HERE)
    token = token_of(visitor)
    answer = visitor.ask("POST", "/name", data={"name": "Anna"}, headers={"X-Token": token})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("headers", "here"),
    [
        ({}, True),
        ({"origin": "http://127.0.0.1:8000"}, True),
        ({"origin": "http://127.0.0.1:3000"}, False),
        ({"origin": "http://127.0.0.1"}, False),
        ({"origin": "http://[::1"}, False),
        ({"origin": "https://w.example:8443", "host": "w.example"}, True),
        ({"origin": "http://w.example", "host": "w.example:8000"}, True),
        ({"origin": "ftp://w.example", "host": "w.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://evil.example", "sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"referer": "http://127.0.0.1:8000/name"}, True),
        ({"referer": "http://evil.example/127.0.0.1"}, False),
    ],
)
def test_where_a_request_was_made_is_told_by_the_browser(headers, here):
    told = {"host": "127.0.0.1:8000", **headers}
    assert from_here(Headers([(n.encode(), v.encode()) for n, v in told.items()])) is here


def test_a_form_with_too_many_fields_or_a_file_is_not_understood(pages):
    visitor = pages.visitor(origin=HERE)
    token = token_of(visitor)
    many = {f"f{n}": "x" for n in range(600)}
    assert visitor.ask("POST", "/name", data={"token": token, **many}).status_code == 400
    assert visitor.ask("POST", "/name", data={"token": token}, files={"name": b"x"}).status_code == 400
