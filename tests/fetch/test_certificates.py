"""Nothing is fetched over a connection whose certificate does not verify, and the reason is said in words."""

import asyncio
import ssl
from datetime import UTC, datetime

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError, FetchKind
from monitor.fetch import HttpFetcher, Limits, MemoryHostBook, SystemResolver
from monitor.fetch.certificates import CertificateWords, words_of
from monitor.fetch.tls import tls_fault, trust_store, verifying
from monitor.model.wire import Capture

PAGE = "https://www.example.be/page"


def fetched(on_web, server: ssl.SSLContext, trust: ssl.SSLContext, url: str = PAGE):
    async def scene(web):
        web.pages |= {
            "/page": web.http(200, b"secure"),
            "/down": web.http(302, b"", "Location: http://www.example.be/page"),
        }
        answer = await web.fetch(url, fetcher=web.fetcher(trust=trust))
        return answer, web.requests, web.looked_up

    return on_web(scene, tls=server)


def test_a_verified_host_is_fetched_by_its_name_at_the_checked_address(on_web, served_by, trust, connects):
    names = []
    server = served_by("www.example.be")
    server.sni_callback = lambda _socket, name, _context: names.append(name)
    answer, requests, _ = fetched(on_web, server, trust)
    assert isinstance(answer, Capture)
    assert answer.body == b"secure"
    assert set(names) == {"www.example.be"}
    assert {ip for ip, _ in connects} == {"127.0.0.1"}
    assert b"Host: www.example.be\r\n" in requests[-1]


def test_a_trailing_dot_of_the_host_does_not_reach_the_certificate_check(on_web, served_by, trust):
    answer, _, _ = fetched(on_web, served_by("www.example.be"), trust, "https://www.example.be./page")
    assert answer.body == b"secure"


def chain(authority: trustme.CA, *, complete: bool) -> ssl.SSLContext:
    leaf = authority.create_child_ca().issue_cert("www.example.be")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if complete:
        leaf.configure_cert(context)
        return context
    with leaf.private_key_pem.tempfile() as key, leaf.cert_chain_pems[0].tempfile() as cert:
        context.load_cert_chain(cert, key)
    return context


def test_a_chain_with_its_intermediate_verifies(on_web, authority, trust):
    assert isinstance(fetched(on_web, chain(authority, complete=True), trust)[0], Capture)


def test_the_missing_certificate_is_named_and_nothing_is_asked_meanwhile(on_web, authority, trust):
    leaf = authority.create_child_ca().issue_cert("www.example.be")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with leaf.private_key_pem.tempfile() as key, leaf.cert_chain_pems[0].tempfile() as cert:
        context.load_cert_chain(cert, key)
    answer, requests, _ = fetched(on_web, context, trust)
    words = words_of(ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode()))
    assert f"“{words.issuer}”, which issued “{words.subject}”, is neither sent nor known" in answer.detail
    assert "SSL_CERT_FILE" in answer.detail
    assert requests == []


def certificate(subject: str, issuer: str, *more: x509.ExtensionType) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    made = x509.CertificateBuilder(name(issuer), name(subject), key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(datetime(2049, 12, 31, tzinfo=UTC)).not_valid_after(datetime(2050, 1, 2, tzinfo=UTC))
    for extension in more:
        made = made.add_extension(extension, critical=False)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def test_a_certificate_is_read_as_far_as_a_person_needs():
    place = x509.UniformResourceIdentifier("http://crt.example.net/g3.crt")
    where = x509.AuthorityInformationAccess(
        [x509.AccessDescription(x509.AuthorityInformationAccessOID.CA_ISSUERS, place)]
    )
    assert words_of(certificate("Wétstraat 16", "Autorité", where)) == CertificateWords(
        "Wétstraat 16",
        "Autorité",
        datetime(2049, 12, 31, tzinfo=UTC),
        datetime(2050, 1, 2, tzinfo=UTC),
        str(place.value),
    )


DER = certificate("subject", "issuer")


@given(st.one_of(st.binary(max_size=400), st.integers(0, len(DER)).map(lambda n: DER[:n])), st.integers(0, 10**6))
def test_any_bytes_in_place_of_a_certificate_are_harmless(der, at):
    for one in (der, DER[: at % len(DER)] + der[:3] + DER[at % len(DER) + 3 :]):
        words = words_of(one)
        assert words.subject.isprintable()
        assert words.issuer.isprintable()


def self_signed() -> ssl.SSLContext:
    own = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with own.private_key_pem.tempfile() as key, own.cert_pem.tempfile() as cert:
        context.load_cert_chain(cert, key)
    return context


@pytest.fixture
def made_wrong(authority, served_by):
    """A server whose certificate has the named fault."""
    contexts = {
        "expired": lambda: served_by("www.example.be", not_after=datetime(2020, 1, 1, tzinfo=UTC)),
        "not yet": lambda: served_by("www.example.be", not_before=datetime(2037, 1, 1, tzinfo=UTC)),
        "wrong host": lambda: served_by("www.example.org"),
        "self-signed": self_signed,
        "missing intermediate": lambda: chain(authority, complete=False),
        "unknown issuer": lambda: served_by("www.example.be", issuer=trustme.CA()),
    }
    return lambda fault: contexts[fault]()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("expired", "its certificate has expired"),
        ("not yet", "its certificate is not valid yet"),
        ("wrong host", "its certificate is for another host name"),
        ("self-signed", "its certificate is self-signed"),
        ("missing intermediate", "an intermediate certificate is missing"),
        ("unknown issuer", "its issuer is not trusted"),
    ],
)
def test_a_certificate_that_does_not_verify_is_refused_with_its_reason(on_web, made_wrong, trust, fault, words):
    answer, requests, _ = fetched(on_web, made_wrong(fault), trust)
    assert isinstance(answer, FetchError)
    assert answer.kind is FetchKind.TLS
    assert words in answer.detail
    assert answer.url == PAGE
    assert requests == [], "not a byte of a request was sent"


