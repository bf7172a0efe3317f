"""The watch list as shipped: the report's 32 sources, whole and in order."""

from datetime import timedelta

import pytest

from monitor import config, resources
from monitor.model import Expect, Role, Status, WatchAs

CITED = [
    (
        "nonpaper-trustworthy-ai-2020",
        "national-strategy",
        [140],
        "https://www.permanentrepresentations.nl/binaries/nlatio/documents/publications/2020/10/8/non-paper---innovative-and-trustworthy-ai/Non-paper+-+Innovative+and+trustworthy+AI+-+Two+side+of+the+same+coin.pdf",
    ),
    (
        "ai4belgium-strategy-2019",
        "national-strategy",
        [141],
        "https://www.ai4belgium.be/wp-content/uploads/2019/04/report_en.pdf",
    ),
    ("ai4belgium-introduction", "national-strategy", [142, 167], "https://www.ai4belgium.be/introduction/"),
    (
        "jrc-belgium-ai-strategy-report",
        "national-strategy",
        [143, 154],
        "https://ec.europa.eu/knowledge4policy/ai-watch/belgium-ai-strategy-report_en",
    ),
    (
        "loc-ai-europe-belgium",
        "national-strategy",
        [144, 146],
        "https://www.loc.gov/law/help/artificial-intelligence/europe-asia.php#belgium",
    ),
    (
        "senate-smart-society-report-2019",
        "national-strategy",
        [145],
        "https://www.senate.be/www/webdriver?MItabObj=pdf&MIcolObj=pdf&MInamObj=pdfid&MItypeObj=application/pdf&MIvalObj=100664119",
    ),
    (
        "chamber-doc54-2643",
        "national-strategy",
        [147, 173],
        "https://www.lachambre.be/doc/flwb/pdf/54/2643/54k2643001.pdf",
    ),
    (
        "vandenburre-robonumerique-2018",
        "national-strategy",
        [148],
        "https://gillesvandenburre.be/2018/01/18/premiere-reunion-groupe-de-travail-lagenda-robonumerique-parlement/",
    ),
    (
        "wikipedia-communities-regions-belgium",
        "regional-community",
        [149],
        "https://en.wikipedia.org/wiki/Communities,_regions_and_language_areas_of_Belgium",
    ),
    (
        "ewi-vlaams-actieplan-ai-2019",
        "regional-community",
        [150],
        "https://www.ewi-vlaanderen.be/nieuws/vlaams-actieplan-artificiele-intelligentie-gelanceerd",
    ),
    (
        "digitalwallonia-strategy-2019-2024",
        "regional-community",
        [151],
        "https://www.digitalwallonia.be/en/posts/digital-wallonia-2019-2024",
    ),
    (
        "digitalwallonia4ai",
        "regional-community",
        [152],
        "https://www.digitalwallonia.be/en/projects/digitalwallonia4-ai",
    ),
    ("innoviris-get-funded", "regional-community", [153], "https://innoviris.brussels/get-funded"),
    (
        "oecd-ai-fwb-24911",
        "regional-community",
        [155],
        "https://www.oecd.ai/dashboards/policy-initiatives/2019-data-policyInitiatives-24911/",
    ),
    (
        "ai4belgium-perception-survey-2019",
        "public-opinion",
        [156],
        "https://www.ai4belgium.be/wp-content/uploads/2019/04/enquete_en.pdf",
    ),
    (
        "pwclegal-new-belgian-dpa-2019",
        "oversight",
        [157],
        "https://www.pwclegal.be/en/news/the-new-belgian-data-protection-authority---whos-who-and-how-wil.html",
    ),
    (
        "hunton-reform-privacy-commission-2018",
        "oversight",
        [158],
        "https://www.huntonprivacyblog.com/2018/01/18/belgium-adopts-law-reforming-belgian-privacy-commission/",
    ),
    (
        "algorithmwatch-automating-society-2020-belgium",
        "oversight",
        [159, 169],
        "https://automatingsociety.algorithmwatch.org/report2020/belgium/",
    ),
    ("coc-home", "oversight", [160], "https://www.controleorgaan.be/en/"),
    (
        "liberties-nhri-2019",
        "oversight",
        [161],
        "https://www.liberties.eu/en/news/civicus-monitor-belgium-update-june-2019/18043",
    ),
    (
        "ennhri-nhri-law-2019",
        "oversight",
        [162],
        "https://ennhri.org/news-and-blog/ennhri-welcomes-new-law-adopted-on-national-human-rights-institution-in-belgium/",
    ),
    (
        "amnesty-belgium-report",
        "oversight",
        [163],
        "https://www.amnesty.org/en/countries/europe-and-central-asia/belgium/report-belgium/",
    ),
    ("ai4belgium-news", "participation", [164], "https://www.ai4belgium.be/news/"),
    ("ai4belgium-join", "participation", [165], "https://www.ai4belgium.be/join-ai4belgium/"),
    ("ai4belgium-contact", "participation", [166], "https://www.ai4belgium.be/contact/"),
    ("digitalwallonia-projets", "participation", [168], "https://www.digitalwallonia.be/fr/projets"),
    (
        "coc-dio19005-airport-facial-recognition",
        "facial-recognition",
        [170],
        "https://www.controleorgaan.be/files/DIO19005_Onderzoek_LPABRUNAT_Gezichtsherkenning_Publiek_N.PDF",
    ),
    ("gdpr-articles-13-22", "algorithmic-transparency", [171], None),
    (
        "malgieri-adm-member-states-2019",
        "algorithmic-transparency",
        [172],
        "https://www.sciencedirect.com/science/article/pii/S0267364918303753",
    ),
    (
        "loc-ai-selected-jurisdictions-2019",
        "laws",
        [174],
        "https://www.loc.gov/law/help/artificial-intelligence/regulation-artificial-intelligence.pdf",
    ),
    ("stopkillerrobots-activities-2018", "laws", [174], "https://perma.cc/2M7K-SLGD"),
    (
        "freedomhouse-fiw-2020-belgium",
        "human-rights",
        [175],
        "https://freedomhouse.org/country/belgium/freedom-world/2020",
    ),
]
"""Id, section, footnotes and address of every source the chapter cites, in the report's order."""

