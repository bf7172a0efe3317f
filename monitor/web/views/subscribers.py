"""Subscribers, for those who look after them: who gets what, how it stands with them, and a table of all.

The log of what was done names them by number: it is never changed, and whoever is forgotten must not stand in it.
"""

from dataclasses import replace

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from monitor import digest as contents
from monitor import roster
from monitor.errors import ConfigError
from monitor.logs import Mask
from monitor.messages import mailbox
from monitor.model import DigestKind, DigestOrder, Filters, Frequency, Material, Medium, Subscriber
from monitor.web.access import Role
from monitor.web.desk import AtDesk, Desk, NavItem
from monitor.web.forms import Filled, needs
from monitor.web.tables import table_of
from monitor.web.wishes import LEVELS, choices, wished, zones
from monitor.web.wording import LANGUAGES

router = APIRouter(dependencies=[needs(Role.ADMIN)])
NAV = NavItem("/subscribers", "subscribers.title", 70, Role.ADMIN)
PAGE = 100
DONE = frozenset({"added", "saved", "paused", "resumed", "tested", "forgotten"})


@router.get("/subscribers")
def subscribers(desk: AtDesk, after: int = 0, done: str = "") -> Response:
    return _page(desk, after=after, done=done)


def _page(
    desk: Desk, status: int = 200, *, after: int = 0, trouble: str = "", done: str = "", email: str = ""
) -> Response:
    """In the order they came."""
    everybody = desk.store.subscribers.all()
    rows = [one for one in everybody if one.id > after]
    return desk.page(
        "subscribers.html", status, rows=rows[:PAGE], total=len(everybody), first=after <= 0,
        more=rows[PAGE - 1].id if len(rows) > PAGE else 0, shut=dict(desk.store.outbox.shut()), blank=Filters(),
        frequencies=tuple(Frequency), trouble=trouble, done=done if done in DONE else "", email=email,
        clean=_mask(desk).clean,
    )  # fmt: skip


@router.get("/subscribers.csv")
def table(desk: AtDesk) -> Response:
    """As `monitor subscribers import` takes it in; no cell runs as a formula."""
    desk.note("reader-export", "subscribers")
    name = f"subscribers-{desk.now.astimezone(desk.zone):%Y-%m-%d}.csv"
    return table_of(roster.written(desk.store.subscribers.all(), desk.t.language), name)


@router.post("/subscribers")
def add(desk: AtDesk, form: Filled) -> Response:
    settings = desk.house.app.settings
    given, frequency, language = form.get("email", 254), form.get("frequency"), form.get("language")
    try:
        email = mailbox(given)
    except ConfigError:
        return _page(desk, 400, trouble="signup.no_address", email=given)
    blank = Subscriber(
        0, email, timezone=settings.timezone, created_at=desk.now,
        language=language if language in LANGUAGES else settings.language,
        frequency=Frequency(frequency) if frequency in tuple(Frequency) else Frequency.DAILY,
    )  # fmt: skip
    try:
        reader = desk.store.subscribers.add(blank)
    except ConfigError:
        return _page(desk, 400, trouble="subscribers.taken", email=given)
    _note(desk, "reader-add", reader)
    return desk.go(f"/subscribers/{reader.id}?done=added")


@router.get("/subscribers/{number}")
def one(number: int, desk: AtDesk, done: str = "") -> Response:
    reader = _reader(desk, number)
    return desk.page(
        "subscriber.html", reader=reader, offered=choices(desk.store), frequencies=tuple(Frequency), levels=LEVELS,
        zones=zones(), done=done if done in DONE else "", way=dict(desk.store.outbox.shut()).get(reader.channel),
        clean=_mask(desk).clean,
    )  # fmt: skip


@router.post("/subscribers/{number}")
def change(number: int, desk: AtDesk, form: Filled) -> Response:
    reader = _reader(desk, number)
    after = replace(wished(form, reader, choices(desk.store)), paused=reader.paused)
    if after != reader:
        desk.store.subscribers.update(after)
        _note(desk, "reader-change", reader)
    return desk.go(f"/subscribers/{reader.id}?done=saved")


@router.post("/subscribers/{number}/pause")
def pause(number: int, desk: AtDesk) -> Response:
    reader = _reader(desk, number)
    desk.store.subscribers.update(replace(reader, paused=True))
    _note(desk, "reader-pause", reader)
    return desk.go(f"/subscribers/{reader.id}?done=paused")


@router.post("/subscribers/{number}/resume")
def resume(number: int, desk: AtDesk) -> Response:
    """Ends a pause and a suspension."""
    reader = _reader(desk, number)
    desk.store.subscribers.resume(reader.id)
    _note(desk, "reader-resume", reader)
    return desk.go(f"/subscribers/{reader.id}?done=resumed")


@router.post("/subscribers/{number}/test")
def send_test(number: int, desk: AtDesk) -> Response:
    """Queues a message that says it is a test. What reaches webhooks and chats is tried on the command line."""
    reader, app, now = _reader(desk, number), desk.house.app, desk.now
    if reader.medium is not Medium.MAIL:
        raise HTTPException(400)
    if not desk.house.tries.allowed(now, "test", str(reader.id)):
        raise HTTPException(429)
    order = DigestOrder(reader, DigestKind.TEST, f"test:{now:%Y%m%dT%H%M%S}:{reader.id}", now, now)
    made = contents.compose(order, Material((), (), ()))
    if made is None:
        raise HTTPException(400)
    app.store.letters.post(app.post.press().render(made), order.kind, order.window, now)
    _note(desk, "reader-test", reader)
    return desk.go(f"/subscribers/{reader.id}?done=tested")


@router.get("/subscribers/{number}/forget")
def ask_forget(number: int, desk: AtDesk) -> Response:
    return desk.page("subscriber_forget.html", reader=_reader(desk, number))


@router.post("/subscribers/{number}/forget")
def forget(number: int, desk: AtDesk) -> Response:
    """Everything that is kept of them."""
    reader = _reader(desk, number)
    desk.store.subscribers.forget(reader.email)
    _note(desk, "reader-forget", reader)
    return desk.go("/subscribers?done=forgotten")


def _reader(desk: Desk, number: int) -> Subscriber:
    found = next((one for one in desk.store.subscribers.all() if one.id == number), None)
    if found is None:
        raise HTTPException(404)
    return found


def _note(desk: Desk, what: str, reader: Subscriber) -> None:
    desk.note(what, f"subscriber:{reader.id}")


def _mask(desk: Desk) -> Mask:
    """Servers repeat what they were told, passwords too."""
    return Mask(desk.house.app.settings.secrets)
