"""Atom feeds: valid, stable, harmless, and closed to whoever has no key."""

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest

from monitor.web.atom import ATOM

NS = {"a": ATOM}
EVERY = (
    "/feeds/all.atom",
    "/feeds/topic/oversight.atom",
    "/feeds/section/oversight.atom",
    "/feeds/source/coc-home.atom",
)
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
STRANGER = "192.0.2.7"


def read(answer):
    assert answer.status_code == 200
    return ET.fromstring(answer.content)


def ids(root):
    return [node.text for node in root.findall("a:entry/a:id", NS)]


def check_valid(root):
    """RFC 4287, 4.1: what a feed and an entry must have, once each."""
    once = ("id", "title", "updated")
    assert all(len(root.findall(f"a:{name}", NS)) == 1 for name in once)
    links = {(link.get("rel"), link.get("type")) for link in root.findall("a:link", NS)}
    assert {("self", "application/atom+xml"), ("alternate", "text/html")} <= links
    for entry in root.findall("a:entry", NS):
        assert all(len(entry.findall(f"a:{name}", NS)) == 1 for name in (*once, "published", "content"))
        assert entry.find("a:author/a:name", NS).text
        assert [link.get("rel") for link in entry.findall("a:link", NS)].count("alternate") == 1
        assert entry.find("a:content", NS).get("type") == "html"
    assert all(RFC3339.fullmatch(node.text) for node in root.iter(f"{{{ATOM}}}updated"))
    names = [node.text for node in root.iter(f"{{{ATOM}}}id")]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", name) for name in names)


@pytest.mark.parametrize("past", ["lived", "hostile", "empty"])
def test_every_feed_is_valid_atom(site, past):
    pages = site(past)
    if past == "empty":
        assert len(ids(read(pages.get("/feeds/all.atom")))) == 0
        check_valid(read(pages.get("/feeds/all.atom")))
        return
    for path in EVERY:
        answer = pages.get(path)
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        check_valid(read(answer))


def test_a_feed_has_what_its_name_says(pages):
    every = ids(read(pages.get("/feeds/all.atom")))
    coc = ids(read(pages.get("/feeds/source/coc-home.atom")))
    senate = ids(read(pages.get("/feeds/source/senate-report.atom")))
    assert len(every) == 5
    assert set(coc) | set(senate) == set(every)
    assert not set(coc) & set(senate)
    assert ids(read(pages.get("/feeds/section/regions.atom"))) == []


def test_entries_come_newest_first_and_lead_to_their_page(pages):
    root = read(pages.get("/feeds/source/coc-home.atom"))
    dates = [datetime.fromisoformat(node.text) for node in root.findall("a:entry/a:updated", NS)]
    assert dates == sorted(dates, reverse=True)
    links = [n.get("href") for n in root.findall("a:entry/a:link[@rel='alternate']", NS)]
    assert all(re.fullmatch(r"http://127\.0\.0\.1:8000/(changes|events)/\d+", link) for link in links)
    assert root.find("a:updated", NS).text == max(n.text for n in root.findall("a:entry/a:updated", NS))


def test_an_entry_says_what_changed_with_its_marks(pages):
    content = read(pages.get("/feeds/source/coc-home.atom")).findall("a:entry/a:content", NS)
    text = " ".join(node.text for node in content)
    assert "<del>temporary</del>" in text
    assert "<ins>until a legal framework has been adopted</ins>" in text


def test_ids_stay_whatever_the_address_or_the_language(site):
    here = site("lived")
    there = site("lived", public_url="http://localhost:8000")
    instance = here.store.meta.get("instance") or here.store.meta.set_once("instance", "one")
    there.store.meta.set("instance", instance)
    same = [
        ids(read(pages.visitor().get("/feeds/all.atom", headers={"accept-language": code})))
        for pages, code in ((here, "en"), (here, "nl"), (there, "de"))
    ]
    assert same[0] == same[1] == same[2]


def test_two_installations_share_no_id(site):
    feeds = []
    for name in ("one", "two"):
        pages = site("lived")
        pages.store.meta.set("instance", name)
        feeds.append(set(ids(read(pages.get("/feeds/all.atom")))))
    assert not feeds[0] & feeds[1]


