"""Edits of a list that a person wrote: one thing changes, every other byte stays."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import config, resources
from monitor.config.edit import written
from monitor.errors import ConfigError, MonitorError

ODD = """\
# first
version: 1   # one
sections:
- id: laws
  title: Laws
  sources:

  - id: one
    name: One
    url:   "https://www.example.org/one"    # as cited
    alternatives:
    - url: https://www.example.org/one
      role: mirror
  - {id: two, name: Two, url: https://example.org/two, watch: page}
  - id: three
    name: Three
    url: >-
      https://example.org/three
    watch: page
    # a word about three

  # ---------- the end of laws
- id: empty
  title: Empty
  sources: []
# last"""


def shipped():
    return resources.bundled("sources.yaml").read_bytes()


def lines_changed(before, after):
    old, new = before.decode().splitlines(), after.decode().splitlines()
    return [(o, n) for o, n in zip(old, new, strict=True) if o != n]


@pytest.mark.slow
def test_a_new_address_changes_one_line_of_the_shipped_list_and_no_other_byte():
    before = shipped()
    for source in config.parse(before, "sources.yaml").sources:
        if source.url is None:
            continue
        after = config.set_address(before, "sources.yaml", source.id, "https://new.example/page?a=1,2#part")
        ((old, new),) = lines_changed(before, after)
        assert old == f"    url: {source.url}"
        assert new == '    url: "https://new.example/page?a=1,2#part"'


@pytest.mark.parametrize(
    ("source", "line", "becomes"),
    [
        (
            "one",
            '    url:   "https://www.example.org/one"    # as cited',
            "    url:   https://new.example/    # as cited",
        ),
        ("two", "url: https://example.org/two, watch", "url: https://new.example/, watch"),
        ("three", "    url: >-\n      https://example.org/three\n", "    url: https://new.example/\n"),
    ],
)
def test_quotes_braces_and_folded_texts_are_met(source, line, becomes):
    after = config.set_address(ODD.encode(), "s", source, "https://new.example/")
    assert after.decode() == ODD.replace(line, becomes)


@pytest.mark.parametrize("make", [lambda t: t.replace("\n", "\r\n"), lambda t: "\ufeff" + t], ids=["crlf", "bom"])
def test_line_ends_and_a_byte_order_mark_stay(make):
    before = make(ODD).encode()
    after = config.set_address(before, "s", "one", "https://new.example/")
    assert after == before.replace(b'"https://www.example.org/one"', b"https://new.example/")
    longer = config.append_source(before, "s", "laws", {"id": "four", "name": "Four", "url": "https://x.example/"})
    assert longer.count(b"\r\n") == (longer.count(b"\n") if b"\r" in before else 0)
    assert longer.startswith(b"\xef\xbb\xbf") == before.startswith(b"\xef\xbb\xbf")


def test_an_unknown_source_is_no_edit():
    with pytest.raises(ConfigError, match='has no source "four"'):
        config.set_address(ODD.encode(), "s", "four", "https://new.example/")


def test_an_entry_is_put_after_the_last_one_and_its_comments():
    after = config.append_source(
        ODD.encode(), "s", "laws",
        {"id": "four", "name": "Four: more", "url": "https://x.example/", "languages": ("en", "nl"), "general": True},
    ).decode()  # fmt: skip
    entry = (
        '\n  - id: four\n    name: "Four: more"\n    url: https://x.example/\n    languages: [en, nl]\n'
        "    general: true\n"
    )
    place = after.index(entry)
    assert after[:place].endswith("    # a word about three\n")
    assert after.replace(entry, "") == ODD
    assert [s.id for s in config.parse(after.encode(), "s").sources] == ["one", "two", "three", "four"]


def test_an_empty_section_gets_its_first_entry():
    after = config.append_source(
        ODD.encode(), "s", "empty", {"id": "four", "name": "Four", "url": "https://x.example/"}
    )
    assert after.decode().endswith("  sources:\n  - id: four\n    name: Four\n    url: https://x.example/\n# last")
    assert config.parse(after, "s").sources[-1].section == "empty"


@pytest.mark.slow
def test_each_section_of_the_shipped_list_takes_an_entry():
    before = shipped()
    watch_list = config.parse(before, "sources.yaml")
    for section in watch_list.sections:
        after = config.append_source(before, "s", section.id, {"id": "new", "name": "N", "url": "https://x.example/"})
        assert after.replace(b"\n  - id: new\n    name: N\n    url: https://x.example/\n", b"") == before
        assert config.parse(after, "s").source("new").section == section.id


def test_an_unknown_section_is_answered_with_those_there_are():
    with pytest.raises(ConfigError, match="laws, empty"):
        config.append_source(ODD.encode(), "s", "nowhere", {"id": "x"})


def test_entries_in_one_line_are_left_to_a_person():
    text = b"sections:\n- {id: a, title: A, sources: [{id: b, name: B, url: 'https://b.example/'}]}\n"
    with pytest.raises(ConfigError, match="in one line"):
        config.append_source(text, "s", "a", {"id": "x"})


@given(st.text(max_size=60))
def test_every_text_is_written_so_that_it_reads_back(text):
    if any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        return
    from monitor.config.reading import plain, read_tree

    assert plain(read_tree(f"a: {written(text)}\nb: [{written(text)}]\n".encode(), "s")) == {"a": text, "b": [text]}


def test_saving_replaces_the_file_behind_a_link_and_keeps_its_permissions(tmp_path: Path):
    real, link = tmp_path / "real.yaml", tmp_path / "sources.yaml"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    config.save(link, b"old", b"new")
    assert (real.read_bytes(), link.is_symlink(), real.stat().st_mode & 0o777) == (b"new", True, 0o640)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_file_that_somebody_edited_meanwhile_is_left_alone(tmp_path: Path):
    path = tmp_path / "sources.yaml"
    path.write_bytes(b"somebody else's")
    with pytest.raises(ConfigError, match="was edited meanwhile"):
        config.save(path, b"old", b"new")
    assert path.read_bytes() == b"somebody else's"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    path = tmp_path / ("x" * 250)
    path.write_bytes(b"old")
    with pytest.raises(MonitorError, match="cannot be written"):
        config.save(path, b"old", b"new")  # the name of the file beside it is too long
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\ninclude:\n- other\nsections: []\n", "include stands on several lines"),
        ("sections: []\n", "has no line version: 1"),
    ],
)
def test_a_list_that_cannot_take_the_include_line_is_left_to_a_person(text, said):
    with pytest.raises(ConfigError, match=said):
        config.include_list(text.encode(), "s", "further")


def test_another_included_list_stays():
    text = b"version: 1\ninclude: [other] # mine\nsections: []\n"
    assert config.include_list(text, "s", "further") == text.replace(b"[other]", b"[other, further]")


def test_a_source_without_an_address_gets_none():
    with pytest.raises(ConfigError, match="s:4: x has no address that could be changed"):
        config.set_address(b"sections:\n- id: a\n  sources:\n  - {id: x, name: X}\n", "s", "x", "https://x.example/")


def test_a_write_that_breaks_off_leaves_the_file_and_no_litter(tmp_path: Path):
    path = tmp_path / "sources.yaml"
    path.write_bytes(b"old")

    with pytest.raises(TypeError):
        config.save(path, b"old", "no bytes")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("sources.yaml", b"old")]
