"""Lines that say a document is archived, withdrawn, superseded …, and lines that only sound like it."""

import pytest

from monitor.text.notices import NoticeKind, NoticeList, notice_in

NOTICES = {
    "archived": [
        "This page has been archived.",
        "This website has been archived and is no longer updated.",
        "ARCHIVED",
        "[Archived] AI strategy 2019",
        "Archived: national AI strategy",
        "You are viewing an archived version of this page.",
        "Please note: since 1 January 2024 this website is archived.",
        "This platform was discontinued on 30 June 2023.",
        "Deze pagina is gearchiveerd.",
        "Sinds 1 januari 2024 is deze website gearchiveerd.",
        "Gearchiveerd op 3 mei 2022",
        "U bekijkt een gearchiveerde versie van deze website.",
        "Dit platform werd stopgezet.",
        "Cette page a été archivée.",
        "Archivé",
        "Page archivée – consultez le nouveau site.",
        "Vous consultez une version archivée de ce site.",
        "Diese Seite wurde archiviert.",
        "Archiviert am 3. Mai 2022",
        "Sie sehen eine archivierte Version dieser Seite.",
        "Dieses Portal wurde zum 31. Dezember 2023 eingestellt.",
    ],
    "withdrawn": [
        "This guidance was withdrawn on 1 April 2020",
        "Withdrawn: use of facial recognition by the police",
        "This opinion has been withdrawn.",
        "Withdrawn on 4 June 2021",
        "Deze richtlijn werd ingetrokken.",
        "INGETROKKEN",
        "Dit advies is op 3 mei 2023 ingetrokken.",
        "Cette recommandation a été retirée.",
        "Cet avis est retiré depuis le 1er mars 2024.",
        "Diese Leitlinie wurde zurückgezogen.",
        "Zurückgezogen",
        "Diese Stellungnahme wurde am 3. Mai 2023 zurückgezogen.",
    ],
    "superseded": [
        "This document has been superseded by the National Convergence Plan.",
        "Superseded by Recommendation 02/2024",
        "This strategy has been replaced by a new one.",
        "There is a newer version of this document.",
        "This is an older version of this policy.",
        "Dit document is vervangen door het nationaal convergentieplan.",
        "Dit actieplan werd door het Vlaams beleidsplan AI 2024 vervangen.",
        "Er is een nieuwere versie van dit document beschikbaar.",
        "Ce document a été remplacé par le plan national de convergence.",
        "Une nouvelle version de ce rapport est disponible.",
        "Remplacé par : avis 12/2024",
        "Dieses Dokument wurde durch den nationalen Konvergenzplan ersetzt.",
        "Es gibt eine neuere Fassung dieses Dokuments.",
        "Ersetzt durch: Leitlinie 2/2024",
    ],
    "repealed": [
        "This act was repealed on 5 September 2018.",
        "This royal decree is no longer in force.",
        "Repealed by the Act of 30 July 2018",
        "Deze wet werd opgeheven.",
        "Dit koninklijk besluit is door de wet van 30 juli 2018 opgeheven.",
        "Niet langer van kracht",
        "Cette loi a été abrogée par la loi du 30 juillet 2018.",
        "Cet arrêté royal n’est plus en vigueur.",
        "Abrogé",
        "Dieses Gesetz wurde aufgehoben.",
        "Dieses Dekret ist am 1. Januar 2020 außer Kraft getreten.",
        "Außer Kraft",
    ],
    "outdated": [
        "This page is no longer updated.",
        "The information on this page is out of date.",
        "This website is no longer being maintained.",
        "Note: this guidance is no longer kept up to date.",
        "We no longer update this page.",
        "Deze pagina wordt niet meer bijgewerkt.",
        "Sinds 2020 wordt deze website niet langer onderhouden.",
        "Let op: de informatie op deze pagina is verouderd.",
        "Wij werken deze pagina niet meer bij.",
        "Ce document n’est plus à jour.",
        "Ce site n'est plus mis à jour depuis le 1er janvier 2023.",
        "Les informations de cette page ne sont plus actualisées.",
        "Obsolète",
        "Diese Seite wird nicht mehr aktualisiert.",
        "Hinweis: Die Informationen auf dieser Seite sind veraltet.",
        "Diese Webseite wird seit dem 1. Januar 2022 nicht mehr gepflegt.",
        "Wir aktualisieren diese Seite nicht mehr.",
    ],
    "moved": [
        "This page has moved to bosa.belgium.be.",
        "This site has been moved.",
        "Deze pagina is verhuisd.",
        "Deze website is verplaatst naar een nieuw adres.",
        "Cette page a été déplacée.",
        "Ce site a déménagé.",
        "Diese Seite ist umgezogen.",
        "Diese Website wurde verschoben.",
    ],
}

