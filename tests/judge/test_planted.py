"""A lasting edit planted among noise, as properties: told once and soon, or at least shown among what was held back.

Histories are made of whole pages and run from bytes to verdict. The noise makers know nothing of the rules; the
weather line and the shuffled links are kinds no rule was written for.
"""

import random
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pairs.fold import HTML, Fold, Served, held_words

from monitor.model import Source
from monitor.wiring import load_lore

LORE = load_lore()
SECTIONS = (
    ("Scope", "This policy applies to every department that buys or builds software which supports decisions."),
    ("", "Local authorities follow it where a federal subsidy pays for more than 25 percent of the project."),
    ("Register", "Departments keep a public register and must describe the purpose of each system in plain words."),
    ("", "An entry names the supplier, the legal basis and the day on which the system was taken into use."),
    ("Oversight", "The supervisory board may inspect any system and shall publish its findings within 60 days."),
    ("", "Citizens can ask for a human review of a decision; such a request does not suspend the decision."),
    ("Funding", "A budget of 4 million euro is set aside for training civil servants during the first two years."),
    ("", "Universities report each spring how many people finished the course and what it cost per head."),
)
ITEMS = (
    "Appoint one person who answers for the register.",
    "Test the system before it is taken into use.",
    "Write down how errors are found and corrected.",
    "Tell citizens that software was used in their file.",
)
TEASERS = (
    "New drone rules explained",
    "Ten years of open data",
    "Meet our trainees",
    "Podcast on digital twins",
    "Jobs at our agency",
)
SKY = ("sunny spells", "light rain", "fog until noon", "strong wind from the west", "clear and cold", "thunder later")
LINKS = (("Annual report", "/r"), ("Press room", "/p"), ("Our board", "/b"))
BROKEN = (
    (503, "<title>Service unavailable</title><h1>Service unavailable</h1><p>An error occurred on the server.</p>"),
    (200, "<title>Policy</title><h1>Policy on software</h1><p>This policy applies to every department.</p>"),
    (200, "<title>Before you continue</title><p>Accept all cookies to continue to this website.</p>"),
    (403, "<title>Access denied</title><p>You do not have permission to access this page.</p>"),
    (200, "<title>Policy</title><div id='root'></div>"),
)
NOISE = ("ticker", "teaser", "ab", "reorder", "bad", "furniture", "weather", "links")


@dataclass(frozen=True)
class World:
    """Which noise there is, its seed, and when the page is broken (look, how often, how)."""

    noise: frozenset
    seed: int = 0
    bad_at: int = 8
    bad_for: int = 1
    bad_kind: int = 0
    brand: str = "bosa"
    host: str = "www.gov.example"


def dice(world, n, what):
    """A die of its own for each look and use, so that one maker does not disturb another."""
    return random.Random(f"{world.seed} {n} {what}")


def unlike(world, n, what, choices):
    """One of the choices, another one than at the look before."""
    at = dice(world, 0, what).randrange(len(choices))
    for look in range(1, n + 1):
        at = (at + dice(world, look, what).randrange(1, len(choices))) % len(choices)
    return choices[at]


def page(world, n, sections=SECTIONS, items=ITEMS, words=None):
    """What the server sends at the n-th look. `words`: {maker: what the edit puts into its line}."""
    if "bad" in world.noise and world.bad_at <= n < world.bad_at + world.bad_for:
        status, body = BROKEN[world.bad_kind]
        return Served(f"<html lang='en'>{body}</html>".encode(), HTML, status)
    b = world.brand
    out = [f"<div class='{b}-intro'><h1>Policy on software that supports decisions</h1></div>"]
    for heading, text in sections:
        out.append((f"<h2>{heading}</h2>" if heading else "") + f"<p class='{b}-text'>{text}</p>")
    order = list(items)
    if "reorder" in world.noise:
        dice(world, n, "order").shuffle(order)
    out.append("<ul>" + "".join(f"<li>{item}</li>" for item in order) + "</ul>")
    for maker, (place, make) in LINES.items():
        line = make(world, n, (words or {}).get(maker, "")) if maker in world.noise else ""
        if line:
            out.insert(place if place >= 0 else len(out), line)
    head = "<title>Policy on software | Agency</title>"
    body = f"{top(world, n)}<main id='{b}-main'>{''.join(out)}</main>{foot(world, n)}"
    html = f"<html lang='en'><head>{head}</head><body class='{b}'>{body}</body></html>"
    return Served(html.encode(), HTML)


def top(world, n):
    names = ["News", "Themes", "Jobs", "Contact", "Press"]
    menu = dice(world, n, "menu").sample(names, 3) if "furniture" in world.noise else names[:3]
    return "<header><nav><ul>" + "".join(f"<li><a href='/{m}'>{m}</a></li>" for m in menu) + "</ul></nav></header>"


