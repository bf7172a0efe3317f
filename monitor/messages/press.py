"""The message of a digest in the form its subscriber is reached by: a mail, JSON for a webhook, a text for a chat."""

from monitor.messages.chat import pack_chat
from monitor.messages.mime import Sender
from monitor.messages.payload import pack_json
from monitor.messages.render import Parts, Renderer, Templates
from monitor.model import Digest, Medium, Outgoing


class Press:
    """`sender`, `templates`: as for the mail's renderer."""

    def __init__(self, sender: Sender, templates: Templates) -> None:
        self._sender, self._templates = sender, templates
        self._renderer = Renderer(sender, templates)

    def render(self, digest: Digest) -> Outgoing:
        """The frozen message: the same bytes for the same digest. Raises ConfigError for an address that is none."""
        reader = digest.order.subscriber
        match reader.medium:
            case Medium.WEBHOOK:
                return pack_json(digest, self._templates.words(reader.language), self._sender)
            case Medium.CHAT:
                return pack_chat(digest, self._sender, self._templates)
            case _:
                return self._renderer.render(digest)

    def parts(self, digest: Digest) -> Parts:
        """Subject and text for people to look at before anything is sent."""
        if digest.order.subscriber.medium is Medium.MAIL:
            return self._renderer.parts(digest)
        made = self.render(digest)
        return Parts(made.subject, made.mime.decode(), "")
