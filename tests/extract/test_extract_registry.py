"""The table of extractors, and what all of them promise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import extract
from monitor.errors import ExtractError
from monitor.extract.packing import pack, unpack
from monitor.model import Block, BlockKind, Extraction, Item, Link, Place, Source, WatchAs

SOURCE = Source("s", "S", "x", "https://example.be/")
GOOD = {"html": b"<p>woorden</p>", "plain": b"woorden"}


@pytest.mark.parametrize("name", extract.EXTRACTORS)
def test_every_extractor_is_found_by_name_and_has_a_fingerprint(name):
    found = extract.extractor(name).fingerprint(SOURCE)
    assert found.split(":")[0] == name
    assert found == extract.fingerprint(name, SOURCE)


@pytest.mark.parametrize("name", GOOD)
def test_what_is_read_carries_the_fingerprint_of_its_media(name):
    found = extract.read(GOOD[name], content_type="", url="https://example.be/", source=SOURCE)
    assert found.media == name
    assert found.fingerprint == extract.fingerprint(found.media, SOURCE)


@pytest.mark.parametrize(("kind", "media"), [("feed", "plain"), ("json", "plain")])
def test_kinds_share_the_fingerprint_of_their_reader(kind, media):
    assert extract.fingerprint(kind, SOURCE) == extract.fingerprint(media, SOURCE)


def test_rules_of_the_source_show_in_the_fingerprint():
    sources = [
        SOURCE,
        Source("s", "S", "x", "https://example.be/", selector="main"),
        Source("s", "S", "x", "https://example.be/", watch_as=WatchAs.LISTING),
    ]
    assert len({extract.fingerprint("html", source) for source in sources}) == 3


def test_an_unknown_name_is_a_bug():
    with pytest.raises(KeyError):
        extract.fingerprint("hologram", SOURCE)


@given(
    st.binary(max_size=200), st.sampled_from(["", "text/html", "text/plain", "application/json", "application/rss+xml"])
)
def test_any_bytes_are_read_or_refused_with_a_reason(body, content_type):
    if b"%PDF-" in body:
        return
    found = read_or_reason(body, content_type)
    if isinstance(found, str):
        assert found
        return
    assert found.blocks or found.margin
    assert all(block.text.strip() for block in (*found.blocks, *found.margin))


def read_or_reason(body, content_type):
    try:
        return extract.read(body, content_type=content_type, url="https://example.be/", source=SOURCE)
    except ExtractError as error:
        return error.detail


def test_the_same_bytes_always_give_the_same_extraction():
    body = b"<html lang=fr><nav>Menu</nav><main><h1>Avis</h1><p>Texte <a href=/x>lien</a></p></main>"
    runs = {extract.read(body, content_type="", url="https://example.be/", source=SOURCE) for _ in range(2)}
    assert len(runs) == 1


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
BLOCKS = st.lists(
    st.builds(
        Block, TEXT, st.sampled_from(BlockKind), st.lists(TEXT, max_size=2).map(tuple), st.sampled_from(Place),
        st.integers(0, 6), st.lists(st.builds(Link, TEXT, TEXT), max_size=2).map(tuple), st.integers(0, 9),
    ),
    max_size=3,
).map(tuple)  # fmt: skip


@given(
    BLOCKS, BLOCKS, st.lists(st.builds(Item, TEXT, TEXT, TEXT, TEXT, TEXT), max_size=2).map(tuple), TEXT, st.booleans()
)
@pytest.mark.slow
def test_an_extraction_survives_the_way_from_child_to_parent(blocks, margin, items, title, flag):
    sent = Extraction("f", blocks, margin, items, title, noindex=flag, password_form=flag, page_count=3, note=title)
    assert unpack(pack(sent)) == sent
