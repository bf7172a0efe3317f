"""Passages quoted in translation: the place on the page is proposed, or nothing is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import config
from monitor.model import Block
from monitor.text.anchors import ENOUGH, Glossary, propose

PAGES = {
    "nl": (
        "Advies van de Gegevensbeschermingsautoriteit over het voorontwerp van wet over de inzet van algoritmen.",
        "De aanvrager wenst een wettelijke basis te creëren voor het gebruik van voorspellende systemen door de "
        "sociale inspectie.",
        "De verwerkingsverantwoordelijke moet vóór 1 september 2026 een register van alle gebruikte algoritmen "
        "openbaar maken.",
        "Burgers hebben het recht om een uitleg te krijgen over elke geautomatiseerde beslissing die hen betreft.",
        "Het wetsontwerp bevat onvoldoende waarborgen voor kinderen en andere kwetsbare personen.",
        "De Autoriteit herinnert eraan dat persoonsgegevens niet langer bewaard mogen worden dan nodig is.",
        "Het budget bedraagt 12 miljoen euro voor de jaren 2026 tot 2029.",
        "Elke burger kan bij de Autoriteit een klacht indienen wanneer zijn rechten niet worden geëerbiedigd.",
    ),
    "fr": (
        "Avis de l'Autorité de protection des données sur l'avant-projet de loi relatif au recours aux algorithmes.",
        "Le demandeur souhaite créer une base légale pour l'utilisation de systèmes prédictifs par l'inspection "
        "sociale.",
        "Le responsable du traitement doit publier, avant le 1er septembre 2026, un registre de tous les algorithmes "
        "utilisés.",
        "Les citoyens ont le droit d'obtenir une explication de toute décision automatisée qui les concerne.",
        "Le projet de loi ne contient pas de garanties suffisantes pour les enfants et les autres personnes "
        "vulnérables.",
        "L'Autorité rappelle que les données à caractère personnel ne peuvent être conservées plus longtemps que "
        "nécessaire.",
        "Le budget s'élève à 12 millions d'euros pour les années 2026 à 2029.",
        "Tout citoyen peut introduire une plainte auprès de l'Autorité lorsque ses droits ne sont pas respectés.",
    ),
    "de": (
        "Stellungnahme der Datenschutzbehörde zum Gesetzesvorentwurf über den Einsatz von Algorithmen.",
        "Der Antragsteller möchte eine gesetzliche Grundlage für die Nutzung vorhersagender Systeme durch die "
        "Sozialinspektion schaffen.",
        "Der Verantwortliche muss vor dem 1. September 2026 ein Register aller genutzten Algorithmen veröffentlichen.",
        "Die Bürger haben das Recht, eine Erklärung zu jeder automatisierten Entscheidung zu erhalten, die sie "
        "betrifft.",
        "Der Gesetzentwurf enthält keine ausreichenden Garantien für Kinder und andere schutzbedürftige Personen.",
        "Die Behörde erinnert daran, dass personenbezogene Daten nicht länger als notwendig gespeichert werden dürfen.",
        "Der Haushalt beträgt 12 Millionen Euro für die Jahre 2026 bis 2029.",
        "Jeder Bürger kann bei der Behörde eine Beschwerde einreichen, wenn seine Rechte nicht geachtet werden.",
    ),
    "en": (
        "Opinion of the Data Protection Authority on the preliminary draft law on the use of algorithms.",
        "The applicant wishes to create a legal basis for the use of predictive systems by the social inspectorate.",
        "The controller must publish a register of all algorithms used before 1 September 2026.",
        "Citizens have the right to obtain an explanation of every automated decision that concerns them.",
        "The draft law does not contain sufficient safeguards for children and other vulnerable persons.",
        "The Authority recalls that personal data may not be stored longer than necessary.",
        "The budget amounts to 12 million euros for the years 2026 to 2029.",
        "Every citizen may lodge a complaint with the Authority when their rights are not respected.",
    ),
}
QUOTED = {
    2: "Controllers must make public a register of every algorithm they use before 1 September 2026.",
    3: "citizens are entitled to receive an explanation of automated decisions concerning them",
    5: "personal data must not be retained for longer than is necessary",
    6: "a budget of 12 million euros for 2026 to 2029",
    7: "any citizen can file a complaint with the authority if their rights are not respected",
}
"""As a report would put it into English, by the number of the sentence."""
ELSEWHERE = (
    "The ministry will train five hundred judges in the use of lie detectors each spring.",
    "Belgium supports a legally binding treaty on fully autonomous weapons.",
    "respondents fear that robots will take their jobs",
    "The budget amounts to 19 million euros for the years 2021 to 2024.",
    "too little information",
    "AI",
    "",
)
"""Not on any of the pages: another subject, other numbers, or too short to prove anything."""


@pytest.fixture(scope="module")
def glossary():
    return Glossary.compile(config.glossary(), config.word_lists()["months"])


@pytest.fixture
def look(glossary):
    def run(quote, blocks, page, mine="en"):
        return propose(quote, [Block(text, page=3) for text in blocks], languages=(mine, page), glossary=glossary)

    return run


@pytest.mark.parametrize("page", ["nl", "fr", "de"])
@pytest.mark.parametrize("number", QUOTED)
def test_the_sentence_that_is_quoted_in_english_is_proposed(look, page, number):
    first = look(QUOTED[number], PAGES[page], page)[0]
    assert first.passage in PAGES[page][number]
    assert len(first.passage) > 0.4 * len(PAGES[page][number])
    assert first.score >= ENOUGH
    assert first.page == 3
    assert len(first.shared) >= 3


@pytest.mark.parametrize(("mine", "page"), [("fr", "nl"), ("nl", "fr"), ("de", "nl"), ("fr", "de"), ("nl", "en")])
@pytest.mark.parametrize("number", [2, 3, 5, 7])
def test_between_any_two_of_the_four_languages(look, mine, page, number):
    found = look(PAGES[mine][number], PAGES[page], page, mine)
    assert found[0].passage == PAGES[page][number]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("quote", ELSEWHERE)
def test_what_is_not_on_the_page_is_not_proposed(look, page, quote):
    assert look(quote, PAGES[page], page) == ()


@pytest.mark.parametrize("page", ["nl", "fr", "de"])
@pytest.mark.parametrize("number", QUOTED)
def test_without_the_sentence_the_others_are_no_substitute(look, page, number):
    rest = [text for n, text in enumerate(PAGES[page]) if n != number]
    assert look(QUOTED[number], rest, page) == ()


def test_other_numbers_are_another_sentence(look):
    changed = [text.replace("12 mil", "19 mil") for text in PAGES["fr"]]
    assert look(QUOTED[6], changed, "fr") == ()


def test_two_places_that_say_nearly_the_same_are_left_to_a_person(look):
    twice = (
        *PAGES["nl"],
        "Elke burger kan bij de Autoriteit een klacht indienen als zijn rechten niet geëerbiedigd zijn.",
    )
    assert look(QUOTED[7], twice, "nl") == ()


def test_the_same_words_twice_are_one_place(look):
    assert look(QUOTED[7], (*PAGES["nl"], PAGES["nl"][7]), "nl")[0].passage == PAGES["nl"][7]


def test_of_a_quoted_phrase_only_the_words_are_proposed(look):
    page = (
        "Voorstel van resolutie betreffende de totstandkoming van een inclusieve en duurzame robonumerieke agenda.",
    )
    (found,) = look("inclusive and sustainable robo-digital agenda", page, "nl")
    assert found.passage == "inclusieve en duurzame robonumerieke agenda"


def test_footnote_numbers_in_a_quote_are_no_numbers(look):
    assert look("citizens (3) have the right to an explanation [4] of every automated decision", PAGES["de"], "de")


def test_a_sentence_that_was_made_of_two_is_found_in_both(look):
    page = (
        "Het systeem werd stopgezet.", "Er was te weinig informatie over de risico's van de technologie.",
        "Een duidelijk beleid of een effectbeoordeling ontbrak.", "De camera's hangen er nog.",
    )  # fmt: skip
    quote = (
        "there was too little information about the risks of the technology and no clear policy or impact assessment"
    )
    assert look(quote, page, "nl")[0].passage == " ".join(page[1:3])


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=200), max_size=6))
def test_whatever_is_quoted_and_written_a_proposal_is_a_part_of_the_page(glossary, quote, texts):
    blocks = [Block(text) for text in texts]
    for found in propose(quote, blocks, languages=("en", "fr"), glossary=glossary):
        assert ENOUGH <= found.score <= 1
        assert found.passage.split()[0] in " ".join(texts)


def test_a_long_page_is_looked_through(look):
    page = [f"Artikel {n}. De minister bepaalt de nadere regels voor dossier {n}." for n in range(1500)]
    assert look(QUOTED[3], [*page, *PAGES["nl"]], "nl")[0].passage == PAGES["nl"][3]
