"""Columns and paragraphs from rows alone."""

from monitor.extract.pdf_columns import Row, Sheet, Word, are_parallel, in_columns
from monitor.extract.pdf_paragraphs import to_blocks

LEFT = ["de", "la", "commission", "qui", "décide", "pour", "les", "avis"]
RIGHT = ["van", "de", "commissie", "die", "voor", "het", "advies", "beslist"]


def row(text, *, left=60.0, bottom=700.0, height=12.0, step=6.0):
    words, at = [], left
    for part in text.split():
        words.append(Word(part, at, at + step * len(part)))
        at += step * (len(part) + 0.5)
    return Row(words, bottom, height)


def sheet(rows, number=1):
    return Sheet(number, 595, 842, rows)


def two_columns(count=10):
    rows = []
    for index in range(count):
        rows += [
            row(" ".join(LEFT[:5]), bottom=700 - 14 * index, step=4.0),
            row(" ".join(RIGHT[:5]), left=320, bottom=700 - 14 * index, step=4.0),
        ]
    return rows


def test_columns_are_read_one_after_the_other():
    ordered, two = in_columns(sheet(two_columns()))
    assert two
    assert [r.column for r in ordered] == [0] * 10 + [1] * 10


def test_a_row_across_both_columns_parts_them():
    across = row("een titel over de volle breedte van dit blad heen", bottom=700 - 14 * 5 + 7, step=9.0)
    ordered, two = in_columns(sheet([*two_columns(), across]))
    assert two
    assert [r.column for r in ordered] == [0] * 5 + [1] * 5 + [0] + [0] * 5 + [1] * 5
    assert ordered[10] is across


def test_rows_that_hold_both_columns_are_cut_at_the_gutter():
    joined = [
        Row([*a.words, *b.words], a.bottom, a.height)
        for a, b in zip(two_columns()[::2], two_columns()[1::2], strict=True)
    ]
    ordered, two = in_columns(sheet(joined))
    assert two
    assert ordered[0].text == " ".join(LEFT[:5])
    assert ordered[-1].text == " ".join(RIGHT[:5])


def test_one_column_keeps_the_order_of_the_file():
    rows = [
        row("woorden die over de hele breedte van het blad gaan", bottom=700 - 14 * n) for n in (3, 1, 2, *range(4, 12))
    ]
    ordered, two = in_columns(sheet(rows))
    assert (ordered, two) == (rows, False)


def test_a_table_of_figures_is_no_second_column():
    rows = []
    for index in range(12):
        rows += [
            row("post van de begroting", bottom=700 - 14 * index, step=4.0),
            row("1000", left=400, bottom=700 - 14 * index),
        ]
    assert not in_columns(sheet(rows))[1]


def test_few_rows_have_no_columns():
    assert not in_columns(sheet(two_columns(3)))[1]
    assert in_columns(sheet([])) == ([], False)


def test_two_languages_are_parallel_and_one_is_not():
    both = in_columns(sheet(two_columns()))[0]
    assert are_parallel([both])
    same = [row(" ".join(LEFT), bottom=n) for n in range(4)]
    for r in same[2:]:
        r.column = 1
    assert not are_parallel([same])
    assert not are_parallel([])


def test_text_in_one_language_flows_from_column_to_column():
    rows = []
    for index in range(10):
        rows += [
            row("la décision est prise et", bottom=700 - 14 * index, step=4.0),
            row("la décision est prise et", left=320, bottom=700 - 14 * index, step=4.0),
        ]
    blocks, _, note = to_blocks([sheet(rows)])
    assert note == "two columns"
    assert len(blocks) == 1


def test_a_gap_an_indent_or_a_numbered_start_begins_a_paragraph():
    wide = "woorden die samen een volle regel van het blad vullen"
    rows = [
        row(wide, bottom=700), row("en daarmee uit.", bottom=686),
        row(wide, bottom=672), row(wide + ".", bottom=658),
        row(wide, left=80, bottom=644), row(wide, bottom=630),
        row("Art. 12 " + wide, bottom=616), row(wide, bottom=560),
    ]  # fmt: skip
    blocks, _, _ = to_blocks([sheet(rows)])
    assert len(blocks) == 5


def test_a_sentence_goes_on_over_the_page():
    pages = [
        sheet([row("De minister antwoordt dat de", bottom=120)], 1),
        sheet([row("regering dit onderzoekt.", bottom=700), row("Nieuwe vraag volgt hier", bottom=600)], 2),
    ]
    blocks, _, _ = to_blocks(pages)
    assert [(b.page, b.text) for b in blocks] == [
        (1, "De minister antwoordt dat de regering dit onderzoekt."), (2, "Nieuwe vraag volgt hier"),
    ]  # fmt: skip


def test_short_articles_at_the_top_of_each_page_are_no_running_heads():
    pages = [
        sheet([row(f"Artikel {7 * n} geldt", bottom=790), row(f"Eigen zin {n * n}.", bottom=650)], n)
        for n in range(1, 6)
    ]
    blocks, margin, _ = to_blocks(pages)
    assert margin == ()
    assert sum("Artikel" in block.text for block in blocks) == 5


def test_heads_of_odd_and_even_pages_are_both_running():
    heads = ("Chambre – 3e session", "3de zitting – Kamer")
    pages = [
        sheet(
            [
                row(heads[n % 2], bottom=800),
                *(row(f"zin {chr(97 + n)}{k} hier.", bottom=700 - 40 * k) for k in range(9)),
            ],
            n,
        )
        for n in range(1, 9)
    ]
    _, margin, _ = to_blocks(pages)
    assert {block.text for block in margin} == set(heads)


def test_pages_without_words_give_no_blocks():
    assert to_blocks([sheet([]), sheet([row("x")], 2)])[0][0].page == 2
    assert to_blocks([]) == ((), (), "")


def test_what_repeats_inside_the_page_is_text():
    pages = [
        sheet([row("Artikel één geldt", bottom=800 - 10 * n), row("Gehoord de raad", bottom=400)], n)
        for n in range(1, 6)
    ]
    blocks, margin, _ = to_blocks(pages)
    assert margin == ()
    assert sum(block.text == "Gehoord de raad" for block in blocks) == 5


def test_a_page_number_behind_text_is_text():
    pages = [
        sheet([row(f"eigen woorden {chr(96 + n)}", bottom=20), row(str(n * n), bottom=50)], n) for n in range(1, 4)
    ]
    assert to_blocks(pages)[1] == ()
