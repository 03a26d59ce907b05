"""Giving bytes to a process that works on them, and how it ended.

Belongs here: starting that process, waiting for its answer. Does not belong here: what happens inside of it
(`nursery.py`), what is said where there is no answer.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any, ClassVar

from dagster_project.apart.nursery import ANSWERED, NOT_STARTED, OUT_OF_MEMORY, SIZES, STATUS

_ROOT = Path(__file__).resolve().parent.parent.parent
_NEEDED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT")
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
_AT_ONCE = max(2, os.cpu_count() or 1)
_GRACE = 30.0  # seconds for the kernel to end a child and for the news of it
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Allowance:
    """What work on one file may use: bytes of memory, seconds of processor time. A machine that is busy otherwise costs
    a file nothing; a file that keeps a process waiting without working is given up after ten times as long."""

    memory: int = 2_000_000_000
    seconds: int = 60

    @property
    def patience(self) -> int:
        """Seconds on the clock after which a child is ended."""
        return 10 * self.seconds


class Fate(Enum):
    """How work on a file ended."""

    ANSWERED = auto()
    TOO_SLOW = auto()
    TOO_HUNGRY = auto()
    BROKEN = auto()
    """The process died, or said nothing."""
    NOT_STARTED = auto()
    """This machine could not start a process; the file is not to blame."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended, and the answer where there is one."""

    fate: Fate
    answer: bytes = b""


def ask_apart(module: str, order: Mapping[str, Any], data: bytes, allowance: Allowance) -> Ended:
    """What the nursery `module` (which calls `nursery.serve`) answers to an order about these bytes. Safe in threads
    and in processes that fork."""
    limits = {"memory": allowance.memory, "seconds": allowance.seconds, "patience": allowance.patience}
    head = json.dumps({**order, **limits}).encode()
    whole = SIZES.pack(len(head), len(data)) + head + data
    for _ in range(2):  # the nursery may be killed by whoever runs short of memory
        with _Nursery.places:
            answer, how, seconds = _Nursery.current(module).ask(whole, allowance.patience + _GRACE)
        if how is not None and how != NOT_STARTED:
            return _ended(answer, how, seconds, allowance)
    return Ended(Fate.NOT_STARTED)


def start_early(module: str) -> None:
    """Start a nursery before the first file comes: it needs a second."""
    _Nursery.current(module)


def _ended(answer: bytes, how: int, seconds: float, allowance: Allowance) -> Ended:
    if how == 0 and answer[:1] == ANSWERED:
        return Ended(Fate.ANSWERED, answer[1:])
    ended_by = os.WTERMSIG(how) if os.WIFSIGNALED(how) else 0
    if ended_by in (signal.SIGXCPU, signal.SIGALRM) or seconds >= allowance.seconds:
        return Ended(Fate.TOO_SLOW)
    if (how == 0 and answer[:1] == OUT_OF_MEMORY) or ended_by in (signal.SIGKILL, signal.SIGABRT):
        return Ended(Fate.TOO_HUNGRY)
    return Ended(Fate.BROKEN)


class _Nursery:
    """The process that forks a child for each file. One for each process that asks and each kind of work, started when
    first needed."""

    places = threading.BoundedSemaphore(_AT_ONCE)
    _lock = threading.Lock()
    _current: ClassVar[dict[str, _Nursery]] = {}

    def __init__(self, module: str) -> None:
        self.owner = os.getpid()
        self.lost = False
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", "-m", module, str(theirs.fileno()), str(self.owner)],
                pass_fds=[theirs.fileno()],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the one who asked
            )

    @classmethod
    def current(cls, module: str) -> _Nursery:
        """The one of this process; a process that was forked off gets its own."""
        with cls._lock:
            old = cls._current.get(module)
            if old is None or old.owner != os.getpid() or old.lost:
                if old is not None:
                    old.close()
                old = cls._current[module] = _Nursery(module)
            return old

    @classmethod
    def close_all(cls) -> None:
        with cls._lock:
            while cls._current:
                cls._current.popitem()[1].close()

    @classmethod
    def after_fork(cls) -> None:
        """In a process that was forked off while other threads held what is held in here."""
        cls._lock, cls.places = threading.Lock(), threading.BoundedSemaphore(_AT_ONCE)

    def close(self) -> None:
        self._control.close()
        if self.owner == os.getpid():
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE)

    def ask(self, order: bytes, patience: float) -> tuple[bytes, int | None, float]:
        """The answer; how its process ended, None when the nursery ended before; seconds of processor time."""
        ours, theirs = socket.socketpair()
        status, to_status = os.pipe()
        with ours, os.fdopen(status, "rb") as status_stream:
            try:
                with theirs, os.fdopen(to_status, "wb"):
                    socket.send_fds(self._control, [b"1"], [theirs.fileno(), to_status])
            except OSError:
                self.lost = True
                return b"", None, 0.0
            answer = _exchange(ours, order, patience)
            ended = status_stream.read(STATUS.size)
        if len(ended) < STATUS.size:
            self.lost = True
            return b"", None, 0.0
        how, seconds = STATUS.unpack(ended)
        return answer, how, seconds


def _exchange(task: socket.socket, order: bytes, patience: float) -> bytes:
    """Sends the order and returns all that comes back until the other side ends."""
    task.settimeout(patience)
    pieces = []
    with suppress(OSError):  # it ended, and its status says how
        task.sendall(order)
        task.shutdown(socket.SHUT_WR)
        while piece := task.recv(_PIECE):
            pieces.append(piece)
    return b"".join(pieces)


def _environment() -> dict[str, str]:
    """What the interpreter needs; no password and no token."""
    kept = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    paths = [str(_ROOT), *(path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path)]
    return {**kept, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(paths)}


atexit.register(_Nursery.close_all)
os.register_at_fork(after_in_child=_Nursery.after_fork)
