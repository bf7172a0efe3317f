"""What is no text although it stands among it: buttons, labels of folded menus, what follows the article, sign-up."""

import pytest

TEXT = (
    "<h1>Policy on algorithms</h1>"
    + "<p>The service keeps a register of all algorithms that prepare a decision, and says what it is for.</p>" * 4
)


def kept(found):
    return [block.text for block in found.blocks]


def left(found):
    return [block.text for block in found.margin]


def page(body):
    return f"<html><body>{body}</body></html>"


@pytest.mark.parametrize("label", ["Copy as Markdown", "Tekst kopiëren", "Imprimer la page", "Seite teilen"])
@pytest.mark.parametrize("made", ["<button>{}</button>", "<span role='button'>{}</span>", "<p><button>{}</button></p>"])
def test_a_line_that_is_nothing_but_a_button_is_furniture(read_html, label, made):
    found = read_html(
        page(f"<main>{TEXT}<div>{made.format(label)}</div><p>Signed by the minister in person.</p></main>")
    )
    assert label not in kept(found)
    assert label in left(found)
    assert "Signed by the minister in person." in kept(found)


@pytest.mark.parametrize(
    "heading",
    [
        "<h2><button>Who must register</button></h2>",
        "<div><button aria-expanded='false' aria-controls='a'>Who must register</button></div>",
        "<details><summary>Who must register</summary><p>Every service of the state must register.</p></details>",
    ],
)
def test_the_heading_of_a_folded_text_is_text(read_html, heading):
    found = read_html(page(f"<main>{TEXT}{heading}<p>All services of the state.</p></main>"))
    assert "Who must register" in kept(found)


def test_a_word_in_a_button_stays_in_its_sentence(read_html):
    sentence = "<p>A <button>high-risk system</button> must be registered before it is used.</p>"
    found = read_html(page(f"<main>{TEXT}{sentence}</main>"))
    assert "A high-risk system must be registered before it is used." in kept(found)


def test_the_label_of_a_folded_menu_is_furniture(read_html):
    labels = "<summary>See details</summary><summary>Contents</summary>"
    menu = f"<details open>{labels}<nav><a href='/a'>One</a></nav></details>"
    found = read_html(page(f"<main>{TEXT}{menu}</main>"))
    assert {"See details", "Contents"} <= set(left(found))
    assert {"See details", "Contents"}.isdisjoint(kept(found))


HELP = "<div><h2>Still need help?</h2><h3>Try this</h3><a href='/forum'><h4>Ask the forum</h4></a></div>"


def test_what_follows_the_article_and_only_points_elsewhere_is_furniture(read_html):
    found = read_html(page(f"<main><div><article>{TEXT}</article>{HELP}</div></main>"))
    assert {"Still need help?", "Try this", "Ask the forum"} <= set(left(found))


@pytest.mark.parametrize(
    "after",
    [
        "<h2>Annex</h2><p>Each register names the supplier, the purpose and the legal basis of the system.</p>",
        "<h2>Documents</h2><p><a href='/files/annex.pdf'>Annex to the policy</a></p>",
        "<h2>Signed</h2><p>Brussels, 4 May</p>",
    ],
)
def test_what_follows_the_article_with_words_or_documents_of_its_own_is_text(read_html, after):
    found = read_html(page(f"<main><article>{TEXT}</article>{after}</main>"))
    assert left(found) == []


def group(name, *links):
    return f"<h3>{name}</h3><ul>" + "".join(f"<li><a href='/{x}'>{x}</a></li>" for x in links) + "</ul>"


def test_a_map_of_the_site_at_the_end_of_the_page_is_furniture(read_html):
    end = (
        group("Themes", "Health", "Work", "Youth") + group("About", "Board", "Press", "Jobs") + group("More", "A", "B")
    )
    found = read_html(page(f"<div>{TEXT}</div><div>{end}<p>© 2026</p></div>"))
    assert kept(found)[-1].startswith("The service keeps")
    assert {"Themes", "Health", "More", "B"} <= set(left(found))


def test_a_short_list_of_links_under_a_heading_is_text(read_html):
    found = read_html(page(f"<div>{TEXT}</div>{group('Laws', 'Act on data', 'Act on archives')}"))
    assert kept(found)[-3:] == ["Laws", "Act on data", "Act on archives"]


SIGN_UP = "<h2>Stay informed</h2><p>Join our readers.</p><form><input type='email'><button>Join</button></form>"


@pytest.mark.parametrize("tag", ["section", "article"])
def test_a_section_that_asks_for_a_mail_address_is_furniture(read_html, tag):
    found = read_html(page(f"<div>{TEXT}</div><{tag}>{SIGN_UP}</{tag}>"))
    assert {"Stay informed", "Join our readers."} <= set(left(found))


def test_a_long_section_with_a_form_in_it_is_text(read_html):
    found = read_html(page(f"<section>{TEXT}{TEXT}<form><input type='email'></form></section>"))
    assert "Policy on algorithms" in kept(found)
