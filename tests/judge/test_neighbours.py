"""What other pages of the site can silence, what they never can, and who is a witness."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor import extract
from monitor.decide import question
from monitor.judge import neighbours
from monitor.model import Capture, EventKind, Look, Source
from monitor.wiring import load_lore

AT = datetime(2026, 11, 5, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://www.authority.example/en/rules/cameras"
OTHER = "https://www.authority.example/en/rules/drones"
ALINEAS = "".join(
    f"<p>Article {n} of the act applies to every public body that is named in annex {n}.</p>" for n in range(9)
)
PROMO = "Take part in the great survey of the authority and win a ticket for two persons."
DUTY = "Each service must appoint a person who answers for the register."


def html(body, title="Cameras"):
    return f"<html><head><title>{title}</title></head><body><nav><a href='/'>Home</a></nav>{body}</body></html>"


def read(text, url=URL):
    source = Source("x", "x", "s", url)
    return extract.read(text.encode(), content_type="text/html", url=url, source=source)


def witness(text, url=OTHER, *, of, at=URL):
    return neighbours.testimony_of(read(of), at, read(text, url), url, "0" * 64, AT, requested=True)


def main(*more, beside=""):
    return html(f"<main>{ALINEAS}{''.join(more)}</main>{beside}")


BOX = f"<aside><p>{PROMO}</p></aside>"
THEIRS = html(
    f"<main><p>Drones are small aircraft without a pilot, and they may carry cameras.</p></main>{BOX}", "Drones"
)


@pytest.fixture(scope="module")
def lore():
    return load_lore()


@pytest.fixture
def play(fresh, lore):
    """A settled page, then looks at a page that differs; `say` is what a neighbour shows when it is asked."""

    class Play:
        def __init__(self, first):
            self.watch, self.asked, self.seen = fresh(url=URL), [], []
            self.watch.until(3 * DAY, self._answer(first))
            self.watch.memory = replace(self.watch.memory, neighbours_at=self.watch.now)

        def _answer(self, text):
            body = text.encode()
            return read(text), 200, "", body

        def shows(self, text, say=None, times=3):
            for _ in range(times):
                case = self.watch.case()
                reading, _, _, body = self._answer(text)
                capture = Capture(URL, URL, 200, (("content-type", "text/html"),), body, self.watch.now)
                asked = question(case, (Look(0, URL, capture, reading, sha256=str(len(body))),))
                self.asked.append(asked is not None and bool(asked.lines))
                if asked is not None and say is not None:
                    page = read(say, OTHER)
                    said = neighbours.testimony_of(
                        asked.reading, URL, page, OTHER, "0" * 64, self.watch.now, requested=True
                    )
                    self.watch.testimonies = (said,)
                self.seen.append(self.watch.poll(self._answer(text), after=timedelta(minutes=20)))
                self.watch.testimonies = None
            return self

        @property
        def told(self):
            return [(p.old, p.new) for i in self.seen for c in i.changes if c.told for p in c.parts]

        @property
        def held(self):
            return [(h.rule, h.reason.values.get("url")) for i in self.seen for h in i.held]

    return Play


def test_a_new_box_that_a_neighbour_shows_too_is_held_and_says_where(play):
    page = play(main()).shows(main(beside=BOX), say=THEIRS)
    assert page.told == []
    assert page.held[0] == ("neighbour", OTHER)


def test_it_is_asked_about_once_and_during_the_second_look(play):
    assert play(main()).shows(main(beside=BOX), say=THEIRS, times=4).asked == [False, True, False, False]


def test_a_box_that_a_neighbour_shows_goes_and_turns_without_a_word(play):
    page = play(main()).shows(main(beside=BOX), say=THEIRS)
    assert page.shows(main()).shows(main(beside=BOX)).shows(main()).told == []


@pytest.mark.parametrize(
    "say", [None, THEIRS.replace("great survey", "small survey")], ids=["no answer", "other words"]
)
def test_a_new_box_that_no_neighbour_shows_is_told(play, say):
    page = play(main()).shows(main(beside=BOX), say=say)
    assert page.told == [("", PROMO)]


def test_text_inside_the_document_is_told_though_a_neighbour_shows_it(play):
    theirs = html(
        f"<main><p>{DUTY}</p><p>Drones may carry cameras above crowds of more than twelve.</p></main>", "Drones"
    )
    page = play(main()).shows(main(f"<p>{DUTY}</p>"), say=theirs)
    assert page.told == [("", DUTY)]
    assert page.asked == [False] * 3


def test_a_status_notice_is_told_though_every_page_carries_it(play):
    notice = "<aside><p>This document has been withdrawn and is no longer in force since 1 May 2026.</p></aside>"
    page = play(main()).shows(main(beside=notice), say=THEIRS.replace(BOX, notice))
    assert EventKind.STATUS_NOTICE in {e.kind for i in page.seen for e in i.events}


# --- who is a witness -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "url", "reason"),
    [
        (THEIRS, OTHER, ""),
        (html(f"<main>{ALINEAS[:300]}<p>{'Drones may carry cameras. ' * 20}</p></main>{BOX}"), OTHER, "same_title"),
        (main(beside=BOX), OTHER, "same_text"),
        (THEIRS, "http://authority.example/en/rules/cameras/", "same_page"),
        (THEIRS.replace("<head>", f"<head><link rel=canonical href='{URL}'>"), OTHER + "/print", "same_page"),
        (html(f"<main>{ALINEAS}</main>{BOX}", "Camera's"), "https://www.authority.example/nl/rules", "same_text"),
    ],
)
def test_a_witness_is_another_document(theirs, url, reason):
    said = witness(theirs, url, of=main(beside=BOX))
    assert said.reason == reason
    assert bool(said.lines) == (reason == "")


def test_pages_of_a_site_that_titles_all_alike_are_two_documents_where_their_texts_differ():
    ours = html(f"<main>{ALINEAS}</main>{BOX}", "The site")
    theirs = html(f"<main><p>Drones are small.</p></main>{BOX}", "The site")
    assert witness(theirs, of=ours).lines


def test_only_plain_links_of_the_host_are_asked_the_nearest_first():
    links = (
        "/en/about", "/en/rules/drones", "/en/rules/scanners", "/en/rules/list?page=2", "/en/rules/act.pdf", "/logout",
        "/en/search", "/en/agenda/today", "https://other.example/en/rules/x", "mailto:info@authority.example",
        "/en/rules/cameras#top", "/en/nieuwsbrief",
    )  # fmt: skip
    body = "".join(f"<p><a href='{link}'>Link</a></p>" for link in links)
    body += "<p><a rel='nofollow' href='/en/rules/hidden'>x</a> <a download href='/en/rules/get'>y</a></p>"
    assert neighbours.candidates(read(html(f"<main>{ALINEAS}{body}</main>")), URL) == (
        "https://www.authority.example/en/rules/drones",
        "https://www.authority.example/en/rules/scanners",
        "https://www.authority.example/en/about",
        "https://www.authority.example/",
    )
