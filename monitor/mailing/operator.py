"""Tell whoever runs the monitor, by mail, what needs them: each thing once a day at most."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from monitor.clock import Clock
from monitor.errors import StorageError
from monitor.mailing.needs import Letters
from monitor.messages import Renderer
from monitor.model import DigestKind, DigestOrder, Notice, NoticeCode, Subscriber

_FOLDED = frozenset({NoticeCode.MAIL_BLOCKED})
"""Told once a day, whoever it was noticed at first."""
_log = logging.getLogger("monitor.mail")


@dataclass(frozen=True, slots=True)
class Operator:
    """Where notices go, and how. `address` empty: nowhere; the log, `doctor` and `status` say the same."""

    address: str
    language: str
    timezone: str
    letters: Letters
    clock: Clock
    renderer: Callable[[], Renderer]

    def tell(self, notice: Notice) -> bool:
        """Queues a notice; False when that was told today, or cannot be. Never raises: what it tells must go on."""
        if not self.address or notice.about.casefold() == self.address.casefold():
            # What cannot reach the operator is not told by the same way.
            return False
        now = self.clock.now()
        # A block list refuses everybody's mail: that is one thing, not one for each reader.
        whom = "" if notice.code in _FOLDED else notice.about
        about = sha256(f"{whom}\0{now.date()}".encode()).hexdigest()[:16]
        reader = Subscriber(0, self.address, language=self.language, timezone=self.timezone)
        order = DigestOrder(reader, DigestKind.NOTICE, f"notice:{notice.code}:{about}", now, now)
        try:
            return self.letters.post(self.renderer().notice(order, [notice]), order.kind, order.window, now)
        except StorageError as error:
            _log.warning("a notice cannot be queued: %s", error)
        except Exception:  # noqa: BLE001 - the same mistake in a template may be what it tells of
            _log.exception("a notice cannot be made")
        return False
