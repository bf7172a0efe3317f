"""What happens to a page as a whole: a notice of its state, a roll-back, most of it cut away."""

from datetime import timedelta

import pytest
from pairs.data import pages_of, served
from pairs.fold import HTML, Fold, Served

from monitor.model import ChangeKind, EventKind, Severity, WatchAs, key_of

DAY = timedelta(days=1)
MAIN_PAGE = {"en": "guidance", "nl": "advies", "fr": "appel", "de": "erlass"}
NOTICES = {
    "en": {
        "withdrawn": "This guidance was withdrawn on 1 November 2026.",
        "archived": "This page has been archived and is no longer updated.",
        "superseded": "This document has been superseded by the guidance of 2026.",
        "repealed": "This royal decree is no longer in force.",
    },
    "nl": {
        "withdrawn": "Dit advies werd op 1 november 2026 ingetrokken.",
        "archived": "Deze pagina is gearchiveerd en wordt niet meer bijgewerkt.",
        "superseded": "Dit document is vervangen door het advies van 2026.",
        "repealed": "Dit koninklijk besluit is niet langer van kracht.",
    },
    "fr": {
        "withdrawn": "Cet avis a été retiré le 1er novembre 2026.",
        "archived": "Cette page a été archivée et n’est plus mise à jour.",
        "superseded": "Ce document a été remplacé par la stratégie de 2026.",
        "repealed": "Cet arrêté royal n’est plus en vigueur.",
    },
    "de": {
        "withdrawn": "Dieser Leitfaden wurde am 1. November 2026 zurückgezogen.",
        "archived": "Diese Seite wurde archiviert und wird nicht mehr aktualisiert.",
        "superseded": "Dieses Dokument wurde durch den Leitfaden von 2026 ersetzt.",
        "repealed": "Dieses Dekret ist nicht mehr in Kraft.",
    },
}
PLACES = {
    "first line of the text": lambda html, line: html.replace("</h1>", f"</h1><p><strong>{line}</strong></p>", 1),
    "box above the text": lambda html, line: html.replace(
        "<body", f"<body data-x><div class='alert'>{line}</div><div", 1
    ),
    "header": lambda html, line: html.replace("<nav", f"<header class='site-header'><p>{line}</p></header><nav", 1),
    "footer": lambda html, line: html.replace("</body>", f"<footer><p>{line}</p></footer></body>"),
    "side column": lambda html, line: html.replace("</body>", f"<aside><h3>!</h3><p>{line}</p></aside></body>"),
    "dialog": lambda html, line: html.replace("</body>", f"<div role='dialog' class='modal'>{line}</div></body>"),
    "title": lambda html, line: html.replace("<title>", f"<title>{line} | ", 1),
}


@pytest.fixture
def settled(lore):
    """A source with the page of a language after its first three looks, and the page's HTML."""

    def make(language):
        page = pages_of(language)[MAIN_PAGE[language]]
        fold = Fold(page.source(language), lore)
        for _ in range(3):
            fold.look(served(page, page.text))
        return fold, page.text

    return make


def html(text):
    return Served(text.encode(), HTML)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("language", NOTICES)
@pytest.mark.parametrize("kind", ["withdrawn", "archived", "superseded", "repealed"])
def test_a_notice_of_the_state_of_a_document_is_told_at_once_wherever_it_stands(settled, post, kind, language, place):
    fold, text = settled(language)
    line = NOTICES[language][kind]
    after = html(PLACES[place](text, line))
    told = fold.look(after, after=DAY).events
    assert [(e.kind, e.urgent) for e in told] == [(EventKind.STATUS_NOTICE, True)]
    assert key_of(line) in key_of(post.mail(fold.source, fold.now, (), told).text)
    for _ in range(4):
        assert fold.look(after, after=DAY).events == ()


@pytest.mark.parametrize("language", NOTICES)
def test_a_notice_in_the_margin_is_no_change_of_the_text(settled, language):
    fold, text = settled(language)
    for _ in range(4):
        fold.look(html(PLACES["footer"](text, NOTICES[language]["withdrawn"])), after=DAY)
    assert fold.changes == []


