"""The offline Belgium plays what its script says, and its table of expectations speaks of the real watch list."""

import asyncio
import re
import socket
import ssl
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin

import pypdfium2
import pytest
from world import acts, expected
from world.expected import FIRST, MUST, NOISE, STORY
from world.reading import words_of
from world.stage import START, World

from monitor.config import load, quotes_of
from monitor.demo.script import Script
from monitor.model import FindingKind, QuoteMatch, QuoteState, WatchAs, key_of

WATCH_LIST = load(Path(__file__).resolve().parents[2] / "sources.yaml")
ONLINE = Script(START, acts.all_scenes(), (acts.DEAD,))
"""The same days with our own network always there."""
LASTING = Script(START, tuple(scene for scene in acts.all_scenes() if scene.looks is None), (acts.DEAD,))
"""And without what is seen only once or twice."""
SOURCES = {source.id: source for source in WATCH_LIST.sources}
FOUND = {first.source_id: first for first in FIRST}


def cited(source_id):
    return (SOURCES[source_id].url or "").partition("#")[0]


async def follow(ask, world, url):
    """The chain of an address, as a client walks it."""
    chain = [url]
    got = await ask(world, url)
    while got.status in {301, 302}:
        chain.append(urljoin(chain[-1], got.headers["location"]))
        got = await ask(world, chain[-1])
    return chain, got


@pytest.fixture
def look(in_world, asks):
    """Fetch a cited source on some days, in one world; the last answers of its redirect chains."""

    def run(source_id, *days, times=1):
        async def scene(world):
            got = []
            for day in days:
                world.clock.set(START + timedelta(days=day))
                got += [(await follow(asks, world, cited(source_id)))[1] for _ in range(times)]
            return got

        return in_world(scene, script=ONLINE)

    return run


# ------------------------------------------------------------------------------------------ the table of expectations


def test_every_source_of_the_watch_list_has_a_first_finding_in_the_list_s_order():
    assert [first.source_id for first in FIRST] == [source.id for source in WATCH_LIST.sources]


def test_the_story_speaks_of_sources_that_are_watched():
    assert {told.source_id for told in STORY} <= {source.id for source in WATCH_LIST.sources}
    assert {told.source_id for told in MUST} <= {source.id for source in WATCH_LIST.sources if source.pollable}
    assert {noise.source_id for noise in NOISE} <= {source.id for source in WATCH_LIST.sources} | {"*"}


def test_what_is_told_is_told_within_the_thirty_days():
    assert all(0 <= told.since < told.by <= expected.DAYS for told in STORY)
    assert all(told.since >= 1 for told in MUST)


def test_the_alternatives_that_have_the_document_stand_in_for_it():
    for first in FIRST:
        alternatives = SOURCES[first.source_id].alternatives
        assert all(alternatives[place - 1].role.stands_in for place in first.alternatives if place)


def test_the_quotes_of_the_table_are_those_of_the_report():
    for first in FIRST:
        if first.quotes:
            assert len(first.quotes) == len(quotes_of(first.source_id)), first.source_id


# ------------------------------------------------------------------------------------------------------ the first look


@pytest.mark.parametrize("first", [f for f in FIRST if f.final], ids=lambda f: f.source_id)
def test_a_moved_source_is_found_at_its_new_address(in_world, asks, first):
    chain, got = in_world(lambda world: follow(asks, world, cited(first.source_id)))
    assert (chain[-1], got.status) == (first.final, 200)
    assert chain[0] != chain[-1]


@pytest.mark.parametrize(
    "source_id", [f.source_id for f in FIRST if set(f.kinds) & {FindingKind.THERE, FindingKind.QUOTES_FOUND}]
)
def test_a_standing_source_answers_at_the_cited_address(in_world, asks, source_id):
    chain, got = in_world(lambda world: follow(asks, world, cited(source_id)))
    assert (len(chain), got.status) == (1, 200)
    is_pdf = SOURCES[source_id].watch_as is WatchAs.PDF
    assert got.body.startswith(b"%PDF-") == is_pdf
    assert got.complete


@pytest.mark.parametrize("source_id", [f.source_id for f in FIRST if QuoteState.FOUND in f.quotes])
def test_the_quoted_passages_stand_in_the_document(look, source_id):
    (got,) = look(source_id, 0)
    words = words_of(got)
    for quote in quotes_of(source_id):
        assert key_of(quote.anchor or quote.text) in words


