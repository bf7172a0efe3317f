"""Files nobody should have to read: broken, hostile, enormous."""

import tracemalloc

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import config
from monitor.config.reading import MAX_BYTES, Scalar, plain, read_tree
from monitor.errors import ConfigError

LOADERS = {"libyaml": getattr(yaml, "CSafeLoader", yaml.SafeLoader), "python": yaml.SafeLoader}

BOMB = """\
a: &a ["x", "x", "x", "x", "x", "x", "x", "x", "x"]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
"""


def refused(data, where="sources.yaml"):
    with pytest.raises(ConfigError) as caught:
        config.parse(data, where)
    return str(caught.value)


def test_an_alias_bomb_is_refused_before_any_value_is_built():
    assert (
        refused(BOMB.encode())
        == "sources.yaml:1: anchors (&a) are not read (put the text in quotes if it begins with &)"
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("version: 1\nsections: *all\n", "2: aliases (*all) are not read (put the text in quotes if it begins with *)"),
        (
            "sections: !!python/object:os.system [x]\n",
            "1: tags (!…) are not read (put the text in quotes if it begins with !)",
        ),
        ("sections: ! x\n", "1: tags (!…) are not read (put the text in quotes if it begins with !)"),
        ("version: 1\n<<: {a: 1}\n", "2: merge keys (<<) are not read"),
        ("version: 1\n---\nversion: 1\n", "2: a second document begins here (remove the line ---)"),
        ("? [a, b]\n: 1\n", '1: a field\'s name must be a word (put texts with { or [ in quotes: "…")'),
        ("'': 1\n", '1: a field\'s name must be a word (put texts with { or [ in quotes: "…")'),
        ("[" * 40, "1: lists and fields are nested too deeply (check the indentation)"),
        ("- " * 40, "1: lists and fields are nested too deeply (check the indentation)"),
    ],
)
@pytest.mark.parametrize("loader", LOADERS)
def test_what_yaml_can_do_and_a_watch_list_does_not_need_is_refused(text, complaint, loader):
    with pytest.raises(ConfigError) as caught:
        read_tree(text.encode(), "sources.yaml", LOADERS[loader])

    assert str(caught.value) == f"sources.yaml:{complaint}"


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("version: 1\nsections:\n\t- id: a\n", 3, "indent with blanks, not with tabs"),
        ("version: 1\nname: COC: reports\n", 2, 'put a text that has a colon and a blank in it in quotes: "…"'),
        ('version: 1\nname: "COC\nnote: x\n', 2, "a quotation mark is opened and not closed"),
        ('version: 1\nname: "COC" reports\n', 2, "nothing may follow the closing quotation mark"),
        ("version: 1\nname: @home\n", 2, 'put the text in quotes when it begins with @: "…"'),
        ("version: 1\nname: %d\n", 2, 'put the text in quotes when it begins with %: "…"'),
        ("version: 1\nname: [a, b\n", 2, "a [ is opened and not closed"),
        ("version: 1\n  name: x\n", 2, "check the indentation"),
        ("sections:\n- id: a\n  title: b\n sources: []\n", 4, "check the indentation"),
    ],
)
@pytest.mark.parametrize("loader", LOADERS)
def test_a_syntax_error_has_its_line_and_a_plain_hint(text, line, hint, loader):
    with pytest.raises(ConfigError) as caught:
        read_tree(text.encode(), "sources.yaml", LOADERS[loader])

    (problem,) = caught.value.problems
    assert problem.where == f"sources.yaml:{line}"
    assert problem.what.startswith("this is not YAML: ")
    assert hint in problem.hint


def test_ten_megabytes_are_refused_without_being_read(tmp_path):
    path = tmp_path / "sources.yaml"
    with path.open("wb") as file:
        file.truncate(10_000_000)

    tracemalloc.start()
    try:
        with pytest.raises(ConfigError, match=r"^sources\.yaml: the file is larger than 1 MB"):
            config.load(path)
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        "- " + "[a, b, c, d]\n- " * 70_000,
        "a" * (MAX_BYTES - 10) + ": b",
        '"' + "a\n" * 400_000,
        "[" * MAX_BYTES,
        "? " * (MAX_BYTES // 2),
        "&a " * 300_000,
        "a: " * 300_000,
        "{a: [" * 150_000,
        "#" * MAX_BYTES,
        "\n" * MAX_BYTES,
    ],
    ids=["entries", "key", "quote", "lists", "keys", "anchors", "colons", "both", "comment", "lines"],
)
def test_a_megabyte_of_anything_ends_in_a_complaint(text):
    assert refused(text.encode()).startswith("sources.yaml")


