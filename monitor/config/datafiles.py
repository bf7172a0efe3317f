"""The topic lexicon and the word lists, as plain mappings."""

from pathlib import Path
from typing import Any

from monitor import resources
from monitor.config.complaints import Complaints, complain
from monitor.config.fields import Fields
from monitor.config.reading import Entries, Items, Node, Scalar, plain, read_file, read_tree
from monitor.config.watchlist import LANGUAGES

_GROUPS = ("strong", "terms")


def lexicon(home: Path | None = None) -> dict[str, dict[str, dict[str, dict[str, list[str]]]]]:
    """The mapping of lexicon.yaml: `topics` → topic → language → `strong` and `terms` → the terms as written.

    The topics are the report's eleven and `ai`. The program's own file, or `data/lexicon.yaml` of the home.
    ConfigError with every complaint.
    """
    path = resources.data("lexicon.yaml", home)
    complaints = Complaints(path.name)
    top = Fields(read_tree(read_file(path), path.name), complaints, ("version", "languages", "topics"))
    languages = top.texts("languages", LANGUAGES) or LANGUAGES
    topics = {}
    for topic, node in top.each("topics"):
        fields = Fields(node, complaints, languages)
        topics[topic] = {
            language: _groups(words, complaints) for language in languages if (words := fields.node(language))
        }
    complaints.settle()
    return {"topics": topics}


def word_lists(home: Path | None = None) -> dict[str, Any]:
    """The word lists of `words.yaml` (or `data/words.yaml` of the home), as they are written."""
    path = resources.data("words.yaml", home)
    tree = read_tree(read_file(path), path.name)
    if not isinstance(tree, Entries):
        complain(f"{path.name}:{tree.line}", "named lists are expected here")
    return {name: plain(node) for name, node in tree.nodes.items()}


def glossary(home: Path | None = None) -> tuple[tuple[str, ...], ...]:
    """The ideas of `glossary.yaml` (or `data/glossary.yaml` of the home): for each its words in en, nl, fr and de."""
    path = resources.data("glossary.yaml", home)
    complaints = Complaints(path.name)
    top = Fields(read_tree(read_file(path), path.name), complaints, ("version", "languages", "ideas"))
    rows = []
    for node in top.items("ideas"):
        cells = [cell.text for cell in node.nodes if isinstance(cell, Scalar)] if isinstance(node, Items) else []
        if len(cells) != len(LANGUAGES) or not all(cell.strip() for cell in cells):
            complaints.add(node.line, "an idea has four texts: en, nl, fr, de", "such as [law, wet, loi, gesetz]")
        else:
            rows.append(tuple(cells))
    complaints.settle()
    return tuple(rows)


def _groups(node: Node, complaints: Complaints) -> dict[str, list[str]]:
    fields = Fields(node, complaints, _GROUPS)
    return {group: list(fields.texts(group)) for group in _GROUPS}
