"""A strict reader of our own pages: elements closed, ids used once, labels and references that lead somewhere."""

from collections import Counter
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
REFERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "headers")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = {
    "div",
    "p",
    "ul",
    "ol",
    "dl",
    "table",
    "form",
    "section",
    "article",
    "nav",
    "blockquote",
    "pre",
    "h1",
    "h2",
    "h3",
}


class Page(HTMLParser):
    """What is wrong with a page: `faults`. Where it leads: `links`."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.links: list[str] = []
        self.forms: list[dict[str, str]] = []
        self._open: list[str] = []
        self._ids: Counter[str] = Counter()
        self._refers: list[tuple[str, str]] = []
        self._headings: list[int] = []
        self._doctype = False
        self.feed(html)
        self.close()
        self._judge()

    def handle_decl(self, decl: str) -> None:
        self._doctype = decl.lower() == "doctype html" and not self._open

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        here = dict(attrs)
        if len(here) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice: {attrs}")
        if "p" in self._open and tag in BLOCKS:
            self.faults.append(f"<{tag}> inside <p>")
        if tag in {"a", "button"} and {"a", "button"} & set(self._open):
            self.faults.append(f"<{tag}> inside <a> or <button>")
        self._inline(tag, here)
        self._note(tag, {name: value or "" for name, value in here.items()})
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-3:]}")
            if tag in self._open:
                while self._open.pop() != tag:
                    pass
            return
        self._open.pop()

    def _inline(self, tag: str, here: dict[str, str | None]) -> None:
        acting = [name for name in here if name == "style" or name.startswith("on")]
        if acting or tag == "style" or (tag == "script" and "src" not in here):
            self.faults.append(f"in line: <{tag} {acting}>")
        for name in ("href", "src", "action", "formaction"):
            if (here.get(name) or "").lower().lstrip().startswith(("javascript:", "data:", "vbscript:")):
                self.faults.append(f"<{tag} {name}={here[name]}>")

    def _note(self, tag: str, here: dict[str, str]) -> None:
        if "id" in here:
            self._ids[here["id"]] += 1
        self._refers += [(name, ref) for name in REFERS for ref in here.get(name, "").split()]
        if tag in HEADINGS:
            self._headings.append(int(tag[1]))
        if tag == "form":
            self.forms.append({"method": here.get("method", "get").lower(), "action": here.get("action", "")})
        if tag == "input" and here.get("name") == "token" and self.forms:
            self.forms[-1]["token"] = here.get("value", "")
        if tag == "html" and not here.get("lang"):
            self.faults.append("<html> without lang")
        self._lead(tag, here)

    def _lead(self, tag: str, here: dict[str, str]) -> None:
        """What leads elsewhere or brings something in."""
        if tag == "a" and "href" in here:
            self.links.append(here["href"])
            if here.get("target") == "_blank" and "noopener" not in here.get("rel", ""):
                self.faults.append(f"a window that is opened knows us: {here['href']}")
        if tag in {"link", "script", "img", "iframe"}:
            self.links.append(here.get("href") or here.get("src") or "")
        if tag == "img" and "alt" not in here:
            self.faults.append("an <img> without alt")
        if tag == "iframe" and ("sandbox" not in here or here["sandbox"] or "title" not in here):
            self.faults.append("an <iframe> without a full sandbox or title")

    def _judge(self) -> None:
        if not self._doctype:
            self.faults.append("no doctype")
        if self._open:
            self.faults.append(f"never closed: {self._open}")
        self.faults += [f"id twice: {name}" for name, times in self._ids.items() if times > 1]
        self.faults += [f"{name}={ref} leads nowhere" for name, ref in self._refers if ref not in self._ids]
        self.faults += [
            f"{link} leads nowhere" for link in self.links if link.startswith("#") and link[1:] not in self._ids
        ]
        if self._headings.count(1) != 1:
            self.faults.append(f"{self._headings.count(1)} <h1>")
        jumps = [b for a, b in zip(self._headings, self._headings[1:], strict=False) if b > a + 1]
        if jumps:
            self.faults.append(f"headings jump to {jumps}")
