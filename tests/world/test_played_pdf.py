"""The PDF writer, read back by another program."""

import pypdfium2
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.pdf import Line, typeset, write_pdf


def pages(body):
    document = pypdfium2.PdfDocument(body)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def words(text):
    return text.split()


def test_lines_stand_where_they_were_put():
    (document,) = (pypdfium2.PdfDocument(write_pdf([[Line(100, 700, "Bonjour", 12)]])),)
    left, bottom, right, top = document[0].get_textpage().get_charbox(0)
    assert 99 < left < 103
    assert 698 < bottom < 702
    assert top > bottom
    assert right > left


def test_accents_quotes_and_parentheses_survive():
    text = "L’État (fédéral) coûte 5 € \\ « œuvre » – Überprüfung"
    assert pages(write_pdf([[Line(50, 700, text)]]))[0].strip() == text


def test_what_the_encoding_lacks_becomes_a_question_mark():
    assert pages(write_pdf([[Line(50, 700, "Ω ok")]]))[0].strip() == "? ok"


PRINTABLE = st.text(st.characters(codec="ascii", categories=("Lu", "Ll", "Nd", "Ps", "Pe")), min_size=1, max_size=30)


@given(st.lists(st.lists(PRINTABLE, max_size=5), min_size=1, max_size=3))
def test_every_line_of_every_page_is_read_back_in_order(lines):
    made = write_pdf([[Line(40, 800 - 20 * n, text) for n, text in enumerate(page)] for page in lines])
    # Where a reader sees a blank between two lines is its own affair.
    assert ["".join(words(page)) for page in pages(made)] == ["".join(page) for page in lines]


def test_a_long_text_flows_over_pages_with_a_running_head_and_page_numbers():
    paragraphs = [f"Paragraph {n} " + "says something that takes several lines on the page. " * 6 for n in range(40)]
    read = pages(typeset(["\n\n".join(paragraphs)], running="DOC 54 2643/001"))
    assert len(read) > 2
    assert all("DOC 54 2643/001" in page for page in read)
    assert all(f"Paragraph {n} says" in " ".join(read) for n in range(40))


def test_three_dashes_begin_a_new_page():
    assert len(pages(typeset(["one\n\n---\n\ntwo"]))) == 2


def test_two_columns_stand_side_by_side():
    document = pypdfium2.PdfDocument(typeset(["# Titre\n\nun deux", "# Titel\n\neen twee"]))
    page = document[0].get_textpage()
    left = page.get_text_bounded(left=0, right=290)
    right = page.get_text_bounded(left=300, right=595, bottom=50)
    assert words(left)[:4] == ["Titre", "un", "deux", *words(left)[3:4]]
    assert words(right) == ["Titel", "een", "twee"]


def test_columns_never_overlap():
    document = pypdfium2.PdfDocument(typeset(["Le ministre demande " * 60, "De minister vraagt " * 60], size=9))
    page = document[0].get_textpage()
    boxes = [page.get_charbox(n) for n in range(page.count_chars()) if page.get_text_range(n, 1).strip()]
    assert not [box for box in boxes if box[0] < 297 < box[2] and box[1] > 60]


def test_same_words_give_same_bytes_and_another_date_others():
    assert typeset(["a"]) == typeset(["a"])
    assert typeset(["a"]) != typeset(["a"], created="20260101000000Z")
