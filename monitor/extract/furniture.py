"""Which parts of a page are furniture: menus, banners, footers, side columns, dialogs.

Decisions on plain values only. Nothing here knows a site: the names are those that content management systems,
design systems and consent tools have in common.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from monitor.extract import endings
from monitor.extract.lines import Line, Region, document_links
from monitor.model import Place

FURNITURE_SHARE = 0.25
"""A part that holds this share of the page's text or more is no furniture: some sites are one big `<form>`."""
DIALOG_SHARE = 0.5
"""The same for dialogs."""
MAIN_SHARE = 0.5
"""A main part counts only if it holds at least this share of what is left."""
MENU_SHARE = 0.7
"""Share of a `<nav>` in links that makes it a menu, be it the longest text of a short page."""
SIGN_UP = 600
"""Characters up to which a section that asks for a mail address says no more than why."""
LINK_RUN = 4
"""So many links in a row, with no other words, are a menu."""
LEAST_TEXT = 300
"""Characters outside links from which a piece of furniture can be the document where nothing else is."""
STRAY_SHARE = 0.1
"""What stands outside all furniture and holds less than this of what such a piece holds is no document."""

TAGS = {
    "nav": Place.NAV,
    "header": Place.HEADER,
    "footer": Place.FOOTER,
    "aside": Place.ASIDE,
    "form": Place.FORM,
    "search": Place.FORM,
    "select": Place.FORM,
    "datalist": Place.FORM,
    "textarea": Place.FORM,
    "dialog": Place.DIALOG,
    "noscript": Place.HIDDEN,
}
SECTIONS = frozenset({"section", "details", "summary"})
"""Elements that are parts of the text, but may turn out to be no more than the frame of a control."""
PARTS = frozenset({*TAGS, *SECTIONS, "main", "article"})
"""Elements that claim to be a part of the page by their name alone."""
ROLES = {
    "navigation": Place.NAV,
    "menu": Place.NAV,
    "menubar": Place.NAV,
    "banner": Place.HEADER,
    "contentinfo": Place.FOOTER,
    "complementary": Place.ASIDE,
    "search": Place.FORM,
    "form": Place.FORM,
    "dialog": Place.DIALOG,
    "alertdialog": Place.DIALOG,
    "tooltip": Place.DIALOG,
}
MAY_BE_TEXT = frozenset({Place.HEADER, Place.NAV, Place.ASIDE, Place.FOOTER, Place.FORM})
"""Furniture that can be the document where nothing else is: a wall of consent or what is hidden never is."""
OUTSIDE_MAIN = frozenset({Place.HEADER, Place.FOOTER})
"""Inside the main part a header or footer belongs to the text (HTML: no banner, no contentinfo there)."""

_NAMES = {
    Place.DIALOG: (
        r"(?:cookies?|gdpr|rgpd|avg|consent)-(?:bar|banner|box|compliance|consent|dialog|disclaimer|layer|law|manager|"
        r"message|modal|notice|notification|overlay|panel|pop-?up|preferences|prompt|settings|tool|wall|warning)|"
        r"privacy-(?:banner|bar|dialog|manager|modal|overlay|pop-?up|preferences|prompt|settings)|"
        r"cookie-?banner|cookie-?consent|cookie-?notice|cookie-?bar|sliding-popup|eu-cookie|onetrust|cookiebot|"
        r"didomi|tarteaucitron|axeptio|cmplz|iubenda|usercentrics|cky|cc-window|orejime|klaro|osano|truste|trustarc|"
        r"borlabs|modal|pop-?up|lightbox|off-?canvas|snackbar|toast"
    ),
    Place.NAV: (
        r"bread-?crumbs?|menu|mega-?menu|sub-?menu|nav|navbar|navigation|pagination|pager|skip-?links?|skip-to-\w+|"
        r"lang(?:uage)?-(?:switch|switcher|selector|chooser|list|nav)|back-to-top|go-?top|scroll-?top|site-?map"
    ),
    Place.ASIDE: (
        r"side-?bar|widget-area|share|sharing|share-?this|add-?this|add-?to-?any|social|socials|news-?letter|subscribe|"
        r"related-(?:articles?|content|items|links|news|pages|posts|topics)|recommendations?|recommended|"
        r"advert|adverts|advertisement|ads|adsbygoogle|promo|comments|comment-list|disqus|feedback|print-?links?"
    ),
    Place.HEADER: r"(?:site|global|page|main|top)-header-?(?:bar|top)?|masthead|top-?bar",
    Place.FOOTER: r"footer|colophon",
}
_WHOLE = {"header": Place.HEADER, "banner": Place.HEADER, "topnav": Place.NAV}
_NAME = re.compile("|".join(f"(?:^|.*-)(?P<{place.name}>{words})(?:-.*|$)" for place, words in _NAMES.items()))
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BREAK = re.compile(r"[-_\s]+")
_MODIFIER = re.compile(r"^(?:has|with|without|no|not|is|js|hide|show|open|menu-open|u|page|body|layout|template)-")
_CONSENT_TOOL = re.compile(
    r"onetrust|cookiebot|didomi|tarteaucitron|axeptio|cmplz|usercentrics|\bcky|orejime|klaro|osano|truste|sliding-popup",
    re.IGNORECASE,
)
_SIDE = re.compile(r"side-?bar|news-?letter|widget", re.IGNORECASE)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MAIN_IDS = frozenset({"main", "main-content", "maincontent", "content", "page-content", "contenu", "inhoud", "inhalt"})
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@lru_cache(maxsize=16384)
def place_of_names(names: str, *, most_words: int = 4) -> Place | None:
    """The furniture that a `class` or `id` attribute names, if any.

    Tokens with `:` or `[` are utility CSS and no names; `has-sidebar` and its like tell of a layout, not of a part.
    Of `block__element--modifier` the block is the name. Longer tokens than `most_words` are made from headings
    (`data-from-connected-social-accounts`).
    """
    for token in names.split()[:40]:
        if ":" in token or "[" in token or len(token) > 80:
            continue
        block = token.partition("__")[0].partition("--")[0]
        name = _BREAK.sub("-", _CAMEL.sub("-", block)).lower().strip("-")
        if name in _WHOLE:
            return _WHOLE[name]
        if name.count("-") >= most_words or _MODIFIER.match(name):
            continue
        found = _NAME.match(name)
        if found and found.lastgroup:
            return Place[found.lastgroup]
    return None


