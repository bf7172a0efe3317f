"""The two ticks of mail, wired: compose, and deliver."""

import asyncio
import secrets
from email.utils import parseaddr

from monitor.clock import Clock
from monitor.mailing.compose import Composer
from monitor.mailing.deliver import Round, deliver_pending
from monitor.mailing.needs import Store
from monitor.messages import Parts, Renderer, Sender, Templates
from monitor.model import Citation, Subscriber
from monitor.notify import Notifier

INSTANCE = "instance"
"""The fact that names this installation in Message-IDs."""
KEY = "secret"
"""The fact that holds the key of this installation. Whoever has it can unsubscribe everybody."""


class Post:
    """`sender` is a From with a name; `contact` a mail or web address readers can turn to, else the sender's; `mail_in`
    the address whose mail reaches `monitor mail in`, if there is one.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        notifier: Notifier,
        templates: Templates,
        sender: str,
        contact: str,
        citations: tuple[Citation, ...],
        mail_in: str = "",
    ) -> None:
        self._store, self._clock, self.notifier = store, clock, notifier
        self._templates, self._citations = templates, citations
        self._from, self._contact, self._mail_in = sender, contact, mail_in
        self._stopping = False
        self._composer: Composer | None = None

    async def compose(self) -> int:
        """Compose every digest that is due; how many messages that made."""
        return await asyncio.to_thread(self._compose)

    async def deliver(self) -> Round:
        """Hand over what is pending."""
        return await deliver_pending(self._store.outbox, self.notifier, self._clock, go_on=lambda: not self._stopping)

    def stop(self) -> None:
        """No further message is begun."""
        self._stopping = True

    def describe(self) -> str:
        """Where mail goes, without any secret."""
        return self.notifier.describe()

    def renderer(self) -> Renderer:
        """A renderer for this installation's sender."""
        return Renderer(self.sender(), self._templates)

    def sender(self) -> Sender:
        """Who writes, with the random name and the key this installation gave itself at its first message."""
        facts = self._store.meta
        instance = facts.get(INSTANCE) or facts.set_once(INSTANCE, secrets.token_hex(4))
        return self._as(instance, facts.get(KEY) or facts.set_once(KEY, secrets.token_hex(32)))

    def preview(self, subscriber: Subscriber) -> Parts | None:
        """The message this subscriber would get now, whatever their hour; None: nothing to say. Writes nothing."""
        renderer = Renderer(self._as("preview"), self._templates)
        made = Composer(self._store, renderer, self._citations).preview(subscriber, self._clock.now())
        return renderer.parts(made) if made else None

    def _as(self, instance: str, key: str = "") -> Sender:
        name, address = parseaddr(self._from)
        local = address.endswith("@localhost")
        return Sender(
            address=address,
            name=name or "Footnote Watch",
            instance=instance,
            contact=self._contact or ("" if local else address),
            mail_in=self._mail_in,
            key=key,
        )

    def _compose(self) -> int:
        if self._composer is None:
            self._composer = Composer(self._store, self.renderer(), self._citations)
        return self._composer.compose_due(self._clock.now())
