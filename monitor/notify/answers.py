"""What a refusal is about: the address, us, the mailbox or the message. Pure.

An enhanced status code says it (RFC 3463; registry: iana.org/assignments/smtp-enhanced-status-codes), but large
providers leave it out, or give one that says something else: `550 5.4.1 Recipient address rejected: Access denied` of
Exchange Online means that there is nobody, `550 5.1.1 … blocked using Spamhaus` that we are on a list. So the words
count first where they are plain, then the code, then the bare reply code (RFC 5321 §4.2.3).
"""

import re
from enum import StrEnum

MOST = 1000
"""Characters of an answer that are looked at."""


class About(StrEnum):
    ADDRESS = "address"
    """Nobody is there: it counts against the address."""
    SENDER = "sender"
    """We are on a block list, not authenticated, called spam, too fast, against a policy."""
    MAILBOX = "mailbox"
    """The address is right; its box is full, or takes nothing just now."""
    MESSAGE = "message"
    """This message is too large, or its content or form is refused."""
    UNKNOWN = "unknown"


ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([245]\d\d)(?=[ \-#]|$)")
_NAMES = re.compile(r"<[^<>\s]{0,320}>|[^\s<>\"'(),;:]{1,64}@[^\s<>\"'(),;:]{1,255}")
"""Addresses: `spam.blocked@example.org` says nothing about the reason."""

_NOBODY_IN_TRUTH = re.compile(
    r"(?i)recipient address rejected: access denied.{0,80}AS\(201806281\)"
    r"|5\.4\.1.{0,20}recipient address rejected: access"
    r"|5\.5\.0 requested action not taken: mailbox unavailable"
    r"|RESOLVER\.ADR\.|RecipNotFound|RecipientNotFound|NoSuchUser"
)
"""Words that mean an unknown recipient, whatever stands beside them (Exchange, Outlook.com, Google)."""

_US = re.compile(
    r"(?i)block[ -]?list|black[ -]?list|deny ?list|\bdnsbl\b"
    r"|\b(?:s?u?)rbl\b|spamhaus|spamcop|barracuda|sorbs|senderscore"
    r"|senderbase|talos|cloudmark|ipcheck\.proofpoint|\bS31[45]0\b"
    r"|\bTSS?0\d|\b\[?(?:CS|PH|BL)\d\d\]?\b|OFR_?\d{3}|LPN\d{3}"
    r"|\bblocked\b|\bbanned\b|reputation|\blisted (?:in|at|on|by)\b|\bspam\b|unsolicited|UnsolicitedMessage|\bjunk\b"
    r"|\bbulk (?:mail|email)|suspicious|phish|virus|malware|infected|spoof|\bspf\b|\bdkim\b|\bdmarc\b|authenticat"
    r"|not authori[sz]ed|unauthori[sz]ed|reverse dns|\brdns\b|\bptr\b|\bhelo\b|\behlo\b|polic(?:y|ies)\b|prohibit"
    r"|access denied|access rejected|relay|sender (?:address "
    r"|domain |ip )?(?:rejected|denied|blocked|invalid|unknown|verif)"
    r"|bad outbound sender|from address|rate limit|too many|throttl|sending limit|too (?:fast|quickly)|at a rate"
    r"|gr[ea]y ?-?list|content filter|(?:message|content"
    r"|mail)(?: was)? (?:rejected|refused|discarded) (?:due|for|as|by|because)"
    r"|service (?:unavailable|not available)[;,] client|TRANSPORT\.RULES|local CT signature|must issue a starttls"
    r"|tls (?:is )?required|connections? (?:will )?not (?:be )?accepted"
    r"|part of their network|tobr@|refus[eé] (?:pour|pol)"
    r"|ongewenst|unerwünscht|indésirable|geblokkeerd|gesperrt|bloqué"
)
_FULL = re.compile(
    r"(?i)(?:mailbox|inbox|quota|storage|disk|account|box|postfach|boîte)\b.{0,40}\b(?:full|exceed(?:s|ed)?|over|out of"
    r"|pleine?|vol|voll)\b|over ?quota|overquota|quota (?:is )?exceed|out of storage|overdrawn|insufficient"
    r" (?:system )?storage|not enough (?:storage|space|room)|dépassement de quota|full mailbox"
)
_LARGE = re.compile(
    r"(?i)\btoo (?:large|big|long)\b|(?:exceeds?|exceeded|exceeding"
    r"|over|maximum|fixed|maximale).{0,40}\b(?:size|length|taille)"
    r"|size.{0,30}(?:exceed|limit)|trop (?:volumineux|gros)|te groot|zu groß"
)
_NOBODY = re.compile(
    r"(?i)(?:user|recipient|mailbox|account|address|alias"
    r"|local[ -]part) (?:is )?(?:unknown|not found|unavailable|invalid"
    r"|inactive|disabled|closed|deactivated|expired|has moved)"
    r"|\bunknown (?:user|recipient|address|local|mailbox|account)"
    r"|unknown or illegal|no such (?:user|recipient|mailbox|address|account|person|alias)"
    r"|invalid (?:user|recipient|mailbox|address)|no mailbox"
    r"|not a (?:known|valid|local) (?:user|mailbox|recipient|address)"
    r"|(?:user|recipient|mailbox|account|address|reach|alias|domain|host|here)\b.{0,60}\b(?:do(?:es)?(?: not|n't|n’t)"
    r" (?:exist|have)|not exist|(?:no longer|not) (?:valid|available"
    r"|exists?|in use|active|found|known|listed|our|a customer)"
    r"|is (?:disabled|closed|inactive))|unrouteable|undeliverable address|host (?:or domain name )?not found"
    r"|domain (?:name )?not found|null ?mx|address (?:is )?no longer|user (?:has )?left"
    r"|utilisateur inconnu|adresse (?:inconnue|inexistante|invalide)"
    r"|destinataire inconnu|boîte.{0,20}(?:inexistante|désactivée)"
    r"|onbekende? (?:gebruiker|ontvanger|adres)|bestaat niet"
    r"|empfänger.{0,20}(?:unbekannt|existiert)|unbekannter? (?:empfänger"
    r"|benutzer)|nicht vorhanden"
)

_BY_DETAIL = {
    (1, 0): About.ADDRESS, (1, 1): About.ADDRESS, (1, 2): About.ADDRESS, (1, 3): About.ADDRESS, (1, 6): About.ADDRESS,
    (1, 7): About.SENDER, (1, 8): About.SENDER, (1, 10): About.ADDRESS, (1, 9): About.MESSAGE,
    (2, 1): About.ADDRESS, (2, 2): About.MAILBOX, (2, 3): About.MESSAGE, (2, 4): About.MAILBOX,
    (3, 1): About.MAILBOX, (3, 2): About.MAILBOX, (3, 3): About.MESSAGE, (3, 4): About.MESSAGE, (4, 4): About.ADDRESS,
}  # fmt: skip
"""By subject and detail of a code. 5.4.4: the name of the recipient's domain leads nowhere."""
_BY_SUBJECT = {5: About.MESSAGE, 6: About.MESSAGE, 7: About.SENDER}
_BY_REPLY = {
    "550": About.ADDRESS, "551": About.ADDRESS, "553": About.ADDRESS, "556": About.ADDRESS, "552": About.MAILBOX,
    "521": About.SENDER, "554": About.SENDER, "571": About.SENDER, "530": About.SENDER, "535": About.SENDER,
    "523": About.MESSAGE, "541": About.SENDER,
}  # fmt: skip


def about(answer: str) -> About:
    """What a refusal is about. `answer`: the server's, with its codes; more than one line may have become one."""
    text = " ".join(answer[:MOST].split())
    if _NOBODY_IN_TRUTH.search(text):
        return About.ADDRESS
    codes = ENHANCED.findall(text)
    # The last is the most specific: a report begins with its own, often 5.0.0.
    coded = next((kind for code in reversed(codes) if (kind := _by_code(code)) is not About.UNKNOWN), About.UNKNOWN)
    bare = _NAMES.sub(" ", text)
    nobody = _NOBODY.search(bare) is not None
    if _US.search(bare):
        return About.ADDRESS if nobody and coded is About.ADDRESS else About.SENDER
    if _FULL.search(bare):
        return About.MAILBOX
    if _LARGE.search(bare) and not nobody:
        return About.MESSAGE
    if nobody:
        return About.ADDRESS
    reply = _REPLY.search(bare)
    if coded is not About.UNKNOWN or any(code[1] != "0" for code in codes) or reply is None:
        return coded
    return _BY_REPLY.get(reply[1], About.UNKNOWN)


def _by_code(code: tuple[str, str, str]) -> About:
    subject, detail = int(code[1]), int(code[2])
    return _BY_DETAIL.get((subject, detail), _BY_SUBJECT.get(subject, About.UNKNOWN))
