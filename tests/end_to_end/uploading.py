"""What `xushi upload` does, in a process of its own that is ready before it begins, so that a kill falls into the work
and not into Python's start."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from dagster_project.commands.opening import installation, now

_FORKS = get_context("forkserver")
# Imported once, by the server that every uploader is forked from.
_SERVER = "tests.end_to_end.uploading_server"
_FORKS.set_forkserver_preload([__name__, _SERVER])


class Uploader:
    """A process that has opened the installation and waits for `go`."""

    def __init__(self, files: Sequence[Path], home: Path, catalogue: Path) -> None:
        self._ours, theirs = _FORKS.Pipe()
        self.process = _FORKS.Process(target=_work, args=(theirs, list(files), home, catalogue))
        self.process.start()
        theirs.close()
        assert self._ours.recv() == "ready"

    def go(self) -> None:
        """Let it work."""
        self._ours.send("go")

    def told(self) -> str:
        """The state of the next file."""
        return str(self._ours.recv())

    def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        self.process.kill()
        self.process.join(30)

    def end(self) -> int | None:
        """Wait for the end; its exit code."""
        self.process.join(120)
        return self.process.exitcode


def _work(theirs: Connection, files: list[Path], home: Path, catalogue: Path) -> None:
    os.environ |= {"XUSHI_HOME": str(home), "XUSHI_CATALOGUE": str(catalogue)}
    import_module(_SERVER).take_over()
    with installation() as open_one:
        intake = open_one.intake
        # What is done for the first time takes longer than storing a file.
        intake.submit("指标,2025年3月\n示例,1\n".encode(), "示例.csv", by="test", now=now(), dry_run=True)
        theirs.send("ready")
        theirs.recv()
        for file in files:
            outcome = intake.submit(file.read_bytes(), file.name, by="test", now=now())
            theirs.send(outcome.state.value)
