"""Pages that send the browser on by themselves are followed; those that load anew or end a session are not."""

import pytest

from monitor.fetch.leading import leads_on

URL = "https://www.example.be/nl/oud"
NEW = "https://www.example.be/nl/nieuw"


def meta(content):
    return f'<html><head><meta http-equiv="refresh" content="{content}"></head>'.encode()


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("0; url=/nl/nieuw", b""),
        ("5;URL='/nl/nieuw'", b""),
        ("", meta("0;url=/nl/nieuw")),
        ("", meta("3, https://www.example.be/nl/nieuw")),
        ("", b"<META CONTENT='0; url=nieuw' HTTP-EQUIV=Refresh>"),
    ],
)
def test_a_page_that_sends_on_at_once_leads_on(header, body):
    assert leads_on(URL, [("Refresh", header)] if header else [], body) == NEW


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("", b"<p>tekst</p>"),
        ("300", b""),
        ("0; url=/nl/oud?cookie=1", b""),
        ("900; url=/nl/afgemeld", b""),
        ("0; url=javascript:alert(1)", b""),
        ("0; url=https://[x", b""),
        ("", b"<noscript>" + meta("0;url=/nl/zonder-script") + b"</noscript>"),
        ("", b"<!-- " + meta("0;url=/nl/nieuw") + b" -->"),
        ("", b"<meta name='refresh' content='0;url=/nl/nieuw'>"),
    ],
)
def test_a_page_that_stays_leads_nowhere(header, body):
    assert leads_on(URL, [("refresh", header)], body) == ""
