"""Page pairs in four languages, half of them news, through the whole program: what must be told is, the rest is not.

The pairs are data (`en.yaml`, `nl.yaml`, `fr.yaml`, `de.yaml`). Each has three looks at the page as it was, as a new
source gets in its first day, and then the looks the program itself asks for.
"""

from collections import Counter
from datetime import timedelta

import pytest
from pairs.data import AS_CHANGE, all_pairs
from pairs.fold import Fold

from monitor.model import EventKind, key_of

KNOWN_GAPS_AT_MOST = 5
DAY = timedelta(days=1)


def played(pair, lore):
    """The pair's history: three looks before, two after, and three days in which nothing more happens."""
    fold = Fold(pair.page.source(pair.language), lore, pair.page.citations())
    for _ in range(3):
        fold.look(pair.before())
    fold.look(pair.after(), after=DAY)
    fold.look(pair.after())
    return fold


def told_of(pair, lore, post):
    """What is wrong with what a reader is told; empty when nothing is."""
    fold = played(pair, lore)
    heard = len(fold.changes) + len(fold.events)
    for _ in range(3):
        fold.look(pair.after(), after=DAY)
    wrong = ["told again"] if len(fold.changes) + len(fold.events) > heard else []
    if pair.told_as == "quote":
        wrong += [] if [e.kind for e in fold.events] == [EventKind.QUOTE_LOST] else ["no word of the lost quotation"]
    elif fold.events:
        wrong.append(f"events {[str(e.kind) for e in fold.events]}")
    if len(fold.changes) != 1:
        return [*wrong, f"{len(fold.changes)} changes told, held {[h.rule for h in fold.held]}"]
    change = fold.changes[0]
    mail = post.mail(fold.source, fold.now, [change])
    if pair.told_as in AS_CHANGE and str(change.kind) != pair.told_as:
        wrong.append(f"told as {change.kind}")
    if change.severity < pair.least:
        wrong.append(f"only {change.severity.name}: {[r.code for r in change.reasons]}")
    marked = f" {key_of(mail.marked)} "
    wrong += [f"{words!r} is not marked in: {marked}" for words in pair.marks if f" {key_of(words)} " not in marked]
    wrong += [f"{words!r} is marked in: {marked}" for words in pair.unmarked if f" {key_of(words)} " in marked]
    return wrong


def noise_of(pair, lore):
    """What a reader was told although nothing happened."""
    fold = Fold(pair.page.source(pair.language), lore, pair.page.citations())
    if pair.then == "turns":  # what changes at every look did so from the first
        for n in range(16):
            fold.look(pair.after(turn(n, len(pair.versions))))
    else:
        for _ in range(3):
            fold.look(pair.before())
        for n in range(2 if pair.then == "passes" else 6):
            fold.look(pair.after(n), after=DAY if n in {0, 3} else None)
        for _ in range(3 if pair.then == "passes" else 0):
            fold.look(pair.before())
    mailed = [f"{c.severity.name} {[(p.old, p.new) for p in c.parts][:3]}" for c in fold.changes]
    return mailed + [f"{e.kind} {e.values}" for e in fold.events]


def turn(n, of):
    """Which of so many versions the n-th look shows: irregular, and none more than twice in a row (Thue-Morse)."""
    total = 0
    while n:
        n, digit = divmod(n, of)
        total += digit
    return total % of


def wrong_with(pair, lore, post):
    return told_of(pair, lore, post) if pair.told else noise_of(pair, lore)


@pytest.mark.slow
@pytest.mark.parametrize("pair", all_pairs(), ids=lambda pair: f"{pair.language}-{pair.name}")
def test_a_page_pair_is_told_as_its_sentence_says(pair, lore, post):
    wrong = wrong_with(pair, lore, post)
    if pair.known_gap:
        assert wrong, f"{pair.name} works now: take `known_gap` away"
    else:
        assert wrong == [], pair.tells


def test_half_of_at_least_64_pairs_are_news_in_every_language():
    for language in ("en", "nl", "fr", "de"):
        news = Counter(pair.told for pair in all_pairs() if pair.language == language)
        assert news[True] >= 8
        assert news[False] >= 8
    assert len(all_pairs()) >= 64


def test_every_pair_has_a_name_of_its_own_and_a_sentence():
    names = Counter((pair.language, pair.name) for pair in all_pairs())
    assert [name for name, times in names.items() if times > 1] == []
    assert [pair.name for pair in all_pairs() if not pair.tells.endswith(".")] == []
    assert [pair.name for pair in all_pairs() if pair.told and not pair.marks] == []


def test_known_gaps_are_few():
    assert sum(bool(pair.known_gap) for pair in all_pairs()) <= KNOWN_GAPS_AT_MOST


def test_the_pairs_cover_every_kind_of_news_and_of_noise():
    news = {pair.kind for pair in all_pairs() if pair.told}
    noise = {pair.kind for pair in all_pairs() if not pair.told}
    assert {
        "deadline", "amount", "percentage", "modal", "negation", "section_added", "section_removed", "cell",
        "list_item", "footnote", "document_exchanged", "new_item", "vanished_item", "quote_lost", "pdf", "feed",
    } <= news  # fmt: skip
    assert {
        "furniture", "cookie_banner", "teaser", "counter", "clock", "ab_test", "order", "punctuation", "link_tokens",
        "share_buttons", "half_rendered", "consent_wall", "error_page", "session_id", "related_links", "pagination",
    } <= noise  # fmt: skip
