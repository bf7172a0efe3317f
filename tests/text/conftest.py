"""The program's own word lists and lexicon, compiled once for this folder."""

from pathlib import Path

import pytest
import yaml

import monitor
from monitor.model import Block
from monitor.text.notices import NoticeList
from monitor.text.pages import FaultList
from monitor.text.topics import Lexicon
from monitor.text.words import WordLists

DATA = Path(monitor.__file__).parent / "data"


@pytest.fixture(scope="session")
def word_data():
    return yaml.safe_load((DATA / "words.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def notices(word_data):
    return NoticeList.compile(word_data)


@pytest.fixture(scope="session")
def faults(word_data):
    return FaultList.compile(word_data)


@pytest.fixture(scope="session")
def word_lists(word_data):
    return WordLists.compile(word_data)


@pytest.fixture(scope="session")
def lexicon():
    return Lexicon.compile(yaml.safe_load((DATA / "lexicon.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def paragraphs():
    """Make blocks of texts, on pages 1, 2, 3, …"""

    def make(*texts: str) -> tuple[Block, ...]:
        return tuple(Block(text, page=n) for n, text in enumerate(texts, start=1))

    return make
