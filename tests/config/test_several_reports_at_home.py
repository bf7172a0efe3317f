"""Which footnote is meant where a home watches several reports."""

import itertools
import random
import shutil

import pytest

from monitor import config, resources
from monitor.errors import ConfigError
from monitor.model import CitationKey, Quote, QuoteState, completed, numbered
from monitor.text.quotes import of_quote, quote_key

FRANCE = """\
version: 1
report: aidv
edition: 2026
chapter: france
name: France
citations:
- {footnote: 12, source: cnil, title: La CNIL, section: Oversight, quotes: [{text: a plan for AI}]}
"""
BELGIUM = FRANCE.replace("france", "belgium").replace("France", "Belgium")
LIST = """\
version: 1
sections:
- id: oversight
  title: Oversight
  sources:
  - id: cnil
    name: CNIL
    url: https://www.cnil.example/
    footnotes: FOOTNOTES
"""


@pytest.fixture
def home(tmp_path):
    """Makes a home with these reports and this field `footnotes`."""

    def make(footnotes="[12]", **reports):
        (tmp_path / "reports").mkdir()
        for name, text in reports.items():
            (tmp_path / "reports" / f"{name}-2026.yaml").write_text(text)
        (tmp_path / "sources.yaml").write_text(LIST.replace("FOOTNOTES", footnotes))
        return tmp_path

    return make


def complaint(place):
    with pytest.raises(ConfigError) as caught:
        config.load(place / "sources.yaml")
    return str(caught.value)


def test_one_report_needs_numbers_only_and_is_not_named(home):
    (source,) = config.load(home(france=FRANCE) / "sources.yaml").sources
    assert source.footnotes == (12,)
    assert [str(key) for key in source.keys] == ["aidv:2026:france:12"]
    assert [key.shown for key in source.keys] == ["12"]


def test_the_same_number_in_two_reports_is_two_footnotes_each_with_its_name(home):
    place = home("{belgium-2026: [12], france-2026: [12]}", belgium=BELGIUM, france=FRANCE)
    (source,) = config.load(place / "sources.yaml").sources
    assert source.footnotes == (12,)
    assert [str(key) for key in source.keys] == ["aidv:2026:belgium:12", "aidv:2026:france:12"]
    assert [key.shown for key in source.keys] == ["12 (Belgium)", "12 (France)"]
    cited = config.load_citations(place)
    assert [(c.report_name, c.quotes[0].report_name) for c in cited] == [("Belgium",) * 2, ("France",) * 2]


def test_a_bare_number_is_refused_where_there_are_several_reports(home):
    said = complaint(home("[12]", belgium=BELGIUM, france=FRANCE))
    assert said.startswith("sources.yaml:9: footnotes must say of which report")
    assert "{belgium-2026: [12]}" in said


def test_a_report_that_the_home_has_not_is_named_with_its_line_and_the_likely_one(home):
    said = complaint(home("\n      france-2026: [12]\n      belgum-2026: [12]", belgium=BELGIUM, france=FRANCE))
    assert said.startswith('sources.yaml:11: footnotes: "belgum-2026" is no report of this home')
    assert 'did you mean "belgium-2026"?' in said


def test_the_programs_own_report_does_not_vanish_silently_beside_the_first_of_the_home(home):
    said = complaint(home("[140]", france=FRANCE))
    assert said.startswith("sources.yaml:9: footnotes: france-2026 has no footnote 140")
    assert "belgium-2026 of the program" in said


def test_two_files_of_one_report_are_refused(home):
    said = complaint(home("{a-2026: [12]}", a=FRANCE, b=FRANCE))
    assert said.startswith("b-2026.yaml: is aidv:2026:france, and so is a-2026.yaml")


def test_a_report_must_say_which_it_is(home):
    said = complaint(home(france=FRANCE.replace("chapter: france\n", "")))
    assert "france-2026.yaml:1: chapter is missing" in said


def test_a_copy_of_the_chapter_where_older_versions_kept_it_is_that_report(tmp_path):
    (tmp_path / "data").mkdir()
    (shipped,) = resources.reports()
    old = tmp_path / "data" / "citations.yaml"
    old.write_text(
        "".join(line for line in shipped.open() if not line.startswith(("report:", "edition:", "chapter:", "name:")))
    )
    assert config.load_citations(tmp_path) == config.load_citations()
    said = config.how_to_move(tmp_path)
    assert "mv data/citations.yaml reports/belgium-2026.yaml" in said
    assert "report: aidv; edition: 2026; chapter: belgium; name: Belgium" in said


def test_moved_as_told_it_is_the_same(tmp_path):
    (tmp_path / "reports").mkdir()
    (shipped,) = resources.reports()
    shutil.copy(shipped, tmp_path / "reports" / "belgium-2026.yaml")
    assert config.load_citations(tmp_path) == config.load_citations()
    assert config.how_to_move(tmp_path) == ""


def test_an_old_file_of_somebodys_own_is_read_and_must_be_named_beside_another(home):
    place = home("[12]")
    (place / "data").mkdir()
    (place / "data" / "citations.yaml").write_text("citations:\n- {footnote: 12, source: cnil, title: T, section: S}\n")
    assert [str(key) for key in config.load(place / "sources.yaml").sources[0].keys] == ["citations:::12"]
    (place / "reports" / "france-2026.yaml").write_text(FRANCE)
    assert complaint(place).startswith("citations.yaml: does not say which report it is, and there are several")


def test_keys_sort_by_report_and_then_by_number():
    keys = [
        CitationKey("aidv", "2026", f"chapter-{n:02}", note) for n, note in itertools.product(range(90), range(1, 36))
    ]
    mixed = random.Random(7).sample(keys, len(keys))
    assert sorted(mixed) == keys
    assert len({str(key) for key in keys}) == 90 * 35


def test_what_was_written_before_footnotes_had_keys_is_the_only_one_of_its_number():
    belgium, france = CitationKey("a", "1", "be", 12), CitationKey("a", "1", "fr", 12)
    assert completed(numbered(12), [belgium, numbered(12)]) == belgium
    assert completed(numbered(12), [belgium, france]) == numbered(12)
    assert completed(numbered(13), [belgium]) == numbered(13)
    assert completed(france, [belgium]) == france


def test_what_is_remembered_of_a_passage_is_found_when_a_second_report_comes_and_when_it_goes():
    alone = Quote("cnil", 12, "a plan for AI", report="aidv", edition="2026", chapter="belgium")
    named = Quote("cnil", 12, "a plan for AI", report="aidv", edition="2026", chapter="belgium", report_name="Belgium")
    other = Quote("cnil", 12, "a plan for AI", report="aidv", edition="2026", chapter="france", report_name="France")
    assert len({quote_key(alone), quote_key(named), quote_key(other)}) == 3
    assert of_quote({quote_key(alone): QuoteState.FOUND}, named) is QuoteState.FOUND
    assert of_quote({quote_key(named): QuoteState.FOUND}, alone) is QuoteState.FOUND
    assert of_quote({quote_key(named): QuoteState.FOUND}, other) is None