def test_a_server_that_speaks_no_tls_is_a_tls_fault(on_web, trust):
    async def scene(web):
        async def plain(reader, writer):
            await reader.read(100)
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(plain, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        web.names["www.example.be"] = [("127.0.0.1", port)]
        answer = await web.fetch(
            PAGE, fetcher=web.fetcher(trust=trust, guard_exceptions=frozenset({("127.0.0.1", port)}))
        )
        server.close()
        return answer

    answer = on_web(scene)
    assert answer.kind is FetchKind.TLS
    assert "handshake failed (wrong version number)" in answer.detail


def test_a_server_that_closes_during_the_handshake_is_a_connection_fault(on_web, trust):
    async def scene(web):
        async def hang_up(reader, writer):
            await reader.read(10)
            writer.close()

        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        web.names["www.example.be"] = [("127.0.0.1", port)]
        answer = await web.fetch(
            PAGE, fetcher=web.fetcher(trust=trust, guard_exceptions=frozenset({("127.0.0.1", port)}))
        )
        server.close()
        return answer

    assert on_web(scene).kind in {FetchKind.CONNECT, FetchKind.TLS}


def test_a_handshake_that_never_ends_is_cut_off_and_its_connection_closed(on_web, trust):
    async def scene(web):
        closed = asyncio.Event()

        async def silent(reader, writer):
            while await reader.read(1000):
                pass
            closed.set()
            writer.close()

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        web.names["www.example.be"] = [("127.0.0.1", port)]
        fetcher = web.fetcher(trust=trust, guard_exceptions=frozenset({("127.0.0.1", port)}), limits=Limits(total=1))
        answer = await web.fetch(PAGE, fetcher=fetcher)
        async with asyncio.timeout(10):
            await closed.wait()
        server.close()
        return answer

    assert on_web(scene).kind is FetchKind.TIMEOUT


def test_a_redirect_from_https_to_http_is_refused(on_web, served_by, trust):
    answer, requests, _ = fetched(on_web, served_by("www.example.be"), trust, "https://www.example.be/down")
    assert answer.kind is FetchKind.REDIRECTS
    assert "unprotected" in answer.detail
    assert len(requests) == 2


def test_robots_txt_that_leads_from_https_to_http_is_not_followed(on_web, served_by, trust):
    async def scene(web):
        web.pages |= {
            "/robots.txt": web.http(301, b"", "Location: http://www.example.be/robots.txt"),
            "/page": web.http(200, b"secure"),
        }
        return await web.fetch(PAGE, fetcher=web.fetcher(trust=trust)), web.asked_robots

    answer, asked_robots = on_web(scene, tls=served_by("www.example.be"))
    assert answer.body == b"secure"
    assert asked_robots == 1


def test_a_context_that_does_not_verify_is_refused():
    careless = ssl.create_default_context()
    careless.check_hostname = False
    for context in (careless, ssl._create_unverified_context()):
        with pytest.raises(ValueError, match="does not verify"):
            verifying(context)


def test_a_fetcher_takes_no_careless_context():
    with pytest.raises(ValueError, match="does not verify"):
        HttpFetcher(
            clock=None,
            resolver=SystemResolver(),
            hosts=MemoryHostBook(),
            agent="x",
            trust=ssl._create_unverified_context(),
        )


def test_the_default_store_verifies_and_knows_authorities():
    context = trust_store()
    assert verifying(context) is context


def test_certifi_stands_in_where_the_system_has_no_certificates(monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert trust_store().cert_store_stats()["x509_ca"] > 50


def test_an_unknown_verification_code_is_named_by_number():
    error = ssl.SSLCertVerificationError()
    error.verify_code = 999
    assert "code 999" in tls_fault(error, "www.example.be").detail


def test_a_handshake_without_a_reason_is_still_said_in_words():
    assert tls_fault(ssl.SSLError(), "www.example.be").detail.endswith("the handshake failed")
