"""The way to the web: fetching one address, politely, guarded and within bounds."""

from monitor.fetch.exchange import Limits
from monitor.fetch.guard import why_not_public
from monitor.fetch.hosts import HostBook, MemoryHostBook
from monitor.fetch.http import HttpFetcher
from monitor.fetch.posting import HttpPoster, why_not_posted
from monitor.fetch.resolve import Resolver, SystemResolver
from monitor.fetch.robots import describe_robots
from monitor.fetch.urls import AddressError, check_url, host_key, request_url

__all__ = [
    "AddressError", "HostBook", "HttpFetcher", "HttpPoster", "Limits", "MemoryHostBook", "Resolver", "SystemResolver",
    "check_url", "describe_robots", "host_key", "request_url", "why_not_posted",
    "why_not_public",
]  # fmt: skip
