"""What is wrong with a home's own templates and catalogues, as far as can be said without a message to send."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError

from monitor.errors import ConfigError
from monitor.messages.render import Templates
from monitor.messages.words import PLURALS, read_catalogue

_PLACE = re.compile(r"\{[a-z_]+\}")


def faults(templates: Templates) -> tuple[str, ...]:
    """A line each: templates that cannot be read or that no message uses, catalogues that lack words."""
    if templates.own is None:
        return ()
    came = templates.folders[-1]
    found: list[str] = []
    for file in sorted(path for path in templates.own.rglob("*") if path.is_file()):
        name = file.relative_to(templates.own).as_posix()
        if file.suffix == ".j2":
            found += _of_template(templates, name, (came / name).is_file())
        elif file.parent.name == "catalogue" and file.suffix == ".toml":
            found += _of_catalogue(file, came / "catalogue" / "en.toml")
        else:
            found.append(f"{name}: neither a template (.j2) nor a catalogue (catalogue/*.toml)")
    return tuple(found)


def _of_template(templates: Templates, name: str, known: bool) -> Iterator[str]:
    if not known:
        yield f"{name}: no message uses a template of this name"
    environment = templates.html if name.endswith((".html.j2", ".css.j2")) else templates.text
    try:
        environment.get_template(name)
    except TemplateSyntaxError as error:
        yield f"{name}:{error.lineno}: {error.message}"
    except (TemplateError, UnicodeDecodeError) as error:
        yield f"{name}: {error}"


def _of_catalogue(file: Path, english: Path) -> Iterator[str]:
    """Against the English one of the program, which has every word there is."""
    if file.stem not in PLURALS:
        yield f"catalogue/{file.name}: not a language of the mails ({', '.join(PLURALS)})"
        return
    try:
        own = read_catalogue(file)
    except ConfigError as error:
        yield f"catalogue/{file.name}: {error}"
        return
    wanted, have = dict(_entries(read_catalogue(english))), dict(_entries(own))
    for key in sorted(wanted.keys() - have.keys()):
        yield f"catalogue/{file.name}: {key} is missing"
    for key in sorted(wanted.keys() & have.keys()):
        if strange := sorted(set(_PLACE.findall(str(have[key]))) - set(_PLACE.findall(str(wanted[key])))):
            yield f"catalogue/{file.name}: {key}: nothing is put in for {', '.join(strange)}"


def _entries(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """`summary.looks` and its words; plural forms are one entry, titles of sections and zones are free."""
    for name, value in table.items():
        if not path and name in {"sections", "zones"}:
            continue
        here = f"{path}.{name}" if path else name
        if isinstance(value, Mapping) and not value.keys() <= {"one", "other"}:
            yield from _entries(value, here)
        else:
            yield here, value
