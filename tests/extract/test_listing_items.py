"""Entries of listing pages, found by their repetition."""

import pytest

from monitor.extract.listing import find_date
from monitor.model import WatchAs

NAV = "<nav>" + "".join(f'<li><a href="/m{n}">Menu {n}</a></li>' for n in range(12)) + "</nav>"


def items(read_html, page):
    return read_html(page, watch_as=WatchAs.LISTING).items


def test_cards_give_title_link_date_and_summary(read_html):
    page = NAV + "".join(
        f'<div class="views-row views-row-{n} {"odd" if n % 2 else "even"}"><span class="date">{n} mars 2024</span>'
        f'<h3><a href="/fr/avis-{n}">Avis {n} de l\'organe de contrôle</a></h3><p>Résumé numéro {n}.</p></div>'
        for n in range(1, 6)
    )
    found = items(read_html, page)
    assert [item.key for item in found] == [f"https://beleid.example.be/fr/avis-{n}" for n in range(1, 6)]
    assert found[0].title == "Avis 1 de l'organe de contrôle"
    assert (found[0].date, found[0].summary) == ("1 mars 2024", "Résumé numéro 1.")


def test_links_in_a_plain_list_are_entries(read_html):
    page = (
        NAV
        + "<ul>"
        + "".join(f'<li>{n:02}/03/2025 – <a href="a{n}">Advies nr. {n} over camera\'s</a></li>' for n in range(4))
        + "</ul>"
    )
    found = items(read_html, page)
    assert [item.title for item in found] == [f"Advies nr. {n} over camera's" for n in range(4)]
    assert found[3].date == "03/03/2025"


def test_rows_of_a_table_are_entries(read_html):
    rows = "".join(
        f'<tr><td><a href="/d{n}.pdf">DIO19{n:03}</a></td><td>Toezicht {n}</td><td>{n + 1}.5.2020</td></tr>'
        for n in range(4)
    )
    found = items(read_html, f"<table><tr><th>Nr<th>Titel<th>Datum</tr>{rows}</table>")
    assert (found[1].title, found[1].date) == ("DIO19001 – Toezicht 1", "2.5.2020")


def test_a_card_that_is_one_link_is_an_entry(read_html):
    page = "".join(
        f'<a class="card" href="/p{n}"><div>6 December 20{n}</div><div>Project {n} in Wallonia</div></a>'
        for n in range(10, 14)
    )
    found = items(read_html, page)
    assert [item.url for item in found] == [f"https://beleid.example.be/p{n}" for n in range(10, 14)]
    assert found[0].date == "6 December 2010"


def test_entries_without_an_address_are_known_by_their_words(read_html):
    page = "".join(
        f"<article><h2>Vergadering {n}: Toezicht!</h2><p>Op 1 juni 202{n} in Brussel.</p></article>" for n in range(3)
    )
    assert items(read_html, page)[0].key == "vergadering 0 toezicht"


def test_entries_that_share_an_address_stay_apart(read_html):
    page = "".join(f'<article><h2>Punt {n}</h2><a href="/agenda">Agenda</a> op 1 mei 2024</article>' for n in range(3))
    assert len({item.key for item in items(read_html, page)}) == 3


def test_sections_of_a_listing_are_no_entries(read_html):
    entry = '<li><h3><a href="/{0}-{1}">Nota {0} {1}</a></h3><p>{1} mei 2023</p></li>'
    page = "".join(
        f"<section><h2>Thema {t}</h2><ul>" + "".join(entry.format(t, n) for n in range(1, 5)) + "</ul></section>"
        for t in "abc"
    )
    found = items(read_html, page)
    assert len(found) == 12
    assert found[-1].title == "Nota c 4"


def test_a_page_without_repetition_has_no_entries(read_html):
    assert items(read_html, "<h1>Welkom</h1><p>Een tekst.</p>") == ()


def test_only_listings_have_entries(read_html):
    page = "".join(f'<article><h2><a href="/{n}">Bericht {n}</a></h2></article>' for n in range(5))
    assert read_html(page).items == ()


def test_the_selector_limits_the_entries(read_html):
    lists = "".join(
        f'<ul id="{name}">'
        + "".join(f'<li><a href="/{name}{n}">{name} bericht nummer {n}</a></li>' for n in range(4))
        + "</ul>"
        for name in ("oud", "nieuw")
    )
    found = read_html(lists, watch_as=WatchAs.LISTING, selector="#nieuw").items
    assert [item.title for item in found] == [f"nieuw bericht nummer {n}" for n in range(4)]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Published on 6 décembre 2018 by X", "6 décembre 2018"),
        ("Gepubliceerd op 3 mrt. 2021", "3 mrt. 2021"),
        ("am 12. März 2024 beschlossen", "12. März 2024"),
        ("December 6, 2018", "December 6, 2018"),
        ("le 1er août 2020", "1er août 2020"),
        ("2026-11-22T10:00", ""),
        ("2026-11-22 10:00", "2026-11-22"),
        ("22/11/2026", "22/11/2026"),
        ("22.11.26", "22.11.26"),
        ("Juli 2023", "Juli 2023"),
        ("5th of nothing", ""),
        ("Article 12.5.3 of 2019", ""),
        ("9 van de 10 marsen", ""),
    ],
)
def test_dates_are_found_as_printed(text, date):
    assert find_date(text) == date
