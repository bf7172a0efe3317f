"""Named bodies and defined terms: what changed, in four languages."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.definitions import Definitions
from monitor.text.words import changed_facts


def told(old, new, language, word_lists):
    kinds = {"body", "term", "definition"}
    return [(str(f.kind), f.old, f.new) for f in changed_facts(old, new, language, word_lists) if f.kind in kinds]


@pytest.mark.parametrize(
    ("language", "old", "new", "facts"),
    [
        ("en", "Complaints go to the Data Protection Authority.", "Complaints go to the Federal Ombudsman.",
         [("body", "Data Protection Authority", "Federal Ombudsman")]),
        ("nl", "Het Controleorgaan op de politionele informatie ziet toe.",
         "De Gegevensbeschermingsautoriteit ziet toe.",
         [("body", "Controleorgaan op de politionele informatie", "Gegevensbeschermingsautoriteit")]),
        ("fr", "après avis du Conseil d'État", "après avis du Conseil d’État et de la Cour des comptes",
         [("body", "", "Cour des comptes")]),
        ("de", "Die Datenschutzbehörde und der Rechnungshof prüfen.", "Der Rechnungshof prüft.",
         [("body", "Datenschutzbehörde", "")]),
        ("en", "“AI system” means a machine-based system.", "“AI system” means a machine-based system that infers.",
         [("definition", "AI system", "AI system")]),
        ("en", "Rules apply.",
         "Rules apply. ‘Deployer’ means a person using an AI system.", [("term", "", "Deployer")]),
        ("nl", "Onder “biometrische gegevens” wordt verstaan: gegevens van personen.",
         "Onder “biometrische gegevens” wordt verstaan: gegevens en beelden van personen.",
         [("definition", "biometrische gegevens", "biometrische gegevens")]),
        ("fr", "On entend par « drone » un aéronef sans pilote.", "On entend par « engin » un aéronef sans pilote.",
         [("term", "drone", ""), ("term", "", "engin")]),
        ("fr", "1° « données » : toute information ; 2° « fichier » : tout ensemble.",
         "1° « données » : toute information ; 2° « fichier » : tout ensemble structuré.",
         [("definition", "fichier", "fichier")]),
        ("de", "Im Sinne dieses Erlasses bezeichnet „KI-System“ ein Programm. „Anbieter“ bezeichnet eine Stelle.",
         "Im Sinne dieses Erlasses bezeichnet „KI-System“ ein Programm. „Anbieter“ bezeichnet eine öffentliche Stelle.",
         [("definition", "Anbieter", "Anbieter")]),
    ],
)  # fmt: skip
def test_what_changed_is_named(language, old, new, facts, word_lists):
    assert told(old, new, language, word_lists) == facts


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("en", "The minister said “we will wait” yesterday.", "The minister said “we will wait” on Monday."),
        ("en", "This means more work.", "This means much more work."),
        ("fr", "« Le plan avance », dit-elle : bientôt.", "« Le plan avance », dit-elle : demain."),
        ("nl", "De ‘testfase’ is voorbij.", "De ‘testfase’ is bijna voorbij."),
        ("en", "“AI system” means a machine-based system.", "‘AI  system’ means a Machine-based system"),
        (
            "en",
            "the European Commission and the European Parliament",
            "the European Parliament and European Commission",
        ),
    ],
)
def test_what_is_no_definition_and_no_other_body_is_not_told(language, old, new, word_lists):
    assert told(old, new, language, word_lists) == []


@given(st.text(alphabet='“”"«»„‘’ abc:;.1°)\nmeans', max_size=200))
def test_of_any_text_a_term_is_a_piece_of_it_and_belongs_to_its_own_meaning(text):
    for term, meaning in Definitions(["means"], ["the term"]).of(text).values():
        assert term in " ".join(text.split())
        assert meaning.startswith(" ".join(re.findall(r"\w+", term.casefold())))


def test_a_long_text_of_quotation_marks_ends(word_lists):
    assert changed_facts("“a" * 20_000, "“b" * 20_000, "en", word_lists) is not None
