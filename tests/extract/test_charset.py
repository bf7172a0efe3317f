"""Which characters bytes are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extract.charset import decode
from monitor.extract.kinds import sniff

WORDS = "Décision du 6 août – « één »"


@pytest.mark.parametrize(
    ("body", "content_type", "charset"),
    [
        (WORDS.encode(), "text/html", "utf-8"),
        (WORDS.encode("utf-8-sig"), "text/html; charset=iso-8859-1", "utf-8"),
        (WORDS.encode("utf-16"), "", "utf-16-le"),
        (b"\xfe\xff" + WORDS.encode("utf-16-be"), "", "utf-16-be"),
        (WORDS.encode("utf-16-be"), "text/plain; charset=UTF-16BE", "utf-16-be"),
        (WORDS.encode("cp1252"), 'text/html; charset="ISO-8859-1"', "windows-1252"),
        (WORDS.encode("cp1252"), "text/html", "windows-1252"),
        (b'<meta charset="latin1">' + WORDS.encode("cp1252"), "text/html", "windows-1252"),
        (WORDS.encode("iso-8859-15", "replace"), "text/html; charset=iso-8859-15", "iso-8859-15"),
        (b"plain words", "text/html; charset=shift_jis", "utf-8"),
    ],
)
def test_the_encoding_is_found_and_kept(body, content_type, charset):
    assert decode(body, content_type).charset == charset


def test_iso_8859_1_means_windows_1252_as_in_browsers():
    assert decode(b"\x93quoted\x94 \x80 5", "text/html; charset=ISO-8859-1").text == "“quoted” € 5"


def test_the_header_outranks_the_page():
    page = b'<meta charset="windows-1251">' + "é".encode("cp1252")
    assert decode(page, "text/html; charset=windows-1252").text.endswith("é")


def test_the_page_is_asked_when_the_header_says_nothing():
    page = b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">' + "указ".encode("cp1251")
    assert decode(page, "text/html").text.endswith("указ")


def test_a_page_that_says_utf_16_in_ascii_is_utf_8():
    assert decode('<meta charset="utf-16"> één'.encode(), "").charset == "utf-8"


def test_a_lying_utf_8_label_is_not_believed():
    found = decode("<p>Privé, beëindigd, goedgekeurd</p>".encode("cp1252"), "text/html; charset=utf-8")
    assert (found.charset, found.text) == ("windows-1252", "<p>Privé, beëindigd, goedgekeurd</p>")


def test_one_broken_byte_does_not_unsettle_an_utf_8_page():
    assert decode(b"\xc3\xa9\xc3\xa9\xc3\xa9\xff", "text/html; charset=utf-8").text == "ééé\ufffd"


def test_utf_8_sent_as_latin_1_is_read_as_utf_8():
    assert decode("Décision".encode(), "text/html; charset=iso-8859-1").text == "Décision"


def test_another_script_speaks_up_when_nothing_is_declared():
    text = "Федеральный закон об искусственном интеллекте вступает в силу в следующем году. " * 20
    assert decode(text.encode("cp1251"), "").charset == "windows-1251"


def test_codecs_that_are_no_encodings_are_never_looked_up():
    for label in ("rot13", "zlib", "utf-7", "unicode_escape", "idna", "punycode", "hex"):
        assert decode(b"+ADw-script+AD4- \\u0041", f"text/html; charset={label}").text == "+ADw-script+AD4- \\u0041"


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "text/html; charset=utf-8", "text/html; charset=utf-16", "x;charset="]),
)
def test_any_bytes_become_text_without_nul_that_utf_8_can_hold(body, content_type):
    text = decode(body, content_type).text
    assert "\0" not in text
    text.encode("utf-8")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200))
def test_utf_8_text_comes_back_unchanged(text):
    assert decode(text.encode(), "text/html; charset=utf-8").text == text.removeprefix("\ufeff")


FRENCH = "<p>Les autorités déclarées à l’Échevin ont été priées d’être prêtes dès février.</p>\n" * 8
DECLARED = ["text/html; charset=utf-8", "text/html", "text/html; charset=iso-8859-1", "text/html; charset=windows-1252",
            "text/html; charset=iso-8859-15"]  # fmt: skip


@pytest.mark.parametrize("content_type", DECLARED)
@pytest.mark.parametrize("wrong", [b"\xe9", b"\xff", b"\x80", b"\xc3", b"\xe2\x80", b"\x93"])
@given(data=st.data())
def test_one_wrong_byte_in_a_utf_8_page_changes_no_other_letter(wrong, content_type, data):
    at = data.draw(st.integers(0, len(FRENCH)))
    text = decode(FRENCH[:at].encode() + wrong + FRENCH[at:].encode(), content_type).text
    assert "Ã" not in text
    assert (text[:at], text[-(len(FRENCH) - at) :] if at < len(FRENCH) else "") == (FRENCH[:at], FRENCH[at:])


@pytest.mark.parametrize("content_type", DECLARED[:4])
@given(data=st.data())
def test_one_utf_8_character_in_a_windows_1252_page_changes_no_other_letter(content_type, data):
    at = data.draw(st.integers(0, len(FRENCH)))
    body = FRENCH[:at].encode("cp1252") + "é".encode() + FRENCH[at:].encode("cp1252")
    assert decode(body, content_type).text in {f"{FRENCH[:at]}Ã©{FRENCH[at:]}", f"{FRENCH[:at]}é{FRENCH[at:]}"}


def test_a_page_that_mixes_both_is_read_character_by_character():
    body = "<p>déclaré</p>".encode() * 4 + "<p>déclaré</p>".encode("cp1252") * 6
    assert decode(body, "text/html").text == "<p>déclaré</p>" * 10


@pytest.mark.parametrize("before", [b"<!-- " + b"x" * 5000 + b" -->", b"<script>" + b"y();" * 9000 + b"</script>",
                                    b"<meta name=keywords content='" + b"k, " * 3000 + b"'>"])  # fmt: skip
def test_a_declaration_far_into_the_head_counts(before):
    head = b"<html><head>" + before + b'<meta charset="windows-1251"></head><body>'
    assert decode(head + "указ о системах".encode("cp1251"), "text/html").text.endswith("указ о системах")


@pytest.mark.parametrize(
    "hidden", [b'<!-- <meta charset="windows-1251"> -->', b'<script>"<meta charset=koi8-r>"</script>']
)
def test_a_declaration_in_a_comment_or_a_script_is_none(hidden):
    assert decode(hidden + "Décision".encode("cp1252"), "text/html").text.endswith("Décision")


def test_a_declaration_in_the_body_is_none():
    body = b"<head></head><body>" + b"word " * 400 + b"<meta charset=windows-1251> " + "né".encode("cp1252")
    assert decode(body, "text/html").text.endswith("né")


def test_where_the_header_lies_the_page_is_asked():
    page = b'<meta charset="windows-1251">' + "указ о системах".encode("cp1251")
    assert decode(page, "text/html; charset=utf-8").text.endswith("указ о системах")


@pytest.mark.parametrize("charset", ["windows-1251", "iso-8859-2", "iso-8859-15", "utf-16", "macintosh"])
def test_flawless_utf_8_is_utf_8_whatever_is_declared(charset):
    assert decode(FRENCH.encode(), f"text/html; charset={charset}").text == FRENCH


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("content_type", ["text/html", "text/html; charset=utf-8", "text/html; charset=utf-16"])
def test_utf_16_without_its_mark_is_known_by_its_zeros(codec, content_type):
    assert decode(FRENCH.encode(codec), content_type).text == FRENCH
    assert sniff(FRENCH.encode(codec), content_type) == "html"


@pytest.mark.parametrize("n", range(0, 60, 7))
def test_the_guess_of_an_undeclared_page_does_not_turn_with_its_length(n):
    text = ("Décision n° 5 de l'autorité. " * (n + 1)).encode("cp1252")
    assert {decode(text[:-k] if k else text, "").charset for k in range(12)} == {"windows-1252"}


def test_a_head_that_opens_countless_comments_is_looked_through_once():
    assert decode(b"<!--" * 200_000 + "é".encode("cp1252"), "text/html").text.endswith("é")


def test_a_page_made_utf_8_twice_is_read_as_it_was_meant():
    text = "L’autorité a examiné les décisions automatisées – « données privées », été, où, naïf. " * 2
    assert decode(text.encode().decode("cp1252", "surrogateescape").encode("utf-8", "surrogateescape")).text == text


def test_an_example_of_broken_characters_in_a_sound_text_stays():
    text = "Décision du 6 août : « é » devient « Ã© » quand un été passé à lire la mauvaise écriture a été gâché."
    assert decode(text.encode()).text == text
