"""What the server that uploaders are forked from imports: it starts the process that reads files, once for all of them.

Each would start one of its own, which takes longer than all that an uploader does before it is killed. That such a
process ends with the one that started it is tested with the reading of files."""

from __future__ import annotations

import os

from dagster_project.apart import asking
from dagster_project.tables import worker


def take_over() -> None:
    """In a process that was forked off: read with the server's process instead of one of its own."""
    for nursery in asking._Nursery._current.values():
        nursery.owner = os.getpid()


worker.start_early()
