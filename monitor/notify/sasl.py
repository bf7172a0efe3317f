"""Logging in to a mail server (RFC 4954). The standard library's client knows names and passwords in ASCII only."""

import base64
import hmac
import smtplib

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")
"""In the order of preference: over TLS the first is as safe as the last, and every server knows it right."""
_MORE, _IN, _ALREADY_IN = 334, 235, 503


def log_in(client: smtplib.SMTP, mechanism: str, user: str, password: str) -> None:
    """One try with one mechanism, in UTF-8 (RFC 4616 §2; the server prepares what it compares).

    Raises smtplib.SMTPAuthenticationError when it is refused, ValueError when it cannot be said at all.
    """
    name, secret = user.encode(), password.encode()
    if b"\0" in name + secret:
        raise ValueError("a user name or password with a NUL in it cannot be sent")
    match mechanism:
        case "PLAIN":
            both = _coded(b"\0".join((b"", name, secret)))
            answer = client.docmd("AUTH", f"PLAIN {both}")
        case "LOGIN":
            answer = client.docmd("AUTH", f"LOGIN {_coded(name)}")
            if answer[0] == _MORE and b"username" in _decoded(answer[1]).lower():
                # It did not take the name along with the command.
                answer = client.docmd(_coded(name))
            if answer[0] == _MORE:
                answer = client.docmd(_coded(secret))
        case _:
            answer = client.docmd("AUTH", "CRAM-MD5")
            if answer[0] == _MORE:
                # RFC 2195 §2: the digest is MD5 whatever one thinks of it.
                proof = hmac.new(secret, _decoded(answer[1]), "md5").hexdigest()
                answer = client.docmd(_coded(name + b" " + proof.encode()))
    if answer[0] not in {_IN, _ALREADY_IN}:
        raise smtplib.SMTPAuthenticationError(*answer)


def _coded(text: bytes) -> str:
    return base64.b64encode(text).decode("ascii")


def _decoded(said: bytes) -> bytes:
    """A challenge; empty when it is none. Raises nothing: what follows is refused by the server."""
    try:
        return base64.b64decode(said)
    except ValueError:
        return b""
