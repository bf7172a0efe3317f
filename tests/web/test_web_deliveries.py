"""Digests and deliveries: what exactly went to whom, what the server said, and who may see it."""

from dataclasses import replace
from email.message import EmailMessage

import lived
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import HOSTILE, Visitor

from monitor.model import Aside, ChannelState, DeliveryState, DigestKind, DigestOrder, Outgoing, Subscriber
from monitor.web.access import Role
from monitor.web.gate import Gate
from monitor.web.views.deliveries import as_written, taken_apart
from monitor.web.wording import LANGUAGES, Wording

AT = lived.NOW - lived.HOUR


def mail(text="Two changes.\n    indented", html="<p>Two changes.</p>", subject="2 changes"):
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Watch <watch@example.org>", "anna@example.org", subject
    made["Message-ID"] = "<one@example.org>"
    made.set_content(text)
    made.add_alternative(html, subtype="html")
    return made.as_bytes()


def news(site):
    """A change that nobody was told yet."""
    past = lived.Past(site.store, site.app.clock)
    past.look("coc-home", "another text", changes=(past.change(),))
    return f"change:{site.store.history.changes(limit=1)[0].id}"


QUEUED = "250 2.0.0 Ok: queued as 4F"


def sent(site, mime=None, *, number=1, state=DeliveryState.SENT, answer=QUEUED, subject="2 changes"):
    """A digest for Anna, and what became of it; the first one tells a change. Gives the digest's id."""
    store = site.store
    anna = store.subscribers.get("anna@example.org") or store.subscribers.add(
        Subscriber(0, "anna@example.org", created_at=AT)
    )
    order = DigestOrder(anna, DigestKind.DIGEST, f"2026-11-{number:02d}", AT - lived.DAY, AT)
    message = Outgoing("anna@example.org", "watch@example.org", subject, f"<{number}@example.org>", mime or mail())
    items = [news(site)] if number == 1 else []
    digest = store.outbox.enqueue(order, items, [], message, AT)
    assert digest is not None
    if state is not DeliveryState.PENDING:
        delivery = store.outbox.claim(lived.NOW, lived.HOUR)
        assert store.outbox.settle(delivery, state, answer, lived.NOW)
    return digest


def test_a_digest_shows_what_went_to_whom_and_what_the_server_said(pages):
    number = sent(pages)
    text = pages.get(f"/digests/{number}").text
    assert "anna@example.org" in text
    assert "250 2.0.0 Ok: queued as 4F" in text
    assert '<dd class="mono">2 changes</dd>' in text
    assert 'href="/changes/4"' in text
    assert f'<iframe class="kept" sandbox src="/digests/{number}/html"' in text


def test_the_text_part_keeps_its_lines_and_indents(pages):
    assert "Two changes.\n    indented" in pages.get(f"/digests/{sent(pages)}").text


def test_the_html_part_is_shown_only_under_glass(pages):
    answer = pages.get(f"/digests/{sent(pages)}/html")
    assert "<p>Two changes.</p>" in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "frame-ancestors 'self'" in policy


def test_the_exact_bytes_can_be_saved(pages):
    made = mail()
    answer = pages.get(f"/digests/{sent(pages, made)}/file")
    assert answer.content == made
    assert answer.headers["content-disposition"] == 'attachment; filename="digest-1.eml"'


def test_digests_are_listed_newest_first_and_paged_by_key(pages):
    for number in range(1, 29):
        sent(pages, number=number)
    for number in range(1, 29):
        store = pages.store
        anna = store.subscribers.get("anna@example.org")
        store.outbox.enqueue(DigestOrder(anna, DigestKind.URGENT, f"urgent:{number}", AT, AT), [], [], None, AT)
    first = pages.get("/digests").text
    assert first.count('<th scope="row">') == 50
    assert "no message: nothing in it for this reader" in first
    older = first.partition('rel="next" href="')[2].partition('"')[0]
    assert pages.get(older).text.count('<th scope="row">') == 6


def test_deliveries_can_be_narrowed_to_what_failed(pages):
    sent(pages, number=1, subject="fine")
    sent(pages, number=2, state=DeliveryState.FAILED, answer="550 no such user", subject="refused one")
    text = pages.get("/deliveries?state=failed").text
    assert "refused one" in text
    assert "550 no such user" in text
    assert '<td class="subject">fine</td>' not in text
    assert pages.get("/deliveries?state=nonsense").status_code == 200


def test_what_failed_can_be_tried_again(pages):
    sent(pages, state=DeliveryState.DEAD, answer="421 later")
    row = pages.store.outbox.deliveries(1)[0]
    assert pages.post(f"/deliveries/{row.id}/retry", on="/deliveries").status_code == 303
    assert pages.store.outbox.deliveries(1)[0].state is DeliveryState.PENDING
    assert pages.post(f"/deliveries/{row.id}/retry", on="/deliveries").status_code == 404


def test_a_closed_way_out_and_what_was_set_aside_stand_on_top(pages):
    sent(pages, state=DeliveryState.PENDING)
    pages.store.outbox.set_channel(ChannelState("paused", AT, lived.NOW, "535 password refused"))
    anna = pages.store.subscribers.get("anna@example.org")
    pages.store.aside.put(Aside(anna.id, DigestKind.DIGEST, "2026-11-22", "1", AT, "KeyError: 'x'"))
    text = pages.get("/deliveries").text
    assert "535 password refused" in text
    assert "KeyError: &#39;x&#39;" in text
    assert "Set aside" in text


