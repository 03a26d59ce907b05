"""Real processes that write to a store, cheap enough to be started and killed by the dozen.

`python -m tests.store.workers` imports everything once and then forks a fresh process for each job that it reads from
standard input (one JSON object a line). It says {"ready": pid} when the job is about to write, and {"exit": code} when
the process has ended. `Nursery` is the test's end of the pipe.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from dagster_project.store import State, Store
from tests.store.hands import Hand, day, figures

ROOT = Path(__file__).resolve().parents[2]
FIGURES = 400


def table(upload: int) -> Any:
    """What an upload states: every figure differs from that of any other upload."""
    return figures(*((f"i{number}", "2025-03", upload + number / 8192) for number in range(FIGURES)))


def accept(url: str, uploads: list[int]) -> None:
    """Accept uploads that were received; each is known from a later hour than the one before."""
    with Store.open(url) as store:
        tables = [(store.upload(number), table(number)) for number in uploads]
        say(ready=os.getpid())
        for upload, observations in tables:
            Hand(store).accept(upload, observations, known_from(upload.id))


def known_from(upload: int) -> Any:
    """Since when the table of an upload is believed."""
    return day(1).replace(hour=upload // 60 % 24, minute=upload % 60)


def hand_in(url: str, files: list[int]) -> None:
    """Receive and accept files (their numbers are their bytes) that other processes hand in at the same time."""
    with Store.open(url) as store:
        say(ready=os.getpid())
        for number in files:
            upload = Hand(store).receive(sha256=f"{number:064d}")
            if upload.state is State.RECEIVED:
                observations = figures(("shared", "2025-03", float(number)), (f"own{number}", "2025-03", 1.0))
                Hand(store).accept(upload, observations, known_from(number))


def say(**message: int) -> None:
    """One line to the test, in one write, since several processes share the pipe."""
    os.write(sys.stdout.fileno(), (json.dumps(message) + "\n").encode())


def serve(lines: Iterable[str]) -> None:
    """Fork a process for each job, one at a time."""
    jobs = {"accept": accept, "hand_in": hand_in}
    for line in lines:
        work = json.loads(line)
        process = os.fork()
        if process == 0:
            try:
                jobs[work.pop("job")](**work)
            except BaseException:  # noqa: BLE001  # the process ends here, whatever it was
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        say(exit=os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


class Nursery:
    """Starts jobs, one at a time; make several for jobs side by side."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.workers"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # a process of one thread forks safely
        )
        return self

    def start(self, job: str, **arguments: Any) -> None:
        """Start a job."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"job": job, **arguments}) + "\n")
        self._process.stdin.flush()

    def ready(self) -> int:
        """Wait until the job is about to write; its process id."""
        return self._read()["ready"]

    def ended(self) -> int:
        """Wait for the end of the job; its exit code, -9 after a kill."""
        return self._read()["exit"]

    def _read(self) -> dict[str, int]:
        assert self._process.stdout is not None
        found: dict[str, int] = json.loads(self._process.stdout.readline())
        return found

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate()


if __name__ == "__main__":
    serve(sys.stdin)
