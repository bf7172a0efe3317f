"""A watch list of four sources and the citations of a report that stand on them, for tests that need a small home."""

from monitor.model import Quote

SOURCES = """\
version: 1
sections:
- id: oversight
  title: Independent oversight
  sources:
  - id: coc-home
    name: Supervisory Body for Police Information
    url: https://www.coc.invalid/en
    jurisdiction: federal
    languages: [en]
    topics: [oversight, facial-recognition]
    footnotes: [170]
  - id: senate-report
    name: Senate information report
    url: https://www.senate.invalid/6-413.pdf
    watch: pdf
    status: document
    topics: [laws]
    footnotes: [145]
- id: regions
  title: Regions and communities
  sources:
  - id: wallonia
    name: Digital Wallonia
    url: https://www.wallonia.invalid/ia
    jurisdiction: Wallonia
    languages: [fr]
    footnotes: [148]
  - id: oecd-api
    name: OECD policy observatory
    url: https://oecd.invalid/dashboards/be
    watch: none
    status: reference
"""
CITATIONS = """\
version: 1
citations:
- footnote: 145
  source: senate-report
  title: Information report
  section: Laws
  quotes:
  - text: Algorithms must be open to inspection by everybody.
- footnote: 148
  source: wallonia
  title: DigitalWallonia4.ai
  section: Regions
- footnote: 170
  source: coc-home
  title: Position
  section: Facial Recognition
  claims:
  - They are asking for a temporary ban of the pilot project.
  quotes:
  - text: They are asking for a temporary ban of the pilot project.
- footnote: 175
  source: oecd-api
  title: OECD
  section: OECD
"""
BAN = Quote("coc-home", 170, "They are asking for a temporary ban of the pilot project.")
