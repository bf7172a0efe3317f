"""What `monitor doctor` learns from the database: is it sound, and what does it say of sources, mail and time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from statistics import median

from monitor.cli import ground
from monitor.cli.doctor import Line, Patient
from monitor.cli.listing import missing
from monitor.model import DeliveryState, Medium
from monitor.services.health import Wellbeing, wellbeing
from monitor.store import Store, never_made, newest_backup, open_store

PATIENCE = 5.0
"""Seconds to wait for others who write the database."""
CLOCK_OFF = timedelta(minutes=5)
FEWEST_CLOCKS = 3
"""Sites whose clocks must be known before ours is doubted."""
RECENT = timedelta(days=2)
REMEMBERED = timedelta(days=30)


BOUNCES, MANY_SOFT = timedelta(days=30), 3
"""How far back bounces are looked at, and how many that passed by themselves are worth a line."""


def database(patient: Patient) -> Iterator[Line]:
    """Everything that the database can tell; one line when there is none yet."""
    path = patient.settings.database
    if never_made(path):
        yield Line("database", "warn", f"{path} is not there yet", "monitor run makes it")
        return
    store = open_store(path, clock=patient.clock, lock_wait=PATIENCE)
    try:
        yield from (found := tuple(soundness(patient, store)))
        if any(line.state == "fail" for line in found):
            # Whatever else is read there may be wrong, or break off with the same damage.
            return
        yield from bodies(store)
        health = wellbeing(store, patient.settings, patient.clock.now())
        yield backups(patient, store, health)
        yield from losses(patient, store)
        yield from clock(patient, store)
        yield daemon(patient, health)
        yield from unwatched(patient, health)
        yield from robots(store)
        yield from readers(patient, store)
        yield from queue(patient, store, health)
    finally:
        store.close()


def soundness(patient: Patient, store: Store) -> Iterator[Line]:
    """SQLite's own check of the whole file; its schema was read when it was opened."""
    problems = store.check()
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        newest = newest_backup(store.path)
        mend = f"stop the daemon, then: monitor restore {newest}" if newest else "there is no backup to restore"
        yield Line("database", "fail", f"{store.path} is damaged: {' '.join(problems[0].split())}{more}", mend)
    else:
        counts = store.history.counts(patient.clock.now())
        yield Line(
            "database",
            "ok",
            f"{store.path}: sound; {ground.count(counts.polls, 'poll')}, {ground.count(counts.changes, 'change')}",
        )


def bodies(store: Store) -> Iterator[Line]:
    """Every kept body, decoded and compared with its hash."""
    damaged = store.bodies.verify()
    for damage in damaged:
        where = f"snapshots {', '.join(map(str, damage.snapshots))} of {', '.join(damage.sources)}"
        mend = "the others read on; a backup from before may still have it"
        yield Line("bodies", "fail", f"{damage.sha256[:16]}… cannot be read any more: {where}", mend)
    unread = store.texts.verify()
    if unread:
        said = f"{ground.count(len(unread), 'text')} cannot be read any more, such as {unread[0][:16]}…"
        yield Line("texts", "fail", said, "the bodies they were read from are kept; a backup from before may have them")
    if not damaged and not unread:
        yield Line("bodies", "ok", "every kept body reads back as it came, and every text that was read from one")


def backups(patient: Patient, store: Store, health: Wellbeing) -> Line:
    newest = next(iter(store.backups()), None)
    made = patient.local(health.backup) if health.backup else ""
    said = f"the newest is of {made}: {newest}" if newest else "none yet; the daemon makes one a day"
    if "old_backup" in health.names:
        return Line("backups", "warn", said, "monitor backup makes one now; the daemon makes one a day")
    return Line("backups", "ok", said)


