"""Which language a paragraph is in."""

import pytest

from monitor.text.language import language_of

PARAGRAPHS = {
    "en": [
        "The supervisory body shall publish an annual report on how police services process personal information.",
        "Citizens who want to join the coalition can sign up through the contact form below.",
        "Belgium does not yet have a full-fledged official national strategy on artificial intelligence.",
        "Questions and answers regarding performance studies under the new regulation have been published today.",
        "A new working group was created by the Senate and has been meeting since last year.",
        "Everyone has the right to obtain human intervention and to contest the decision made by an algorithm.",
    ],
    "nl": [
        "De overheid moet uitleggen hoe zij algoritmen gebruikt en wie daarvoor verantwoordelijk blijft.",
        "Het Controleorgaan op de politionele informatie publiceert elk jaar een verslag over zijn toezicht.",
        "Wie zich wil inschrijven voor de nieuwsbrief vindt onderaan deze pagina een formulier.",
        "De Vlaamse Regering keurde vrijdag het actieplan goed en trekt er dertig miljoen euro voor uit.",
        "Slimme camera's mogen volgens het advies van de autoriteit niet in openbare ruimten hangen.",
        "In dit document staat wat burgers kunnen doen als zij niet akkoord gaan met een beslissing.",
    ],
    "fr": [
        "Le gouvernement fédéral a approuvé vendredi le plan national de convergence pour l’intelligence artificielle.",
        "Les citoyens qui souhaitent participer à la consultation peuvent remplir le formulaire ci-dessous.",
        "Cette proposition de résolution vise à créer un agenda robonumérique inclusif et durable.",
        "L'Autorité de protection des données rend un avis sur l'usage des caméras intelligentes.",
        "Aucune décision ne peut être prise sur la seule base d'un traitement automatisé de données.",
        "Nos équipes accompagnent les entreprises wallonnes dans leurs projets de recherche et d'innovation.",
    ],
    "de": [
        "Die Regierung der Deutschsprachigen Gemeinschaft hat ihre Digitalstrategie im vergangenen Jahr angepasst.",
        "Wer sich an der Konsultation beteiligen möchte, kann das Formular auf dieser Seite ausfüllen.",
        "Das Kontrollorgan veröffentlicht jedes Jahr einen Bericht über die Arbeit der Polizei.",
        "Eine Entscheidung darf nicht ausschließlich auf einer automatisierten Verarbeitung von Daten beruhen.",
        "Mit dem neuen Gesetz werden die Rechte der Bürger gegenüber den Behörden gestärkt.",
        "In Ostbelgien sind alle Gemeinden an das schnelle Glasfasernetz angeschlossen worden, heißt es.",
    ],
}

OTHERS = [
    "El gobierno publicó hoy una nueva estrategia para la inteligencia artificial en todo el país.",
    "Il governo ha pubblicato oggi una nuova strategia per l'intelligenza artificiale nel paese.",
    "O governo publicou hoje uma nova estratégia para a inteligência artificial no país.",
    "Regeringen har i dag offentliggjort en ny strategi for kunstig intelligens og det er godt.",
    "Правительство опубликовало сегодня новую стратегию развития искусственного интеллекта.",
]


@pytest.mark.parametrize(("language", "text"), [(x, text) for x, texts in PARAGRAPHS.items() for text in texts])
def test_a_paragraph_is_told_whatever_its_page_says(language, text):
    assert len(text.split()) >= 11
    assert language_of(text) == language
    for prior in ("en", "nl", "fr", "de"):
        assert language_of(text, prior) == language


@pytest.mark.parametrize("text", OTHERS)
def test_other_languages_are_not_taken_for_ours(text):
    assert language_of(text) == ""


@pytest.mark.parametrize(
    ("text", "prior", "language"),
    [
        ("AI4Belgium", "nl-BE", "nl"),
        ("AI4Belgium", "FR", "fr"),
        ("AI4Belgium", "es", ""),
        ("AI4Belgium", "", ""),
        ("", "de", "de"),
        ("2024", "", ""),
        ("Contact", "nl", "nl"),
    ],
)
def test_a_line_without_telling_words_is_in_its_pages_language(text, prior, language):
    assert language_of(text, prior) == language


def test_a_long_text_is_told_by_its_beginning():
    assert language_of(" ".join(PARAGRAPHS["nl"]) * 200 + "the of and " * 10_000) == "nl"


def test_a_word_without_end_is_passed_over():
    assert language_of("ij" * 100_000) == ""


def test_decomposed_accents_are_read():
    assert language_of("Nous avons de\u0301ja\u0300 publie\u0301 la strate\u0301gie comple\u0300te") == "fr"
