"""Signs that stand for a word, and raised figures: which of them make a difference, and which only count on."""

import pytest

from monitor.model import Block, Quote, QuoteState, key_of
from monitor.text.quotes import look_for


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Gezichten zoeken: ✓", "Gezichten zoeken: ✗"),
        ("☐ In werking", "☑ In werking"),
        ("Zone Noord 🟢", "Zone Noord 🔴"),
        ("Dossier: ✅", "Dossier: ❌"),
        ("budget: +2,5 %", "budget: -2,5 %"),
        ("le budget varie de 2,5 %", "le budget varie de −2,5 %"),
        ("Etikett A+ (zehn Jahre)", "Etikett A- (zehn Jahre)"),
        ("ab 18 Jahren", "ab 18+ Jahren"),
        ("≥ 5 dagen", "≤ 5 dagen"),
        ("Noord | ja | –", "Noord | – | ja"),
        ("Noord | ja | ●", "Noord | ja | ○"),
        ("▲ 4 zaken", "▼ 4 zaken"),
        ("Dienst ★★★☆☆", "Dienst ★★☆☆☆"),
        ("meer dan 10²⁵ bewerkingen", "meer dan 10²⁶ bewerkingen"),
        ("meer dan 10²⁵ bewerkingen", "meer dan 1025 bewerkingen"),
        ("10³ fois", "10⁻³ fois"),
        ("zie punt [5]", "zie punt [6]"),
        ("20 m² par élève", "20 m³ par élève"),
        ("artikel 5² van de wet", "artikel 5³ van de wet"),
    ],
)
def test_a_sign_is_a_word(old, new):
    assert key_of(old) != key_of(new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("De raad besliste³ in mei.", "De raad besliste⁴ in mei."),
        ("5000¹ systemen eind 2025²", "5000² systemen eind 2025³"),
        ("5000¹ systemen", "5000 systemen"),
        ("5000[1] systemen[2, 3]", "5000[2] systemen[3, 4]"),
        ("la décision[3].", "la décision."),
        ("10^25", "10²⁵"),
        ("✔ ja", "✓ ja"),
        ("2020-2024", "2020–2024"),
        ("de jaren 2020 - 2024", "de jaren 2020 -2024"),
        ("- een register", "• een register"),
        ("● een register", "▪ een register"),
        ("Noord | – | ja", "Noord | - | ja"),
        ("sous-traitants", "sous‑traitants"),
        ("−5 °C", "-5 °C"),
        ("20 m²", "20 m2"),
    ],
)
def test_a_note_s_number_a_bullet_or_another_stroke_is_none(old, new):
    assert key_of(old) == key_of(new)


@pytest.mark.parametrize(
    "quoted", ["is groter dan 1025 bewerkingen", "is groter dan 10^25 bewerkingen", "is groter dan 10²⁵ bewerkingen"]
)
def test_a_quoted_power_is_found_however_it_was_copied(quoted):
    block = Block("De berekening¹ is groter dan 10²⁵ bewerkingen.")
    assert look_for(Quote("bron", 1, quoted), [block]).state is QuoteState.FOUND


def test_a_quoted_power_that_rose_is_not_found():
    block = Block("De berekening is groter dan 10²⁶ bewerkingen.")
    assert look_for(Quote("bron", 1, "is groter dan 10²⁵ bewerkingen"), [block]).state is not QuoteState.FOUND