SECTIONS = {
    "national-strategy": "National strategy",
    "regional-community": "Regions and communities",
    "public-opinion": "Public opinion",
    "oversight": "Independent oversight",
    "participation": "Public participation",
    "facial-recognition": "Facial recognition",
    "algorithmic-transparency": "Algorithmic transparency",
    "laws": "Lethal autonomous weapons",
    "human-rights": "Human rights",
}

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def shipped():
    return config.load(resources.bundled("sources.yaml"))


def test_every_cited_source_is_there_in_the_order_of_the_report(shipped):
    assert [source.id for source in shipped.sources] == [row[0] for row in CITED]


@pytest.mark.parametrize(("source_id", "section", "footnotes", "url"), CITED)
def test_a_cited_source_has_its_section_footnotes_and_address(shipped, source_id, section, footnotes, url):
    source = shipped.source(source_id)

    assert (source.section, list(source.footnotes), source.url) == (section, footnotes, url)


def test_the_sections_are_those_of_the_report(shipped):
    assert {section.id: section.title for section in shipped.sections} == SECTIONS


def test_every_footnote_from_140_to_175_is_covered(shipped):
    assert {number for source in shipped.sources for number in source.footnotes} == set(range(140, 176))


def test_footnote_174_has_two_sources(shipped):
    found = {source.id for source in shipped.sources if 174 in source.footnotes}

    assert found == {"loc-ai-selected-jurisdictions-2019", "stopkillerrobots-activities-2018"}


