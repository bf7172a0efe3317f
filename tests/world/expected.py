"""What thirty days in the offline Belgium must lead to, as data.

The figures hold when every source is looked at once a day (whatever interval its entry gives) and the program does
its own extra looks. Days count from the start; the first day belongs to the first looks and the first report.
"""

from dataclasses import dataclass
from datetime import timedelta

from monitor.model import ChangeKind, EventKind, FindingKind, QuoteState

INTERVAL = timedelta(days=1)
DAYS = 30


@dataclass(frozen=True, slots=True)
class First:
    """What the first look must find. `kinds`: any of them will do; `final`: where the answer came from, if anywhere."""

    source_id: str
    kinds: tuple[FindingKind, ...]
    final: str = ""
    alternatives: tuple[int, ...] = (0,)
    """The 1-based place of the alternative that has the document: any of these; 0 is none."""
    quotes: tuple[QuoteState, ...] = ()
    """States of the quotes of the cited document; empty: not asserted."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that must (or, with `must` false, may) be told of a source between two days.

    `added` and `removed` are words that must stand in the marks; `says` words in the values of an event.
    """

    source_id: str
    kinds: tuple[ChangeKind | EventKind, ...]
    since: float
    by: float
    added: str = ""
    removed: str = ""
    says: str = ""
    must: bool = True


F, C, E, Q = FindingKind, ChangeKind, EventKind, QuoteState
_AI4 = "https://ai4belgium.be"

FIRST = (
    First("nonpaper-trustworthy-ai-2020", (F.QUOTES_FOUND,), quotes=(Q.FOUND,)),
    First("ai4belgium-strategy-2019", (F.REPLACED,), alternatives=(2, 3)),
    First("ai4belgium-introduction", (F.MOVED,), final=f"{_AI4}/en/introduction/", quotes=(Q.FOUND, Q.FOUND)),
    First(
        "jrc-belgium-ai-strategy-report",
        (F.MOVED,),
        final="https://ai-watch.ec.europa.eu/countries/belgium/belgium-ai-strategy-report_en",
    ),
    First("loc-ai-europe-belgium", (F.BLOCKED,), alternatives=(0, 3)),
    First("senate-smart-society-report-2019", (F.THERE, F.QUOTES_MISSING)),
    First("chamber-doc54-2643", (F.QUOTES_FOUND,)),
    First("vandenburre-robonumerique-2018", (F.THERE,)),
    First("wikipedia-communities-regions-belgium", (F.THERE,)),
    First("ewi-vlaams-actieplan-ai-2019", (F.THERE, F.QUOTES_MISSING)),
    First("digitalwallonia-strategy-2019-2024", (F.QUOTES_FOUND,), quotes=(Q.FOUND, Q.FOUND)),
    First(
        "digitalwallonia4ai",
        (F.MOVED,),
        final="https://www.digitalwallonia.be/en/programmes/digitalwallonia4-ai/",
        quotes=(Q.FOUND, Q.FOUND),
    ),
    First("innoviris-get-funded", (F.THERE,)),
    First("oecd-ai-fwb-24911", (F.NOT_WATCHED,)),
    First("ai4belgium-perception-survey-2019", (F.QUOTES_FOUND,), quotes=(Q.FOUND,) * 6),
    First("pwclegal-new-belgian-dpa-2019", (F.GONE, F.OFF_TOPIC)),
    First(
        "hunton-reform-privacy-commission-2018",
        (F.MOVED,),
        final=(
            "https://www.hunton.com/privacy-and-information-security-law/"
            "belgium-adopts-law-reforming-belgian-privacy-commission"
        ),
    ),
    First("algorithmwatch-automating-society-2020-belgium", (F.QUOTES_FOUND,), quotes=(Q.FOUND, Q.FOUND)),
    First("coc-home", (F.THERE,)),
    First("liberties-nhri-2019", (F.GONE, F.MOVED), alternatives=(1,)),
    First("ennhri-nhri-law-2019", (F.THERE,)),
    First(
        "amnesty-belgium-report",
        (F.MOVED, F.MOVED_CHECK),
        final=(
            "https://www.amnesty.org/en/location/europe-and-central-asia/"
            "western-central-and-south-eastern-europe/belgium/report-belgium/"
        ),
    ),
    First("ai4belgium-news", (F.MOVED,), final=f"{_AI4}/en/news/"),
    First("ai4belgium-join", (F.MOVED,), final=f"{_AI4}/en/join-ai4belgium/"),
    First("ai4belgium-contact", (F.MOVED,), final=f"{_AI4}/en/contact/"),
    First("digitalwallonia-projets", (F.MOVED, F.MOVED_CHECK), final="https://www.digitalwallonia.be/fr/programmes/"),
    First("coc-dio19005-airport-facial-recognition", (F.THERE, F.QUOTES_MISSING)),
    First("gdpr-articles-13-22", (F.NOT_WATCHED,)),
    First("malgieri-adm-member-states-2019", (F.NOT_WATCHED, F.BLOCKED)),
    First("loc-ai-selected-jurisdictions-2019", (F.BLOCKED,), alternatives=(1,)),
    First("stopkillerrobots-activities-2018", (F.BLOCKED, F.UNREACHABLE)),
    First("freedomhouse-fiw-2020-belgium", (F.THERE,)),
)
"""One per source of the list, in its order."""

