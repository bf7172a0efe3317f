"""Secrets of single subscribers: MONITOR_WEBHOOK_SECRET_<NAME>, MONITOR_CHAT_URL_<NAME>.

They stand in the environment or in `.env`, never in the database: it is copied into backups.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from monitor.errors import Problem
from monitor.settings.values import HIDDEN

WEBHOOK_SECRET = "MONITOR_WEBHOOK_SECRET_"  # noqa: S105 - the name of a variable
CHAT_URL = "MONITOR_CHAT_URL_"
_PREFIX = "whsec_"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Named:
    """One such variable. `origin`: environment, .env or given."""

    variable: str
    value: str = field(repr=False)
    origin: str = "environment"

    @property
    def masked(self) -> str:
        """As it may be printed. In the URL of a chat service a token may stand where the host would: only its kind."""
        return f"{self.value.partition('://')[0]}://{HIDDEN}" if "://" in self.value else HIDDEN


def is_name(text: str) -> bool:
    """May a webhook or a chat be called so? Lower-case letters, digits, dots and dashes; no mail address."""
    return _NAME.fullmatch(text) is not None


def variable_of(prefix: str, name: str) -> str:
    """`MONITOR_CHAT_URL_POLICY_DESK` for the chat `policy-desk`."""
    return prefix + re.sub(r"[^A-Z0-9]", "_", name.upper())


def named_in(variables: Mapping[str, str], origin: str) -> dict[str, Named]:
    """Those among the variables that belong to a single subscriber."""
    return {
        variable: Named(variable, value, origin)
        for variable, value in variables.items()
        if variable.startswith((WEBHOOK_SECRET, CHAT_URL))
    }


def keys(value: str) -> tuple[bytes, ...]:
    """The signing keys of a webhook, one or, while it is being changed, several with blanks between: `whsec_` and
    base64 of 24 to 64 bytes (Standard Webhooks 1.0.0, “Signature scheme”).

    Raises ValueError, without the value.
    """
    found = []
    for word in value.split():
        try:
            key = base64.b64decode(word.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not word.startswith(_PREFIX) or not 24 <= len(key) <= 64:
            raise ValueError("not a signing secret")
        found.append(key)
    return tuple(found)


def problems(found: Iterable[Named]) -> list[Problem]:
    """What is wrong with them; the values are not repeated."""
    said = []
    for one in found:
        if one.variable.startswith(WEBHOOK_SECRET):
            try:
                keys(one.value)
            except ValueError:
                hint = "whsec_ and base64 of 24 to 64 bytes; `monitor webhook secret` makes one"
                said.append(Problem(one.variable, "is no signing secret", hint))
        elif "://" not in one.value or not one.value.isprintable():
            said.append(Problem(one.variable, "is not the URL of a chat service", "such as slack://… of Apprise"))
    return said


def new_secret(random: bytes) -> str:
    """A signing secret as written down."""
    return _PREFIX + base64.b64encode(random).decode("ascii")
