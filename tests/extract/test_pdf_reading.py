"""PDFs made with fpdf2, read in the child process or by the child's own function (faults 41, 42)."""

import random

import pytest
from fpdf import FPDF
from fpdf.enums import AccessPermission

from monitor.errors import ExtractError, ExtractKind
from monitor.extract import pdf, pdf_child, pdf_second
from monitor.extract.limits import Limits
from monitor.extract.pdf import PdfExtractor
from monitor.model import BlockKind, key_of


def read_here(body):
    return pdf_child.read(body, ["pdf:test"])


def kind_of(call):
    with pytest.raises(ExtractError) as caught:
        call()
    return caught.value.kind


def test_lines_become_paragraphs_with_their_page(paper, french, dutch, read_bytes, make_source):
    made = paper()
    made.set_title("Voorstel van resolutie")
    for text in (french, dutch):
        made.add_page()
        made.multi_cell(0, 6, text.strip(), align="L")
        made.ln(8)
        made.multi_cell(0, 6, "Een tweede alinea die op zichzelf staat.", align="L")
    found = read_bytes(made.bytes(), "application/pdf")
    assert [(b.page, b.text) for b in found.blocks] == [
        (1, french.strip()), (1, "Een tweede alinea die op zichzelf staat."),
        (2, dutch.strip()), (2, "Een tweede alinea die op zichzelf staat."),
    ]  # fmt: skip
    assert (found.media, found.page_count, found.title) == ("pdf", 2, "Voorstel van resolutie")
    assert found.fingerprint == PdfExtractor().fingerprint(make_source())


@pytest.mark.parametrize("interleaved", [True, False])
def test_two_columns_in_two_languages_are_read_one_by_one(paper, french, dutch, interleaved):
    made = paper()
    for number in (1, 2):
        made.add_page()
        made.cell(0, 6, f"Hoofdstuk over de volle breedte van het blad, deel {'een' if number == 1 else 'twee'}")
        made.two_columns(french * 3, dutch * 3, interleaved=interleaved)
    found = read_here(made.bytes())
    assert found.note == "two columns"
    texts = [block.text for block in found.blocks if block.page == 1 and "Hoofdstuk" not in block.text]
    assert texts == [(french * 3).strip(), (dutch * 3).strip()]


def test_a_sentence_goes_on_in_its_own_column_on_the_next_page(paper, french, dutch):
    half = {"fr": french.strip().rstrip("."), "nl": dutch.strip().rstrip(".")}
    made = paper()
    made.add_page()
    made.two_columns(french * 2 + half["fr"], dutch * 2 + half["nl"])
    made.add_page()
    made.two_columns("et de publier ce rapport. " + french * 2, "en dat verslag te publiceren. " + dutch * 2)
    texts = [block.text for block in read_here(made.bytes()).blocks]
    assert any(f"{half['fr']} et de publier ce rapport." in text for text in texts)
    assert any(f"{half['nl']} en dat verslag te publiceren." in text for text in texts)


def test_running_heads_and_page_numbers_go_to_the_margin(paper, french):
    made = paper(head="DOC 54 2643/001")
    for number in range(1, 7):
        made.add_page()
        made.multi_cell(0, 6, f"Artikel {7 * number}\n{french}")
    found = read_here(made.bytes())
    margin = [block.text for block in found.margin]
    assert "DOC 54 2643/001" in margin
    assert "1/6" in margin
    assert len(margin) == 2
    for number in range(1, 7):
        assert f"Artikel {7 * number}" in found.text
    assert "DOC 54" not in found.text


def test_hyphens_at_line_ends_go_and_compounds_stay(paper):
    made = paper(head="", foot=False)
    made.add_page()
    for line in (
        "De overheid gebruikt algo-",
        "ritmen en stelt dat de EU-",
        "Verordening van toepassing is op",
        "al haar diensten.",
    ):
        made.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    assert read_here(made.bytes()).text == (
        "De overheid gebruikt algoritmen en stelt dat de EU-Verordening van toepassing is op al haar diensten."
    )