@pytest.mark.parametrize("first", [f for f in FIRST if any(f.alternatives)], ids=lambda f: f.source_id)
def test_an_alternative_that_stands_in_has_the_document(in_world, asks, first):
    for place in filter(None, first.alternatives):
        url = SOURCES[first.source_id].alternatives[place - 1].url
        _, got = in_world(lambda world, url=url: follow(asks, world, url))
        assert got.status == 200
        words = words_of(got)
        assert all(key_of(q.text) in words for q in quotes_of(first.source_id) if q.match is QuoteMatch.EXACT)


def test_a_web_page_lies_where_the_strategy_s_pdf_was(look):
    (got,) = look("ai4belgium-strategy-2019", 0)
    assert (got.status, got.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert key_of("Set up a new learning deal") not in words_of(got)


@pytest.mark.parametrize(
    "source_id", ["loc-ai-europe-belgium", "loc-ai-selected-jurisdictions-2019", "malgieri-adm-member-states-2019"]
)
def test_a_shielded_host_shows_a_challenge_even_for_robots_txt(in_world, asks, source_id):
    async def scene(world):
        robots = urljoin(cited(source_id), "/robots.txt")
        return [await asks(world, url) for url in (cited(source_id), robots)]

    for got in in_world(scene):
        assert (got.status, got.headers["cf-mitigated"]) == (403, "challenge")
        assert b"needs to review the security of your connection" in got.body


def test_a_soft_404_answers_200(look):
    (got,) = look("pwclegal-new-belgian-dpa-2019", 0)
    assert (got.status, "page not found" in words_of(got)) == (200, True)


def test_liberties_answers_an_honest_404(look):
    assert look("liberties-nhri-2019", 0)[0].status == 404


def test_the_hunton_article_lived_on_three_hosts(in_world, asks):
    chain, _ = in_world(lambda world: follow(asks, world, cited("hunton-reform-privacy-commission-2018")))
    assert [url.split("/")[2] for url in chain] == ["www.huntonprivacyblog.com", "www.huntonak.com", "www.hunton.com"]


def test_the_commission_moved_twice_across_hosts(in_world, asks):
    chain, _ = in_world(lambda world: follow(asks, world, cited("jrc-belgium-ai-strategy-report")))
    assert [url.split("/")[2] for url in chain] == [
        "ec.europa.eu", "knowledge4policy.ec.europa.eu", "ai-watch.ec.europa.eu",
    ]  # fmt: skip


def test_the_wayback_copy_is_found_behind_its_own_redirect(in_world, asks):
    archived = SOURCES["ai4belgium-strategy-2019"].alternatives[1].url
    chain, got = in_world(lambda world: follow(asks, world, archived))
    assert (len(chain), got.headers["content-type"]) == (2, "application/pdf")


@pytest.mark.parametrize(
    ("source_id", "french", "dutch"),
    [
        ("senate-smart-society-report-2019", "Les droits fondamentaux", "De grondrechten"),
        ("chamber-doc54-2643", "DEMANDE AU GOUVERNEMENT", "VERZOEKT DE FEDERALE REGERING"),
    ],
)
def test_parliament_prints_two_columns(look, source_id, french, dutch):
    document = pypdfium2.PdfDocument(look(source_id, 0)[0].body)
    sides = [(page.get_textpage().get_text_bounded(right=290), page.get_textpage()) for page in document]
    left = " ".join(words for words, _ in sides)
    right = " ".join(page.get_text_bounded(left=300) for _, page in sides)
    assert french in left
    assert french not in right
    assert dutch in right


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"https://www.senate.be{acts.SENATE}", 200),
        ("https://www.senate.be/www/webdriver?MIcolObj=pdf&MItabObj=pdf", 404),
        (f"https://www.controleorgaan.be{acts.DIO}", 200),
        (f"https://www.controleorgaan.be{acts.DIO.replace('.PDF', '.pdf')}", 404),
        (f"https://www.permanentrepresentations.nl{acts.NONPAPER}", 200),
        (f"https://www.permanentrepresentations.nl{acts.NONPAPER.replace('+', '%20')}", 404),
    ],
)
def test_addresses_must_be_sent_as_they_are_written(in_world, asks, url, status):
    assert in_world(lambda world: asks(world, url)).status == status


def test_an_old_page_declares_its_encoding_only_in_itself(look):
    (got,) = look("vandenburre-robonumerique-2018", 0)
    assert got.headers["content-type"] == "text/html"
    assert "Première réunion" in got.body.decode("cp1252")
    with pytest.raises(UnicodeDecodeError):
        got.body.decode("utf-8")


