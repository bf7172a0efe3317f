"""The addresses of our own pages that others keep: in mails, in feeds, behind a citation.

A link that may do something carries a token: what it is for and whom it concerns, signed with the secret of this
installation. Nothing about it is stored, and no token serves another purpose than its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from itsdangerous import BadData, URLSafeSerializer

SECRET = "secret"  # noqa: S105 - the name of the fact that holds it
"""The fact (`meta`) with the key that signs."""


@dataclass(frozen=True, slots=True)
class Links:
    """`public_url`: where readers reach the pages, without a slash at its end; may be empty.

    `secret`: the key that signs. Whoever has it can unsubscribe everybody.
    """

    public_url: str
    secret: str

    def __repr__(self) -> str:
        return f"Links({self.public_url!r})"

    def at(self, path: str) -> str:
        """A path of ours as others can open it; the path alone where there is no public address."""
        return self.public_url + path

    def change(self, number: int) -> str:
        return self.at(f"/changes/{number}")

    def source(self, source_id: str) -> str:
        return self.at(f"/sources/{quote(source_id, safe='')}")

    def preferences(self, subscriber: int) -> str:
        return self.at(f"/mail/preferences/{self.signed('preferences', subscriber)}")

    def unsubscribe(self, subscriber: int) -> str:
        return self.at(f"/mail/unsubscribe/{self.signed('unsubscribe', subscriber)}")

    def confirm(self, wish: dict[str, Any], now: datetime) -> str:
        """For somebody who asked to be subscribed; everything they asked for is in the token."""
        return self.at(f"/mail/confirm/{self.signed('confirm', {**wish, 'at': int(now.timestamp())})}")

    def signed(self, purpose: str, value: object) -> str:
        """A value (JSON) as a token that can stand in an address; only `opened` with the same purpose reads it."""
        return str(URLSafeSerializer(self.secret, salt=f"footnote-watch.{purpose}").dumps(value))

    def opened(self, purpose: str, token: str) -> Any:
        """What was signed; None when the token is not ours or for something else."""
        try:
            return URLSafeSerializer(self.secret, salt=f"footnote-watch.{purpose}").loads(token[:4000])
        except BadData:
            return None

    def fresh(self, purpose: str, token: str, now: datetime, age: timedelta) -> dict[str, Any] | None:
        """A dictionary signed with its time (`at`, seconds); None when it is older than `age`."""
        value = self.opened(purpose, token)
        if not isinstance(value, dict) or not isinstance(value.get("at"), int):
            return None
        return value if 0 <= now.timestamp() - value["at"] + 60 <= age.total_seconds() + 60 else None
