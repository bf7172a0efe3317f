"""What a message that came in is: a bounce, an unsubscribe, or nothing for us. Pure; every message is hostile.

Delivery-status reports after RFC 3464 in RFC 6522, and the plain words of servers that send none (qmail, older Exim,
Exchange and Postfix without a report). Nothing here is believed of a sender: what ties a bounce to a delivery is the
sealed Message-ID it must quote, and what ends a subscription is a sealed token.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from enum import StrEnum

from monitor.notify.answers import ENHANCED, About, about

MOST_BYTES = 2_000_000
"""Of a message. A bounce that returns a whole digest has some 300 kB."""
MOST_PARTS = 200
"""Boundary lines and part types of a message; the standard library's parser goes one call deeper with each level."""
MOST_HEADERS = 1000
LONGEST_HEADER = 20_000
"""Bytes of one header, its continuation lines included."""
LONGEST_FIELD = 2_000
"""Bytes of a header about content: taking its parameters apart costs the square of its length."""
MOST_NAMES = 50
"""Message-IDs looked at."""
MOST_TEXT = 200_000
"""Characters of the words of a bounce that are searched."""
SAID = 300
"""Characters kept of what a server said."""


class Kind(StrEnum):
    HARD = "hard"
    """Refused for good: nobody is there."""
    BLOCKED = "blocked"
    """Refused for good, not for the address: we are blocked or not trusted, the box is full, the message too large."""
    SOFT = "soft"
    """Given up for a passing reason, or only late."""
    UNSUBSCRIBE = "unsubscribe"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Incoming:
    """What was read. `names`: Message-IDs quoted by a bounce, in order. `text`: where an unsubscribe's token stands.
    `said`: what the other server said, one line; for what is ignored, why.
    """

    kind: Kind
    said: str = ""
    names: tuple[str, ...] = ()
    text: str = ""
    trouble: bool = False
    """The operator has to know: it is about us, about a full box or about the message."""
    own_name: str = ""
    """The message's own Message-ID, without angle brackets; may be empty."""


class Refused(ValueError):  # noqa: N818 - a verdict about a message, not an error of ours
    """The message is not read: too large, too deep, too many headers."""


def read(raw: bytes) -> Incoming:
    """What this message is. Raises Refused for one that is not worth reading."""
    _bounded(raw)
    try:
        mail = message_from_bytes(raw, policy=compat32)
        made = _kind(mail, raw)
    except (MessageError, LookupError, ValueError, TypeError, AssertionError, RecursionError) as error:
        # The standard library raises all of these for broken MIME (python/cpython issues 80222, 106669 and others).
        raise Refused(f"broken MIME ({type(error).__name__})") from error
    return made


def _bounded(raw: bytes) -> None:
    """Refuses in one pass what would cost the parser more than it is worth."""
    if len(raw) > MOST_BYTES:
        raise Refused(f"more than {MOST_BYTES // 1_000_000} MB")
    if len(re.findall(rb"(?mi)^(?:--[^\r\n]|content-type:)", raw)) > MOST_PARTS:
        raise Refused(f"more than {MOST_PARTS} parts or lines that look like them")
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    headers = re.split(rb"\r?\n(?![ \t])", head)
    if len(headers) > MOST_HEADERS:
        raise Refused(f"more than {MOST_HEADERS} headers")
    fields = re.finditer(rb"(?mi)^content-[a-z-]{1,40}:[^\n]*(?:\n[ \t][^\n]*)*", raw)
    if any(len(run) > LONGEST_HEADER for run in headers) or any(len(f[0]) > LONGEST_FIELD for f in fields):
        raise Refused("a header without end")