def test_an_english_page_is_dated_in_french(look):
    (got,) = look("digitalwallonia-strategy-2019-2024", 0)
    assert "Published on 6 décembre 2018" in got.body.decode()


def test_robots_txt_closes_one_cited_path(in_world, asks):
    ((host, path),) = expected.FORBIDDEN
    got = in_world(lambda world: asks(world, f"https://{host}/robots.txt"))
    assert f"Disallow: {path}" in got.body.decode()
    assert cited("stopkillerrobots-activities-2018") == f"https://{host}{path}"


# --------------------------------------------------------------------------------------------------------- the story


@pytest.mark.parametrize(
    "told", [t for t in MUST if t.added or t.removed or t.says], ids=lambda t: f"{t.source_id}-{t.since}"
)
def test_what_must_be_told_can_be_read_on_the_page(look, told):
    before, after = (words_of(got) for got in look(told.source_id, told.since - 0.01, told.since + 0.01))
    for words in filter(None, (told.added, told.says)):
        assert after.split().count(key_of(words)) + after.count(key_of(words)) > before.split().count(
            key_of(words)
        ) + before.count(key_of(words))
    if told.removed:
        assert before.count(key_of(told.removed)) > after.count(key_of(told.removed))


@pytest.mark.parametrize(
    ("source_id", "day", "status"),
    [
        ("coc-dio19005-airport-facial-recognition", 24, 404),
        ("innoviris-get-funded", 21, 403),
        ("innoviris-get-funded", 24.5, 200),
        ("ai4belgium-join", 9, 503),
        ("ennhri-nhri-law-2019", 10, 429),
        ("freedomhouse-fiw-2020-belgium", 11, 200),
    ],
)
def test_answers_change_on_their_day(look, source_id, day, status):
    assert look(source_id, day)[0].status == status


def test_a_quoted_passage_is_altered(look):
    before, after = look("ai4belgium-introduction", 11.9, 12)
    quote = key_of(quotes_of("ai4belgium-introduction")[0].text)
    assert (quote in words_of(before), quote in words_of(after)) == (True, False)


def test_the_oversight_body_goes_back_to_its_words(look):
    first, second, third = (words_of(got) for got in look("coc-home", 1, 8, 16))
    rule = key_of("The police may not use facial recognition at airports")
    assert [rule in words for words in (first, second, third)] == [True, False, True]


def test_a_lapsed_domain_is_for_sale(look):
    (got,) = look("vandenburre-robonumerique-2018", 13)
    assert (got.status, "ce nom de domaine est à vendre" in words_of(got)) == (200, True)


def test_a_page_is_cut_to_a_fifth(look):
    before, after = look("algorithmwatch-automating-society-2020-belgium", 19, 20)
    assert 0.1 < len(words_of(after)) / len(words_of(before)) < 0.3


def test_a_page_arrives_half_rendered_once(look):
    lengths = [len(words_of(got)) for got in look("hunton-reform-privacy-commission-2018", 13, times=2)]
    assert lengths[0] < lengths[1] / 2


def test_maintenance_lasts_for_two_looks(look):
    assert [got.status for got in look("ai4belgium-join", 9, times=3)] == [503, 503, 200]


def test_a_busy_host_says_when_to_come_back(look):
    first, second = look("ennhri-nhri-law-2019", 10, times=2)
    assert (first.headers["retry-after"], second.status) == ("3600", 200)


def test_a_connection_breaks_in_the_middle_once(look):
    assert [got.complete for got in look("freedomhouse-fiw-2020-belgium", 11, times=2)] == [False, True]


def test_the_same_text_is_saved_as_other_bytes(look):
    before, after = look("nonpaper-trustworthy-ai-2020", 13, 14)
    assert before.body != after.body
    assert words_of(before) == words_of(after)


def test_a_host_dies_for_good(look):
    with pytest.raises(socket.gaierror):
        look("ewi-vlaams-actieplan-ai-2019", 22)


def test_our_network_is_gone_for_an_hour_when_somebody_looks(in_world, asks):
    async def scene(world):
        fails = []
        for hours in (-1, 5, 5.9, 6.1):
            world.clock.set(START + timedelta(days=17, hours=hours))
            try:
                await asks(world, cited("coc-home"))
            except socket.gaierror:
                fails.append(hours)
        return fails

    assert in_world(scene) == [5, 5.9]


