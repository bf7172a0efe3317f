"""Which parts of a page are furniture at first sight: menus, banners, footers, side columns, dialogs.

Decisions on plain values only. What an element claims to be (`names.py`) is a prior; what stands in it decides: prose
that neither asks for consent nor invites to sign up stays, and so does a list, whatever the element is called. What
this module says is a first sight: once a source's map of regions is settled, that decides (`judge/regions.py`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from monitor.extract import endings, names
from monitor.extract.lines import Line, Region, document_links
from monitor.model import BlockKind, Place
from monitor.text import prose

MAIN_SHARE = 0.5
"""A main part counts only if it holds at least this share of what is left."""
WHOLE_SHARE = 0.5
"""A part that holds this share of the page's text is no furniture: some sites are one big `<form>`."""
MENU_SHARE = 0.7
"""Share of a part in links that makes it a menu, be it the longest text of a short page."""
SIGN_UP = 600
"""Characters up to which a section that asks for a mail address says no more than why."""
LINK_RUN = 4
"""So many links in a row, with no other words, are a menu."""
LINKED_MATTER, FEWEST_LINKED = 0.5, 8
"""Share of what is left that such a row must hold, and its fewest lines, to be what the page is about."""
LEAST_TEXT = 300
"""Characters outside links from which a piece of furniture can be the document where nothing else is."""
STRAY_SHARE = 0.1
"""What stands outside all furniture and holds less than this of what such a piece holds is no document."""
FEWEST_ENTRIES, ENTRY = 3, 3
"""So many lines of so many words outside links are a list that says something."""
CARD_SHARE = 0.75
"""Share of the sentences of a part that stand next to a link of their own: cards that lead elsewhere."""
LONGEST_DATE = 24
"""Characters of a line between the title and the text of a card."""
STRONG_WORDS = 25
"""Words of prose from which even a `<nav>`, a dialog or the page's `<footer>` says something."""
STRONG = frozenset({Place.NAV, Place.DIALOG, Place.FOOTER})
"""What a tag or role says of these is nearly always so."""
_SENTENCE_ENDS = (".", ":", ";", "!", "?", "…")

CONTROLS = frozenset({"select", "datalist"})
"""Their text is what a reader may choose, not what the page says."""


class Placed(NamedTuple):
    """A line, where it stands, the path of the parts of the page around it, and whether it is furniture."""

    line: Line
    place: Place
    region: str
    margin: bool


def settle(lines: list[Line], regions: list[Region], *, keep_links: bool) -> list[Placed]:
    """Every line in reading order, parted into text and margin. `keep_links`: runs of links are the subject."""
    chosen = _chosen(regions)
    if chosen is not None:
        return _placed(lines, regions, _places(regions), {id(x) for x in lines if not chosen[x.region]}, frozenset())
    dropped = _dropped(lines, regions)
    only = _only_text(lines, regions, dropped)
    if only:
        regions[only].place, regions[only].main = Place.MAIN, True
        dropped = _dropped(lines, regions)
    places = _places(regions)
    best, beside = _keep_main_only(lines, regions, dropped, places)
    endings.drop_labels(lines, regions, dropped)
    out = beside | {id(line) for line in lines if dropped[line.region]}
    if keep_links:
        return _placed(lines, regions, places, out, frozenset())
    left = [line for line in lines if id(line) not in out]
    pointing = endings.pressed(left) | endings.after_article(left, regions, best) | endings.site_map(left)
    pointing |= _link_runs([line for line in left if id(line) not in pointing])
    return _placed(lines, regions, places, out, pointing)


def _placed(
    lines: list[Line], regions: list[Region], places: list[Place], out: set[int], pointing: set[int] | frozenset[int]
) -> list[Placed]:
    paths = _paths(regions)
    return [
        Placed(line, Place.NAV, paths[line.region], margin=True)
        if id(line) in pointing
        else Placed(line, places[line.region], paths[line.region], id(line) in out)
        for line in lines
    ]


def _paths(regions: list[Region]) -> list[str]:
    """For each region the parts of the page it lies in, outermost first; no name a site could change, no number."""
    paths = [""]
    for region in regions[1:]:
        part = region.tag if region.main or region.place is Place.MAIN else str(region.place)
        part = "main" if part in {"div", "td"} else part
        paths.append(f"{paths[region.parent]}/{part}")
    return paths


def _chosen(regions: list[Region]) -> list[bool] | None:
    if not any(region.chosen for region in regions):
        return None
    inside: list[bool] = []
    for index, region in enumerate(regions):
        inside.append(region.chosen or (index > 0 and inside[region.parent]))
    return inside


def _places(regions: list[Region]) -> list[Place]:
    places: list[Place] = []
    for index, region in enumerate(regions):
        around = places[region.parent] if index else Place.MAIN
        places.append(Place.MAIN if region.main else around if region.place is Place.MAIN else region.place)
    return places


# --- what a part says -------------------------------------------------------------------------------------------


