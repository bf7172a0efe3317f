"""Where the pages are served and who may see them, as settings."""

import ipaddress

import pytest

from monitor.errors import ConfigError
from monitor.settings import Place, Settings
from monitor.settings.values import RefusedError


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("127.0.0.1:8000", Place("127.0.0.1", 8000)),
        (" [::1]:0 ", Place("::1", 0)),
        ("localhost:65535", Place("localhost", 65535)),
        ("off", None),
        ("OFF", None),
    ],
)
def test_a_place_is_a_host_and_a_port_or_off(tmp_path, text, place):
    assert Settings(home=tmp_path, web=text).web_place == place


@pytest.mark.parametrize(
    "text", ["8000", "127.0.0.1", "127.0.0.1:65536", "http://127.0.0.1:8000", ":8000", "a b:1", "on"]
)
def test_what_is_no_place_is_refused_with_an_example(tmp_path, text):
    with pytest.raises(
        ConfigError, match=r"MONITOR_WEB: is not an address to listen on \(such as 127\.0\.0\.1:8000, or off\)"
    ):
        Settings(home=tmp_path, web=text)


def test_a_place_knows_whether_only_this_machine_reaches_it():
    assert [Place(host, 1).loopback for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "10.0.0.1")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    assert (str(Place("::1", 8000)), str(Place("127.0.0.1", 1))) == ("[::1]:8000", "127.0.0.1:1")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("web_hosts", "watch.lan, http://x", "not the name of a host"),
        ("web_password", "hunter2hunter2", "not a hash of a password"),
        ("web_proxy", "10.0.0.0/8, proxy.lan", "not a range of addresses"),
        ("web_proxy_user", "Remote User", "not the name of a header"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_and_not_repeated(tmp_path, name, value, said):
    with pytest.raises(ConfigError, match=said) as refused:
        Settings(home=tmp_path, **{name: value})
    assert value not in str(refused.value)
    assert f"MONITOR_{name.upper()}" in str(refused.value)


def test_lists_are_read_with_commas_between(tmp_path):
    found = Settings(home=tmp_path, web_hosts="Watch.LAN, [fd00::1]", web_proxy="10.1.2.3/8,::1")
    assert found.web_names == {"watch.lan", "fd00::1"}
    assert found.web_proxies == (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128"))


def test_the_password_is_masked_and_counts_as_a_secret(tmp_path):
    kept = "$argon2id$v=19$m=65536,t=3,p=4$MDAwMDAwMDAwMDAwMDAwMA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    found = Settings(home=tmp_path, web_password=kept)
    assert kept not in str(found.masked())
    assert any(kept in secret for secret in found.secrets)


def test_a_refusal_says_what_helps():
    from monitor.settings.pages import place

    with pytest.raises(RefusedError) as refused:
        place("nowhere")
    assert refused.value.hint