def is_main(tag: str, attributes: dict[str, str | None]) -> bool:
    """Whether an element says that it is the page's main part."""
    if tag in {"main", "article"} or attributes.get("role") == "main":
        return True
    return (attributes.get("id") or "").lower() in _MAIN_IDS


def is_unseen(attributes: dict[str, str | None]) -> bool:
    """Whether an element is hidden by its own attributes."""
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return bool(style) and _UNSEEN.search(style or "") is not None


def is_button(tag: str, attributes: dict[str, str | None]) -> bool:
    """Whether an element is pressed to do something. What folds a text open is that text's heading; a link leads on."""
    if tag == "a" or (tag != "button" and attributes.get("role") != "button"):
        return False
    return "aria-expanded" not in attributes and "aria-controls" not in attributes


def asked(regions: list[Region], at: int, attributes: dict[str, str | None]) -> None:
    """Note a field for a mail address at the section around it."""
    if attributes.get("type") != "email":
        return
    while at and regions[at].tag not in {"section", "article"}:
        at = regions[at].parent
    regions[at].asks = at > 0


@dataclass(frozen=True, slots=True)
class Claim:
    """What an element claims to be; `name` is the class or id that says so, empty for tags and roles."""

    place: Place
    name: str = ""


def claim_of(tag: str, attributes: dict[str, str | None], *, in_main: bool) -> Claim | None:
    """The furniture an element claims to be; None for text."""
    claim: Claim | None = None
    place = TAGS.get(tag) or ROLES.get(attributes.get("role") or "")
    if place:
        claim = Claim(place)
    elif attributes and tag not in _HEADINGS:
        claim = _named(attributes.get("class"), attributes.get("id"))
    if claim is None and not in_main and is_unseen(attributes):
        claim = Claim(Place.HIDDEN)
    if in_main and claim is not None and claim.place in OUTSIDE_MAIN:
        return None
    return claim


def _named(css_class: str | None, css_id: str | None) -> Claim | None:
    place = place_of_names(css_class) if css_class else None
    if place is not None:
        return Claim(place, css_class or "")
    place = place_of_names(css_id, most_words=3) if css_id else None
    # An id is as often made from a heading ("sharing", "feedback") as it is a name.
    return Claim(place, css_id or "") if place and (place is not Place.ASIDE or _SIDE.search(css_id or "")) else None


