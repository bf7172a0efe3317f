"""What the pages say, in four languages, and what templates may not do."""

import ast
import re

import pytest

from monitor.messages.words import PLURALS
from monitor.web.rendering import environment
from monitor.web.statics import Statics
from monitor.web.wording import LANGUAGES, Wording, incomplete, preferred, read

PLACE = re.compile(r"\{([a-z_]+)\}")


def entries(tree, path=()):
    for name, value in tree.items():
        if set(value) & set(LANGUAGES):
            yield ".".join((*path, name)), value
        else:
            yield from entries(value, (*path, name))


def forms(words):
    return list(words.values()) if isinstance(words, dict) else [words]


def test_every_entry_is_there_in_every_language():
    assert incomplete(read()) == []


def test_every_language_names_the_same_values():
    odd = []
    for key, value in entries(read()):
        named = [{place for form in forms(value[code]) for place in PLACE.findall(form)} for code in LANGUAGES]
        odd += [key] if any(one - {"count"} != named[0] - {"count"} for one in named) else []
    assert odd == []


def test_an_entry_with_plural_forms_has_all_its_language_needs():
    for key, value in entries(read()):
        for code in LANGUAGES:
            if isinstance(value[code], dict):
                assert set(value[code]) == {PLURALS[code](n) for n in range(30)}, (key, code)


def test_every_word_a_template_or_view_asks_for_is_in_the_catalogue(checkout):
    known = {key for key, _ in entries(read())}
    folder = checkout / "monitor/web"
    asked = set()
    for file in [*folder.rglob("*.html"), *folder.rglob("*.xml"), *folder.rglob("*.py")]:
        asked |= {
            (file.name, key)
            for key in re.findall(r"""\bt(?:\.html)?\(\s*["']([a-z_]+\.[a-z0-9_.]+)["']""", file.read_text("utf-8"))
        }
    assert len(asked) > 20
    assert sorted((file, key) for file, key in asked if key not in known and not key.endswith(".")) == []


def test_every_entry_of_the_bar_on_top_has_its_words(pages):
    for code in LANGUAGES:
        assert all(pages.house.wording[code].has(item.title) for item in pages.house.nav)


@pytest.mark.parametrize(
    ("accept", "language"),
    [("nl-BE,nl;q=0.9,en;q=0.8", "nl"), ("es, fr;q=0.5, de;q=0.7", "de"), ("", "en"), ("es", "en"), ("fr;q=0", "en"),
     ("de;q=x", "en"), ("*", "en"), (",;=,", "en")],
)  # fmt: skip
def test_the_browser_says_which_language_its_reader_likes(accept, language):
    assert preferred(accept) == language


def test_a_page_speaks_the_language_that_was_chosen(pages):
    visitor = pages.visitor(accept_language="fr")
    assert '<html lang="fr">' in visitor.get("/").text
    visitor.post("/language", {"language": "de", "to": "/"})
    assert "Änderungen" in visitor.get("/").text
    visitor.post("/language", {"language": "xx", "to": "/"})
    assert '<html lang="de">' in visitor.get("/").text


def test_values_in_an_entry_with_markup_are_escaped():
    words = Wording()["en"]
    assert "&lt;b&gt;" in words.html("house.you_are", name="<b>{name}")
    assert words.html("house.you_are", name="{name}").count("{name}") == 1


def test_an_unknown_language_is_english():
    assert Wording()["xx"].language == "en"


# --- templates --------------------------------------------------------------------------------------------------------

INLINE = re.compile(r"\sstyle=|\son[a-z]+=|<style|javascript:|<script(?![^>]*\ssrc=)|hx-on|\|\s*safe\b", re.IGNORECASE)


def test_no_template_has_a_script_or_style_in_line(checkout):
    files = sorted((checkout / "monitor/web/templates").rglob("*.*"))
    found = [(file.name, match[0]) for file in files for match in INLINE.finditer(file.read_text("utf-8"))]
    assert found == []
    assert len(files) > 4


def test_no_static_file_asks_anything_of_another_host(checkout):
    own = [file for file in (checkout / "monitor/web/static").iterdir() if file.name != "htmx.js"]
    elsewhere = re.compile(r"""(?:@import|url\(|src=|href=|fetch\(|import\s)[^)\n]{0,20}(?:https?:)?//""")
    assert [file.name for file in own if elsewhere.search(file.read_text("utf-8"))] == []


def test_every_view_that_uses_the_store_is_called_in_a_thread(checkout):
    """`async def` would keep the event loop waiting for the database."""
    slow = [
        f"{file.name}: {node.name}"
        for file in (checkout / "monitor/web/views").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.AsyncFunctionDef) and "store" in ast.unparse(node)
    ]
    assert slow == []


def test_what_a_page_prints_is_escaped_and_hides_nothing():
    made = environment(Statics()).from_string("{{ text }}")
    assert made.render(text="<b>\u202eab\u200b{{7*7}}") == "&lt;b&gt;⟨U+202E⟩ab⟨U+200B⟩{{7*7}}"


def test_a_template_that_prints_nothing_at_all_is_a_mistake():
    with pytest.raises(TypeError):
        environment(Statics()).from_string("{{ x }}").render(x=None)
