"""The program's own word lists and lexicon, compiled once for this folder."""

from pathlib import Path

import pytest
import yaml

import monitor
from monitor.model import Block
from monitor.text.notices import NoticeList

DATA = Path(monitor.__file__).parent / "data"


@pytest.fixture(scope="session")
def word_data():
    return yaml.safe_load((DATA / "words.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def notices(word_data):
    return NoticeList.compile(word_data)


@pytest.fixture(scope="session")
def paragraphs():
    """Make blocks of texts, on pages 1, 2, 3, …"""

    def make(*texts: str) -> tuple[Block, ...]:
        return tuple(Block(text, page=n) for n, text in enumerate(texts, start=1))

    return make
