"""Bodies: the bytes come back, whatever becomes of their neighbours."""

import hashlib
import random
import sqlite3
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import DamagedError, StorageError
from monitor.store.bodies import Bodies
from monitor.store.chains import LARGEST_BASE, pack, unpack
from monitor.store.engine import Database
from monitor.store.polls import Polls


def rows(path, sql, *values):
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(sql, values).fetchall()


def edits(number, size=4000):
    """Versions of one page: a paragraph more, a word less."""
    chance = random.Random(7)
    vocabulary = [f"word{n:x}" for n in range(3000)]
    words = [chance.choice(vocabulary) for _ in range(size // 8)]
    for n in range(number):
        words[chance.randrange(len(words))] = f"version{n}"
        yield " ".join(words).encode()


@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=8), st.data())
def test_packing_against_any_base_gives_the_same_bytes(bodies, data):
    base = b""
    for body in bodies:
        mixed = data.draw(st.sampled_from([body, base + body, body + base]))
        assert unpack(pack(mixed, base), len(mixed), base) == mixed
        base = mixed if len(mixed) >= 64 else b""


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.tuples(st.booleans(), st.binary(min_size=0, max_size=400)), min_size=1, max_size=26))
def test_every_body_of_a_source_comes_back_byte_for_byte(tool, world, pieces):
    source = f"s{len(tool.store.sources.all())}"
    tool.store.sources.sync(world.watch_list(*(s.source for s in tool.store.sources.all()), source), world.start)
    body, kept = b"", {}
    for append, piece in pieces:
        body = body + piece if append else piece + body[: len(body) // 2]
        recorded = tool.poll(source, body)
        kept[recorded.snapshot_id] = body
    for snapshot_id, expected in kept.items():
        assert tool.store.bodies.get(tool.store.history.snapshot(snapshot_id).sha256) == expected
    assert tool.store.bodies.verify() == ()


@pytest.mark.slow
def test_every_sixty_fourth_body_is_a_full_copy_and_none_is_read_through_more_than_seven(tool, path):
    tool.follow("coc")
    for body in edits(67):
        tool.poll("coc", body)
    links = rows(path, "SELECT place, depth FROM body ORDER BY rowid")
    assert links == [*((n, n.bit_count()) for n in range(64)), (0, 0), (1, 1), (2, 1)]
    assert max(depth for _, depth in links) == 6
    assert tool.store.bodies.verify() == ()


def test_a_chain_of_an_earlier_version_is_read_on_and_a_new_one_begins(tool, path):
    """Each body stood on the one before it, twenty in a row."""
    tool.follow("coc")
    kept = list(edits(5))
    for body in kept[:3]:
        tool.poll("coc", body)
    names = [sha256 for (sha256,) in rows(path, "SELECT sha256 FROM body ORDER BY rowid")]
    for n in (1, 2):
        packed = pack(kept[n], kept[n - 1])
        rows(path, "UPDATE body SET zstd = ?, base_sha256 = ?, depth = ?, place = 0 WHERE sha256 = ?",
             packed, names[n - 1], n, names[n])  # fmt: skip
    for body in kept[3:]:
        tool.poll("coc", body)
    assert rows(path, "SELECT place, depth FROM body ORDER BY rowid") == [(0, 0), (0, 1), (0, 2), (0, 0), (1, 1)]
    assert [tool.store.bodies.get(hashlib.sha256(body).hexdigest()) for body in kept] == kept


def test_a_small_edit_of_a_page_takes_little_room(tool, path):
    tool.follow("coc")
    for body in edits(2, size=200_000):
        tool.poll("coc", body)
    (full,), (delta,) = rows(path, "SELECT length(zstd) FROM body ORDER BY depth")
    assert delta < full / 50


def test_a_body_is_stored_once_whoever_shows_it(tool, path):
    tool.follow("a", "b")
    first, second = tool.poll("a", b"shared"), tool.poll("b", b"shared")
    assert first.snapshot_id != second.snapshot_id
    assert rows(path, "SELECT count(*) FROM body") == [(1,)]


def test_addresses_of_one_source_have_chains_of_their_own(tool, world, path):
    tool.follow("coc")
    for n in range(2):
        order = tool.claim("coc", world.start + world.lease * (n + 1) * 400)
        page = world.look(order, b"<html>" + b"page " * 50 + str(n).encode())
        pdf = world.look(order, b"%PDF-" + b"data " * 50 + str(n).encode(), place=1, url="https://b.be/x.pdf")
        tool.store.polls.record(world.intent(order, page, pdf))
    bases = dict(rows(path, "SELECT sha256, base_sha256 FROM body WHERE base_sha256 IS NOT NULL"))
    starts = {tool.store.bodies.get(new)[:5]: tool.store.bodies.get(base)[:5] for new, base in bases.items()}
    assert starts[b"<html"] == b"<html"
    assert starts[b"%PDF-"] == b"%PDF-"


def test_a_huge_body_is_no_base(tool, path):
    tool.follow("coc")
    tool.poll("coc", bytes(LARGEST_BASE + 1))
    tool.poll("coc", b"after it" * 20)
    assert rows(path, "SELECT DISTINCT depth FROM body") == [(0,)]


def test_a_body_never_stored_is_a_key_error(store):
    with pytest.raises(KeyError):
        store.bodies.get("0" * 64)


def test_a_damaged_base_is_named_with_the_snapshots_it_affects_and_the_others_read_on(tool, path):
    tool.follow("hit", "spared")
    hit = [tool.poll("hit", body).snapshot_id for body in edits(3)]
    spared = tool.poll("spared", b"another page" * 20)
    base = tool.store.history.snapshot(hit[0]).sha256
    rows(path, "UPDATE body SET zstd = CAST(substr(zstd, 1, 200) AS BLOB) WHERE sha256 = ?", base)
    damages = tool.store.bodies.verify()
    assert sorted(n for d in damages for n in d.snapshots) == hit
    assert {s for d in damages for s in d.sources} == {"hit"}
    with pytest.raises(DamagedError, match="cannot be read"):
        tool.store.bodies.get(tool.store.history.snapshot(hit[2]).sha256)
    assert tool.store.bodies.get(tool.store.history.snapshot(spared.snapshot_id).sha256) == b"another page" * 20


def test_nothing_new_is_built_on_a_damaged_base(tool, path):
    tool.follow("coc")
    tool.poll("coc", b"first version " * 20)
    rows(path, "UPDATE body SET zstd = x'00'")
    recorded = tool.poll("coc", b"second version " * 20)
    sha256 = tool.store.history.snapshot(recorded.snapshot_id).sha256
    assert tool.store.bodies.get(sha256) == b"second version " * 20


def test_a_body_swapped_for_another_is_noticed(tool, path):
    tool.follow("coc")
    tool.poll("coc", b"what was said")
    rows(path, "UPDATE body SET zstd = ?, size = 9", pack(b"something"))
    (snapshot,) = tool.store.history.snapshots("coc")
    with pytest.raises(DamagedError, match="no longer what was stored"):
        tool.store.bodies.get(snapshot.sha256)
    assert [d.sha256 for d in tool.store.bodies.verify()] == [snapshot.sha256]


@pytest.mark.parametrize("packer", [lambda body, base: pack(b"lies"), lambda body, base: b"no zstd at all"])
def test_a_body_that_does_not_read_back_is_not_committed(tool, world, path, packer):
    tool.follow("coc")
    database = Database(path)
    polls = Polls(database, Bodies(database, packer))
    order = tool.claim("coc")
    with pytest.raises(StorageError, match="did not read back"):
        polls.record(world.intent(order, world.look(order, b"the truth"), changes=(world.change("coc"),)))
    database.close()
    assert tool.store.history.polls() == ()
    assert tool.store.history.changes() == ()
    assert rows(path, "SELECT count(*) FROM body") == [(0,)]
