"""`monitor mail in` behind a pipe of Postfix, as docs/how-to/mail.md sets it up: run by another user than root."""

import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.clock import SteppedClock
from monitor.model import DeliveryState, DigestKind, DigestOrder, Outgoing, Subscriber
from monitor.store import open_store

ROOT = Path(__file__).resolve().parent.parent
OWNER = "nobody"
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


class Piped:
    """A home of `nobody`'s, and the command Postfix runs there; `argv` is empty where that user can run no Python."""

    def __init__(self, folder: Path) -> None:
        self.home, self.database = folder / "piped", folder / "piped" / "db" / "monitor.sqlite3"
        self.database.parent.mkdir(parents=True)
        (self.home / "sources.yaml").write_text("sections: []\nsources: []\n")
        self.paths = f"{ROOT}:{sysconfig.get_path('purelib')}"
        python = next((p for p in (sys.executable, "/usr/bin/python3") if self._runs(p)), "")
        words = f"/usr/bin/env PYTHONPATH={self.paths} MONITOR_HOME={self.home} {python} -P -m monitor mail in"
        self.argv = words if python else ""
        shutil.chown(self.home, OWNER)

    def _runs(self, python: str) -> bool:
        try:
            done = subprocess.run(
                [python, "-P", "-m", "monitor", "--version"], env={"PYTHONPATH": self.paths}, user=OWNER, cwd="/",
                capture_output=True, check=False,
            )  # fmt: skip
        except OSError:
            return False
        return done.returncode == 0

    def sent(self, count: int) -> list[str]:
        """So many messages made and sent to one reader; their Message-IDs without brackets."""
        store = open_store(self.database, clock=SteppedClock(NOW))
        reader = store.subscribers.add(Subscriber(0, "reader@example.org", created_at=NOW))
        for number in range(count):
            order = DigestOrder(reader, DigestKind.DIGEST, f"day {number}", NOW, NOW)
            message = Outgoing(reader.email, "piped@example.org", "s", f"<sent-{number}@example.org>", b"mime")
            assert store.outbox.enqueue(order, (), (), message, NOW)
            delivery = store.outbox.claim(NOW, timedelta(minutes=5))
            assert delivery is not None
            store.outbox.settle(delivery, DeliveryState.SENT, "250 ok", NOW)
        store.close()
        for place in (self.database.parent, *self.database.parent.iterdir()):
            shutil.chown(place, OWNER)
        return [f"sent-{number}@example.org" for number in range(count)]

    def bounces(self) -> int:
        """As the database has them now."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as raw:
            return int(raw.execute("SELECT max(bounces) FROM subscriber").fetchone()[0])

    def until(self, count: int) -> bool:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if self.bounces() == count:
                return True
            time.sleep(0.1)
        return False

    def break_database(self) -> Path:
        """What is there is moved away, and something else put in its place."""
        kept = self.database.with_name("kept")
        self.database.rename(kept)
        self.database.write_bytes(b"no database" * 500)
        shutil.chown(self.database, OWNER)
        return kept

    def mend_database(self, kept: Path) -> None:
        for file in self.database.parent.glob("monitor.sqlite3*"):
            file.unlink()
        kept.rename(self.database)
