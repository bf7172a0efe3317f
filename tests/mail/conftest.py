"""Digests to render: an invented week of the Belgium chapter, and builders for anything else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor.digest import compose
from monitor.messages import Renderer, Sender
from monitor.model import (
    Change,
    ChangeKind,
    Citation,
    DigestKind,
    DigestOrder,
    Event,
    EventKind,
    Expect,
    Finding,
    FindingKind,
    Frequency,
    Mark,
    Material,
    Notice,
    NoticeCode,
    Part,
    PartKind,
    Quote,
    QuoteMatch,
    QuoteState,
    QuoteTouch,
    Reason,
    Section,
    Severity,
    Source,
    Span,
    Status,
    Subscriber,
    WatchAs,
    numbered,
)
from monitor.model.verdict import Tally, Verdict

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
SECTIONS = (
    Section("national-strategy", "National strategy"),
    Section("regional-community", "Regions and communities"),
    Section("oversight", "Independent oversight"),
    Section("facial-recognition", "Facial recognition"),
    Section("laws", "Lethal autonomous weapons"),
)
QUOTE = Quote("coc-airport", 170, "They are asking for a temporary ban of the pilot project.")
PAPER_QUOTE = Quote(
    "nonpaper",
    140,
    "The main aim must be to create a common framework where trustworthy and human-centric AI goes hand in hand "
    "with innovation, economic growth and competitiveness",
)
SENATE_QUOTE = Quote("senate-6-413", 145, "Algorithms must be open to inspection.", QuoteMatch.TRANSLATED)


def _source(name_id, name, section, publisher, url, footnotes, **more):
    return Source(
        id=name_id, name=name, section=section, publisher=publisher, url=url, footnotes=footnotes,
        languages=more.pop("languages", ("en",)), topics=more.pop("topics", (section,)), **more,
    )  # fmt: skip


SOURCES = (
    _source("nonpaper", "Non-paper of 14 states: Innovative and trustworthy AI (PDF)", "national-strategy",
            "Permanent Representation of the Kingdom of the Netherlands to the EU (host); 14 signatory governments",
            "https://www.permanentrepresentations.nl/binaries/nlatio/documents/Non-paper+-+Innovative.pdf", (140,),
            status=Status.DOCUMENT, watch_as=WatchAs.PDF, jurisdiction="EU"),
    _source("ai4belgium-strategy", "AI4Belgium strategy report (PDF)", "national-strategy",
            "AI4Belgium (coalition run by FPS BOSA)",
            "https://www.ai4belgium.be/wp-content/uploads/2019/04/report_en.pdf", (141,), status=Status.DOCUMENT,
            watch_as=WatchAs.PDF, jurisdiction="federal", expect=Expect.SOFT_404),
    _source("ai4belgium-introduction", "AI4Belgium: introduction", "national-strategy", "AI4Belgium (coalition)",
            "https://www.ai4belgium.be/introduction/", (142, 167), jurisdiction="federal", expect=Expect.MOVED),
    _source("loc-belgium", "Library of Congress: Regulation of AI, Europe and Central Asia: Belgium",
            "national-strategy", "Library of Congress", "https://www.loc.gov/law/help/artificial-intelligence/europe.php",
            (144, 146), jurisdiction="international", expect=Expect.OK),
    _source("senate-6-413", "Senate information report 6-413 (PDF)", "national-strategy", "Belgian Senate",
            "https://www.senate.be/www/webdriver?MItabObj=pdf&MIvalObj=100664119", (145,), status=Status.DOCUMENT,
            watch_as=WatchAs.PDF, languages=("fr", "nl"), jurisdiction="federal"),
    _source("ai4belgium-news", "AI4Belgium: news", "national-strategy", "AI4Belgium (coalition run by FPS BOSA)",
            "https://ai4belgium.be/news/", (143, 154), status=Status.INDEX, watch_as=WatchAs.LISTING,
            jurisdiction="federal"),
    _source("digital-wallonia", "DigitalWallonia4.ai", "regional-community", "Digital Wallonia",
            "https://www.digitalwallonia.be/fr/programmes/digitalwallonia4ai/", (148,), languages=("fr",),
            jurisdiction="Wallonia", topics=("regional-strategies",), expect=Expect.OK),
    _source("hunton-reform", "Hunton: reform of the Belgian Privacy Commission", "oversight", "Hunton Andrews Kurth",
            "https://www.huntonprivacyblog.com/2018/01/18/belgium-adopts-law-reforming-belgian-privacy-commission/",
            (158,), jurisdiction="international", status=Status.DOCUMENT, expect=Expect.OK),
    _source("coc-airport", "Supervisory Body for Police Information: English site", "facial-recognition",
            "Supervisory Body for Police Information (COC)", "https://www.controleorgaan.be/en/",
            (170,), jurisdiction="federal", publisher_kind="DPA/oversight body"),
    _source("sciencedirect-laws", "ScienceDirect: article on autonomous weapons", "laws", "Elsevier",
            "https://www.sciencedirect.com/science/article/pii/S2212473X17300287", (172,), jurisdiction="international",
            expect=Expect.BLOCKED),
    _source("oecd-api", "OECD AI Policy Observatory: Belgium", "laws", "OECD", "https://oecd.ai/en/dashboards/be",
            (174,), watch_as=WatchAs.API, expect=Expect.NONE, jurisdiction="international"),
)  # fmt: skip
CITATIONS = (
    Citation(170, "coc-airport", "Positions", "COC", "2019", "Facial Recognition", "",
             claims=("They are asking for a temporary ban of the pilot project.",), quotes=(QUOTE,)),
    Citation(148, "digital-wallonia", "DigitalWallonia4.ai", "Digital Wallonia", "2019", "Regional", "",
             claims=("Wallonia launched DigitalWallonia4.ai to speed up the adoption of AI by companies.",)),
    Citation(143, "ai4belgium-news", "News", "AI4Belgium", "2020", "National Strategy", "",
             claims=("The coalition reports its steps on its own site.",)),
)  # fmt: skip


def _spans(text):
    """`a [-b-] {+c+} d` → spans."""
    out = []
    for piece in (
        text.replace("[-", "\x00-").replace("-]", "\x00").replace("{+", "\x00+").replace("+}", "\x00").split("\x00")
    ):
        words = piece.strip()
        if not words:
            continue
        mark = {"-": Mark.REMOVED, "+": Mark.ADDED}.get(words[0], Mark.SAME)
        out.append(Span(mark, words if mark is Mark.SAME else words[1:]))
    return tuple(out)


def _changed(text, **more):
    spans = _spans(text)
    old = " ".join(s.text for s in spans if s.mark is not Mark.ADDED)
    new = " ".join(s.text for s in spans if s.mark is not Mark.REMOVED)
    return Part(PartKind.CHANGED, old, new, spans, **more)


def _change(number, source, severity, reasons, parts, **more):
    return Change(
        source_id=source, kind=more.pop("kind", ChangeKind.TEXT), severity=severity, reasons=tuple(reasons),
        parts=tuple(parts), first_seen=more.pop("first_seen", NOW - timedelta(hours=1, minutes=50)),
        confirmed_at=NOW - timedelta(hours=1), unchanged_since=datetime(2026, 8, 3, 4, 0, tzinfo=UTC),
        last_unchanged=NOW - timedelta(days=1, hours=2), looks_unchanged=113, id=number,
        new_sha256=f"{number * 7919:08x}" * 8, new_snapshot=number, **more,
    )  # fmt: skip


CHANGES = (
    _change(
        414, "ai4belgium-news", Severity.MINOR, [Reason("item_new")],
        [
            Part(PartKind.ITEM_NEW, "", "Steering committee publishes its annual report",
                 (Span(Mark.ADDED, "Steering committee publishes its annual report"),),
                 url="https://ai4belgium.be/news/annual-report-2026.pdf", date="23 Nov 2026"),
            Part(PartKind.ITEM_NEW, "", "Call for experts: sandbox working group",
                 (Span(Mark.ADDED, "Call for experts: sandbox working group"),),
                 url="https://ai4belgium.be/news/call-for-experts", date="20 Nov 2026"),
        ],
        kind=ChangeKind.ITEMS,
    ),
    _change(
        413, "digital-wallonia", Severity.SUBSTANTIVE,
        [Reason("date", {"old": "15 décembre 2026", "new": "31 janvier 2027"}),
         Reason("money", {"old": "2 millions", "new": "3,5 millions"})],
        [
            _changed("La date limite est fixée au [-15 décembre 2026-] {+31 janvier 2027+} pour les dossiers complets.",
                     headings=("Programme", "Appels à projets")),
            _changed("L'enveloppe totale est de [-2-] {+3,5+} millions d'euros.",
                     headings=("Programme", "Appels à projets")),
            Part(PartKind.ADDED, "", "Les communes peuvent désormais déposer un dossier commun.",
                 (Span(Mark.ADDED, "Les communes peuvent désormais déposer un dossier commun."),),
                 headings=("Programme", "Qui peut participer ?")),
        ],
        topics=("regional-strategies", "ai"),
    ),
    _change(
        412, "coc-airport", Severity.CRITICAL,
        [Reason("quote_changed", {"footnote": "170"}), Reason("words_changed")],
        [_changed("The supervisory body asks for a [-temporary-] ban of the pilot [-project.-] {+project until a legal "
                  "framework has been adopted by Parliament.+}",
                  headings=("Facial recognition at Brussels Airport", "Our position"))],
        quotes=(QuoteTouch(QUOTE, QuoteState.FOUND, QuoteState.CHANGED,
                           "The supervisory body asks for a ban of the pilot project until a legal framework has been "
                           "adopted by Parliament."),),
        topics=("facial-recognition",),
    ),
)  # fmt: skip
EVENTS = (
    Event("hunton-reform", EventKind.MOVED, NOW - timedelta(hours=9),
          {"old": "https://www.huntonprivacyblog.com/2018/01/18/belgium-adopts-law-reforming-belgian-privacy-commission/",
           "new": "https://www.hunton.com/privacy-and-information-security-law/belgium-adopts-law", "url": "",
           "likeness": "97%"},
          id=31),
    Event("ai4belgium-strategy", EventKind.STATUS_NOTICE, NOW - timedelta(hours=3),
          {"line": "This report is archived and is no longer updated."}, urgent=True, id=33),
    Event("sciencedirect-laws", EventKind.BLOCKED, NOW - timedelta(hours=12),
          {"since": (NOW - timedelta(days=5)).isoformat(), "looks": "9", "reason": "page_blocked",
           "reason_phrase": "Are you a robot?", "last_good": "2026-11-02T05:00:00+00:00"}, id=32),
    Event("loc-belgium", EventKind.RETURNED, NOW - timedelta(hours=2),
          {"was": "blocked", "since": (NOW - timedelta(days=2)).isoformat(), "looks": "6"}, id=34),
)  # fmt: skip


def _touch(quote, after, page=0, nearest=""):
    return QuoteTouch(quote, QuoteState.UNREAD, after, nearest, page)


FINDINGS = (
    Finding("nonpaper", FindingKind.QUOTES_FOUND, NOW, quotes=(_touch(PAPER_QUOTE, QuoteState.FOUND, 1),)),
    Finding("ai4belgium-strategy", FindingKind.REPLACED, NOW, reason=Reason("media", {"old": "pdf", "new": "html"}),
            alternative=2, alternative_url="https://bosa.belgium.be/sites/default/files/ai4belgium.pdf"),
    Finding("ai4belgium-introduction", FindingKind.MOVED, NOW, final_url="https://ai4belgium.be/en/introduction/",
            quotes=(_touch(PAPER_QUOTE, QuoteState.FOUND), _touch(QUOTE, QuoteState.FOUND))),
    Finding("loc-belgium", FindingKind.BLOCKED, NOW, reason=Reason("page_blocked", {"phrase": "Just a moment…"}),
            surprising=True),
    Finding("senate-6-413", FindingKind.THERE, NOW, quotes=(_touch(SENATE_QUOTE, QuoteState.NO_ANCHOR),)),
    Finding("ai4belgium-news", FindingKind.THERE, NOW),
    Finding("digital-wallonia", FindingKind.QUOTES_MISSING, NOW, surprising=True, quotes=(
        _touch(QUOTE, QuoteState.FOUND), _touch(PAPER_QUOTE, QuoteState.MISSING))),
    Finding("hunton-reform", FindingKind.GONE, NOW, reason=Reason("status", {"status": "404"}), surprising=True),
    Finding("coc-airport", FindingKind.MOVED_CHECK, NOW, final_url="https://www.controleorgaan.be/en/home"),
    Finding("sciencedirect-laws", FindingKind.BLOCKED, NOW, reason=Reason("status", {"status": "403"})),
)  # fmt: skip
_VERDICTS = {
    140: Verdict.STANDS, 141: Verdict.GONE_COPY, 142: Verdict.STANDS, 144: Verdict.UNSEEN, 145: Verdict.UNCHECKED,
    146: Verdict.CHANGED, 152: Verdict.WITHDRAWN, 157: Verdict.PASSAGE_GONE, 170: Verdict.CHECK,
    171: Verdict.UNWATCHED, 173: Verdict.ELSEWHERE,
}  # fmt: skip
STANDING = Tally({numbered(n): verdict for n, verdict in _VERDICTS.items()}, NOW - timedelta(minutes=20))
"""How the report stands when the messages are made."""
SUBSCRIBER = Subscriber(id=7, email="reader@example.org", frequency=Frequency.DAILY, sign_of_life=True)
SENDER = Sender(address="watch@example.org", instance="k3v9", contact="desk@example.org")


def _material(**more):
    made = Material(
        SECTIONS, SOURCES, CITATIONS, changes=CHANGES, events=EVENTS, findings=FINDINGS, looks=71, held_back=14,
        held_sources=6,
    )  # fmt: skip
    return replace(made, **more)


NOTICES = (
    Notice(NoticeCode.SUSPENDED, NOW - timedelta(minutes=48), "anna@example.org", "550 5.1.1 User unknown",
           "monitor subscribers resume anna@example.org"),
    Notice(NoticeCode.LIST_BROKEN, NOW - timedelta(hours=4), "sources.yaml",
           "sources.yaml:41: 'intervall' is not a field of a source (did you mean interval?)", "monitor check"),
)  # fmt: skip


def _letter(renderer, kind, language="en", email="reader@example.org"):
    """One of the messages that tell of no change, as it goes out."""
    reader = replace(SUBSCRIBER, language=language, email=email)
    if kind == "confirm":
        order = DigestOrder(reader, DigestKind.CONFIRM, "confirm:4f1c", NOW, NOW)
        return renderer.confirm(order, "https://watch.example.org/confirm/Nh3dKq0vTz7w", NOW + timedelta(days=2))
    return renderer.notice(DigestOrder(reader, DigestKind.NOTICE, "notice:1", NOW, NOW), NOTICES)


def _order(kind=DigestKind.DIGEST, window="2026-11-24", subscriber=SUBSCRIBER, days=1):
    return DigestOrder(subscriber, kind, window, NOW - timedelta(days=days), NOW)


class Week(SimpleNamespace):
    """The invented week: its values and builders."""

    def __repr__(self):
        return "the week"


@pytest.fixture(scope="session")
def week():
    return Week(
        now=NOW, sections=SECTIONS, sources=SOURCES, citations=CITATIONS, changes=CHANGES, events=EVENTS,
        findings=FINDINGS, subscriber=SUBSCRIBER, sender=SENDER, material=_material, order=_order, change=_change,
        changed=_changed, spans=_spans, source=_source, quote=QUOTE, touch=_touch, letter=_letter,
    )  # fmt: skip


@pytest.fixture(scope="session")
def renderer():
    return Renderer(SENDER)


def _messages():
    """Every kind of message, as a digest."""
    quiet = {"changes": (), "events": ()}
    orders = {
        "digest": (_order(), _material(standing=STANDING)),
        "first_report": (_order(DigestKind.FIRST_REPORT, "first"), _material(standing=STANDING)),
        "urgent": (_order(DigestKind.URGENT, "urgent:change:412"), _material(standing=STANDING)),
        "sign_of_life": (
            _order(DigestKind.SIGN_OF_LIFE, "life:2026-W48", days=7),
            _material(looks=412, standing=STANDING, **quiet),
        ),
        "test": (_order(DigestKind.TEST, "test:1"), _material(**quiet)),
    }
    return {name: compose(order, material) for name, (order, material) in orders.items()}


@pytest.fixture(scope="session")
def messages():
    return _messages()


@pytest.fixture(scope="session")
def written(messages, renderer):
    """`written(kind, language)`: any message of the week as it goes out, made once."""

    @cache
    def write(kind, language="en"):
        if kind not in messages:
            return _letter(renderer, kind, language)
        order = messages[kind].order
        spoken = replace(order, subscriber=replace(order.subscriber, language=language))
        return renderer.render(replace(messages[kind], order=spoken))

    return write


@pytest.fixture(scope="session")
def samples_folder():
    return Path(__file__).parents[2] / "alerts" / "samples"


@pytest.fixture(scope="session")
def templates_folder():
    return Path(__file__).parents[2] / "alerts" / "templates"
