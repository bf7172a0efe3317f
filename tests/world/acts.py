"""The thirty days: every cited site at its real address, and what happens there.

Days count from the start of the script. What each act must lead to stands in `expected.py`.
"""

from datetime import timedelta

from world import furniture as site
from world.ways import challenge, challenged, from_day, head_of, leads, prints, robots, shows, text

from monitor.demo.markup import replaced
from monitor.demo.script import Down, Drop, Redirect, Reply, Scene, Validators

NONPAPER = (
    "/binaries/nlatio/documents/publications/2020/10/8/non-paper---innovative-and-trustworthy-ai/"
    "Non-paper+-+Innovative+and+trustworthy+AI+-+Two+side+of+the+same+coin.pdf"
)
SENATE = "/www/webdriver?MItabObj=pdf&MIcolObj=pdf&MInamObj=pdfid&MItypeObj=application/pdf&MIvalObj=100664119"
VANDEN_BURRE = "/2018/01/18/premiere-reunion-groupe-de-travail-lagenda-robonumerique-parlement/"
EWI = "/nieuws/vlaams-actieplan-artificiele-intelligentie-gelanceerd"
PWC = "/en/news/the-new-belgian-data-protection-authority---whos-who-and-how-wil.html"
HUNTON = "/2018/01/18/belgium-adopts-law-reforming-belgian-privacy-commission/"
HUNTON_TODAY = "/privacy-and-information-security-law/belgium-adopts-law-reforming-belgian-privacy-commission"
ENNHRI = "/news-and-blog/ennhri-welcomes-new-law-adopted-on-national-human-rights-institution-in-belgium/"
CIVICUS = "/updates/2019/06/15/Belgium-approves-law-creating-long-overdue-human-rights-institution/"
AMNESTY = "/en/countries/europe-and-central-asia/belgium/report-belgium/"
AMNESTY_TODAY = "/en/location/europe-and-central-asia/western-central-and-south-eastern-europe/belgium/report-belgium/"
DIO = "/files/DIO19005_Onderzoek_LPABRUNAT_Gezichtsherkenning_Publiek_N.PDF"
LLGLRD = "/storage-services/service/ll/llglrd/2019668143/2019668143.pdf"
REPORT = "/wp-content/uploads/2019/04/report_en.pdf"
SURVEY = "/wp-content/uploads/2019/04/enquete_en.pdf"


def non_paper() -> list[Scene]:
    """Never changes. The tag differs from machine to machine, and on day 14 the same text is saved anew."""
    host, words = "www.permanentrepresentations.nl", text("nonpaper")
    first = prints(words, title="Non-paper", validators=Validators.CHURNING)
    again = prints(words, title="Non-paper", created="20260316100000Z", validators=Validators.CHURNING)
    return [Scene(host, NONPAPER, first), from_day(14, host, NONPAPER, again)]


def ai4belgium() -> list[Scene]:
    """Seven footnotes on one host: pages behind a language prefix, a web page where the report was."""
    www, bare = "www.ai4belgium.be", "ai4belgium.be"
    scenes = [
        robots(host, "Disallow: /wp-admin/", "Allow: /wp-admin/admin-ajax.php", "Sitemap: /sitemap.xml")
        for host in (www, bare)
    ]
    moved = ("/introduction/", "/news/", "/join-ai4belgium/", "/contact/")
    scenes += [leads(www, path, f"https://{bare}/en{path}") for path in moved]
    scenes += [Scene(host, REPORT, shows(site.AI4BELGIUM, text("ai4belgium-report-html"))) for host in (www, bare)]
    return [*scenes, *_ai4belgium_copies(), *_introduction(bare), *_news(bare), *_small_pages(bare), *_survey(www)]


def _ai4belgium_copies() -> list[Scene]:
    words, archive = text("ai4belgium-strategy"), "web.archive.org"
    original = f"https://www.ai4belgium.be{REPORT}"
    copy = site.Site(name="DocsLib", css="doc", menu=("Home", "Upload"), still=True)
    return [
        Scene("docslib.org", "/doc/7392749/report-en-pdf", shows(copy, words.replace("---", ""))),
        leads(archive, f"/web/2022/{original}", f"http://{archive}/web/20220318094512/{original}", 302),
        Scene(archive, f"/web/20220318094512/{original}", prints(words, title="AI 4 Belgium")),
    ]


def _introduction(host: str) -> list[Scene]:
    words, path = text("ai4belgium-introduction"), "/en/introduction/"
    altered = replaced(
        words,
        "towards an ambitious and official Belgian AI strategy. We will start implementing",
        "towards a Belgian roadmap on artificial intelligence. We have started implementing",
    )
    return [
        Scene(host, path, shows(site.AI4BELGIUM, words)),
        from_day(12, host, path, shows(site.AI4BELGIUM, altered)),
    ]


