"""What is decided by the path that was routed, whatever the headers say the address is."""

import asyncio

import pytest

from monitor.web.access import host_of
from monitor.web.gate import Gate

STRANGER = "192.0.2.7"
BUILT = [
    "127.0.0.1/healthz", "127.0.0.1/healthz?", "127.0.0.1?", "127.0.0.1#", "127.0.0.1/static/x?y=", "me@127.0.0.1",
    "127.0.0.1:8000/login?", "127.0.0.1\\healthz", "127.0.0.1, evil.example", "//127.0.0.1", "127.0.0.1:",
    "127.0.0.1:x",    "[::1", "::1]", "[::1]x", "127.0.0.1 evil", "",
]  # fmt: skip


def asked(gate: Gate, path, host="127.0.0.1", peer="127.0.0.1", method="GET", **headers):
    """Status, headers and body for exactly this scope, as a server would hand it on."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    named = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "scheme": "http", "headers": [(b"host", host.encode("latin-1")), *named], "client": (peer, 5),
        "server": ("127.0.0.1", 8000), "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    asyncio.run(gate(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body.decode()


@pytest.mark.parametrize("host", BUILT)
@pytest.mark.parametrize("path", ["/", "/sources", "/api/v1/changes"])
def test_a_host_header_that_is_more_than_a_host_opens_nothing(pages, host, path):
    assert asked(pages.gate, path, host)[0] == 400


@pytest.mark.parametrize("host", BUILT)
def test_what_is_more_than_a_host_is_no_host(host):
    assert host_of(host) == ""


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Watch.Example.org:8000", "watch.example.org"), ("127.0.0.1", "127.0.0.1"), ("[::1]:8000", "::1"),
        ("watch.lan.", "watch.lan"), ("my_host-1", "my_host-1"),
    ],
)  # fmt: skip
def test_a_name_an_address_and_a_port_are(header, name):
    assert host_of(header) == name


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1/sources", "http://evil.example/healthz", "*", "healthz", "@evil.example/"]
)
def test_a_target_that_is_no_path_is_refused(pages, target):
    assert asked(pages.gate, target)[0] == 400


@pytest.mark.parametrize(
    "path", ["//evil.example/healthz", "//healthz", "/sources//", "/static/../sources", "/healthz/../sources"]
)
def test_no_spelling_of_a_path_passes_for_an_open_one(site, path):
    """A stranger is told to log in, or that there is nothing; never shown a page, and never sent elsewhere."""
    guarded = site(
        "lived", web_hosts="w.lan", web_password="$argon2id$v=19$m=8,t=1,p=1$MDAwMDAwMDA$AAAAAAAAAAAAAAAAAAAAAA"
    )
    status, headers, body = asked(guarded.gate, path, "w.lan", STRANGER)
    assert status in {303, 401, 404}
    assert "Supervisory" not in body
    assert headers.get(b"location", b"/login").startswith(b"/login")


@pytest.mark.parametrize("path", ["/", "/sources", "/changes/1", "/subscribers"])
def test_headers_that_name_another_path_or_host_change_nothing(site, path):
    guarded = site(
        "lived",
        web_hosts="w.lan",
        web_proxy=STRANGER,
        web_password="$argon2id$v=19$m=8,t=1,p=1$MDAwMDAwMDA$AAAAAAAAAAAAAAAAAAAAAA",
    )
    status, headers, _ = asked(
        guarded.gate, path, "w.lan", STRANGER, x_forwarded_host="127.0.0.1/healthz?", x_forwarded_prefix="/static",
        x_original_url="/healthz", x_rewrite_url="/healthz", x_forwarded_for="127.0.0.1", x_forwarded_path="/login",
    )  # fmt: skip
    assert (status, headers[b"location"].startswith(b"/login")) == (303, True)


def test_addresses_that_a_page_shows_are_made_of_a_known_name(site):
    pages = site("lived")
    _, _, body = asked(pages.gate, "/changes/1", "127.0.0.1:8000")
    assert "http://127.0.0.1:8000/changes/1" in body


def test_a_path_with_signs_of_a_query_comes_back_as_it_was(site):
    """What is encoded in a path must not become a query on the way through the login."""
    guarded = site(
        "lived", web_hosts="w.lan", web_password="$argon2id$v=19$m=8,t=1,p=1$MDAwMDAwMDA$AAAAAAAAAAAAAAAAAAAAAA"
    )
    _, headers, _ = asked(guarded.gate, "/sources/a?b#c", "w.lan", STRANGER)
    assert headers[b"location"] == b"/login?to=%2Fsources%2Fa%253Fb%2523c"
