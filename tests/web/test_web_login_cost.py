"""What the time of an answer to a login could tell: nothing, because each costs one check of one hash, equally dear."""

import pytest
from argon2 import extract_parameters

from monitor.web.password import hashed, verify

PUBLIC = "https://w.example"
STRANGER = "192.0.2.7"
PASSWORD = "correct horse battery"
HASH = hashed(PASSWORD)
COST = extract_parameters(HASH)


class Counted:
    """argon2's check, and what each of its calls cost."""

    def __init__(self):
        self.costs = []

    def __call__(self, kept, password):
        self.costs.append(extract_parameters(kept))
        return verify(kept, password)


@pytest.fixture
def counted():
    return Counted()


def enter(site, name, password):
    return site.visitor(STRANGER, PUBLIC).post("/login", {"name": name, "password": password}, on="/login")


@pytest.fixture
def team(site, counted):
    """Anna can log in; Bram is kept out."""
    pages = site("lived", verify=counted, public_url=PUBLIC)
    pages.store.users.add("Anna", HASH, "admin", pages.app.clock.now())
    pages.store.users.disable(pages.store.users.add("Bram", HASH, "reader", pages.app.clock.now()).id)
    return pages


@pytest.mark.parametrize(
    ("name", "password", "status"),
    [
        pytest.param("Anna", PASSWORD, 303, id="the right password"),
        pytest.param("Anna", "wrong horse battery", 403, id="a wrong password"),
        pytest.param("Nobody", PASSWORD, 403, id="no such user"),
        pytest.param("Nobody", "wrong horse battery", 403, id="no such user, another password"),
        pytest.param("", "", 403, id="nothing at all"),
        pytest.param("Bram", PASSWORD, 403, id="a user who is kept out"),
    ],
)
def test_every_login_that_is_looked_at_costs_one_check_of_a_hash_of_the_usual_cost(
    team, counted, name, password, status
):
    assert enter(team, name, password).status_code == status
    assert counted.costs == [COST]


@pytest.mark.parametrize("password", [PASSWORD, "wrong horse battery"])
def test_the_password_for_all_costs_one_check_right_or_wrong(site, counted, password):
    enter(site("lived", verify=counted, public_url=PUBLIC, web_password=HASH), "Anna", password)
    assert counted.costs == [COST]


@pytest.mark.slow
def test_a_try_too_many_costs_none(team, counted):
    assert [enter(team, "Anna", "wrong horse battery").status_code for _ in range(6)] == [403] * 5 + [429]
    assert counted.costs == [COST] * 5
