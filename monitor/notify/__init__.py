"""Ways out of the house for a message: SMTP, files in a folder, signed posts to webhooks, chat services.

The first two are what all mail goes by, chosen by the settings. A webhook and a chat are somebody's own: the
composition root makes one for each, since a webhook needs the guarded way to the web.
"""

import pkgutil
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from monitor.errors import ConfigError, Problem
from monitor.model import Delivery
from monitor.settings import Settings

__all__ = ["NOTIFIERS", "Notifier", "named", "notifier_for"]


class Notifier(Protocol):
    """Hands one message over. Blocking; called in a thread."""

    def send(self, delivery: Delivery) -> str:
        """Hand over the exact bytes. Returns the other side's answer; raises DeliveryError."""
        ...

    def probe(self) -> None:
        """Is the way out open? Nothing is sent and nobody logs in. Raises DeliveryError."""
        ...

    def describe(self) -> str:
        """Where messages go, without any secret."""
        ...


NOTIFIERS: Mapping[str, str] = {
    "smtp": "monitor.notify.smtp:from_settings",
    "file": "monitor.notify.file:from_settings",
}
"""Ways for mail: name → `module:factory`; a factory takes the settings."""


def named(name: str, settings: Settings) -> Notifier:
    """The way out of that name, or of a `module:factory` of one's own."""
    target = NOTIFIERS.get(name, name)
    try:
        if ":" not in target:
            raise ValueError(target)  # noqa: TRY301 - the same complaint as for a module that cannot be found
        factory: Callable[[Settings], Any] = pkgutil.resolve_name(target)
    except (ValueError, ImportError, AttributeError) as error:
        known = ", ".join(NOTIFIERS)
        raise ConfigError([Problem("notifier", f"{name!r} cannot be found", f"{known}, or module:factory")]) from error
    made: Notifier = factory(settings)
    return made


def notifier_for(settings: Settings) -> Notifier:
    """SMTP when a server is set, else files in the outbox folder."""
    return named("smtp" if settings.smtp else "file", settings)
