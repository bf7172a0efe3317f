"""The timeline as a table for spreadsheets."""

import csv
import io

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def table(site, path="/changes.csv?days=0"):
    answer = site.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def listed(site, query=""):
    return site.get(f"/api/v1/changes?limit=100{query}").json()["items"]


def test_the_table_has_a_line_for_everything_on_the_page(pages):
    rows = table(pages)
    assert [(row["type"], int(row["number"])) for row in rows] == [(i["type"], i["id"]) for i in listed(pages)]


def test_the_filters_of_the_page_hold_for_the_table(pages):
    rows = table(pages, "/changes.csv?days=0&severity=critical")
    assert [int(row["number"]) for row in rows] == [i["id"] for i in listed(pages, "&severity=critical")]
    assert 0 < len(rows) < len(table(pages))


def test_the_page_leads_to_the_table_of_what_it_shows(pages):
    assert 'href="/changes.csv?severity=critical"' in pages.get("/?severity=critical").text


def test_words_that_came_and_went_stand_in_columns_of_their_own(pages):
    rows = [row for row in table(pages) if row["added"] and row["removed"]]
    assert rows
    change = pages.store.history.change(int(rows[0]["number"]))
    added = {span.text for part in change.parts for span in part.spans if span.mark == "added"}
    assert any(text in rows[0]["added"] for text in added)


def test_no_cell_is_a_formula_whatever_a_page_wrote(hostile_pages):
    rows = table(hostile_pages, "/changes.csv?days=0&all=1")
    assert rows
    assert not [cell for row in rows for cell in row.values() if cell.lstrip().startswith(DANGEROUS)]


def test_a_spreadsheet_of_a_belgian_office_shows_columns_and_no_formula(hostile_pages):
    answer = hostile_pages.get("/changes.csv?days=0&all=1", headers={"accept-language": "nl-BE"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {21}
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(DANGEROUS)]


def test_an_empty_history_is_a_table_with_a_head_only(empty_pages):
    assert table(empty_pages) == []
