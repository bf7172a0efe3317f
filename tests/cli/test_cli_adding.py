"""`add`: an address becomes an entry, after two looks and never without being asked."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from monitor import config
from monitor.cli.adding import Wishes, put_on_list
from monitor.demo import Drop, Redirect, Reply, Scene, Script, Stage
from monitor.demo.pdf import typeset
from monitor.errors import ConfigError, MonitorError
from monitor.settings import Settings
from monitor.wiring import build
from monitor.worker import here

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
HOST = "www.played.example"
POLICY = (
    "<p>The supervisory body asks for a ban on facial recognition by the police until its oversight of algorithms and "
    "artificial intelligence is settled by law, and it publishes an annual report about every camera with biometric "
    "identification.</p>" * 4
)
PAGE = f"<html lang=en><title>Facial recognition:  opinion</title><main><h1>Opinion</h1>{POLICY}</main></html>".encode()
LIST = (
    "<html lang=en><title>News of the institute</title><main><h1>News</h1><ul>"
    + "".join(
        f"<li><a href=/n{n}>News item number {n} about algorithms</a> <time>{n} March 2026</time></li>"
        for n in range(1, 9)
    )
    + "</ul></main></html>"
).encode()
FEED = (
    b"<?xml version='1.0'?><rss version='2.0'><channel><title>The feed</title>"
    + b"".join(
        b"<item><title>Item %d on AI</title><link>http://www.played.example/%d</link>"
        b"<pubDate>Mon, 02 Mar 2026 05:00:00 GMT</pubDate></item>" % (n, n)
        for n in range(6)
    )
    + b"</channel></rss>"
)

PDF = typeset(["# Report\n\n" + "The institute has a report on artificial intelligence.\n\n" * 9], title="Report")


def clock(visit):
    return PAGE.replace(b"</main>", b"<p>You are visitor number %d of this page.</p></main>" % visit.count)


@pytest.fixture
def adds(home, capsys):
    """Types `add` for a path of the played site; what is said and the list afterwards."""

    def run(path, *scenes, robots=None, **wishes):
        known = {s.id for s in config.load(home / "sources.yaml").sources}

        async def play():
            made = [*scenes]
            if robots is not None:
                made.append(Scene(HOST, "/robots.txt", Reply(robots, content_type="text/plain")))
            async with Stage(Script(START, tuple(made))) as stage:
                app = build(
                    Settings(),
                    clock=stage.clock,
                    resolver=stage.resolver,
                    guard_exceptions=stage.guard_exceptions,
                    run=here,
                )
                try:
                    await put_on_list(app, Wishes(f"http://{HOST}{path}", **{"yes": True, **wishes}))
                    run.gap = stage.shortest_gap(HOST)
                finally:
                    await app.aclose()

        asyncio.run(play())
        run.said = capsys.readouterr().out
        return next((s for s in config.load(home / "sources.yaml").sources if s.id not in known), None)

    return run


def test_a_page_becomes_an_entry_with_its_title_language_topics_and_section(adds, home):
    before = (home / "sources.yaml").read_text()
    source = adds("/opinion", Scene(HOST, "/opinion", Reply(PAGE)))
    assert (source.id, source.name) == ("facial-recognition-opinion", "Facial recognition: opinion")
    assert source.url == f"http://{HOST}/opinion"
    assert (str(source.watch_as), str(source.status), source.languages) == ("page", "watch", ("en",))
    assert "facial-recognition" in source.topics
    assert source.section == "oversight"
    assert "robots.txt: allowed" in adds.said
    assert "0 differences" in adds.said
    after = (home / "sources.yaml").read_text()
    start = after.index("\n  - id: facial-recognition-opinion")
    end = after.index("- id: regions")
    assert after[:start] + after[end:] == before


def test_the_two_looks_are_as_far_apart_as_the_host_is_given(adds):
    adds("/opinion", Scene(HOST, "/opinion", Reply(PAGE)))
    assert adds.gap >= timedelta(seconds=2)


def test_what_differs_between_the_two_looks_is_shown(adds):
    adds("/opinion", Scene(HOST, "/opinion", Reply(clock)))
    assert "1 difference\n" in adds.said
    assert "- You are visitor number 1 of this page." in adds.said
    assert "+ You are visitor number 2 of this page." in adds.said


@pytest.mark.parametrize(
    ("body", "content_type", "watch", "status"),
    [
        (LIST, "text/html", "listing", "index"),
        (FEED, "application/rss+xml", "listing", "index"),
        (PDF, "application/pdf", "pdf", "document"),
        (b"A plain text about the oversight of algorithms.\n\n" * 9, "text/plain", "plain", "watch"),
    ],
    ids=["list", "feed", "pdf", "text"],
)  # fmt: skip
@pytest.mark.slow
def test_what_came_decides_how_it_is_watched(adds, body, content_type, watch, status):
    source = adds("/x", Scene(HOST, "/x", Reply(body, content_type=content_type)))
    assert (str(source.watch_as), str(source.status)) == (watch, status)
    assert source.interval == (timedelta(hours=6) if watch == "listing" else timedelta(days=1))


def test_what_is_asked_for_wins(adds):
    source = adds(
        "/opinion", Scene(HOST, "/opinion", Reply(PAGE)), section="regions", source_id="mine", name="Mine: the first",
        watch="listing", interval="12h", general=True,
    )  # fmt: skip
    assert (source.section, source.id, source.name, str(source.watch_as)) == (
        "regions",
        "mine",
        "Mine: the first",
        "listing",
    )
    assert (source.interval, source.general) == (timedelta(hours=12), True)


def test_a_permanent_redirect_gives_the_address_it_leads_to(adds):
    new = f"http://{HOST}/new"
    assert adds("/old", Scene(HOST, "/old", Redirect(new)), Scene(HOST, "/new", Reply(PAGE))).url == new


def test_a_passing_redirect_is_named_and_the_address_kept(adds):
    source = adds("/old", Scene(HOST, "/old", Redirect(f"http://{HOST}/new", 302)), Scene(HOST, "/new", Reply(PAGE)))
    assert source.url == f"http://{HOST}/old"
    assert f"Redirects, for now, to http://{HOST}/new" in adds.said


@pytest.mark.slow
def test_an_id_that_is_taken_gets_a_number(adds):
    adds("/a", Scene(HOST, "/a", Reply(PAGE)))
    assert adds("/b", Scene(HOST, "/b", Reply(PAGE))).id == "facial-recognition-opinion-2"


def test_what_robots_txt_denies_is_said_and_expected(adds):
    source = adds("/a", Scene(HOST, "/a", Reply(PAGE)), robots=b"User-agent: *\nDisallow: /\n", name="Closed")
    assert "robots.txt: denied" in adds.said
    assert str(source.expect) == "blocked"


def test_a_page_that_is_gone_is_not_added(adds, home):
    before = (home / "sources.yaml").read_bytes()
    for scene in (Scene(HOST, "/a", Reply(b"no", 404)), Scene(HOST, "/a", Drop())):
        with pytest.raises(MonitorError, match="nothing was added"):
            adds("/a", scene)
    assert (home / "sources.yaml").read_bytes() == before


def test_nothing_is_written_without_a_yes_or_in_a_dry_run(adds, home):
    before = (home / "sources.yaml").read_bytes()
    with pytest.raises(MonitorError, match="--yes adds it"):
        adds("/a", Scene(HOST, "/a", Reply(PAGE)), yes=False)
    adds("/a", Scene(HOST, "/a", Reply(PAGE)), dry_run=True)
    assert "facial-recognition-opinion" in adds.said
    assert (home / "sources.yaml").read_bytes() == before


def test_an_address_is_not_listed_twice(adds):
    adds("/a", Scene(HOST, "/a", Reply(PAGE)), Scene(HOST, "/b", Redirect(f"http://{HOST}/a")))
    for path in ("/a", "/a/", "/a#part"):
        with pytest.raises(ConfigError, match="is on the list already, as facial-recognition-opinion"):
            adds(path)
    with pytest.raises(ConfigError, match="is on the list already"):
        adds("/b", Scene(HOST, "/a", Reply(PAGE)), Scene(HOST, "/b", Redirect(f"http://{HOST}/a")))


def test_a_hostile_title_writes_no_field_and_no_escape(adds, home):
    title = "Nice\x1b[2J &#10;    watch: none&#8238; - id: x: {"
    source = adds("/a", Scene(HOST, "/a", Reply(PAGE.replace(b"Facial recognition:  opinion", title.encode()))))
    assert str(source.watch_as) == "page"
    assert source.name.isprintable()
    assert "\x1b" not in adds.said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("www.example.org/x",), "this address: has no scheme (begin it with https://)"),
        (("ftp://example.org/x",), "this address: is not an address of the web"),
        (("https://user:secret@example.org/x",), "this address: has a user name or password in it"),
        (("https://www.wallonia.invalid/ia",), "is on the list already, as wallonia"),
        (("https://x.invalid/", "--id", "wallonia"), "--id wallonia: is taken"),
        (("https://x.invalid/", "--watch", "video"), "--watch video: is not known"),
        (("https://x.invalid/", "--section", "oversigt"), "is no section of sources.yaml (did you mean oversight?)"),
    ],
)
def test_what_cannot_be_added_is_said_before_anything_is_asked(monitor, home, line, said):
    done = monitor("add", *line)
    assert (done.code, said in done.err) == (78, True), done.err
    assert "secret" not in done.said


def test_a_private_address_is_refused(monitor, home):
    done = monitor("add", "http://127.0.0.1:9/", "--yes")
    assert done.code == 1
    assert "nothing was added" in done.err
