"""The entries of lists and feeds: what is the same entry at another look, and what of it is news. Both directions."""

from datetime import UTC, datetime

import pytest

from monitor.extract import feed
from monitor.judge.entries import counts
from monitor.judge.listing import inside_entries, item_units, said_within
from monitor.judge.stamps import stamps
from monitor.judge.units import units
from monitor.model import Block, Item, PartKind

NEW, CHANGED, GONE = PartKind.ITEM_NEW, PartKind.ITEM_CHANGED, PartKind.ITEM_GONE
TITLES = (
    "Advies over camera's in winkelstraten", "Avis sur le registre des algorithmes", "Bericht des Beirats zur Aufsicht",
    "Opinion on the transfer of personal data", "Agenda van de commissie Justitie", "Rapport d'activités du comité",
    "Stellungnahme zum Gesetzentwurf", "Annual report of the supervisory body", "Wet op de inlichtingendiensten",
    "Arrêté royal relatif aux drones", "Beschluss des Verwaltungsrats", "Guidelines for public services",
)  # fmt: skip


@pytest.fixture
def news(lore):
    """The kinds of what is told of two looks at a list."""
    return lambda old, new: [u.kind for u in item_units(old, new, lore.words) if u.news]


def listed(first, last, *, dates=True):
    """The entries of these places, the newest first."""
    return tuple(
        Item(f"https://x.example/{n}", TITLES[n], f"https://x.example/{n}", f"2026-{12 - n:02}-07" if dates else "")
        for n in range(first, last)
    )


def rss(*entries):
    return (
        '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Nieuws</title>'
        + "".join(f"<item>{entry}</item>" for entry in entries)
        + "</channel></rss>"
    )


def entries(*given):
    return feed.read(rss(*given), url="https://x.example/feed.xml").items


# --- which entry is it ------------------------------------------------------------------------------------------


def test_entries_of_one_page_are_told_apart_by_the_part_their_address_names(news):
    old = [f"<title>{TITLES[n]}</title><link>https://x.example/news#n{n}</link>" for n in range(3)]
    found = entries("<title>Nieuw decreet</title><link>https://x.example/news#n9</link>", *old)
    assert [item.url for item in found] == [f"https://x.example/news#n{n}" for n in (9, 0, 1, 2)]
    assert news(entries(*old), found) == [NEW]


def test_an_entry_keeps_its_name_when_its_address_is_another(news):
    old = entries("<title>Avis</title><link>https://x.example/a</link><guid>tag:1</guid>")
    assert news(old, entries("<title>Avis</title><link>https://x.example/b</link><guid>tag:1</guid>")) == []


def test_equal_titles_at_new_addresses_are_the_same_entries_in_their_order_and_one_more_is_new(news):
    def agenda(path, *days):
        return tuple(Item(f"/{path}/{n}", "Ordre du jour", f"/{path}/{n}", f"2026-10-{n:02}") for n in days)

    assert news(agenda("n", 30, 23, 16), agenda("fr", 30, 23, 16)) == []
    assert news(agenda("n", 30, 23, 16), agenda("fr", 31, 30, 23, 16)) == [NEW]


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("Avis sur le regitre des algorithmes", "Avis sur le registre des algorithmes", [CHANGED]),
        ("Bericht zur Gesichtserkenung im Bahnhof", "Bericht zur Gesichtserkennung im Bahnhof", [CHANGED]),
        ("Agenda of the meeting of 3 May", "Agenda of the meeting of 10 May", [NEW, GONE]),
        ("Decree of the Flemish parliament on cameras", "Decree of the Walloon parliament on cameras", [NEW, GONE]),
    ],
)
def test_a_misspelt_title_mended_is_changed_and_another_title_is_another_entry(news, old, new, kinds):
    rest = listed(0, 4)
    assert news((Item(old, old), *rest), (Item(new, new), *rest)) == kinds


# --- what of it is news -----------------------------------------------------------------------------------------


def stamped(*stamps):
    return tuple(Item(f"/{n}", TITLES[n], f"/{n}", stamp) for n, stamp in enumerate(stamps))


def test_the_same_moment_in_another_zone_is_no_news(news):
    old = stamped("Fri, 30 Oct 2026 08:00:00 GMT", "2026-10-15T23:30:00Z")
    assert news(old, stamped("Fri, 30 Oct 2026 09:00:00 +0100", "2026-10-16T01:30:00+02:00")) == []


def test_a_machines_stamp_alone_is_no_news_but_a_day_that_people_read_is(news):
    assert news(stamped("2026-10-15T08:00:00Z"), stamped("2026-11-03T10:12:00Z")) == []
    assert news(stamped("15 oktober 2026"), stamped("3 november 2026")) == [CHANGED]
    assert news(stamped("15. Oktober 2026"), stamped("15.10.2026")) == []


def test_a_list_built_anew_is_no_news_but_hearings_put_off_are(news):
    old = stamped("5 octobre 2026", "12 octobre 2026", "19 octobre 2026")
    assert news(old, stamped("4 novembre 2026", "4 novembre 2026", "4 novembre 2026")) == []
    assert news(old, stamped("6 octobre 2026", "13 octobre 2026", "20 octobre 2026")) == [CHANGED] * 3


