"""The one place where what the network libraries raise becomes a FetchError."""

import errno
import ssl

import httpcore

from monitor.errors import FetchError, FetchKind
from monitor.fetch.tls import INCOMPLETE_CODES, tls_fault

WIRE_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    OSError,
)
"""Everything a request can raise on account of the world. `ssl.SSLError` is an OSError."""

_CONNECT_WORDS = {
    errno.ECONNREFUSED: "{host} refused the connection",
    errno.ECONNRESET: "{host} broke off the connection",
    errno.EPIPE: "{host} broke off the connection",
    errno.ECONNABORTED: "{host} broke off the connection",
    errno.EHOSTUNREACH: "{host} cannot be reached from here",
    errno.ENETUNREACH: "{host} cannot be reached from here",
    errno.ENETDOWN: "our own network is down",
    errno.ETIMEDOUT: "{host} did not answer the connection",
}


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what led to it, outermost first."""
    chain: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo and len(chain) < 16:
        one = todo.pop(0)
        if one is None or one in chain:
            continue
        chain.append(one)
        todo += [a for a in one.args if isinstance(a, BaseException)]
        todo += [one.__cause__, one.__context__]
    return chain


def is_incomplete_chain(error: Exception) -> bool:
    """Whether a handshake failed because an issuer was not to be found."""
    refused = [cause for cause in _causes(error) if isinstance(cause, ssl.SSLCertVerificationError)]
    return any(cause.verify_code in INCOMPLETE_CODES for cause in refused)


def fault_of(error: Exception, host: str) -> FetchError:
    """A library's exception as FetchError, by type and error number. `host` is named in the detail."""
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, FetchError):
            return cause
        if isinstance(cause, ssl.SSLError):
            return tls_fault(cause, host)
    if isinstance(error, httpcore.ConnectTimeout):
        return FetchError(FetchKind.TIMEOUT, f"{host} did not answer the connection in time")
    if isinstance(error, httpcore.TimeoutException):
        return FetchError(FetchKind.TIMEOUT, f"{host} stopped answering")
    if isinstance(error, httpcore.ProtocolError | httpcore.UnsupportedProtocol):
        return FetchError(FetchKind.PROTOCOL, f"{host} sent a broken or incomplete HTTP answer")
    numbers = [cause.errno for cause in causes if isinstance(cause, OSError)]
    words = next((_CONNECT_WORDS[n] for n in numbers if n in _CONNECT_WORDS), "no connection to {host}")
    return FetchError(FetchKind.CONNECT, words.format(host=host))
