"""What is text and what is furniture, in the manner of Belgian government sites."""

import pytest

from monitor.extract.names import place_of_names
from monitor.model import Place, WatchAs

TEXT = "".join(
    f"<p>Alinea {n} van het beleid over algoritmen bij de overheid, lang genoeg om te tellen.</p>" for n in range(8)
)


def kept(found):
    return "\n".join(block.text for block in found.blocks)


def left(found):
    return "\n".join(block.text for block in found.margin)


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ("<nav>{}</nav>", Place.NAV),
        ("<header>{}</header>", Place.HEADER),
        ("<footer>{}</footer>", Place.FOOTER),
        ("<aside>{}</aside>", Place.ASIDE),
        ("<form>{}</form>", Place.FORM),
        ("<dialog open>{}</dialog>", Place.DIALOG),
        ('<div role="navigation">{}</div>', Place.NAV),
        ('<div role="banner">{}</div>', Place.HEADER),
        ('<div role="contentinfo">{}</div>', Place.FOOTER),
        ('<div role="complementary">{}</div>', Place.ASIDE),
        ('<div role="dialog">{}</div>', Place.DIALOG),
        ('<div class="eu-cookie-compliance-banner">{}</div>', Place.DIALOG),
        ('<div id="onetrust-consent-sdk">{}</div>', Place.DIALOG),
        ('<ol class="ecl-breadcrumb__container">{}</ol>', Place.NAV),
        ('<div class="region-sidebar-first">{}</div>', Place.ASIDE),
        ('<div class="ecl-social-media-share">{}</div>', Place.ASIDE),
        ('<div class="block NewsletterSignup">{}</div>', Place.ASIDE),
        ('<div id="block-newsletter">{}</div>', Place.ASIDE),
        ('<div class="site-header"><a href="/">{}</a></div>', Place.HEADER),
        ('<div id="footer">{}</div>', Place.FOOTER),
        ("<div hidden>{}</div>", Place.HIDDEN),
        ('<div style="color:red; display : none">{}</div>', Place.HIDDEN),
        ('<div aria-hidden="true">{}</div>', Place.HIDDEN),
        ("<select><option>{}</option></select>", Place.FORM),
    ],
)
def test_furniture_goes_to_the_margin_with_its_place(read_html, part, place):
    found = read_html(part.format("Volg de overheid") + TEXT)
    assert [(b.text, b.place) for b in found.margin] == [("Volg de overheid", place)]
    assert len(found.blocks) == 8


@pytest.mark.parametrize(
    "names",
    [
        "has-sidebar", "md:menu", "[&_nav]:mt-2", "no-footer", "with-share", "shareholder-policy", "menuiserie",
        "2a-data-from-connected-social-media-accounts", "page-with-menu-left", "navy", "footnotes", "privacy-notice",
        "cookie-policy", "advertising-rules", "x" * 90,
    ],
)  # fmt: skip
def test_names_that_only_look_like_furniture_are_none(names):
    assert place_of_names(names) is None


def test_an_id_made_from_a_heading_is_no_name(read_html):
    found = read_html(
        '<section id="sharing"><h2 id="feedback">Delen van gegevens</h2><p>Wij delen niets.</p></section>' + TEXT
    )
    assert "Wij delen niets." in kept(found)
    assert found.margin == ()


def test_a_page_that_is_one_big_form_is_kept(read_html):
    found = read_html(f'<form id="aspnetForm"><nav>Menu</nav>{TEXT}</form>')
    assert "Alinea 7" in kept(found)
    assert left(found) == "Menu"


def test_many_parts_of_one_name_are_no_furniture(read_html):
    found = read_html(
        "".join(
            f'<div class="promo"><p>Maatregel {n}: een lange zin over wat de burger mag.</p></div>' for n in range(9)
        )
    )
    assert len(found.blocks) == 9


def test_a_menu_is_furniture_even_on_a_short_page(read_html):
    menu = "".join(f'<li><a href="/m{n}">Onderwerp nummer {n}</a></li>' for n in range(30))
    found = read_html(f"<nav><h2>Menu</h2><ul>{menu}</ul></nav><p>De pagina is verplaatst.</p>")
    assert kept(found) == "De pagina is verplaatst."


def test_a_consent_tool_is_furniture_however_long(read_html):
    partners = "".join(f"<li>Partner {n} bewaart gegevens gedurende dertien maanden</li>" for n in range(60))
    found = read_html(f'<div id="CybotCookiebotDialog"><ul>{partners}</ul></div>{TEXT}')
    assert len(found.blocks) == 8


