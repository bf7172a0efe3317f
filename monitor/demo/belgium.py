"""The demo's small Belgium: eight invented sources, a week of their history, and the steps of the demo.

Hosts end in `.example` (RFC 2606): nothing of this can be mistaken for, or lead to, a real site.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.demo import belgium_texts as texts
from monitor.demo.belgium_home import BELGIUM_YAML, REGISTERS_YAML, SOURCES_YAML
from monitor.demo.markup import Site, page, replaced
from monitor.demo.pdf import typeset
from monitor.demo.script import Body, Down, Redirect, Reply, Scene, Script, Validators

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
"""A Monday morning."""

HOME_FILES = {
    "sources.yaml": SOURCES_YAML,
    "reports/belgium.yaml": BELGIUM_YAML,
    "reports/registers.yaml": REGISTERS_YAML,
}
"""What the home of the demo holds, by path."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the demo: move the clock to `day` (since the start) and do whatever has become due on the way."""

    day: float
    title: str
    """What happened in the played Belgium, in one sentence."""
    source_id: str = ""
    """The source it happened to."""
    told: bool = True
    """Whether a reader hears of it."""


STEPS = (
    Step(0.0, "The eight sources are looked at for the first time.", told=False),
    Step(1.0, "A day of getting to know the pages: clocks, counters, banners, two variants of one page.", told=False),
    Step(2.0, "BelAI adds an item to its news.", "belai-news"),
    Step(3.0, "In a sentence the report quotes, `shall` becomes `may`.", "belai-introduction"),
    Step(4.0, "Wallonia moves a deadline and raises a budget.", "tremplin-ia"),
    Step(5.0, "Brussels serves half a page, once; nobody needs to know.", "brussels-get-funded", told=False),
    Step(6.0, "A banner says that the Flemish plan is archived.", "vlaams-plan-ai"),
    Step(9.0, "A blog's host has died.", "depute-groupe-de-travail"),
)

_BELAI = Site(
    name="BelAI",
    css="wp",
    menu=("Home", "Introduction", "News", "Working groups", "Contact"),
    languages=("en", "fr", "nl"),
    cookies="We use cookies to make this website work and to count visits.",
    cookies_every=2,
    newsletter="Subscribe to our newsletter",
    related=("What the AI Act changes for you", "Follow the free course", "AI for the public good"),
    footer=("BelAI is supported by the federal administration.", "Page generated on {clock}"),
)
_FLANDERS = Site(
    name="Innovatie in Vlaanderen",
    language="nl",
    css="drupal",
    menu=("Onze opdracht", "Nieuws", "Subsidies", "Contact"),
    cookies="Deze website gebruikt cookies. Lees meer in ons cookiebeleid.",
    labels=("Overslaan en naar de inhoud gaan", "Gerelateerd nieuws"),
    related=("Nieuwe oproep voor speerpuntclusters", "STEM-monitor gepubliceerd", "Bezoek ons op de beurs"),
    footer=("Een website van de overheid", "Disclaimer | Privacy"),
)
_WALLONIA = Site(
    name="Numérique Wallonie",
    language="fr",
    css="dw",
    menu=("Stratégie", "Programmes", "Publications", "Agenda"),
    newsletter="Recevoir la lettre d’information",
    labels=("Aller au contenu principal", "À lire aussi"),
    related=("La 5G : où en est-on ?", "Maturité numérique", "Open data dans les villes"),
    footer=("Mis à jour le {clock}",),
)
_BRUSSELS = Site(
    name="Innovation Brussels",
    css="field",
    menu=("Get funded", "Funded projects", "About us", "Contact"),
    languages=("en", "fr", "nl"),
    cookies="We value your privacy. Accept all, refuse all or choose.",
    footer=("{visits} visitors since 2019", "© {clock}"),
)
_BLOG = Site(
    name="Le carnet d’une députée",
    language="fr",
    css="blog",
    charset="iso-8859-1",
    menu=("Accueil", "Qui suis-je ?", "Presse", "Contact"),
    labels=("Aller au contenu", "Articles récents"),
    related=("La mobilité à Bruxelles", "Un service citoyen", "Mes vœux pour l’année"),
    footer=("Vous êtes le visiteur n° {visits}",),
)

_BLOG_HOST, _BLOG_PATH = "blog.depute.example", "/2025/01/18/premiere-reunion-agenda-robonumerique/"


def script() -> Script:
    """Eight sources and nine days."""
    scenes = (*_federal(), *_regional(), *_documents())
    return Script(START, scenes, (Down(_BLOG_HOST, at=6.1),))


def _federal() -> tuple[Scene, ...]:
    host, introduction, news = "www.belai.example", "/en/introduction/", "/en/news/"
    altered = replaced(texts.INTRODUCTION, *texts.INTRODUCTION_CHANGE)
    newest = "* 26 February 2026"
    longer = replaced(texts.NEWS, newest, f"{texts.NEWS_ITEM}\n{newest}")
    return (
        Scene(host, "/introduction/", Redirect(f"http://{host}{introduction}")),
        Scene(host, introduction, _shown(page(_BELAI, texts.INTRODUCTION))),
        Scene(host, introduction, _shown(page(_BELAI, altered)), at=2.1),
        Scene(host, news, _shown(page(_BELAI, texts.NEWS))),
        Scene(host, news, _shown(page(_BELAI, longer)), at=1.1),
        Scene(_BLOG_HOST, _BLOG_PATH, Reply(page(_BLOG, texts.BLOG), content_type="text/html")),
    )


def _regional() -> tuple[Scene, ...]:
    flanders, plan = "innovatie.vlaanderen.example", "/nieuws/plan-artificiele-intelligentie"
    wallonia, call = "www.numerique-wallonie.example", "/fr/appels/tremplin-ia"
    brussels, funding = "innovation.brussels.example", "/get-funded"
    variants = page(_BRUSSELS, texts.FUNDING, other=replaced(texts.FUNDING, *texts.FUNDING_OTHER))
    half = page(_BRUSSELS, texts.FUNDING.partition("\n## ")[0])
    return (
        Scene(flanders, plan, _shown(page(_FLANDERS, texts.PLAN))),
        Scene(flanders, plan, _shown(page(_FLANDERS, texts.PLAN, notice=texts.PLAN_NOTICE)), at=5.1),
        Scene(wallonia, call, _shown(page(_WALLONIA, texts.CALL))),
        Scene(wallonia, call, _shown(page(_WALLONIA, replaced(texts.CALL, *texts.CALL_CHANGE))), at=3.1),
        Scene(brussels, funding, _shown(variants)),
        Scene(brussels, funding, _shown(half), at=4.1, looks=1),
    )


def _documents() -> tuple[Scene, ...]:
    resolution = typeset(
        [texts.RESOLUTION_FR, texts.RESOLUTION_NL],
        running="DOC 56 0412/001        CHAMBRE        KAMER",
        size=9,
        title="DOC 56 0412/001",
    )
    oversight = typeset([texts.OVERSIGHT], running="Controleorgaan", title="DIO21007")
    return (
        Scene("www.chambre.example", "/doc/flwb/pdf/56/0412/56k0412001.pdf", _printed(resolution)),
        Scene("www.toezicht.example", "/files/DIO21007_Gezichtsherkenning_Publiek_N.PDF", _printed(oversight)),
    )


def _shown(body: Body) -> Reply:
    return Reply(body, gzip=True)


def _printed(body: bytes) -> Reply:
    return Reply(body, content_type="application/pdf", validators=Validators.HONEST)
