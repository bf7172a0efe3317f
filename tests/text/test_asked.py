"""What somebody looks for, as typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.asked import asked, searchable


@pytest.mark.parametrize(
    ("typed", "fts"),
    [
        ("retention period", '(("retention") AND ("period"))'),
        ('"retention period"', '(("retention period"))'),
        ("Biométr*", '(("biometr"*))'),
        ("police OR politie drones", '(("police" OR "politie") AND ("drones"))'),
        ("data -pilot", '((("data")) NOT ("pilot"))'),
        ("OR data", '(("data"))'),
        ("l'IA", '(("l ia"))'),
    ],
)
def test_words_become_a_question_of_the_index(typed, fts):
    assert asked(typed).fts() == fts


@pytest.mark.parametrize("typed", ["", "  ", "-data", '"', "()", "\u200b"])
def test_without_a_word_to_find_a_question_is_empty(typed):
    assert not asked(typed)


def test_what_was_looked_for_is_marked():
    marked = asked('"high risk" polit*').marked("High-risk systems of the Politie")
    assert [piece for piece, found in marked if found] == ["High-risk", "Politie"]


@given(st.text(max_size=60), st.text(max_size=200))
def test_the_marked_pieces_are_the_text(typed, text):
    question = asked(typed)
    assert "".join(piece for piece, _ in question.marked(text)) == text
    assert searchable(typed) == searchable(searchable(typed))
