"""Header lines are folded and encoded by hand: what goes in is what is read, and nothing in it becomes a header."""

from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import SMTP, strict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.messages import mailbox, pack
from monitor.messages.headers import unstructured
from monitor.messages.safe import header

FORGED = st.sampled_from(["=?utf-8?q?", "=0D=0ABcc:_x@y.example", "?=", " ", "é", "–", "\r\nBcc: x", "a" * 90, "=?"])
"""Pieces of what would be an encoded word, were a page's words taken for headers."""


@given(text=st.text(max_size=200) | st.lists(FORGED, max_size=12).map("".join))
@pytest.mark.slow
def test_a_subject_and_a_name_are_read_back_as_they_were_given(text, week):
    sender = replace(week.sender, name=text)
    mail = message_from_bytes(
        pack(week.order(), sender, subject=text, text="t\n", html="<p>h</p>", language="en").mime, policy=strict
    )
    assert mail["Subject"] == header(text, 240)
    # Python reads a blank too many between two encoded words of a name.
    assert ["".join(a.display_name.split()) for a in mail["From"].addresses] == ["".join(header(text, 80).split())]
    assert mail.keys().count("Bcc") == 0
    raw = mail.as_bytes().partition(b"\n\n")[0]
    assert raw.isascii()


@given(text=st.text(max_size=300), name=st.sampled_from(["Subject", "List-Unsubscribe"]))
def test_a_folded_header_is_ascii_in_short_lines_and_is_read_back(text, name):
    clean = header(text, 240)
    made = unstructured(name, clean)
    lines = f"{name}: {made}".split("\r\n")
    assert made.isascii()
    assert all(len(line) <= 78 for line in lines)
    assert all(line.startswith(" ") for line in lines[1:])
    assert str(make_header(decode_header(made.replace("\r\n", "")))) == clean


@pytest.mark.parametrize("name", ["Watch", "Watch, Inc. (B.)", 'The "Watch" \\', "Vigie – notes", "=?utf-8?q?x?="])
def test_a_sender_may_have_a_name_of_any_shape(name, week):
    sender = replace(week.sender, name=name)
    made = pack(week.order(), sender, subject="s", text="t\n", html="<p>h</p>", language="en")
    (address,) = message_from_bytes(made.mime, policy=SMTP)["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "watch@example.org")


def test_an_address_few_servers_would_take_is_refused_in_words():
    with pytest.raises(ConfigError, match="few mail servers"):
        mailbox("jürgen@b.example")
