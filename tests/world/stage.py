"""The offline Belgium: all cited sites on loopback, for thirty days."""

import ssl
from datetime import UTC, datetime

import trustme
from world.acts import DEAD, OFFLINE, all_scenes
from world.expected import STORY, Told

from monitor.demo.script import Script
from monitor.demo.stage import Stage

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
"""A Monday; summer time begins in Brussels on day 27."""


class World(Stage):
    """The played Belgium, over http and https. `trust` verifies its certificates."""

    def __init__(self, *, script: Script | None = None, keep_alive: bool = False) -> None:
        played = script or Script(START, all_scenes(), (OFFLINE, DEAD))
        authority = trustme.CA()
        self.trust = ssl.create_default_context()
        authority.configure_trust(self.trust)
        certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*sorted(played.hosts)).configure_cert(certificates)
        super().__init__(played, tls=certificates, keep_alive=keep_alive)

    def story(self) -> tuple[Told, ...]:
        """What a run of thirty days must tell (`must`) and what it may; nothing else."""
        return STORY
