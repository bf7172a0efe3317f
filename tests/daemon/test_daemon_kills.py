"""kill -9 at named points of a running daemon, and what the next one makes of it."""

import sqlite3
from contextlib import closing

import pytest
from played import Answer, page

from monitor.crash import STATUS
from monitor.model import DeliveryState, DigestKind, DocumentState

pytestmark = pytest.mark.slow


@pytest.fixture
def dies(home):
    """A daemon that must die at the point named."""

    def run(point, **more):
        process = home.start(crash_at=point, **more)
        assert home.exit_code(process) == STATUS, home.tail()

    return run


@pytest.fixture
def told(home, mail):
    """A home whose one reader has had the first report; its page has just changed."""
    home.subscribe("reader@example.org")
    home.watch("one", interval=120)
    home.warm()
    home.change("one")
    return mail.environment


def digests(home):
    return [row for row in home.store.outbox.deliveries() if row.kind is DigestKind.DIGEST]


def each_poll_once(home):
    return home.query("SELECT source_id, token FROM poll GROUP BY 1, 2 HAVING count(*) > 1") == []


def test_killed_before_a_claim_is_committed_the_source_is_polled_by_the_next_daemon(home, dies):
    home.watch("one", interval=3600)
    dies("claim.before_commit")
    assert home.query("SELECT token, lease_owner FROM source") == [(0, None)]
    home.until(home.polls, home.start())
    assert [row.token for row in home.store.history.polls()] == [1]


@pytest.mark.story
def test_killed_after_a_claim_the_source_is_polled_when_the_lease_ends(home, dies):
    home.watch("one", interval=3600)
    dies("claim.after_commit")
    lease = home.store.sources.get("one").leased_until
    home.until(home.polls, home.start())
    (poll,) = home.store.history.polls()
    assert poll.started_at >= lease
    assert poll.token == 2


@pytest.mark.story
def test_killed_during_a_body_nothing_of_it_is_kept_and_the_next_look_has_all(home, web, dies):
    home.watch("one", interval=3600)
    web.pages["one.example"].pause = 1.0
    process = home.start()
    home.until(web.begun.is_set, process)
    process.kill()
    home.exit_code(process)
    assert (home.store.history.snapshots("one"), home.polls()) == ((), 0)
    web.pages["one.example"].pause = 0
    home.until(home.polls, home.start())
    (snapshot,) = home.store.history.snapshots("one")
    assert home.store.bodies.get(snapshot.sha256) == web.pages["one.example"].body


@pytest.mark.story
@pytest.mark.parametrize("point", ["record.after_body", "record.before_commit"])
def test_killed_inside_a_record_no_orphan_is_left_and_the_next_look_is_recorded(home, dies, point):
    home.watch("one", interval=3600)
    dies(point)
    store = home.store
    assert (home.polls(), store.history.snapshots("one"), home.query("SELECT count(*) FROM body")) == (0, (), [(0,)])
    home.until(home.polls, home.start())
    assert len(store.history.snapshots("one")) == 1
    assert store.check() == ()


def test_killed_after_a_change_was_recorded_it_is_in_exactly_one_digest(home, mail, told, dies):
    dies("record.after_commit:2", environment=told)
    assert len(home.store.history.changes()) == 1
    assert digests(home) == []
    process = home.start(environment=told)
    home.until(lambda: mail.taken, process)
    home.goes_on(process)
    assert len(mail.ids) == len(digests(home)) == len(home.store.history.changes()) == 1
    assert home.query("SELECT count(*) FROM digest_item WHERE item LIKE 'change:%'") == [(1,)]


@pytest.mark.story
@pytest.mark.parametrize("point", ["enqueue.before_commit", "enqueue.after_commit"])
def test_killed_while_a_digest_is_made_there_is_one_in_the_end(home, mail, told, dies, point):
    dies(point, environment=told)
    assert len(digests(home)) == (point == "enqueue.after_commit")
    process = home.start(environment=told)
    home.until(lambda: mail.taken, process)
    home.goes_on(process)
    assert len(mail.ids) == len(digests(home)) == 1
    assert home.query("SELECT count(*) FROM digest_item WHERE item LIKE 'change:%'") == [(1,)]