def test_nothing_hidden_is_dropped_inside_the_main_part(read_html):
    found = read_html(f'<main>{TEXT}<div hidden>Uitzondering</div><div style="display:none">Voorwaarde</div></main>')
    assert "Uitzondering" in kept(found)
    assert "Voorwaarde" in kept(found)


def test_the_head_of_an_article_is_text(read_html):
    found = read_html(
        f"<main><article><header><h1>Advies 12</h1></header>{TEXT}<footer>Bijgewerkt op 3 mei</footer></article></main>"
    )
    assert "Advies 12" in kept(found)
    assert "Bijgewerkt op 3 mei" in kept(found)


def test_what_stands_beside_the_main_part_goes_when_it_holds_most(read_html):
    found = read_html(f"<div>Welkom op deze site</div><main>{TEXT}</main>")
    assert [(b.text, b.place) for b in found.margin] == [("Welkom op deze site", Place.ASIDE)]


def test_a_main_part_that_holds_little_does_not_count(read_html):
    found = read_html(f"<main><p>Kort</p></main><div>{TEXT}</div>")
    assert len(found.blocks) == 9


def test_one_article_of_many_is_not_the_main_part(read_html):
    found = read_html(
        "".join(f"<article><h2>Bericht {n}</h2><p>Tekst van bericht {n}.</p></article>" for n in range(5))
    )
    assert len(found.blocks) == 10


def test_paragraphs_inside_a_label_are_text(read_html):
    found = read_html(f"<main>{TEXT}<label><p>Artikel 9</p><p>Van toepassing.</p></label></main>")
    assert kept(found).endswith("Artikel 9\nVan toepassing.")


def links(count, extension=""):
    return "".join(f'<p><a href="/x{n}{extension}">Onderwerp {n}</a></p>' for n in range(count))


def test_four_links_in_a_row_are_a_menu_and_three_are_not(read_html):
    assert left(read_html(TEXT + links(4))).count("Onderwerp") == 4
    assert left(read_html(TEXT + links(3))) == ""


def test_one_line_of_four_links_is_a_menu(read_html):
    row = "".join(f'<a href="/t{n}">Thema {n}</a> ' for n in range(4))
    assert left(read_html(f"{TEXT}<p>{row}</p>")).startswith("Thema 0")


def test_a_list_of_documents_is_no_menu(read_html):
    assert kept(read_html(TEXT + links(6, ".pdf"))).count("Onderwerp") == 6


def test_a_listing_keeps_its_links(read_html):
    assert kept(read_html(TEXT + links(6), watch_as=WatchAs.LISTING)).count("Onderwerp") == 6


