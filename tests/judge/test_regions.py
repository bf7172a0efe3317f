"""The map of a source's regions: nothing is told because it was sorted in another way, and nothing hides behind it."""

from datetime import timedelta

import pytest

from monitor import extract
from monitor.judge import regions
from monitor.model import ChangeKind, Sayings

DAY = timedelta(days=1)
ALINEAS = [f"Article {n} of the act applies to every public body that is named in annex {n}." for n in range(1, 13)]
BODY = "".join(f"<p>{line}</p>" for line in ALINEAS)
DUTY = "Each service must appoint a person who answers for the register."
MENU = "<nav><ul><li><a href='/a'>Citizens</a></li><li><a href='/b'>Companies</a></li></ul></nav>"
FOOT = "<footer><p>Law Street 16, 1000 Brussels</p></footer>"


@pytest.fixture
def play(fresh, say):
    """A source shown pages of HTML: settled on the first, then looked at daily."""

    class Play:
        def __init__(self, first, **source):
            self.watch = fresh(**source)
            self.watch.until(3 * DAY, self._answer(first))
            self.seen = []

        def _answer(self, html):
            body = f"<html><title>The act</title><body>{html}</body></html>".encode()
            reading = extract.read(body, content_type="text/html", url=say.URL, source=self.watch.source)
            return reading, 200, "", body

        def shows(self, html, times=3):
            self.seen += [self.watch.poll(self._answer(html), after=DAY) for _ in range(times)]
            return self

        @property
        def told(self):
            return [(p.old, p.new) for i in self.seen for c in i.changes if c.told for p in c.parts]

        @property
        def kinds(self):
            return [c.kind for i in self.seen for c in i.changes]

    return Play


def main(*more):
    return f"{MENU}<main>{BODY}{''.join(more)}</main>{FOOT}"


def box(*lines, tag="aside"):
    return f"<{tag}>" + "".join(f"<p>{line}</p>" for line in lines) + f"</{tag}>"


SHORT = ("Key dates", "1 March: hearing")


def test_a_box_that_is_taken_for_text_only_now_is_not_told(play):
    page = play(main(box(*SHORT)))
    assert "Key dates" in {b.text for b in page.watch.before.margin}
    page.shows(main(box(*SHORT, "3 March: vote", "4 March: report")))
    assert ("", "Key dates") not in page.told
    assert ("", "1 March: hearing") not in page.told


def test_a_main_part_that_is_no_longer_most_of_the_page_makes_nothing_new(play):
    beside = "".join(f"<div><p>Register {n}</p></div>" for n in range(20))
    page = play(f"{MENU}{beside}<main>{BODY}</main>{FOOT}")
    first, rest = f"<p>{ALINEAS[0]}</p>", BODY.partition("</p>")[2]
    assert page.shows(f"{MENU}{beside}<main>{first}</main>{rest}{FOOT}").told == []


def redesigned(text):
    return f"<div class='x9'><form><article>{text}</article></form></div><div role='contentinfo'><p>Brussels</p></div>"


def test_a_redesign_mails_nothing_and_is_kept_as_a_technical_change(play):
    page = play(main(f"<p>{DUTY}</p>"))
    page.shows(redesigned(f"{BODY}<p>{DUTY}</p>"))
    assert page.told == []
    assert page.kinds == [ChangeKind.TECHNICAL]


@pytest.mark.parametrize("around", ["{}", "<aside>{}</aside>", "<section class='x'>{}</section>"])
def test_a_redesign_and_a_duty_that_went_in_one_fetch_is_told(play, around):
    page = play(main(around.format(f"<p>{DUTY}</p>")))
    allowed = DUTY.replace("must", "may")
    page.shows(redesigned(BODY + around.format(f"<p>{allowed}</p>")))
    assert page.told == [(DUTY, allowed)]


def test_what_a_redesign_leaves_out_is_gone_and_what_it_brings_is_new(play):
    page = play(main(f"<p>{DUTY}</p>"))
    page.shows(redesigned(f"{BODY}<p>The register is open to everybody and names each system.</p>"))
    assert {old for old, _ in page.told} | {new for _, new in page.told} >= {
        DUTY, "The register is open to everybody and names each system.",
    }  # fmt: skip


def test_a_sentence_that_comes_into_a_box_of_links_is_told(play):
    links = "<p><a href='/x'>Port scanners approved</a></p><p><a href='/y'>School cameras examined</a></p>"
    page = play(main(f"<aside>{links}</aside>"))
    page.shows(main(f"<aside>{links}<p>{DUTY}</p></aside>"))
    assert page.told == [("", DUTY)]


def test_a_menu_that_gets_a_link_stays_a_menu(play):
    more = MENU.replace("</ul>", "<li><a href='/c'>Press room</a></li></ul>")
    assert play(main()).shows(main().replace(MENU, more)).told == []


def test_classes_and_ids_that_change_at_every_look_change_nothing(play):
    def dressed(n):
        return main(f"<div class='c{n}9f' id='i{n}'><section class='s{n}'><p>{DUTY}</p></section></div>")

    page = play(dressed(0))
    for n in range(1, 6):
        page.shows(dressed(n), times=1)
    assert page.told == []
    assert page.kinds == []


def test_a_box_put_above_the_text_moves_nothing(play):
    page = play(main(f"<section><p>{DUTY}</p></section>"))
    above = "<section><p>The site is slow today because its servers are being replaced.</p></section>"
    page.shows(f"{above}{main(f'<section><p>{DUTY}</p></section>')}", times=2)
    assert {new for _, new in page.told} <= {"The site is slow today because its servers are being replaced."}


FOOTED = f"{MENU}<main>{BODY}</main><footer><p>The register is kept by the service of the {{}} in Namur.</p></footer>"


def test_prose_of_the_margin_that_changed_twice_opens_its_region(play):
    page = play(FOOTED.format("state"))
    assert page.shows(FOOTED.format("region")).told == []
    page.shows(FOOTED.format("province"))
    assert [new for _, new in page.told] == ["The register is kept by the service of the province in Namur."]


def test_a_quoted_passage_in_the_margin_opens_its_region(play, say):
    page = play(f"{MENU}<main>{BODY}</main><footer><p>{say.QUOTE}</p></footer>")
    assert say.QUOTE in {b.text for b in page.watch.before.blocks}
    assert set(page.watch.memory.quotes.values()) == {"found"}


def test_a_word_of_a_person_opens_the_region_it_speaks_of(play):
    page = play(FOOTED.format("state"))
    block = page.watch.before.margin[-1]
    page.watch.sayings = Sayings(news=frozenset((p, "margin") for p in regions.places_of_line(block.key)))
    page.shows(FOOTED.format("state"), times=1)
    assert page.told == []
    page.shows(FOOTED.format("region"))
    assert [new for _, new in page.told] == ["The register is kept by the service of the region in Namur."]


def test_the_map_has_a_name_and_is_part_of_the_fingerprint(play):
    page = play(main())
    name = regions.name_of(page.watch.memory.regions)
    assert page.watch.before.fingerprint.endswith(f" {name}")


@pytest.mark.slow
def test_a_map_stays_small(play):
    parts = "".join("<section>" * n + f"<p>{DUTY} Number {n}.</p>" + "</section>" * n for n in range(1, 300))
    page = play(f"<main>{BODY}{parts}</main>")
    assert len(page.watch.memory.regions) == regions.KEEP_REGIONS
