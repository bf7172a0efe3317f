"""Work on hostile input in a child process that may not take more than its share."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import monitor
from monitor.errors import ExtractError, ExtractKind
from monitor.extract.packing import pack, unpack
from monitor.model import Extraction

_ROOT = str(Path(monitor.__file__).resolve().parent.parent)
_KEPT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV")
"""What a child needs of the environment. Settings and their secrets are none of its business."""
REFUSED = 3
"""Exit code of a child that answers with a kind and a reason instead of text."""
_OUT_OF_MEMORY = 4
_NO_MEMORY_SIGNALS = frozenset({signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGKILL, signal.SIGXCPU})
"""How allocators and the kernel end a process that asks for too much."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may take. `memory` is address space in bytes, times are seconds, `output` bytes of the answer."""

    cpu: int = 30
    wall: float = 90.0
    memory: int = 512_000_000
    output: int = 64_000_000


def run(module: str, arguments: tuple[str, ...], body: bytes, limits: Limits) -> Extraction:
    """Run `python -m module` on a body; what it read. Raises ExtractError."""
    command = [sys.executable, "-P", "-m", module, str(limits.cpu), str(limits.memory), str(limits.output), *arguments]
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {
        "PYTHONPATH": os.pathsep.join([_ROOT, *_paths()]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module; the body goes to stdin
            command, input=body, capture_output=True, timeout=limits.wall, check=False, env=environment,
            start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ExtractError(ExtractKind.TOO_COSTLY, f"not read within {limits.wall:g} seconds") from None
    if done.returncode == 0:
        return unpack(done.stdout)
    raise _failure(done.returncode, done.stdout, done.stderr)


def _paths() -> list[str]:
    """Where this process finds its libraries, for a child without site-packages of its own."""
    return [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]


def _failure(code: int, answer: bytes, errors: bytes) -> ExtractError:
    if code == REFUSED:
        kind, _, detail = answer.decode("utf-8", "replace").partition("\n")
        return ExtractError(ExtractKind(kind), detail)
    if code == _OUT_OF_MEMORY or (code < 0 and -code in _NO_MEMORY_SIGNALS):
        return ExtractError(ExtractKind.TOO_COSTLY, "reading it takes more time or memory than one document is given")
    if code < 0:
        return ExtractError(ExtractKind.BROKEN, f"the reader stopped on signal {-code}")
    last = errors.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return ExtractError(ExtractKind.BROKEN, f"the reader failed: {last[:300]}")


def confine(arguments: list[str]) -> tuple[int, list[str]]:
    """In the child: take on the limits its parent gave; the answer's limit and the other arguments.

    Must be called before anything is read. A system that knows a limit not (macOS: address space) goes without it;
    the parent's own time limit holds everywhere.
    """
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        # A supervisor or a closed terminal signals the daemon's children as well; the document is not to blame.
        signal.signal(number, signal.SIG_IGN)
    cpu, memory, output, *rest = arguments
    for what, value in ((resource.RLIMIT_CPU, int(cpu)), (resource.RLIMIT_AS, int(memory)), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (value, value))
    return int(output), rest


def answer(
    read: Callable[[bytes, list[str]], Extraction], arguments: list[str], given: BinaryIO, taken: BinaryIO
) -> int:
    """In the child: read what is given within the limits, hand over the extraction; the exit code."""
    output, rest = confine(arguments)
    try:
        packed = pack(read(given.read(), rest))
    except ExtractError as error:
        return _say(taken, f"{error.kind}\n{error.detail}".encode(), REFUSED)
    except MemoryError:
        return _OUT_OF_MEMORY
    if len(packed) > output:
        return _say(
            taken, f"{ExtractKind.TOO_COSTLY}\nits text has more than {output // 1_000_000} MB".encode(), REFUSED
        )
    return _say(taken, packed, 0)


def _say(taken: BinaryIO, data: bytes, code: int) -> int:
    taken.write(data)
    taken.flush()
    return code
