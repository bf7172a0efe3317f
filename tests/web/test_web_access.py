"""Who gets in: nobody, unless there is a reason."""

import pytest

from monitor.errors import ConfigError
from monitor.settings import Place, Settings
from monitor.web.access import OPEN, Role, host_of, is_open
from monitor.web.headers import Headers
from monitor.web.password import hashed
from monitor.web.serving import check_exposure

STRANGER = "192.0.2.7"
PASSWORD = "correct horse battery"
HASH = hashed(PASSWORD)
# What strangers are answered to, by address: each shows nothing of what is kept. Adding one is a decision.
ANSWERED = {"/static/house.css", "/favicon.ico", "/healthz", "/login", "/language", "/robots.txt"}


def closed(site):
    """Every address of the site that is not open by its path."""
    return [(method, path) for method, path in site.routes() if not is_open(path)]


def test_every_route_is_closed_to_strangers_unless_it_is_listed(pages):
    stranger = pages.visitor(STRANGER)
    answers = {(method, path): stranger.ask(method, path).status_code for method, path in pages.routes()}
    open_ones = {path for (_, path), status in answers.items() if status not in {401, 403}}
    # Without a good token these are "no such page".
    assert {answers[route] for route in answers if route[1].startswith(("/mail/", "/sign-up"))} <= {403, 404}
    assert {path for path in open_ones if not path.startswith(("/mail/", "/sign-up"))} <= ANSWERED
    assert len(closed(pages)) > 3
    # A program is told how to come in.
    assert {answers[route] for route in closed(pages) if route[1].startswith("/api/")} <= {401}
    assert {answers[route] for route in closed(pages) if not route[1].startswith("/api/")} == {403}


def test_there_is_no_route_but_those_of_the_view_modules(pages):
    """What is put on the application by another way would not be crawled."""
    assert all(hasattr(route, "original_router") for route in pages.gate.inner.router.routes)


def test_an_address_that_is_not_there_looks_to_strangers_like_one_that_is(pages):
    stranger = pages.visitor(STRANGER)
    assert stranger.get("/nothing-here").status_code == stranger.get("/").status_code == 403


@pytest.mark.slow
def test_nothing_of_what_is_kept_is_on_any_page_a_stranger_gets(site):
    for settings in ({}, {"web_password": HASH}):
        pages = site("lived", **settings)
        stranger = pages.visitor(STRANGER)
        said = "".join(stranger.ask(method, path).text for method, path in pages.routes())
        assert "Supervisory Body" not in said
        assert "pilot project" not in said


@pytest.mark.parametrize(
    "path", ["/mailbox", "/static", "/loginx", "/login/x", "/healthz/x", "/feeds", "/", "//mail/x"]
)
def test_a_path_that_only_looks_like_an_open_one_is_closed(path):
    assert not is_open(path)


def test_open_paths_end_where_they_end():
    assert all(is_open(entry) for entry in OPEN)
    assert not any(is_open(entry.rstrip("/") + "x") for entry in OPEN)


# --- this machine -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ip", "base"),
    [("127.0.0.1", "http://127.0.0.1:8000"), ("127.0.0.1", "http://localhost:8000"), ("::1", "http://[::1]:8000"),
     ("::ffff:127.0.0.1", "http://localhost")],
)  # fmt: skip
def test_whoever_sits_at_the_machine_needs_no_login(pages, ip, base):
    assert pages.visitor(ip, base).get("/").status_code == 200


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-real-ip", "x-forwarded-proto"])
def test_a_connection_that_came_through_a_proxy_is_not_from_this_machine(pages, header):
    assert pages.visitor(**{header.replace("-", "_"): "127.0.0.1"}).get("/").status_code == 403


def test_with_a_public_address_even_this_machine_needs_a_login(site):
    """A proxy on the same machine may look exactly like a person there."""
    pages = site("lived", public_url="https://watch.example.org")
    assert pages.visitor().get("/").status_code == 403
    assert site("lived", public_url="http://localhost:8000").visitor().get("/").status_code == 200


