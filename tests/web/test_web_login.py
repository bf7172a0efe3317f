"""Logging in from elsewhere."""

from datetime import timedelta

import pytest

from monitor.web.attempts import Attempts
from monitor.web.password import hashed, matches

STRANGER = "192.0.2.7"
PASSWORD = "correct horse battery"
HASH = hashed(PASSWORD)


@pytest.fixture
def guarded(site):
    return site("lived", web_password=HASH, public_url="https://w.example")


def enter(visitor, password=PASSWORD, **more):
    return visitor.post("/login", {"password": password, "name": "Anna", **more}, on="/login")


def test_a_stranger_is_sent_to_the_login_and_from_there_to_where_they_wanted(guarded):
    visitor = guarded.visitor(STRANGER, "https://w.example")
    sent = visitor.get("/kept/1?x=1")
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?to=%2Fkept%2F1%3Fx%3D1")
    answer = enter(visitor, to="/kept/1?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/kept/1?x=1")
    assert "Signed as Anna" in visitor.get("/").text


def test_a_wrong_password_opens_nothing(guarded):
    visitor = guarded.visitor(STRANGER, "https://w.example")
    answer = enter(visitor, "wrong horse battery")
    assert answer.status_code == 403
    assert "That is not the password." in answer.text
    assert visitor.get("/").status_code == 303


@pytest.mark.slow
def test_the_sixth_try_within_a_minute_is_not_looked_at_even_when_it_is_right(guarded):
    visitor = guarded.visitor(STRANGER, "https://w.example")
    assert [enter(visitor, "wrong horse battery").status_code for _ in range(5)] == [403] * 5
    assert enter(visitor).status_code == 429
    guarded.app.clock.advance(timedelta(seconds=61))
    assert enter(visitor).status_code == 303


@pytest.mark.slow
def test_tries_from_elsewhere_do_not_lock_others_out(guarded):
    for _ in range(7):
        enter(guarded.visitor("198.51.100.9", "https://w.example"), "wrong horse battery")
    assert enter(guarded.visitor(STRANGER, "https://w.example")).status_code == 303


def test_each_login_is_a_session_of_its_own(guarded):
    """A cookie that somebody planted before (session fixation) is worth nothing after."""
    visitor = guarded.visitor(STRANGER, "https://w.example")
    visitor.cookies.set("__Host-fw-session", "planted", domain="w.example", path="/")
    assert visitor.get("/").status_code == 303
    enter(visitor)
    first = visitor.cookies["__Host-fw-session"]
    visitor.post("/login", {"password": PASSWORD}, on="/")
    assert len({"planted", first, visitor.cookies["__Host-fw-session"]}) == 3


def test_cookies_over_https_are_bound_to_this_host(guarded):
    visitor = guarded.visitor(STRANGER, "https://w.example")
    cookies = enter(visitor).headers.get_list("set-cookie")
    assert len(cookies) == 3
    for cookie in cookies:
        assert cookie.startswith("__Host-fw-")
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "secure", "samesite=lax", "path=/"} <= parts
        assert not any(part.startswith("domain") for part in parts)


def test_over_http_a_cookie_with_the_secure_name_is_not_believed(site):
    guarded = site("lived", web_password=HASH, web_hosts="w.lan")
    visitor = guarded.visitor(STRANGER, "http://w.lan")
    enter(visitor)
    session = visitor.cookies["fw-session"]
    assert visitor.get("/").status_code == 200
    assert guarded.visitor(STRANGER, "http://w.lan", cookie=f"__Host-fw-session={session}").get("/").status_code == 303


def test_a_session_ends_after_twelve_hours(guarded):
    visitor = guarded.visitor(STRANGER, "https://w.example")
    enter(visitor)
    guarded.app.clock.advance(timedelta(hours=11))
    assert visitor.get("/").status_code == 200
    guarded.app.clock.advance(timedelta(hours=2))
    assert visitor.get("/").status_code == 303


def test_a_new_password_ends_every_session(site):
    before = site("lived", web_password=HASH, public_url="https://w.example")
    visitor = before.visitor(STRANGER, "https://w.example")
    enter(visitor)
    after = site("lived", web_password=hashed("another long password"), public_url="https://w.example")
    after.store.meta.set("secret", before.store.meta.get("secret"))
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    assert after.visitor(STRANGER, "https://w.example", cookie=cookie).get("/").status_code == 303


def test_whoever_logs_out_is_a_stranger_again(guarded):
    visitor = guarded.visitor(STRANGER, "https://w.example")
    enter(visitor)
    assert visitor.post("/logout", on="/").status_code == 303
    assert visitor.get("/").status_code == 303


def test_without_a_password_nobody_can_log_in(pages):
    answer = pages.visitor(STRANGER).post("/login", {"password": ""}, on="/login")
    assert answer.status_code == 403
    assert "nobody can log in" in answer.text


def test_a_password_is_compared_even_when_there_is_no_account():
    """So that the time of the answer does not tell whether there is one."""
    assert matches(HASH, PASSWORD)
    assert not matches("", "")
    assert not matches("", PASSWORD)
    assert not matches("$argon2id$broken", PASSWORD)


def test_tries_are_counted_for_each_key_and_forgotten_after_a_minute(pages):
    now, tries = pages.app.clock.now(), Attempts()
    assert [tries.allowed(now, "login", "a") for _ in range(6)] == [True] * 5 + [False]
    assert tries.allowed(now, "login", "b")
    assert tries.allowed(now + timedelta(minutes=1), "login", "a")


def test_refused_tries_count_too(pages):
    now, tries = pages.app.clock.now(), Attempts()
    allowed = [tries.allowed(now + timedelta(seconds=5 * n), "login", "a") for n in range(24)]
    assert allowed == [True] * 5 + [False] * 19
