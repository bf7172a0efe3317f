"""The demo's small Belgium: its home is understood, its sites answer, its steps are in the script."""

import asyncio
from datetime import timedelta

import pytest
from world.reading import words_of

from monitor.config import load, load_citations, quotes_of
from monitor.demo import belgium
from monitor.demo.script import Play
from monitor.demo.server import rendered
from monitor.demo.stage import Stage
from monitor.model import key_of


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    for name, words in belgium.HOME_FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(words, "utf-8")
    return folder


@pytest.fixture(scope="module")
def sources(home):
    return {source.id: source for source in load(home / "sources.yaml").sources}


@pytest.fixture
def on_stage(asks):
    """Ask for an address of the demo on some days; redirects are followed."""

    def run(url, *days):
        async def scene():
            got = []
            async with Stage(belgium.script()) as stage:
                for day in days:
                    stage.clock.set(belgium.START + timedelta(days=day))
                    answer = await asks(stage, url)
                    if answer.status == 301:
                        answer = await asks(stage, answer.headers["location"])
                    got.append(answer)
            return got

        return asyncio.run(scene())

    return run


def test_the_list_has_eight_sources_on_invented_hosts(sources):
    assert len(sources) == 8
    assert all(source.url.split("/")[2].endswith(".example") for source in sources.values())
    assert all(source.url.startswith("http://") for source in sources.values())


def test_every_source_is_cited_by_its_footnote(home, sources):
    cited = {(citation.source_id, citation.footnote) for citation in load_citations(home)}
    assert cited == {(source.id, footnote) for source in sources.values() for footnote in source.footnotes}


def test_every_source_answers_at_first(sources, on_stage):
    for source in sources.values():
        (got,) = on_stage(source.url, 0)
        assert (got.status, got.complete) == (200, True), source.id
        assert got.body.startswith(b"%PDF-") == (source.watch_as == "pdf"), source.id


def test_quoted_passages_stand_on_the_played_pages(home, sources, on_stage):
    looked_for = [quote for source_id in sources for quote in quotes_of(source_id, home)]
    assert len(looked_for) == 4
    for quote in looked_for:
        (got,) = on_stage(sources[quote.source_id].url, 0)
        assert key_of(quote.anchor or quote.text) in words_of(got)


def test_the_quoted_sentence_changes_on_its_day(sources, on_stage):
    before, after = on_stage(sources["belai-introduction"].url, 2.0, 2.2)
    assert (b"government shall put" in before.body, b"government may put" in after.body) == (True, True)


def test_the_news_get_an_item(sources, on_stage):
    before, after = on_stage(sources["belai-news"].url, 1.0, 1.2)
    assert (b"first opinion" in before.body, b"first opinion" in after.body) == (False, True)


def test_the_banner_of_the_flemish_plan_stands_outside_the_text(sources, on_stage):
    (got,) = on_stage(sources["vlaams-plan-ai"].url, 5.2)
    notice = b"niet meer bijgewerkt"
    assert 0 < got.body.index(notice) < got.body.index(b"<main")


def test_half_a_page_is_served_once(sources, on_stage):
    first, second = on_stage(sources["brussels-get-funded"].url, 4.2, 4.3)
    assert (b"For companies" in first.body, b"For companies" in second.body) == (False, True)


def test_the_blog_s_host_dies(sources, on_stage):
    with pytest.raises(OSError, match="not known"):
        on_stage(sources["depute-groupe-de-travail"].url, 6.2)


def test_each_step_that_is_told_finds_its_page_changed_since_the_step_before(sources):
    script = belgium.script()
    for before, step in zip(belgium.STEPS, belgium.STEPS[1:], strict=False):
        if step.source_id:
            changed = [s for s in (*script.scenes, *script.downs) if before.day < _day(s) <= step.day]
            assert [s.host for s in changed] == [sources[step.source_id].url.split("/")[2]], step.title


def _day(act):
    assert isinstance(act.at, float)
    return act.at


def test_the_steps_go_forward():
    days = [step.day for step in belgium.STEPS]
    assert days == sorted(days)
    assert len(set(days)) == len(days)


def test_no_page_of_the_demo_is_larger_than_it_needs_to_be():
    stage = Stage(belgium.script())
    play = Play(stage.script, stage.clock)
    for scene in stage.script.scenes:
        visit, _ = play.visit(scene.host, scene.path)
        body = getattr(scene.answer, "body", b"")
        assert len(rendered(body, visit)) < 20_000
