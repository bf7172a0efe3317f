"""What is withheld: a sentence of it stands on no page, in no feed, in no answer for programs."""

import re
from datetime import timedelta

import lived
import pytest

from monitor.clock import SteppedClock
from monitor.model import (
    DigestKind,
    DigestOrder,
    Event,
    EventKind,
    Held,
    Outcome,
    Outgoing,
    Part,
    PartKind,
    QuoteState,
    QuoteTouch,
    Reason,
    Severity,
    Subscriber,
)
from monitor.store import Wanted

CANARY = "zzcanary sentence of a person who wants to be forgotten"
WORDS, REST = "zzcanary", "to be forgotten"
"""What is searched for, which the page repeats, and what is looked for on every page."""
COPY = "coc-home"


@pytest.fixture
def told(site):
    """The newest copy but one of a source has the sentence; a change brought it and another one took it away."""
    pages = site("lived")
    store = pages.store
    # From now on everything is still to be told to her.
    store.subscribers.add(Subscriber(0, "anna@example.org", created_at=lived.NOW))
    clock = SteppedClock(lived.NOW + lived.HOUR)
    past = lived.Past(store, clock, CANARY)
    change = past.change(Severity.CRITICAL)
    touched = QuoteTouch(lived.BAN, QuoteState.FOUND, QuoteState.CHANGED, nearest=CANARY)
    notice = Event(COPY, EventKind.STATUS_NOTICE, clock.now(), {"line": CANARY})
    held = Held(COPY, "ticking", Reason("ticking", {"new": CANARY}), clock.now(), (Part(PartKind.ADDED, "", CANARY),))
    past.look(COPY, CANARY, outcome=Outcome.CHANGED, changes=(lived.replace(change, quotes=(touched,)),),
              events=(past.lost(), notice), held=(held,))  # fmt: skip
    (row, *_) = store.history.snapshots(COPY)
    clock.set(lived.NOW + 2 * lived.HOUR)
    after = lived.Past(store, clock, "plain words again")
    gone = Part(PartKind.REMOVED, CANARY, "")
    after.look(COPY, "plain", outcome=Outcome.CHANGED, changes=(lived.replace(after.change(), parts=(gone,)),))
    pages.app.clock.set(lived.NOW + 3 * lived.HOUR)
    pages.snapshot = row.id
    return pages


def addresses(pages):
    """Every address that is looked at, with every number and every source."""
    patterns = sorted({route.path for route in pages.house.routes if "GET" in (route.methods or ())})
    for path in patterns:
        if "{number}" in path:
            yield from (path.replace("{number}", str(n)) for n in range(1, 16))
        elif "{" in path:
            yield re.sub(r"\{source_id(:\w+)?\}", COPY, path)
        else:
            yield path
    snapshot = pages.snapshot
    for number in range(1, 8):
        yield from (f"/changes/{number}?view={view}" for view in ("side", "whole", "pages"))
        yield f"/changes/{number}/explain?again=1"
    for other in range(1, 9):
        yield f"/sources/{COPY}/compare?old={other}&new={snapshot}"
        yield f"/sources/{COPY}/compare?old={snapshot}&new={other}"
    for what in ("text", "added", "removed", "changes"):
        yield f"/search?q={WORDS}&what={what}"
    yield from (
        "/?days=0",
        "/?everything=1&days=0",
        "/held?days=0",
        f"/held?source={COPY}",
        "/api/v1/changes?everything=true",
    )


def seen(pages):
    """Addresses whose answer has the sentence."""
    found = set()
    for address in addresses(pages):
        if REST in pages.get(address).text:
            found.add(address.partition("?")[0])
    return found


@pytest.mark.slow
def test_before_it_is_withheld_the_sentence_is_everywhere(told):
    found = seen(told)
    assert {"/", "/search", f"/sources/{COPY}", f"/sources/{COPY}/compare", f"/kept/{told.snapshot}/page",
            f"/kept/{told.snapshot}/file", "/feeds/all.atom", "/held"} <= found  # fmt: skip
    assert any(path.startswith("/changes/") for path in found)
    assert any(path.startswith("/events/") for path in found)
    assert any(path.startswith("/api/v1/changes/") for path in found)


@pytest.mark.slow
def test_afterwards_it_is_nowhere(told):
    assert told.store.withholding.put(told.snapshot, "a court order", "Anna", told.app.clock.now())
    assert seen(told) == set()


def test_what_stands_in_its_place_says_since_when_and_why(told):
    before = told.get(f"/kept/{told.snapshot}").text
    told.store.withholding.put(told.snapshot, "a court order", "Anna", told.app.clock.now())
    page = told.get(f"/kept/{told.snapshot}").text
    assert "Withheld since" in page
    assert "a court order" in page
    sha256 = told.store.history.snapshot(told.snapshot).sha256
    assert sha256 in before
    assert sha256 in page
    assert "<iframe" not in page
    answer = told.get(f"/kept/{told.snapshot}/file")
    assert (answer.status_code, answer.headers["cache-control"]) == (451, "private, no-store")
    assert "a court order" in answer.text
    change = max(line.number for line in told.store.timeline.page(_all(), {}) if line.is_change)
    shown = told.get(f"/changes/{change}").text
    assert "withheld since" in shown
    assert sha256 in shown
    assert "places that changed: 1" in shown
    assert "Withheld since" in shown


