"""`follow: documents` over real sockets: what stands behind a new entry is fetched once, kept and named in the mail."""

import asyncio
import email
import email.policy
import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from world.stage import START, World

from monitor.demo.pdf import typeset
from monitor.demo.script import Down, Drop, Redirect, Reply, Scene, Script
from monitor.judge.follow import MOST_A_DAY, MOST_AT_ONCE, TRIES
from monitor.model import DocumentState, Follow, Outcome, Section, Source, Status, Trigger, WatchAs, WatchList
from monitor.rejudge import Judges, told_then_and_now
from monitor.settings import Settings
from monitor.wiring import build
from monitor.worker import here

HOST, LIST = "www.toezicht.example", "/nl/rapporten"
SUBJECTS = (
    "de databank van de lokale politie", "camera's in de stations", "het delen van foto's met buurlanden",
    "de bewaring van nummerplaten", "drones boven betogingen", "toegang tot het rijksregister",
    "de opleiding van verwerkers", "slimme bewakingscamera's", "het schengeninformatiesysteem", "stemherkenning",
    "de controle op vingerafdrukken", "het register van verwerkingen",
)  # fmt: skip
FILE = "/files/gezichtsherkenning.pdf"
WORDS = (
    "Toezichtrapport over gezichtsherkenning op de luchthaven\n\n"
    "Het controleorgaan stelt vast dat er onvoldoende informatie is over de uitvoering en de risico's van het systeem. "
    "Het vraagt om het proefproject op te schorten tot een wet de gezichtsherkenning toelaat.\n\n"
    "De minister heeft dertig dagen om op dit rapport te antwoorden."
)


def entry(title, href, day="20 maart 2026"):
    return f'<li><h3><a href="{href}">{title}</a></h3><span>{day}</span><p>Publieke versie van het rapport.</p></li>'


OLD = [entry(f"Rapport over {subject}", f"/files/oud-{n}.pdf", "1 maart 2025") for n, subject in enumerate(SUBJECTS)]


def listing(*new):
    rows = "".join([*new, *OLD])
    return Reply(
        f'<!doctype html><html lang="nl"><head><title>Rapporten</title></head><body><main><h1>Rapporten</h1>'
        f"<p>Het orgaan maakt de publieke versie van zijn toezichtrapporten bekend.</p><ul>{rows}</ul></main></body>"
        f"</html>".encode()
    )


def pdf(words=WORDS):
    return Reply(typeset((words,), title="Toezichtrapport gezichtsherkenning"), content_type="application/pdf")


NEW = entry("Rapport over gezichtsherkenning op de luchthaven", FILE)


def source(**more):
    fields = {
        "id": "reports", "name": "The list of reports", "section": "s", "url": f"https://{HOST}{LIST}",
        "watch_as": WatchAs.LISTING, "status": Status.INDEX, "languages": ("nl",), "interval": timedelta(hours=6),
        "follow": Follow.DOCUMENTS, "publisher_kind": "DPA/oversight body",
    }  # fmt: skip
    return Source(**(fields | more))


class Story:
    """A list that is watched: everything of the program, on a clock that is stepped."""

    def __init__(self, world, folder):
        self.world, self.folder = world, folder
        self.open()

    def open(self):
        settings = Settings(home=self.folder, mail_to="reader@example.org", contact="watch@example.org")
        self.app = build(settings, clock=self.world.clock, resolver=self.world.resolver, trust=self.world.trust,
                         guard_exceptions=self.world.guard_exceptions, citations=(), run=here)  # fmt: skip

    async def restart(self):
        await self.app.aclose()
        self.open()

    def take_over(self, *sources):
        self.app.take_over(WatchList((Section("s", "Oversight"),), sources))

    async def days(self, number):
        """Let the time go by, doing whatever is due."""
        end = self.world.clock.now() + timedelta(days=number)
        while self.world.clock.now() < end:
            await self.app.polling.run_due()
            await self.app.post.compose()
            await self.app.post.deliver()
            self.world.clock.set(self.world.clock.now() + timedelta(hours=1))

    @property
    def documents(self):
        return self.app.store.documents.of("reports")

    def asked(self, path):
        return self.world.requests_to(HOST, path)

    @property
    def mails(self):
        found = sorted(self.folder.glob("alerts/outbox/*.eml"))
        read = [email.message_from_bytes(m.read_bytes(), policy=email.policy.default) for m in found]
        return [next(iter(m.iter_parts())).get_content() for m in read]


@pytest.fixture
def story(tmp_path):
    """Play scenes at the list; run an async function with the story in which it was watched for two days."""

    def run(act, *scenes, follow=Follow.DOCUMENTS):
        @asynccontextmanager
        async def played():
            script = Script(START, (Scene(HOST, LIST, listing()), *scenes), ())
            async with World(script=script) as world:
                tale = Story(world, tmp_path)
                try:
                    tale.take_over(source(follow=follow))
                    await tale.days(2)
                    yield tale
                finally:
                    await tale.app.aclose()

        async def inside():
            async with played() as tale:
                return await act(tale)

        return asyncio.run(inside())

    return run


