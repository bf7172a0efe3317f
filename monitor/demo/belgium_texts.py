"""The documents of the demo's small Belgium: invented bodies, in the manner of the real ones."""

# ruff: noqa: E501 - prose: one line is one paragraph

INTRODUCTION = """
# Introduction: a word from the ministers

Artificial intelligence is in our phones, in our hospitals and in the planning of our trains. Belgium has every reason to make choices of its own, and to make them in the open.

We asked experts from universities, companies and public services to sit around one table. Their report is now in your hands.

## A first step

This is an initial step towards an official Belgian AI strategy. The next government shall put the recommendations into practice, together with the regions and the communities.

The recommendations concern lifelong learning, the responsible use of data, research and talent, and the way in which the government itself works.

## An open coalition

The coalition is open to anyone who wants to take part. Whether you run a company of five people, teach in a secondary school or work for a city, your experience counts.
"""
INTRODUCTION_CHANGE = (
    "The next government shall put the recommendations",
    "The next government may put the recommendations",
)

NEWS = """
# News

Policy, research and companies: what is new about artificial intelligence in Belgium.

* 26 February 2026 | Working group publishes its view on the sandbox | http://www.belai.example/en/news/sandbox/ | One front desk for small companies, and clear rules for leaving.
* 19 February 2026 | A week on AI and health | http://www.belai.example/en/news/health/ | Hospitals show what they use, and what they stopped using.
* 12 February 2026 | Call for teachers | http://www.belai.example/en/news/teachers/ | Twelve schools will try out lesson material on algorithms.
* 5 February 2026 | How the administration buys AI | http://www.belai.example/en/news/procurement/ | Model clauses are open for comments.
"""
NEWS_ITEM = (
    "* 3 March 2026 | Ethics committee gives its first opinion on chatbots | http://www.belai.example/en/news/opinion-1/ "
    "| Administrations must say when a machine answers."
)

OVERSIGHT = """
# Toezichtrapport DIO21007: gezichtsherkenning op de luchthaven, publieke versie

# 1. Aanleiding

In een persinterview kondigde de politie aan dat op de luchthaven camera’s met gezichtsherkenning zouden worden gebruikt. Het Controleorgaan was daarvan niet op de hoogte en ging ter plaatse.

# 2. Vaststellingen

Het proefproject werd stopgezet, maar een deel van het systeem bleef actief: van de voorbijgangers werden biometrische sjablonen aangemaakt die met een testlijst konden worden vergeleken.

Er was geen duidelijk beleid en er was geen effectbeoordeling.

---

# 3. Besluit

Het Controleorgaan legt een voorlopig verbod op tot een wettelijk kader is aangenomen.
"""

CALL = """
# Appel à projets : Tremplin vers l’intelligence artificielle

Publié le 9 février 2026

L’appel soutient les entreprises wallonnes qui veulent construire un premier prototype fondé sur l’intelligence artificielle, avec l’aide d’un expert reconnu.

## Conditions

L’entreprise a un siège d’exploitation en Wallonie. Le projet respecte la charte éthique du programme et les résultats sont partagés avec le secteur.

## Calendrier et budget

La date limite de dépôt est fixée au 15 avril 2026. L’enveloppe totale est de 2 millions d’euros.

## Contact

L’équipe du programme reçoit les entreprises chaque jeudi à Namur, et sur rendez-vous dans les autres provinces.
"""
CALL_CHANGE = (
    "15 avril 2026. L’enveloppe totale est de 2 millions d’euros",
    "31 mai 2026. L’enveloppe totale est de 3,5 millions d’euros",
)

RESOLUTION_FR = """
# PROPOSITION DE RÉSOLUTION relative à un agenda robonumérique inclusif

(déposée par plusieurs membres)

LA CHAMBRE,

A. considérant que l’intelligence artificielle soulève des questions éthiques, sociales et fiscales ;

DEMANDE AU GOUVERNEMENT FÉDÉRAL :

1. d’établir avec les entités fédérées un agenda robonumérique inclusif et durable ;

2. de présenter chaque année un rapport à la Chambre.
"""
RESOLUTION_NL = """
# VOORSTEL VAN RESOLUTIE betreffende een inclusieve robonumerieke agenda

(ingediend door verschillende leden)

DE KAMER,

A. overwegende dat artificiële intelligentie ethische, sociale en fiscale vragen doet rijzen;

VERZOEKT DE FEDERALE REGERING:

1. samen met de deelstaten een inclusieve en duurzame robonumerieke agenda op te stellen;

2. jaarlijks verslag uit te brengen aan de Kamer.
"""

PLAN = """
# Vlaams plan voor artificiële intelligentie

22 maart 2024

De Vlaamse Regering keurde het plan voor artificiële intelligentie goed. Vlaanderen investeert jaarlijks 32 miljoen euro in onderzoek, in de toepassing door bedrijven en in opleiding en ethiek.

## Onderzoek

Een programma van 12 miljoen euro per jaar brengt universiteiten en onderzoekscentra samen.

## Bedrijven

Voor de toepassing in de industrie wordt 15 miljoen euro per jaar uitgetrokken. Kleine ondernemingen worden bij hun eerste stappen begeleid.

## Flankerend beleid

Voor opleiding, bewustmaking en ethiek is er 5 miljoen euro per jaar. Een kenniscentrum volgt de juridische vragen op.
"""
PLAN_NOTICE = "Deze pagina is gearchiveerd op 7 maart 2026 en wordt niet meer bijgewerkt."

FUNDING = """
# Get funded

The innovation fund finances research, development and innovation in the Brussels Region. Find the programme that suits your project.

## For companies

Industrial research and experimental development, alone or with partners. The application is open all year round.

## For research organisations

A consortium of universities and companies works on one theme: artificial intelligence for the city. The next deadline is 30 June 2026.

## For citizens and schools

Projects that bring young people closer to science and technology: workshops on coding, on data and on artificial intelligence.
"""
FUNDING_OTHER = (
    "Find the programme that suits your project.",
    "Which support fits your plans? Let us guide you.",
)

BLOG = """
# Première réunion du groupe de travail sur l’agenda robonumérique

Publié le 18 janvier 2025

C’est parti ! Hier s’est tenue la première réunion du groupe de travail consacré à l’agenda robonumérique, que j’avais demandé par une proposition de résolution déposée l’été dernier.

## Le programme des auditions

- Emploi et formation : quelles compétences pour demain ?
- Fiscalité : faut-il taxer les robots, les données ou les plateformes ?
- Éthique et vie privée : qui est responsable quand une machine décide ?

Le groupe remettra ses recommandations avant la fin de la législature. Les réunions sont publiques.
"""
