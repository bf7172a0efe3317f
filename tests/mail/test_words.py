"""The catalogue and the template contract: nothing missing, nothing left over, nothing undocumented."""

import dataclasses
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.errors import ConfigError, ExtractKind, FetchKind, MonitorError
from monitor.messages import Words, load, view
from monitor.messages.words import PLURALS, fill
from monitor.model import EventKind, Expect, FindingKind, PartKind, QuoteState, Reason, Severity
from monitor.resources import bundled

TEMPLATES = Path(__file__).parents[2] / "alerts" / "templates"
CATALOGUES = sorted(p.stem for p in (TEMPLATES / "catalogue").glob("*.toml"))
WHEN = datetime(2026, 8, 3, 22, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def words():
    return load([bundled("alerts/templates")], "en")


def leaves(table, path=()):
    for name, value in table.items():
        if isinstance(value, dict) and set(value) <= {"zero", "one", "two", "few", "many", "other"}:
            yield ".".join((*path, name)), value
        elif isinstance(value, dict):
            yield from leaves(value, (*path, name))
        else:
            yield ".".join((*path, name)), value


def read(language):
    return dict(leaves(tomllib.loads((TEMPLATES / "catalogue" / f"{language}.toml").read_text())))


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_language_has_the_same_entries_with_the_same_values(language):
    english, other = read("en"), read(language)
    assert other.keys() == english.keys()
    for key, value in english.items():
        if isinstance(value, str | dict):
            ours, theirs = (set(re.findall(r"\{\w+\}", str(v))) for v in (value, other[key]))
            assert ours == theirs, key
        else:
            assert len(other[key]) == len(value), key


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_plural_has_the_forms_its_language_needs(language):
    needed = {PLURALS[language](n) for n in range(200)}
    for key, value in read(language).items():
        assert not isinstance(value, dict) or set(value) == needed, key


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("events", EventKind), ("event", EventKind), ("subject.events", EventKind), ("finding", FindingKind),
        ("expected", Expect), ("fetch", FetchKind), ("extract", ExtractKind), ("part", PartKind),
        ("quotes", list(QuoteState)),
    ],
)  # fmt: skip
def test_every_code_of_the_model_has_words(group, codes, words):
    assert [code for code in codes if not words.has(f"{group}.{code}")] == []
    assert all(words.has(f"severity.{level.name.lower()}") for level in Severity)


def test_every_entry_of_the_catalogue_is_used():
    code = "\n".join(p.read_text() for p in Path(view.__file__).parent.glob("*.py"))
    dynamic = ("reasons", "event", "events", "finding", "quotes", "expected", "fetch", "extract", "part", "media",
               "topics", "languages", "severity", "states", "not_watched", "meta", "subject.events", "dates",
               "sections", "zones", "summary.happened", "summary.reason", "footer.daily", "footer.weekly",
               "change.left", "notice", "notices", "verdict", "standing.notice", "standing.cause", "standing.look",
               "standing.unknown")  # fmt: skip
    unused = [
        key for key in read("en")
        if not any(key == d or key.startswith((f"{d}.", f"{d}_")) for d in dynamic) and f'"{key}"' not in code
    ]  # fmt: skip
    assert unused == [], unused


def test_values_are_filled_in_once_and_never_read_again():
    assert fill("{a} {b} {c.__class__} {0}", {"a": "{b}", "b": "x"}) == "{b} x {c.__class__} {0}"


def test_a_key_that_is_not_there_is_a_mistake(words):
    with pytest.raises(KeyError):
        words("no.such.key")
    with pytest.raises(KeyError):
        words("product.name.deeper")


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason("number", {"old": "2", "new": "3"}), "a number changed: 2 → 3"),
        (Reason("number", {"old": "", "new": "3"}), "a number was added: 3"),
        (Reason("number", {"old": "2", "new": ""}), "a number is gone: 2"),
        (Reason("quote_lost", {"footnote": "145"}), "a passage quoted in footnote 145 is gone"),
        (Reason("quote_lost"), "a passage quoted in footnote … is gone"),
        (
            Reason("restored", {"since": "2026-05-03T06:00:00+00:00"}),
            "back to wording that stood there before (until 3 May 2026)",
        ),
        (Reason("restored", {"since": "spring"}), "back to wording that stood there before (until spring)"),
        (Reason("media", {"old": "pdf", "new": "html"}), "what answers is a web page, it was a PDF"),
        (Reason("language", {"old": "fr", "new": "nl"}), "it answers in another language (in French → in Dutch)"),
        (Reason("fetch", {"kind": "dns", "detail": "NXDOMAIN"}), "its name cannot be found (NXDOMAIN)"),
        (Reason("fetch", {"kind": "dns"}), "its name cannot be found"),
        (Reason("extract", {"kind": "scanned", "detail": ""}), "it is a scan without text"),
        (Reason("never_heard_of", {"a": "x", "b": ""}), "never heard of: x"),
        (Reason("never_heard_of"), "never heard of"),
    ],
)
def test_reasons_in_words(reason, said, words):
    assert words.reason(reason) == said


def test_dates_are_in_the_readers_zone(words):
    brussels = ZoneInfo("Europe/Brussels")
    assert words.day(WHEN, brussels) == "4 Aug 2026"
    assert words.full(WHEN) == "Mon 3 Aug 2026"
    assert words.moment(WHEN, brussels, now=WHEN) == "Tue 4 Aug 00:30"
    assert words.moment(WHEN, brussels, now=WHEN.replace(year=2027)) == "Tue 4 Aug 2026, 00:30"


def test_numbers_lists_and_names(words):
    assert [words.number(n) for n in (0, 1, 12, 13)] == ["no", "one", "twelve", "13"]
    assert words.join(["a"]) == "a"
    assert words.join(["a", "b", "c"]) == "a, b and c"
    assert words.name_of("topics", "facial-recognition") == "facial recognition"
    assert words.name_of("topics", "some-new_topic") == "some new topic"


def test_french_counts_nothing_as_one():
    table = {"x": {"one": "{count} source", "other": "{count} sources"}}
    assert [Words("fr", table)("x", count=n) for n in (0, 1, 2)] == ["0 source", "1 source", "2 sources"]


def test_a_language_without_a_catalogue_is_english():
    assert load([TEMPLATES], "tlh").language == "en"
    with pytest.raises(MonitorError, match="No catalogue"):
        load([TEMPLATES / "none"], "en")


def test_a_broken_catalogue_is_named(tmp_path):
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "en.toml").write_text("x =")
    with pytest.raises(ConfigError, match=r"en\.toml"):
        load([tmp_path], "en")


def test_the_readme_names_every_variable():
    readme = (TEMPLATES.parent / "README.md").read_text()
    shapes = [view.MailView, view.GroupView, view.ChangeView, view.PartView, view.Marked, view.EventView, view.LineView,
              view.Row, view.FooterView]  # fmt: skip
    missing = [f"{s.__name__}.{f.name}" for s in shapes for f in dataclasses.fields(s) if f"`{f.name}`" not in readme]
    assert missing == []


def test_templates_use_only_what_the_view_has():
    known = {f.name for f in dataclasses.fields(view.MailView)}
    for template in TEMPLATES.glob("*.j2"):
        assert set(re.findall(r"\bmail\.(\w+)", template.read_text())) <= known, template.name
