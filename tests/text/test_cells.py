"""Cells of exported tables, as spreadsheets of several countries part them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.cells import bared, separator, shielded

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
STARTS = (*SIGNS, "\t")
texts = st.one_of(st.text(), st.text("'=+-@;,\t\r\n x\"＝\u00a0"))


def written(rows, delimiter, quoting):
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=delimiter, quoting=quoting).writerows([shielded(cell) for cell in row] for row in rows)
    return made.getvalue()


def parted(text, delimiter):
    """As a library reads it, and as a program reads it that knows no quotes."""
    yield from (cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row)
    for line in text.replace("\r", "\n").split("\n"):
        yield from line.split(delimiter)


@given(
    st.lists(st.lists(texts, min_size=1, max_size=3), max_size=3), st.sampled_from(",;"),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)  # fmt: skip
def test_no_cell_becomes_a_formula_wherever_the_line_is_parted(rows, delimiter, quoting):
    table = written(rows, delimiter, quoting)
    for other in ",;\t":
        for cell in parted(table, other):
            assert not cell.startswith(STARTS)
            assert not cell.strip().startswith(SIGNS)


@given(texts)
def test_what_is_shielded_can_be_bared(cell):
    assert bared(shielded(cell)) == cell


@given(texts)
def test_what_looks_shielded_already_is_shielded_once_more(cell):
    assert bared(bared(shielded(shielded(cell)))) == cell


@pytest.mark.parametrize("cell", ["=1+1", "+32 2 123", "-2", "@SUM(A1)", "'=1", "''@x", "＝1", " =1", '"=1'])
def test_cells_that_run_get_an_apostrophe(cell):
    assert shielded(cell) == "'" + cell


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ('see annex;=HYPERLINK("http://evil.example")', 'see annex;\'=HYPERLINK("http://evil.example")'),
        ("see annex; @SUM(1)", "see annex;' @SUM(1)"),
        ("a\t=1", "a\t'=1"),
        ("a\n-1", "a\n'-1"),
        ('a;"=1+1"', 'a;\'"=1+1"'),
        ("\t=1", "'\t'=1"),
    ],
)
def test_so_does_what_begins_behind_a_sign_that_some_spreadsheets_part_at(cell, kept):
    assert shielded(cell) == kept


@pytest.mark.parametrize("cell", ["a=b", "10-12", "an@example.org", "one; two", "a\r\n\r\nb", "it's", "; ;", ""])
def test_other_cells_stay_as_they_are(cell):
    assert shielded(cell) == cell


def test_each_language_gets_the_sign_that_its_spreadsheets_part_at():
    assert [separator(language) for language in ("en", "nl", "fr", "de")] == [",", ";", ";", ";"]
