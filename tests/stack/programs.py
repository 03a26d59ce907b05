"""`xushi up` as its user runs it: a process of its own, in a temporary home, on free ports, stopped at the end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

XUSHI = str(Path(sys.executable).parent / "xushi")
# Quick to start: no Python among them.
MONITORS = ("--only", "prometheus", "--only", "alertmanager")
WITH_PUSHGATEWAY = (*MONITORS, "--only", "pushgateway")


@dataclass
class Stack:
    """A running `xushi up` and what it has printed."""

    process: subprocess.Popen[bytes]
    home: Path
    printed: Path

    def output(self) -> str:
        return self.printed.read_text(encoding="utf-8")

    def wait_for(self, words: str, seconds: float = 180) -> str:
        """What was printed, once the words are in it."""
        end = time.monotonic() + seconds
        while words not in self.output():
            assert time.monotonic() < end, self.output()
            assert self.process.poll() is None, self.output()
            time.sleep(0.05)
        return self.output()

    def wait_until_settled(self, seconds: float = 180) -> str:
        return self.wait_for("日志 logs:", seconds)

    def address(self, component: str) -> str:
        """The URL in the table of addresses."""
        found = re.search(rf"^{component} .*?(http://\S+)", self.output(), re.MULTILINE)
        assert found is not None, self.output()
        return found[1]

    def stop(self, number: int = signal.SIGINT, seconds: float = 120) -> int:
        """Send a signal and wait; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def left(self) -> list[psutil.Process]:
        """Processes of the stack other than `xushi up` itself, known by the home in their command or environment."""
        return [each for each in psutil.process_iter() if each.pid != self.process.pid and self._of_the_stack(each)]

    def wait_until_nothing_is_left(self, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while found := self.left():
            assert time.monotonic() < end, [each.cmdline() for each in found]
            time.sleep(0.1)

    def _of_the_stack(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            told = [*process.cmdline(), process.environ().get("XUSHI_HOME", "")]
        except psutil.Error:
            return False
        return any(str(self.home) in word for word in told)


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of `xushi` in a home of its own."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("XUSHI_")}
    return ours | {"XUSHI_HOME": str(home), "COLUMNS": "200"} | more


@contextmanager
def started(home: Path, arguments: Sequence[str], **more: str) -> Iterator[Stack]:
    """`xushi up` with the arguments; whatever is left of it at the end is killed."""
    home.mkdir(parents=True, exist_ok=True)
    printed = home / "printed"
    with printed.open("wb") as out:
        process = subprocess.Popen(
            [XUSHI, "up", *arguments], stdout=out, stderr=subprocess.STDOUT, env=environment(home, **more)
        )
    stack = Stack(process, home, printed)
    try:
        yield stack
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for each in stack.left():
            each.kill()


def told(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `xushi up` to its end."""
    return subprocess.run(
        [XUSHI, "up", *arguments],
        capture_output=True,
        text=True,
        env=environment(home, **more),
        timeout=240,
        check=False,
    )