def test_a_secret_that_a_server_repeats_is_not_shown(site):
    watch = site("lived", smtp_url="smtps://me:pass-phrase-77@mail.example.org:465", mail_from="watch@example.org")
    sent(watch, state=DeliveryState.FAILED, answer="535 pass-phrase-77 is wrong")
    for path in ("/deliveries", "/digests", "/digests/1"):
        text = watch.get(path).text
        assert "is wrong" in text, path
        assert "pass-phrase-77" not in text, path


def test_hostile_mail_is_shown_and_does_nothing(hostile_pages):
    number = sent(hostile_pages, mail(HOSTILE.replace("\x1b", ""), f"<p>{HOSTILE}</p>", "hi"), subject=HOSTILE)
    for path in ("/digests", f"/digests/{number}", "/deliveries"):
        text = hostile_pages.get(path).text
        assert "<script>alert" not in text, path
        assert "\u202e" not in text, path


def test_without_messages_the_pages_say_so(empty_pages):
    assert "No message was made yet" in empty_pages.get("/digests").text
    assert "No message was made yet" in empty_pages.get("/deliveries").text
    assert "No message is in this state" in empty_pages.get("/deliveries?state=dead").text


def test_a_digest_that_never_was_is_not_found(pages):
    for path in ("/digests/7", "/digests/7/html", "/digests/7/file", "/digests/0", f"/digests/{2**70}"):
        assert pages.get(path).status_code == 404, path


def test_the_pages_speak_every_language(pages):
    sent(pages)
    for language in LANGUAGES:
        visitor = pages.visitor(accept_language=language)
        for path in ("/digests", "/digests/1", "/deliveries"):
            assert f'<html lang="{language}">' in visitor.get(path).text
        words = Wording()[language]
        assert all(words.has(f"deliveries.kinds.{kind}") for kind in DigestKind)
        assert all(words.has(f"deliveries.state.{state}") for state in DeliveryState)


def test_the_number_of_questions_is_bounded(pages, queries):
    sent(pages)
    few = queries(pages, "/digests"), queries(pages, "/deliveries")
    for number in range(2, 12):
        sent(pages, number=number)
    assert (queries(pages, "/digests"), queries(pages, "/deliveries")) == few
    assert max(few) <= 11


# --- who may ---------------------------------------------------------------------------------------------------------


class Readers:
    """Everybody who gets in is a mere reader."""

    def __init__(self, access):
        self._access = access

    def __getattr__(self, name):
        return getattr(self._access, name)

    def caller(self, *asked):
        caller = self._access.caller(*asked)
        return replace(caller, identity=replace(caller.identity, role=Role.READER)) if caller.identity else caller


def test_a_reader_sees_nobodys_address_and_no_message(pages):
    number = sent(pages)
    reader = Visitor(Gate(pages.gate.inner, Readers(pages.house.access), pages.app.clock, pages.gate._refusal))
    for path in ("/digests", f"/digests/{number}", f"/digests/{number}/html", f"/digests/{number}/file", "/deliveries",
                 "/health"):  # fmt: skip
        assert reader.get(path).status_code == 403, path
    home = reader.get("/coverage")
    assert home.status_code == 200
    assert 'href="/digests"' not in home.text
    assert "anna@example.org" not in home.text
    assert "Look now" not in reader.get("/sources/coc-home").text
    assert "Keep this search" not in reader.get("/search?q=years").text


# --- messages taken apart --------------------------------------------------------------------------------------------


def test_a_message_with_a_charset_nobody_knows_is_shown_as_far_as_it_can_be_read():
    raw = b"Content-Type: text/plain; charset=x-unknown\r\n\r\nna\xefve"
    assert taken_apart(raw, mail=True).text.startswith("na")


def test_what_is_no_mail_is_shown_as_text():
    shown = {raw: taken_apart(raw, mail=False).text for raw in (b'{"a":1}', b"plain words", b"\xff")}
    assert list(shown.values()) == ['{\n  "a": 1\n}', "plain words", "\ufffd"]


def test_text_keeps_its_shape_and_hides_nothing():
    assert as_written("a\n  <b>\u202e") == "a\n  &lt;b&gt;⟨U+202E⟩"


# --- in a browser ----------------------------------------------------------------------------------------------------


def test_a_mail_full_of_hostility_is_looked_at_in_the_browser_and_does_nothing(pages, serve, open_page):
    html = "<script>alert(1)</script><img src='http://evil.invalid/x'><a href='http://evil.invalid/' ping='/p'>x</a>"
    number = sent(pages, mail("text", html))
    watched = open_page()
    address = serve(pages)
    watched.page.goto(f"{address}/digests/{number}")
    watched.page.frame_locator("iframe").get_by_text("x", exact=True).click()
    watched.page.wait_for_load_state("networkidle")
    assert watched.dialogs == []
    assert [url for url in watched.requests if not url.startswith(address) and "evil.invalid" not in url] == []
    assert watched.page.url == f"{address}/digests/{number}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages_of_messages(pages, serve, open_page, scheme):
    sent(pages, subject="w" * 150)
    sent(pages, number=2, state=DeliveryState.FAILED, answer="550 5.1.1 " + "no such user " * 30)
    address = serve(pages)
    watched = open_page(color_scheme=scheme, viewport={"width": 390, "height": 800})
    for path in ("/digests", "/digests/1", "/deliveries"):
        watched.page.goto(address + path)
        assert Axe().run(watched.page).response["violations"] == [], path
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390, path
    assert watched.errors == []