def losses(patient: Patient, store: Store) -> Iterator[Line]:
    """What was found missing at a start, for a month."""
    lost = store.lost()
    if lost is not None and timedelta() <= patient.clock.now() - lost.at < REMEMBERED:
        said = f"written and not there any more since {patient.local(lost.at)}: {lost}"
        mend = "the log beside the file was gone, or an older copy put in its place; the pages are looked at again"
        yield Line("losses", "warn", said, mend)


def clock(patient: Patient, store: Store) -> Iterator[Line]:
    """Ours against the past, and against the `Date` of the sites that answered of late (RFC 9110 §6.6.1)."""
    now = patient.clock.now()
    polls = store.history.polls(limit=200)
    newest = max((p.finished_at for p in polls), default=now)
    mend = "set the machine's clock: timedatectl"
    if newest - now > CLOCK_OFF:
        yield Line("clock", "fail", f"it is {patient.local(now)}, but the last look was {patient.local(newest)}", mend)
        return
    by_source: dict[str, float] = {}
    for poll in polls:
        for look in poll.looks:
            said = dict(look.headers)
            # A cache's answer carries the date of its making.
            if now - poll.finished_at < RECENT and said.get("age", "0") == "0" and (at := dated(said.get("date", ""))):
                by_source.setdefault(poll.source_id, (at - poll.finished_at).total_seconds())
    off = timedelta(seconds=median(by_source.values())) if len(by_source) >= FEWEST_CLOCKS else timedelta()
    if abs(off) > CLOCK_OFF:
        minutes = round(abs(off) / timedelta(minutes=1))
        side = "behind" if off > timedelta() else "ahead of"
        yield Line("clock", "warn", f"this machine's clock is about {minutes} minutes {side} those of the sites", mend)
        return
    yield Line("clock", "ok", f"it is {patient.local(now)} ({patient.settings.timezone})")


