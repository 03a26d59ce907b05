"""One process of the stack: started in a group of its own, its output in a log, stopped with all that it started.

Belongs here: what a process is told and what becomes of it. Does not belong here: which processes there are and in what
order (`supervisor.py`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import IO

from dagster_project.stack import guard
from dagster_project.stack.components import Component
from dagster_project.stack.health import Probe

_KEPT_LOG = ".1"


@dataclass(frozen=True, slots=True)
class Launch:
    """What is started: command, what its environment has beyond ours, and how one sees that it is ready.

    `after`: keys of the components that are to have settled (ready or not) before. Without a probe the process does its
    work once and ends: ready is exit code 0."""

    component: Component
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    probe: Probe | None = None
    after: tuple[str, ...] = ()
    page: str | None = None


class Guard:
    """The process that cleans up if this one is killed: `guard.py`, told of every process group."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-I", guard.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
            start_new_session=True,
        )

    def started(self, group: int) -> None:
        """There is a group to stop."""
        self._tell(f"+{group}\n")

    def gone(self, group: int) -> None:
        """Nothing is left of a group."""
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """End the guard; whatever it has not been told to be gone, it stops first."""
        with contextlib.suppress(BrokenPipeError):
            self._pipe.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        # A guard that somebody has killed guards nothing; that is no reason to stop the stack.
        with contextlib.suppress(BrokenPipeError):
            self._pipe.write(line)

    @property
    def _pipe(self) -> IO[str]:
        assert self._process.stdin is not None  # noqa: S101 - made with a pipe
        return self._process.stdin


class Running:
    """A started process and its group."""

    def __init__(self, launch: Launch, log: Path, guard_: Guard) -> None:
        """Start it. OSError when the program can't be run."""
        self.launch, self.log, self._guard = launch, log, guard_
        self.started, self._began = time.time(), time.monotonic()
        keep_last(log)
        environment = os.environ | {"PYTHONUNBUFFERED": "1"} | dict(launch.environment)
        with log.open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603 - commands are made here, without a shell
                launch.command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops them in order
            )
        guard_.started(self.pid)

    @property
    def pid(self) -> int:
        """Of the process, and of its group."""
        return self._process.pid

    @property
    def seconds(self) -> float:
        """Since the start, also when somebody sets the clock."""
        return time.monotonic() - self._began

    def exit_code(self) -> int | None:
        """None while it runs; negative is the signal that ended it."""
        return self._process.poll()

    def stop(self, grace_seconds: float, hurry: Event) -> bool:
        """Ask it to stop, and after the grace, or when `hurry` is set, kill it and whatever it started; whether nothing
        had to be killed."""
        end = time.monotonic() + grace_seconds
        if self.exit_code() is None:
            self._process.terminate()
        gently = _wait(lambda: self.exit_code() is not None, end, hurry)
        # What it started is told by itself: not every program passes the signal on.
        if gently and guard.send(self.pid, signal.SIGTERM):
            gently = _wait(self._gone, max(end, time.monotonic() + 1.0), hurry)
        if not gently:
            guard.send(self.pid, signal.SIGKILL)
            self._process.wait()
            _wait(self._gone, time.monotonic() + 5.0, Event())
        self._guard.gone(self.pid)
        return gently

    def _gone(self) -> bool:
        return not guard.send(self.pid, 0)

    def last_lines(self, count: int = 8) -> list[str]:
        """The end of its log."""
        return last_lines(self.log, count)


def _wait(done: Callable[[], bool], end: float, hurry: Event) -> bool:
    """Wait until it is done, the time is over, or there is hurry; whether it is done."""
    while not done():
        if time.monotonic() > end or hurry.wait(0.05):
            return done()
    return True


def keep_last(log: Path) -> None:
    """Make way for a new log; that of the last start stays beside it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_name(log.name + _KEPT_LOG))


def last_lines(log: Path, count: int) -> list[str]:
    """The last lines of a log, however long it is."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 16_384))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]