def _kind(mail: Message, raw: bytes) -> Incoming:
    own = _ids(_header(mail, "Message-ID"))[:1]
    own_name = own[0] if own else ""
    report = str(mail.get_param("report-type") or "").lower() if mail.get_content_type() == "multipart/report" else ""
    if report and report != "delivery-status":
        return Incoming(Kind.IGNORED, f"a report about {_line(report)[:40]}", own_name=own_name)
    status = next((part for part in mail.walk() if part.get_content_type() == "message/delivery-status"), None)
    if status is not None:
        return _reported(status, raw, own_name)
    if _from_a_server(mail):
        return _in_words(mail, raw, own_name)
    if why := _automatic(mail):
        return Incoming(Kind.IGNORED, why, own_name=own_name)
    text = " ".join(_header(mail, name) for name in ("Subject", "To", "Delivered-To", "X-Original-To"))
    if "unsubscribe" in text.lower():
        return Incoming(Kind.UNSUBSCRIBE, text=text, own_name=own_name)
    return Incoming(Kind.IGNORED, "neither a bounce nor an unsubscribe", own_name=own_name)


# --- bounces ----------------------------------------------------------------------------------------------------------


def _reported(status: Message, raw: bytes, own_name: str) -> Incoming:
    """RFC 3464: a block about the message, then one for each recipient. Ours have one."""
    blocks = status.get_payload()
    recipients = [b for b in blocks if isinstance(b, Message) and b.get("Action")] if isinstance(blocks, list) else []
    failed = [b for b in recipients if _header(b, "Action").strip().lower() == "failed"]
    if not failed:
        actions = sorted({_line(_header(b, "Action")).lower() for b in recipients}) or ["nothing"]
        if actions == ["delayed"]:
            return Incoming(Kind.SOFT, "delayed", _names(raw, own_name), own_name=own_name)
        return Incoming(Kind.IGNORED, f"a report of {', '.join(actions)[:80]}", own_name=own_name)
    block = failed[0]
    code = ENHANCED.search(_header(block, "Status"))
    diagnostic = _line(_header(block, "Diagnostic-Code").partition(";")[2] or _header(block, "Diagnostic-Code"))
    said = diagnostic if code is None or code[0] in diagnostic else f"{code[0]} {diagnostic}".strip()
    kind, trouble = _judged(said, for_good=code is not None and code[1] == "5")
    return Incoming(kind, said[:SAID], _names(raw, own_name), trouble=trouble, own_name=own_name)


def _judged(said: str, *, for_good: bool) -> tuple[Kind, bool]:
    """What kind of bounce these words are, and whether the operator has to know."""
    cause = about(said)
    trouble = cause in {About.SENDER, About.MAILBOX, About.MESSAGE}
    if not for_good:
        return Kind.SOFT, trouble
    return (Kind.HARD, False) if cause is About.ADDRESS else (Kind.BLOCKED, True)


_SERVERS = re.compile(
    r"(?i)\b(?:mailer-daemon|postmaster|mail-?delivery[a-z-]{0,40}|mdaemon|microsoftexchange[0-9a-f]{0,64})@"
)
_FAILED = re.compile(
    r"(?i)undeliver|returned (?:mail|to sender)|delivery (?:status|failure|has failed)|delivery.{0,20}fail"
    r"|failure notice|mail delivery (?:failed|system)|could not be delivered|non remis|unzustellbar|onbestelbaar"
    r"|not delivered|non-delivery|delayed"
)
_RETURNED = re.compile(r"(?mi)^---.*?(?:copy of|original message|below this line)|^received:")
_LATE = re.compile(r"(?i)\b(?:warning: message|delayed|delay|will (?:be )?retr|no action is required)")
_FOR_GOOD = re.compile(
    r"(?i)permanent(?:ly)? (?:error|failure|fatal|failed)|this is a permanent error|user unknown|unknown user"
    r"|no such (?:user|recipient|mailbox)|does not exist|address rejected|mailbox (?:unavailable|not found)"
)


_STATUS = re.compile(r"(?<![\d.])(?:[45]\d\d[ -]+#?)?(?P<digit>[45])\.[0-7]\.\d{1,3}(?![\d.])")
"""An enhanced status code (RFC 3463), with the reply code before it."""
_REPLY = re.compile(r"(?<![\d.])(?P<digit>[45])[0-5]\d[ -][A-Za-z<#]")


def _from_a_server(mail: Message) -> bool:
    """Does it come from a mail server, and speak of mail that was not delivered? RFC 3834 asks for `<>`, not all do."""
    sender = _header(mail, "From") + " " + _header(mail, "Return-Path")
    named = bool(_SERVERS.search(sender)) or "<>" in _header(mail, "Return-Path") or "X-Failed-Recipients" in mail
    return named and bool(_FAILED.search(_header(mail, "Subject")) or "X-Failed-Recipients" in mail)


