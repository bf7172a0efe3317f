"""Several people: who logs in, as what, until when; and programs with a key."""

from datetime import timedelta

import pytest

from monitor.errors import ConfigError
from monitor.web.access import FOR_PROGRAMS, Role
from monitor.web.password import hashed

PUBLIC = "https://w.example"
STRANGER = "192.0.2.7"
PASSWORD = "correct horse battery"
HASH = hashed(PASSWORD)
OTHER = hashed("quite another password")


@pytest.fixture
def team(site):
    """A site with one user of each role, all with the same password."""
    pages = site("lived", public_url=PUBLIC)
    for name, role in (("Rita", "reader"), ("Viktor", "reviewer"), ("Anna", "admin")):
        pages.store.users.add(name, HASH, role, pages.app.clock.now())
    return pages


def enter(site, name, password=PASSWORD, ip=STRANGER):
    """Somebody who has just tried to log in, and the answer."""
    visitor = site.visitor(ip, PUBLIC)
    return visitor, visitor.post("/login", {"name": name, "password": password}, on="/login")


def user(site, name):
    return site.store.users.get(name)


def key_of(site, name="Rita"):
    return site.house.access.key_for(user(site, name))


def reading(site, key, ip=STRANGER):
    return site.visitor(ip, PUBLIC, authorization=f"Bearer {key}")


# --- logging in -------------------------------------------------------------------------------------------------------


def test_a_user_logs_in_with_name_and_password(team):
    visitor, answer = enter(team, "anna")
    assert answer.status_code == 303
    assert "Signed as Anna" in visitor.get("/").text


@pytest.mark.parametrize(("name", "password"), [("Anna", "wrong horse battery"), ("Nobody", PASSWORD), ("", PASSWORD)])
def test_an_unknown_name_is_answered_like_a_wrong_password(team, name, password):
    visitor, answer = enter(team, name, password)
    assert answer.status_code == 403
    assert "do not belong together" in answer.text
    assert visitor.get("/").status_code == 303


@pytest.mark.slow
def test_five_tries_a_minute_are_looked_at_for_one_account_and_network(team):
    assert [enter(team, "Anna", "wrong horse battery")[1].status_code for _ in range(6)] == [403] * 5 + [429]
    assert enter(team, "ANNA")[1].status_code == 429
    assert enter(team, "Rita")[1].status_code == 303
    assert enter(team, "Anna", ip="198.51.100.1")[1].status_code == 303
    team.app.clock.advance(timedelta(seconds=61))
    assert enter(team, "Anna")[1].status_code == 303


@pytest.mark.slow
def test_a_network_that_tries_many_names_is_stopped_too(team):
    statuses = [enter(team, f"name{n}", "wrong horse battery")[1].status_code for n in range(31)]
    assert statuses == [403] * 30 + [429]


@pytest.mark.slow
def test_too_many_tries_stand_once_in_the_log_without_what_was_typed(team):
    for name in ("Anna", "my secret password"):
        for _ in range(7):
            enter(team, name, "wrong horse battery")
    (row,) = team.store.audit.list(what="login-burst")
    assert (row.who, row.target) == ("", "user:Anna")


def test_a_login_stands_in_the_log(team):
    enter(team, "Anna")
    (row,) = team.store.audit.list()
    assert (row.who, row.what, row.target) == ("Anna", "login", "user:Anna")


@pytest.mark.parametrize("what", ["disable", "remove", "password", "role"])
def test_a_login_ends_when_the_user_is_another(team, what):
    visitor, _ = enter(team, "Viktor")
    key = key_of(team, "Viktor")
    assert visitor.get("/").status_code == reading(team, key).get("/api/v1/changes").status_code == 200
    number, users = user(team, "Viktor").id, team.store.users
    changes = {"disable": lambda: users.disable(number), "remove": lambda: users.remove(number),
               "password": lambda: users.set_password(number, OTHER),
               "role": lambda: users.set_role(number, "reader")}  # fmt: skip
    assert changes[what]()
    assert visitor.get("/").status_code == 303
    assert reading(team, key).get("/api/v1/changes").status_code == 401


def test_a_disabled_user_cannot_log_in(team):
    team.store.users.disable(user(team, "Anna").id)
    assert enter(team, "Anna")[1].status_code == 403


def test_a_login_lasts_twelve_hours(team):
    visitor, _ = enter(team, "Anna")
    team.app.clock.advance(timedelta(hours=13))
    assert visitor.get("/").status_code == 303


def test_a_copy_of_the_database_opens_nothing(team, site):
    """A backup has the secret and the hashes; what logins are signed with stands beside the database."""
    copy = site("lived", public_url=PUBLIC)
    copy.store.meta.set("secret", team.store.meta.get("secret"))
    copy.store.users.add("Rita", HASH, "reader", user(team, "Rita").created_at)
    assert user(copy, "Rita").stamp == user(team, "Rita").stamp
    key_of(copy)
    assert reading(team, key_of(copy)).get("/api/v1/changes").status_code == 401
    assert reading(copy, key_of(copy)).get("/api/v1/changes").status_code == 200


def test_the_password_for_all_opens_nothing_once_there_are_users(site):
    pages = site("lived", public_url=PUBLIC, web_password=HASH)
    before, _ = enter(pages, "whoever")
    assert before.get("/").status_code == 200
    pages.store.users.add("Anna", OTHER, "admin", pages.app.clock.now())
    assert before.get("/").status_code == 303
    assert enter(pages, "whoever")[1].status_code == 403
    pages.store.users.remove(user(pages, "Anna").id)
    assert enter(pages, "whoever")[1].status_code == 303