def _all():
    return Wanted(everything=True)


def test_a_copy_with_the_same_bytes_elsewhere_is_covered_too(told):
    body = told.store.bodies.get(told.store.history.snapshot(told.snapshot).sha256)
    clock = SteppedClock(lived.NOW + 4 * lived.HOUR)
    lived.Past(told.store, clock, CANARY).look("wallonia", CANARY, body=body)
    (twin, *_) = told.store.history.snapshots("wallonia")
    told.store.withholding.put(told.snapshot, "a court order", "Anna", clock.now())
    assert told.get(f"/kept/{twin.id}/file").status_code == 451
    assert f'href="/kept/{told.snapshot}"' in told.get(f"/kept/{twin.id}").text
    assert WORDS not in told.get("/sources/wallonia/text").text


def test_an_administrator_withholds_and_lifts_on_the_page_of_the_copy(told):
    visitor = told.visitor()
    visitor.post("/name", {"name": "Anna", "to": "/"})
    page = f"/kept/{told.snapshot}"
    for unseen in (" ", "\0", "\u202e\u200b"):
        assert visitor.post(f"{page}/withhold", {"reason": unseen}, on=page).status_code == 400
    assert visitor.post(f"{page}/withhold", {"reason": "a court  order"}, on=page).headers["location"] == page
    assert visitor.get(f"{page}/page").status_code == 451
    assert visitor.post(f"{page}/lift", {"reason": "set aside on appeal"}, on=page).status_code == 303
    assert WORDS in visitor.get(f"{page}/page").text
    rows = [(r.who, r.what, r.target, r.detail) for r in told.store.audit.list()]
    assert rows[:2] == [
        ("Anna", "lift", f"snapshot:{told.snapshot}", "set aside on appeal"),
        ("Anna", "withhold", f"snapshot:{told.snapshot}", "a court order"),
    ]


def test_nobody_withholds_without_a_name(told):
    page = f"/kept/{told.snapshot}"
    answer = told.visitor().post(f"{page}/withhold", {"reason": "a court order"}, on=page)
    assert 'action="/name"' in answer.text  # which keeps the reason for the form
    assert "a court order" in answer.text
    assert told.get(f"{page}/page").status_code == 200
    assert told.visitor().post("/kept/999/withhold", {"reason": "x"}, on=page).status_code == 404


def test_a_digest_made_afterwards_has_none_of_its_words(told):
    told.store.withholding.put(told.snapshot, "a court order", "Anna", told.app.clock.now())
    changes, events = told.store.outbox.untold(999)
    assert WORDS not in repr((changes, events))
    assert any(reason.code == "withheld" for change in changes for reason in change.reasons)


def test_what_is_judged_again_is_as_it_was_written(told):
    """Only what is shown is covered: the rules compare with what stood there."""
    told.store.withholding.put(told.snapshot, "a court order", "Anna", told.app.clock.now())
    assert WORDS in repr(told.store.past.found(COPY))


def test_a_later_look_is_not_covered(told):
    """When a change told the text as gone, what is held back from then on is shown."""
    clock = SteppedClock(lived.NOW + 2 * lived.DAY)
    past = lived.Past(told.store, clock, "ordinary")
    held = Held(COPY, "ticking", Reason("ticking"), clock.now(), (Part(PartKind.ADDED, "", "an ordinary counter"),))
    past.look(COPY, "ordinary", outcome=Outcome.HELD, held=(held,))
    told.store.withholding.put(told.snapshot, "a court order", "Anna", clock.now())
    told.app.clock.set(clock.now() + timedelta(hours=1))
    assert "an ordinary counter" in told.get("/held?days=0").text


@pytest.mark.parametrize("kind", [DigestKind.DIGEST, DigestKind.FIRST_REPORT])
def test_a_message_that_tells_of_it_is_not_shown(told, kind):
    store, now = told.store, told.app.clock.now()
    reader = store.subscribers.get("anna@example.org")
    (change, *_), _ = store.outbox.untold(reader.id)
    order = DigestOrder(reader, kind, "2026-11-23", now - lived.DAY, now)
    mime = f"Subject: s\n\n{CANARY}\n".encode()
    message = Outgoing(reader.email, "a@example.org", "s", "<1@example.org>", mime)
    number = store.outbox.enqueue(order, [f"change:{change.id}"], (), message, now)
    assert CANARY in told.get(f"/digests/{number}").text
    store.withholding.put(told.snapshot, "a court order", "Anna", now)
    page = told.get(f"/digests/{number}").text
    assert (REST in page, "is withheld; it is not shown" in page) == (False, True)
    assert {told.get(f"/digests/{number}/{part}").status_code for part in ("file", "html")} == {451}