APPEARS = Scene(HOST, LIST, listing(NEW), at=2.0)


@pytest.mark.slow
def test_a_pdf_behind_a_new_entry_is_fetched_once_and_kept(story):
    async def act(tale):
        await tale.days(2)
        (document,) = tale.documents
        assert (document.state, document.pages, document.media) == (DocumentState.KEPT, 1, "pdf")
        assert document.title == "Toezichtrapport gezichtsherkenning"
        assert "onvoldoende informatie" in document.beginning
        assert tale.app.store.bodies.get(document.sha256) == pdf().body
        assert document.text
        assert "dertig dagen" in tale.app.store.texts.get(document.text).text
        assert tale.app.store.history.snapshot(document.snapshot).good
        assert len(tale.asked(FILE)) == 1
        assert [a.target for a in tale.world.requests if a.target.startswith("/files/oud")] == []
        return tale.mails

    mails = story(act, APPEARS, Scene(HOST, FILE, pdf()))
    told = next(m for m in mails if "gezichtsherkenning" in m)
    assert "Toezichtrapport gezichtsherkenning" in told
    assert "sha256" in told
    assert "1 page" in told


@pytest.mark.slow
def test_without_the_word_in_the_list_nothing_is_followed(story):
    async def act(tale):
        await tale.days(2)
        return tale.documents, tale.asked(FILE), tale.app.store.history.changes()

    documents, asked, changes = story(act, APPEARS, Scene(HOST, FILE, pdf()), follow=Follow.NOTHING)
    assert (documents, asked, len(changes)) == ((), [], 1)


@pytest.mark.slow
def test_the_polls_of_documents_are_no_looks_at_the_list(story):
    async def act(tale):
        before = tale.app.store.sources.get("reports").looks
        await tale.days(2)
        state = tale.app.store.sources.get("reports")
        polls = tale.app.store.history.polls("reports")
        followed = [p for p in polls if p.outcome is Outcome.FOLLOWED]
        assert [p.trigger for p in followed] == [Trigger.FOLLOW]
        assert state.looks - before == len(tale.asked(LIST)) - before
        assert state.last_outcome is not Outcome.FOLLOWED
        judges = Judges(tale.app.lore, tale.app.citations)
        return told_then_and_now(tale.app.store, state.source, judges)

    assert [c.verdict for c in story(act, APPEARS, Scene(HOST, FILE, pdf()))] == ["same"]


@pytest.mark.slow
def test_a_page_of_the_site_is_followed_and_the_file_it_links_to(story):
    page = (
        '<!doctype html><html lang="nl"><head><title>Advies 12</title></head><body><main><h1>Advies 12</h1><p>Het '
        "orgaan brengt advies uit over het wetsontwerp dat gezichtsherkenning in openbare ruimten wil toelaten.</p>"
        f'<p>Lees het <a href="{FILE}">volledige advies</a> in het Nederlands.</p></main></body></html>'
    )

    async def act(tale):
        await tale.days(1)
        return tale.documents

    new = entry("Advies over het wetsontwerp", "/nl/advies-12")
    file, web = story(
        act, Scene(HOST, LIST, listing(new), at=2.0), Scene(HOST, "/nl/advies-12", Reply(page.encode())),
        Scene(HOST, FILE, pdf()),
    )  # fmt: skip
    assert (web.media, web.title, web.state) == ("html", "Advies 12", DocumentState.KEPT)
    assert (file.media, file.linked, file.state) == ("pdf", web.url, DocumentState.KEPT)
    assert file.change == web.change > 0


@pytest.mark.slow
def test_a_page_of_another_site_is_not_followed(story):
    async def act(tale):
        await tale.days(1)
        return tale.documents

    new = entry("Rapport van de collega's over drones", "https://elders.example/nl/bericht")
    assert story(act, Scene(HOST, LIST, listing(new), at=2.0)) == ()


@pytest.mark.slow
def test_a_file_that_comes_late_is_found_by_a_later_try(story):
    async def act(tale):
        await tale.days(3)
        return tale.documents

    (document,) = story(act, APPEARS, Scene(HOST, FILE, pdf(), at=2.4))
    assert document.state is DocumentState.KEPT
    assert 1 < document.tries <= TRIES


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer",
    [Reply(b"none", 404), Drop(), Redirect("/"), Reply(b"<html><title>Login</title><p>Please log in.</p></html>")],
    ids=["not found", "broken", "home page", "login"],
)
def test_what_never_comes_is_given_up_with_a_reason(story, answer):
    async def act(tale):
        await tale.days(4)
        return tale.documents, tale.asked(FILE)

    home = Scene(HOST, "/", Reply(b"<html lang=nl><title>Welkom</title><main><h1>Welkom</h1>" + b"<p>woorden</p>" * 60))
    (document,), asked = story(act, APPEARS, Scene(HOST, FILE, answer), home)
    assert (document.state, document.tries, len(asked)) == (DocumentState.GIVEN_UP, TRIES, TRIES)
    assert document.reason is not None
    assert document.due_at is None


