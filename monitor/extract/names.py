"""What elements claim to be: the names, tags and roles of menus, banners, footers, side columns, dialogs.

Claims are priors, never verdicts: `furniture.py` weighs them with what stands inside. Nothing here knows a site: the
names are those that content management systems, design systems and consent tools have in common.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from monitor.extract.lines import Region
from monitor.model import Place

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
        r"related-?(?:articles?|content|items|links|news|pages|posts|topics)|recommendations?|recommended|"
        r"advert|adverts|advertisement|ads|adsbygoogle|promo|comments|comment-list|disqus|feedback|print-?links?"
    ),
    Place.HEADER: r"(?:site|global|page|main|top)-header-?(?:bar|top)?|masthead|top-?bar",
    Place.FOOTER: r"footer|colophon",
}
_WHOLE = {"header": Place.HEADER, "banner": Place.HEADER, "topnav": Place.NAV}
_NAME = re.compile("|".join(f"(?:^|.*-)(?P<{place.name}>{words})(?:-.*|$)" for place, words in _NAMES.items()))
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BREAK = re.compile(r"[-_\s]+")
_MODIFIER = re.compile(
    r"^(?:has|with|without|no|not|is|js|hide|show|open|menu-open|page|body|layout|template"
    r"|rows?|cols?|columns?|grid|flex|d|z|u|m[trblxy]?|p[trblxy]?|bg|text|order|position)-|(?:^|-)u-"
)
"""What tells of a layout or a look and names no part: utility classes, grids, states of the page."""
CONSENT_TOOL = re.compile(
    r"cookies?-?[a-z]|gdpr|rgpd|consent|privacy-|onetrust|cookiebot|didomi|tarteaucitron|axeptio|cmplz|usercentrics"
    r"|\bcky|orejime|klaro|osano|truste|sliding-popup",
    re.IGNORECASE,
)
SIGN_UP_NAME = re.compile(r"news-?letter|subscri", re.IGNORECASE)
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
        if name.count("-") >= most_words or _MODIFIER.search(name):
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
    if tag == "textarea" and ("readonly" in attributes or "disabled" in attributes):
        place = None  # shown there to be read
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