def _in_words(mail: Message, raw: bytes, own_name: str) -> Incoming:
    """A bounce in plain words: the first code or phrase before the returned message decides."""
    text = _words(mail)
    found = _STATUS.search(text) or _REPLY.search(text)
    digit, where = (found["digit"], found.start()) if found else ("4", 0)
    phrase = _FOR_GOOD.search(text)
    if phrase and not found:
        digit, where = "5", phrase.start()
    late = not phrase and _LATE.search(_header(mail, "Subject") + "\n" + text[:2000]) is not None
    whole = text[where : where + 2 * SAID].strip()
    said = _line(whole.partition("\n")[0]) or _line(_header(mail, "Subject"))
    # An answer of several lines has its reason in any of them; what stands before its code says whom it speaks of.
    kind, trouble = _judged(_line(whole), for_good=digit == "5" and not late)
    return Incoming(kind, said[:SAID], _names(raw, own_name), trouble=trouble and not late, own_name=own_name)


def _words(mail: Message) -> str:
    """The plain text of a bounce, without the message it returns."""
    said = []
    for part in mail.walk():
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            break
        if part.get_content_maintype() == "text" and not part.is_multipart():
            said.append(_decoded(part))
    text = "\n".join(said)[:MOST_TEXT]
    # qmail and Exim return the message in the same text.
    return _RETURNED.split(text, maxsplit=1)[0]


# --- what is never answered -------------------------------------------------------------------------------------------

_AWAY = re.compile(
    r"(?i)out of (?:the )?office|auto(?:matic|matische|matisch)?[ -]?(?:reply|response|antwoord|antwort)"
    r"|réponse automatique|abwesen|afwezig|absence du bureau|vacation"
)


def _automatic(mail: Message) -> str:
    """Why a message was written by a machine (RFC 3834 §2, §5); empty when a person may have."""
    if (sent := _header(mail, "Auto-Submitted").strip().lower()) and not sent.startswith("no"):
        return "an automatic message"
    if any(name in mail for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Auto-Response")):
        return "an automatic reply"
    if _header(mail, "Precedence").strip().lower() in {"bulk", "junk", "list", "auto_reply"} or "List-Id" in mail:
        return "bulk mail"
    if _AWAY.search(_header(mail, "Subject")):
        return "an out-of-office reply"
    return ""


# --- reading ----------------------------------------------------------------------------------------------------------


def _header(mail: Message, name: str) -> str:
    """A header in words, decoded (RFC 2047); empty when it is missing or broken."""
    raw = str(mail.get(name, ""))[:LONGEST_HEADER]
    if "=?" not in raw:
        return raw
    try:
        pieces = decode_header(raw)
        said = [p.decode(c or "ascii", "replace") if isinstance(p, bytes) else p for p, c in pieces]
    except (MessageError, LookupError, ValueError):
        return raw
    return " ".join(said)


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset() or "utf-8"
    try:
        return data[: 4 * MOST_TEXT].decode(charset, "replace")
    except (LookupError, ValueError):
        return data[: 4 * MOST_TEXT].decode("utf-8", "replace")


def _ids(text: str) -> list[str]:
    return re.findall(r"<([^<>\s@]{1,200}@[^<>\s@]{1,253})>", text)


_NAMING = re.compile(
    r"(?im)^[>| \t]*(?:message-id|in-reply-to|references|x-original-message-id):?\s*"
    r"(?P<ids>(?:<[^<>\s]{3,450}>\s*){1,20})"
)


def _names(raw: bytes, own_name: str) -> tuple[str, ...]:
    """Every Message-ID a bounce names: servers return the whole message, its headers, or quote it."""
    names: dict[str, None] = {}
    for match in _NAMING.finditer(raw.decode("utf-8", "replace")):
        names |= dict.fromkeys(_ids(match["ids"]))
    names.pop(own_name, None)
    return tuple(names)[:MOST_NAMES]


def _line(text: str) -> str:
    """What a server said, as one printable line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
