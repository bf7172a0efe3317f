"""Which certificates are trusted, and in plain words why one is not."""

import ssl
from collections.abc import Sequence
from pathlib import Path

import certifi

from monitor.errors import FetchError, FetchKind
from monitor.fetch.certificates import CertificateWords, words_of

_INCOMPLETE = (
    "its certificate chain is incomplete (an intermediate certificate is missing) or its issuer is not trusted"
)
INCOMPLETE_CODES = frozenset({20, 21})
"""X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE."""

# X509_V_ERR_* of OpenSSL's x509_vfy.h; Python has no names for them.
_REASONS = {
    9: "its certificate is not valid yet",
    10: "its certificate has expired",
    18: "its certificate is self-signed",
    19: "its certificate chain ends in a self-signed certificate that is not trusted",
    20: _INCOMPLETE,
    21: _INCOMPLETE,
    23: "its certificate was revoked",
    62: "its certificate is for another host name",
    64: "its certificate is for another address",
    66: "its certificate's key is too weak",
    67: "a certificate authority's key is too weak",
    68: "a certificate in its chain has too weak a signature",
}


def trust_store() -> ssl.SSLContext:
    """The system's certificates when it has any, else certifi's. Names and chains are always verified."""
    context = ssl.create_default_context()
    folder = ssl.get_default_verify_paths().capath
    in_folder = folder is not None and any(Path(folder).glob("*.0"))
    if not in_folder and not context.cert_store_stats()["x509_ca"]:
        context.load_verify_locations(certifi.where())
    return context


def verifying(context: ssl.SSLContext) -> ssl.SSLContext:
    """The context itself; ValueError when it would accept unverified certificates."""
    if context.verify_mode is not ssl.CERT_REQUIRED or not context.check_hostname:
        raise ValueError("a TLS context that does not verify certificates and names is refused")
    return context


def only_looking() -> ssl.SSLContext:
    """For one handshake over which nothing is asked, to see which certificates a server sends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def missing_issuer(chain: Sequence[bytes], host: str) -> FetchError | None:
    """What to say of a chain that leads to nothing trusted; None when it names no issuer."""
    last = words_of(chain[-1]) if chain else CertificateWords()
    if not last.issuer:
        return None
    what = f"{_INCOMPLETE}: “{last.issuer}”, which issued “{last.subject}”, is neither sent nor known here"
    where = f", to be had at {last.issuers_address}" if last.issuers_address else ""
    return FetchError(
        FetchKind.TLS,
        f"no secure connection to {host}: {what}{where}. The server should send it; a file with it and all others that "
        "are trusted can be named in SSL_CERT_FILE",
    )


def tls_fault(error: ssl.SSLError, host: str) -> FetchError:
    """A failed handshake as FetchError."""
    start = f"no secure connection to {host}: "
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        return FetchError(FetchKind.TLS, start + _REASONS.get(code, f"its certificate was refused (code {code})"))
    # `reason` is there when OpenSSL raised the error, and absent when Python did.
    reason = (getattr(error, "reason", None) or "").replace("_", " ").lower()
    return FetchError(FetchKind.TLS, start + (f"the handshake failed ({reason})" if reason else "the handshake failed"))
