"""The guard: a small process that outlives the supervisor by a moment and stops what it would leave behind.

It reads from a pipe which process groups run (`+123`) and which are gone (`-123`). When the pipe ends, the supervisor
has ended, be it by SIGKILL; groups that it had not stopped by then are told to stop, and after a while killed.

Belongs here: nothing that needs more than the standard library, since the file is run as a script of its own.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 10.0


def groups(lines: Iterable[str]) -> list[int]:
    """Read to the end of the pipe; the groups that still run then, latest first."""
    running: list[int] = []
    for line in lines:
        sign, group = line[0], int(line[1:])
        if sign == "+":
            running.append(group)
        elif group in running:
            running.remove(group)
    return running[::-1]


def send(group: int, number: int) -> bool:
    """Signal a process group; whether there still was one."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def stop(running: list[int]) -> None:
    """SIGTERM to all at once, and SIGKILL to those that are left after the grace."""
    left = [group for group in running if send(group, signal.SIGTERM)]
    end = time.monotonic() + GRACE_SECONDS
    while left and time.monotonic() < end:
        time.sleep(0.1)
        left = [group for group in left if send(group, 0)]
    for group in left:
        send(group, signal.SIGKILL)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    stop(groups(sys.stdin))
