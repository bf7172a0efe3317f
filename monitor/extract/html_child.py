"""Reads one heavy page from stdin, in a process with limits.

`python -m monitor.extract.html_child CPU MEMORY OUTPUT URL SELECTOR page|listing FINGERPRINT CHARSET`; only our own
parent calls this.
"""

import sys

from monitor.extract.limits import answer
from monitor.extract.page import Rules, read_page
from monitor.model import Extraction


def read(body: bytes, arguments: list[str]) -> Extraction:
    """The text of a page, given as UTF-8. Raises ExtractError."""
    url, selector, kind, fingerprint, charset = arguments
    return read_page(body.decode("utf-8"), Rules(url, selector, kind == "listing", fingerprint, charset))


if __name__ == "__main__":
    sys.exit(answer(read, sys.argv[1:], sys.stdin.buffer, sys.stdout.buffer))
