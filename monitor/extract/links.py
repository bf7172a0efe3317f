"""Addresses in a page, made absolute."""

from urllib.parse import urldefrag, urljoin, urlsplit

_LONGEST = 4096


class Addresses:
    """Resolves what a page's `href`s mean, as seen from the page's own address or its `<base>`."""

    def __init__(self, url: str, base: str = "") -> None:
        self._own = urldefrag(url).url
        try:
            self._base = urljoin(url, base.strip()) if base else url
            parts = urlsplit(self._base)
        except ValueError:  # a <base> that is no address
            self._base = url
            parts = urlsplit(url)
        self._root = f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""

    def absolute(self, href: str) -> str:
        """The web address a link leads to, without fragment; empty for the page itself and for what is not the web."""
        href = href.strip()
        cut = href.find("#")
        if cut >= 0:
            href = href[:cut]
        if not href or len(href) > _LONGEST:
            return ""
        if not href.isprintable():  # browsers drop tab and line breaks inside an address
            href = "".join(c for c in href if c.isprintable())
        if "/." not in href and href[:1] == "/" and href[:2] != "//" and self._root:
            url = self._root + href
        elif "[" in href or not href.startswith(("https://", "http://")):
            try:
                url = urljoin(self._base, href)
            except ValueError:
                return ""
        else:
            url = href
        return url if url.startswith(("https://", "http://")) and url != self._own else ""