def _dropped(lines: list[Line], regions: list[Region]) -> list[bool]:
    """For each region whether it is furniture by what it claims and what stands in it.

    A part that claims nothing goes with the part around it; one that claims something speaks for itself, unless it
    stands in a request for consent, an invitation or a control.
    """
    owners = _owners(regions)
    own: list[list[Line]] = [[] for _ in regions]
    size, consent = [0] * len(regions), [False] * len(regions)
    for line in lines:
        own[owners[line.region]].append(line)
        size[line.region] += len(line.text)
        consent[line.region] = consent[line.region] or prose.asks_consent(line.text)
    for index in range(len(regions) - 1, 0, -1):
        size[regions[index].parent] += size[index]
        consent[regions[index].parent] = consent[regions[index].parent] or consent[index]
    hard, dropped = [False] * len(regions), [False] * len(regions)
    for index, region in enumerate(regions):
        if not index:
            continue
        hard[index] = hard[region.parent] or _never_text(region, own[index], size[index], consent=consent[index])
        if hard[index] or region.place is Place.MAIN:
            dropped[index] = hard[index] or dropped[owners[index]]
            continue
        mine = sum(len(line.text) for line in own[index])
        outermost = not owners[region.parent]
        dropped[index] = not (_is_whole(own[index], mine, size[0]) or _says(region, own[index], outermost=outermost))
    return dropped


def _owners(regions: list[Region]) -> list[int]:
    """For each region the one whose claim its lines come under; 0 for none. A `<main>` is under nothing."""
    owners = [0]
    for index, region in enumerate(regions[1:], 1):
        claims = region.place is not Place.MAIN
        owners.append(index if claims else 0 if region.tag == "main" else owners[region.parent])
    return owners


def _never_text(region: Region, own: Sequence[Line], size: int, *, consent: bool) -> bool:
    """Is this a control, a request for consent or an invitation, with all that stands in it?"""
    if region.tag in CONTROLS:
        return True
    if region.asks and size <= SIGN_UP:
        region.place = Place.FORM
        return True
    if region.place is Place.DIALOG and (consent or names.CONSENT_TOOL.search(region.name)):
        return True
    if region.place in {Place.ASIDE, Place.FORM} and size <= SIGN_UP:
        return bool(names.SIGN_UP_NAME.search(region.name)) or any(prose.invites(line.text) for line in own)
    return False


def _is_whole(own: Sequence[Line], mine: int, page: int) -> bool:
    linked = sum(len(line.text) for line in own if line.linked)
    return mine >= WHOLE_SHARE * page and linked <= MENU_SHARE * mine


def _says(region: Region, own: Sequence[Line], *, outermost: bool) -> bool:
    """Does a part that claims to be furniture say something of its own? `outermost`: in no other such part."""
    hidden = region.place is Place.HIDDEN
    said = [line for line in own if _is_said(line) and not _is_card(line) and not (hidden and _of_program(line))]
    if region.place is Place.FOOTER:  # addresses are long, but no sentences
        said = [line for line in said if line.text.rstrip("»”\"') ").endswith(_SENTENCE_ENDS)]
    if said and _are_cards(own):
        return False
    if region.place is Place.NAV or (region.place in STRONG and not region.name):
        words = sum(len(line.text.split()) for line in said)
        return words >= STRONG_WORDS and words > sum(len(line.text.split()) for line in own if line.linked)
    if said:
        return True
    if region.place is Place.HEADER and region.name and outermost:  # the head of a table, a case, a day
        return bool(own) and not any(line.links or line.pressed for line in own)
    return region.place is Place.ASIDE and _is_list(own)


def _is_said(line: Line) -> bool:
    return not line.linked and not line.pressed and prose.is_prose(line.text, line.links)


def _of_program(line: Line) -> bool:
    return prose.about_browser(line.text) or prose.asks_consent(line.text)


def _are_cards(own: Sequence[Line]) -> bool:
    """Sentences that each stand next to a link of their own, or its date, say what is found elsewhere."""
    own = [line for line in own if _is_said(line) or _leads(line) or len(line.text) > LONGEST_DATE]
    said = [n for n, line in enumerate(own) if _is_said(line)]
    leads = {n for n, line in enumerate(own) if _leads(line)}
    beside = sum(bool(leads & {n - 1, n + 1}) for n in said)
    return len(said) >= 2 and len(leads) >= len(said) and beside >= CARD_SHARE * len(said)


def _is_card(line: Line) -> bool:
    """A title that leads elsewhere, and in the same line what is found there."""
    return _is_titled(line) and not document_links(line)


def _leads(line: Line) -> bool:
    """Is this a link and nothing else, but for a date?"""
    alone = line.linked or (_is_titled(line) and len(line.text) - len(line.links[0].text) <= LONGEST_DATE)
    return alone and not document_links(line)


def _is_titled(line: Line) -> bool:
    return bool(line.links) and line.text.startswith(line.links[0].text)


def _is_list(own: Sequence[Line]) -> bool:
    kinds = {BlockKind.ITEM, BlockKind.ROW, BlockKind.PARAGRAPH}
    entries = [len(line.text.split()) for line in own if line.kind in kinds and not (line.linked or line.pressed)]
    entries = [words for words in entries if words >= ENTRY]
    linked = sum(len(line.text.split()) for line in own if line.linked)
    return len(entries) >= FEWEST_ENTRIES and sum(entries) > linked


