"""The lexicon and the word lists."""

import pytest

from monitor import config
from monitor.errors import ConfigError


def test_the_lexicon_has_the_reports_topics_and_the_gate_in_four_languages():
    lexicon = config.lexicon()["topics"]

    assert set(lexicon) == {"ai", *config.TOPICS}
    for topic, languages in lexicon.items():
        assert set(languages) == set(config.LANGUAGES), topic
        for words in languages.values():
            assert words["strong"]
            assert words["terms"]


def test_every_term_is_a_text():
    terms = [
        term
        for topic in config.lexicon()["topics"].values()
        for words in topic.values()
        for group in words.values()
        for term in group
    ]

    assert len(terms) > 1100
    assert {type(term) for term in terms} == {str}


def lay(home, name, text):
    (home / "data").mkdir(exist_ok=True)
    (home / "data" / name).write_text(text, "utf-8")


def test_a_home_may_lay_its_own_lexicon_beside(tmp_path):
    lay(tmp_path, "lexicon.yaml", "languages: [en]\ntopics:\n  ours:\n    en: {strong: [no], terms: [on, 'off', 22]}\n")

    assert config.lexicon(tmp_path) == {"topics": {"ours": {"en": {"strong": ["no"], "terms": ["on", "off", "22"]}}}}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("topics: [a]\n", "lexicon.yaml:1: topics must have fields of its own"),
        ("version: 1\n", "lexicon.yaml:1: topics is missing"),
        ("topics:\n  a:\n    en: [x]\n", "lexicon.yaml:3: fields are expected here (such as strong: …)"),
        ("topics:\n  a:\n    es: {terms: [x]}\n", 'lexicon.yaml:3: unknown field "es"'),
        ("topics:\n  a:\n    en: {terms: [{x: 1}]}\n", "lexicon.yaml:3: terms must be a list of words"),
    ],
)
def test_a_mistake_in_the_lexicon_is_named_with_its_line(tmp_path, text, complaint):
    lay(tmp_path, "lexicon.yaml", text)

    with pytest.raises(ConfigError) as caught:
        config.lexicon(tmp_path)

    assert complaint in str(caught.value)


def test_word_lists_are_handed_out_as_they_are_written(tmp_path):
    lay(
        tmp_path,
        "words.yaml",
        "notices:\n  en: [archived, no]\nlimit: 3\nshare: 0.5\nstrict: true\nnothing:\nfar: '1'\n",
    )

    assert config.word_lists(tmp_path) == {
        "notices": {"en": ["archived", "no"]},
        "limit": 3,
        "share": 0.5,
        "strict": True,
        "nothing": None,
        "far": "1",
    }


def test_word_lists_need_names(tmp_path):
    lay(tmp_path, "words.yaml", "- a\n")

    with pytest.raises(ConfigError, match=r"words\.yaml:1: named lists are expected here"):
        config.word_lists(tmp_path)


def test_the_shipped_word_lists_can_be_read():
    assert config.word_lists()


def test_the_glossary_has_four_languages_in_every_line():
    ideas = config.glossary()
    assert len(ideas) > 150
    assert {len(idea) for idea in ideas} == {4}
    assert all(cell == cell.casefold() and cell.isascii() for idea in ideas for cell in idea)


@pytest.mark.parametrize("line", ["- [law, wet, loi]", "- law", "- [law, wet, loi, '']", "- {en: law}"])
def test_a_glossary_with_a_language_missing_is_refused_with_its_line(tmp_path, line):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/glossary.yaml").write_text(f"version: 1\nideas:\n- [right, recht, droit, recht]\n{line}\n")
    with pytest.raises(ConfigError, match=r"glossary\.yaml:4: an idea has four texts"):
        config.glossary(tmp_path)
