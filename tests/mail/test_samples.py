"""The golden mails in alerts/samples, read as strictly as a receiving server would.

After a change of words or templates: `WRITE_SAMPLES=1 ./run test tests/mail/test_samples.py`, then look at
them.
"""

import os
import re
from email import message_from_bytes
from email.policy import SMTP
from html.parser import HTMLParser

import pytest

KINDS = ("digest", "first_report", "urgent", "sign_of_life", "test")
VOID = {"meta", "br", "img", "link", "hr", "input"}


def parse(mime):
    return message_from_bytes(mime, policy=SMTP)


def parts(mime):
    mail = parse(mime)
    plain, html = mail.iter_parts()
    return plain.get_content(), html.get_content()


class Outline(HTMLParser):
    """Checks nesting and gathers what a reader would get."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.stack, self.texts, self.tags, self.links, self.langs, self.loads = [], [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append(tag)
        if tag not in VOID:
            self.stack.append(tag)
        if tag == "a":
            self.links.append(values.get("href"))
        if "lang" in values:
            self.langs.append(values["lang"])
        self.loads += [v for k, v in attrs if k in {"src", "background", "srcset", "action", "data"}]

    def handle_endtag(self, tag):
        assert self.stack, f"</{tag}> closes nothing"
        assert self.stack.pop() == tag

    def handle_data(self, data):
        if "style" not in self.stack:
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def outline(html):
    made = Outline()
    made.feed(html)
    made.close()
    assert made.stack == []
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_the_sample_is_what_the_templates_make(kind, messages, renderer, samples_folder):
    made = renderer.render(messages[kind])
    rendered = renderer.parts(messages[kind])
    files = {
        f"{kind}.eml": made.mime,
        f"{kind}.txt": f"Subject: {rendered.subject}\n\n{rendered.text}".encode(),
        f"{kind}.html": rendered.html.encode(),
    }
    for name, data in files.items():
        if os.environ.get("WRITE_SAMPLES"):
            (samples_folder / name).write_bytes(data)
        kept = (samples_folder / name).read_bytes()
        # Releases of Python fold long headers at different places: a mail is compared as it is read.
        same = content(kept) == content(data) if name.endswith(".eml") else kept == data
        assert same, f"{name} is not what the templates make (see the top of this file)"


def content(mime):
    mail = parse(mime)
    return [(name, " ".join(value.split())) for name, value in mail.items()], *parts(mime)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_input_gives_equal_bytes(kind, messages, renderer):
    assert renderer.render(messages[kind]).mime == renderer.render(messages[kind]).mime


@pytest.mark.parametrize("kind", KINDS)
def test_the_message_parses_without_defects_and_has_two_parts(kind, messages, renderer):
    mail = parse(renderer.render(messages[kind]).mime)
    everything = [mail, *mail.iter_parts()]
    assert [p.get_content_type() for p in everything] == ["multipart/alternative", "text/plain", "text/html"]
    assert all(not part.defects for part in everything)
    assert all(not value.defects for part in everything for value in part.values() if hasattr(value, "defects"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_bytes_are_fit_for_any_server(kind, messages, renderer):
    mime = renderer.render(messages[kind]).mime
    assert mime.isascii()
    assert b"\0" not in mime
    assert mime.count(b"\n") == mime.count(b"\r\n") == mime.count(b"\r")
    assert max(len(line) for line in mime.split(b"\r\n")) <= 998


@pytest.mark.parametrize("kind", KINDS)
def test_the_html_is_well_formed_small_and_loads_nothing(kind, messages, renderer):
    html = renderer.parts(messages[kind]).html
    seen = outline(html)
    assert len(html.encode()) < 100_000
    assert seen.loads == []
    assert not {"script", "img", "iframe", "form", "link", "object"} & set(seen.tags)
    assert "url(" not in html
    assert seen.tags.count("h1") == 1
    assert html.count("<table") == html.count('role="presentation"')
    assert "prefers-color-scheme: dark" in html
    assert 'lang="en"' in html.split("<head>")[0]


@pytest.mark.parametrize("kind", KINDS)
def test_lines_of_the_text_part_are_short_unless_they_hold_an_address(kind, messages, renderer):
    for line in renderer.parts(messages[kind]).text.splitlines():
        assert len(line) <= 76 or "://" in line, line
        assert line == line.rstrip()


def said(text):
    return set(re.findall(r"\w+", text.casefold()))


@pytest.mark.parametrize("kind", KINDS)
def test_both_parts_say_the_same_words(kind, messages, renderer):
    made = renderer.parts(messages[kind])
    page = outline(made.html).text
    only_plain = "The sources a report on Belgian AI policy stands on compare"
    only_page = "What changed Told at once First report Nothing changed Test message Tue 24 Nov 2026 " + made.subject
    legend = "Removed words are struck through, added words underlined; each mark also says so."
    assert said(made.text) - said(page) <= said(only_plain)
    assert said(page) - said(made.text) <= said(f"{only_page} {legend}")


def test_both_parts_name_the_same_changes_and_the_same_addresses(messages, renderer):
    made = renderer.parts(messages["digest"])
    html = outline(made.html)
    for number in ("412", "413", "414"):
        assert f"monitor show {number}" in made.text
        assert f"monitor show {number}" in html.text
    in_text = set(re.findall(r"https?://\S+", made.text))
    assert in_text == set(html.links)


def test_page_text_carries_its_language(messages, renderer):
    assert "fr" in outline(renderer.parts(messages["digest"]).html).langs


def test_every_snapshot_shown_is_named_by_its_whole_hash(messages, renderer, week):
    made = renderer.parts(messages["digest"])
    for change in week.changes:
        assert change.new_sha256 in made.text
        assert change.new_sha256 in made.html


def test_no_page_of_our_own_is_linked(messages, renderer):
    for digest in messages.values():
        assert "localhost" not in renderer.parts(digest).html


def test_subjects_say_what_happened(messages, renderer):
    subjects = {kind: renderer.parts(digest).subject for kind, digest in messages.items()}
    assert subjects["digest"].startswith("3 changes, 1 status notice: Supervisory Body for Police Information, ")
    assert subjects["digest"].endswith(" and 3 more – Tue 24 Nov 2026")
    assert subjects["first_report"].startswith("First report: 11 sources of the Belgium chapter – 3 stand, ")
    assert subjects["urgent"].startswith("Urgent: 1 change, 1 status notice: ")
    assert subjects["sign_of_life"] == "Nothing changed: 412 looks at 10 sources – week to Tue 24 Nov 2026"