NOTICES = {
    "en": "This document has been archived and is no longer updated.",
    "nl": "Dit document is vervangen en wordt niet langer bijgewerkt.",
    "fr": "Ce document est abrogé et n'est plus mis à jour.",
    "de": "Dieses Dokument wurde aufgehoben und wird nicht mehr aktualisiert.",
}
PLACES = {
    "header": f"<header>{{}}</header><main>{TEXT}</main>",
    "aside": f"<main>{TEXT}<aside>{{}}</aside></main>",
    "dialog": f'<div role="alertdialog">{{}}</div><main>{TEXT}</main>',
    "beside": f"<div class='alert'>{{}}</div><main>{TEXT}</main>",
    "footer": f"<main>{TEXT}</main><footer>{{}}</footer>",
    "form": f"<form>{{}}</form><main>{TEXT}</main>",
    "hidden": f"<div aria-hidden='true'>{{}}</div><main>{TEXT}</main>",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("language", NOTICES)
def test_a_status_notice_is_kept_wherever_it_stands(read_html, place, language):
    found = read_html(PLACES[place].format(NOTICES[language]))
    assert NOTICES[language] in kept(found) + left(found)


def test_only_headings_of_the_text_are_above_the_text(read_html):
    found = read_html(f"<header><h1>Belgium.be</h1></header><main><h2>Privacy</h2>{TEXT}</main>")
    assert found.blocks[1].headings == ("Privacy",)


MENU = f"<nav>{''.join(f'<li><a href=/r{n}>Rubriek nummer {n} van de krant</a></li>' for n in range(90))}</nav>"
FOOT = "<footer><p>De Krant nv, Brussel. Alle rechten voorbehouden. Aanmelden</p></footer>"
NEWS = {
    "header": f"{MENU}<header><h1>Kamer stemt wet</h1>{TEXT}</header><aside><p>Meest gelezen</p></aside>{FOOT}",
    "aside": f"<header><p>De Krant</p></header>{MENU}<aside>{TEXT}</aside>{FOOT}",
    "article in an aside": f"<header><p>De Krant</p></header>{MENU}<aside><article>{TEXT}</article></aside>{FOOT}",
    "footer": f"<header><p>De Krant</p></header>{MENU}<footer>{TEXT}</footer>",
    "named": f"<div id='masthead'><p>De Krant</p></div>{MENU}<div class='sidebar'>{TEXT}</div>{FOOT}",
    "a stray word": f"<div>Advertentie</div><header><p>De Krant</p></header>{MENU}<aside>{TEXT}</aside>{FOOT}",
    "an empty main part": f"<main></main><header><p>De Krant</p></header>{MENU}<aside>{TEXT}</aside>{FOOT}",
}


@pytest.mark.parametrize("shape", NEWS)
def test_when_nothing_is_the_text_the_largest_region_is(read_html, shape):
    found = read_html(f"<html><title>De Krant</title><body>{NEWS[shape]}</body></html>")
    assert kept(found).count("Alinea") == 8
    assert "Rubriek nummer" not in kept(found)
    assert "Meest gelezen" not in kept(found)


@pytest.mark.parametrize(
    "page",
    [
        f"{MENU}<header><p>De Krant</p></header><footer><p>Volg ons. Aanmelden</p></footer>",
        f"{MENU}<div class='cookie-banner'>{TEXT}</div>",
        f"{MENU}<noscript><p>Alinea 1: schakel JavaScript in om deze toepassing te kunnen gebruiken.</p></noscript>",
    ],
    ids=["too little text", "a wall of consent", "hidden"],
)
def test_furniture_is_not_taken_for_the_text_for_want_of_any(read_html, page):
    assert "Alinea" not in kept(read_html(page))
    assert "Volg ons" not in kept(read_html(page))


def test_a_menu_inside_the_largest_region_stays_a_menu(read_html):
    found = read_html(f"{MENU}<aside><nav><p>Lees ook</p></nav>{TEXT}</aside>{FOOT}")
    assert "Alinea 7" in kept(found)
    assert "Lees ook" in left(found)


DUTY = "Elke dienst moet een persoon aanwijzen die voor het register instaat."


@pytest.mark.parametrize(
    "part",
    [
        "<section class='recommendations'><h2>Aanbevelingen</h2><p>{}</p></section>",
        "<div id='recommendations'><p>{}</p></div>",
        "<section class='social-security'><p>{}</p></section>",
        "<section class='market-share'><p>{}</p></section>",
        "<section class='comments-received'><ul><li>{}</li></ul></section>",
        "<section class='modal-split'><p>{}</p></section>",
        "<div class='MsoFooter'><p>{}</p></div>",
        "<div class='sidebar'><h2>Data</h2><p>{}</p></div>",
        "<aside><h2>Data</h2><p>{}</p></aside>",
        "<div role='complementary'><p>{}</p></div>",
        "<form action='/mening'><p>{}</p><label>Naam <input name='n'></label><button>Verstuur</button></form>",
        "<header><p>{}</p></header>",
        "<div hidden id='paneel'><p>{}</p></div>",
        "<noscript><p>{}</p></noscript>",
        "<textarea readonly>{}</textarea>",
    ],
)
@pytest.mark.parametrize("frame", ["<main>{}</main>", "<div>{}</div>"])
def test_a_sentence_is_text_whatever_the_part_around_it_is_called(read_html, part, frame):
    assert DUTY in kept(read_html(frame.format(TEXT + part.format(DUTY) + TEXT)))


@pytest.mark.parametrize("beside", ["<p>{}</p>", "<div><h2>Bericht</h2><p>{}</p></div>", "<aside><p>{}</p></aside>"])
def test_a_sentence_beside_the_main_part_is_text(read_html, beside):
    found = read_html(f"{MENU}{beside.format(DUTY)}<main>{TEXT}</main>{FOOT}")
    assert DUTY in kept(found)
    assert ("Bericht" in kept(found)) == ("Bericht" in beside)
    assert "Rubriek nummer" not in kept(found)


@pytest.mark.parametrize(
    "names",
    ["row row-offcanvas row-offcanvas-right", "ecl-u-z-navigation", "u-menu", "col-sidebar", "d-nav", "bg-footer"],
)
def test_classes_that_say_how_a_part_looks_name_nothing(names):
    assert place_of_names(names) is None


def test_a_page_whose_whole_content_stands_in_a_part_named_like_a_dialog_is_read(read_html):
    content = f"<div class='offcanvas-wrapper'><div class='modal-body'>{TEXT}<p>{DUTY}</p></div></div>"
    assert DUTY in kept(read_html(f"{MENU}{content}{FOOT}"))


def test_a_head_without_a_link_is_the_head_of_what_follows(read_html):
    found = read_html(f"<div><div class='header'>Gemeenteraad van 27 mei</div>{TEXT}</div>")
    assert "Gemeenteraad van 27 mei" in kept(found)


def test_a_list_of_short_entries_in_a_side_part_is_text(read_html):
    days = "".join(f"<li>Zitting op {n} maart</li>" for n in (3, 10, 17))
    assert "Zitting op 10 maart" in kept(read_html(f"<main>{TEXT}<aside><ul>{days}</ul></aside></main>"))


@pytest.mark.parametrize(
    "part",
    [
        "<div class='cookie-banner'><p>{}</p></div>",
        "<div role='dialog'><p>Wij gebruiken cookies en vragen uw toestemming.</p><p>{}</p></div>",
        "<section class='newsletter'><p>{}</p></section>",
        "<aside><p>Schrijf u in op de nieuwsbrief.</p><p>{}</p></aside>",
        "<aside><h3><a href='/a'>Camera's</a></h3><p>{0}</p><h3><a href='/b'>Drones</a></h3><p>{0}</p></aside>",
        "<select><option>{}</option></select>",
    ],
)
def test_consent_invitations_cards_and_choices_are_furniture_in_whole_sentences(read_html, part):
    found = read_html(f"<main>{TEXT}{part.format(DUTY)}</main>")
    assert DUTY not in kept(found)
    assert DUTY in left(found)


def test_every_line_keeps_its_place_among_all_lines_and_the_parts_around_it(read_html):
    main = f"<main><section><p>{DUTY}</p></section></main>"
    found = read_html(f"<nav><p>Menu</p></nav>{main}<footer><p>Voet</p></footer>")
    assert [(b.text, b.region) for b in found.blocks] == [(DUTY, "/main/section")]
    assert found.margin_at == (0, 2)
    assert [b.region for b in found.margin] == ["/nav", "/footer"]


def test_a_menu_of_titles_with_a_word_on_each_is_a_menu(read_html):
    titles = "".join(
        f"<li><a href='/{n}'>Hulpmiddel {n}</a> Bereken in een oogwenk wat een dienst van de overheid u kost</li>"
        for n in range(4)
    )
    assert "Hulpmiddel" not in kept(read_html(f"<div class='main-menu'><ul>{titles}</ul></div><main>{TEXT}</main>"))


def test_one_sentence_makes_no_text_of_a_menu(read_html):
    menu = "<a href='/a'>Bestellen</a><p>Aanmelden Hebt u nog geen account? Maak hier een account</p>"
    found = read_html(f"<div class='nav'>{menu}</div><main>{TEXT}</main>")
    assert "Bestellen" in left(found)
    assert "Aanmelden" in left(found)


MENU = "<nav>" + "".join(f'<a href="/m{n}">Menu {n}</a>' for n in range(6)) + "</nav>"


@pytest.mark.parametrize(
    ("heading", "name"),
    [("Members of the house", "Jan Peeters"), ("Staatsblad van 4 november", "Koninklijk besluit nr."),
     ("Moniteur du 4 novembre", "Arrêté royal nº"), ("Mitglieder des Ausschusses", "Abgeordnete Nr.")],
)  # fmt: skip
def test_a_list_of_links_under_a_heading_that_is_most_of_the_page_is_the_document(read_html, heading, name):
    entries = "".join(f'<li><a href="/p/{n}">{name} {n}</a></li>' for n in range(30))
    found = read_html(f"<body>{MENU}<main><h1>{heading}</h1><ul>{entries}</ul></main></body>")
    assert [b.text for b in found.blocks] == [heading, *(f"{name} {n}" for n in range(30))]


@pytest.mark.parametrize("text", [1, 12])
def test_links_before_the_heading_and_beside_an_article_are_a_menu(read_html, text):
    entries = "".join(f'<li><a href="/p/{n}">Part {n}</a></li>' for n in range(12))
    words = "<p>The service keeps a record of every use and shows it to the authority.</p>" * text
    before = read_html(f"<body><div><ul>{entries}</ul></div><div><h1>Register</h1>{words}</div></body>")
    assert not any(b.text.startswith("Part") for b in before.blocks)
    if text > 1:
        after = read_html(f"<body><div><h1>Register</h1>{words}</div><div><h2>More</h2><ul>{entries}</ul></div></body>")
        assert not any(b.text.startswith("Part") for b in after.blocks)


SIDE = '<div class="subcontent">{}</div>'


@pytest.mark.parametrize("outer", ["page-content", "content", "main"])
def test_a_main_inside_a_part_whose_id_says_main_is_the_main_part(read_html, outer):
    """Such an id often spans the side column too, as Typo3 has it."""
    note = "Een zin naast het document, die iets zegt."
    found = read_html(f'<div id="{outer}"><main>{TEXT}</main>{SIDE.format(f"<p>Nieuws</p><p>{note}</p>")}</div>')
    assert [b.place for b in found.blocks if b.text == note] == [Place.ASIDE]
    assert "Nieuws" in left(found)
    assert {b.place for b in found.blocks if b.text.startswith("Alinea")} == {Place.MAIN}


@pytest.mark.parametrize(
    "card",
    [
        '<p><a href="/n/{n}">Nieuwe studie {n}</a></p><p>{n} mei 2026</p><p>Hier leest u hoe het {n} jaar ging.</p>',
        '<p><a href="/n/{n}">Nieuwe studie {n}</a> {n} mei 2026</p><p>De dienst vertelt hoe het {n} jaar ging.</p>',
        '<p><a href="/n/{n}">Nieuwe studie {n}</a></p><p>De dienst vertelt hoe het {n} jaar ging.</p>',
    ],
)
def test_cards_beside_the_main_part_lead_elsewhere_with_a_date_or_without(read_html, card):
    cards = "".join(card.replace("{n}", str(n)) for n in (3, 4, 5))
    found = read_html(f"<main>{TEXT}</main>{SIDE.format(cards)}")
    assert len(found.blocks) == 8
    assert "hoe het 4 jaar ging" in left(found)


@pytest.mark.parametrize(
    "address",
    [
        "/nl/verslag-{n}.pdf/@@download/file",
        "/document/download/0f7c6a1e-1111-4222-8333-00000000000{n}_en?filename=verslag.pdf",
        "/documents/10180/{n}/verslag-{n}.pdf/5f0c1b7e-aaaa-4bbb-8ccc-00000000000{n}",
    ],
)
def test_a_list_of_documents_is_no_menu_whatever_system_hands_them_out(read_html, address):
    items = "".join(f'<li><a href="{address.replace("{n}", str(n))}">Verslag {n}</a></li>' for n in range(1, 7))
    found = read_html(f"<main>{TEXT}<ul>{items}</ul></main>")
    assert "Verslag 4" in kept(found)


# --- layout tables ----------------------------------------------------------------------------------------------

NEWS_COLUMN = "<td><b>Nieuws</b><br><a href='/n/1'>Een eerste bericht</a><br><a href='/n/2'>Een tweede bericht</a></td>"
SIDE_COLUMN = "<td><p>Het bureau is op vrijdag na de middag gesloten.</p><p>Tot 12 uur</p><p>Zaal 3</p></td>"


def columns(*cells):
    return f"<html><body><table><tr>{''.join(cells)}</tr></table></body></html>"


def test_a_short_column_stands_beside_the_long_one_and_what_it_says_stays_document(read_html):
    found = read_html(columns(SIDE_COLUMN, f"<td><h1>Beleid</h1>{TEXT}</td>"))
    places = {block.text: block.place for block in found.blocks}
    assert places["Het bureau is op vrijdag na de middag gesloten."] is Place.ASIDE
    assert {place for text, place in places.items() if text.startswith("Alinea")} == {Place.MAIN}


def test_a_short_label_beside_a_long_cell_is_the_document(read_html):
    found = read_html(columns("<td>Artikel 12, sinds 2020</td>", f"<td><h1>Beleid</h1>{TEXT}</td>"))
    assert {block.text: block.place for block in found.blocks}["Artikel 12, sinds 2020"] is Place.MAIN


def test_a_column_that_only_points_elsewhere_is_left_out(read_html):
    assert "Een tweede bericht" not in kept(read_html(columns(NEWS_COLUMN, f"<td><h1>Beleid</h1>{TEXT}</td>")))


def test_two_columns_of_like_length_are_both_the_document(read_html):
    found = read_html(columns(f"<td>{TEXT}</td>", f"<td>{TEXT.replace('Alinea', 'Alinéa')}</td>"))
    assert {block.place for block in found.blocks} == {Place.MAIN}


def test_a_table_of_data_keeps_its_rows(read_html):
    found = read_html(f"<main>{TEXT}<table><tr><td>Noord</td><td>41</td></tr></table></main>")
    assert "Noord | 41" in kept(found)
