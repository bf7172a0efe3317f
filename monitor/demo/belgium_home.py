"""The home of the demo: the watch list, and the footnotes of two small invented reports that share some sources."""

SOURCES_YAML = """\
# The watch list of the demo: eight invented sources in the manner of the real ones.

version: 1

defaults:
  interval: 1d

sections:

- id: national-strategy
  title: National strategy
  sources:

  - id: belai-introduction
    name: "BelAI: Introduction by the ministers"
    publisher: BelAI
    publisher_kind: federal gov
    jurisdiction: federal
    languages: [en]
    topics: [national-strategy]
    footnotes: {belgium: [1]}
    watch: page
    status: watch
    expect: moved
    url: http://www.belai.example/introduction/

  - id: chamber-0412
    name: "Chamber DOC 56 0412/001: resolution on a robo-digital agenda"
    publisher: Chambre des représentants / Kamer van volksvertegenwoordigers
    publisher_kind: parliament
    jurisdiction: federal
    languages: [fr, nl]
    topics: [national-strategy]
    footnotes: {belgium: [2], registers: [2]}
    watch: pdf
    status: document
    expect: ok
    url: http://www.chambre.example/doc/flwb/pdf/56/0412/56k0412001.pdf

  - id: depute-groupe-de-travail
    name: "A member of parliament: first meeting of the working group"
    publisher: A member of parliament
    publisher_kind: politician
    jurisdiction: federal
    languages: [fr]
    topics: [national-strategy]
    footnotes: {belgium: [3]}
    watch: page
    status: document
    expect: unknown
    url: http://blog.depute.example/2025/01/18/premiere-reunion-agenda-robonumerique/

- id: regional-community
  title: Regions and communities
  sources:

  - id: vlaams-plan-ai
    name: Vlaams plan voor artificiële intelligentie
    publisher: Departement Innovatie
    publisher_kind: regional gov
    jurisdiction: Flanders
    languages: [nl]
    topics: [regional-strategies]
    footnotes: {belgium: [4]}
    watch: page
    status: watch
    expect: ok
    url: http://innovatie.vlaanderen.example/nieuws/plan-artificiele-intelligentie

  - id: tremplin-ia
    name: "Numérique Wallonie: Tremplin IA"
    publisher: Numérique Wallonie
    publisher_kind: regional gov
    jurisdiction: Wallonia
    languages: [fr]
    topics: [regional-strategies]
    footnotes: {belgium: [5]}
    watch: page
    status: watch
    expect: ok
    url: http://www.numerique-wallonie.example/fr/appels/tremplin-ia

  - id: brussels-get-funded
    name: "Innovation Brussels: Get funded"
    publisher: Innovation Brussels
    publisher_kind: regional gov
    jurisdiction: Brussels
    languages: [en]
    topics: [regional-strategies]
    footnotes: {belgium: [6]}
    watch: page
    status: watch
    expect: ok
    url: http://innovation.brussels.example/get-funded

- id: participation
  title: Public participation
  sources:

  - id: belai-news
    name: "BelAI: News"
    publisher: BelAI
    publisher_kind: federal gov
    jurisdiction: federal
    languages: [en]
    topics: [public-participation]
    footnotes: {belgium: [7], registers: [3]}
    watch: listing
    status: index
    expect: ok
    url: http://www.belai.example/en/news/
    interval: 6h

- id: facial-recognition
  title: Facial recognition
  sources:

  - id: toezicht-dio21007
    name: "Police oversight body, DIO21007: facial recognition at the airport"
    publisher: Controleorgaan
    publisher_kind: DPA/oversight body
    jurisdiction: federal
    languages: [nl]
    topics: [facial-recognition, oversight]
    footnotes: {belgium: [8], registers: [1]}
    watch: pdf
    status: document
    expect: ok
    url: http://www.toezicht.example/files/DIO21007_Gezichtsherkenning_Publiek_N.PDF
"""