def foot(world, n):
    clock = f"{dice(world, n, 'clock').randrange(24):02}:{n % 60:02}" if "furniture" in world.noise else "06:00"
    return f"<footer class='{world.brand}-footer'><p>Agency, Brussels. Page made at {clock}</p></footer>"


def ticker(world, n, words):
    count = 1000 + sum(dice(world, k, "tick").randrange(1, 40) for k in range(n + 1))
    return f"<p>{words or 'Readers so far:'} {count}</p>"


def teaser(world, n, words):
    return f"<div class='{world.brand}-box'><p>{words or 'Also read:'} {unlike(world, n, 'teaser', TEASERS)}</p></div>"


def ab(world, n, words):
    shows = n.bit_count() % 2  # Thue-Morse: irregular, and never three times the same
    return f"<p>{words or 'Try our new assistant and tell us'} what you think of it.</p>" if shows else ""


def weather(world, n, words):
    degrees = dice(world, n, "degrees").randrange(-4, 31)
    return f"<p>{words or 'Brussels today:'} {unlike(world, n, 'sky', SKY)}, {degrees} degrees</p>"


def links(world, n, words):
    order = list(LINKS)
    dice(world, n, "links").shuffle(order)
    rows = "".join(f"<li><a href='{url}'>{text}{words}</a></li>" for text, url in order)
    return f"<p>More on this subject</p><ul>{rows}</ul><p>End of the page</p>"


LINES = {"ticker": (2, ticker), "teaser": (5, teaser), "ab": (4, ab), "weather": (-1, weather), "links": (-1, links)}
"""Maker → where its line stands, and what it says at a look."""


def fold(world, *, restarts=False, name="policy"):
    source = Source(name, name.title(), "oversight", f"https://{world.host}/policy", languages=("en",))
    return Fold(source, LORE, restarts=restarts)


def replaced(old, new):
    def edit(sections, items):
        found = [(h, t.replace(old, new)) for h, t in sections]
        assert found != list(sections)
        return found, items

    return edit


SANCTIONS = ("Sanctions", "A department that breaks the rules loses its budget.")
EDITS = {
    "deadline": (replaced("within 60 days", "within 90 days"), {"90"}),
    "percentage": (replaced("25 percent", "40 percent"), {"40"}),
    "amount": (replaced("4 million euro", "6 million euro"), {"6"}),
    "modal": (replaced("may inspect", "must inspect"), {"must"}),
    "negation": (replaced("does not suspend", "does suspend"), {"not"}),
    "one word": (replaced("each spring", "each autumn"), {"autumn"}),
    "sentence": (replaced("per head.", "per head. Private firms are excluded."), {"excluded."}),
    "paragraph gone": (lambda s, i: ([x for x in s if "names the supplier" not in x[1]], i), {"supplier,"}),
    "section come": (lambda s, i: ([*s[:4], SANCTIONS, *s[4:]], i), {"loses"}),
    "item come": (lambda s, i: (s, (*i, "Keep the records of each test for ten years.")), {"records"}),
    "item gone": (lambda s, i: (s, i[:3]), {"citizens"}),
}
"""What is done to sections and items, and words that must be marked."""

noises = st.frozensets(st.sampled_from(NOISE), min_size=1, max_size=4)
worlds = st.builds(
    World, noises, st.integers(0, 10_000), st.integers(3, 14), st.integers(1, 3), st.integers(0, len(BROKEN) - 1)
)
LEARNT = 16
"""Looks after which the rules that learn by seeing have seen enough: about two weeks of a daily source."""
SLOWLY_LEARNT = {"teaser"}
"""Known gap: what of it stood at the first look, or came with the second, is told once by the third look. The same
holds for a variant ("ab") that a broken look hid meanwhile.
"""


def marks(change):
    """The words that are marked in a change."""
    spans = (span for part in change.parts for span in part.spans if str(span.mark) in {"added", "removed"})
    return {word for span in spans for word in span.text.split()}


def shown(changes):
    return [[(part.old, part.new) for part in change.parts] for change in changes]


def planted(world, edit, at):
    """The stream, how many changes were told before the edit, and how many since at each of ten looks after it."""
    stream = fold(world)
    for n in range(at):
        stream.look(page(world, n))
    before = len(stream.changes)
    sections, items = EDITS[edit][0](SECTIONS, ITEMS)
    heard = []
    for n in range(at, at + 10):
        stream.look(page(world, n, sections, items))
        heard.append(len(stream.changes) - before)
    return stream, before, heard


