"""One long-lived process for work on hostile input: it has a deadline, and is ended and replaced when that passes.

    worker.call(function, *arguments)   →   pickled there, run there, the result pickled back

Only functions that can be imported cross, with plain values. The process is started at the first call and serves one
call at a time; it knows no settings, no secrets and no database. What comes back is unpickled by an allow-list: a
process that a document has taken over can hand over values of the program and nothing else.
"""

import contextlib
import copyreg
import io
import logging
import os
import pickle
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import monitor
from monitor.errors import MonitorError, WorkError, restored

T = TypeVar("T")
_ROOT = str(Path(monitor.__file__).resolve().parent.parent)
_KEPT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "MONITOR_HANG_AT", "PATH", "TMPDIR", "VIRTUAL_ENV")
"""What the process needs of the environment. Settings and their secrets are none of its business."""
_MAIN = "import sys; from monitor.worker import serve; serve(sys.argv[1:], sys.stdin.buffer, sys.stdout.buffer)"
_LENGTH = struct.Struct("!Q")
_CHUNK = 1 << 20
_LATER = 15
"""Seconds after the deadline at which the process ends itself, should nobody be left to end it."""
_SAFE: Mapping[str, frozenset[str]] = {
    "builtins": frozenset({"frozenset", "set"}),
    "copyreg": frozenset({"_reconstructor"}),
    "datetime": frozenset({"date", "datetime", "time", "timedelta", "timezone"}),
    "pydantic_core._pydantic_core": frozenset({"TzInfo"}),
}
"""The last: times that were read from the database are in it."""
_log = logging.getLogger("monitor.worker")


def here(function: Callable[..., T], *arguments: Any) -> T:
    """As `Worker.call`, in this process and without a deadline: for commands that somebody waits for."""
    return function(*arguments)


Run = Callable[..., Any]
"""`Worker.call` or `here`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may take: `wall` and `cpu` seconds; `memory` bytes of address space; beyond `resident` bytes the
    process is replaced after its answer.
    """

    wall: float = 45.0
    cpu: int = 30
    memory: int = 1_500_000_000
    resident: int = 400_000_000


class Worker:
    """Calls functions in a process of its own. `constant`: types whose values are large and never change: each crosses
    once for the life of the process, and is known by its identity then.
    """

    def __init__(self, constant: tuple[type, ...] = (), limits: Limits | None = None) -> None:
        self._constant, self._limits = constant, limits or Limits()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._sent: dict[int, object] = {}

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """What the function returns or raises there (a MonitorError as itself).

        Raises WorkError when it took too long or too much memory, or when the process died; it is replaced then.
        """
        with self._lock:
            try:
                process = self._running()
                answer = self._exchange(process, self._packed((function, arguments)))
                kind, value, last = _Unpickler(io.BytesIO(answer)).load()
            except BaseException:
                self._end()
                raise
            if last:
                self._end()
        if kind == "value":
            return value  # type: ignore[no-any-return] # what the function returned
        if kind == "error":
            raise value
        _log.error("%s", value)
        raise WorkError(str(value).strip().rpartition("\n")[2][:300])

    def close(self) -> None:
        """End the process at once, whatever it is doing. The next call starts another."""
        process = self._process
        if process is not None and self._owner == os.getpid():
            process.kill()
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and (self._owner != os.getpid() or self._process.poll() is not None):
            self._end()
        if self._process is None:
            given = self._limits
            numbers = [str(n) for n in (given.wall + _LATER, given.cpu, given.memory, given.resident)]
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-c", _MAIN, *numbers], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, env=environment(), start_new_session=True,
            )  # fmt: skip
            self._owner = os.getpid()
            self._sent = {}
        return self._process

    def _end(self) -> None:
        process, self._process, self._sent = self._process, None, {}
        if process is None:
            return
        if self._owner == os.getpid():
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _packed(self, call: object) -> bytes:
        taken = io.BytesIO()
        pickler = pickle.Pickler(taken, pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = copyreg.dispatch_table | dict.fromkeys(self._constant, self._reduce)
        pickler.dump(call)
        return taken.getvalue()

    def _reduce(self, value: object) -> tuple[Callable[..., object], tuple[object, ...]]:
        if id(value) in self._sent:
            return _recall, (id(value),)
        self._sent[id(value)] = value
        return _remember, (id(value), pickle.dumps(value, pickle.HIGHEST_PROTOCOL))

    def _exchange(self, process: subprocess.Popen[bytes], data: bytes) -> bytes:
        if process.stdin is None or process.stdout is None:
            raise ValueError("a process without pipes")
        given, taken = process.stdin.fileno(), process.stdout.fileno()
        end = time.monotonic() + self._limits.wall
        os.set_blocking(given, False)
        rest = memoryview(_LENGTH.pack(len(data)) + data)
        answer = bytearray()
        while len(answer) < _LENGTH.size or len(answer) < _LENGTH.size + _LENGTH.unpack_from(answer)[0]:
            ready = select.select([taken], [given] if rest else [], [], max(0.0, end - time.monotonic()))
            if not any(ready):
                raise WorkError(f"not done within {self._limits.wall:g} seconds")
            if ready[1]:
                with contextlib.suppress(BrokenPipeError):
                    rest = rest[os.write(given, rest[:_CHUNK]) :]
            if ready[0]:
                chunk = os.read(taken, _CHUNK)
                if not chunk:
                    raise WorkError(_how_it_ended(process))
                answer += chunk
        return bytes(memoryview(answer)[_LENGTH.size :])


def _how_it_ended(process: subprocess.Popen[bytes]) -> str:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)
    code = process.returncode
    if code == -signal.SIGXCPU:
        return "it took more processor time than one document is given"
    return f"the process at work ended with {code}: most often it wanted more memory than one document is given"


