"""The bytes decide what a body is (faults 40)."""

import pytest

from monitor.errors import ExtractError, ExtractKind
from monitor.extract import sniff


@pytest.mark.parametrize(
    ("body", "declared", "kind"),
    [
        (b"%PDF-1.7\n", "text/html", "pdf"),
        (b"\n\n%PDF-1.4\n", "application/octet-stream", "pdf"),
        (b"<!DOCTYPE html><html></html>", "application/pdf", "html"),
        (b"\xef\xbb\xbf  <!-- made by us -->\n<HTML lang=nl>", "", "html"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0">\n<html>', "text/xml", "html"),
        (b"<p>fragment", "text/plain", "html"),
        (b"Just words", "text/html", "html"),
        (b"Just words", "text/plain", "plain"),
        (b"<pre-release> is no tag", "text/plain", "plain"),
        (b'<?xml version="1.0"?><rss version="2.0">', "text/html", "feed"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', "application/xml", "feed"),
        (b'<!DOCTYPE lolz [<!ENTITY a "b">]><rss>', "application/rss+xml", "feed"),
        (b'{"a": 1}', "application/json", "json"),
        (b"[1]", "", "json"),
        (b"[1] see the annex", "text/plain", "plain"),
        (b"PK\x03\x04\x14\0", "application/pdf", "zip"),
        (b"\x89PNG\r\n\x1a\n", "text/html", "image"),
        (b"RIFF\0\0\0\0WEBP", "", "image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "text/html", "image"),
        (b"MZ\x90\0\x03\0\0\0", "application/pdf", "unknown"),
        (b"\x7fELF\x02\x01\x01\0", "text/html", "unknown"),
        (b"<html>\0<p>a page with a stray NUL", "text/html", "html"),
        ("<html><p>één".encode("utf-16"), "text/html", "html"),
        (b"", "text/html", "html"),
    ],
)
def test_the_bytes_decide_what_a_body_is(body, declared, kind):
    assert sniff(body, declared) == kind


def test_parameters_of_the_declared_type_do_not_matter():
    assert sniff(b"words", "Text/HTML; charset=iso-8859-1") == "html"


def test_a_program_declared_as_pdf_is_refused_by_name(read_bytes):
    with pytest.raises(ExtractError) as caught:
        read_bytes(b"MZ\x90\0\x03\0\0\0\x04" + bytes(100), "application/pdf")
    assert caught.value.kind is ExtractKind.UNSUPPORTED_TYPE
    assert "application/pdf" in caught.value.detail


def test_a_pdf_declared_as_html_is_read_as_pdf(read_bytes, paper, french):
    made = paper()
    made.add_page()
    made.multi_cell(0, 6, french)
    assert read_bytes(made.bytes(), "text/html; charset=utf-8").media == "pdf"


def test_a_page_declared_as_pdf_is_read_as_html(read_bytes):
    found = read_bytes(b"<html><title>Not found</title><p>This page is gone.</p></html>", "application/pdf")
    assert (found.media, found.text) == ("html", "This page is gone.")


@pytest.mark.parametrize("body", [b"", b" \r\n\t "])
def test_an_answer_without_content_is_empty(read_bytes, body):
    with pytest.raises(ExtractError) as caught:
        read_bytes(body, "text/html")
    assert caught.value.kind is ExtractKind.EMPTY
