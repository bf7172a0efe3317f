"""What a browser shows that is not plain text: raised figures, struck text, shadow trees, fields, pictures, frames."""

import pytest

from monitor.model import BlockKind, Link
from monitor.text.addresses import document_of, names_document


def texts(found):
    return [block.text for block in found.blocks]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("meer dan 10<sup>25</sup> bewerkingen", "meer dan 10^25 bewerkingen"),
        ("5000<sup>1</sup> systemen, op 20 m<sup>2</sup>", "5000[1] systemen, op 20 m²"),
        ("de beslissing<a href='#n3'><sup>[3]</sup></a> van de raad", "de beslissing[3] van de raad"),
        ("plus que <math><msup><mn>10</mn><mn>25</mn></msup></math> opérations", "plus que 10^25 opérations"),
        ("le 1<sup>er</sup> mars", "le 1er mars"),
        ("am 3<sup>th</sup>", "am 3th"),
        ("<math><mfrac><mn>3</mn><mn>4</mn></mfrac></math> der Sitze", "3/4 der Sitze"),
    ],
)
def test_a_raised_figure_is_no_digit_of_the_number_before_it(read_html, markup, text):
    assert texts(read_html(f"<p>{markup}</p>")) == [text]


@pytest.mark.parametrize("open_tag", ["<del>", "<s>", "<strike>", "<span style='text-decoration: line-through'>"])
def test_what_is_struck_out_is_not_read(read_html, open_tag):
    close_tag = f"</{open_tag[1:].split(' ')[0].rstrip('>')}>"
    found = read_html(
        f"<p>binnen {open_tag}30{close_tag} <ins>60</ins> dagen</p><ul><li>{open_tag}zone{close_tag}</li></ul>"
    )
    assert texts(found) == ["binnen 60 dagen"]


def test_underlined_text_stands(read_html):
    assert texts(read_html("<p><span style='text-decoration:underline'>binnen 30 dagen</span></p>")) == [
        "binnen 30 dagen"
    ]


def test_an_empty_cell_keeps_its_place(read_html):
    row = "<tr><td>Gezichten</td><td>{}</td><td>{}</td></tr>"
    found = read_html(f"<table>{row.format('ja', '')}{row.format('', 'ja')}{row.format('', '')}</table>")
    assert texts(found) == ["Gezichten | ja | –", "Gezichten | – | ja", "Gezichten"]


def test_a_sign_that_is_a_picture_stands_in_its_cell(read_html):
    found = read_html(
        "<table><tr><td>Politie</td><td><img src='v.png' alt='ja'></td>"
        "<td><svg role='img'><title>nee</title><path d='M0'/></svg></td></tr></table>"
    )
    assert texts(found) == ["Politie | ja | nee"]


def test_a_picture_is_read_when_it_gives_a_figure_and_not_when_it_decorates(read_html):
    found = read_html(
        "<p>a</p><p><img alt='Appel à projets: avant le 1er mars 2027'></p><figure><img alt='Vue de la rue'></figure>"
    )
    assert texts(found) == ["a", "Appel à projets: avant le 1er mars 2027"]


def test_an_icon_of_a_link_or_a_button_is_not_read(read_html):
    icon = "<svg role='img' aria-label='opens in a new tab'></svg>"
    found = read_html(f"<ul><li>Rapport {icon}</li><li><a href='/x'>Advies {icon}</a> van de raad</li></ul>")
    assert texts(found) == ["Rapport opens in a new tab", "Advies van de raad"]


def test_a_declared_shadow_tree_is_shown_and_another_template_is_not(read_html):
    found = read_html(
        "<gov-note><template shadowrootmode='open'><style>b{}</style><b>Status: in kracht</b><slot></slot></template>"
        "<p>De dienst houdt een register bij.</p></gov-note><template><p>sjabloon</p></template>"
    )
    assert texts(found) == ["Status: in kracht", "De dienst houdt een register bij."]


def test_shadow_trees_in_shadow_trees_are_shown(read_html):
    inner = "<x-b><template shadowrootmode='open'><p>binnen</p></template></x-b>"
    assert texts(read_html(f"<x-a><template shadowrootmode='open'><p>buiten</p>{inner}</template></x-a>")) == [
        "buiten",
        "binnen",
    ]


def test_a_field_nobody_can_change_says_what_stands_in_it(read_html):
    found = read_html(
        "<p><label>Einddatum <input type='text' readonly value='1 mei 2027'></label></p>"
        "<ul><li><input type='checkbox' checked disabled> In werking</li>"
        "<li><input type='radio' disabled> Nieuw</li></ul>"
        "<textarea readonly>Enkel voor onderzoek.</textarea>"
    )
    assert texts(found) == ["Einddatum 1 mei 2027", "☑ In werking", "☐ Nieuw", "Enkel voor onderzoek."]