def environment() -> dict[str, str]:
    """What a process that meets hostile input knows of its surroundings."""
    libraries = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join([_ROOT, *libraries]), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1",
    }  # fmt: skip


class _Unpickler(pickle.Unpickler):
    """Reads values of the program, and nothing that could act."""

    def find_class(self, module: str, name: str) -> Any:
        if name in _SAFE.get(module, ()):
            return super().find_class(module, name)
        if module.startswith("monitor."):
            found = super().find_class(module, name)
            if "." not in name and (isinstance(found, type) or found is restored):
                return found
        raise WorkError(f"the process at work handed over what it may not: {module}.{name}")


# --- the other side ---------------------------------------------------------------------------------------------------

_known: dict[int, object] = {}


def _remember(key: int, data: bytes) -> object:
    value = _known[key] = pickle.loads(data)  # noqa: S301 - from our own parent
    return value


def _recall(key: int) -> object:
    return _known[key]


def serve(arguments: list[str], given: BinaryIO, taken: BinaryIO) -> None:
    """In the process: answer calls until the parent is gone."""
    wall, (cpu, memory, resident) = float(arguments[0]), map(int, arguments[1:])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # A supervisor that stops the daemon signals its children as well: the parent ends this one.
        signal.signal(number, signal.SIG_IGN)
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    while len(head := given.read(_LENGTH.size)) == _LENGTH.size:
        used = resource.getrusage(resource.RUSAGE_SELF)
        with contextlib.suppress(ValueError, OSError):
            hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
            resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + cpu, hard))
        signal.setitimer(signal.ITIMER_REAL, wall)
        kind, value = _done(given.read(_LENGTH.unpack(head)[0]))
        last = peak() > resident
        data = pickle.dumps((kind, value, last), pickle.HIGHEST_PROTOCOL)
        signal.setitimer(signal.ITIMER_REAL, 0)
        taken.write(_LENGTH.pack(len(data)) + data)
        taken.flush()


def peak() -> int:
    """Bytes this process has held at most. Linux hands `ru_maxrss` on through fork and exec (getrusage(2)): a small
    process begun by a large one would look large for ever, so its own high-water mark is asked for.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        status = Path("/proc/self/status").read_text("ascii", "replace")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _done(data: bytes) -> tuple[str, object]:
    try:
        function, arguments = pickle.loads(data)  # noqa: S301 - from our own parent
        return "value", function(*arguments)
    except MonitorError as error:
        return "error", error
    except MemoryError:
        os._exit(1)
    except Exception:  # noqa: BLE001 - the top of a worker: a bug is told to the parent, which raises it
        return "bug", traceback.format_exc()
