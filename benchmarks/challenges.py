"""Is every challenge, captcha and denial page recognised, and no ordinary one?

    python benchmarks/challenges.py challenge-pages.jsonl.zst

Each line of the file is a saved page: `label` (challenge, captcha, denied, ordinary) and `body`. Each is judged as a
first look that the server answered with 200, so that the words decide and not the status. Exit code 1 if one is
misjudged.
"""

import io
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import zstandard

from monitor import extract
from monitor.errors import ExtractError
from monitor.judge.document import Known, State, stand
from monitor.model import Capture, Look, Source
from monitor.wiring import load_lore

SOURCE = Source(id="page", name="page", section="all", url="https://page.example/document")


def state_of(body: bytes) -> State:
    """How the page is judged."""
    url = SOURCE.url or ""
    try:
        reading = extract.read(body, content_type="text/html; charset=utf-8", url=url, source=SOURCE)
    except ExtractError as error:
        reading = error
    capture = Capture(url, url, 200, (("content-type", "text/html"),), body, datetime.now(UTC))
    return stand(Look(0, url, capture, reading, sha256="-"), Known(), "", load_lore()).state


def main() -> int:
    with Path(sys.argv[1]).open("rb") as file:
        unpacked = zstandard.ZstdDecompressor(max_window_size=1 << 28).stream_reader(file)
        rows = [json.loads(line) for line in io.TextIOWrapper(unpacked, encoding="utf-8")]
    judged = Counter((row["label"], str(state_of(row["body"].encode("utf-8", "surrogatepass")))) for row in rows)
    print(*(f"{label:12}{state:12}{count}" for (label, state), count in sorted(judged.items())), sep="\n")
    wrong = sum(n for (label, state), n in judged.items() if (state == State.BLOCKED) == (label == "ordinary"))
    print(f"{len(rows)} pages, {wrong} misjudged")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
