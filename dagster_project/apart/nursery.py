"""The process that forks a child for each file, and those children. A module that works on files starts it as `serve`.

Belongs here: what every such process does. Does not belong here: reading itself, waiting for an answer (`asking.py`).

A nursery has imported all that reading needs and has one thread; for each file it forks a child, which costs
milliseconds where a new interpreter costs a second, and shares nothing with the children before it. A child has limits
of memory and time that the kernel keeps, may write no file and open few, sees no secrets in its environment, and ends
with its file. The nursery ends when whoever started it has ended, however that came about.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import selectors
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

SIZES = struct.Struct("<IQ")  # bytes of the order (JSON), bytes of the file
STATUS = struct.Struct("<id")  # how the child ended (as waitpid says; NOT_STARTED), its seconds of processor time
NOT_STARTED = -1
ANSWERED, OUT_OF_MEMORY = b"A", b"M"  # the first byte of what comes back

# What a nursery does with an order and a file; the answer as bytes.
Work = Callable[[dict[str, Any], bytes], bytes]
_PARENT_DIED = 1  # PR_SET_PDEATHSIG
_FEW_FILES = 32
_LOOK = 5.0  # seconds between two looks whether the starter still lives


def serve(work: Work) -> None:
    """Be a nursery until whoever started this process ends: what `asking.py` starts, and its arguments."""
    main(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), work)


def main(control: socket.socket, starter: int, work: Work) -> None:
    """Forks a child for each pair of descriptors that comes in (a socket with the file, a pipe for the status)."""
    gc.freeze()
    wake, woken = socket.socketpair()
    for end in (wake, woken):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
    children: dict[int, int] = {}  # process -> its pipe for the status
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        while os.getppid() == starter:
            ready = {key.fileobj for key, _ in selector.select(_LOOK)}
            if wake in ready:
                with suppress(BlockingIOError):
                    wake.recv(4096)
            _bury(children)
            if control in ready:
                order, given, _, _ = socket.recv_fds(control, 1, 2)
                if not order:
                    break
                _bear(given[0], given[1], children, work)
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _bear(task: int, status: int, children: dict[int, int], work: Work) -> None:
    try:
        child = os.fork()
    except OSError:
        os.write(status, STATUS.pack(NOT_STARTED, 0.0))
        os.close(status)
    else:
        if child == 0:
            _live(task, work)
        children[child] = status
    os.close(task)


def _bury(children: dict[int, int]) -> None:
    """Says of each child that has ended how it ended."""
    for child in list(children):
        ended, how, usage = os.wait4(child, os.WNOHANG)
        if ended:
            status = children.pop(child)
            with suppress(BrokenPipeError):  # nobody waits any more
                os.write(status, STATUS.pack(how, usage.ru_utime + usage.ru_stime))
            os.close(status)


def _live(task: int, work: Work) -> None:
    """The child: never returns."""
    failed = 1
    try:
        nursery = os.getppid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGALRM, signal.SIGXCPU, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PARENT_DIED, signal.SIGKILL)
            if os.getppid() != nursery:
                os._exit(failed)
        os.dup2(task, 3)
        os.closerange(4, max(1024, task + 1))
        with socket.socket(fileno=3) as ours:
            _answer(ours, work)
        failed = 0
    except (BrokenPipeError, ConnectionResetError):  # nobody waits any more
        pass
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(failed)


def _answer(task: socket.socket, work: Work) -> None:
    with task.makefile("rb") as stream:
        order_length, length = SIZES.unpack(stream.read(SIZES.size))
        order = json.loads(stream.read(order_length))
        data = stream.read(length)
    _limit(order["memory"], order["seconds"], order["patience"])
    try:
        answer = ANSWERED + work(order, data)
    except MemoryError:
        answer = OUT_OF_MEMORY
    task.sendall(answer)


def _limit(memory: int, seconds: int, patience: int) -> None:
    """From here on the kernel ends this process when it uses more than these bytes or seconds of processor time, or
    lives longer than `patience` seconds."""
    resource.setrlimit(resource.RLIMIT_AS, (room := _mapped() + memory, room))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FEW_FILES, _FEW_FILES))
    signal.setitimer(signal.ITIMER_REAL, patience)
    with suppress(OSError):  # where memory runs out altogether, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000")


def _mapped() -> int:
    """Bytes of address space in use already; 0 where the system doesn't say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()