def test_an_edited_summary_or_content_is_told(news):
    def of(summary, content):
        return entries(
            f"<title>Décret</title><link>/d</link><description>{summary}</description>"
            f"<content:encoded><![CDATA[<p>{content}</p>]]></content:encoded>"
        )

    long = "Les services tiennent un registre. " * 60
    assert news(of("Le service peut refuser.", long), of("Le service doit refuser.", long)) == [CHANGED]
    assert news(of("Résumé.", long + "Il peut refuser."), of("Résumé.", long + "Il doit refuser.")) == [CHANGED]
    assert news(of("Résumé.", long), of("Résumé.", long)) == []


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("Nieuw", "", []),
        ("Standard 1 © ISO 2025", "Standard 1 © ISO 2026", []),
        ("Standard 1 of 2025", "Standard 1 of 2026", [CHANGED]),
        ("", "Mis à jour", []),
        ("12 Kommentare", "15 Kommentare", []),
        ("Published 3 days ago", "Published 4 days ago", []),
        ("Les services peuvent refuser.", "Les services doivent refuser.", [CHANGED]),
        ("Koningsstraat 12, 1000 Brussel", "Koningsstraat 12, 1040 Brussel", [CHANGED]),
        ("Closing date: 12 May 2027", "Closing date: 26 May 2027", [CHANGED]),
    ],
)
def test_badges_and_counts_of_an_entry_pass_and_its_words_and_figures_do_not(news, old, new, kinds):
    assert news((Item("k", "Title", summary=old),), (Item("k", "Title", summary=new),)) == kinds


def test_a_badge_at_a_title_passes_and_a_word_of_it_does_not(news):
    assert news((Item("k", "Neu Bericht zur Aufsicht"),), (Item("k", "Bericht zur Aufsicht"),)) == []
    assert news((Item("k", "Call for experts"),), (Item("k", "Call for experts closed"),)) == [CHANGED]


def test_the_second_document_of_an_entry_is_compared_and_a_page_behind_it_is_not(news):
    def of(*files):
        return (Item("/a", "Avis 12", "/a", files=files),)

    assert news(of("https://x/avis-12.pdf"), of("https://x/avis-12-v2.pdf")) == [CHANGED]
    assert news(of(), of("https://x/avis-12.pdf")) == [CHANGED]
    assert news(of("https://x/tag/1", "https://a/avis-12.pdf"), of("https://x/tag/2", "https://b/avis-12.pdf")) == []


def test_what_is_told_of_an_entry_is_not_told_as_text_once_more(lore):
    old, new = (
        Item("k", "Titel", summary="De dienst mag weigeren."),
        Item("k", "Titel", summary="De dienst moet weigeren."),
    )
    changed = item_units((old,), (new,), lore.words)
    lines = [Block(old.summary), Block(new.summary), Block("Nieuw"), Block("De commissie moet weigeren.")]
    assert said_within(lines, changed) == {b.key for b in lines[:3]}


# --- the window of a list ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dates", [True, False])
def test_a_page_of_a_list_that_grows_or_shrinks_makes_nothing_new_or_gone(news, dates):
    short, long = listed(0, 5, dates=dates), listed(0, 10, dates=dates)
    assert news(short, long) == []
    assert news(long, short) == []


def test_a_longer_page_with_a_new_entry_on_top_tells_that_entry(news):
    assert news(listed(1, 6), listed(0, 10)) == [NEW]


def test_younger_entries_at_the_end_of_a_list_are_new(news):
    younger = stamped("2027-01-01", "2027-01-02", "2027-01-03")
    assert news(listed(0, 5)[::-1], (*listed(0, 5)[::-1], *younger)) == [NEW] * 3


def test_two_entries_taken_from_the_end_of_a_list_are_gone(news):
    assert news(listed(0, 10), listed(0, 8)) == [GONE, GONE]


# --- counts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["214 results", "1–10 of 14", "(12)", "27", "Pagina 2", "31 résultats trouvés", "Seite 3 von 9", "Totaal: 48"],
)
def test_a_line_that_counts_a_list_is_a_count(line):
    assert counts(line)


@pytest.mark.parametrize(
    "line",
    ["1000 Brussel", "12 May 2027", "Rue de la Loi 16, 1040 Bruxelles", "Artikel 5", "Budget: € 2 Millionen", "Zaal 3"],
)
def test_a_postal_code_a_day_or_an_amount_is_no_count(line):
    assert not counts(line)


def test_figures_inside_an_entry_belong_to_it_whatever_they_count():
    found = units((Block("3 documents"), Block("40 results")), (Block("4 documents"), Block("41 results")))
    lists = ((Item("k", "Dossier", summary="3 documents"),), (Item("k", "Dossier", summary="4 documents"),))
    assert inside_entries(found, *lists) == {"3 documents", "4 documents"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(c) by 2 August 2026, providers shall register", "(c) by 2 August 2027, providers shall register"),
        ("Copyright Act 1994 applies", "Copyright Act 1994 no longer applies"),
        ("The Copyright Act 2014 is in force.", "The Copyright Act 2020 is in force."),
        ("© 2025 Ministry of Justice", "© 2025 Ministry of the Interior"),
        ("The fine is 5000 euro, © 2025 the authority", "The fine is 9000 euro, © 2026 the authority"),
        (
            "Whoever applied for it more than two years ago and was refused by the authority may apply again.",
            "Whoever applied for it more than three years ago and was refused by the authority may apply again.",
        ),
    ],
)
def test_a_letter_of_a_list_a_figure_beside_the_rights_and_a_span_in_prose_are_no_stamps(lore, old, new):
    found = units((Block(old),), (Block(new),))
    marks = stamps(found, lore.words, None, datetime(2026, 11, 1, tzinfo=UTC))
    assert [marks.rule(unit) for unit in found] == [""]


def test_the_year_of_the_rights_alone_is_a_stamp(lore):
    found = units(
        (Block("Texts and pictures © 2025 the authority"),), (Block("Texts and pictures © 2026 the authority"),)
    )
    marks = stamps(found, lore.words, None, datetime(2026, 11, 1, tzinfo=UTC))
    assert [marks.rule(unit) for unit in found] == ["stamp"]
