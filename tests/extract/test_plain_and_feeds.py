"""Plain text, JSON, feeds; and what XML could do but must not (faults 44)."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import ExtractError, ExtractKind
from monitor.extract import plain
from monitor.extract.plain import paragraphs
from monitor.model import Item


def test_wrapped_lines_are_joined_and_short_ones_stay():
    text = (
        "Article 1. The Member States shall take all measures that are necessary to\r\n"
        "ensure that this is applied.\r\n\r\nSigned:\r\nthe President\r\n- one\r\n- two"
    )
    assert paragraphs(text) == [
        "Article 1. The Member States shall take all measures that are necessary to ensure that this is applied.",
        "Signed:", "the President", "- one", "- two",
    ]  # fmt: skip


@given(st.text(max_size=300))
def test_no_word_of_a_text_is_lost(text):
    words = " ".join(paragraphs(text)).split()
    assert words == plain.tidy(text).split()


def test_plain_text_is_read_with_its_encoding(read_bytes):
    found = read_bytes("Één besluit".encode("cp1252"), "text/plain; charset=windows-1252")
    assert (found.text, found.media, found.charset) == ("Één besluit", "plain", "windows-1252")


def test_json_is_one_block_a_value(read_bytes):
    value = {"policy": {"name": "Plan", "year": 2019, "tags": ["ai", "ethics"], "end": None, "open": True, "none": ""}}
    found = read_bytes(json.dumps(value).encode(), "application/json")
    assert [block.text for block in found.blocks] == [
        "policy.name: Plan", "policy.open: true", "policy.tags: ai", "policy.tags: ethics", "policy.year: 2019",
    ]  # fmt: skip


def test_a_json_scalar_list_is_read(read_bytes):
    assert read_bytes(b'["a", "b"]', "application/json").text == "a\nb"


@pytest.mark.parametrize("body", [b"[" * 100_000, b"{not json", b'{"a": ' * 50_000])
def test_broken_or_bottomless_json_is_plain_text(read_bytes, body):
    assert read_bytes(body, "application/json").blocks


def test_a_text_without_words_is_empty(read_bytes):
    with pytest.raises(ExtractError) as caught:
        read_bytes(b"{}", "application/json")
    assert caught.value.kind is ExtractKind.EMPTY


def test_monstrous_texts_are_refused(monkeypatch, read_bytes):
    monkeypatch.setattr(plain, "MAX_BLOCKS", 3)
    with pytest.raises(ExtractError) as caught:
        read_bytes(b"a\n\nb\n\nc\n\nd", "text/plain")
    assert caught.value.kind is ExtractKind.TOO_COSTLY
    monkeypatch.setattr(plain, "MAX_BYTES", 3)
    with pytest.raises(ExtractError):
        read_bytes(b"abcd", "text/plain")


RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Belgisch Staatsblad</title><link>https://example.be/</link><lastBuildDate>Mon, 1 Jan 2024</lastBuildDate>
<description>Dagelijks</description>
<item><title><![CDATA[Wet over <em>algoritmen</em> &amp; data]]></title><link>https://example.be/wet?a=1&amp;b=2</link>
<pubDate>Tue, 2 Jan 2024 10:00:00 +0100</pubDate>
<description>&lt;p&gt;Eerste &amp;eacute;&amp;eacute;n zin.&lt;/p&gt;</description></item>
<item><title>Zonder adres</title><guid isPermaLink="false">x-1</guid></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Wijzigingen</title>
<entry><title type="html">Artikel 3</title><link rel="self" href="/self"/><link href="/a3"/>
<updated>2024-05-01T00:00:00Z</updated><summary>Tekst</summary></entry>
<entry><title>Artikel 4</title><link rel="alternate" href="/a4"></link><content>Inhoud</content></entry></feed>"""


def test_a_feed_gives_items_and_blocks(read_bytes):
    found = read_bytes(RSS.encode(), "application/rss+xml")
    assert found.items == (
        Item(
            "https://example.be/wet?a=1&b=2", "Wet over algoritmen & data", "https://example.be/wet?a=1&b=2",
            "Tue, 2 Jan 2024 10:00:00 +0100", "Eerste één zin.",
        ),
        Item("x-1", "Zonder adres"),
    )  # fmt: skip
    assert [block.text for block in found.blocks] == [
        "Wet over algoritmen & data",
        "Eerste één zin.",
        "Zonder adres",
    ]
    assert [block.text for block in found.margin] == ["Belgisch Staatsblad", "Dagelijks"]
    assert found.title == "Belgisch Staatsblad"