MUST = (
    Told("ai4belgium-news", (C.ITEMS,), 4, 6, added="Federal ethics committee on data and AI gives its first opinion"),
    Told("wikipedia-communities-regions-belgium", (C.TEXT,), 6, 8, removed="124", added="118"),
    Told("coc-home", (C.TEXT,), 7, 9, removed="not"),
    Told("digitalwallonia4ai", (C.TEXT,), 8, 10, removed="15 April", added="31 May"),
    Told("digitalwallonia-projets", (C.ITEMS,), 10, 12, added="Start IA et Tremplin IA"),
    Told("ai4belgium-introduction", (C.TEXT,), 12, 14, removed="ambitious and official", added="roadmap"),
    Told("vandenburre-robonumerique-2018", (E.GONE,), 13, 17),
    Told("ai4belgium-news", (C.ITEMS,), 14, 16, added="National convergence plan: second progress report"),
    Told("innoviris-get-funded", (C.TEXT,), 15, 17, removed="30 June 2026", added="suspended until further notice"),
    Told("coc-home", (C.RESTORED,), 16, 18, added="not"),
    Told("jrc-belgium-ai-strategy-report", (E.STATUS_NOTICE,), 18, 20, says="no longer updated"),
    Told("ai4belgium-perception-survey-2019", (C.TEXT,), 19, 21, removed="76%", added="67%"),
    Told("algorithmwatch-automating-society-2020-belgium", (C.COLLAPSED,), 20, 23.5),
    Told("innoviris-get-funded", (E.BLOCKED,), 21, 23.5),
    Told("ewi-vlaams-actieplan-ai-2019", (E.GONE, E.UNREACHABLE), 22, 26),
    Told(
        "digitalwallonia-strategy-2019-2024", (E.STATUS_NOTICE,), 23, 25, says="replaced by Digital Wallonia 2025-2029"
    ),
    Told("innoviris-get-funded", (E.RETURNED,), 24.5, 26.5),
    Told("coc-dio19005-airport-facial-recognition", (E.GONE,), 24, 28),
    Told("amnesty-belgium-report", (C.TEXT, C.COLLAPSED), 26, 29.9, added="PFAS"),
)
"""Exactly once each."""

MAY = (
    # What the first report says already may be declared once more when the doubt has settled.
    Told("ai4belgium-strategy-2019", (E.REPLACED, E.ALTERNATIVE, E.GONE), 0, 3, must=False),
    Told("loc-ai-europe-belgium", (E.BLOCKED, E.ALTERNATIVE), 0, 3, must=False),
    Told("loc-ai-selected-jurisdictions-2019", (E.BLOCKED, E.ALTERNATIVE), 0, 3, must=False),
    Told("pwclegal-new-belgian-dpa-2019", (E.GONE, E.REPLACED), 0, 3, must=False),
    Told("liberties-nhri-2019", (E.GONE, E.ALTERNATIVE, E.MOVED), 0, 3, must=False),
    Told("malgieri-adm-member-states-2019", (E.BLOCKED,), 0, 3, must=False),
    Told("stopkillerrobots-activities-2018", (E.BLOCKED, E.UNREACHABLE), 0, 3, must=False),
    *(Told(first.source_id, (E.MOVED, E.MOVED_CHECK), 0, 3, must=False) for first in FIRST if F.MOVED in first.kinds),
    # The same fact seen from the quote's side.
    Told("ai4belgium-introduction", (E.QUOTE_LOST,), 12, 14, must=False),
    Told("ai4belgium-perception-survey-2019", (E.QUOTE_LOST,), 19, 21, must=False),
    Told("algorithmwatch-automating-society-2020-belgium", (E.QUOTE_LOST,), 20, 23.5, must=False),
)
"""Allowed beside what must be told. Anything else that is told is a false alarm."""

STORY = MUST + MAY


@dataclass(frozen=True, slots=True)
class Noise:
    """A difference or a failure that must be told to nobody."""

    source_id: str
    day: float
    what: str


NOISE = (
    Noise("ai4belgium-join", 0, "form tokens, a cookie banner at every second visit, rotating teasers, a footer clock"),
    Noise("ai4belgium-contact", 0, "an obfuscated address that is new at each visit"),
    Noise("innoviris-get-funded", 0, "two variants of the first sentence in turn"),
    Noise("coc-home", 0, "a visit counter and a clock in the footer"),
    Noise("amnesty-belgium-report", 0, "rotating appeals"),
    Noise("wikipedia-communities-regions-belgium", 6, "the line of the last edit, by itself"),
    Noise("ai4belgium-join", 9, "maintenance for two looks"),
    Noise("ennhri-nhri-law-2019", 10, "429 with Retry-After, once"),
    Noise("digitalwallonia-projets", 10, "the counter of projects, by itself"),
    Noise("freedomhouse-fiw-2020-belgium", 11, "a connection that breaks in the middle of the body, once"),
    Noise("hunton-reform-privacy-commission-2018", 13, "a half-rendered page, once"),
    Noise("nonpaper-trustworthy-ai-2020", 14, "the same text saved as other bytes"),
    Noise("*", 17, "our own network gone for an hour"),
)

FORBIDDEN = (("perma.cc", "/2M7K-SLGD"),)
"""Hosts and paths that robots.txt closes: never asked for."""

QUIET = (("ennhri.org", timedelta(seconds=3600)),)
"""Hosts that once answered 429: nothing is sent to them for that long afterwards."""

GAP = timedelta(seconds=2)
"""Between two requests to one host, at least."""
SLOW = (("www.lachambre.be", timedelta(seconds=5)),)
"""Hosts whose robots.txt asks for more (Crawl-delay, a courtesy)."""
