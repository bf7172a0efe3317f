"""Messages as files: whole or not at all, and one file for one message."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from monitor.errors import ConfigError, DeliveryError, DeliveryKind
from monitor.model import Delivery
from monitor.notify import NOTIFIERS, named, notifier_for
from monitor.notify.file import FileNotifier, file_name
from monitor.notify.smtp import SmtpNotifier
from monitor.settings import Settings


def delivery(number=12, message_id="<2026-11-24.7.k3v9@example.org>", mime=b"Subject: x\r\n\r\nhello\r\n"):
    return Delivery(
        number, 1, "a@example.org", "b@example.org", message_id, mime, datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    )


def test_a_message_is_one_file_with_its_exact_bytes(tmp_path):
    answer = FileNotifier(tmp_path / "new" / "outbox").send(delivery())
    [file] = (tmp_path / "new" / "outbox").iterdir()
    assert file.name == "20261124T060000-2026-11-24.7.k3v9-12.eml"
    assert file.read_bytes() == delivery().mime
    assert answer == f"written to {file.name}"


def test_a_message_handed_over_twice_is_one_file(tmp_path):
    for _ in range(2):
        FileNotifier(tmp_path).send(delivery())
    assert len(list(tmp_path.iterdir())) == 1


def test_nothing_in_a_message_id_gets_out_of_the_folder(tmp_path):
    for evil in ("<../../etc/passwd@x>", "</etc/passwd@x>", "<\x00..@x>", "<@x>", "<" + "a" * 500 + "@x>"):
        name = file_name(delivery(message_id=evil))
        assert (tmp_path / name).resolve().parent == tmp_path.resolve()
        assert len(name) < 130
        FileNotifier(tmp_path).send(delivery(message_id=evil))


@pytest.mark.parametrize("work", ["send", "probe"])
def test_a_folder_that_cannot_be_written_is_the_channels_state(tmp_path, work):
    (tmp_path / "outbox").write_text("a file where the folder should be")
    way = FileNotifier(tmp_path / "outbox")
    with pytest.raises(DeliveryError) as caught:
        way.send(delivery()) if work == "send" else way.probe()
    assert caught.value.kind is DeliveryKind.CHANNEL_DOWN
    assert (tmp_path / "outbox").read_text().startswith("a file")


def test_probing_leaves_nothing_behind(tmp_path):
    FileNotifier(tmp_path).probe()
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_no_half_message(tmp_path):
    (tmp_path / file_name(delivery())).mkdir()
    with pytest.raises(DeliveryError):
        FileNotifier(tmp_path).send(delivery())
    assert [p.name for p in tmp_path.iterdir()] == [file_name(delivery())]


def test_the_settings_choose_the_way_out(tmp_path):
    assert isinstance(notifier_for(Settings(home=tmp_path)), FileNotifier)
    url = SecretStr("smtps://me%40example.org:geheim@mx.example.org")
    way = notifier_for(Settings(home=tmp_path, smtp_url=url))
    assert isinstance(way, SmtpNotifier)
    assert way.describe() == "smtps://mx.example.org:465"
    assert notifier_for(Settings(home=tmp_path)).describe() == f"files in {tmp_path / 'alerts/outbox'}"


def test_a_way_out_of_ones_own_is_found_by_name(tmp_path):
    assert isinstance(named("monitor.notify.file:from_settings", Settings(home=tmp_path)), FileNotifier)
    assert set(NOTIFIERS) == {"smtp", "file"}


@pytest.mark.parametrize("name", ["pigeon", "no.such.module:factory", "monitor.notify.file:nothing"])
def test_a_way_out_that_is_not_there_is_a_complaint(name, tmp_path):
    with pytest.raises(ConfigError, match="cannot be found"):
        named(name, Settings(home=tmp_path))


def test_smtp_without_a_server_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match="no mail server"):
        named("smtp", Settings(home=tmp_path))