def test_a_feed_whose_tags_have_a_prefix_is_read_as_one_without(read_bytes):
    plain = ATOM.encode()
    named = re.sub(rb"<(/?)(\w)", rb"<\1a:\2", plain).replace(b"xmlns=", b"xmlns:a=")
    assert b"<a:entry>" in named
    assert read_bytes(named, "").items == read_bytes(plain, "").items != ()


def test_a_feed_that_borrows_a_tag_of_another_keeps_its_own(read_bytes):
    borrowed = RSS.replace("<rss ", '<rss xmlns:atom="http://www.w3.org/2005/Atom" ').replace(
        "<item><title><![", '<item><atom:link href="/self" rel="self"/><atom:title>nothing</atom:title><title><!['
    )
    assert read_bytes(borrowed.encode(), "").items == read_bytes(RSS.encode(), "").items


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("<![CDATA[Before <item> and </description> after.]]>", "Before and after."),
        ("<![CDATA[<p>One &amp; two, &eacute;n.</p>]]>", "One & two, én."),
        ("<![CDATA[The tag &lt;item&gt; is named.]]>", "The tag <item> is named."),
        ("<!-- <item><title>Old</title></item> -->It stands.", "It stands."),
        ("One <![CDATA[two]]> three <![CDATA[four]]>", "One two three four"),
    ],
)
def test_what_a_feed_sets_apart_is_neither_tag_nor_lost(read_bytes, written, said):
    feed = f"<rss><channel><item><title>A</title><description>{written}</description></item></channel></rss>"
    assert [(i.title, i.summary) for i in read_bytes(feed.encode(), "").items] == [("A", said)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="<![CDATA[]]>-item/ a&;", max_size=200))
def test_no_text_in_cdata_makes_an_entry_or_ends_one(read_bytes, text):
    inside = text.replace("]]>", "")
    feed = f"<rss><channel><item><title>A</title><description><![CDATA[{inside}]]></description></item></channel></rss>"
    assert [item.title for item in read_bytes(feed.encode(), "").items] == ["A"]


def test_the_build_time_of_a_feed_is_no_text(read_bytes):
    again = RSS.replace("1 Jan 2024", "9 Jan 2024")
    assert read_bytes(RSS.encode(), "").blocks == read_bytes(again.encode(), "").blocks


def test_an_atom_feed_is_read(read_bytes):
    found = read_bytes(ATOM.encode(), "application/atom+xml")
    assert [(i.title, i.url, i.date, i.summary) for i in found.items] == [
        ("Artikel 3", "https://beleid.example.be/a3", "2024-05-01T00:00:00Z", "Tekst"),
        ("Artikel 4", "https://beleid.example.be/a4", "", "Inhoud"),
    ]


def test_addresses_of_a_feed_are_relative_to_what_it_says(read_bytes):
    feed = (
        b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://cdn.example.be/nieuws/">'
        b'<entry><title>Advies</title><link href="advies-1"/></entry></feed>'
    )
    (item,) = read_bytes(feed, "application/atom+xml").items
    assert item.url == "https://cdn.example.be/nieuws/advies-1"


def test_a_feed_of_rdf_is_read_entry_by_entry_and_a_mistake_costs_none(read_bytes):
    feed = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        b"<channel><title>N</title></channel>"
        b'<item rdf:about="https://x.example/1"><title>Recht & wet</title><link>https://x.example/1</link></item>'
        b'<item rdf:about="https://x.example/2"><title>L&eacute;gislation</title><link>https://x.example/2</link></item>'
    )
    found = read_bytes(feed, "application/rdf+xml").items
    assert [(i.title, i.url) for i in found] == [
        ("Recht & wet", "https://x.example/1"),
        ("Législation", "https://x.example/2"),
    ]


def test_a_feed_without_entries_is_its_words(read_bytes):
    assert read_bytes(b"<rss><channel><title>Leeg</title></channel></rss>", "").text == "Leeg"


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]><rss><channel><item><title>&lol9;</title></item></channel></rss>"
)
OUTSIDE = (
    '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "http://127.0.0.1:1/">]>'
    "<feed><entry><title>&x;&y;</title></entry></feed>"
)


@pytest.mark.parametrize(("body", "title"), [(LAUGHS, "&lol9;"), (OUTSIDE, "&x;&y;")])
def test_entities_stay_the_words_they_are(read_bytes, body, title):
    found = read_bytes(body.encode(), "application/rss+xml")
    assert [item.title for item in found.items] == [title]


def test_a_feed_full_of_open_tags_is_read(read_bytes):
    assert read_bytes(b"<rss>" + b"<item><title>x" * 2_000, "").fingerprint
