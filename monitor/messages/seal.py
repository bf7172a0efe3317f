"""Names that nobody can guess.

Every Message-ID carries one, so that only who had a message can speak of it: a forged bounce changes nothing. The
address that ends a subscription carries another.
"""

import hmac
import re
from base64 import b32encode
from hashlib import sha256

_TOKEN = re.compile(r"\b([0-9]{1,18})-([a-z2-7]{16})\b", re.IGNORECASE)


def seal(key: str, *words: str) -> str:
    """Sixteen letters and digits (80 bits of HMAC-SHA256), the same for the same key and words. Case does not count:
    some servers lower it.
    """
    made = hmac.new(key.encode(), "\0".join(words).encode(), sha256).digest()
    return b32encode(made[:10]).decode("ascii").lower()


def unsubscribe_token(key: str, subscriber_id: int) -> str:
    """`7-k3v9…`: ends the subscription of number 7 and of nobody else."""
    return f"{subscriber_id}-{seal(key, 'unsubscribe by mail', str(subscriber_id))}"


def unsubscribed_by(key: str, text: str) -> int | None:
    """The subscriber whose token stands in the text; None when there is none that is ours."""
    for found in _TOKEN.finditer(text):
        number = int(found[1])
        if hmac.compare_digest(unsubscribe_token(key, number), f"{number}-{found[2].lower()}"):
            return number
    return None
