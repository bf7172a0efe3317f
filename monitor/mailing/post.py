"""The two ticks of mail, wired: compose, and deliver. Webhooks and chats go the same way."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from monitor.clock import Clock
from monitor.links import SECRET, Links
from monitor.mailing.compose import Composer
from monitor.mailing.deliver import MAIL, Round, Way, deliver_pending
from monitor.mailing.needs import Store
from monitor.mailing.operator import Operator
from monitor.messages import Parts, Press, Renderer, Sender, Templates
from monitor.model import Citation, Subscriber
from monitor.notify import Notifier
from monitor.settings.values import named_address

INSTANCE = "instance"
"""The fact that names this installation in Message-IDs."""
AT_ONCE = 8
"""Webhooks and chats that are handed a message at the same time, mail beside them."""
KEY = SECRET


class Post:
    """`sender` is a From with a name; `contact` a mail or web address readers can turn to, else the sender's; `mail_in`
    the address whose mail reaches `monitor mail in`, if there is one. `public_url`: where readers reach our pages.

    `operator`: the address, language and time zone of whoever runs this; an empty address gets no notices.
    `notifier` is the way out of all mail, `reach` gives that of a webhook or a chat; `clean` takes secrets out of what
    the other side says, before it is noted anywhere.
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
        public_url: str = "",
        operator: tuple[str, str, str] = ("", "en", "UTC"),
        reach: Callable[[Subscriber], Notifier] | None = None,
        clean: Callable[[str], str] = str,
    ) -> None:
        self._store, self._clock, self.notifier = store, clock, notifier
        self._templates, self._citations = templates, citations
        self._from, self._contact, self._mail_in = sender, contact, mail_in
        self._public_url = public_url
        self._reach, self._clean = reach, clean
        self._busy: dict[str, asyncio.Task[Round]] = {}
        # Apart from those of everything else: a receiver that hangs takes nobody's.
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="ways")
        self._stopping = False
        self._composer: Composer | None = None
        self.operator = Operator(*operator, store.letters, clock, self.renderer)

    async def compose(self) -> int:
        """Compose every digest that is due; how many messages that made."""
        return await asyncio.to_thread(self._compose)

    async def deliver(self, patience: float | None = None) -> Round:
        """Hand over what is pending: mail in order, and beside it each webhook and chat in its own order.

        `patience`: seconds that these are waited for once mail is through; what takes longer goes on beside and counts
        in a later round. None: until they are through.
        The round's `channel` is that of mail. Raises StorageError once nothing is waited for any more.
        """
        for way in await asyncio.to_thread(self._others):
            if way.name not in self._busy:
                self._busy[way.name] = asyncio.create_task(self._deliver_by(way))
        mail = Way(self.notifier, clean=self._clean, tell=self.operator.tell)
        # Nothing may be left half-way because another failed.
        (first,) = await asyncio.gather(self._deliver_by(mail), return_exceptions=True)
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=patience)
        if isinstance(first, BaseException):
            raise first
        return sum((self._ended(name) for name in list(self._busy)), first)

    def _ended(self, name: str) -> Round:
        """What a way out has done, when it is through."""
        task = self._busy[name]
        if not task.done():
            return Round()
        del self._busy[name]
        return Round() if task.cancelled() else task.result()

    @property
    def busy(self) -> set["asyncio.Task[Round]"]:
        """Webhooks and chats that are being handed something just now."""
        return {task for task in self._busy.values() if not task.done()}

    async def _deliver_by(self, way: Way) -> Round:
        return await deliver_pending(self._store.outbox, way, self._clock, go_on=lambda: not self._stopping)

    def _others(self) -> list[Way]:
        """The webhooks and chats with something to send now."""
        names = set(self._store.outbox.channels(self._clock.now()))
        readers = self._store.subscribers.all() if names - {MAIL} else ()
        return [self.way(reader) for reader in readers if reader.channel in names and reader.channel != MAIL]

    def way(self, reader: Subscriber) -> Way:
        """How this subscriber is reached."""
        if self._reach is None or reader.channel == MAIL:
            return Way(self.notifier, clean=self._clean, tell=self.operator.tell)

        def end(reason: str, at: datetime) -> None:
            self._store.subscribers.suspend(reader.id, reason, at)

        return Way(
            self._reach(reader), reader.channel, self._clean, end, self.operator.tell, reader.email, self._threads
        )

    def stop(self) -> None:
        """No further message is begun."""
        self._stopping = True

    def describe(self) -> str:
        """Where mail goes, without any secret."""
        return self.notifier.describe()

    def renderer(self) -> Renderer:
        """A renderer of mail for this installation's sender."""
        return Renderer(self.sender(), self._templates)

    def press(self) -> Press:
        """A renderer of every kind of message for this installation's sender."""
        return Press(self.sender(), self._templates)

    def sender(self) -> Sender:
        """Who writes, with the random name and the key this installation gave itself at its first message."""
        facts = self._store.meta
        instance = facts.get(INSTANCE) or facts.set_once(INSTANCE, secrets.token_hex(4))
        return self._as(instance, facts.get(KEY) or facts.set_once(KEY, secrets.token_hex(32)))

    def preview(self, subscriber: Subscriber) -> Parts | None:
        """The message this subscriber would get now, whatever their hour; None: nothing to say. Writes nothing."""
        press = Press(self._as("preview", self._store.meta.get(KEY) or ""), self._templates)
        made = Composer(self._store, press, self._citations).preview(subscriber, self._clock.now())
        return press.parts(made) if made else None

    def _as(self, instance: str, key: str = "") -> Sender:
        name, address = named_address(self._from)
        local = address.endswith("@localhost")
        return Sender(
            address=address,
            name=name or "Footnote Watch",
            instance=instance,
            contact=self._contact or ("" if local else address),
            mail_in=self._mail_in,
            key=key,
            links=Links(self._public_url, key) if self._public_url and key else None,
        )

    def _compose(self) -> int:
        if self._composer is None:
            self._composer = Composer(self._store, self.press(), self._citations, tell=self.operator.tell)
        return self._composer.compose_due(self._clock.now())
