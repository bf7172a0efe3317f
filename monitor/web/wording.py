"""What the pages say, in every language: `words/*.toml`, each entry with all four beside each other.

    [changes.title]
    en = "Changes"
    nl = "Wijzigingen"
    …

Plural forms are tables: `en = {one = "{count} change", other = "{count} changes"}`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from monitor.messages import Templates, Words

LANGUAGES = ("en", "nl", "fr", "de")
NAMES = {"en": "English", "nl": "Nederlands", "fr": "Français", "de": "Deutsch"}
_FOLDER = Path(__file__).resolve().parent / "words"


class PageWords:
    """One language. `t("changes.title")` is an entry of ours; `t.mail` is the catalogue of the mails, which has the
    severities, reasons, events, topics, dates and numbers. A key that is not there is a mistake and raises KeyError.
    """

    def __init__(self, language: str, table: Mapping[str, Any], mail: Words) -> None:
        self.language, self.mail = language, mail
        self._words = Words(language, table)

    def __call__(self, key: str, /, **values: object) -> str:
        return self._words(key, **values)

    def html(self, key: str, /, **values: object) -> Markup:
        """An entry that has markup in it, its values escaped unless they are markup themselves."""
        # The entry is ours, not a page's; Markup.format is not used because it would read braces in values.
        return Markup(self._words(key, **{name: escape(value) for name, value in values.items()}))  # noqa: S704

    def has(self, key: str) -> bool:
        return self._words.has(key)


class Wording:
    """All languages. `templates`: where the catalogue of the mails comes from."""

    def __init__(self, templates: Templates | None = None) -> None:
        mails, entries = templates or Templates(), read()
        self._all = {code: PageWords(code, in_language(entries, code), mails.words(code)) for code in LANGUAGES}

    def __getitem__(self, language: str) -> PageWords:
        return self._all.get(language, self._all["en"])

    def choose(self, cookie: str, accept: str) -> PageWords:
        """By the reader's choice, else by what their browser asks for (RFC 9110, 12.5.4), else English."""
        return self._all[cookie] if cookie in self._all else self._all[preferred(accept)]


def preferred(accept: str) -> str:
    """The first of our languages by weight in an Accept-Language header."""
    wished: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept[:500].split(",")):
        tag, _, weight = part.partition(";")
        try:
            value = float(weight.partition("=")[2] or 1)
        except ValueError:
            value = 0.0
        wished.append((-value, place, tag.strip().lower().partition("-")[0]))
    return next((tag for value, _, tag in sorted(wished) if tag in LANGUAGES and value < 0), "en")


def read(folder: Path = _FOLDER) -> dict[str, Any]:
    """Every entry of every file, as written: {part: {name: {language: words}}}."""
    entries: dict[str, Any] = {}
    for file in sorted(folder.glob("*.toml")):
        for part, names in tomllib.loads(file.read_text("utf-8")).items():
            if part in entries:
                raise ValueError(f"{file.name}: the part [{part}.…] stands in another file too")
            entries[part] = names
    return entries


def in_language(entries: Mapping[str, Any], code: str) -> dict[str, Any]:
    """The same tree with one language's words as leaves."""
    return {
        name: value[code] if set(value) & set(LANGUAGES) else in_language(value, code)
        for name, value in entries.items()
    }


def incomplete(entries: Mapping[str, Any], path: Sequence[str] = ()) -> list[str]:
    """The keys that lack a language."""
    found = []
    for name, value in entries.items():
        where = (*path, name)
        if set(value) & set(LANGUAGES):
            found += [f"{'.'.join(where)}: {code}" for code in LANGUAGES if not value.get(code)]
        else:
            found += incomplete(value, where)
    return found
