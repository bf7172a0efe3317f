"""`anchors`: the place of what is quoted in translation, with the line to paste."""

import json
from dataclasses import replace

import pytest

from monitor import config
from monitor.model import Block, Extraction, QuoteState
from monitor.store.codec import MEMORY as MEMORY_CODEC
from monitor.store.tables import MEMORY, SOURCE
from monitor.store.texts import pack_text, put_text
from monitor.text.quotes import look_for, quote_key

QUOTED = "They are asking for a temporary ban of the pilot project."
DUTCH = "Het orgaan vraagt een tijdelijk verbod op het proefproject."
PAGE = (
    "Gezichtsherkenning op de luchthaven",
    "In 2019 testte de luchtvaartpolitie vier camera's met gezichtsherkenning.",
    DUTCH,
    "Het rapport werd binnen dertig dagen aan het Parlement bezorgd\u202e.",
)


@pytest.fixture
def translated(home, opened):
    """The page of coc-home is in Dutch, and the citations say that it is quoted in translation."""

    def make(*page, mark="\n    match: translated"):
        (home / "data").mkdir(exist_ok=True)
        path = home / "data" / "citations.yaml"
        text = path.read_text() if path.exists() else ""
        path.write_text(text.replace(f"  - text: {QUOTED}", f"  - text: {QUOTED}{mark}"))
        text = pack_text(Extraction("html:1", tuple(Block(line) for line in page), declared_language="nl"))
        memory = opened.sources.get("coc-home").memory
        dutch = MEMORY_CODEC.pack(replace(memory, language="nl"))
        with opened._database.writing() as connection:
            put_text(connection, text)
            connection.execute(SOURCE.update().where(SOURCE.c.id == "coc-home").values(current_text=text.hash))
            connection.execute(MEMORY.update().where(MEMORY.c.source_id == "coc-home").values(value=dutch))
        return path

    return make


def test_the_place_is_proposed_with_the_line_to_paste(monitor, translated):
    path = translated(*PAGE)
    said = monitor("anchors", "coc-home").out
    assert QUOTED in said
    assert f'anchor: "{DUTCH}"' in said
    assert "recognised by:" in said
    assert str(path) in said


def test_the_line_pasted_the_passage_is_found(monitor, translated):
    path = translated(*PAGE)
    (row,) = json.loads(monitor("anchors", "coc-home", "--json").out)
    (line,) = row["proposals"][0]["paste"]
    path.write_text(path.read_text().replace("match: translated", f"match: translated\n    {line}"))
    (quote,) = config.quotes_of("coc-home", path.parent.parent)
    assert str(look_for(quote, [Block(text) for text in PAGE]).state) == "found"
    assert "Every quoted passage can be looked for" in monitor("anchors", "coc-home").out


def test_a_page_without_the_passage_gets_no_proposal(monitor, translated):
    translated(*PAGE[:2])
    said = monitor("anchors").out
    assert "nothing on the page is like it enough" in said
    assert "anchor:" not in said


def test_citations_says_how_many_passages_cannot_be_looked_for(monitor, translated, opened):
    translated(*PAGE)
    memory = opened.sources.get("coc-home").memory
    (quote,) = config.quotes_of("coc-home", opened.path.parent.parent)
    states = memory.quotes | {quote_key(quote): QuoteState.NO_ANCHOR}
    packed = MEMORY_CODEC.pack(replace(memory, quotes=states))
    with opened._database.writing() as connection:
        connection.execute(MEMORY.update().where(MEMORY.c.source_id == "coc-home").values(value=packed))
    assert "1 footnote quotes a translation that cannot be looked for: `monitor anchors`" in monitor("citations").out


def test_a_source_without_a_kept_text_is_said_so(monitor, translated, opened):
    translated(*PAGE)
    with opened._database.writing() as connection:
        connection.execute(SOURCE.update().where(SOURCE.c.id == "coc-home").values(current_text=""))
    assert "no copy of the page" in monitor("anchors", "coc-home").out


def test_an_unknown_source_is_answered_with_the_nearest(monitor, lived_in):
    assert "did you mean coc-home?" in monitor("anchors", "cochome").err


def test_explain_says_that_a_translated_passage_was_not_looked_for(monitor, translated, opened):
    translated(*PAGE)
    change = opened.history.changes(source="coc-home")[0].id
    assert (
        "Not looked for what footnote 170 quotes in translation (monitor anchors coc-home)"
        in monitor("explain", change).out
    )