@pytest.mark.slow
def test_what_robots_txt_forbids_is_not_asked_for(story):
    async def act(tale):
        await tale.days(1)
        return tale.documents, tale.asked(FILE)

    rules = Scene(HOST, "/robots.txt", Reply(b"User-agent: *\nDisallow: /files/", content_type="text/plain"))
    (document,), asked = story(act, APPEARS, Scene(HOST, FILE, pdf()), rules)
    assert (document.state, document.tries, asked) == (DocumentState.GIVEN_UP, 1, [])
    assert document.reason.values["kind"] == "robots"


@pytest.mark.slow
def test_a_file_without_a_text_is_kept_by_its_bytes(story):
    async def act(tale):
        await tale.days(1)
        return tale.documents

    (document,) = story(act, APPEARS, Scene(HOST, FILE, Reply(b"%PDF-1.7 broken", content_type="application/pdf")))
    assert (document.state, document.text, bool(document.sha256)) == (DocumentState.KEPT, "", True)
    assert document.reason.code == "extract"


@pytest.mark.slow
def test_a_list_that_was_rebuilt_is_followed_up_to_the_cap_and_the_rest_is_named(story):
    many = [entry(f"Dossier {n} van het jaar {1990 + n}: {SUBJECTS[n % 12]}", f"/files/n{n}.pdf") for n in range(16)]

    async def act(tale):
        await tale.days(2)
        return tale.documents

    scenes = [Scene(HOST, f"/files/n{n}.pdf", pdf()) for n in range(16)]
    documents = story(act, Scene(HOST, LIST, listing(*many), at=2.0), *scenes)
    states = [d.state for d in documents]
    assert states.count(DocumentState.KEPT) == MOST_AT_ONCE
    assert states.count(DocumentState.PASSED_OVER) == 16 - MOST_AT_ONCE


@pytest.mark.slow
def test_no_list_gets_more_than_its_share_of_a_day(story):
    waves = [[entry(f"Nota {w}-{n} {SUBJECTS[n]}", f"/files/w{w}n{n}.pdf") for n in range(9)] for w in range(3)]
    scenes = [Scene(HOST, LIST, listing(*(e for w in waves[: k + 1] for e in w)), at=2.0 + k * 0.26) for k in range(3)]
    files = [Scene(HOST, f"/files/w{w}n{n}.pdf", pdf()) for w in range(3) for n in range(9)]

    async def act(tale):
        await tale.days(0.9)
        kept = [d for d in tale.documents if d.state is DocumentState.KEPT]
        waiting = [d for d in tale.documents if d.state is DocumentState.WAITING]
        assert (len(kept), len(waiting)) == (MOST_A_DAY, 27 - MOST_A_DAY)
        await tale.days(1.2)
        return [d.state for d in tale.documents]

    assert story(act, *scenes, *files) == [DocumentState.KEPT] * 27


@pytest.mark.slow
def test_what_waits_survives_a_restart(story):
    async def act(tale):
        await tale.days(0.25)
        (document,) = tale.documents
        assert document.state is DocumentState.WAITING
        await tale.restart()
        await tale.days(1)
        return tale.documents

    (document,) = story(act, APPEARS, Scene(HOST, FILE, Reply(b"", 503)), Scene(HOST, FILE, pdf(), at=2.3))
    assert document.state is DocumentState.KEPT


@pytest.mark.slow
def test_what_waits_is_dropped_when_the_list_is_no_longer_followed(story):
    async def act(tale):
        await tale.days(0.25)
        tale.take_over(source(follow=Follow.NOTHING))
        await tale.days(1)
        return tale.documents, tale.asked(FILE)

    (document,), asked = story(act, APPEARS, Scene(HOST, FILE, Reply(b"", 503)))
    assert (document.state, document.reason.code) == (DocumentState.PASSED_OVER, "follow_ended")
    assert len(asked) < TRIES


@pytest.mark.slow
def test_our_own_network_gone_counts_against_no_document(story):
    async def act(tale):
        script = tale.world.script
        object.__setattr__(script, "downs", (Down("*", 2.0, timedelta(hours=5), when_noticed=True),))
        await tale.days(2)
        return tale.documents

    (document,) = story(act, replace(APPEARS, at=1.99), Scene(HOST, FILE, pdf()))
    assert (document.state, document.tries) == (DocumentState.KEPT, 1)


@pytest.mark.slow
def test_requests_for_documents_keep_the_hosts_gap(story):
    new = [entry(f"Nota {n} {SUBJECTS[n]}", f"/files/g{n}.pdf") for n in range(5)]

    async def act(tale):
        await tale.days(1)
        assert len([d for d in tale.documents if d.state is DocumentState.KEPT]) == 5
        return tale.world.shortest_gap(HOST)

    scenes = [Scene(HOST, f"/files/g{n}.pdf", pdf()) for n in range(5)]
    assert story(act, Scene(HOST, LIST, listing(*new), at=2.0), *scenes) >= timedelta(seconds=2)