def test_larger_lines_and_short_numbered_lines_are_headings(paper, french):
    made = paper(head="", foot=False)
    made.add_page()
    made.set_font("Times", size=20)
    made.multi_cell(0, 9, "Stratégie nationale")
    made.set_font("Times", size=11)
    made.ln(4)
    made.multi_cell(0, 6, french.strip())
    made.ln(6)
    made.multi_cell(0, 6, "2.1 Champ d'application")
    made.ln(6)
    made.multi_cell(0, 6, french.strip())
    blocks = read_here(made.bytes()).blocks
    assert [(b.text, b.level) for b in blocks if b.kind is BlockKind.HEADING] == [
        ("Stratégie nationale", 1), ("2.1 Champ d'application", 4),
    ]  # fmt: skip
    assert blocks[-1].headings == ("Stratégie nationale", "2.1 Champ d'application")


def test_list_items_are_items(paper):
    made = paper(head="", foot=False)
    made.add_page()
    made.multi_cell(
        0, 6, "De commissie vraagt:\n- een register van algoritmen;\n- een jaarlijks verslag;\nb) een toets vooraf."
    )
    assert [b.text for b in read_here(made.bytes()).blocks if b.kind is BlockKind.ITEM] == [
        "- een register van algoritmen;", "- een jaarlijks verslag;", "b) een toets vooraf.",
    ]  # fmt: skip


def scan(pages):
    made = FPDF()
    for _ in range(pages):
        made.add_page()
        made.image(_picture(), w=100)
    return bytes(made.output())


def _picture():
    from PIL import Image

    return Image.new("L", (60, 80), 200)


def test_a_scan_is_named_as_one(read_bytes):
    assert kind_of(lambda: read_bytes(scan(2), "application/pdf")) is ExtractKind.SCANNED


def test_empty_pages_are_empty():
    made = FPDF()
    made.add_page()
    assert kind_of(lambda: read_here(bytes(made.output()))) is ExtractKind.EMPTY


def locked(**passwords):
    made = FPDF()
    made.set_encryption(owner_password="eigenaar", permissions=AccessPermission.none(), **passwords)
    made.add_page()
    made.set_font("Times")
    made.cell(text="Geheim advies van de commissie")
    return bytes(made.output())


def test_a_pdf_with_a_password_is_encrypted(read_bytes):
    assert kind_of(lambda: read_bytes(locked(user_password="lezer"), "application/pdf")) is ExtractKind.ENCRYPTED


def test_a_pdf_that_only_forbids_printing_is_read():
    assert read_here(locked()).text == "Geheim advies van de commissie"


@pytest.mark.parametrize(
    "body", [b"%PDF-1.7\n", b"%PDF-1.4\n" + b"garbage " * 50, b"<html>%PDF-1.4 is a format</html>"]
)
def test_a_broken_pdf_is_broken(body, read_bytes):
    assert kind_of(lambda: read_bytes(body, "application/pdf")) is ExtractKind.BROKEN


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.97])
def test_a_truncated_pdf_is_read_as_far_as_it_goes_or_refused(paper, french, share):
    made = paper()
    for _ in range(3):
        made.add_page()
        made.multi_cell(0, 6, french)
    body = made.bytes()
    assert kind_or_pages(body[: int(len(body) * share)]) in {ExtractKind.BROKEN, ExtractKind.EMPTY, 1, 2, 3}


def kind_or_pages(body):
    try:
        return read_here(body).page_count
    except ExtractError as error:
        return error.kind


def test_three_hundred_pages_are_read(paper):
    made = paper(head="Handelingen", foot=True)
    for number in range(320):
        made.add_page()
        made.cell(0, 6, f"Blad met eigen woorden, teken {chr(0x41 + number % 26)}{number * number}.")
    found = read_here(made.bytes())
    assert found.page_count == 320
    assert found.blocks[-1].page == 320
    assert len(found.blocks) == 320