@pytest.mark.story
def test_killed_before_the_mail_server_was_asked_the_message_goes_out_once(home, mail, told, dies):
    dies("delivery.claimed", environment=told)
    assert mail.taken == []
    process = home.start(environment=told)
    home.until(lambda: [d for d in digests(home) if d.state is DeliveryState.SENT], process)
    home.goes_on(process)
    assert len(mail.ids) == 1


@pytest.mark.story
def test_killed_between_the_servers_answer_and_its_note_the_same_message_goes_out_once_more(home, mail, told, dies):
    dies("settle.before_commit", environment=told)
    assert len(mail.ids) == 1
    process = home.start(environment=told)
    home.until(lambda: [d for d in digests(home) if d.state is DeliveryState.SENT], process)
    home.goes_on(process)
    first, second = mail.taken
    assert first["Message-ID"] == second["Message-ID"] == digests(home)[0].message_id
    assert first.get_payload(0).as_bytes() == second.get_payload(0).as_bytes()


@pytest.mark.parametrize(
    "point",
    [
        "record.before_commit:5",
        "claim.after_commit:4",
        "record.after_commit:3",
    ],
)
def test_whatever_the_poll_it_dies_in_none_is_recorded_twice(home, dies, point):
    home.watch(*(f"s{n}" for n in range(6)))
    dies(point)
    process = home.start()
    home.until(lambda: len({row.source_id for row in home.store.history.polls()}) == 6, process)
    home.goes_on(process)
    assert each_poll_once(home)


def test_killed_in_the_first_migration_the_next_start_completes_it(home, dies):
    home.database.unlink()
    home.watch("one")
    dies("migrate.middle")
    with closing(sqlite3.connect(home.database)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    process = home.start()
    home.until(lambda: "daemon started" in home.tail(), process)
    home.until(home.polls, process)
    assert home.store.check() == ()


@pytest.fixture
def followed(home, web):
    """A list whose documents are followed, with a new entry since it was last looked at."""

    def listing(*new):
        rows = "".join(
            f"<li><h3><a href='/files/{name}.html'>Report on {name} in the city</a></h3><p>Public version.</p></li>"
            for name in (*new, "cameras", "drones", "registers", "number plates", "visas", "parole", "tax checks")
        )
        return Answer(f"<html lang=en><title>Reports</title><main><h1>Reports</h1><ul>{rows}</ul></main>".encode())

    web.pages["list.example/"] = listing()
    web.pages["list.example/files/faces.html"] = Answer(page("faces"))
    home.sources.append({
        "id": "list", "name": "The reports", "url": "http://list.example/", "interval": 240, "watch_as": "listing",
        "status": "index", "follow": "documents",
    })  # fmt: skip
    home.warm()
    web.pages["list.example/"] = listing("faces")


@pytest.mark.story
@pytest.mark.parametrize("point", ["claim.after_commit:2", "record.after_body:2", "record.before_commit:2"])
def test_killed_while_a_document_behind_an_entry_is_fetched_it_is_fetched_by_the_next_daemon_once(
    home, web, followed, dies, point
):
    dies(point)
    (waits,) = home.store.documents.of("list")
    assert (waits.state, waits.sha256) == (DocumentState.WAITING, "")
    process = home.start()
    home.until(lambda: home.store.documents.of("list")[0].state is DocumentState.KEPT, process)
    home.goes_on(process)
    (kept,) = home.store.documents.of("list")
    assert home.store.bodies.get(kept.sha256) == web.pages["list.example/files/faces.html"].body
    assert len([s for s in home.store.history.snapshots("list") if s.url == kept.url]) == 1
    assert [c.id for c in home.store.history.changes()] == [kept.change]
    assert each_poll_once(home)


@pytest.mark.story
def test_killed_with_a_new_entry_unrecorded_its_document_is_found_again(home, followed, dies):
    dies("record.before_commit:1")
    assert home.store.documents.of("list") == ()
    process = home.start()
    home.until(lambda: [d.state for d in home.store.documents.of("list")] == [DocumentState.KEPT], process)
