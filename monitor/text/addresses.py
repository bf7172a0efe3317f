"""Which file or law a web address names, whatever system hands it out.

Addresses of files mostly end in the file's name; content management systems also hand files out by number
(`download.cfm?dossier=12`), by name before the last part of the path (Liferay), in a query (SharePoint, viewers) or
behind a word of their own (Plone, Drupal, DSpace). Laws have identifiers: ELI, CELEX, ECLI, the numac of the Moniteur.
"""

import re
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, unquote, urlsplit

ENDINGS = frozenset(
    {".pdf", ".doc", ".docx", ".odt", ".rtf", ".xls", ".xlsx", ".ods", ".ppt", ".pptx", ".odp", ".zip", ".csv", ".epub"}
)
"""What the names of files end in that are documents of their own."""
_HANDED_OUT = re.compile(
    r"(?:^|[/._-])(?:@@download|at_download|download|attachments?|bitstreams?|linkclick|fileticket"
    r"|(?:get|view|show|open|display)_?(?:file|doc|document|attachment|blob|pdf))(?:$|[/._-])"
)
"""Parts of a path that hand a file out."""
_PASSING = re.compile(
    r"(?:utm_.*|x-.*|.*token.*|.*session.*|.*sign.*|.*nonce.*|.*csrf.*|sid|sig|auth|key|secret|policy|expir.*|se|sp|sv|sr"
    r"|t|ts|time.*|date|v|ver|rev|hash|h|cache.*|nocache|cb|rnd|rand.*|_+|ref|refer.*|inline|disposition|download)"
)
"""Names in a query that say who asks, or when, and not for which file."""
_IDENTIFIER = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])")
"""A UUID (RFC 9562) in a path names the file whatever the query says."""
_ELI = re.compile(r"/eli/(.+)")
_ACT = re.compile(r"(?P<kind>reg|dir|dec)(?:_\w+)?/(?P<year>\d{4})/(?P<number>\d{1,4})(?:/|$)")
_LETTERS = {"reg": "r", "dir": "l", "dec": "d"}
_LAW = re.compile(
    r"celex(?:[:=/]|%3a)(?P<celex>[0-9ce]\d{4}[a-z]{1,2}\d{3,4})|(?P<ecli>ecli:[a-z]{2}:\w+:\d{4}:[\w.]+)"
    r"|\b(?:numac|numac_search|cn|cn_search)=(?P<numac>\d{8,10})"
)


def document_of(url: str) -> str:
    """What tells the file or law of an address from every other one; empty for an address that names neither.

    Host, token and time are left out: mirrors and turning tokens name the same file.
    """
    try:
        parts = urlsplit(url)
        # A path that ends in a session: `report.pdf;jsessionid=…`.
        path = unquote(parts.path).casefold().partition(";")[0].rstrip("/")
        query = parse_qsl(parts.query.replace(";", "&"), max_num_fields=40)
    except ValueError:  # a hostile or broken address names nothing
        return ""
    law = _law_of(path, unquote(parts.query).casefold())
    if law:
        return law
    if any(_is_file(part) for part in path.split("/")):
        return path
    named = [(name.casefold(), unquote(value).casefold()) for name, value in query]
    if _HANDED_OUT.search(path):
        if _IDENTIFIER.search(path):  # `?filename=…` is but what it is saved as
            return path
        kept = sorted(f"{name}={value}" for name, value in named if value and not _PASSING.fullmatch(name))
        return f"{path}?{'&'.join(kept)}" if kept or _says_which(path) else ""
    files = [value.partition("?")[0] for _, value in named if _is_file(value.partition("?")[0])]
    return f"{path}?{'&'.join(files)}" if files else ""


def names_document(url: str) -> bool:
    """Whether an address names a file (not a law, which may be a page)."""
    found = document_of(url)
    return bool(found) and not found.startswith(("eli:", "celex:", "ecli:", "numac:"))


def _law_of(path: str, query: str) -> str:
    eli = _ELI.search(path)
    act = _ACT.match(eli[1]) if eli else None
    if act:  # the European Union numbers its acts in both ways
        return f"celex:{act['year']}{_LETTERS[act['kind']]}{int(act['number']):04}"
    if eli:
        return f"eli:{eli[1]}"
    law = _LAW.search(f"{path}?{query}")
    if law is None or law.lastgroup is None:
        return ""
    found = law[law.lastgroup]
    if law.lastgroup == "celex" and found[0] in "03":  # an act, and the same with its changes written in
        return f"celex:{found[1:]}"
    return found if law.lastgroup == "ecli" else f"{law.lastgroup}:{found}"


def _is_file(name: str) -> bool:
    return PurePosixPath(name.strip()).suffix in ENDINGS


def _says_which(path: str) -> bool:
    """Whether the path says more than that something is handed out: `/document/download/0f7c…` and not `/download`."""
    return path.strip("/").count("/") >= 1
