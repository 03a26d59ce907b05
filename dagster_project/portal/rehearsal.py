"""What staged files would do: read and checked in the background, as dry runs that leave nothing behind.

Belongs here: running the dry runs, keeping their results for an hour, telling whether a result still holds. Does not
belong here: the reading and checking (`intake`), how lights follow from figures (`judgement`).
"""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from dagster_project.intake import Intake, Outcome, State
from dagster_project.judgement import lights_if
from dagster_project.portal.staging import KEPT, Staged, Staging
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.errors import XushiError

_AT_ONCE = 2  # files read at a time; each may take a processor
_KEY = ["indicator", "region", "period", "measure", "old_value", "value", "unit", "status", "change"]


@dataclass(frozen=True)
class Rehearsal:
    """What a file would do. `lights`: targets whose light would change (columns of `judgement.lights_if`); `digest`
    is the same for two rehearsals that would change the same figures in the same way. `failed`: it could not be
    rehearsed, in words; there is no outcome then."""

    outcome: Outcome | None
    lights: pd.DataFrame | None
    digest: str
    failed: str = ""


class Rehearsals:
    """Rehearses staged files, two at a time. Results are kept in memory; where one is missing (another process, a new
    start) it is made anew."""

    def __init__(self, catalogue: Catalogue, store: Store, intake: Intake, staging: Staging) -> None:
        self._catalogue, self._store, self._intake, self._staging = catalogue, store, intake, staging
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="rehearsal")
        self._lock = threading.Lock()
        self._running: dict[tuple[str, int], tuple[datetime, Future[Rehearsal]]] = {}

    def begin(self, staged: Staged, *, now: datetime) -> Future[Rehearsal]:
        """The rehearsal of a file, begun unless it was."""
        with self._lock:
            for key, (since, _) in list(self._running.items()):
                if now - since > KEPT:
                    del self._running[key]
            if staged.key not in self._running:
                self._running[staged.key] = (now, self._pool.submit(self._rehearse, staged, now))
            return self._running[staged.key][1]

    def confirmed(self, staged: Staged, digest: str, *, now: datetime) -> Outcome | None:
        """What the file would do by what is stored now, if that is still what was shown; else None, and the next
        question rehearses it anew."""
        outcome = self._dry(staged, now)
        if outcome.state is State.PASSED and _digest(outcome) == digest:
            return outcome
        self.forget(staged)
        return None

    def forget(self, staged: Staged) -> None:
        """Drop the result."""
        with self._lock:
            self._running.pop(staged.key, None)

    def close(self) -> None:
        """Let no more begin."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _rehearse(self, staged: Staged, now: datetime) -> Rehearsal:
        try:
            outcome = self._dry(staged, now)
            lights = None
            if outcome.changes is not None and not outcome.changes.empty:
                lights = lights_if(self._catalogue, self._store, outcome.changes)
        except XushiError as error:
            return Rehearsal(None, None, "", failed=str(error))
        return Rehearsal(outcome, lights, _digest(outcome))

    def _dry(self, staged: Staged, now: datetime) -> Outcome:
        return self._intake.submit(
            self._staging.data(staged),
            staged.file,
            by=staged.by,
            now=now,
            hints=staged.hints,
            embargo_until=staged.embargo,
            dry_run=True,
        )


def _digest(outcome: Outcome) -> str:
    about = [(part.dataset, part.period_first, part.period_last) for part in outcome.parts or (outcome,)]
    found = hashlib.sha256(repr((outcome.state.value, outcome.waits_for, about)).encode())
    if outcome.changes is not None:
        rows = outcome.changes[_KEY].sort_values(_KEY[:4])
        found.update(rows.to_csv(index=False).encode())
    return found.hexdigest()