def test_too_many_entries_are_refused():
    assert "1: the file has more than 50000 entries" in refused(("[" + "a," * 60_000 + "]").encode())


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "sources.yaml: the file is empty"),
        (b"# nothing\n", "sources.yaml: the file is empty"),
        (b"---\n...\n", "sources.yaml: the file is empty"),
        (b"~\n", "sources.yaml: the file is empty"),
        ("name: Autorité\n".encode("latin-1"), "sources.yaml:1: the file is not UTF-8 text (save it as UTF-8)"),
        ("a: b\n".encode("utf-16"), "sources.yaml:1: the file is not UTF-8 text (save it as UTF-8)"),
        (b"a: b\nc: \xff\n", "sources.yaml:2: the file is not UTF-8 text (save it as UTF-8)"),
        (b"a: b\nc: \x00\n", "sources.yaml:2: there is an unprintable character (U+0000) (remove it)"),
        ("a: b\nc: \ufeffd\n".encode(), "sources.yaml:2: there is an unprintable character (U+FEFF) (remove it)"),
        (b"version: 1\n", "sources.yaml:1: no source is listed (sections: - id, title, sources)"),
        (b"just words\n", "sources.yaml:1: fields are expected here (such as version: …)"),
        (b"- a\n- b\n", "sources.yaml:1: fields are expected here (such as version: …)"),
    ],
)
def test_a_file_that_is_no_watch_list_says_what_it_is(data, complaint):
    assert refused(data) == complaint


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("escape", [r"\UFFFFFFFF", r"\U00110000", r"\q"])
def test_an_impossible_escape_is_a_complaint(escape, loader):
    with pytest.raises(ConfigError, match="this is not YAML"):
        read_tree(f'name: "{escape}"\n'.encode(), "sources.yaml", LOADERS[loader])


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    with pytest.raises(ConfigError, match="the file cannot be read: File name too long"):
        config.load(tmp_path / ("x" * 300))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("2019-03-22", "2019-03-22"),
        ("1:30", "1:30"),
        ("0123", "0123"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        (".inf", ".inf"),
        ("1" * 16, "1" * 16),
        ("174", 174),
        ("-1", -1),
        ("0.5", 0.5),
        ("true", True),
        ("False", False),
        ("~", None),
        ("'174'", "174"),
        ('"true"', "true"),
    ],
)
@pytest.mark.parametrize("loader", LOADERS)
def test_plain_words_stay_words(written, value, loader):
    node = read_tree(f"a: {written}\n".encode(), "x", LOADERS[loader]).nodes["a"]

    assert isinstance(node, Scalar)
    assert (node.value, type(node.value)) == (value, type(value))


PIECES = st.sampled_from(
    [
        *(
            "sections:",
            "sources:",
            "version: 1",
            "defaults:",
            "id: a",
            "name: b",
            "url: https://example.org/",
            "title: t",
        ),
        *("interval: 6h", "topics: [laws]", "footnotes: [1, 2]", "alternatives:", "watch: none", "languages: [en]"),
        *(
            "\n",
            "\n  ",
            "\n    ",
            "\n- ",
            "\n  - ",
            "\n    - ",
            "\t",
            ": ",
            "- ",
            "? ",
            "'",
            '"',
            "[",
            "]",
            "{",
            "}",
            ",",
        ),
        *("&a ", "*a", "!!str ", "<<: ", "|", ">", "#", "%", "@", "---", "...", "\x85", "\u2028", "\ufeff", "\\ud800"),
        *('"\\ud800"', '"\\x00"', "é", "9" * 5000, "null", "~", "x" * 300),
    ]
)


def judge(data):
    """Either a watch list whose every text can be stored, or complaints with places."""
    try:
        found, problems = config.parse(data, "sources.yaml"), ()
    except ConfigError as error:
        found, problems = None, error.problems
    assert (found is None) == bool(problems)
    assert all(problem.where.startswith("sources.yaml") and problem.what for problem in problems)
    repr((found, problems)).encode()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_complaint(data):
    judge(data)


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
@pytest.mark.slow
def test_no_piece_of_a_watch_list_raises_anything_but_a_complaint(text):
    judge(text.encode())


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, 340), length=st.integers(0, 30), text=st.one_of(st.text(max_size=10), PIECES))
def test_no_edit_of_a_good_list_raises_anything_but_a_complaint(place, length, text):
    good = (
        "version: 1\ndefaults: {interval: 1d}\nsections:\n- id: laws\n  title: Laws\n  sources:\n  - id: one\n"
        "    name: One\n    url: https://www.example.org/one\n    watch: page\n    languages: [en, nl]\n"
        "    topics: [oversight]\n    footnotes: [140]\n    alternatives:\n    - url: https://example.org/one\n"
        "      role: mirror\n    selector: '#a'\n    general: true\n    ignore_robots: for good reasons\n"
    )
    edited = good[:place] + text + good[place + length :]

    judge(edited.encode("utf-8", "surrogatepass"))


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_both_parsers_agree_on_what_is_a_tree(text):
    results = []
    for loader in (LOADERS["libyaml"], LOADERS["python"]):
        try:
            results.append(plain(read_tree(text.encode(), "x", loader)))
        except ConfigError:
            results.append(None)
    both = [result for result in results if result is not None]
    assert len(both) < 2 or both[0] == both[1]
