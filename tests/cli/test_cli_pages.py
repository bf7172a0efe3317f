"""What doctor says of the web pages."""

import pytest

from monitor.cli.doctor import Patient
from monitor.cli.doctor_pages import pages
from monitor.clock import SystemClock
from monitor.settings import Settings

HASH = "$argon2id$v=19$m=65536,t=3,p=4$MDAwMDAwMDAwMDAwMDAwMA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
HTTPS = "https://w.example"


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, [("ok", "for this machine without a login")]),
        ({"web": "off"}, [("ok", "not served")]),
        ({"web_password": HASH}, [("ok", "and others with one")]),
        ({"web": "0.0.0.0:8000"}, [("fail", "nobody could log in")]),
        ({"web": "0.0.0.0:8000", "web_password": HASH}, [("ok", "0.0.0.0:8000")]),
        ({"public_url": HTTPS}, [("warn", "nobody can log in")]),
        ({"public_url": HTTPS, "web_password": HASH}, [("ok", "for whoever logs in")]),
        ({"public_url": HTTPS, "web_proxy": "10.0.0.0/8", "web_proxy_user": "Remote-User"}, [("ok", "logs in")]),
        ({"public_url": "http://w.example", "web_password": HASH}, [("ok", ""), ("warn", "no https")]),
        ({"public_url": "http://localhost:8000"}, [("ok", "without a login")]),
    ],
)
def test_doctor_says_where_the_pages_are_and_who_gets_in(tmp_path, settings, found):
    lines = list(pages(Patient(Settings(home=tmp_path, **settings), SystemClock())))
    assert [line.state for line in lines] == [state for state, _ in found]
    assert all(said in line.said for line, (_, said) in zip(lines, found, strict=True))
    assert all(bool(line.mend) == (line.state != "ok") for line in lines)


def test_doctor_looks_at_the_pages(monitor, lived_in):
    assert "pages" in monitor("doctor", "--offline").said