@pytest.mark.slow
@settings(max_examples=45)
@given(worlds, st.sampled_from(sorted(EDITS)), st.integers(3, LEARNT + 4))
def test_an_edit_in_words_the_noise_does_not_touch_is_told_once_within_three_looks(world, edit, at):
    assume(not (edit.startswith("item") and "reorder" in world.noise))  # there the noise touches the words
    assume(not (edit == "paragraph gone" and world.noise & {"teaser", "ab"}))  # beside several of them: known gap
    slow = bool(world.noise & SLOWLY_LEARNT) or ({"ab", "bad"} <= world.noise and world.bad_at < at)
    at = max(at, LEARNT) if slow else at
    if "bad" in world.noise and at - 1 <= world.bad_at + world.bad_for and world.bad_at <= at + 4:
        world = replace(world, bad_at=at + 4)  # looks that do not bring the page do not count among the three
    stream, before, heard = planted(world, edit, at)
    told = stream.changes[before:]
    assert before == 0 or slow, shown(stream.changes)
    assert [heard[2], heard[-1]] == [1, 1], shown(told)
    assert EDITS[edit][1] <= marks(told[0])


def test_a_paragraph_that_goes_right_beside_a_teaser_is_told_within_three_looks():
    for seed in range(3):
        _, _, heard = planted(World(frozenset({"ticker", "teaser"}), seed), "paragraph gone", LEARNT)
        assert [heard[2], heard[-1]] == [1, 1]


TOUCHED = {
    "ticker": "Readers warned so far:",
    "teaser": "Also withdrawn:",
    "ab": "Try our forbidden assistant and tell us",
    "weather": "Namur today:",
    "links": " (moved)",
}
SHOWN = {"ticker": "warned", "teaser": "withdrawn", "ab": "forbidden", "weather": "Namur", "links": "moved"}


@pytest.mark.worst
@settings(max_examples=25)
@given(worlds, st.sampled_from(sorted(TOUCHED)), st.integers(5, LEARNT + 4))
def test_an_edit_in_words_the_noise_touches_is_told_or_shown_among_what_was_held_back(world, maker, at):
    world = replace(world, noise=world.noise | {maker})
    stream = fold(world)
    for n in range(at):
        stream.look(page(world, n))
    for n in range(at, at + 10):
        stream.look(page(world, n, words={maker: TOUCHED[maker]}))
    told = " ".join(word for change in stream.changes for word in marks(change))
    assert SHOWN[maker] in told + held_words(stream.held)


def predictions(stream):
    return [
        (
            str(intent.outcome),
            [(str(c.kind), c.told, c.severity, [(p.kind, p.old, p.new) for p in c.parts]) for c in intent.changes],
            [str(e.kind) for e in intent.events],
            [(h.rule, [(p.old, p.new) for p in h.parts]) for h in intent.held],
        )
        for intent in stream.intents
    ]


def run(stream, world, edit, at):
    sections, items = EDITS[edit][0](SECTIONS, ITEMS)
    for n in range(at + 6):
        served = page(world, n, sections, items) if n >= at else page(world, n)
        stream.look(served, after=timedelta(hours=20) if n else None)
    return predictions(stream)


@pytest.mark.slow
@settings(max_examples=25)
@given(worlds, st.sampled_from(sorted(EDITS)), st.integers(3, 20))
def test_a_restart_after_every_look_changes_no_prediction(world, edit, at):
    assert run(fold(world, restarts=True), world, edit, at) == run(fold(world), world, edit, at)


@pytest.mark.worst
@settings(max_examples=25)
@given(worlds, st.sampled_from(sorted(EDITS)), st.integers(3, 20), st.integers(0, 10**9))
def test_other_names_of_host_source_and_classes_change_no_prediction(world, edit, at, salt):
    letters = random.Random(salt)
    name, brand, host = ("".join(letters.choices("bcdfghjklmpqrstvwz", k=9)) for _ in range(3))
    other = replace(world, brand=brand, host=f"{host}.example")
    assert run(fold(other, name=name), other, edit, at) == run(fold(world), world, edit, at)


def test_the_same_source_added_twice_is_judged_alike():
    world = World(frozenset(NOISE), seed=7)
    one, other = fold(world, name="first"), fold(world, name="second")
    assert run(one, world, "deadline", 12) == run(other, world, "deadline", 12)
    assert any(c.told for c in one.changes)


@pytest.mark.parametrize("maker", NOISE)
def test_a_noise_maker_alone_is_quiet_once_it_is_known(maker):
    world = World(frozenset({maker}), seed=3)
    stream = fold(world)
    for n in range(LEARNT):
        stream.look(page(world, n))
    before = len(stream.changes)
    for n in range(LEARNT, LEARNT + 12):
        stream.look(page(world, n))
    assert shown(stream.changes[before:]) == []


@pytest.mark.parametrize(
    "maker",
    [
        pytest.param(m, marks=pytest.mark.xfail(reason="known gap: see SLOWLY_LEARNT") if m in SLOWLY_LEARNT else ())
        for m in NOISE
    ],
)
def test_a_noise_maker_alone_is_quiet_from_the_first_look(maker):
    for seed in range(3):
        world = World(frozenset({maker}), seed)
        stream = fold(world)
        for n in range(LEARNT):
            stream.look(page(world, n))
        assert shown(stream.changes) == []