def test_too_many_pages_are_refused(monkeypatch, paper):
    monkeypatch.setattr(pdf_child, "MAX_PAGES", 2)
    made = paper()
    for _ in range(3):
        made.add_page()
    assert kind_of(lambda: read_here(made.bytes())) is ExtractKind.TOO_COSTLY


def test_too_much_text_is_refused(monkeypatch, paper, french):
    monkeypatch.setattr(pdf_child, "MAX_CHARACTERS", 100)
    made = paper()
    made.add_page()
    made.multi_cell(0, 6, french)
    assert kind_of(lambda: read_here(made.bytes())) is ExtractKind.TOO_COSTLY


def test_a_pdf_of_monstrous_size_is_refused_unread(monkeypatch, make_source):
    monkeypatch.setattr(pdf, "MAX_BYTES", 10)
    body = b"%PDF-1.7\n" + bytes(20)
    call = lambda: PdfExtractor().read(body, content_type="", url="", source=make_source())  # noqa: E731
    assert kind_of(call) is ExtractKind.TOO_COSTLY


def bomb():
    """A small file whose one page unpacks to 400 MB."""
    import zlib

    packer = zlib.compressobj(9)
    stream = b"".join(packer.compress(b"BT (x) Tj ET " * 100_000) for _ in range(320)) + packer.flush()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, part) for n, part in enumerate(parts, 1))
    return body + b"trailer << /Root 1 0 R /Size 5 >>\n%%EOF\n"


@pytest.mark.worst
def test_a_pdf_bomb_ends_at_the_limits(make_source):
    extractor = PdfExtractor(Limits(cpu=2, wall=30.0, memory=300_000_000))
    call = lambda: extractor.read(bomb(), content_type="application/pdf", url="", source=make_source())  # noqa: E731
    assert kind_of(call) is ExtractKind.TOO_COSTLY


def without_root(made):
    """A file whose trailer does not say where its pages are: PDFium gives up."""
    body = bytes(made.output())
    assert b"/Root" in body
    return body.replace(b"/Root", b"/Rxxt")


def test_a_damaged_file_that_the_first_reader_gives_up_is_read_by_the_second(paper, french, dutch, read_bytes):
    made = paper(head="DOC 54 2643/001")
    for text in (french, dutch, french):
        made.add_page()
        made.multi_cell(0, 6, text.strip(), align="L")
    found = read_bytes(without_root(made), "application/pdf")
    read = key_of(found.text)
    assert all(key_of(text) in read for text in (french, dutch))
    assert {block.page for block in found.blocks} == {1, 2, 3}
    assert "second reader" in found.note
    assert (found.media, found.page_count) == ("pdf", 3)


def test_a_damaged_file_without_text_stays_broken():
    made = FPDF()
    made.add_page()
    with pytest.raises(ExtractError, match="no readable PDF"):
        read_here(without_root(made))


@pytest.mark.parametrize("body", [b"%PDF-1.7", b"%PDF-1.4\n" + b"1 0 obj << /Type /Pages /Kids [1 0 R] >>" * 40])
def test_what_neither_reader_can_read_is_broken(body):
    assert kind_of(lambda: read_here(body)) is ExtractKind.BROKEN


def test_a_large_damaged_file_is_not_given_to_the_slow_reader(paper, french, monkeypatch):
    made = paper()
    made.add_page()
    made.multi_cell(0, 6, french)
    monkeypatch.setattr(pdf_second, "MOST_BYTES", 100)
    assert kind_of(lambda: read_here(without_root(made))) is ExtractKind.BROKEN


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_wrong_with_a_file_it_gives_text_or_a_state(paper, french, seed):
    made = paper()
    made.add_page()
    made.multi_cell(0, 6, french)
    dice, body = random.Random(seed), bytearray(without_root(made))
    for _ in range(dice.randrange(60)):
        body[dice.randrange(len(body))] = dice.randrange(256)
    try:
        found = read_here(bytes(body))
    except ExtractError as error:
        found = error
    assert isinstance(found, ExtractError) or found.blocks
