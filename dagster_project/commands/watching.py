"""A bar on the terminal while tables are taken in: how many of those that waited are decided.

Belongs here: watching from outside, in a thread, since a Dagster run says nothing until it ends. Does not belong here:
the run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dagster_project.store import Store

_EVERY_SECONDS = 0.5


@contextmanager
def watched(console: Console, store: Store, words: str) -> Iterator[None]:
    """Shows the bar while the block runs; on anything but a terminal, nothing."""
    waiting = len(store.pending())
    if not console.is_terminal or not waiting:
        yield
        return
    over = threading.Event()
    columns = (TextColumn("    {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(words, total=waiting)

        def watch() -> None:
            while not over.wait(_EVERY_SECONDS):
                bar.update(task, completed=waiting - len(store.pending()))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
