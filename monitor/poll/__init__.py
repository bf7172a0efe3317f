"""One poll, end to end, and the only path by which polls happen."""

from monitor.poll.polling import LEASE, Polling

__all__ = ["LEASE", "Polling"]