EDITS = {
    "en": ("may be based solely", "may be based mainly"),
    "nl": ("worden niet aan derden", "worden aan derden"),
    "fr": ("sont pas admises", "sont plus admises"),
    "de": ("soll die Eltern", "kann die Eltern"),
}


@pytest.mark.parametrize("language", EDITS)
def test_a_roll_back_after_six_polls_is_told_as_restored(settled, post, language):
    fold, text = settled(language)
    old, new = EDITS[language]
    assert text.count(old) == 1
    for _ in range(6):
        fold.look(html(text.replace(old, new)), after=DAY)
    assert [c.kind for c in fold.changes] == [ChangeKind.TEXT]
    fold.look(html(text), after=DAY)
    fold.look(html(text))
    assert [c.kind for c in fold.changes] == [ChangeKind.TEXT, ChangeKind.RESTORED]
    back = fold.changes[-1]
    assert back.restored_from is not None
    marked = key_of(post.mail(fold.source, fold.now, [back]).marked)
    assert (set(key_of(old).split()) - set(key_of(new).split())) <= set(marked.split())


@pytest.mark.parametrize("language", EDITS)
def test_may_not_may_may_not_is_never_silent(settled, language):
    """Each state stands for a week: three changes, the last two of them told as restored."""
    fold, text = settled(language)
    old, new = EDITS[language]
    for version in (text.replace(old, new), text, text.replace(old, new)):
        for _ in range(7):
            fold.look(html(version), after=DAY)
    assert [c.kind for c in fold.changes] == [ChangeKind.TEXT, ChangeKind.RESTORED, ChangeKind.RESTORED]


def cut(text):
    """The page with the first fifth of its main text."""
    head, start, rest = text.partition("<h1>")
    end = min(
        n for n in (rest.find(mark) for mark in ("</main>", "</div></div>", "</div>\n<section", "</footer>")) if n > 0
    )
    paragraphs = rest[:end].split("\n")
    words, kept = 0, []
    most = sum(len(p.split()) for p in paragraphs) / 5
    for paragraph in paragraphs:
        if words >= most:
            break
        kept.append(paragraph)
        words += len(paragraph.split())
    return head + start + "\n".join(kept) + rest[end:]


@pytest.mark.parametrize("language", EDITS)
def test_a_page_cut_to_a_fifth_is_told_on_the_second_day(settled, post, language):
    fold, text = settled(language)
    after = html(cut(text))
    fold.look(after, after=DAY)
    assert fold.changes == []
    fold.until(timedelta(days=2), after)
    assert [(c.kind, c.severity) for c in fold.changes] == [(ChangeKind.COLLAPSED, Severity.CRITICAL)]
    found = fold.changes[0]
    assert found.confirmed_at - found.first_seen <= timedelta(days=2)
    assert len(post.mail(fold.source, fold.now, [found]).removed.split()) > 100
    fold.until(timedelta(days=5), after)
    assert len(fold.changes) == 1


@pytest.mark.parametrize(
    "change",
    [
        ("</title>", '</title><meta name="robots" content="noindex">'),
        ("</title>", '</title><link rel="canonical" href="https://archive.gov.example/2026/doc">'),
    ],
    ids=["noindex", "canonical"],
)
def test_a_page_that_withdraws_itself_from_search_engines_is_told_at_once(settled, change):
    fold, text = settled("en")
    own = text.replace("</title>", '</title><link rel="canonical" href="https://www.gov.example/ai/doc">')
    assert [fold.look(html(own), after=DAY).events for _ in range(2)] == [(), ()]
    changed = text.replace(*change)
    assert [e.kind for e in fold.look(html(changed), after=DAY).events] == [EventKind.STATUS_NOTICE]
    assert fold.look(html(changed), after=DAY).events == ()


def test_a_remnant_that_names_another_address_as_its_own_has_moved_and_lost_nothing(fold):
    page = "<html lang=en><title>Advice</title><link rel=canonical href='{0}'><main><h1>Advice</h1>{1}</main></html>"
    said = "".join(
        f"<p>Sentence {n} of the advice says what a service has to do before it decides.</p>" for n in range(12)
    )
    here, there = "https://www.gov.example/ai/doc", "https://advice.example.org/2026/automated-decisions"
    watched = fold()
    watched.until(2 * DAY, Served(page.format(here, said).encode()))
    watched.until(2 * DAY, Served(page.format(there, "<p>You find our advice on our new site.</p>").encode()))
    assert watched.changes == []
    assert [(e.kind, e.values["new"]) for e in watched.events] == [(EventKind.MOVED_CHECK, there)]