def settle(
    lines: list[Line], regions: list[Region], *, keep_links: bool
) -> tuple[list[tuple[Line, Place]], list[tuple[Line, Place]]]:
    """Part the lines into text and margin, each with its place. Both keep the reading order.

    `keep_links`: runs of links are the subject (listings).
    """
    chosen = _chosen(regions)
    if chosen is not None:
        return _part(lines, _places(regions), [not inside for inside in chosen])
    dropped = _dropped(regions, lines)
    only = _only_text(lines, regions, dropped)
    if only:
        regions[only].place, regions[only].main = Place.MAIN, True
        dropped = _dropped(regions, lines)
    places = _places(regions)
    best = _keep_main_only(lines, regions, dropped, places)
    endings.drop_labels(lines, regions, dropped)
    kept, margin = _part(lines, places, dropped)
    if keep_links:
        return kept, margin
    left = [line for line, _ in kept]
    out = endings.pressed(left) | endings.after_article(left, regions, best) | endings.site_map(left)
    runs = _link_runs([line for line in left if id(line) not in out])
    out.update(runs)
    return _part_by(lines, places, dropped, out) if out else (kept, margin)


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


def _dropped(regions: list[Region], lines: list[Line]) -> list[bool]:
    """For each region whether it, or one around it, is furniture small enough to leave out.

    Side parts of one name count together: ten sections called `promo` are no furniture. A menu is one whatever its
    size, and a dialog may be long: consent tools list hundreds of partners, and are known by name.
    """
    _weigh(regions, lines, [False] * len(regions))
    limits = dict.fromkeys(Place, regions[0].size * FURNITURE_SHARE)
    limits[Place.DIALOG] = regions[0].size * DIALOG_SHARE
    together: dict[str, int] = defaultdict(int)
    for region in regions:
        if region.name and region.place is Place.ASIDE:
            together[region.name] += region.size
    dropped: list[bool] = []
    for index, region in enumerate(regions):
        size = max(region.size, together.get(region.name, 0))
        small = region.asks and size <= min(SIGN_UP, limits[Place.FORM])
        if small:
            region.place = Place.FORM
        small = small or (
            size < limits[region.place]
            or (region.place is Place.NAV and region.linked > MENU_SHARE * region.size)
            or (region.place is Place.DIALOG and _CONSENT_TOOL.search(region.name) is not None)
        )
        dropped.append((region.place is not Place.MAIN and small) or (index > 0 and dropped[region.parent]))
    return dropped


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
    best = max(range(len(regions)), key=lambda i: (text[i] if regions[i].place in MAY_BE_TEXT else 0, -i))
    if text[best] < LEAST_TEXT or regions[best].place not in MAY_BE_TEXT:
        return 0
    said = any(region.main and not gone for region, gone in zip(regions, dropped, strict=True))
    return best if not outside or (not said and outside < text[best] * STRAY_SHARE) else 0


def _keep_main_only(lines: list[Line], regions: list[Region], dropped: list[bool], places: list[Place]) -> int:
    """Leave out what stands beside the main part, if that part holds most of what is left. Its region; 0 for none."""
    _weigh(regions, lines, dropped)
    candidates = [i for i, region in enumerate(regions) if region.main and not dropped[i]]
    if not candidates:
        return 0
    best = max(candidates, key=lambda i: (regions[i].size, -i))
    if regions[best].size < regions[0].size * MAIN_SHARE or not regions[best].size:
        return 0
    inside: list[bool] = []
    for index, region in enumerate(regions):
        inside.append(index == best or (index > 0 and inside[region.parent]))
        if not inside[index] and not dropped[index]:
            dropped[index] = True
            if places[index] is Place.MAIN:
                places[index] = Place.ASIDE
    return best


def _link_runs(lines: list[Line]) -> set[int]:
    """Lines (by identity) in runs of four or more links without other words. Lists of documents are no menus."""
    found: set[int] = set()
    run: list[int] = []
    for index, line in enumerate([*lines, Line("", 0)]):
        if line.linked:
            run.append(index)
            continue
        if sum(max(1, len(lines[i].links)) for i in run) >= LINK_RUN and sum(
            document_links(lines[i]) for i in run
        ) * 2 < len(run):
            found.update(id(lines[i]) for i in run)
        run = []
    return found


def _part(
    lines: list[Line], places: list[Place], dropped: list[bool]
) -> tuple[list[tuple[Line, Place]], list[tuple[Line, Place]]]:
    return _part_by(lines, places, dropped, frozenset())


def _part_by(
    lines: list[Line], places: list[Place], dropped: list[bool], out: set[int] | frozenset[int]
) -> tuple[list[tuple[Line, Place]], list[tuple[Line, Place]]]:
    kept: list[tuple[Line, Place]] = []
    margin: list[tuple[Line, Place]] = []
    for line in lines:
        if id(line) in out:
            margin.append((line, Place.NAV))
        elif dropped[line.region]:
            margin.append((line, places[line.region]))
        else:
            kept.append((line, places[line.region]))
    return kept, margin
