"""No connection ever leads to an address that is not public."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError, FetchKind
from monitor.fetch.guard import Guard, is_disguised, why_not_public
from monitor.fetch.network import GuardedBackend
from monitor.model.wire import Capture

REFUSED_KINDS = {FetchKind.REFUSED_ADDRESS, FetchKind.BAD_ADDRESS}

SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "0",
    "0.0.0.0",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "127%2e0.0.1",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[2a00:1450::5efe:127.0.0.1]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fec0::1]",
    "[fd00::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[100::1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_an_inner_address_leads_to_a_connection(on_web, connects, host, record_property):
    async def scene(web):
        url = f"http://{host}:{web.port}/"
        answer = await web.fetch(url, fetcher=web.fetcher(guard_exceptions=frozenset()))
        return answer, web.requests

    answer, requests = on_web(scene)
    assert isinstance(answer, FetchError)
    assert answer.kind in REFUSED_KINDS
    assert not answer.transient
    assert connects == []
    assert requests == []
    record_property(
        "figure", f"{len(SPELLINGS)} spellings of inner addresses: {len(connects)} connections by any of them"
    )


@pytest.mark.parametrize("host", [h for h in SPELLINGS if not h.startswith("[") and "%" not in h and h.isascii()])
def test_a_resolver_that_understands_every_spelling_opens_no_door(on_web, connects, host):
    """Glibc reads these hosts as numbers. Whether the resolver is asked or not: no connection."""

    async def scene(web):
        web.names[host] = [("127.0.0.1", web.port)]
        return await web.fetch(f"http://{host}/", fetcher=web.fetcher(guard_exceptions=frozenset()))

    assert on_web(scene).kind in REFUSED_KINDS
    assert connects == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1"])
def test_the_backend_itself_refuses_a_disguised_number(connects, host):
    async def never(host, port):
        pytest.fail("a resolver must not be asked")

    resolver = SimpleNamespace(resolve=never)
    backend = GuardedBackend(resolver=resolver, guard=Guard(), dns_seconds=1, connect_seconds=1)
    with pytest.raises(FetchError) as caught:
        asyncio.run(backend.connect(host, 80))
    assert caught.value.kind is FetchKind.REFUSED_ADDRESS
    assert connects == []


@pytest.mark.parametrize(
    "literal", ["127.0.0.1", "10.1.2.3", "::1", "64:ff9b::a00:1", "::ffff:10.0.0.1", "fe80::1%eth0"]
)
def test_a_name_that_leads_to_an_inner_address_is_refused(on_web, connects, literal):
    async def scene(web):
        web.names["innocent.example"] = [(literal, web.port)]
        return await web.fetch("http://innocent.example/", fetcher=web.fetcher(guard_exceptions=frozenset()))

    answer = on_web(scene)
    assert answer.kind is FetchKind.REFUSED_ADDRESS
    assert "innocent.example" in answer.detail
    assert literal in answer.detail
    assert connects == []


def test_of_mixed_answers_only_the_allowed_one_is_connected_to(on_web, connects):
    async def scene(web):
        web.pages["/"] = web.http(body=b"public")
        web.names["mixed.example"] = [("10.0.0.1", web.port), ("127.0.0.1", web.port), ("::1", web.port)]
        return await web.fetch("http://mixed.example/"), web.port

    answer, port = on_web(scene)
    assert isinstance(answer, Capture)
    assert answer.body == b"public"
    assert set(connects) == {("127.0.0.1", port)}


def test_a_name_that_changes_its_mind_between_two_requests_is_refused_at_the_second(on_web, connects):
    """DNS rebinding: robots.txt is asked for at the allowed address, the page would be asked for at an inner one."""

    async def scene(web):
        answers = [[("127.0.0.1", web.port)], [("127.0.0.2", web.port)]]

        async def rebind():
            return tuple(answers.pop(0))

        web.names["rebind.example"] = rebind
        return await web.fetch("http://rebind.example/"), web.port, web.asked_robots

    answer, port, asked_robots = on_web(scene)
    assert answer.kind is FetchKind.REFUSED_ADDRESS
    assert asked_robots == 1
    assert connects == [("127.0.0.1", port)]


def test_the_name_is_looked_up_once_per_connection(on_web):
    """What was checked is what is connected to: there is no second look-up that could answer otherwise."""

    async def scene(web):
        await web.fetch("http://once.example/")
        return web.looked_up, len(web.requests)

    looked_up, requests = on_web(scene)
    assert len(looked_up) == requests == 2


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0x7f.1/",
        "http://in.example/",
    ],
)
def test_a_redirect_into_the_inner_network_is_refused(on_web, connects, target):
    async def scene(web):
        web.names["in.example"] = [("192.168.0.1", 80)]
        web.pages["/"] = web.http(302, b"", f"Location: {target}")
        return await web.fetch("http://www.example.be/"), web.port

    answer, port = on_web(scene)
    assert answer.kind in {FetchKind.REFUSED_ADDRESS, FetchKind.REDIRECTS}
    assert set(connects) == {("127.0.0.1", port)}


def test_a_redirect_of_robots_txt_into_the_inner_network_is_refused(on_web, connects):
    async def scene(web):
        web.pages["/robots.txt"] = web.http(302, b"", "Location: http://10.0.0.1/robots.txt")
        return await web.fetch("http://www.example.be/"), web.port

    answer, port = on_web(scene)
    assert answer.kind is FetchKind.ROBOTS
    assert set(connects) == {("127.0.0.1", port)}


def test_an_exception_holds_for_its_exact_address_and_port_only(on_web, connects):
    async def scene(web):
        fetcher = web.fetcher(guard_exceptions=frozenset({("127.0.0.1", web.port + 1), ("127.0.0.2", web.port)}))
        return await web.fetch(f"http://127.0.0.1:{web.port}/", fetcher=fetcher)

    assert on_web(scene).kind is FetchKind.REFUSED_ADDRESS
    assert connects == []


def test_a_mapped_form_does_not_share_the_exception_of_its_plain_form():
    guard = Guard({("127.0.0.1", 80)})
    assert guard.refusal("127.0.0.1", 80) == ""
    assert guard.refusal("::ffff:127.0.0.1", 80) != ""


def test_heartbeat_and_online_check_go_through_the_guard_too(on_web, connects):
    async def scene(web):
        fetcher = web.fetcher(guard_exceptions=frozenset())
        with pytest.raises(FetchError) as caught:
            await fetcher.get_plain(f"http://127.0.0.1:{web.port}/")
        return caught.value.kind, await fetcher.online([f"http://127.0.0.1:{web.port}/", "http://in.example/"])

    assert on_web(scene) == (FetchKind.REFUSED_ADDRESS, False)
    assert connects == []


@pytest.mark.parametrize(
    "literal",
    [
        "8.8.8.8",
        "193.191.210.1",
        "172.32.0.1",
        "2a00:1450:4001::200e",
        "2001:4860:4860::8888",
        "64:ff9b::808:808",
        "::ffff:8.8.8.8",
    ],
)
def test_public_addresses_are_let_through(literal):
    assert why_not_public(literal) == ""


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_every_ipv4_address_python_calls_not_global_is_refused(address):
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert why_not_public(str(address))


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_every_ipv6_address_outside_global_unicast_is_refused_unless_it_stands_for_a_public_ipv4_one(address):
    if int(address) >> 125 != 1 and address.ipv4_mapped is None and int(address) >> 32 != 0x64FF9B << 64:
        assert why_not_public(str(address))


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_an_ipv6_address_that_carries_an_ipv4_one_is_judged_like_it(address):
    for carrier in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert why_not_public(str(ip_address(carrier))) == why_not_public(str(address))


@given(st.integers(0, 2**32 - 1).map(IPv4Address), st.sampled_from(["{0}", "0x{0:x}", "0{0:o}"]))
def test_every_number_a_resolver_reads_as_an_address_is_seen_as_one(address, form):
    host = form.format(int(address))
    assert socket.inet_ntoa(socket.inet_aton(host)) == str(address)
    assert is_disguised(host)


@pytest.mark.parametrize("host", ["www.example.be", "8.8.8.8", "1.example", "0x.example", "xn--p1ai", "2001:db8::1"])
def test_ordinary_hosts_are_not_taken_for_disguised_numbers(host):
    assert not is_disguised(host)


def test_what_is_not_an_address_is_not_public():
    assert why_not_public("www.example.be") == "not an IP address"
