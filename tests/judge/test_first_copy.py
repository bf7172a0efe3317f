"""A first text that was no document is replaced by the first real one, as one event; a real text never is."""

from datetime import timedelta

import pytest

from monitor.model import EventKind, QuoteState, WatchAs

DAY = timedelta(days=1)

ASIDE = (
    "The airport police answered the questions of the supervisory body in writing before the summer recess.",
    "Members of both committees asked for the contracts with the supplier of the cameras and of the software.",
    "The minister stated that travellers were informed by signs at every entrance of the terminal building.",
    "Retention of the images was limited to what the investigation of one incident strictly required.",
    "An independent laboratory measured how often the software took one traveller for another one.",
    "The public prosecutor closed the file and returned the equipment to the company that had lent it.",
    "Neither the works council nor the unions had been consulted about the cameras above the counters.",
    "The authority will return to the question when the European regulation on the subject applies.",
    "A summary of this report is available in three languages at the secretariat of the authority.",
    "Annexes list the correspondence, the visits made on the spot and the persons who were heard.",
    "Costs of the pilot were borne by the operator of the airport and not by the federal budget.",
    "The supplier deleted its own copies and confirmed this to the authority by registered letter.",
)

WALLS = {
    "consent": ("Your privacy", "We and our partners use cookies to show you what suits you.", "Accept", "Reject"),
    "toestemming": ("Uw keuze", "Wij gebruiken cookies en vragen daarvoor uw toestemming.", "Alles aanvaarden"),
    "consentement": ("Vos choix", "Ce site utilise des traceurs avec votre consentement.", "Tout accepter"),
    "einwilligung": ("Ihre Wahl", "Wir bitten um Ihre Einwilligung für Tracking.", "Alle akzeptieren"),
    "shell": ("Portal", "Loading the application", "One moment"),
    "queue": ("Virtual lobby", "You are number 17 in line; this tab refreshes by itself when it is your turn."),
    "age": ("Before you go on", "Confirm that you are older than sixteen to see what this portal holds."),
    "errand": ("Closed for a while", "Our hamsters are busy with another errand today, come back in a while."),
}


def document(say, *more):
    return say.good(*say.LINES, *ASIDE, *more)


def walled(fresh, say, wall, **source):
    page = fresh(**source)
    page.early_report = True
    page.until(3 * DAY, say.good(*wall, title=wall[0]))
    return page


def events(intents):
    return [e.kind for i in intents for e in i.events]


def told(intents):
    return [c for i in intents for c in i.changes if c.told]


@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS)
def test_after_a_wall_whatever_it_says_the_document_is_what_is_compared_with(fresh, say, wall):
    page = walled(fresh, say, wall)
    read = page.memory.good_looks > 0  # a wall that is known for one is never the first text
    intents = page.until(4 * DAY, document(say))
    news = [kind for kind in events(intents) if kind is not EventKind.RETURNED]
    assert (told(intents), news) == ([], [EventKind.FIRST_COPY] if read else [])
    assert page.told.text == document(say)[0].text
    assert set(page.memory.quotes.values()) == {QuoteState.FOUND}


@pytest.mark.parametrize("wall", ["queue", "age", "errand", "shell"])
def test_walls_that_nobody_listed_were_read_as_the_first_text(fresh, say, wall):
    page = walled(fresh, say, WALLS[wall])
    assert page.memory.good_looks > 0
    assert events(page.until(4 * DAY, document(say))) == [EventKind.FIRST_COPY]


def test_without_any_quotation_a_remnant_gives_way_at_the_second_look(fresh, say):
    page = fresh()
    page.citations, page.early_report = (), True
    page.until(3 * DAY, say.good(*WALLS["queue"], title="Virtual lobby"))
    text = say.good(*say.LINES, *ASIDE, title="Cameras at Zaventem")
    first, second = page.poll(text), page.poll(text)
    assert (events([first]), told([first])) == ([], [])
    assert second.started_at - first.finished_at <= timedelta(minutes=10)
    assert (events([second]), told([second])) == ([EventKind.FIRST_COPY], [])


def test_what_stood_before_the_first_copy_is_kept_as_held_back(fresh, say):
    page = walled(fresh, say, WALLS["queue"])
    held = [h for i in page.until(2 * DAY, document(say)) for h in i.held if h.rule == "first_copy"]
    assert len(held) == 1
    assert any("number 17 in line" in part.old for part in held[0].parts)


def test_a_change_after_the_first_copy_is_told_against_it_alone(fresh, say):
    page = walled(fresh, say, WALLS["queue"])
    page.until(4 * DAY, document(say))
    intents = page.until(3 * DAY, document(say, "The authority may now impose a fine of 5,000 euros on the operator."))
    assert len(told(intents)) == 1
    assert [part.new for part in told(intents)[0].parts] == [
        "The authority may now impose a fine of 5,000 euros on the operator."
    ]


def test_a_document_in_another_language_or_behind_another_address_than_the_wall_is_the_first_copy(fresh, say):
    page = walled(fresh, say, ("Uw beurt komt", "Even geduld, u bent de zeventiende in de rij van deze site."))
    intents = page.until(4 * DAY, say.good(*say.LINES, *ASIDE, final="https://www.coc.example/en/airport/text"))
    assert [k for k in events(intents) if k is not EventKind.RETURNED] in (
        [EventKind.FIRST_COPY], [EventKind.FIRST_COPY, EventKind.MOVED],
    )  # fmt: skip
    assert told(intents) == []


@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS)
def test_the_reverse_is_a_bad_look_and_no_change(fresh, say, wall):
    page = fresh()
    page.until(3 * DAY, document(say))
    intents = [page.poll(say.good(*wall, title=wall[0])) for _ in range(2)]
    assert (told(intents), [i.good for i in intents]) == ([], [False, False])
    assert EventKind.FIRST_COPY not in events(page.until(2 * DAY, document(say)))


def test_a_document_with_its_passage_that_is_written_anew_is_a_change(fresh, say):
    page = fresh()
    page.until(3 * DAY, say.good("Facial recognition at the airport", say.QUOTE))
    intents = page.until(4 * DAY, say.good(*ASIDE, *(f"{line} Again." for line in ASIDE)))
    assert EventKind.FIRST_COPY not in events(intents)
    assert len(told(intents)) == 1


def test_a_page_that_grows_around_its_sentence_is_a_change(fresh, say):
    page = fresh()
    page.citations = ()
    page.until(3 * DAY, say.good("State of play", "The bill waits for the opinion of the council.", title="Bill 12"))
    grown = ("State of play", "The bill waits for the opinion of the council.", *ASIDE)
    intents = page.until(4 * DAY, say.good(*grown, title="Bill 12"))
    assert EventKind.FIRST_COPY not in events(intents)
    assert len(told(intents)) == 1


def test_an_empty_list_that_fills_is_news_and_no_first_copy(fresh, say):
    page = fresh(watch_as=WatchAs.LISTING)
    page.citations = ()
    page.until(3 * DAY, say.good("Decisions", "Nothing has been decided so far this year.", title="Decisions"))
    intents = page.until(4 * DAY, say.good(*ASIDE, title="Decisions of the year"))
    assert EventKind.FIRST_COPY not in events(intents)
    assert told(intents)


def test_a_text_that_was_cut_and_comes_back_is_no_first_copy(fresh, say):
    page = fresh()
    page.citations = ()
    page.until(3 * DAY, document(say))
    page.until(5 * DAY, say.good("Portal", "All is new here, and nothing is finished yet."))
    assert EventKind.FIRST_COPY not in events(page.until(5 * DAY, document(say)))