def dated(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def daemon(patient: Patient, health: Wellbeing) -> Line:
    said = f"last look {patient.local(health.last_look)}"
    if "no_daemon" in health.names:
        return Line("daemon", "warn", f"not running; {said}", "monitor run, or a service: monitor init --systemd")
    said = f"{health.daemon}; {said}"
    for one in health.findings:
        if one.name == "late":
            late = ground.count(int(str(one.values["count"])), "hour")
            return Line("daemon", "fail", f"{said}, and looks are {late} late", "read its log, then start it again")
        if one.name == "offline":
            gone = f"our own network is gone since {patient.local(health.offline_since)}"
            return Line("daemon", "fail", f"{said}; {gone}", "looks wait until it is back")
    return Line("daemon", "ok", said)


def unwatched(patient: Patient, health: Wellbeing) -> Iterator[Line]:
    """Times of late in which nobody looked."""
    for gap in health.gaps:
        said = f"nobody looked between {patient.local(gap.since)} and {patient.local(gap.until)}"
        mend = "what came and went in between was not seen; the next mails say so, and the pages"
        yield Line("gap", "warn", said, mend)


def robots(store: Store) -> Iterator[Line]:
    """Sources that the site's robots.txt keeps us from."""
    states = [s for s in store.sources.all() if s.retired_at is None and s.source.pollable]
    denied = [s.source.id for s in states if s.robots == "denied"]
    silent = [s.source.id for s in states if s.robots == "unreachable"]
    if denied:
        mend = "ask the site's owner; with leave, give the reason as ignore_robots in sources.yaml"
        yield Line("robots.txt", "warn", f"forbids {', '.join(denied)}", mend)
    if silent:
        yield Line("robots.txt", "warn", f"cannot be asked for {', '.join(silent)}", "tried again within a day")
    if not denied and not silent:
        yield Line("robots.txt", "ok", "forbids nothing that is watched")


def _bouncing(patient: Patient, store: Store) -> Iterator[Line]:
    """Readers whose mail came back, now and then, in the last month: worth a look before they are suspended."""
    since = patient.clock.now() - BOUNCES
    for reader in store.subscribers.all():
        soft = store.inbox.soft_bounces(reader.id, since)
        if reader.suspended_at is None and (reader.bounces or soft >= MANY_SOFT):
            said = f"{ground.count(reader.bounces, 'message')} to {reader.email} came back for good, {soft} for a while"
            yield Line("subscribers", "warn", said, "monitor mail queue shows the answers; three in a row suspend")


def readers(patient: Patient, store: Store) -> Iterator[Line]:
    """Does anybody get the digests?"""
    found = store.subscribers.all()
    active = [s for s in found if not s.waiting]
    for lost in (s for s in found if s.suspended_at is not None):
        said = f"{lost.email} is suspended since {patient.local(lost.suspended_at)}: {lost.suspended_reason}"
        yield Line("subscribers", "warn", said, f"monitor subscribers resume {lost.email}")
    yield from _bouncing(patient, store)
    if not active:
        waits = "paused" if all(s.paused for s in found) else "paused or suspended"
        said = f"every subscriber is {waits}" if found else "nobody is subscribed yet"
        yield Line("subscribers", "warn", said, "monitor subscribers add you@example.org")
        return
    for reader in active:
        for said in missing(patient.settings, reader.medium, reader.email):
            yield Line("subscribers", "warn", f"{reader.email}: {said}", f"monitor {reader.medium} test {reader.email}")
    nowhere = [s.email for s in active if patient.settings.smtp and s.email.endswith("@localhost")]
    if nowhere:
        mend = f"monitor subscribers change {nowhere[0]} --email you@example.org"
        yield Line("subscribers", "warn", f"{nowhere[0]} is nobody's address", mend)
        return
    yield Line("subscribers", "ok", f"{ground.count(len(active), 'subscriber gets', 'subscribers get')} digests")


def _set_aside(store: Store) -> Iterator[Line]:
    """Digests that could not be made."""
    emails = {reader.id: reader.email for reader in store.subscribers.all()}
    for aside in store.aside.all():
        said = f"the {aside.kind} of {emails.get(aside.subscriber_id, '?')} could not be made: {aside.fault}"
        mend = "nothing of it is lost; the next version of the program tries again, monitor digest --retry tries now"
        yield Line("digests", "fail", said, mend)


def _ways(patient: Patient, store: Store) -> Iterator[Line]:
    """Webhooks and chats that take nothing just now."""
    readers = {reader.channel: reader for reader in store.subscribers.all() if reader.medium is not Medium.MAIL}
    for name, channel in store.outbox.shut():
        if (reader := readers.get(name)) is not None:
            said = f"{reader.email} is {channel.state} since {patient.local(channel.since)}: {channel.note}"
            yield Line(str(reader.medium), "fail", said, f"monitor {reader.medium} test {reader.email}")


def queue(patient: Patient, store: Store, health: Wellbeing) -> Iterator[Line]:
    """What became of the mail: the way out, and messages that were refused or wait for long."""
    waiting, channel = health.queue, store.outbox.channel()
    lost = store.outbox.deliveries(1, states=[DeliveryState.FAILED, DeliveryState.DEAD])
    found = []
    if channel.state != "up":
        said = f"{channel.state} since {patient.local(channel.since)}: {channel.note}"
        found.append(Line("mail", "fail", said, "monitor mail test you@example.org tells where it fails"))
    elif "waits" in health.names:
        wait = ground.count(waiting.pending + waiting.sending, "message waits", "messages wait")
        said = f"{wait}, the oldest since {patient.local(waiting.oldest)}"
        found.append(Line("mail", "fail", said, "monitor mail queue shows what the server answered"))
    if lost:
        many = ground.count(waiting.failed + waiting.dead, "message was", "messages were")
        said = f"{many} not delivered, the last one to {lost[0].recipient}"
        found.append(Line("mail", "fail", said, f"monitor mail queue; then monitor mail queue --retry {lost[0].id}"))
    found += _ways(patient, store)
    found += _set_aside(store)
    yield from found or [Line("mail", "ok", f"{waiting.pending + waiting.sending} waiting, none refused")]