def test_lists_are_looked_at_every_six_hours_and_nothing_less_than_weekly(shipped):
    assert {source.interval for source in shipped.sources if source.watch_as is WatchAs.LISTING} == {DAY / 4}
    assert {source.interval for source in shipped.sources if source.publisher_kind == "law firm"} == {7 * DAY}
    assert {source.interval for source in shipped.sources if source.watch_as is WatchAs.ARCHIVE} == {7 * DAY}
    assert max(source.interval for source in shipped.sources) == 7 * DAY
    special = [source for source in shipped.sources if source.interval != DAY]
    assert len(special) == 5


def test_only_three_sources_are_not_looked_at_and_say_why(shipped):
    left_out = [source for source in shipped.sources if not source.pollable]

    assert {source.id: source.watch_as for source in left_out} == {
        "oecd-ai-fwb-24911": WatchAs.API,
        "gdpr-articles-13-22": WatchAs.NONE,
        "malgieri-adm-member-states-2019": WatchAs.NONE,
    }
    assert all(source.note for source in left_out)


def test_the_statuses_are_those_of_the_survey(shipped):
    count = {status: sum(source.status is status for source in shipped.sources) for status in Status}

    assert count == {Status.DOCUMENT: 18, Status.WATCH: 11, Status.INDEX: 2, Status.REFERENCE: 1}


def test_the_expectations_are_those_of_the_survey(shipped):
    count = {expect: sum(source.expect is expect for source in shipped.sources) for expect in Expect}

    assert count == {
        Expect.MOVED: 10,
        Expect.OK: 9,
        Expect.UNKNOWN: 9,
        Expect.BLOCKED: 2,
        Expect.SOFT_404: 1,
        Expect.NONE: 1,
    }


def test_the_moved_introduction_has_its_new_address(shipped):
    source = shipped.source("ai4belgium-introduction")

    assert [(other.url, other.role) for other in source.alternatives] == [
        ("https://ai4belgium.be/en/introduction/", Role.MOVED_TO)
    ]


def test_the_archived_pdf_stands_in_before_a_web_page_with_its_text(shipped):
    roles = [other.role for other in shipped.source("ai4belgium-strategy-2019").alternatives]

    assert roles == [Role.MIRROR, Role.ARCHIVE, Role.COPY, Role.RELATED]


def test_every_source_says_who_publishes_it_about_what_and_in_which_language(shipped):
    for source in shipped.sources:
        assert source.publisher, source.id
        assert source.publisher_kind, source.id
        assert source.jurisdiction, source.id
        assert source.topics, source.id
        assert source.languages, source.id


def test_no_shipped_source_goes_against_robots_txt(shipped):
    assert not [source.id for source in shipped.sources if source.robots_override]


def test_every_field_is_explained_at_the_top_of_the_file():
    head = resources.bundled("sources.yaml").read_text("utf-8").partition("version: 1")[0]
    words = (
        *("id", "name", "publisher", "publisher_kind", "jurisdiction", "languages", "topics", "footnotes", "watch"),
        *("status", "expect", "url", "alternatives", "selector", "interval", "ignore_robots", "general", "note"),
    )

    for word in words:
        assert f"\n#   {word} " in head, word
    for word in (*config.TOPICS, *config.PUBLISHER_KINDS, *config.JURISDICTIONS, *Expect, *Status, *WatchAs, *Role):
        assert str(word) in " ".join(head.replace("#", " ").split()), word


def test_the_example_at_the_top_of_the_file_can_be_added(shipped):
    text = resources.bundled("sources.yaml").read_text("utf-8")
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("#   - id: "))
    stop = next(number for number in range(start, len(lines)) if lines[number] == "#")
    example = "\n".join("  " + line.removeprefix("#").removeprefix("   ") for line in lines[start:stop])

    grown = config.parse((text.rstrip() + "\n\n" + example + "\n").encode(), "sources.yaml")

    assert len(grown.sources) == len(shipped.sources) + 1
    assert grown.sources[-1].id == "coc-reports"
    assert grown.sources[-1].section == "human-rights"