def test_a_page_that_was_shortened_and_names_another_address_is_still_watched(fold):
    page = "<html lang=en><title>Advice</title><link rel=canonical href='{0}'><main><h1>Advice</h1>{1}</main></html>"
    lines = [f"<p>Sentence {n} of the advice says what a service has to do before it decides.</p>" for n in range(30)]
    watched = fold()
    watched.until(2 * DAY, Served(page.format("https://www.gov.example/ai/doc", "".join(lines)).encode()))
    short = page.format("https://www.gov.example/ai/2026/doc-new", "".join(lines[:8]))
    watched.until(3 * DAY, Served(short.encode()))
    before = len(watched.changes)
    duty = "<p>A service must notify the authority of each serious incident within fifteen days.</p></main>"
    watched.until(3 * DAY, Served(short.replace("</main>", duty).encode()))
    assert before == 1
    assert [part.new for part in watched.changes[-1].parts] == [duty[3:-11]]


def test_a_notice_that_went_and_came_back_is_told_again(fold):
    page = "<html lang=en><title>Advice</title><main><h1>Advice</h1>{0}{1}</main></html>"
    said = "".join(
        f"<p>Sentence {n} of the advice says what a service has to do before it decides.</p>" for n in range(9)
    )
    bare = Served(page.format("", said).encode())
    withdrawn = Served(page.format("<p>This guidance was withdrawn on 1 November 2026.</p>", said).encode())
    watched = fold()
    for served_now, days in ((bare, 2), (withdrawn, 2), (bare, 9)):
        watched.until(days * DAY, served_now)
    assert [e.kind for e in watched.events] == [EventKind.STATUS_NOTICE]
    told = len(watched.changes)
    watched.until(2 * DAY, withdrawn)
    assert (len(watched.changes) - told) + (len(watched.events) - 1) == 1


def test_a_notice_and_another_sentence_are_both_told(fold):
    page = "<html lang=en><title>Advice</title><main><h1>Advice</h1>{0}{1}</main></html>"
    said = "".join(
        f"<p>Sentence {n} of the advice says what a service has to do before it decides.</p>" for n in range(9)
    )
    more = "<p>This guidance was withdrawn on 1 November 2026.</p><p>Whoever has a permit may keep it until June.</p>"
    watched = fold()
    watched.until(2 * DAY, Served(page.format("", said).encode()))
    watched.until(2 * DAY, Served(page.format(more, said).encode()))
    assert [e.kind for e in watched.events] == [EventKind.STATUS_NOTICE]
    (change,) = watched.changes
    assert "Whoever has a permit may keep it until June." in {part.new for part in change.parts}


def test_the_count_of_a_list_moves_with_its_entries_and_any_other_figure_is_told(fold):
    def listing(count, days, *titles):
        rows = "".join(f"<li><a href='/p/{t[:9]}'>{t}</a> 3 May 2026</li>" for t in titles)
        body = f"<p>{count} projets référencés</p><p>{days} jours pour répondre</p><ul>{rows}</ul>"
        return Served(f"<html lang=fr><title>Projets</title><main><h1>Projets</h1>{body}</main></html>".encode())

    titles = [f"{name} et les services publics" for name in ("Algorithme", "Caméra", "Registre", "Drone", "Langue")]
    watched = fold(watch_as=WatchAs.LISTING, languages=("fr",))
    watched.until(2 * DAY, listing(128, 30, *titles))
    watched.until(2 * DAY, listing(129, 30, "Frontière et contrôle des voyageurs", *titles))
    (change,) = watched.changes
    assert change.kind is ChangeKind.ITEMS
    watched.until(3 * DAY, listing(129, 31, "Frontière et contrôle des voyageurs", *titles))
    assert len(watched.changes) == 2
