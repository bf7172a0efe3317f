"""What goes with every answer, and the answers when something is wrong."""

import asyncio
import re
import sys

import httpx
import pytest

from monitor.errors import StorageError
from monitor.web.gate import MOST
from monitor.web.headers import KEPT_POLICY, PAGE_POLICY

GUARDS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-dns-prefetch-control": "off",
    "x-frame-options": "DENY",
}


def gets(site):
    return [path for _, path in site.routes("GET")]


@pytest.mark.slow
def test_every_answer_carries_the_headers_that_make_it_safe(pages):
    for path in [*gets(pages), "/nothing", "/kept/999", "/?before=x"]:
        answer = pages.get(path)
        policy = answer.headers["content-security-policy"]
        assert policy in {PAGE_POLICY, KEPT_POLICY}, path
        assert "default-src 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in answer.headers


def test_a_page_of_ours_is_nobodys_to_frame(pages):
    answer = pages.get("/")
    assert {name: answer.headers[name] for name in GUARDS} == GUARDS
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "camera=()" in answer.headers["permissions-policy"]


@pytest.mark.slow
def test_every_get_answers_head_alike_without_a_body(pages):
    for path in gets(pages):
        get, head = pages.get(path), pages.visitor().ask("HEAD", path)
        assert head.status_code == get.status_code, path
        assert head.content == b""
        assert head.headers.get("content-type") == get.headers.get("content-type"), path


@pytest.mark.parametrize(
    "path", ["/nothing", "/kept/0", "/kept/999999999999999999999", "/kept/-1", "/kept/x", "/kept/1/x"]
)
def test_what_is_not_there_is_a_page_in_the_style_of_the_house(pages, path):
    answer = pages.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert "house.css" in answer.text


def test_another_method_is_refused_in_the_style_of_the_house(pages):
    answer = pages.visitor(origin="http://127.0.0.1:8000").ask("DELETE", "/healthz")
    assert answer.status_code == 405
    assert "That cannot be done here" in answer.text


def test_a_bug_is_a_page_too_and_says_nothing_of_itself(pages):
    def broken(*_, **__):
        raise RuntimeError("canary")

    pages.store.history.snapshot = broken
    answer = pages.get("/kept/1")
    assert answer.status_code == 500
    assert "Something is broken here" in answer.text
    assert "canary" not in answer.text
    assert answer.headers["content-security-policy"] == PAGE_POLICY


def test_a_database_that_cannot_be_read_is_said_so(pages, caplog):
    def locked(*_, **__):
        raise StorageError("locked")

    pages.store.history.snapshot = locked
    answer = pages.get("/kept/1")
    assert answer.status_code == 503
    assert "monitor doctor" in answer.text
    assert "/kept/{number}: locked" in caplog.text


def test_healthz_says_whether_the_database_can_be_read(pages):
    assert pages.visitor("192.0.2.7").get("/healthz").json()["status"] == "ok"
    pages.app.settings.database.unlink()
    assert pages.get("/healthz").status_code == 503


def test_a_body_that_is_too_large_is_not_read(pages):
    visitor = pages.visitor(origin="http://127.0.0.1:8000")
    assert visitor.ask("POST", "/name", content=b"name=" + b"x" * MOST).status_code == 413


def test_a_body_that_does_not_say_how_large_it_is_is_cut_off(pages):
    async def endless():
        while True:
            yield b"x" * 65536

    async def send():
        transport = httpx.ASGITransport(pages.gate, raise_app_exceptions=False, client=("127.0.0.1", 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.post(
                "/name", content=endless(), headers={"content-type": "application/x-www-form-urlencoded"}
            )

    assert asyncio.run(send()).status_code == 413


# --- paths ------------------------------------------------------------------------------------------------------------

CLIMBING = (
    "../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "/etc/passwd",
    "..%5c..%5cetc%5cpasswd", "%252e%252e%252fetc%252fpasswd", "house.css%00.png", "house.css/../../access.py",
    "....//....//etc/passwd", "~root", "C:%5cwindows%5cwin.ini", "house.css%2f..%2f..%2faccess.py",
)  # fmt: skip
opened: list[str] = []
watching = False


def hook(event, arguments):
    if watching and event == "open":
        opened.append(str(arguments[0]))


sys.addaudithook(hook)


@pytest.mark.slow
@pytest.mark.parametrize("climbing", CLIMBING)
def test_no_path_leads_out_of_the_house(pages, climbing):
    """Nothing outside is opened, whatever a file-like route is asked for (row 51: an audit hook looks)."""
    global watching  # noqa: PLW0603 - an audit hook cannot be taken out again, only told to look away
    routes = [path.rpartition("/")[0] for path in gets(pages) if path.count("/") > 1]
    opened.clear()
    for route in sorted(set(routes)):
        pages.get(f"{route}/house.css")
        watching = True
        status = pages.get(f"{route}/{climbing}").status_code
        watching = False
        assert status in {303, 404, 400}, route
    outside = [name for name in opened if re.search(r"passwd|win\.ini|access\.py|root", name)]
    assert outside == []


@pytest.mark.parametrize(
    "to",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/nothing",
     "/%0d%0aSet-Cookie:x", "/\r\nevil", "", "name", "/name/../../evil"],
)  # fmt: skip
def test_a_form_leads_to_known_pages_only(pages, to):
    answer = pages.post("/name", {"name": "Anna", "to": to})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_form_leads_back_to_where_it_was(pages):
    assert pages.post("/language", {"language": "nl", "to": "/kept/1?x=1"}).headers["location"] == "/kept/1?x=1"


# --- static files -----------------------------------------------------------------------------------------------------


def test_a_static_file_is_kept_by_browsers_until_it_changes(pages):
    address = re.search(r'"(/static/house\.css\?v=\w+)"', pages.get("/").text)[1]
    answer = pages.get(address)
    assert "immutable" in answer.headers["cache-control"]
    again = pages.get(address, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_static_file_is_sent_packed_to_those_who_can_unpack_it(pages):
    packed = pages.get("/static/htmx.js", headers={"accept-encoding": "gzip"})
    plain = pages.get("/static/htmx.js", headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content


def test_htmx_is_the_file_its_readme_says_it_is(pages):
    import hashlib

    readme = pages.get("/static/htmx.README.txt").text
    assert hashlib.sha256(pages.get("/static/htmx.js").content).hexdigest() in readme
