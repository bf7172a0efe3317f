"""A stored page behind glass: nothing of it runs, in a real browser (rows 45 and 46, T11)."""

import socket
import threading

import pytest

from monitor.web.replay import defused

HOSTILE_PAGE = """<!doctype html><html manifest="ELSEWHERE/m"><head>
<title>Taken over</title>
<meta http-equiv="refresh" content="0;url=ELSEWHERE/refresh">
<meta http-equiv="refresh" content="0;url=javascript:alert(1)">
<base href="ELSEWHERE/">
<link rel="preconnect" href="ELSEWHERE"><link rel="dns-prefetch" href="//tracker.invalid">
<link rel="stylesheet" href="ELSEWHERE/a.css"><link rel="prefetch" href="ELSEWHERE/p">
<link rel="modulepreload" href="ELSEWHERE/m.js"><link rel="icon" href="ELSEWHERE/i.png">
<style>@import url("ELSEWHERE/b.css"); body { background: url(ELSEWHERE/beacon); }
@font-face { font-family: f; src: url(ELSEWHERE/f.woff); } p { font-family: f; }</style>
<script>alert(1); top.document.title = "Taken over"; fetch("ELSEWHERE/x");
navigator.sendBeacon("ELSEWHERE/s"); window.open("ELSEWHERE/w"); top.location = "ELSEWHERE/top";</script>
<script src="ELSEWHERE/evil.js"></script><script type="module">import "ELSEWHERE/mod.js"</script>
</head><body onload="alert(2)" background="ELSEWHERE/bg">
<p>The body asks for a ban.</p>
<img src="ELSEWHERE/i" onerror="alert(3)" srcset="ELSEWHERE/i2 2x"><svg onload="alert(4)"><image href="ELSEWHERE/svg"/>
<script>alert(5)</script></svg>
<iframe src="ELSEWHERE/frame"></iframe><iframe srcdoc="<script>alert(6)</script>"></iframe>
<object data="ELSEWHERE/o"></object><embed src="ELSEWHERE/e">
<video src="ELSEWHERE/v" poster="ELSEWHERE/poster" autoplay></video><audio src="ELSEWHERE/a" autoplay></audio>
<form action="ELSEWHERE/form" method="post"><input autofocus onfocus="alert(7)" name="a">
<button id="go">Go</button></form>
<a href="javascript:alert(8)" id="script-link">click</a>
<a href="ELSEWHERE/out" ping="ELSEWHERE/ping" id="out">out</a>
<details open ontoggle="alert(9)"><summary>x</summary></details>
<marquee onstart="alert(10)">x</marquee><x-y style="animation: k" onanimationstart="alert(11)"></x-y>
<p style="background-image: url(ELSEWHERE/style)">styled</p>
</body></html>"""


class Canary:
    """Somebody else's server: whoever connects to it, even without asking for anything, is counted."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def canary():
    made = Canary()
    yield made
    made.close()


@pytest.fixture
def hostile(site, canary):
    from lived import NOW, Past

    pages, body = site("lived"), HOSTILE_PAGE.replace("ELSEWHERE", canary.address).encode()
    Past(pages.store, pages.app.clock).look("wallonia", "", body=body)
    pages.app.clock.set(NOW)
    (row,) = [row for row in pages.store.history.snapshots("wallonia") if row.size == len(body)]
    return pages, row.id, body


def check_dead(watched, canary, address):
    """Nothing was asked of anybody else, said, or opened. Chromium reports as requests what a policy then forbade, so
    connections are counted.
    """
    watched.page.wait_for_load_state("networkidle")
    watched.page.wait_for_timeout(400)
    assert canary.connections == 0
    assert watched.dialogs == watched.opened == []
    assert watched.page.url == address


def test_the_canary_hears_a_page_that_is_not_behind_glass(canary, open_page):
    watched = open_page()
    watched.page.set_content(HOSTILE_PAGE.replace("ELSEWHERE", canary.address))
    watched.page.wait_for_timeout(400)
    assert canary.connections > 0
    assert watched.dialogs != []


def test_a_hostile_page_behind_glass_does_nothing(hostile, canary, serve, open_page):
    pages, number, _ = hostile
    address = f"{serve(pages)}/kept/{number}"
    watched = open_page()
    watched.page.goto(address)
    watched.page.locator("iframe.kept").scroll_into_view_if_needed()
    watched.page.frame_locator("iframe.kept").get_by_text("The body asks for a ban.").wait_for()
    check_dead(watched, canary, address)
    assert watched.page.title().startswith("Kept copy")


def test_its_links_buttons_and_forms_are_dead(hostile, canary, serve, open_page):
    pages, number, _ = hostile
    address = f"{serve(pages)}/kept/{number}"
    watched = open_page()
    watched.page.goto(address)
    frame = watched.page.frame_locator("iframe.kept")
    for what in ("#script-link", "#go", "#out"):
        frame.locator(what).click()
        check_dead(watched, canary, address)


def test_on_its_own_in_a_tab_it_does_nothing_either(hostile, canary, serve, open_page):
    pages, number, _ = hostile
    address = f"{serve(pages)}/kept/{number}/page"
    watched = open_page()
    watched.page.goto(address)
    check_dead(watched, canary, address)
    assert watched.page.evaluate("origin") == "null"


def test_the_exact_bytes_are_saved_and_never_opened(hostile):
    pages, number, body = hostile
    answer = pages.get(f"/kept/{number}/file")
    assert answer.content == body
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")


def test_the_glass_is_a_policy_on_the_answer_itself(hostile):
    pages, number, _ = hostile
    policy = pages.get(f"/kept/{number}/page").headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in policy


@pytest.mark.parametrize(
    "markup",
    ["<script>", "<SCRIPT src=x>", "<script/x>", "<script\n>", "</script>", "<link rel=preconnect href=//x>",
     "<base href=//x>", "<meta http-equiv=refresh content=0>", "<iframe\tsrc=//x>", "<scr\x00ipt>",
     "<form action=//x>"],
)  # fmt: skip
def test_elements_that_act_are_taken_out_of_play(markup):
    assert b"<x-" in defused(markup.encode(), "text/html") or b"</x-" in defused(markup.encode(), "text/html")


@pytest.mark.parametrize(
    "markup", ["<p>a <b>b</b>", "a < b", "<h1 style='x'>", "<scripture>", "<basement>", "<header>"]
)
def test_everything_else_stays_as_it_is(markup):
    assert defused(markup.encode(), "text/html").decode().startswith(markup)


@pytest.mark.parametrize(
    "link", ["<a href=//x>", "<a\nHREF = '//x'>", '<a title="a"href="//x">', "<use xlink:href=//x>"]
)
def test_links_lead_nowhere_but_within_the_page(link):
    assert b"x-" in defused(link.encode(), "text/html").partition(b"<style>")[0]
    inside = link.replace("//x", "#note")
    assert defused(inside.encode(), "text/html").decode().startswith(inside)


def test_another_encoding_hides_nothing():
    assert b"<x-script>" in defused("<script>".encode("utf-16"), "text/html; charset=utf-16")
