"""Topics by the words of the lexicon."""

import pytest

from monitor.text.topics import Lexicon, ai_gate, topics_of

SMALL = {
    "topics": {
        "ai": {
            "en": {"strong": ["artificial intelligence", "AI Act"], "terms": ["AI", "AI system*", "algorithm*"]},
            "fr": {"strong": ["intelligence artificielle"], "terms": ["IA", "système* d'IA", "algorithme*"]},
        },
        "oversight": {
            "en": {"strong": ["market surveillance"], "terms": ["COC", "audit*", "sanction*", "hub.brussels"]},
            "fr": {"strong": [], "terms": ["audit*", "sanction*", "mise en œuvre", "autorité"]},
        },
        "faces": {
            "en": {"strong": ["*recognition*"], "terms": ["drone*"]},
            "fr": {"strong": [], "terms": ["drone*", "visage*"]},
        },
    }
}


@pytest.fixture(scope="module")
def small():
    return Lexicon.compile(SMALL)


@pytest.mark.parametrize(
    ("text", "language", "topics"),
    [
        ("Market surveillance begins", "en", ("oversight",)),
        ("market-surveillance", "en", ("oversight",)),
        ("market\u00a0\n surveillance", "en", ("oversight",)),
        ("market, surveillance", "en", ()),
        ("supermarket surveillance", "en", ()),
        ("market surveillances", "en", ()),
        ("An audit, a sanction and the COC", "en", ("oversight",)),
        ("An audit, a sanction and the coc", "en", ()),
        ("auditing, sanctions, COC", "en", ("oversight",)),
        ("audit, sanction, hub brussels", "en", ()),
        ("audit, sanction, hub.brussels", "en", ("oversight",)),
        ("audit, sanction of the hub. Brussels waits", "en", ()),
        ("Audits, SANCTIONS, Autorite", "fr", ("oversight",)),
        ("sanction de l'autorité, mise en oeuvre", "fr", ("oversight",)),
        ("sanction de l'autori\u00adté et mise-en-œuvre", "fr", ("oversight",)),
        ("face-recognition-software and facerecognitions", "en", ("faces",)),
        ("Market surveillance of drones, drone and DRONE recognition", "en", ("oversight", "faces")),
    ],
)
def test_terms_match_as_the_lexicon_says(text, language, topics, small):
    assert topics_of(text, language, (), small) == topics


def test_a_topic_its_source_carries_needs_one_word_only(small):
    assert topics_of("An audit.", "en", ("oversight",), small) == ("oversight",)
    assert topics_of("An audit.", "en", ("faces",), small) == ()


def test_a_common_word_repeated_never_decides_alone(small):
    assert topics_of("audit audit audit audit", "en", (), small) == ()


def test_an_abbreviation_counts_each_time(small):
    assert topics_of("COC here, COC there, COC everywhere", "en", (), small) == ("oversight",)


def test_a_cognate_of_two_languages_counts_once(small):
    assert topics_of("an audit, a sanction", "", (), small) == ()
    assert topics_of("audit, sanction, visage, drone", "", (), small) == ()


def test_an_unknown_language_asks_all(small):
    assert topics_of("market surveillance", "es", (), small) == ("oversight",)


def test_another_languages_words_do_not_count(small):
    assert topics_of("audit, sanction, mise en œuvre", "en", (), small) == ()


@pytest.mark.parametrize(
    ("text", "language", "about"),
    [
        ("The AI Act applies.", "en", True),
        ("An AI system.", "en", False),
        ("AI systems, algorithms and AI", "en", True),
        ("L'intelligence artificielle", "fr", True),
        ("L’INTELLIGENCE ARTIFICIELLE", "fr", True),
        ("systèmes d’IA, algorithmes, IA", "fr", True),
        ("She said aiaiai.", "en", False),
    ],
)
def test_the_gate_opens_for_ai_policy_only(text, language, about, small):
    assert ai_gate(text, language, small) is about


def test_the_gate_is_no_topic(small):
    assert topics_of("The AI Act applies to AI systems.", "en", ("ai",), small) == ()


@pytest.mark.parametrize(
    ("language", "text", "topic"),
    [
        ("en", "The Data Protection Authority opened an inquiry.", "oversight"),
        ("nl", "Gezichtsherkenningssoftware op de luchthaven", "facial-recognition"),
        ("fr", "La reconnaissance faciale est interdite.", "facial-recognition"),
        ("de", "Die Datenschutzbehörde prüft.", "oversight"),
        ("nl", "Een openbare raadpleging over de camerawet", "public-participation"),
        ("fr", "Les ROBOTS TUEURS", "laws"),
        ("de", "automatisierten Entscheidungen", "algorithmic-transparency"),
    ],
)
def test_the_shipped_lexicon_tags_four_languages(language, text, topic, lexicon):
    assert topic in topics_of(text, language, (), lexicon)


def test_the_shipped_lexicon_has_eleven_topics_and_the_gate(lexicon):
    assert len(lexicon.topics) == 12
    assert sorted(lexicon.languages) == ["de", "en", "fr", "nl"]


@pytest.mark.worst
def test_hostile_words_are_read_in_bounded_steps(lexicon):
    assert topics_of("a" * 500_000 + " drone-" * 50_000, "", (), lexicon) == ()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"topics": ["ai"]},
        {"topics": {"ai": {"en": ["AI"]}}},
        {"topics": {"ai": {"en": {"terms": "AI"}}}},
        {"topics": {"ai": {"en": {"terms": [1]}}}},
        {"topics": {"ai": {"en": {"terms": ["…"]}}}},
    ],
)
def test_a_lexicon_of_another_shape_is_refused(data):
    with pytest.raises(ValueError, match=r"due here|without letters"):
        Lexicon.compile(data)
