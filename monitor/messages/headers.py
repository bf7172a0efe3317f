"""Text → one header field, folded, in ASCII (RFC 5322, 2.2.3; RFC 2047).

Written by hand, because `email` of the standard library decodes what looks like an encoded word in the text it is
given: a source called `=?utf-8?q?x=0D=0ABcc=3A…?=` would write header lines of its own. It also loses blanks beside
words that need encoding.
"""

import re

WIDTH = 76
"""Columns of a line; an encoded word has at most 75."""
_ROOM = 75 - len("=?utf-8?q??=")
_LONG = WIDTH - len("List-Unsubscribe: ")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
"""What stands for itself in an encoded word wherever it may stand (RFC 2047, 5)."""


def unstructured(name: str, text: str) -> str:
    """The folded value of a field such as Subject. `text`: one line without control characters."""
    words = text.split(" ")
    plain = text.isascii() and "=?" not in text and all(len(word) <= _LONG for word in words)
    return fold(name, words if plain else encoded_words(text, len(name) + 2))


def named(name: str, phrase: str, address: str) -> str:
    """The folded value of a field such as From: a name in words, and what stands in angle brackets."""
    words = phrase.split()
    if not phrase.isascii() or "=?" in phrase or any(len(word) > _LONG for word in words):
        words = encoded_words(phrase, len(name) + 2)
    elif not all(_ATOM.fullmatch(word) for word in words):
        words = ('"' + " ".join(words).replace("\\", "\\\\").replace('"', '\\"') + '"').split(" ")
    return fold(name, [*words, f"<{address}>"])


def fold(name: str, tokens: list[str]) -> str:
    """Tokens that are separated by a blank, over as many lines as they need. A token is never broken, however long."""
    lines, used = [""], len(name) + 2
    for token in tokens:
        if lines[-1] and used + 1 + len(token) > WIDTH:
            lines.append(token)
            used = 1 + len(token)
        else:
            lines[-1] += f" {token}" if lines[-1] else token
            used += 1 + len(token)
    return "\r\n ".join(lines)


def encoded_words(text: str, used: int = 0) -> list[str]:
    """Text as encoded words, each of whole characters; blanks between two of them do not count.

    `used`: columns taken already on the line of the first.
    """
    words, current, room = [], "", _ROOM - used
    for char in text:
        shown = "_" if char == " " else "".join(chr(b) if b in _SAFE else f"={b:02X}" for b in char.encode())
        if len(current) + len(shown) > room:
            words.append(current)
            current, room = "", _ROOM
        current += shown
    return [f"=?utf-8?q?{word}?=" for word in (*words, current) if word]