@pytest.mark.parametrize("day", [1, 5, 9.5, 12.5, 17.9, 20.5, 25.5, 29.9])
@pytest.mark.slow
def test_nothing_else_changes_from_one_day_to_the_next(in_world, asks, day):
    """Apart from the acts of the story, the words of the text stand still; what moves is told by no one."""

    async def mains(world, at):
        world.clock.set(START + timedelta(days=at))
        still = [s.id for s in WATCH_LIST.sources if s.pollable and not _acts_between(s.id, day - 0.9, day)]
        return {source_id: await _main_text(asks, world, source_id, at) for source_id in still}

    async def scene(world):
        return await mains(world, day - 0.9), await mains(world, day)

    before, after = in_world(scene, script=LASTING)
    assert before == after
    assert len(before) > 20


def _acts_between(source_id, since, until):
    moving = {"ai4belgium-contact", "ai4belgium-join", "innoviris-get-funded", "loc-ai-europe-belgium"}
    return source_id in moving or any(
        since < day <= until
        for day in [
            *(told.since for told in MUST if told.source_id == source_id),
            *(noise.day for noise in NOISE if noise.source_id == source_id),
            *(22 for _ in [0] if source_id.startswith("ewi")),
        ]
    )


async def _main_text(ask, world, source_id, at):
    """The words inside the main part, or of the PDF; how it ends when nothing comes."""
    try:
        _, got = await follow(ask, world, cited(source_id))
    except socket.gaierror:
        return "no address"
    if not got.complete or got.status != 200:
        return f"status {got.status}"
    if got.headers["content-type"] == "application/pdf":
        return got.body
    return re.search(rb"<main.*</main>", got.body, re.DOTALL)[0]


# ------------------------------------------------------------------------------------------------- furniture and wire


def test_clocks_counters_tokens_and_teasers_change_at_each_request(look):
    for source_id in ("coc-home", "ai4belgium-contact", "ai4belgium-join", "hunton-reform-privacy-commission-2018"):
        first, second = look(source_id, 1, times=2)
        assert first.body != second.body, source_id


def test_a_cookie_banner_comes_and_goes(look):
    shown = [b"cookie-banner" in got.body for got in look("ai4belgium-introduction", 1, times=4)]
    assert shown == [False, True, False, True]


def test_brussels_shows_two_variants_in_turn(look):
    variants = [b"Find the programme that suits" in got.body for got in look("innoviris-get-funded", 1, times=4)]
    assert variants == [True, False, True, False]


def test_static_pages_and_files_answer_304(in_world, asks):
    async def scene(world):
        answers = []
        for source_id in ("algorithmwatch-automating-society-2020-belgium", "senate-smart-society-report-2019"):
            got = await asks(world, cited(source_id))
            again = await asks(world, cited(source_id), {"If-None-Match": got.headers["etag"]})
            answers.append((again.status, again.body))
        return answers

    assert in_world(scene) == [(304, b""), (304, b"")]


def test_a_tag_that_differs_from_machine_to_machine_never_brings_304(in_world, asks):
    async def scene(world):
        got = await asks(world, cited("nonpaper-trustworthy-ai-2020"))
        return await asks(world, cited("nonpaper-trustworthy-ai-2020"), {"If-None-Match": got.headers["etag"]})

    assert in_world(scene).status == 200


def test_certificates_cover_every_host_and_only_the_world_s_authority_trusts_them(in_world, asks):
    async def scene(world):
        for host in sorted(world.script.hosts):
            assert (await asks(world, f"https://{host}/robots.txt")).status in {200, 403, 404}
        (address,) = await world.resolver.resolve("www.senate.be", 443)
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection(*address, ssl=ssl.create_default_context(), server_hostname="www.senate.be")
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection(*address, ssl=world.trust, server_hostname="www.elsewhere.be")

    in_world(scene)


def test_the_log_shows_how_close_together_a_host_was_asked(in_world, asks):
    async def scene(world: World):
        for seconds in (0, 5, 2):
            world.clock.advance(timedelta(seconds=seconds))
            await asks(world, "https://www.senate.be/robots.txt")
        return world.shortest_gap("www.senate.be"), world.shortest_gap("perma.cc"), world.day_of(world.clock.now())

    gap, none, day = in_world(scene)
    assert (gap, none) == (timedelta(seconds=2), None)
    assert day == pytest.approx(7 / 86400)


def test_the_world_hands_out_its_story(in_world):
    async def scene(world):
        await world.resolver.resolve("perma.cc", 443)
        return world.story(), world.lookups, world.requests_to("perma.cc")

    story, lookups, requests = in_world(scene)
    assert story == STORY
    assert lookups == [(START, "perma.cc")]
    assert requests == []
