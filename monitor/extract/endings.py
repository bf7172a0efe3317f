"""What of the text is no text: labels of folded menus, buttons, what follows the article, the map of the site.

By structure alone: no names, no words of any language.
"""

from itertools import pairwise

from monitor.extract.lines import Line, Region, document_links
from monitor.model import BlockKind

MOST_PRESSED = 0.25
"""Share of the text from which what stands in buttons is the text."""
SENTENCE = 8
"""Words from which a line without a link says something of its own."""
ARTICLE_SHARE = 0.5
"""Share of the main part that its article must hold for what follows it to be an afterthought."""
FEWEST_LINKS = 8
FEWEST_HEADINGS = 2
LINKED_SHARE = 0.6
"""What a map of the site is made of, at the end of a page that does not say where its footer begins."""


def drop_labels(lines: list[Line], regions: list[Region], dropped: list[bool]) -> None:
    """Leave out the `<summary>` of each `<details>` of which nothing else is text."""
    folded = [region.tag == "details" for region in regions]
    if not any(folded):
        return
    labels = [False] * len(regions)
    inside = [0] * len(regions)
    for index, region in enumerate(regions):
        if index:
            labels[index] = labels[region.parent] or (region.tag == "summary" and folded[region.parent])
            inside[index] = index if folded[index] else inside[region.parent]
    filled = {inside[line.region] for line in lines if not labels[line.region] and not dropped[line.region]}
    for index in range(len(regions) - 1, 0, -1):
        if folded[index] and index in filled:
            filled.add(inside[regions[index].parent])
    for index in range(1, len(regions)):
        dropped[index] = dropped[index] or (labels[index] and inside[index] not in filled)


def pressed(lines: list[Line]) -> set[int]:
    """Lines (by identity) that are nothing but buttons: they do something, they say nothing."""
    found = [line for line in lines if line.pressed]
    total = sum(len(line.text) for line in lines)
    return {id(line) for line in found} if sum(len(line.text) for line in found) < MOST_PRESSED * total else set()


def after_article(lines: list[Line], regions: list[Region], best: int) -> set[int]:
    """Lines (by identity) that follow the article inside the main part `best` and only point elsewhere."""
    inner = [i for i, r in enumerate(regions) if r.tag == "article" and r.main and _within(regions, i, best)]
    article = max(inner, key=lambda i: regions[i].size, default=0)
    if not article or regions[article].size < ARTICLE_SHARE * regions[best].size:
        return set()
    last = max((n for n, line in enumerate(lines) if _within(regions, line.region, article)), default=len(lines))
    after = lines[last + 1 :]
    pointing = all(_points(line) for line in after) and any(line.linked for line in after)
    return {id(line) for line in after} if pointing else set()


def _within(regions: list[Region], index: int, around: int) -> bool:
    """Does the region lie in the other (or is it the same)?"""
    while index > around:
        index = regions[index].parent
    return index == around


def _points(line: Line) -> bool:
    if document_links(line):
        return False
    return line.linked or line.kind is BlockKind.HEADING or len(line.text.split()) < SENTENCE


def site_map(lines: list[Line]) -> set[int]:
    """Lines (by identity) of a map of the site at the end of the page: short headings, each with links below."""
    start = len(lines)
    while start and _points(lines[start - 1]) and len(lines[start - 1].text.split()) < SENTENCE:
        start -= 1
    while start + 1 < len(lines) and not (lines[start].kind is BlockKind.HEADING and lines[start + 1].linked):
        start += 1
    end = lines[start:]
    links = sum(line.linked for line in end)
    headings = sum(a.kind is BlockKind.HEADING and b.linked for a, b in pairwise(end))
    is_map = links >= max(FEWEST_LINKS, LINKED_SHARE * len(end)) and headings >= FEWEST_HEADINGS
    return {id(line) for line in end} if is_map else set()