def test_a_name_given_once_is_remembered_by_the_browser(pages):
    visitor = pages.visitor()
    answer = visitor.post("/name", {"name": "  Anna\u202e de Vries\r\n ", "to": "/"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Signed as Anna de Vries" in visitor.get("/").text


def test_a_name_cannot_be_written_into_the_cookie_by_hand(pages):
    visitor = pages.visitor(cookie="fw-who=Mallory")
    assert "Mallory" not in visitor.get("/").text


# --- the name it is asked for by --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "base", ["http://evil.example", "http://127.0.0.1.evil.example", "http://localhost.evil.example:8000"]
)
def test_an_unknown_host_name_is_refused_against_dns_rebinding(pages, base):
    answer = pages.visitor(base=base).get("/")
    assert (answer.status_code, answer.text) == (400, "unknown host\n")


@pytest.mark.parametrize("host", ["", "evil.example", "127.0.0.1@evil.example", "[", "a b", "127.0.0.1\t"])
def test_a_strange_host_header_is_no_known_host(pages, host):
    caller = pages.house.access.caller(
        Headers([(b"host", host.encode())]), "127.0.0.1", "127.0.0.1", "http", pages.app.clock.now()
    )
    assert caller is None or host.strip() == "127.0.0.1"


def test_further_names_are_set_by_the_operator(site):
    pages = site("lived", web_hosts="watch.lan, other.lan", public_url="https://watch.example.org")
    for base in ("http://watch.lan:8000", "http://OTHER.lan", "https://watch.example.org"):
        assert pages.visitor(STRANGER, base).get("/healthz").status_code == 200


def test_an_address_as_host_counts_only_when_it_is_the_one_connected_to(pages):
    access = pages.house.access
    assert access.known_host("192.0.2.1", "192.0.2.1")
    assert not access.known_host("192.0.2.1", "192.0.2.2")
    assert not access.known_host("evil.example", "evil.example")


@pytest.mark.parametrize(
    ("header", "host"),
    [("127.0.0.1:8000", "127.0.0.1"), ("[::1]:8000", "::1"), ("Watch.Example.ORG.", "watch.example.org"), ("[", "")],
)
def test_a_host_header_is_read_without_its_port(header, host):
    assert host_of(header) == host


# --- a trusted proxy --------------------------------------------------------------------------------------------------


@pytest.fixture
def proxied(site):
    return site(
        "lived", web_proxy="10.0.0.0/8, 127.0.0.1", web_proxy_user="Remote-User", public_url="https://w.example"
    )


def test_a_trusted_proxy_says_who_has_logged_in(proxied):
    visitor = proxied.visitor("10.1.2.3", "https://w.example", remote_user="anna@example.org")
    answer = visitor.get("/")
    assert answer.status_code == 200
    assert "Signed as anna@example.org" in answer.text


def test_nobody_else_can_say_who_has_logged_in(proxied):
    assert proxied.visitor(STRANGER, "https://w.example", remote_user="anna").get("/").status_code == 403


def test_a_proxy_on_this_machine_that_names_nobody_brings_a_stranger(proxied):
    assert proxied.visitor("127.0.0.1", "http://localhost:8000").get("/").status_code == 403


def caller(site, ip, **headers):
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return site.house.access.caller(
        Headers([(b"host", b"w.example"), *raw]), ip, "10.0.0.1", "http", site.app.clock.now()
    )


def test_forwarded_headers_are_believed_from_the_proxy_alone(proxied):
    told = {"x_forwarded_for": "203.0.113.9", "x_forwarded_proto": "https"}
    assert (caller(proxied, "10.0.0.9", **told).ip, caller(proxied, "10.0.0.9", **told).secure) == ("203.0.113.9", True)
    assert (caller(proxied, STRANGER, **told).ip, caller(proxied, STRANGER, **told).secure) == (STRANGER, False)


def test_of_many_forwarded_addresses_the_last_that_is_no_proxy_counts(proxied):
    told = caller(proxied, "10.0.0.9", x_forwarded_for="127.0.0.1, 198.51.100.1, 203.0.113.9, 10.0.0.8")
    assert told.ip == "203.0.113.9"


def test_tries_from_one_ipv6_network_count_together(proxied):
    one, other = (caller(proxied, "10.0.0.9", x_forwarded_for=f"2001:db8:1:2::{n}") for n in (1, 2))
    assert one.network == other.network == "2001:db8:1:2::/64"


# --- what may be reached from elsewhere -------------------------------------------------------------------------------


def test_pages_nobody_could_log_in_to_are_not_served_to_others(tmp_path):
    with pytest.raises(ConfigError, match="monitor web password"):
        check_exposure(Settings(home=tmp_path), Place("0.0.0.0", 8000))
    check_exposure(Settings(home=tmp_path), Place("127.0.0.1", 8000))
    check_exposure(Settings(home=tmp_path, web_password=HASH), Place("0.0.0.0", 8000))
    check_exposure(Settings(home=tmp_path, web_proxy="10.0.0.0/8", web_proxy_user="Remote-User"), Place("::", 8000))


def test_roles_include_the_ones_before():
    assert Role.ADMIN > Role.REVIEWER > Role.READER
