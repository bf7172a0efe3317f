"""What the operator and the report's readers wrote down: the watch list, the citations, the lexicon, the word lists.

Everything is read strictly: a file that is not understood in full changes nothing, and every complaint is shown
with its line at once.
"""

from monitor.config.addresses import address_complaint
from monitor.config.citations import Report
from monitor.config.datafiles import glossary, lexicon, word_lists
from monitor.config.edit import append_source, include_list, set_address
from monitor.config.fields import slug_of
from monitor.config.following import Followed, Stamp
from monitor.config.reading import read_file
from monitor.config.reports import how_to_move, load_citations, load_reports, quotes_of
from monitor.config.saving import save
from monitor.config.watchlist import (
    JURISDICTIONS,
    LANGUAGES,
    LISTS,
    PUBLISHER_KINDS,
    TOPICS,
    Check,
    alone,
    lists_of,
    load,
    parse,
)

__all__ = [
    "JURISDICTIONS",
    "LANGUAGES",
    "LISTS",
    "PUBLISHER_KINDS",
    "TOPICS",
    "Check",
    "Followed",
    "Report",
    "Stamp",
    "address_complaint",
    "alone",
    "append_source",
    "glossary",
    "how_to_move",
    "include_list",
    "lexicon",
    "lists_of",
    "load",
    "load_citations",
    "load_reports",
    "parse",
    "quotes_of",
    "read_file",
    "save",
    "set_address",
    "slug_of",
    "word_lists",
]
