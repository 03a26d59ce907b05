"""One stack per home: a lock that the system drops when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from validators.errors import XushiError


class AlreadyRunningError(XushiError):
    """Another stack runs in this home."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"{folder}: 这里的服务已在运行(进程 {holder})/ a stack runs here already (process {holder}); "
            "先停止它,或用 XUSHI_HOME 另选目录 / stop it, or choose another home with XUSHI_HOME"
        )


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder for this process. AlreadyRunningError when another one holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    # Not opened for writing over: the number inside is the holder's.
    with (folder / "lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunningError(folder, file.read().strip() or "?") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
