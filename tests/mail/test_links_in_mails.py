"""With a public address the mails carry links; without one they are what they were."""

import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

import pytest

from monitor.digest import compose
from monitor.links import Links
from monitor.messages import Renderer
from monitor.messages.press import Press
from monitor.messages.render import Templates, _linked
from monitor.model import Medium

PUBLIC = "https://watch.example.org"
LINKS = Links(PUBLIC, "key")


class Anchors(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.found.append(dict(attributes)["href"])


def ours(html):
    parser = Anchors()
    parser.feed(html)
    return {href.removeprefix(PUBLIC) for href in parser.found if href.startswith(PUBLIC)}


@pytest.fixture
def digest(week):
    """This week's digest, for subscriber 7."""
    made = compose(week.order(), week.material())
    reader = replace(made.order.subscriber, id=7)
    return replace(made, order=replace(made.order, subscriber=reader))


@pytest.fixture
def linked(week):
    return replace(week.sender, links=LINKS)


def test_headers_offer_one_click_for_this_reader_alone(digest, linked):
    mail = message_from_bytes(Renderer(linked).render(digest).mime, policy=default)
    assert mail["List-Unsubscribe"] == f"<{LINKS.unsubscribe(7)}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_both_parts_lead_to_each_change_to_preferences_and_to_unsubscribing(digest, linked):
    parts = Renderer(linked).parts(digest)
    wanted = {LINKS.preferences(7), LINKS.unsubscribe(7)} | {LINKS.change(c.change.id) for c in digest.changes}
    assert {PUBLIC + path for path in ours(parts.html)} >= wanted
    assert all(link in parts.text for link in wanted)


def test_every_address_of_ours_in_the_text_is_a_link_in_the_other_part(digest, linked):
    parts = Renderer(linked).parts(digest)
    said = {url.removeprefix(PUBLIC) for url in re.findall(re.escape(PUBLIC) + r"[\w/?=.~-]*", parts.text)}
    assert said
    assert said <= ours(parts.html)


def test_no_command_of_the_command_line_is_left_where_there_are_pages(digest, linked):
    parts = Renderer(linked).parts(digest)
    assert "monitor show" not in parts.text + parts.html
    assert "monitor subscribers" not in parts.text + parts.html
    assert "monitor noise" not in parts.text + parts.html


def test_without_a_public_address_nothing_points_to_pages(digest, week):
    parts = Renderer(week.sender).parts(digest)
    mail = message_from_bytes(Renderer(week.sender).render(digest).mime, policy=default)
    assert mail["List-Unsubscribe"] is None
    assert "/mail/" not in parts.text + parts.html
    assert "monitor show" in parts.text


def test_a_reader_without_a_number_gets_no_links_of_their_own(week, linked):
    made = compose(week.order(), week.material())
    stranger = replace(made, order=replace(made.order, subscriber=replace(made.order.subscriber, id=0)))
    assert "/mail/" not in Renderer(linked).parts(stranger).text


def test_a_webhook_is_told_the_page_and_a_chat_the_command(digest, linked):
    def to(medium):
        reader = replace(digest.order.subscriber, medium=medium, url="https://hook.example/x")
        made = replace(digest, order=replace(digest.order, subscriber=reader))
        return Press(linked, Templates()).render(made).mime.decode()

    number = digest.changes[0].change.id
    assert f'"link":"{LINKS.change(number)}"' in to(Medium.WEBHOOK)
    assert PUBLIC not in to(Medium.CHAT)


@pytest.mark.parametrize(
    ("text", "hrefs"),
    [
        (f"See them: {PUBLIC}/held", [f"{PUBLIC}/held"]),
        (f"{PUBLIC}/changes/1. {PUBLIC}.evil.example/x", [f"{PUBLIC}/changes/1"]),
        (f'<b>"{PUBLIC}/held" onclick=x</b>', [f"{PUBLIC}/held"]),
        ("https://other.example/x", []),
    ],
)
def test_only_addresses_of_ours_become_links_and_the_rest_is_escaped(text, hrefs):
    made = str(_linked(text, PUBLIC))
    parser = Anchors()
    parser.feed(made)
    assert parser.found == hrefs
    assert "<b>" not in made


def test_without_a_base_nothing_becomes_a_link():
    assert str(_linked(f"{PUBLIC}/held <i>", "")) == f"{PUBLIC}/held &lt;i&gt;"