def test_a_field_to_be_filled_in_says_nothing(read_html):
    found = read_html("<p>Naam <input value='Jan'> <input type='checkbox' checked> akkoord</p>")
    assert texts(found) == ["Naam akkoord"]


def test_a_question_set_as_a_button_is_text_and_a_command_is_not(read_html):
    answer = (
        "<p>De dienst wijst een persoon aan die voor het register instaat en antwoordt op vragen van de burger.</p>"
    )
    found = read_html(
        f"<div><button>Mag de politie filmen?</button></div>{answer}<div><button>Afdrukken</button></div>"
    )
    assert texts(found)[0] == "Mag de politie filmen?"
    assert "Afdrukken" not in texts(found)


@pytest.mark.parametrize(
    "frame",
    [
        "<iframe src='/d/verslag.pdf'></iframe>",
        "<embed src='/d/verslag.pdf' type='application/pdf'>",
        "<object data='/d/verslag.pdf'></object>",
    ],
)
def test_a_file_shown_in_the_page_is_a_link_to_it(read_html, frame):
    found = read_html(f"<p>a</p>{frame}<iframe src='https://video.example/1'></iframe><p>b</p>")
    assert texts(found) == ["a", "PDF", "b"]
    assert found.blocks[1].kind is BlockKind.PARAGRAPH
    assert found.blocks[1].links == (Link("PDF", "https://beleid.example.be/d/verslag.pdf"),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://x.eu/document/download/0f7c1a22_en?filename=a.pdf", "https://x.eu/document/download/b3d9e511_en?filename=a.pdf"),
        ("https://x.be/flwb/download.cfm?dossier=4711&lang=nl", "https://x.be/flwb/download.cfm?dossier=4802&lang=nl"),
        ("https://x.be/_layouts/15/download.aspx?SourceUrl=/d/v1.pdf", "https://x.be/_layouts/15/download.aspx?SourceUrl=/d/v2.pdf"),
        ("https://x.be/documents/20121/73/a-03.pdf/1f2e", "https://x.be/documents/20121/91/a-11.pdf/9c4d"),
        ("https://x.be/en/guidelines-2025/@@download/file", "https://x.be/en/guidelines-2026/@@download/file"),
        ("https://x.be/media/12/download", "https://x.be/media/13/download"),
        ("https://x.be/viewer.html?file=/d/a-2025.pdf", "https://x.be/viewer.html?file=/d/a-2026.pdf"),
        ("https://x.be/eli/wet/2018/07/30/2018073046", "https://x.be/eli/wet/2026/05/12/2026052001"),
        ("https://x.eu/legal-content/NL/TXT/?uri=CELEX:32016R0679", "https://x.eu/legal-content/NL/TXT/?uri=CELEX:32024R1689"),
    ],
)  # fmt: skip
def test_another_file_or_law_has_another_name(one, other):
    assert document_of(one) != document_of(other)
    assert document_of(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "https://x.eu/document/download/0f7c1a22-51d2-4c8e-9d2b-0a1b2c3d4e5f_en?filename=a.pdf",
            "https://x.eu/document/download/0f7c1a22-51d2-4c8e-9d2b-0a1b2c3d4e5f_en?filename=a-corrected.pdf",
        ),
        ("https://x.be/download?id=4711&token=ab0z", "https://x.be/download?id=4711&token=zz9"),
        ("https://x.be/d/a.pdf?v=12", "https://cdn.x.be/d/a.pdf?v=13"),
        ("https://x.be/d/A.pdf;jsessionid=1", "https://x.be/d/a.pdf"),
        ("https://e.eu/eli/reg/2017/745/2025-01-10", "https://e.eu/TXT/?uri=CELEX%3A02017R0745-20250110"),
        (
            "https://x.eu/document/download/0e7327c7-0e06-4fbd-90d3-8ab7bb30fe9f_en?filename=a.pdf",
            "https://x.eu/document/download/0e7327c7-0e06-4fbd-90d3-8ab7bb30fe9f_en?filename=b_en.pdf",
        ),
    ],
)
def test_a_turning_token_or_a_mirror_names_the_same_file(one, other):
    assert document_of(one) == document_of(other) != ""


@pytest.mark.parametrize(
    "url", ["https://x.be/nl/nieuws?page=2", "https://x.be/download", "https://[x", "https://x.be/"]
)
def test_an_ordinary_page_is_no_document(url):
    assert document_of(url) == ""
    assert not names_document(url)