def _news(host: str) -> list[Scene]:
    words, path, newest = text("ai4belgium-news"), "/en/news/", "* 26 February 2026"
    item = (
        "* 6 March 2026 | Federal ethics committee on data and AI gives its first opinion | "
        "https://ai4belgium.be/en/news/first-opinion/ | The committee looked at the use of chatbots by administrations."
    )
    later = (
        "* 16 March 2026 | National convergence plan: second progress report | "
        "https://ai4belgium.be/en/news/second-progress-report/ | Thirty-one of seventy actions are finished."
    )
    once = replaced(words, newest, f"{item}\n{newest}")
    twice = replaced(once, item, f"{later}\n{item}")
    return [
        Scene(host, path, shows(site.AI4BELGIUM, words)),
        from_day(4, host, path, shows(site.AI4BELGIUM, once)),
        from_day(14, host, path, shows(site.AI4BELGIUM, twice)),
    ]


def _small_pages(host: str) -> list[Scene]:
    """Join: form tokens, two looks of maintenance on day 9. Contact: an obfuscated address, new at each visit."""
    maintenance = Reply(
        b"<!doctype html><html lang='en'><title>Maintenance</title>" + text("maintenance").replace("# ", "").encode(),
        status=503,
        headers=(("Retry-After", "600"),),
    )
    return [
        Scene(host, "/en/join-ai4belgium/", shows(site.AI4BELGIUM, text("ai4belgium-join"))),
        from_day(9, host, "/en/join-ai4belgium/", maintenance, looks=2),
        Scene(host, "/en/contact/", shows(site.AI4BELGIUM, text("ai4belgium-contact"))),
    ]


def _survey(host: str) -> list[Scene]:
    """The PDF is there, with all figures; on day 19 another one lies silently under the same name."""
    words = text("ai4belgium-survey")
    altered = replaced(words, "76% hold a positive attitude", "67% hold a positive attitude")
    return [
        Scene(host, SURVEY, prints(words, title="Perception AI")),
        from_day(19, host, SURVEY, prints(altered, title="Perception AI", created="20260321100000Z")),
    ]


def commission() -> list[Scene]:
    """Two moves across hosts; on day 18 a banner says that the page is archived."""
    path = "/countries/belgium/belgium-ai-strategy-report_en"
    notice = "ARCHIVED: this page has been archived on 20 March 2026 and is no longer updated."
    return [
        leads(
            "ec.europa.eu",
            "/knowledge4policy/ai-watch/belgium-ai-strategy-report_en",
            "https://knowledge4policy.ec.europa.eu/ai-watch/belgium-ai-strategy-report_en",
        ),
        leads(
            "knowledge4policy.ec.europa.eu",
            "/ai-watch/belgium-ai-strategy-report_en",
            f"https://ai-watch.ec.europa.eu{path}",
        ),
        Scene("ai-watch.ec.europa.eu", path, shows(site.COMMISSION, text("jrc"))),
        from_day(18, "ai-watch.ec.europa.eu", path, shows(site.COMMISSION, text("jrc"), notice=notice)),
    ]


def library_of_congress() -> list[Scene]:
    """Shielded as a whole; the file store beside it is open."""
    copy = prints(text("loc-report"), running="The Law Library of Congress", title="Regulation of AI")
    return [*challenged("www.loc.gov"), Scene("tile.loc.gov", LLGLRD, copy)]


def parliament() -> list[Scene]:
    """Two columns, French and Dutch, behind a query that must be sent as it is written."""
    senate = prints(
        text("senate.fr"), text("senate.nl"), running="6-413/3 - 2018/2019        Sénat - Senaat", title="6-413/3"
    )
    chamber = prints(
        text("chamber.fr"),
        text("chamber.nl"),
        running="DOC 54 2643/001        CHAMBRE 5e SESSION 54e LÉGISLATURE        KAMER 5e ZITTING 54e ZITTINGSPERIODE",
        title="DOC 54 2643/001",
    )
    return [
        Scene("www.senate.be", SENATE, senate),
        Scene("www.lachambre.be", "/doc/flwb/pdf/54/2643/54k2643001.pdf", chamber),
        robots("www.lachambre.be", "Crawl-delay: 5", "Disallow: /kvvcr/search/"),
    ]