NO_NOTICES = [
    "The law repealing Directive 95/46/EC entered into force on 25 May 2018.",
    "Directive 95/46/EC is repealed with effect from 25 May 2018.",
    "References to the repealed Directive shall be construed as references to this Regulation.",
    "Consent may be withdrawn at any time.",
    "You can withdraw your consent by writing to us.",
    "We may replace these terms at any time.",
    "This policy supersedes all previous versions.",
    "This Agreement replaces any prior agreement between you and us.",
    "This Regulation repeals Regulation (EU) 2016/679.",
    "We archive your messages for two years.",
    "Archive",
    "Archives",
    "News archive 2019",
    "Archived consultations are listed below.",
    "The Commission has withdrawn its proposal for an AI liability directive.",
    "The bill was withdrawn by its author.",
    "The page you requested may have moved.",
    "If this page is out of date, please tell us.",
    "This policy may be updated from time to time.",
    "This page was last updated on 3 May 2024.",
    "This page is updated regularly.",
    "We make no warranty that the information on this site is up to date.",
    "Our offices have moved to Brussels.",
    "This document replaces the 2016 action plan.",
    "This product is no longer available for purchase in your country.",
    "This right may not be withdrawn.",
    "The strategy has been replaced by words without deeds, critics say.",
    "Data that are out of date must be erased.",
    "De wet tot opheffing van de wet van 8 december 1992 treedt in werking.",
    "De wet van 8 december 1992 wordt opgeheven.",
    "U kunt uw toestemming op elk moment intrekken.",
    "De toestemming kan worden ingetrokken.",
    "Deze verklaring vervangt alle vorige versies.",
    "Wij kunnen dit beleid op elk moment wijzigen.",
    "Deze pagina werd laatst bijgewerkt op 3 mei 2024.",
    "Deze pagina wordt regelmatig bijgewerkt.",
    "Het voorstel werd door de minister ingetrokken.",
    "Archief",
    "Nieuwsarchief",
    "Verouderde gegevens worden gewist.",
    "Dit besluit vervangt het besluit van 12 mei 2010.",
    "Onze kantoren zijn verhuisd naar Gent.",
    "Artikel 5 wordt vervangen door wat volgt:",
    "In artikel 3 wordt het woord “Commissie” vervangen door het woord “Autoriteit”.",
    "La loi abrogeant la directive 95/46/CE est entrée en vigueur.",
    "La loi du 8 décembre 1992 est abrogée.",
    "Vous pouvez retirer votre consentement à tout moment.",
    "Le consentement peut être retiré à tout moment.",
    "La présente politique remplace toutes les versions antérieures.",
    "Nous pouvons remplacer les présentes conditions à tout moment.",
    "Cette page a été mise à jour le 3 mai 2024.",
    "Cette page est régulièrement mise à jour.",
    "Archives",
    "La proposition a été retirée par son auteur.",
    "Les données périmées sont effacées.",
    "Nos bureaux ont déménagé à Namur.",
    "L’article 5 est remplacé par ce qui suit :",
    "Ce document remplace le plan de 2016.",
    "Das Gesetz zur Aufhebung der Richtlinie 95/46/EG ist in Kraft getreten.",
    "Die Richtlinie 95/46/EG wird aufgehoben.",
    "Sie können Ihre Einwilligung jederzeit widerrufen.",
    "Die Einwilligung kann jederzeit widerrufen werden.",
    "Diese Erklärung ersetzt alle früheren Fassungen.",
    "Diese Seite wurde zuletzt am 3. Mai 2024 aktualisiert.",
    "Diese Seite wird regelmäßig aktualisiert.",
    "Archiv",
    "Der Entwurf wurde vom Verfasser zurückgezogen.",
    "Veraltete Daten werden gelöscht.",
    "Unsere Büros sind nach Eupen umgezogen.",
    "Dieses Dekret ersetzt das Dekret vom 12. Mai 2010.",
    "Dieses Gesetz tritt am 1. Januar 2025 in Kraft.",
    "Artikel 5 wird durch folgende Bestimmung ersetzt:",
]


@pytest.mark.parametrize(("kind", "line"), [(kind, line) for kind, lines in NOTICES.items() for line in lines])
def test_a_line_that_speaks_of_its_own_document_is_a_notice(kind, line, notices):
    found = notice_in(line, notices)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize("line", NO_NOTICES)
def test_policy_prose_is_no_notice(line, notices):
    assert notice_in(line, notices) is None


def test_there_are_sixty_of_each():
    assert sum(map(len, NOTICES.values())) >= 60
    assert len(NO_NOTICES) >= 60


def test_the_sentence_is_quoted_out_of_a_longer_line(notices):
    line = "Welcome to our pages. This page is no longer updated. Write to us with questions."
    assert notice_in(line, notices).sentence == "This page is no longer updated."


def test_a_condition_behind_the_words_makes_it_no_notice(notices):
    assert notice_in("This policy is superseded if a new one is published.", notices) is None


def test_missing_accents_and_capitals_do_not_matter_in_sentences(notices):
    assert notice_in("CETTE PAGE N'EST PLUS MISE A JOUR", notices).kind is NoticeKind.OUTDATED


def test_a_very_long_line_is_read_to_its_bound_only(notices):
    assert notice_in("word " * 200_000 + "This page has been archived.", notices) is None


def test_a_list_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="mapping"):
        NoticeList.compile({"notices": {"en": ["archived"]}})


def test_a_word_that_yaml_took_for_a_truth_value_is_refused():
    with pytest.raises(ValueError, match="quotes"):
        NoticeList.compile({"notices": {"en": {"subjects": [True]}}})