def test_users_are_reason_enough_to_serve_to_others(team):
    assert team.house.access.guarded
    for one in team.store.users.all():
        team.store.users.disable(one.id)
    assert not team.house.access.guarded


# --- a proxy that names people ----------------------------------------------------------------------------------------


def proxied(site, name, **settings):
    pages = site("lived", public_url=PUBLIC, web_proxy="10.0.0.1", web_proxy_user="Remote-User", **settings)
    return pages, lambda: pages.visitor("10.0.0.1", PUBLIC, remote_user=name)


def roles(pages, visit):
    """What somebody may, told by which pages open."""
    answers = [visit().get(path).status_code for path in ("/", "/health", "/audit")]
    return {(200, 200, 200): Role.ADMIN, (200, 200, 403): Role.REVIEWER, (200, 403, 403): Role.READER}.get(
        tuple(answers)
    )


def test_whom_the_proxy_names_has_the_role_of_that_user(site):
    pages, visit = proxied(site, "ANNA@example.org")
    assert roles(pages, visit) is Role.ADMIN
    pages.store.users.add("anna@example.org", HASH, "reviewer", pages.app.clock.now())
    assert roles(pages, visit) is Role.REVIEWER
    pages.store.users.disable(user(pages, "anna@example.org").id)
    assert visit().get("/").status_code == 303


@pytest.mark.parametrize(
    ("setting", "role"), [("", Role.READER), ("reviewer", Role.REVIEWER), ("admin", Role.ADMIN), ("none", None)]
)
def test_others_whom_the_proxy_names_have_the_role_that_is_set(site, setting, role):
    pages, visit = proxied(site, "bram", web_proxy_role=setting)
    pages.store.users.add("Anna", HASH, "admin", pages.app.clock.now())
    assert roles(pages, visit) is role


# --- keys -------------------------------------------------------------------------------------------------------------


def test_a_key_reads_the_interface_the_feeds_and_the_figures(team):
    program = reading(team, key_of(team))
    for path in ("/api/v1/changes", "/api/v1/sources", "/feeds/all.atom", "/metrics"):
        assert program.get(path).status_code == 200, path


@pytest.mark.parametrize("key", ["x", "a.b", "é", "x" * 9000])
def test_a_wrong_key_is_refused_everywhere_it_could_be_used(team, key):
    for path in ("/api/v1/changes", "/feeds/all.atom", "/metrics", "/api/nothing"):
        answer = team.visitor(STRANGER, PUBLIC).get(path, headers={"authorization": f"Bearer {key}".encode()})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert team.visitor(STRANGER, PUBLIC).get("/", headers={"authorization": "Bearer x"}).status_code == 303


def test_a_key_is_no_form_token_and_opens_no_page(team):
    """Even that of an admin: each route, asked in each way."""
    program = reading(team, key_of(team, "Anna"))
    for method, path in team.routes():
        status = program.ask(method, path).status_code
        if method != "GET":
            assert status in {303, 400, 401, 403, 404, 405}, (method, path)  # a link in a mail is a key of its own
        elif not path.startswith(FOR_PROGRAMS):
            assert status == team.visitor(STRANGER, PUBLIC).get(path).status_code, path


def test_with_a_key_nothing_is_written_anywhere(team):
    program = reading(team, key_of(team, "Anna"))
    written = [team.visitor(STRANGER, PUBLIC).ask(method, path).status_code for method, path in team.routes("POST")]
    assert [program.ask(method, path).status_code for method, path in team.routes("POST")] == written


def test_a_session_is_no_key_and_a_key_is_no_session(team):
    visitor, _ = enter(team, "Anna")
    cookie = visitor.cookies["__Host-fw-session"]
    assert reading(team, cookie).get("/api/v1/changes").status_code == 401
    thief = team.visitor(STRANGER, PUBLIC, cookie=f"__Host-fw-session={key_of(team, 'Anna')}")
    assert thief.get("/").status_code == 303


def test_a_login_that_cannot_be_looked_up_is_no_stranger_and_no_guest(team):
    """The database is not to be read: neither the login page nor anybody's page, but the plain truth."""
    visitor, _ = enter(team, "Anna")
    database = team.app.settings.database
    team.store.close()
    database.write_bytes(b"not a database" * 1000)
    assert visitor.get("/").status_code == 503
    assert visitor.get("/static/house.css").status_code == 200


# --- the users themselves ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "an\u202ena", "an\x00na"])
def test_a_name_can_be_seen(team, name):
    with pytest.raises(ConfigError, match="can be seen"):
        team.store.users.add(name, HASH, "reader", team.app.clock.now())


def test_two_users_do_not_have_the_same_name_in_another_spelling(team):
    with pytest.raises(ConfigError, match="already"):
        team.store.users.add("ＡNNA".replace("Ａ", "A"), HASH, "reader", team.app.clock.now())
    team.store.users.add("Zoe\u0301", HASH, "reader", team.app.clock.now())
    assert user(team, "zo\u00e9") is not None


def test_a_role_there_is_none_of_is_refused(team):
    with pytest.raises(ConfigError, match="reader, reviewer, admin"):
        team.store.users.add("Bram", HASH, "king", team.app.clock.now())
    with pytest.raises(ConfigError, match="reader, reviewer, admin"):
        team.store.users.set_role(1, "king")


def test_the_hash_is_not_shown_with_the_user(team):
    assert "argon2" not in repr(user(team, "Anna"))