def vanden_burre() -> list[Scene]:
    """An old page in ISO-8859-1 with a visit counter; the domain lapses on day 13 and is parked."""
    host = "gillesvandenburre.be"
    return [
        Scene(host, VANDEN_BURRE, shows(site.VANDEN_BURRE, text("vandenburre"), gzip=False)),
        Scene(host, "*", shows(site.PARKED, text("parked")), at=13),
        Scene(host, VANDEN_BURRE, shows(site.PARKED, text("parked")), at=13),
    ]


def wikipedia() -> list[Scene]:
    host, path, words = (
        "en.wikipedia.org",
        "/wiki/Communities,_regions_and_language_areas_of_Belgium",
        text("wikipedia"),
    )
    altered = replaced(
        words, "| Flemish Community | Flemish Parliament | 124", "| Flemish Community | Flemish Parliament | 118"
    )
    edited = "\n\nThis page was last edited on {} March 2026, at 09:12 (UTC)."
    return [
        Scene(host, path, shows(site.WIKIPEDIA, words + edited.format(1))),
        from_day(6, host, path, shows(site.WIKIPEDIA, altered + edited.format(8))),
    ]


def regions() -> list[Scene]:
    """Flanders dies on day 22; Wallonia moves, calls, announces; Brussels suspends a call and hides for three days."""
    wallonia, brussels = "www.digitalwallonia.be", "innoviris.brussels"
    return [
        Scene("www.ewi-vlaanderen.be", EWI, shows(site.EWI, text("ewi"))),
        *_strategy(wallonia),
        *_programme(wallonia),
        *_projects(wallonia),
        *_funding(brussels),
        leads(
            "www.oecd.ai", "/dashboards/policy-initiatives/2019-data-policyInitiatives-24911/", "https://oecd.ai/en/"
        ),
        Scene("oecd.ai", "/en/", shows(site.OECD, text("oecd"))),
    ]


def _strategy(host: str) -> list[Scene]:
    """The date is printed in two languages; on day 23 a line in the side column says what replaced it."""
    path, words = "/en/posts/digital-wallonia-2019-2024", text("digitalwallonia-strategy")
    line = "This strategy has been replaced by Digital Wallonia 2025-2029 and is kept here for the record only."
    return [
        Scene(host, path, shows(site.DIGITAL_WALLONIA_EN, words)),
        from_day(23, host, path, shows(site.DIGITAL_WALLONIA_EN, words, side=line)),
    ]


def _programme(host: str) -> list[Scene]:
    words, path = text("digitalwallonia4ai"), "/en/programmes/digitalwallonia4-ai/"
    altered = replaced(
        words,
        "15 April 2026. The total budget of the call is 2 million euros",
        "31 May 2026. The total budget of the call is 3.5 million euros",
    )
    return [
        leads(host, "/en/projects/digitalwallonia4-ai", f"https://{host}{path}"),
        Scene(host, path, shows(site.DIGITAL_WALLONIA_EN, words)),
        from_day(8, host, path, shows(site.DIGITAL_WALLONIA_EN, altered)),
    ]


def _projects(host: str) -> list[Scene]:
    words, path, newest = text("digitalwallonia-projets"), "/fr/programmes/", "* 24 février 2026"
    item = (
        "* 12 mars 2026 | Start IA et Tremplin IA : vingt-cinq entreprises retenues | "
        "https://www.digitalwallonia.be/fr/publications/tremplin-ia-2026/ | Les prototypes seront montrés à l’automne."
    )
    longer = replaced(replaced(words, newest, f"{item}\n{newest}"), "128</strong>", "129</strong>")
    return [
        leads(host, "/fr/projets", f"https://{host}{path}"),
        Scene(host, path, shows(site.DIGITAL_WALLONIA_FR, words)),
        from_day(10, host, path, shows(site.DIGITAL_WALLONIA_FR, longer)),
    ]


def _funding(host: str) -> list[Scene]:
    """Every second visitor reads another first sentence, from the first day on."""
    words, path = text("innoviris"), "/get-funded"
    sentence = "Find the programme that suits your project."
    call = "The next deadline is 30 June 2026 and the budget of the call is 4 million euros."
    suspended = replaced(
        words, call, "This programme is suspended until further notice: no new applications are accepted."
    )

    def variants(of: str) -> Reply:
        return shows(
            site.INNOVIRIS, of, other=replaced(of, sentence, "Which support fits your plans? Let us guide you.")
        )

    return [
        Scene(host, path, variants(words)),
        from_day(15, host, path, variants(suspended)),
        Scene(host, path, challenge(host), at=21, until=24.5),
    ]


