"""Whatever a server answered: judged again it means what it meant when it came.

A played web with every kind of answer, watched by the real program for eight days; then each poll is judged again
from what was kept and compared in full with what was written then.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.demo import Drop, Redirect, Reply, Scene, Script, Stage, Validators
from monitor.demo.pdf import typeset
from monitor.model import (
    Alternative,
    EventKind,
    Follow,
    Outcome,
    Role,
    Section,
    Source,
    Status,
    Trigger,
    WatchAs,
    WatchList,
)
from monitor.rejudge import Judges, judge_again, unlike
from monitor.settings import Settings
from monitor.wiring import build
from monitor.worker import here

START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
DAYS = 8
TURN = 2.5
"""Day on which each page turns."""

TEXT = (
    "In 2019 the airport police tested four cameras with facial recognition software at the gates of the terminal.",
    "The supervisory body asks for a temporary ban of the pilot project until a law allows such a processing.",
    "The report was sent to Parliament and to the minister, who has to answer its findings within thirty days.",
    "Nobody was informed of the test, and the persons on the lists of the police did not know that they stood there.",
)
OTHER = (
    "Our shop sells garden chairs, tables and lamps for every terrace, delivered to your door before the weekend.",
    "Customers who order two chairs get a cushion for free while stocks last in the warehouse behind the station.",
    "Opening hours are from nine in the morning until six in the evening, on Sundays the shop is closed all day.",
)
DUTCH = (
    "In 2019 heeft de luchthavenpolitie vier camera's met software voor gezichtsherkenning getest aan de poorten.",
    "Het controleorgaan vraagt een tijdelijk verbod van het proefproject totdat een wet de verwerking toelaat.",
    "Het verslag werd naar het Parlement gestuurd en naar de minister, die binnen dertig dagen moet antwoorden.",
)


def page(*lines, title="The page", lang="en", head=""):
    text = "".join(f"<p>{line}</p>" for line in lines)
    begin = f"<!doctype html><html lang={lang}><head>{head}<title>{title}</title></head>"
    return f"{begin}<body><main><h1>{title}</h1>{text}</main></body></html>".encode()


SAME = Reply(page(*TEXT))
NOT_FOUND = Reply(page("Not found.", title="404 Not Found"), status=404)
CHANGED = page(TEXT[0], TEXT[1], TEXT[2].replace("thirty", "fourteen"), TEXT[3])


def unreadable(visit):
    return b'<!doctype html><html><body><img src="/scan.png"><!-- %d --></body></html>' % visit.count


def entries(*new):
    old = [(f"Report {n} on police databases", f"/old-{n}.pdf") for n in range(8)]
    rows = "".join(f'<li><h3><a href="{href}">{t}</a></h3><span>1 March 2025</span></li>' for t, href in (*new, *old))
    body = f"<p>The body publishes its reports.</p><ul>{rows}</ul>"
    return Reply(f"<!doctype html><html lang=en><title>Reports</title><main><h1>Reports</h1>{body}</main>".encode())


NEW_ENTRIES = (
    ("Report on facial recognition at the airport", "/new.pdf"),
    ("Report on drones above demonstrations", "/missing.pdf"),
    ("Report on number plates", "/slow.pdf"),
)

TURNS = {
    "moved_same": (Redirect("/elsewhere"), Scene("moved_same.invalid", "/elsewhere", SAME)),
    "moved_other": (Redirect("/shop"), Scene("moved_other.invalid", "/shop", Reply(page(*OTHER)))),
    "moved_home": (Redirect("/"), Scene("moved_home.invalid", "/", Reply(page(*OTHER, title="Home")))),
    "moved_changed": (Redirect("/new"), Scene("moved_changed.invalid", "/new", Reply(CHANGED))),
    "changed": (Reply(CHANGED, validators=Validators.HONEST),),
    "gone": (NOT_FOUND,),
    "gone_for_good": (Reply(page("Gone."), status=410),),
    "blocked": (Reply(page("Access denied."), status=403),),
    "login": (Reply(b"<title>Log in</title><h1>Log in</h1><form><input type=password></form>"),),
    "soft_404": (Reply(page("The page you are looking for does not exist.", title="Page not found")),),
    "refresh": (Reply(page("Moved.", head='<meta http-equiv=refresh content="0; url=/elsewhere">')),
                Scene("refresh.invalid", "/elsewhere", SAME)),
    "overloaded": (Reply(b"", status=503),),
    "asked_to_wait": (Reply(b"", status=429, headers=(("retry-after", "7200"),)),),
    "broken_off": (Drop(),),
    "empty": (Reply(b""),),
    "unreadable": (Reply(unreadable),),
    "another_language": (Reply(page(*DUTCH, lang="nl")),),
    "collapsed": (Reply(page(TEXT[0])),),
    "replaced": (Reply(typeset(TEXT, title="The page"), content_type="application/pdf"),),
    "withdrawn": (Reply(page("This document was withdrawn on 3 November 2026.", *TEXT)),),
    "copied": (NOT_FOUND, Scene("copied.invalid", "/copy", SAME)),
    "back_again": (NOT_FOUND, Scene("back_again.invalid", "/page", Reply(CHANGED), at=5.5)),
}  # fmt: skip


def scenes():
    for name, (answer, *more) in TURNS.items():
        before = replace(SAME, validators=Validators.HONEST) if name in {"changed", "moved_same"} else SAME
        yield from (Scene(f"{name}.invalid", "/page", before), Scene(f"{name}.invalid", "/page", answer, at=TURN))
        yield from more
    yield Scene("never_there.invalid", "/page", NOT_FOUND)
    yield Scene("scanned.invalid", "/page", Reply(unreadable))
    yield Scene("reports.invalid", "/page", entries())
    yield Scene("reports.invalid", "/page", entries(*NEW_ENTRIES), at=TURN)
    yield Scene("reports.invalid", "/new.pdf", Reply(typeset(TEXT, title="New"), content_type="application/pdf"))
    yield Scene("reports.invalid", "/missing.pdf", NOT_FOUND)
    yield Scene("reports.invalid", "/slow.pdf", Reply(b"", status=503, headers=(("retry-after", "90000"),)))


NAMES = (*TURNS, "never_there", "scanned", "reports")


def sources():
    for name in NAMES:
        plain = Source(id=name, name=name, section="all", url=f"http://{name}.invalid/page", languages=("en",))
        if name == "copied":
            plain = replace(plain, alternatives=(Alternative("http://copied.invalid/copy", Role.COPY),))
        if name == "reports":
            plain = replace(plain, watch_as=WatchAs.LISTING, status=Status.INDEX, follow=Follow.DOCUMENTS)
        yield plain


async def live(home):
    async with Stage(Script(START, tuple(scenes()))) as stage:
        settings = Settings(home=home, mail_to="reader@example.org", contact="watch@example.org")
        app = build(settings, clock=stage.clock, resolver=stage.resolver, guard_exceptions=stage.guard_exceptions,
                    citations=(), run=here)  # fmt: skip
        try:
            app.take_over(WatchList((Section("all", "All"),), tuple(sources())))
            while stage.clock.now() < START + timedelta(days=DAYS):
                await app.polling.run_due()
                times = [s.next_poll_at for s in app.store.sources.all() if s.next_poll_at]
                times += [d.due_at for d in app.store.documents.of("reports") if d.due_at]
                times.append(stage.clock.now() + timedelta(hours=6))
                stage.clock.set(max(min(times), stage.clock.now() + timedelta(minutes=5)))
        except BaseException:
            await app.aclose()
            raise
    return app


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """The program after eight days of it."""
    app = asyncio.run(live(tmp_path_factory.mktemp("every-answer")))
    yield app
    asyncio.run(app.aclose())


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_judged_again_an_answer_means_what_it_meant_when_it_came(watched, name):
    store = watched.store
    state, then = store.sources.get(name), store.past.found(name)
    memory, health, played = None, None, set()
    for step in judge_again(store, state.source, Judges(watched.lore, watched.citations)):
        intent, found = step.intent, then.get(step.poll.id)
        assert (intent.outcome, intent.reason, intent.used) == (step.poll.outcome, step.poll.reason, step.poll.used)
        assert [(e.kind, e.values, e.at) for e in intent.events] == [
            (e.kind, e.values, e.at) for e in (found.events if found else ())
        ]
        assert intent.held == (found.held if found else ())
        changes = found.changes if found else ()
        assert [unlike(a, b) for a, b in zip(changes, intent.changes, strict=True)] == [()] * len(changes)
        played.add(step.poll.id)
        if step.poll.trigger is not Trigger.FOLLOW:
            memory, health = intent.memory, intent.health
    assert played == {p.id for p in store.past.polls(name)}
    assert (memory, health) == (state.memory, state.health)


@pytest.mark.slow
def test_documents_behind_entries_are_judged_again_as_they_were(watched):
    kept = watched.store.documents.of("reports")
    again = {}
    source = watched.store.sources.get("reports").source
    for step in judge_again(watched.store, source, Judges(watched.lore, watched.citations)):
        if step.intent.document is not None:
            again[step.intent.document.url] = step.intent.document
    assert len(again) == len(NEW_ENTRIES) == len(kept)
    for document in kept:
        bare = replace(document, id=0, change=0, snapshot=0, text="")
        assert replace(again[document.url], change=0) == bare


@pytest.mark.slow
def test_the_history_holds_the_answers_it_is_about(watched):
    kinds = {e.kind for e in watched.store.history.events(limit=1000)}
    assert {
        EventKind.MOVED, EventKind.MOVED_CHECK, EventKind.GONE, EventKind.BLOCKED, EventKind.UNREACHABLE,
        EventKind.UNREADABLE, EventKind.LANGUAGE, EventKind.REPLACED, EventKind.STATUS_NOTICE, EventKind.ALTERNATIVE,
        EventKind.RETURNED,
    } <= kinds  # fmt: skip
    polls = [p for name in NAMES for p in watched.store.past.polls(name)]
    outcomes = {Outcome.BASELINE, Outcome.BAD, Outcome.FAILED, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.FOLLOWED}
    assert outcomes <= {p.outcome for p in polls}
    assert any(look.status == 304 for p in polls for look in p.looks)
    assert EventKind.MOVED in {e.kind for e in watched.store.history.events(source="moved_same", limit=1000)}
