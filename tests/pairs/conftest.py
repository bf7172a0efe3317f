"""What the tests of page pairs share: the word lists, the mail, and this folder's module `pairs.fold`."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pairs.fold import Fold, Post

from monitor.model import Source
from monitor.wiring import load_lore


@pytest.fixture(scope="session")
def lore():
    return load_lore()


@pytest.fixture(scope="session")
def post():
    return Post()


@pytest.fixture
def fold(lore):
    def make(*, restarts=False, citations=(), **source):
        fields = {
            "id": "bron",
            "name": "Bron",
            "section": "oversight",
            "url": "https://www.gov.example/ai/doc",
            **source,
        }
        return Fold(Source(**fields), lore, citations, restarts)

    return make
