"""JSON and XML as a reader wants them: a record under its name, a law as words, a feed and a sitemap as entries."""

import json

import pytest

from monitor.model import WatchAs

SYSTEMS = [
    {"id": 11, "name": "Risicoscore", "supplier": "Alfa NV", "status": "in gebruik"},
    {"id": 12, "name": "Nummerplaatlezer", "supplier": "Beta SA", "status": "test"},
]


def texts(found):
    return [block.text for block in found.blocks]


@pytest.fixture
def read_json(read_bytes):
    def read(value, **rules):
        return read_bytes(json.dumps(value).encode(), "application/json", **rules)

    return read


def test_a_record_is_one_row_under_its_name(read_json):
    assert texts(read_json(SYSTEMS)) == [
        "Risicoscore | id: 11 | status: in gebruik | supplier: Alfa NV",
        "Nummerplaatlezer | id: 12 | status: test | supplier: Beta SA",
    ]


def test_the_order_of_keys_makes_no_difference(read_json):
    turned = [dict(reversed(record.items())) for record in SYSTEMS]
    assert read_json({"items": SYSTEMS, "total": 2}).blocks == read_json({"total": 2, "items": turned}).blocks


def test_a_list_inside_an_object_keeps_its_name(read_json):
    assert texts(read_json({"toegelaten": SYSTEMS[:1], "verboden": SYSTEMS[1:]})) == [
        "toegelaten › Risicoscore | id: 11 | status: in gebruik | supplier: Alfa NV",
        "verboden › Nummerplaatlezer | id: 12 | status: test | supplier: Beta SA",
    ]


def test_records_of_one_name_are_told_apart_and_nested_ones_are_named(read_json):
    value = [
        {"id": 1, "titre": {"nl": "Advies", "fr": "Avis"}, "parties": [{"nom": "Alfa"}]},
        {"id": 2, "titre": "Avis"},
    ]
    assert texts(read_json(value)) == ["Avis (1).id: 1", "Avis (1).parties › Alfa", "Avis (1).titre.fr: Avis",
                                       "Avis (1).titre.nl: Advies", "Avis (2) | id: 2 | titre: Avis"]  # fmt: skip


def test_a_json_feed_has_entries(read_json):
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "7", "url": "/a/7", "title": "Advies 7", "content_html": "<p>De <b>raad</b></p>",
                   "date_published": "2026-11-02T08:00:00Z"}],
    }  # fmt: skip
    (item,) = read_json(feed, watch_as=WatchAs.LISTING).items
    assert (item.key, item.title, item.url) == ("7", "Advies 7", "https://beleid.example.be/a/7")
    assert item.summary == "De raad"
    assert read_json(feed).items == ()


LAW = (
    '<?xml version="1.0"?><akomaNtoso><meta><FRBRdate date="2026-01-01"/></meta><body><article eId="{}">'
    "<num>Article 4</num><heading>Fines</heading><content><p>A supplier pays <ref href='#x'>a fine</ref> of "
    "10<sup>3</sup> euro &amp; costs.<del> Twice.</del></p></content></article></body></akomaNtoso>"
)


def test_a_law_in_xml_is_words_without_tags(read_bytes):
    found = read_bytes(LAW.format("a4").encode(), "application/xml")
    assert texts(found) == ["Article 4", "Fines", "A supplier pays a fine of 10^3 euro & costs."]


def test_identifiers_in_the_markup_make_no_difference(read_bytes):
    one, other = (read_bytes(LAW.format(name).encode(), "application/xml") for name in ("a4", "art_4"))
    assert one.blocks == other.blocks


def test_values_in_attributes_of_an_element_without_text_are_read(read_bytes):
    found = read_bytes(b"<?xml version='1.0'?><rates><rate currency='USD' value='1.08'/></rates>", "text/xml")
    assert texts(found) == ["currency: USD | value: 1.08"]


def test_no_entity_is_defined_or_fetched(read_bytes):
    bomb = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "boom">]><law><p>&a; &#233;t&eacute;</p></law>'
    assert "boom" not in texts(read_bytes(bomb, "application/xml"))[-1]


def test_a_sitemap_is_a_list_of_pages(read_bytes):
    page = "<url><loc>https://beleid.example.be/{}</loc><lastmod>{}</lastmod></url>"
    built = [
        read_bytes(
            f"<?xml version='1.0'?><urlset>{page.format('a', day)}{page.format('b', day)}</urlset>".encode(),
            "application/xml",
            watch_as=WatchAs.LISTING,
        )
        for day in ("2026-09-01", "2026-11-04")
    ]
    assert [item.url for item in built[0].items] == ["https://beleid.example.be/a", "https://beleid.example.be/b"]
    assert built[0].items == built[1].items
    assert built[0].blocks == built[1].blocks