BELGIUM_YAML = """\
# The footnotes of the demo's invented report on Belgium.

version: 1
report: demo
edition: 2026
chapter: belgium
name: Belgium

citations:

- footnote: 1
  source: belai-introduction
  title: Introduction
  author: BelAI
  section: National strategy
  url_printed: http://www.belai.example/introduction/
  claims:
  - The ministers call the recommendations of the coalition a first step and commit the next government to them.
  quotes:
  - text: >-
      The next government shall put the recommendations into practice, together with the regions and the
      communities.

- footnote: 2
  source: chamber-0412
  title: Proposition de résolution relative à un agenda robonumérique inclusif
  author: Chambre des représentants
  section: National strategy
  url_printed: http://www.chambre.example/doc/flwb/pdf/56/0412/56k0412001.pdf
  claims:
  - The Chamber asks for an inclusive and sustainable robo-digital agenda.
  quotes:
  - text: an inclusive and sustainable robo-digital agenda
    match: translated
    anchor: un agenda robonumérique inclusif et durable

- footnote: 3
  source: depute-groupe-de-travail
  title: Première réunion du groupe de travail sur l’agenda robonumérique
  author: A member of parliament
  date: January 2025
  section: National strategy
  url_printed: http://blog.depute.example/2025/01/18/premiere-reunion-agenda-robonumerique/
  claims:
  - A working group of the Chamber held its first meeting in 2025.

- footnote: 4
  source: vlaams-plan-ai
  title: Vlaams plan voor artificiële intelligentie
  author: Departement Innovatie
  date: 22 March 2024
  section: Regions and communities
  url_printed: http://innovatie.vlaanderen.example/nieuws/plan-artificiele-intelligentie
  claims:
  - Flanders spends five million euros a year on training, awareness and ethics.
  quotes:
  - text: five million euros a year
    match: translated
    anchor: 5 miljoen euro per jaar

- footnote: 5
  source: tremplin-ia
  title: Tremplin vers l’intelligence artificielle
  author: Numérique Wallonie
  section: Regions and communities
  url_printed: http://www.numerique-wallonie.example/fr/appels/tremplin-ia
  claims:
  - Wallonia supports companies that build a first prototype.

- footnote: 6
  source: brussels-get-funded
  title: Get funded
  author: Innovation Brussels
  section: Regions and communities
  url_printed: http://innovation.brussels.example/get-funded
  claims:
  - The Brussels Region funds awareness and educational programmes.

- footnote: 7
  source: belai-news
  title: News
  author: BelAI
  section: Public participation
  url_printed: http://www.belai.example/en/news/
  claims:
  - The coalition informs the public about policy and industry.

- footnote: 8
  source: toezicht-dio21007
  title: Toezichtrapport DIO21007
  author: Controleorgaan
  section: Facial recognition
  url_printed: http://www.toezicht.example/files/DIO21007_Gezichtsherkenning_Publiek_N.PDF
  claims:
  - The oversight body found no policy and no impact assessment, and imposed a provisional ban.
  quotes:
  - text: there was no clear policy and there was no impact assessment
    match: translated
    anchor: Er was geen duidelijk beleid en er was geen effectbeoordeling.
"""

REGISTERS_YAML = """\
# A second invented report: where the public can see which algorithms decide. It cites three of the same sources.

version: 1
report: registers
edition: 2026
chapter: europe
name: Registers of algorithms

citations:

- footnote: 1
  source: toezicht-dio21007
  title: Toezichtrapport DIO21007
  author: Controleorgaan
  section: Why registers
  url_printed: http://www.toezicht.example/files/DIO21007_Gezichtsherkenning_Publiek_N.PDF
  claims:
  - Without a register, a system at an airport ran for months before its overseers knew of it.

- footnote: 2
  source: chamber-0412
  title: Proposition de résolution relative à un agenda robonumérique inclusif
  author: Chambre des représentants
  section: What is planned
  url_printed: http://www.chambre.example/doc/flwb/pdf/56/0412/56k0412001.pdf
  claims:
  - A resolution before the Chamber asks for an inclusive agenda.

- footnote: 3
  source: belai-news
  title: News
  author: BelAI
  section: What is planned
  url_printed: http://www.belai.example/en/news/
  claims:
  - The coalition announces its meetings with the public.
"""
