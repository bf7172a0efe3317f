"""Which characters bytes are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extract.charset import decode

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
