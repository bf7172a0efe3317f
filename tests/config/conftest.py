"""A small watch list to break in one place at a time."""

import pytest

from monitor import config
from monitor.errors import ConfigError

GOOD = """\
version: 1
defaults:
  interval: 1d
sections:
- id: laws
  title: Laws
  sources:
  - id: one
    name: One
    url: https://www.example.org/one
    watch: page
    status: watch
    languages: [en, nl]
    topics: [oversight]
    footnotes: [140, 141]
    alternatives:
    - url: https://example.org/one
      role: mirror
"""


@pytest.fixture
def good():
    """A watch list with one source, its first line on line 8."""
    return GOOD


@pytest.fixture
def complaints():
    """Every complaint about a text, as printed."""

    def read(text, **options):
        data = text if isinstance(text, bytes) else text.encode()
        try:
            config.parse(data, "sources.yaml", **options)
        except ConfigError as error:
            return [str(problem) for problem in error.problems]
        return []

    return read
