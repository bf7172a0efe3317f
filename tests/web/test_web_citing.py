"""How to cite a change: the copy, the time and the hash of one look; and how old everything is that the pages say."""

import hashlib
import re
from dataclasses import replace
from datetime import timedelta

import lived
import pytest

from monitor.model import Outcome, Severity


def body(words, turn):
    """The same text in bytes that turn at each look."""
    return f"<!doctype html><h1>A page</h1><p>{words}</p><!-- {turn} -->".encode()


@pytest.fixture
def turning(pages):
    """A page whose bytes turn at every look; its text changed once, first seen at look 4 and confirmed at look 5."""
    past, start = lived.Past(pages.store, pages.app.clock), lived.NOW
    seen = []
    for turn in range(7):
        pages.app.clock.set(start + turn * lived.HOUR)
        raw = body("old" if turn < 4 else "new", turn)
        more = {}
        if turn == 5:
            change = past.change(Severity.SUBSTANTIVE, "wallonia")
            change = replace(change, first_seen=seen[4][0], confirmed_at=pages.app.clock.now() + timedelta(seconds=31),
                             last_unchanged=seen[3][0])  # fmt: skip
            more = {"changes": (change,), "outcome": Outcome.CHANGED}
        past.look("wallonia", raw.decode(), body=raw, **more)
        poll = pages.store.history.polls("wallonia", 1)[0]
        seen.append((poll.finished_at, hashlib.sha256(raw).hexdigest()))
    return pages, seen


def test_each_hash_is_cited_with_the_time_at_which_these_bytes_were_seen(turning):
    pages, seen = turning
    change = next(
        c for c in pages.store.history.changes(source="wallonia", limit=5) if c.severity is Severity.SUBSTANTIVE
    )
    text = pages.get(f"/changes/{change.id}").text
    cite = re.search(r'id="cite"[^>]*>(.*?)</div>', text, re.DOTALL)[1]
    cited = re.findall(r"([0-9-]{10} [0-9:]{8}) \(UTC\): copy (\d+), SHA-256 ([0-9a-f]{64})", cite)
    wanted = [(f"{at:%Y-%m-%d %H:%M:%S}", sha) for at, sha in (seen[3], seen[4])]
    assert [(at, sha) for at, _, sha in cited] == wanted
    assert [pages.store.history.snapshot(int(number)).sha256 for _, number, _ in cited] == [sha for _, sha in wanted]


def test_a_change_whose_looks_are_not_kept_is_cited_by_its_times_alone(pages):
    (change,) = pages.store.history.changes(source="coc-home", limit=1)
    lonely = replace(change, source_id="oecd-api")
    assert pages.store.history.witnesses(lonely) == (None, None)


# --- how old what the pages say is -----------------------------------------------------------------------------------


def test_as_of_is_the_last_look_and_not_the_click(pages):
    pages.app.clock.set(lived.NOW + 9 * lived.HOUR)
    assert pages.store.series.pace()[1] < lived.NOW
    text = re.sub(r"<[^>]+>", "", pages.get("/coverage").text)
    assert "As of Mon 23 Nov 2026, 08:00, after" in text or "As of Mon 23 Nov 08:00, after" in text


@pytest.mark.parametrize("path", ["/", "/coverage", "/sources", "/sources/coc-home", "/changes/1", "/feeds", "/health"])
def test_an_overdue_daemon_is_a_bar_on_every_page(pages, path):
    assert "What is shown here is old" not in pages.get(path).text
    pages.app.clock.set(lived.NOW + 3 * lived.DAY)
    assert "What is shown here is old: the last look at a source was on" in pages.get(path).text
