"""What mail servers send back: reports and plain words, as each of them writes."""

NAME = "2026-11-24.7.k3v9.abcdefgh22334455@example.org"
RETURNED = f"""\
From: Footnote Watch <watch@example.org>
To: reader@example.org
Subject: 3 changes
Message-ID: <{NAME}>
"""


def report(action="failed", status="5.1.1", diagnostic="smtp; 550 5.1.1 <reader@example.org>: User unknown",
           returned=RETURNED, own="bounce-1@mx.example.org"):  # fmt: skip
    """RFC 3464 as Postfix writes it."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: in@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Message-Id: <{own}>
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org. I'm sorry to have to inform you.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Tue, 24 Nov 2026 07:00:00 +0100

Final-Recipient: rfc822; reader@example.org
Original-Recipient: rfc822;reader@example.org
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: {diagnostic}

--B
Content-Type: message/rfc822

{returned}
The body.
--B--
""".encode()


EXIM = f"""\
Return-Path: <>
From: Mail Delivery System <Mailer-Daemon@mail.example.net>
X-Failed-Recipients: reader@example.org
Auto-Submitted: auto-replied
Message-Id: <E1abc@mail.example.net>
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software (Exim 4.92.3).

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  reader@example.org
    host mx.example.org [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<reader@example.org>:
    550 5.1.1 no mailbox by that name is currently available

------ This is a copy of the message, including all the headers. ------

{RETURNED}
The body has 4.4.4 in it.
""".encode()

QMAIL = f"""\
Return-Path: <>
From: MAILER-DAEMON@qmail.example.net
Message-ID: <20261124060000.1234.qmail@qmail.example.net>
Subject: failure notice

Hi. This is the qmail-send program at qmail.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<reader@example.org>:
192.0.2.7 does not like recipient.
Remote host said: 550 No such user here
Giving up on 192.0.2.7.

--- Below this line is a copy of the message.

Return-Path: <in@example.org>
{RETURNED}
The body.
""".encode()

EXCHANGE = f"""\
From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.com>
To: in@example.org
Message-ID: <e9f1@example.com>
In-Reply-To: <{NAME}>
References: <{NAME}>
Subject: =?utf-8?Q?Onbestelbaar=3A_3_changes?=
Content-Type: text/plain; charset=utf-8

Uw bericht aan reader@example.org kan niet worden bezorgd.

Remote Server returned '554 5.7.1 <mx.example.com #5.7.1 smtp; 554 5.7.1 Access denied>'
""".encode()

LATE = f"""\
Return-Path: <>
From: Mail Delivery System <Mailer-Daemon@mail.example.net>
Auto-Submitted: auto-replied
Message-Id: <E1late@mail.example.net>
X-Failed-Recipients: reader@example.org
Subject: Warning: message 1mAbCd delayed 24 hours

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered. No action is required on your part.
  reader@example.org: 550 may come later

{RETURNED}
""".encode()

FULL = f"""\
Return-Path: <>
From: postmaster@example.net
Message-ID: <full@example.net>
Subject: Delivery Status Notification (Failure)

reader@example.org: 452 4.2.2 The email account is over quota

Message-ID: <{NAME}>
""".encode()

VACATION = f"""\
From: Reader <reader@example.org>
To: in@example.org
Subject: Out of office: Re: 3 changes
In-Reply-To: <{NAME}>
Message-ID: <ooo@example.org>

I am away. unsubscribe
""".encode()

RECEIPT = f"""\
From: reader@example.org
Message-ID: <mdn@example.org>
Subject: Read: 3 changes
Content-Type: multipart/report; report-type=disposition-notification; boundary=B

--B
Content-Type: text/plain

Your message was read.
--B
Content-Type: message/disposition-notification

Original-Message-ID: <{NAME}>
Disposition: manual-action/MDN-sent-manually; displayed
--B--
""".encode()


def unsubscribe(token, own="u-1@example.org", **headers):
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return f"""\
From: Reader <reader@example.org>
To: in@example.org
{more}Message-ID: <{own}>
Subject: unsubscribe {token}

""".encode()