def oversight() -> list[Scene]:
    """Law firms, the police oversight body, human rights bodies."""
    return [
        Scene("www.pwclegal.be", "*", shows(site.PWC, text("pwc"))),
        *_hunton(),
        *_algorithm_watch(),
        *_police_oversight(),
        *_rights(),
    ]


def _hunton() -> list[Scene]:
    """Three hosts in seven years. On day 13 the page arrives half rendered, once."""
    words = text("hunton")
    return [
        leads("www.huntonprivacyblog.com", HUNTON, f"https://www.huntonak.com{HUNTON_TODAY}"),
        leads("www.huntonak.com", HUNTON_TODAY, f"https://www.hunton.com{HUNTON_TODAY}", 302),
        Scene("www.hunton.com", HUNTON_TODAY, shows(site.HUNTON, words)),
        from_day(13, "www.hunton.com", HUNTON_TODAY, shows(site.HUNTON, head_of(words, 0.2)), looks=1),
    ]


def _algorithm_watch() -> list[Scene]:
    """A static page with honest validators, cut to a fifth on day 20."""
    host, path, words = "automatingsociety.algorithmwatch.org", "/report2020/belgium/", text("algorithmwatch")
    return [
        Scene(host, path, shows(site.ALGORITHM_WATCH, words)),
        from_day(20, host, path, shows(site.ALGORITHM_WATCH, head_of(words, 0.2))),
    ]


def _police_oversight() -> list[Scene]:
    """`may not` becomes `may` on day 7 and is back on day 16; the Dutch report is taken away on day 24."""
    host, words = "www.controleorgaan.be", text("coc-home")
    loosened = replaced(words, "The police may not use facial", "The police may use facial")
    return [
        Scene(host, "/en/", shows(site.COC, words)),
        from_day(7, host, "/en/", shows(site.COC, loosened)),
        from_day(16, host, "/en/", shows(site.COC, words)),
        Scene(
            host, DIO, prints(text("coc-dio"), running="Controleorgaan op de politionele informatie", title="DIO19005")
        ),
        from_day(24, host, DIO, Reply(b"<!doctype html><title>404</title><h1>Pagina niet gevonden</h1>", status=404)),
    ]


def _rights() -> list[Scene]:
    liberties = "/en/stories/civicus-monitor-belgium-update-june-2019/18043"
    gone = Reply(b"<!doctype html><title>404</title><h1>Page not found</h1><p>Sorry!</p>", status=404)
    busy = Reply(b"Too Many Requests\n", status=429, content_type="text/plain", headers=(("Retry-After", "3600"),))
    return [
        Scene("www.liberties.eu", "/en/news/civicus-monitor-belgium-update-june-2019/18043", gone),
        Scene("www.liberties.eu", liberties, shows(site.LIBERTIES, text("liberties"))),
        Scene("monitor.civicus.org", CIVICUS, shows(site.CIVICUS, text("liberties"))),
        Scene("ennhri.org", ENNHRI, shows(site.ENNHRI, text("ennhri"))),
        robots("ennhri.org", "Disallow: /wp-admin/"),
        from_day(10, "ennhri.org", ENNHRI, busy, looks=1),
        leads("www.amnesty.org", AMNESTY, AMNESTY_TODAY),
        Scene("www.amnesty.org", AMNESTY_TODAY, shows(site.AMNESTY, text("amnesty"))),
        from_day(26, "www.amnesty.org", AMNESTY_TODAY, shows(site.AMNESTY, text("amnesty-2026"))),
    ]


def others() -> list[Scene]:
    """Closed to programs, closed by robots.txt, and one connection that breaks on day 11."""
    house, path = "freedomhouse.org", "/country/belgium/freedom-world/2020"
    there = shows(site.FREEDOM_HOUSE, text("freedomhouse"))
    return [
        *challenged("www.sciencedirect.com"),
        robots("perma.cc", "Disallow: /2M7K-SLGD"),
        Scene("perma.cc", "/2M7K-SLGD", Redirect("/warc/2M7K-SLGD/", 302)),
        Scene(house, path, there),
        Scene(house, path, Drop(there, after=900), at=11, looks=1),
    ]


def all_scenes() -> tuple[Scene, ...]:
    acts = (
        non_paper, ai4belgium, commission, library_of_congress, parliament, vanden_burre, wikipedia, regions, oversight,
        others,
    )  # fmt: skip
    return tuple(scene for act in acts for scene in act())


OFFLINE = Down("*", at=17, lasts=timedelta(hours=1), when_noticed=True)
"""Our own network, gone for an hour from the first look on day 17."""
DEAD = Down("www.ewi-vlaanderen.be", at=22)
"""A host that dies for good."""
