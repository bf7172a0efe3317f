"""kill -9 at any moment, again and again: everything that changed is told, nothing is told twice."""

import itertools
import random
import time
from collections import Counter

import pytest

from monitor.model import DeliveryState

SOURCES = 40
MOST_AT_A_TIME = 6
PAUSE = 0.02
"""Between two of the ten drops of a page, so that there is always something to kill."""


class Oracle:
    """What the pages say, and so what must be told."""

    def __init__(self, home, chance):
        self.home, self.chance = home, chance
        self.versions = {f"s{n:02d}": 1 for n in range(SOURCES)}

    def told(self):
        return Counter(row[0] for row in self.home.query("SELECT source_id FROM change WHERE told"))

    def edit(self):
        """Some pages change, none whose last change is not told yet: between two looks nobody could see it."""
        told = self.told()
        ready = [name for name, version in self.versions.items() if told[name] == version - 1]
        for name in self.chance.sample(ready, min(len(ready), self.chance.randint(0, MOST_AT_A_TIME))):
            self.versions[name] += 1
            self.home.change(name, self.versions[name], pause=PAUSE)

    def expected(self):
        return {name: version - 1 for name, version in self.versions.items() if version > 1}


def live_and_die(home, mail, kills, seed):
    """A run with so many kills, then one daemon that may finish. Returns what the pages did."""
    oracle = Oracle(home, random.Random(seed))
    environment = {**mail.environment, "MONITOR_MAX_POLLS": "16", "MONITOR_HOST_GAP": "500ms"}
    for _ in range(kills):
        process = home.start(environment=environment)
        oracle.edit()
        if oracle.chance.random() < 0.8:
            # Mostly at work, else on the way there.
            before = len(home.web.asked)
            home.until(lambda seen=before: len(home.web.asked) > seen, process)
        time.sleep(oracle.chance.uniform(0, 0.7))
        process.kill()
        home.exit_code(process)
    oracle.edit()
    process = home.start(environment=environment)
    home.until(lambda: oracle.told() == oracle.expected(), process)
    home.until(lambda: not home.store.outbox.pending(home.now()).oldest and untold(home) == 0, process)
    home.goes_on(process, 2 * SOURCES)
    home.stop(process)
    return oracle


def untold(home):
    sql = (
        "SELECT count(*) FROM change WHERE told AND NOT EXISTS (SELECT 1 FROM digest_item WHERE item = 'change:' || id)"
    )
    return home.query(sql.replace("|| id", "|| change.id"))[0][0]


def judge(home, mail, oracle, kills):
    store = home.store
    cut_off = home.query("SELECT (SELECT sum(token) FROM source) - (SELECT count(*) FROM poll)")[0][0]
    assert cut_off >= kills, "the kills hit looks under way"
    changes = store.history.changes(limit=10_000)
    assert Counter(c.source_id for c in changes if c.told) == oracle.expected()
    for name, count in oracle.expected().items():
        # Each change is the next number; none was skipped, none was seen twice.
        hashes = [(c.old_sha256, c.new_sha256) for c in reversed(changes) if c.source_id == name]
        assert len(set(hashes)) == count
        assert all(old[1] == new[0] for old, new in itertools.pairwise(hashes))
    assert home.query("SELECT 1 FROM poll GROUP BY source_id, token HAVING count(*) > 1") == []
    assert home.query("SELECT 1 FROM digest_item GROUP BY subscriber_id, item HAVING count(*) > 1") == []
    assert home.query("SELECT count(*) FROM source WHERE lease_owner IS NOT NULL") == [(0,)]
    assert store.check() == ()
    # Every message arrived; what arrived twice is the same message, at most once for each kill.
    rows = [row for row in store.outbox.deliveries(limit=10_000) if row.message_id in set(mail.ids)]
    assert {row.state for row in rows} == {DeliveryState.SENT}
    twice = Counter(mail.ids)
    assert set(twice) == {row.message_id for row in rows}
    again = sum(twice.values()) - len(twice)
    assert again <= kills
    told, happened = sum(c.told for c in changes), sum(oracle.expected().values())
    return (
        f"{kills} kills at random, {SOURCES} sources: {told} changes told of {happened} that happened, {cut_off} looks "
        f"cut off and repeated, {len(twice)} messages, {again} of them sent again under the same Message-ID"
    )


def prepared(home):
    home.subscribe("reader@example.org")
    home.watch(*(f"s{n:02d}" for n in range(SOURCES)), interval=450)
    home.warm()
    for answer in home.web.pages.values():
        answer.pause = PAUSE


@pytest.mark.story
def test_fifteen_random_kills_lose_nothing_and_tell_nothing_twice(home, mail, record_property):
    prepared(home)
    record_property("figure", judge(home, mail, live_and_die(home, mail, 15, seed=15), 15))


@pytest.mark.story
def test_two_hundred_random_kills_lose_nothing_and_tell_nothing_twice(home, mail, record_property):
    prepared(home)
    record_property("figure", judge(home, mail, live_and_die(home, mail, 200, seed=200), 200))
