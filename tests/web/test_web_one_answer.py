"""One answer everywhere: the page, its table, the API, the command, mails, webhooks, feeds and metrics of one home."""

import csv
import io
import json
import re
from collections import Counter
from email import policy
from email.parser import BytesParser
from html import unescape

import lived
import pytest

from monitor.cli import main
from monitor.config import load_citations
from monitor.mailing.compose import Composer
from monitor.messages import Renderer, Sender
from monitor.messages.payload import pack_json
from monitor.model import Event, EventKind, Frequency, Memory, QuoteState, StandingNotice, Subscriber
from monitor.model.review import ReviewState
from monitor.model.verdict import Verdict
from monitor.text.quotes import quote_key

NOTICE = StandingNotice("archived", "This page was archived on 3 May 2024.", "k")


@pytest.fixture
def standing(pages):
    """170 lost its passage, 148 is archived, 145 is blocked, 175 cannot be watched; and the last look is this one."""
    past = lived.Past(pages.store, pages.app.clock)
    at = lived.NOW
    memory = Memory(looks=9, first_good=at, told_since=at, quotes={quote_key(lived.BAN): QuoteState.MISSING})
    past.look("coc-home", "No ban.", memory=memory)
    past.look("wallonia", "Rien.", memory=Memory(looks=9, first_good=at, told_since=at, standing=(NOTICE,)))
    return pages


@pytest.fixture
def command(standing, capsys, monkeypatch):
    """`monitor citations` on the same home."""
    monkeypatch.setenv("MONITOR_HOME", str(standing.app.settings.home))

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(["citations", *arguments])
        assert end.value.code == 1
        return capsys.readouterr().out

    return run


def shown(text):
    """The words of a page, its markup away."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


VERDICTS = {145: "unseen", 148: "withdrawn", 170: "passage_gone", 175: "unwatched"}
ANSWER = "0 of 4 footnotes stand. 2 have to be looked at: 148 and 170. Of 2 nothing can be said: 145 and 175."


def test_the_page_says_it(standing):
    text = standing.get("/coverage").text
    assert ANSWER in shown(text)
    words = standing.house.wording["en"].mail
    for footnote, verdict in VERDICTS.items():
        assert f'title="{footnote}: {words(f"verdict.{verdict}")}"' in text
    legend = re.findall(r'<span class="verdict \w+">.*?</svg> ([^<]+)</span> <span class="soft">(\d+)</span>', text)
    assert {word: int(count) for word, count in legend} == {words(f"verdict.{v}"): 1 for v in VERDICTS.values()}
    assert "archived: “This page was archived on 3 May 2024.”" in shown(text)


def test_the_table_says_it_in_the_same_words(standing):
    table = list(csv.DictReader(io.StringIO(standing.get("/coverage.csv").content.decode("utf-8-sig"))))
    assert {int(row["footnote"]): row["footnote_state"] for row in table} == VERDICTS
    words = standing.house.wording["en"].mail
    assert all(row["state_in_words"] == words(f"verdict.{row['state']}") for row in table)
    assert {row["answer"] for row in table if row["state"] == "withdrawn"} == {"look"}


def test_the_api_says_it_and_its_counts_add_up(standing):
    answer = standing.get("/api/v1/citations").json()
    assert {item["footnote"]: item["footnote_state"] for item in answer["items"]} == VERDICTS
    counts = answer["counts"]
    assert counts["text"] == ANSWER
    assert {name: n for name, n in counts["verdicts"].items() if n} == Counter(VERDICTS.values())
    assert counts["answers"] == {"look": 2, "unknown": 2, "stands": 0}
    assert sum(counts["verdicts"].values()) == sum(counts["answers"].values()) == counts["footnotes"] == 4


def test_the_command_says_it(standing, command):
    rows = json.loads(command("--json"))
    assert {row["footnote"]: row["footnote_state"] for row in rows} == VERDICTS
    out = command()
    assert ANSWER in " ".join(out.split())
    words = standing.house.wording["en"].mail
    assert all(f"{words(f'verdict.{verdict}')} 1" in " ".join(out.split()) for verdict in VERDICTS.values())


def test_mails_and_webhooks_say_it(standing):
    reader = standing.store.subscribers.add(
        Subscriber(0, "reader@example.org", frequency=Frequency.DAILY, created_at=lived.NOW)
    )
    sender = Sender("watch@example.org")
    citations = load_citations(standing.app.settings.home)
    first = Composer(standing.store, Renderer(sender), citations).preview(reader, lived.NOW)
    mail = BytesParser(policy=policy.default).parsebytes(Renderer(sender).render(first).mime)
    plain = " ".join(mail.get_body(("plain",)).get_content().split())
    assert ANSWER in plain
    words = standing.house.wording["en"].mail
    counts = "; ".join(f"{words(f'verdict.{v}')} 1" for v in Verdict if v in VERDICTS.values())
    assert f"{counts}. As of Mon 23 Nov 2026, 10:00, the last look at a source." in plain
    assert ANSWER in shown(mail.get_body(("html",)).get_content())
    payload = json.loads(pack_json(first, words, sender).mime)
    assert payload["data"]["standing"]["text"] == ANSWER
    assert payload["data"]["standing"]["answers"] == {"look": 2, "unknown": 2, "stands": 0}


def test_feeds_and_metrics_say_it(standing):
    assert ANSWER in standing.get("/feeds/all.atom").text
    lines = standing.get("/metrics").text.splitlines()
    for verdict in Verdict:
        assert f'footnote_watch_footnotes{{state="{verdict}"}} {Counter(VERDICTS.values())[verdict]}' in lines


def test_a_notice_called_noise_is_none_and_one_called_routine_stays(standing):
    past = lived.Past(standing.store, standing.app.clock)
    told = Event("wallonia", EventKind.STATUS_NOTICE, lived.NOW, {"notice": "archived", "line": NOTICE.line})
    memory = Memory(looks=9, first_good=lived.NOW, told_since=lived.NOW, standing=(NOTICE,))
    past.look("wallonia", "Rien!", memory=memory, events=(told,))
    store = standing.store
    (item,) = [e.id for e in store.history.events(source="wallonia", limit=9) if e.kind is EventKind.STATUS_NOTICE]
    for state, verdict in ((ReviewState.ROUTINE, "withdrawn"), (ReviewState.NOISE, "stands")):
        store.reviews.put([f"event:{item}"], state, who="Anna", now=lived.NOW)
        found = standing.get("/api/v1/citations").json()["items"]
        assert {row["state"] for row in found if row["footnote"] == 148} == {verdict}


def test_what_an_older_version_kept_counts_the_newest_notice_that_was_told(standing):
    past = lived.Past(standing.store, standing.app.clock)
    told = Event("wallonia", EventKind.STATUS_NOTICE, lived.NOW, {"notice": "withdrawn", "line": "Withdrawn."})
    past.look("wallonia", "Rien!", memory=Memory(looks=9, first_good=lived.NOW), events=(told,))
    assert standing.store.standings.seen()["wallonia"].notice.line == "Withdrawn."
    past.look("wallonia", "Rien.", memory=Memory(looks=9, first_good=lived.NOW, standing=()))
    assert standing.store.standings.seen()["wallonia"].notice is None


def test_where_a_copy_is_withheld_the_verdict_stays_and_the_words_of_the_page_go(standing):
    row = standing.store.history.snapshots("wallonia", limit=1)[0]
    standing.store.withholding.put(row.id, "a court order", who="Anna", now=lived.NOW)
    text = shown(standing.get("/coverage").text)
    assert ANSWER in text
    assert NOTICE.line not in text
    assert "archived: the page says so itself" in text
