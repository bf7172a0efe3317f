"""The golden mails in alerts/samples, in every language, read as strictly as a receiving server would.

After a change of words or templates: `./run samples`, then look at them and at their pictures.
"""

import os
import re
from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import AddressHeader
from email.policy import SMTP, strict
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from itertools import product

import pytest

from monitor.digest import compose
from monitor.messages import Renderer, load
from monitor.resources import bundled

KINDS = ("digest", "first_report", "urgent", "sign_of_life", "test", "confirm", "notice")
LANGUAGES = ("en", "nl", "fr", "de")
EACH = pytest.mark.parametrize(("kind", "language"), list(product(KINDS, LANGUAGES)))
VOID = {"meta", "br", "img", "link", "hr", "input"}
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
MESSAGE_ID = re.compile(rf"<{ATOM}(?:\.{ATOM})*@{ATOM}(?:\.{ATOM})*>")
ENCODED = re.compile(r"=\?utf-8\?[qb]\?[!->@-~]+\?=", re.IGNORECASE)


def parse(mime):
    return message_from_bytes(mime, policy=SMTP)


def parts(mime):
    plain, html = parse(mime).iter_parts()
    return plain.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


class Outline(HTMLParser):
    """Checks nesting and gathers what a reader would get."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.stack, self.texts, self.tags, self.links, self.langs, self.loads = [], [], [], [], [], []
        self.heading = ""

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
        if self.stack[-1:] == ["h1"]:
            self.heading += data
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


@EACH
def test_the_sample_is_what_the_templates_make(kind, language, written, samples_folder):
    made = written(kind, language)
    text, html = parts(made.mime)
    files = {f"{kind}.txt": f"Subject: {made.subject}\n\n{text}".encode(), f"{kind}.html": html.encode()}
    if language == "en":  # as it goes over the wire: one language shows it
        files[f"{kind}.eml"] = made.mime
    folder = samples_folder / language
    for name, data in files.items():
        if os.environ.get("WRITE_SAMPLES"):
            folder.mkdir(exist_ok=True)
            (folder / name).write_bytes(data)
        kept = (folder / name).read_bytes()
        # Releases of Python fold long headers at different places: a mail is compared as it is read.
        same = content(kept) == content(data) if name.endswith(".eml") else kept == data
        assert same, f"{language}/{name} is not what the templates make (see the top of this file)"


def test_no_sample_is_left_over(samples_folder):
    kept = {str(f.relative_to(samples_folder)) for f in samples_folder.rglob("*.*") if "pictures" not in f.parts}
    made = {f"{language}/{kind}.{end}" for kind, language in product(KINDS, LANGUAGES) for end in ("txt", "html")}
    assert kept == made | {f"en/{kind}.eml" for kind in KINDS} | {".gitattributes"}


def content(mime):
    mail = parse(mime)
    return [(name, " ".join(value.split())) for name, value in mail.items()], *parts(mime)


@pytest.mark.parametrize("kind", ["confirm", "notice"])
def test_an_equal_letter_gives_equal_bytes(kind, week, written):
    assert week.letter(Renderer(week.sender), kind).mime == written(kind).mime


@pytest.mark.parametrize("kind", ["digest", "first_report", "urgent", "sign_of_life", "test"])
def test_an_equal_digest_gives_equal_bytes(kind, messages, week, written):
    assert Renderer(week.sender).render(messages[kind]).mime == written(kind).mime


@EACH
def test_the_message_parses_without_defects_and_has_two_parts(kind, language, written):
    mail = message_from_bytes(written(kind, language).mime, policy=strict)  # raises at the first defect
    everything = [mail, *mail.iter_parts()]
    assert [p.get_content_type() for p in everything] == ["multipart/alternative", "text/plain", "text/html"]
    assert [p.get_content_charset() for p in mail.iter_parts()] == ["utf-8", "utf-8"]
    assert all(not value.defects for part in everything for value in part.values() if hasattr(value, "defects"))
    assert all(part.get_content() for part in mail.iter_parts())


@EACH
def test_the_headers_keep_to_the_grammar(kind, language, written):
    raw = written(kind, language).mime.partition(b"\r\n\r\n")[0].decode("ascii")
    fields = [line.partition(":") for line in re.sub(r"\r\n(?=[ \t])", "", raw).split("\r\n")]
    assert all(re.fullmatch(r"[!-9;-~]+", name) and value.startswith(" ") for name, _, value in fields)
    assert all(c == "\t" or " " <= c <= "~" for _, _, value in fields for c in value)
    assert max(len(line) for line in raw.split("\r\n")) <= 78
    for _, _, value in fields:
        words = [word for word in value.split() if "=?" in word]
        assert all(ENCODED.fullmatch(word) and len(word) <= 75 for word in words)
    names = [name.casefold() for name, _, _ in fields]
    assert len(names) == len(set(names))


@EACH
def test_every_header_a_digest_needs_is_there(kind, language, written):
    made = written(kind, language)
    mail = parse(made.mime)
    assert mail.get_content_type() == "multipart/alternative"
    assert MESSAGE_ID.fullmatch(mail["Message-ID"])
    assert mail["Message-ID"] == made.message_id
    assert parsedate_to_datetime(mail["Date"]).tzinfo is not None
    assert isinstance(mail["From"], AddressHeader)
    assert [(a.display_name, a.addr_spec) for a in mail["From"].addresses] == [("Footnote Watch", "watch@example.org")]
    assert [a.addr_spec for a in mail["To"].addresses] == [made.recipient]
    assert mail["Subject"] == made.subject
    assert mail["List-Id"] == "Footnote Watch <footnote-watch.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == language
    assert {"Cc", "Bcc", "Reply-To", "Sender"} & set(mail.keys()) == set()


@EACH
def test_the_bytes_are_fit_for_any_server(kind, language, written):
    mime = written(kind, language).mime
    assert mime.isascii()
    assert b"\0" not in mime
    assert mime.count(b"\n") == mime.count(b"\r\n") == mime.count(b"\r")
    assert max(len(line) for line in mime.split(b"\r\n")) <= 998


@EACH
def test_the_html_is_well_formed_small_and_loads_nothing(kind, language, written):
    _, html = parts(written(kind, language).mime)
    seen = outline(html)
    assert len(html.encode()) < 100_000
    assert seen.loads == []
    assert not {"script", "img", "iframe", "form", "link", "object"} & set(seen.tags)
    assert "url(" not in html
    assert "@import" not in html
    assert seen.tags.count("h1") == 1
    assert html.count("<table") == html.count('role="presentation"')
    assert f'lang="{language}"' in html.split("<head>")[0]


@EACH
def test_the_rules_for_the_dark_and_for_phones_survive_inlining(kind, language, written, templates_folder):
    _, html = parts(written(kind, language).mime)
    sheet = (templates_folder / "_style.css.j2").read_text()
    rules = re.findall(r"^@media.*?^}", sheet, re.MULTILINE | re.DOTALL)
    assert len(rules) >= 3
    for rule in rules:
        assert " ".join(rule.split()) in " ".join(html.split())


@EACH
def test_lines_of_the_text_part_are_short_unless_they_hold_an_address(kind, language, written):
    text, _ = parts(written(kind, language).mime)
    for line in text.splitlines():
        assert len(line) <= 76 or "://" in line, line
        assert line == line.rstrip()


def said(text):
    return set(re.findall(r"\w+", text.casefold()))


@EACH
def test_both_parts_say_the_same_words(kind, language, written):
    made = written(kind, language)
    text, html = parts(made.mime)
    page = outline(html).text
    words = load([bundled("alerts/templates")], language)
    frame = ("dates.weekdays", "dates.months", "dates.weekdays_long")
    dates = " ".join(name for key in frame for name in words.rows(key))
    only_plain = f"{words('product.line')} {words('change.compare_row')}"
    marks = " ".join(words(f"marks.{name}") for name in ("legend_html", "removed", "added"))
    heading = outline(html).heading
    assert said(text) - said(page) <= said(only_plain)
    assert said(page) - said(text) <= said(f"{heading} {made.subject} {marks} {dates} 24 2026")


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_parts_name_the_same_changes_and_the_same_addresses(language, written):
    text, page = parts(written("digest", language).mime)
    html = outline(page)
    shown = [set(re.findall(r"monitor show (\d+)", part)) for part in (text, html.text)]
    assert shown == [{"412", "413", "414"}] * 2
    assert [part.count(mark) for part in (text,) for mark in ("[-", "{+")] == [
        html.tags.count("del"),
        html.tags.count("ins"),
    ]
    assert set(re.findall(r"https?://\S+", text)) == set(html.links)


def test_addresses_of_pages_are_linked_and_shown_as_they_are(week, renderer):
    address = "http://www.senate.be/www/webdriver?MItabObj=pdf&MIcolObj=a%20b&x=1;y=2#page=(3)"
    source = replace(week.sources[1], url=address)
    made = renderer.parts(compose(week.order(), week.material(sources=(source,), changes=())))
    assert address in made.text.split()
    assert address in outline(made.html).links
    assert address in outline(made.html).text.split()


@EACH
def test_our_own_addresses_are_https(kind, language, written):
    text, html = parts(written(kind, language).mime)
    ours = {a for a in (*re.findall(r"\w+://\S+", text), *outline(html).links) if "watch.example.org" in a}
    assert bool(ours) == (kind == "confirm")
    assert all(a.startswith("https://watch.example.org/") for a in ours)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_text_carries_its_language(language, written):
    assert "fr" in outline(parts(written("digest", language).mime)[1]).langs


def test_every_snapshot_shown_is_named_by_its_whole_hash(written, week):
    text, html = parts(written("digest").mime)
    for change in week.changes:
        assert change.new_sha256 in text
        assert change.new_sha256 in html


def test_no_page_of_our_own_is_linked_where_there_is_none(messages, renderer):
    for digest in messages.values():
        assert {"localhost", "127.0.0.1", "watch.example.org"} & set(
            re.split("[/:]", renderer.parts(digest).html)
        ) == set()


def test_subjects_say_what_happened(messages, renderer):
    subjects = {kind: renderer.parts(digest).subject for kind, digest in messages.items()}
    assert subjects["digest"].startswith("3 changes, 1 status notice: Supervisory Body for Police Information, ")
    assert subjects["digest"].endswith(" and 3 more – Tue 24 Nov 2026")
    assert subjects["first_report"].startswith("First report: 11 sources of the Belgium chapter – 3 there, ")
    assert subjects["urgent"].startswith("Urgent: 1 change, 1 status notice: ")
    assert subjects["sign_of_life"] == "Nothing changed: 412 looks at 10 sources – week to Tue 24 Nov 2026"
