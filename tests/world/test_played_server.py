"""The engine: what the played server says to whom, and when."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import pytest
from world.stage import World

from monitor.demo.markup import replaced
from monitor.demo.script import Down, Drop, Redirect, Reply, Scene, Script, Slow, Validators

START = datetime(2026, 1, 1, tzinfo=UTC)
HOST = "town.example"
URL = f"http://{HOST}/"


def script(*scenes, downs=()):
    return Script(START, scenes, downs)


@pytest.fixture
def look(in_world, asks):
    """Ask for some addresses, one after the other, of a world with these scenes."""

    def run(of, *urls, headers=None, method="GET", days=()):
        async def scene(world):
            got = []
            for place, url in enumerate(urls):
                if place < len(days):
                    world.clock.set(START + timedelta(days=days[place]))
                got.append(await asks(world, url, headers, method))
            return got

        return in_world(scene, script=of)

    return run


def test_a_reply_is_sent_as_scripted(look):
    reply = Reply(b"hello", status=418, content_type="text/plain", headers=(("X-Tea", "yes"),))
    (got,) = look(script(Scene(HOST, "/", reply)), URL)
    assert (got.status, got.body, got.headers["x-tea"], got.headers["content-type"]) == (
        418,
        b"hello",
        "yes",
        "text/plain",
    )
    assert got.complete


def test_the_answer_carries_the_world_s_date(look):
    (got,) = look(script(Scene(HOST, "/", Reply(b"x"))), URL, days=[2])
    assert got.headers["date"] == "Sat, 03 Jan 2026 00:00:00 GMT"


def test_the_scene_that_began_last_answers(look):
    of = script(Scene(HOST, "/", Reply(b"new"), at=3), Scene(HOST, "/", Reply(b"old")))
    assert [g.body for g in look(of, URL, URL, days=[2.9, 3])] == [b"old", b"new"]


def test_of_two_scenes_that_begin_together_the_later_in_the_script_answers(look):
    of = script(Scene(HOST, "/", Reply(b"first")), Scene(HOST, "/", Reply(b"second")))
    assert look(of, URL)[0].body == b"second"


def test_a_scene_may_begin_at_a_moment(look):
    of = script(Scene(HOST, "/", Reply(b"old")), Scene(HOST, "/", Reply(b"new"), at=START + timedelta(hours=1)))
    assert [g.body for g in look(of, URL, URL, days=[0, 1])] == [b"old", b"new"]


def test_a_scene_ends_when_it_is_told_to(look):
    of = script(Scene(HOST, "/", Reply(b"always")), Scene(HOST, "/", Reply(b"for a day"), at=1, until=2))
    assert [g.body for g in look(of, URL, URL, URL, days=[0, 1, 2])] == [b"always", b"for a day", b"always"]


def test_a_scene_for_two_looks_is_seen_twice(look):
    of = script(Scene(HOST, "/", Reply(b"good")), Scene(HOST, "/", Reply(b"bad", status=503), at=1, looks=2))
    assert [g.status for g in look(of, *[URL] * 4, days=[0, 1, 1.1, 1.2])] == [200, 503, 503, 200]


def test_a_path_nothing_is_said_about_is_not_found(look):
    assert look(script(Scene(HOST, "/", Reply(b"x"))), URL + "other")[0].status == 404


def test_robots_txt_is_not_found_unless_it_is_played(look):
    assert look(script(Scene(HOST, "/", Reply(b"x"))), URL + "robots.txt")[0].status == 404


def test_a_star_answers_every_path_nothing_else_is_said_about(look):
    of = script(Scene(HOST, "*", Reply(b"any")), Scene(HOST, "/one", Reply(b"one")))
    assert [g.body for g in look(of, URL + "one", URL + "two")] == [b"one", b"any"]


@pytest.mark.parametrize("path", ["ONE", "one?a=1", "one%2B", "one+"])
def test_a_path_is_compared_exactly_as_sent(look, path):
    assert look(script(Scene(HOST, "/one", Reply(b"x"))), URL + path)[0].status == 404


def test_a_body_may_depend_on_the_visit(look):
    of = script(Scene(HOST, "/", Reply(lambda visit: f"{visit.count} at {visit.at:%d %b}".encode())))
    assert [g.body for g in look(of, URL, URL, days=[0, 4])] == [b"1 at 01 Jan", b"2 at 05 Jan"]


def test_a_redirect_sends_its_target_unchanged(look):
    (got,) = look(script(Scene(HOST, "/", Redirect("https://other.example/a+b?c=%2f", 302))), URL)
    assert (got.status, got.headers["location"]) == (302, "https://other.example/a+b?c=%2f")


def test_a_dropped_connection_says_nothing(look):
    assert look(script(Scene(HOST, "/", Drop())), URL)[0].status == 0


def test_a_connection_may_drop_in_the_middle_of_the_body(look):
    (got,) = look(script(Scene(HOST, "/", Drop(Reply(b"0123456789"), after=4))), URL)
    assert (got.status, got.body, got.complete) == (200, b"0123", False)


def test_slow_bytes_arrive_in_full(look):
    (got,) = look(script(Scene(HOST, "/", Slow(Reply(b"x" * 50), chunk=10, pause=0.001))), URL)
    assert got.complete


def test_an_honest_tag_brings_304_until_the_bytes_change(look):
    of = script(
        Scene(HOST, "/", Reply(b"old", validators=Validators.HONEST)),
        Scene(HOST, "/", Reply(b"new", validators=Validators.HONEST), at=1),
    )
    tag = look(of, URL)[0].headers["etag"]
    again = look(of, URL, URL, headers={"If-None-Match": f'"other", W/{tag}'}, days=[0, 1])
    assert [(g.status, g.body) for g in again] == [(304, b""), (200, b"new")]


def test_an_honest_date_brings_304_until_the_bytes_change(look):
    of = script(
        Scene(HOST, "/", Reply(b"old", validators=Validators.HONEST)),
        Scene(HOST, "/", Reply(b"new", validators=Validators.HONEST), at=1),
    )
    since = look(of, URL)[0].headers["last-modified"]
    again = look(of, URL, URL, headers={"If-Modified-Since": since}, days=[0, 1])
    assert [g.status for g in again] == [304, 200]


def test_a_tag_outranks_a_date(look):
    of = script(Scene(HOST, "/", Reply(b"x", validators=Validators.HONEST)))
    since = look(of, URL)[0].headers["last-modified"]
    assert look(of, URL, headers={"If-None-Match": '"no"', "If-Modified-Since": since})[0].status == 200


def test_a_date_that_is_none_is_ignored(look):
    of = script(Scene(HOST, "/", Reply(b"x", validators=Validators.HONEST)))
    assert look(of, URL, headers={"If-Modified-Since": "yesterday"})[0].status == 200


def test_a_page_made_at_each_visit_has_an_honest_tag_and_no_date(look):
    of = script(Scene(HOST, "/", Reply(lambda visit: b"%d" % visit.count, validators=Validators.HONEST)))
    first, second = look(of, URL, URL)
    assert first.headers["etag"] != second.headers["etag"]
    assert "last-modified" not in first.headers


def test_a_stuck_tag_lies(look):
    of = script(
        Scene(HOST, "/", Reply(b"old", validators=Validators.STUCK)),
        Scene(HOST, "/", Reply(b"new", validators=Validators.STUCK), at=1),
    )
    tag = look(of, URL)[0].headers["etag"]
    assert look(of, URL, headers={"If-None-Match": tag}, days=[1])[0].status == 304
    assert look(of, URL, days=[1])[0].body == b"new"


def test_a_churning_tag_is_new_each_time(look):
    of = script(Scene(HOST, "/", Reply(b"same", validators=Validators.CHURNING)))
    first, second = look(of, URL, URL)
    assert first.headers["etag"] != second.headers["etag"]


def test_only_a_page_that_is_there_can_be_unmodified(look):
    of = script(Scene(HOST, "/", Reply(b"x", status=404, validators=Validators.HONEST)))
    tag = look(of, URL)[0].headers["etag"]
    assert look(of, URL, headers={"If-None-Match": tag})[0].status == 404


def test_a_compressed_page_is_compressed_only_for_who_accepts_it(look):
    of = script(Scene(HOST, "/", Reply(b"x" * 500, gzip=True)))
    plain, packed = look(of, URL)[0], look(of, URL, headers={"Accept-Encoding": "br, gzip"})[0]
    assert plain.body == b"x" * 500
    assert (packed.headers["content-encoding"], packed.body[:2]) == ("gzip", b"\x1f\x8b")


def test_head_brings_the_head(look):
    (got,) = look(script(Scene(HOST, "/", Reply(b"hello"))), URL, method="HEAD")
    assert (got.status, got.headers["content-length"], got.body) == (200, "5", b"")


def test_nothing_is_played_for_other_methods(look):
    assert look(script(Scene(HOST, "/", Reply(b"x"))), URL, method="POST")[0].status == 405


def test_a_request_is_logged_as_it_was_sent(in_world, asks):
    async def scene(world):
        await asks(world, f"https://{HOST}/A+b?Q=%20", {"User-Agent": "a program"})
        return world.requests

    (asked,) = in_world(scene, script=script(Scene(HOST, "*", Reply(b"x"))))
    assert (asked.url, asked.status, asked.secure) == (f"https://{HOST}/A+b?Q=%20", 200, True)
    assert (asked.header("user-agent"), asked.header("cookie"), asked.at) == ("a program", "", START)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"hello\r\nHost: town.example\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n", b"HTTP/1.1 421 Misdirected Request"),
    ],
)
def test_what_is_no_request_of_ours_is_refused(in_world, words, line):
    async def scene(world):
        (address,) = await world.resolver.resolve(HOST, 80)
        reader, writer = await asyncio.open_connection(*address)
        writer.write(words)
        answer = await reader.read(-1)
        writer.close()
        return answer

    assert in_world(scene, script=script(Scene(HOST, "/", Reply(b"x")))).startswith(line)


def test_a_head_without_end_is_cut_off(in_world):
    async def scene(world):
        (address,) = await world.resolver.resolve(HOST, 80)
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000)
        try:
            return await reader.read(-1)
        except ConnectionError:
            return b""
        finally:
            writer.close()

    assert in_world(scene, script=script(Scene(HOST, "/", Reply(b"x")))) == b""


def test_a_connection_may_serve_several_requests_when_it_is_allowed_to(in_world):
    async def scene(world):
        (address,) = await world.resolver.resolve(HOST, 80)
        reader, writer = await asyncio.open_connection(*address)
        bodies = []
        for _ in range(2):
            writer.write(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
            bodies.append(await reader.readexactly(1))
        writer.close()
        return bodies

    of = script(Scene(HOST, "/", Reply(lambda visit: b"%d" % visit.count)))
    assert in_world(scene, script=of, keep_alive=True) == [b"1", b"2"]


def test_stopping_closes_connections_that_wait(in_world):
    async def scene(world):
        (address,) = await world.resolver.resolve(HOST, 80)
        reader, writer = await asyncio.open_connection(*address)
        await asyncio.sleep(0.01)
        await world.stop()
        left = await reader.read(-1)
        writer.close()
        return left

    assert in_world(scene, script=script(Scene(HOST, "/", Reply(b"x")))) == b""


def test_names_are_found_whatever_their_case(in_world):
    async def scene(world):
        plain = await world.resolver.resolve("Town.Example.", 80)
        secure = await world.resolver.resolve(HOST, 443)
        return {*plain, *secure} == world.guard_exceptions and plain != secure

    assert in_world(scene, script=script(Scene(HOST, "/", Reply(b"x"))))


@pytest.mark.parametrize(("host", "port"), [("nowhere.example", 443), (HOST, 8080)])
def test_unknown_names_and_ports_are_errors_of_the_resolver(in_world, host, port):
    async def scene(world):
        with pytest.raises(socket.gaierror):
            await world.resolver.resolve(host, port)
        return world.lookups

    assert in_world(scene, script=script(Scene(HOST, "/", Reply(b"x")))) == [(START, host)]


def resolves(in_world, of, days, hosts):
    async def scene(world: World):
        answers = []
        for day, host in zip(days, hosts, strict=True):
            world.clock.set(START + timedelta(days=day))
            try:
                await world.resolver.resolve(host, 80)
            except socket.gaierror:
                answers.append(False)
            else:
                answers.append(True)
        return answers

    return in_world(scene, script=of)


def test_a_host_dies_for_good(in_world):
    of = script(Scene(HOST, "/", Reply(b"x")), Scene("b.example", "/", Reply(b"x")), downs=(Down(HOST, at=1),))
    assert resolves(in_world, of, [0, 1, 1, 900], [HOST, HOST, "b.example", HOST]) == [True, False, True, False]


def test_our_own_network_is_gone_for_an_hour_from_the_first_look(in_world):
    hour = timedelta(hours=1)
    of = script(Scene(HOST, "/", Reply(b"x")), downs=(Down("*", at=1, lasts=hour, when_noticed=True),))
    days = [0.9, 1.5, 1.5 + 0.9 / 24, 1.5 + 1.1 / 24]
    assert resolves(in_world, of, days, [HOST] * 4) == [True, False, False, True]


def test_a_dead_host_does_not_answer_on_a_connection_that_is_still_open(in_world):
    async def scene(world):
        (address,) = await world.resolver.resolve(HOST, 80)
        world.clock.advance(timedelta(days=2))
        reader, writer = await asyncio.open_connection(*address)
        writer.write(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        try:
            answer = await reader.read(-1)
        except ConnectionError:
            answer = b""
        writer.close()
        return answer, world.requests[0].status

    of = script(Scene(HOST, "/", Reply(b"x")), downs=(Down(HOST, at=1),))
    assert in_world(scene, script=of) == (b"", 0)


def test_a_story_that_changes_nothing_is_an_error():
    with pytest.raises(ValueError, match="0 times"):
        replaced("some text", "words that are not there", "others")
