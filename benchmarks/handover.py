"""What it costs to have a document read and judged in the worker: milliseconds of the program's own processor time.

./run python benchmarks/handover.py [PARAGRAPHS]
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from monitor import meaning
from monitor.judge.case import Case
from monitor.judge.lore import Lore
from monitor.model import Capture, Extraction, Look, Memory, PollOrder, Source, Trigger
from monitor.wiring import load_lore
from monitor.worker import Worker, here

URL = "https://beleid.example.be/"
NOW = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
TIMES = 10


class Kept:
    """No earlier texts: the case has them."""

    technical = False


def spent(work: Callable[[], object]) -> float:
    work()
    began = time.process_time()
    for _ in range(TIMES):
        work()
    return (time.process_time() - began) / TIMES * 1000


def main(paragraphs: int) -> None:
    lore = load_lore()
    worker = Worker((Lore,))
    lines = "".join(
        f"<p>Alinea {n} van het beleid over <a href=/x{n}>AI</a> bij de overheid.</p>" for n in range(paragraphs)
    )
    source = Source("bron", "Bron", "beleid", URL, languages=("nl",))
    capture = Capture(URL, URL, 200, (("content-type", "text/html"),), f"<main>{lines}</main>".encode(), NOW)
    text = meaning.read(capture, source)
    if not isinstance(text, Extraction):
        raise text
    memory = Memory(address=URL, final_url=URL, media="html", good_looks=5)
    order = PollOrder(source, 1, Trigger.SCHEDULED, NOW, memory)
    case = Case(order, (), lore, NOW, NOW, text, text)
    look = Look(0, URL, capture, text, sha256="1")
    print(f"{len(capture.body):,} bytes, {len(text.blocks)} blocks; ms of processor time in the program itself")
    for name, run in (("here", here), ("in the worker", worker.call)):
        read = spent(lambda run=run: meaning.read(capture, source, run))
        judged = spent(lambda run=run: meaning.judged(case, (look,), Kept(), run))
        print(f"{name:15} reading {read:6.1f}   judging {judged:6.1f}")
    worker.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 800)
