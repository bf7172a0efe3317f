"""What a refusal is about: the address, us, the mailbox or the message. The answers are those of real servers."""

import pytest

from monitor.notify.answers import About, about

NOBODY = [
    "550 5.1.1 <r@e.org>: Recipient address rejected: User unknown in virtual mailbox table",
    "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking the "
    "recipient's email address for typos or unnecessary spaces. Learn more at "
    "https://support.google.com/mail/?p=NoSuchUser a1-2 - gsmtp",
    "550 5.4.1 Recipient address rejected: Access denied. For more information see "
    "https://aka.ms/EXOSmtpErrors [AM4PEPF0.eurprd.prod.outlook.com 2026] AS(201806281)",
    "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). "
    "[DB5EUR03FT.eop-EUR03.prod.protection.outlook.com]",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    "554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com) [0] - mta",
    "554 30 Sorry, your message to x@aol.com cannot be delivered. This mailbox is disabled (554.30).",
    "550 5.2.1 The email account that you tried to reach is disabled.",
    "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550",
    "550 No such user here",
    "550 Unrouteable address",
    "550 5.1.0 Address rejected",
    "550 #5.1.0 Address rejected.",
    "550 5.1.1 unknown or illegal alias: x@icloud.com",
    "550 5.1.2 Host unknown",
    "556 5.1.10 null MX",
    "550 Requested action not taken: mailbox unavailable",
    "550 5.1.1 spam.blocked@e.org nobody here",
    "550 5.1.1 <blocked@e.org> User unknown",
    "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. LPN416 [416]",
]
US = [
    "550 5.7.1 Unfortunately, messages from [1.2.3.4] weren't sent. Please contact your Internet service "
    "provider since part of their network is on our block list (S3140).",
    "550-5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all "
    "senders to authenticate with either SPF or DKIM.",
    "550 5.7.509 Access denied, sending domain E.ORG does not pass DMARC verification and has a DMARC "
    "policy of reject.",
    "554 5.7.1 Service unavailable; Client host [1.2.3.4] blocked using zen.spamhaus.org",
    "550 5.1.1 rejected: your address is listed at Spamhaus",
    "550 5.1.8 Access denied, bad outbound sender",
    "550 5.1.7 sender address invalid",
    "554 Blocked - see https://ipcheck.proofpoint.com/?ip=1.2.3.4",
    "550 Administrative prohibition - envelope blocked - https://community.mimecast.com/docs/DOC-1369#550",
    "550 Rejected by header based Anti-Spoofing policy: x",
    "554 5.7.1 [C12] RBL Restriction: See https://www.telenet.be",
    "550 spam detected",
    "554 rejected",
    "550 5.7.1 [CS01] Message rejected due to local policy.",
    "554 IP=1.2.3.4 - A problem occurred. (Ask your postmaster for help or to contact tobr@rx.t-online.de to clarify.)",
    "554-kundenserver.de (mxeue) Nemesis ESMTP Service not available 554 Reject due to policy restrictions.",
    "553 5.7.1 [BL21] Connections will not be accepted from 1.2.3.4, because the ip is in Spamhaus's list",
    "571 5.7.1 Message refused by filter OFR_506 [506]",
    "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional "
    "messages from being delivered.",
    "451 4.7.1 Greylisting in action, please come back later",
    "421 4.7.0 [TSS04] Messages from 1.2.3.4 temporarily deferred due to unexpected volume or user complaints",
    "550 5.7.1 Command rejected",
    "550 5.7.1 Relaying denied",
    "550 Too many messages from you",
    "554 5.7.1 <reader@example.org>: Recipient address rejected: Access denied",
    "550 5.7.606 Access denied, banned sending IP [1.2.3.4]",
    "550 SPF check failed: domain does not exist",
    "550 5.7.1 Sender address rejected: Domain not found",
]
FULL = [
    "552 5.2.2 The email account that you tried to reach is over quota",
    "550 Mailbox full",
    "552-5.2.2 The recipient's inbox is out of storage space and inactive.",
    "554 5.2.2 mailbox full; STOREDRV.Deliver; mailbox full",
    "452 4.2.2 mailbox full",
    "550 5.1.1 user's mailbox is full",
    "552 1 Requested mail action aborted, mailbox not found quota exceeded",
]
TOO_MUCH = [
    "552 5.3.4 Message size exceeds fixed limit",
    "552-5.2.3 Your message exceeded Google's message size limits.",
    "550 5.3.4 message too large",
    "550 Message size exceeds maximum value",
    "554 5.6.0 bad content",
]
UNKNOWN = [
    "5.0.0",
    "5.4.7 delivery time expired",
    "5.4.6 routing loop",
]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        *((answer, About.ADDRESS) for answer in NOBODY),
        *((answer, About.SENDER) for answer in US),
        *((answer, About.MAILBOX) for answer in FULL),
        *((answer, About.MESSAGE) for answer in TOO_MUCH),
        *((answer, About.UNKNOWN) for answer in UNKNOWN),
    ],
)
def test_an_answer_says_what_it_is_about(answer, expected):
    assert about(answer) is expected


@pytest.mark.parametrize(
    "code",
    [
        "5.7.1",
        "5.7.26",
        "5.7.509",
        "5.2.2",
        "5.2.3",
        "5.3.4",
        "5.3.1",
        "5.4.7",
        "5.5.1",
        "5.6.0",
        "5.7.606",
        "4.7.1",
        "4.2.2",
    ],
)
def test_a_code_alone_that_is_not_about_the_address_counts_against_nobody(code):
    assert about(f"550 {code}") is not About.ADDRESS
    assert about(f"smtp; 554 {code} refused") is not About.ADDRESS


def test_what_stands_in_an_address_is_no_reason():
    for name in ("spam@blocked.example", "policy@spf.example", "too-large@quota-exceeded.example"):
        assert about(f"550 5.1.1 <{name}> User unknown") is About.ADDRESS
        assert about(f"550 {name}: No such user here") is About.ADDRESS
