"""Reading a file in a process of its own, so that a hostile file can cost its own upload and nothing else.

Belongs here: starting that process, waiting for its answer, and what to say when there is none. Does not belong here:
what happens inside of it (`nursery.py`), the limits of a file's contents (`open_book.py`).
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
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dagster_project.tables.nursery import (
    NOT_STARTED,
    OUT_OF_MEMORY,
    READ,
    REFUSED,
    SIZES,
    STATUS,
)
from dagster_project.tables.open_book import check_size
from dagster_project.tables.reading import MAX_BYTES, MAX_CELLS, Reading
from dagster_project.tables.wire import from_bytes
from validators.errors import (
    EmptyFileError,
    EncryptedWorkbookError,
    NotAWorkbookError,
    ReaderFailedError,
    ReaderUnavailableError,
    TooLargeError,
    TruncatedWorkbookError,
    UnreadableFileError,
)
from validators.periods import parse_period

_ROOT = Path(__file__).resolve().parent.parent.parent
_NEEDED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT")
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
_AT_ONCE = max(2, os.cpu_count() or 1)
_GRACE = 30.0  # seconds for the kernel to end a child and for the news of it
_PIECE = 1 << 20
_KINDS: dict[str, type[UnreadableFileError]] = {
    kind.__name__: kind
    for kind in (EmptyFileError, EncryptedWorkbookError, NotAWorkbookError, TooLargeError, TruncatedWorkbookError)
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may use. `seconds` are of processor time: a machine that is busy otherwise costs a file
    nothing; a file that keeps a process waiting without working is given up after ten times as long."""

    max_bytes: int = MAX_BYTES
    max_cells: int = MAX_CELLS
    memory: int = 2_000_000_000
    seconds: int = 60

    @property
    def patience(self) -> int:
        """Seconds on the clock after which a child is ended."""
        return 10 * self.seconds


def read_apart(data: bytes, file_name: str, *, period: str | None = None, limits: Limits = Limits()) -> Reading:
    """As `read_tables`, in a process of its own. Safe in threads and in processes that fork.

    Raises what `read_tables` raises (PeriodError, every UnreadableFileError); ReaderFailedError, which is one, when the
    file used more memory or time than the limits allow or broke the reader; ReaderUnavailableError, a TemporaryError,
    when no process could be started."""
    if period is not None:
        parse_period(period)
    check_size(len(data), file_name, limits.max_bytes)
    order = _order(data, file_name, period, limits)
    for _ in range(2):  # the nursery may be killed by whoever runs short of memory
        with _Nursery.places:
            answer, how, seconds = _Nursery.current().ask(order, limits.patience + _GRACE)
        if how is not None and how != NOT_STARTED:
            return _understood(answer, how, seconds, file_name, limits)
    raise ReaderUnavailableError(file_name)


def start_early() -> None:
    """Start the process that reads before the first file comes: it needs a second."""
    _Nursery.current()


def _order(data: bytes, file_name: str, period: str | None, limits: Limits) -> bytes:
    order = json.dumps(
        {
            "file": file_name,
            "period": period,
            "max_bytes": limits.max_bytes,
            "max_cells": limits.max_cells,
            "memory": limits.memory,
            "seconds": limits.seconds,
            "patience": limits.patience,
        }
    ).encode()
    return SIZES.pack(len(order), len(data)) + order + data


def _understood(answer: bytes, how: int, seconds: float, file_name: str, limits: Limits) -> Reading:
    if how == 0 and answer[:1] == READ:
        with suppress(ValueError, KeyError, TypeError):
            return from_bytes(answer[1:])
    if how == 0 and answer[:1] == REFUSED:
        with suppress(ValueError, KeyError):
            said = json.loads(answer[1:])
            raise _KINDS[said["kind"]](file_name, said["zh"], said["en"])
    ended_by = os.WTERMSIG(how) if os.WIFSIGNALED(how) else 0
    if ended_by in (signal.SIGXCPU, signal.SIGALRM) or seconds >= limits.seconds:
        raise _too_slow(file_name, limits)
    if (how == 0 and answer[:1] == OUT_OF_MEMORY) or ended_by in (signal.SIGKILL, signal.SIGABRT):
        raise _too_hungry(file_name, limits)
    raise ReaderFailedError(
        file_name,
        "读取程序在这份文件上出错中止，文件可能已损坏或被改造；未读取任何数据。"
        "请用 Excel 或 WPS 打开后另存为新的 .xlsx 再上传，仍不行请把文件交给管理员",
        "the reader broke down on this file, which may be damaged or doctored; nothing was read. Open it in Excel or "
        "WPS, save it as a new .xlsx and hand that in; if that fails too, give the file to the administrator",
    )


def _too_slow(file_name: str, limits: Limits) -> ReaderFailedError:
    return ReaderFailedError(
        file_name,
        f"读取用时超过允许的 {limits.seconds} 秒，已中止，未读取任何数据；"
        "请只保留统计表、另存为新的 .xlsx 后上传，或调高 XUSHI_MAX_READ_SECONDS",
        f"reading took more than the {limits.seconds} seconds allowed and was stopped, nothing was read; keep only "
        "the statistical tables, save them as a new .xlsx, or raise XUSHI_MAX_READ_SECONDS",
    )


def _too_hungry(file_name: str, limits: Limits) -> ReaderFailedError:
    megabytes = limits.memory // 1_000_000
    return ReaderFailedError(
        file_name,
        f"读取所需内存超过允许的 {megabytes} MB，已中止，未读取任何数据；"
        "请只保留统计表、另存为新的 .xlsx 后上传，或调高 XUSHI_MAX_READ_MEMORY",
        f"reading needed more than the {megabytes} MB of memory allowed and was stopped, nothing was read; keep only "
        "the statistical tables, save them as a new .xlsx, or raise XUSHI_MAX_READ_MEMORY",
    )


class _Nursery:
    """The process that forks a reader for each file. One for each process that asks, started when first needed."""

    places = threading.BoundedSemaphore(_AT_ONCE)
    _lock = threading.Lock()
    _current: _Nursery | None = None

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.lost = False
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", "-m", "dagster_project.tables.nursery", str(theirs.fileno()), str(self.owner)],
                pass_fds=[theirs.fileno()],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the one who asked
            )

    @classmethod
    def current(cls) -> _Nursery:
        """The one of this process; a process that was forked off gets its own."""
        with cls._lock:
            old = cls._current
            if old is None or old.owner != os.getpid() or old.lost:
                if old is not None:
                    old.close()
                old = cls._current = _Nursery()
            return old

    @classmethod
    def close_current(cls) -> None:
        with cls._lock:
            if cls._current is not None:
                cls._current.close()
                cls._current = None

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


atexit.register(_Nursery.close_current)
os.register_at_fork(after_in_child=_Nursery.after_fork)