def test_a_reader_that_has_it_is_not_sent_it_again(pages):
    first = pages.get("/feeds/all.atom")
    tag, date = first.headers["etag"], first.headers["last-modified"]
    for headers in ({"if-none-match": tag}, {"if-none-match": f'"x", W/{tag}'}, {"if-modified-since": date}):
        again = pages.get("/feeds/all.atom", headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    before = (parsedate_to_datetime(date) - timedelta(seconds=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    for headers in ({"if-none-match": '"x"', "if-modified-since": date}, {"if-modified-since": before},
                    {"if-modified-since": "yesterday"}):  # fmt: skip
        assert pages.get("/feeds/all.atom", headers=headers).status_code == 200


def test_hostile_text_is_text_in_every_feed(hostile_pages):
    for path in EVERY:
        body = hostile_pages.get(path).text
        root = ET.fromstring(body)
        for node in root.findall("a:entry/a:content", NS):
            assert "<script" not in node.text
            assert "onerror=" not in re.sub(r"&lt;.*?&gt;", "", node.text)
        assert "\u202e" not in body
        assert "\x1b" not in body
        assert "{{7*7}}" in body


def test_characters_that_xml_does_not_know_are_spelt_out(pages):
    pages.store.meta.set("instance", "\x00\x08\ufffe")
    check_valid(read(pages.get("/feeds/all.atom")))


@pytest.mark.parametrize("path", ["/feeds/topic/gardening.atom", "/feeds/source/x.atom", "/feeds/section/x.atom",
                                  "/feeds/source/%2e%2e.atom", "/feeds/x.atom"])  # fmt: skip
def test_a_feed_of_nothing_is_no_page(pages, path):
    assert pages.get(path).status_code == 404


# --- keys -------------------------------------------------------------------------------------------------------------


def addresses(page):
    return [found.replace("&amp;", "&") for found in re.findall(r'<dd><a href="([^"]+\.atom[^"]*)"', page.text)]


@pytest.fixture
def shared(site):
    return site("lived", web_proxy="10.0.0.0/8", web_proxy_user="Remote-User", public_url="https://w.example")


def test_a_feed_is_closed_to_strangers_without_its_key(shared):
    for path in [*EVERY, "/feeds/source/no-such-source.atom"]:
        for key in ("", "?key=x", "?key=" + shared.house.links.signed("feed", "topic/other")):
            assert shared.visitor(STRANGER, "https://w.example").get(path + key).status_code == 403


def test_the_addresses_on_the_page_open_their_feeds_for_readers_elsewhere(shared):
    page = shared.visitor("10.0.0.2", "https://w.example", remote_user="anna").get("/feeds")
    found = addresses(page)
    assert len(found) > 15
    stranger = shared.visitor(STRANGER, "https://w.example")
    for address in found:
        assert address.startswith("https://w.example/feeds/")
        parts = urlsplit(address)
        root = read(stranger.get(f"{parts.path}?{parts.query}"))
        assert root.find("a:link[@rel='self']", NS).get("href") == address


def test_a_key_opens_its_own_feed_and_nothing_else(shared):
    key = shared.house.links.signed("feed", "topic/oversight")
    stranger = shared.visitor(STRANGER, "https://w.example")
    assert stranger.get(f"/feeds/topic/oversight.atom?key={key}").status_code == 200
    for path in ("/feeds/all.atom", "/feeds/topic/laws.atom", "/kept/1", "/"):
        assert stranger.get(f"{path}?key={key}").status_code == 403


def test_on_this_machine_addresses_need_no_key(pages):
    assert all(parse_qs(urlsplit(address).query) == {} for address in addresses(pages.get("/feeds")))
    assert '<link rel="alternate" type="application/atom+xml"' in pages.get("/feeds").text


def test_the_page_of_a_source_names_its_feed(pages):
    feeds = re.findall(
        r'<link rel="alternate" type="application/atom\+xml"[^>]* href="([^"]+)"', pages.get("/sources/coc-home").text
    )
    assert feeds == ["/feeds/all.atom", "/feeds/source/coc-home.atom"]