# --- the main part ----------------------------------------------------------------------------------------------


def _weigh(regions: list[Region], lines: list[Line], dropped: list[bool]) -> None:
    for region in regions:
        region.size = region.linked = 0
    for line in lines:
        if not dropped[line.region]:
            size = len(line.text)
            regions[line.region].size += size
            if line.linked:
                regions[line.region].linked += size
    for index in range(len(regions) - 1, 0, -1):
        region = regions[index]
        regions[region.parent].size += region.size
        regions[region.parent].linked += region.linked


def _only_text(lines: list[Line], regions: list[Region], dropped: list[bool]) -> int:
    """The furniture that holds the most text, where nothing else holds any; 0 for none.

    News pages with long menus set their article in a `<header>` or `<aside>`, which is then a small share of the whole.
    """
    text = [0] * len(regions)
    outside = 0
    for line in lines:
        if line.linked or line.pressed:
            continue
        if dropped[line.region]:
            text[line.region] += len(line.text)
        else:
            outside += len(line.text)
    for index in range(len(regions) - 1, 0, -1):
        if regions[index].place is Place.MAIN:  # what is furniture inside furniture stays so
            text[regions[index].parent] += text[index]
    may_be = names.MAY_BE_TEXT
    best = max(range(len(regions)), key=lambda i: (text[i] if regions[i].place in may_be else 0, -i))
    if text[best] < LEAST_TEXT or regions[best].place not in may_be:
        return 0
    said = any(region.main and not gone for region, gone in zip(regions, dropped, strict=True))
    return best if not outside or (not said and outside < text[best] * STRAY_SHARE) else 0


def _keep_main_only(
    lines: list[Line], regions: list[Region], dropped: list[bool], places: list[Place]
) -> tuple[int, set[int]]:
    """The main part, if it holds most of what is left (0 for none), and the lines beside it that say nothing.

    A sentence beside it stays, with the heading above it: a part that claims something was judged by that already.
    """
    _weigh(regions, lines, dropped)
    candidates = [i for i, region in enumerate(regions) if region.main and not dropped[i]]
    if not candidates:
        return 0, set()
    best = max(candidates, key=lambda i: (regions[i].size, -i))
    if regions[best].size < regions[0].size * MAIN_SHARE or not regions[best].size:
        return 0, set()
    best = _innermost_main(regions, best, candidates)
    inside: list[bool] = []
    for index, region in enumerate(regions):
        inside.append(index == best or (index > 0 and inside[region.parent]))
        if not inside[index] and places[index] is Place.MAIN:
            places[index] = Place.ASIDE
    owners = _owners(regions)
    beside = [x for x in lines if not inside[x.region] and not dropped[x.region] and not owners[x.region]]
    return best, _saying_nothing(beside)


def _innermost_main(regions: list[Region], best: int, candidates: Sequence[int]) -> int:
    """The `<main>` in the main part, if it holds most of the page: an id such as `content` often spans side columns."""
    for index in candidates:
        if regions[index].tag != "main" or regions[index].size < regions[0].size * MAIN_SHARE:
            continue
        around = index
        while around and around != best:
            around = regions[around].parent
        if around == best:
            return index
    return best


def _saying_nothing(beside: Sequence[Line]) -> set[int]:
    """Of the lines beside the main part those (by identity) that are no sentences, nor headings of such."""
    cards = _are_cards(beside)
    said = [not cards and _is_said(line) and not _of_program(line) and not prose.invites(line.text) for line in beside]
    headed = [line.kind is BlockKind.HEADING and n + 1 < len(beside) and said[n + 1] for n, line in enumerate(beside)]
    return {id(line) for line, says, heads in zip(beside, said, headed, strict=True) if not (says or heads)}


def _link_runs(lines: list[Line]) -> set[int]:
    """Lines (by identity) in runs of four or more links without other words.

    Lists of documents are no menus, nor is a run under a heading that holds most of the page: the members of a
    parliament, the acts of a day.
    """
    found: set[int] = set()
    size = sum(len(line.text) for line in lines)
    run: list[int] = []
    for index, line in enumerate([*lines, Line("", 0)]):
        if line.linked:
            run.append(index)
            continue
        many = sum(max(1, len(lines[i].links)) for i in run) >= LINK_RUN
        documents = sum(document_links(lines[i]) for i in run) * 2 >= len(run)
        if many and not documents and not _is_matter(lines, run, size):
            found.update(id(lines[i]) for i in run)
        run = []
    return found


def _is_matter(lines: Sequence[Line], run: Sequence[int], size: int) -> bool:
    """Is a run of links what the page is about? A menu begins a page, or leads to parts of it."""
    headed = any(line.kind is BlockKind.HEADING for line in lines[max(0, run[0] - 3) : run[0]])
    leading = sum(bool(lines[i].links) for i in run)
    linked = sum(len(lines[i].text) for i in run)
    return headed and leading >= max(FEWEST_LINKED, len(run) * MENU_SHARE) and linked >= LINKED_MATTER * size
