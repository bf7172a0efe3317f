"""Every page, with every kind of past: well-formed, without dead links, nothing in line, every form guarded."""

from urllib.parse import urlsplit

import pytest
from markup import Page

HERE = "http://127.0.0.1:8000"
PASTS = ("empty", "lived", "hostile")


def html_pages(site):
    """(path, page) of everything a visitor at this machine gets as HTML, stored pages apart."""
    for _, path in site.routes("GET"):
        answer = site.get(path)
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html") and not path.endswith("/page"):
            yield path, answer, Page(answer.text)


@pytest.mark.slow
@pytest.mark.parametrize("past", PASTS)
def test_every_page_is_well_formed(site, past):
    pages = list(html_pages(site(past, public_url=HERE, sign_up=True)))
    assert len(pages) > 8
    assert {path: page.faults for path, _, page in pages if page.faults} == {}


@pytest.mark.slow
@pytest.mark.parametrize("past", PASTS)
def test_no_page_is_broken_by_its_past(site, past):
    watch = site(past)
    assert {
        path: watch.get(path).status_code for _, path in watch.routes("GET") if watch.get(path).status_code >= 500
    } == {}


@pytest.mark.slow
@pytest.mark.parametrize("past", PASTS)
def test_every_link_on_every_page_leads_somewhere(site, past):
    watch = site(past)
    links = {(urlsplit(link)._replace(fragment="").geturl(), path) for path, answer, page in html_pages(watch)
             if answer.status_code == 200 for link in page.links if link.startswith("/")}  # fmt: skip
    status = {link: watch.get(link).status_code for link in {link for link, _ in links}}
    assert {(link, path, status[link]) for link, path in links if status[link] >= 400} == set()


@pytest.mark.slow
@pytest.mark.parametrize("past", ["lived", "hostile"])
def test_every_form_that_writes_carries_the_token(site, past):
    forms = [
        (path, form) for path, _, page in html_pages(site(past)) for form in page.forms if form["method"] == "post"
    ]
    assert forms
    # A mail program has no token either: the signed link is the key.
    bare = [
        (path, form) for path, form in forms if not form.get("token") and "/mail/unsubscribe/" not in form["action"]
    ]
    assert bare == []


def test_markup_of_others_is_text_on_every_page(hostile_pages):
    for path, answer, _ in html_pages(hostile_pages):
        assert "<script>alert" not in answer.text, path
        assert "<img src=x" not in answer.text, path
        assert "\u202e" not in answer.text, path
        assert "\x1b" not in answer.text, path
        assert ">49<" not in answer.text, path


PAYLOADS = (
    '"><script>alert(1)</script>', "'-alert(1)-'", "javascript:alert(1)", "{{7*7}}${7*7}", "<svg/onload=alert(1)>",
    "\u202e\u0000", "%0d%0aSet-Cookie:%20x=1", "../../etc/passwd", "a" * 1500, "' OR 1=1 --",
)  # fmt: skip
NAMES = ("to", "q", "source", "topic", "section", "severity", "days", "after", "before", "old", "new", "page", "view",
         "kind", "state", "done", "key", "all", "step", "since", "what", "language", "format")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: text[:12].encode("unicode_escape").decode())
def test_whatever_stands_in_an_address_is_text_or_refused(pages, payload):
    for _, path in pages.routes("GET"):
        answer = pages.get(path, params=dict.fromkeys(NAMES, payload))
        assert answer.status_code < 500, path
        assert "set-cookie: x=1" not in str(answer.headers).lower()
        if answer.headers.get("content-type", "").startswith("text/html") and not path.endswith("/page"):
            assert [
                fault for fault in Page(answer.text).faults if "in line" in fault or "=javascript" in fault
            ] == [], path
            assert payload not in answer.text or payload[:3] not in {'"><', "<sv"}, path
