"""Times that are told from the moment of looking: "over a week ago", "gisteren", "il y a trois jours", "vor 2 Stunden".

After the relative patterns and `-1`, `0`, `1` day, week, month and year names of the Unicode CLDR (dateFields) for
English, Dutch, French, German, Spanish, Italian, Portuguese, Danish and Swedish, with the vague words people add.
"""

import re
from functools import lru_cache

from monitor.model import key_of

_COUNT = (
    r"(?:\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|few|couple of|several"
    r"|een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|enkele|paar|une?|deux|trois|quatre|cinq|sept|huit|neuf|dix|quelques|einem?|einer|zwei|drei"
    r"|fünf|sechs|sieben|neun|zehn|einigen|wenigen|unos?|unas?|dos|tres|cuatro|due|tre|quattro|um|uma|dois|en|et|ett|to)"
)
_VAGUE = (
    r"(?:(?:over|more than|less than|about|almost|nearly|around|meer dan|minder dan|ongeveer|bijna|ruim|plus d|plus de"
    r"|moins d|moins de|environ|près d|près de|mehr als|weniger als|über|etwa|ungefähr|fast|knapp)\s)?"
)
_UNIT = (
    r"(?:sec(?:ond)?s?|min(?:ute)?s?|hours?|days?|weeks?|months?|quarters?|years?|seconden?|minuten|minuut|uur|uren|dag(?:en)?"
    r"|week|weken|maand(?:en)?|jaar|jaren|secondes?|heures?|jours?|semaines?|mois|ans?|années?|sekunden?|stunden?"
    r"|tage?n?|wochen?|monate?n?|jahre?n?|segundos?|minutos?|horas?|días?|semanas?|mes(?:es)?|años?|secondi|minuti"
    r"|or[ae]|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|dias?|anos?|dage?|dagar|uger?|veckor|vecka|måneder|månader|år)"
)
_THIS = (
    r"today|yesterday|tomorrow|tonight|just now|a moment ago|moments ago"
    r"|(?:earlier |later )?(?:this|last) (?:hour|morning|afternoon|evening|week|month|quarter|year)"
    r"|vandaag|(?:eer)?gisteren|zojuist|daarnet|zonet|deze (?:week|maand)|dit (?:jaar|kwartaal)"
    r"|(?:vorige|afgelopen) (?:week|maand)|(?:vorig|afgelopen) (?:jaar|kwartaal)"
    r"|aujourd hui|(?:avant )?hier|à l instant|cette (?:semaine|année)|ce (?:mois(?: ci)?|trimestre)"
    r"|(?:la semaine|l année) (?:dernière|passée)|le mois (?:dernier|passé)|l an dernier"
    r"|heute|(?:vor)?gestern|soeben|gerade eben|diese[rsn]? (?:woche|monat|jahr|quartal)"
    r"|(?:letzte|vorige)[rsnm]? (?:woche|monat|jahr|quartal)"
    r"|hoy|ayer|anteayer|esta semana|este (?:mes|año)|oggi|ieri|questa settimana|questo mese|hoje|ontem"
    r"|i dag|i går|idag|igår"
)
_AGO = re.compile(
    rf"\b(?:{_VAGUE}(?:the last |the past )?{_COUNT} (?:{_COUNT} )?{_UNIT} (?:ago|geleden|atrás|fa|siden|sedan)"
    rf"|il y a {_VAGUE}{_COUNT} (?:{_COUNT} )?{_UNIT}"
    rf"|vor {_VAGUE}{_COUNT} (?:{_COUNT} )?{_UNIT}"
    rf"|(?:hace|há) {_VAGUE}{_COUNT} {_UNIT}|för {_COUNT} {_UNIT} sedan|{_THIS})\b",
)


def without_relative_times(text: str) -> str:
    """The words of a text (`key_of`) in which each time told from now is one sign."""
    return _bare(text)


@lru_cache(maxsize=4096)
def _bare(text: str) -> str:
    return _AGO.sub("#", key_of(text))
