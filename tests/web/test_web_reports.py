"""Two reports in one home: every footnote is named with its report, and links from before still lead there."""

import csv
import io
import re

import lived
import pytest

HEAD = "version: 1\nreport: aidv\nedition: 2026\nchapter: {0}\nname: {1}\n"
BELGIUM = lived.CITATIONS.replace("version: 1\n", HEAD.format("belgium", "Belgium"))
FRANCE = f"""{HEAD.format("france", "France")}\
citations:
- {{footnote: 170, source: coc-home, title: A French footnote, section: Oversight}}
- {{footnote: 12, source: wallonia, title: Another, section: Regions}}
"""
SOURCES = (
    lived.SOURCES.replace("footnotes: [170]", "footnotes: {belgium-2026: [170], france-2026: [170]}")
    .replace("footnotes: [145]", "footnotes: {belgium-2026: [145]}")
    .replace("footnotes: [148]", "footnotes: {belgium-2026: [148], france-2026: [12]}")
)


@pytest.fixture
def both(site):
    """A home that watched the Belgian report alone, and now has a French one, too."""
    files = {"reports/belgium-2026.yaml": BELGIUM, "reports/france-2026.yaml": FRANCE, "sources.yaml": SOURCES}
    made = site(reports=files)
    made.app.take_over(made.app.load_watch_list(made.app.settings.home / "sources.yaml"))
    return made


def test_the_same_number_of_two_reports_has_two_places_and_old_links_lead_to_one_of_them(both):
    page = both.get("/coverage").text
    ids = re.findall(r'id="(footnote-[^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {"footnote-aidv:2026:belgium:170", "footnote-aidv:2026:france:170", "footnote-170"} <= set(ids)
    assert set(re.findall(r'href="#(footnote-[^"]+)"', page)) <= set(ids)
    place = page.index('id="footnote-aidv:2026:belgium:170"')
    assert place < page.index('id="footnote-170"') < page.index('id="footnote-aidv:2026:france:12"')


def test_a_citation_has_two_columns_and_nothing_beside_them(both):
    """Its grid lays out each child: an empty one for the old link would push the text into the number's column."""
    page = both.get("/coverage").text
    opened = re.findall(
        r"<article class=\"citation[^>]*>\s*<(\w+) class=\"(\w+)\"[^>]*>[^<]*</\1>\s*<(\w+) class=\"(\w+)\"", page
    )
    assert opened == [("p", "footnote", "div", "body")] * 6


def test_each_report_is_counted_for_itself_and_named(both):
    page = both.get("/coverage").text
    assert "Belgium: " in page
    assert "France: " in page
    counts = both.get("/api/v1/citations").json()["counts"]
    assert [(one["report"], one["name"], one["footnotes"]) for one in counts["reports"]] == [
        ("aidv:2026:belgium", "Belgium", 4),
        ("aidv:2026:france", "France", 2),
    ]
    assert counts["footnotes"] == 6


def test_one_of_them_can_be_asked_for(both):
    page = both.get("/coverage?report=aidv:2026:france").text
    assert "A French footnote" in page
    assert "temporary ban" not in page
    items = both.get("/api/v1/citations?report=aidv:2026:france").json()["items"]
    assert [item["key"] for item in items] == ["aidv:2026:france:12", "aidv:2026:france:170"]
    lines = both.get("/api/v1/changes?report=aidv:2026:france").json()["items"]
    assert {line["source"] for line in lines} <= {"coc-home", "wallonia"}
    assert lines
    assert both.get("/api/v1/changes?report=aidv:2026:spain").json()["items"] == []
    assert "France" in both.get("/").text


def test_what_was_kept_before_footnotes_had_keys_is_told_with_its_report(both):
    """The kept change names footnote 170 of the only report there was then; the French one cites the source, too."""
    change = both.get("/api/v1/changes/3").json()
    assert {citation["key"] for citation in change["citations"]} == {
        "aidv:2026:belgium:170",
        "aidv:2026:france:170",
    }
    page = both.get("/sources/coc-home").text
    assert 'href="/coverage#footnote-aidv:2026:france:170"' in page
    assert "170 (France)" in page


def test_the_table_says_of_which_report_each_line_is(both):
    rows = list(csv.DictReader(io.StringIO(both.get("/coverage.csv").text.removeprefix("\ufeff"))))
    assert {(row["key"], row["report"]) for row in rows if row["footnote"] == "170"} == {
        ("aidv:2026:belgium:170", "Belgium"),
        ("aidv:2026:france:170", "France"),
    }


def test_with_one_report_nothing_is_named_and_links_are_as_ever(site):
    files = {"reports/belgium-2026.yaml": BELGIUM}
    one = site(reports=files)
    page = one.get("/coverage").text
    assert 'id="footnote-170"' in page
    assert "Belgium:" not in page
    assert "aidv" not in page + one.get("/").text + one.get("/changes/3").text + one.get("/sources/coc-home").text
