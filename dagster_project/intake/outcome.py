"""What the intake is told of a file, and what became of it.

Belongs here: both as values, and the sum of several. Does not belong here: deciding (`intake.py`), words
(`findings.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

import pandas as pd

from dagster_project.intake.findings import same_file_again
from dagster_project.store import Change, Upload
from dagster_project.store import State as UploadState
from dagster_project.tables import Mapped
from validators.findings import Report


class State(StrEnum):
    """How a hand-in ended."""

    ACCEPTED = "accepted"
    PENDING = "pending"  # clean; it waits for a second person, for a date, or for both
    REJECTED = "rejected"
    DUPLICATE = "duplicate"  # the same bytes are in the ledger already: nothing was done
    PASSED = "passed"  # dry run: it would be accepted
    BLOCKED = "blocked"  # dry run: it would be rejected


@dataclass(frozen=True)
class Hints:
    """What the person handing in says about the file; it wins where the file is silent and is checked where it
    speaks."""

    dataset: str | None = None
    period: str | None = None  # SDMX
    region: str | None = None
    status: str | None = None
    published: date | datetime | None = None  # a day, which counts from its beginning, or a moment with its zone
    part: str | None = None  # the dataset that this upload is of, where its file feeds several
    source: str | None = None  # the source that it was pulled from ("trade/customs"); None: somebody handed it in
    hold: str | None = None  # why a second person is to release it, whatever its dataset asks for

    def kept(self) -> dict[str, str]:
        """As kept in the ledger: what was said, and nothing else."""
        return {name: str(said) for name, said in asdict(self).items() if said is not None}

    @classmethod
    def of(cls, kept: Mapping[str, str]) -> Self:
        """As they were."""
        text, published = kept.get("published"), None
        words = {name: said for name, said in kept.items() if name != "published"}
        if text is not None:
            published = datetime.fromisoformat(text) if len(text) > _DAY else date.fromisoformat(text)
        return cls(**words, published=published)


NO_HINTS = Hints()
_DAY = len("2025-03-18")
# Who hands in what is pulled: this, and the name of the source.
PULLED_BY = "source:"


@dataclass(frozen=True)
class Outcome:
    """What became of one file. `change` counts what it changed, or would change; `changes` is there after a dry run,
    with one row per figure (see `Store.preview`). `waits_for`: `approval`, `embargo` or both, while something has to
    happen before it is, or would be, published. `parts` has an outcome for each dataset where the file feeds several:
    each has an upload of its own, and what the whole says is their sum."""

    file: str
    state: State
    report: Report
    dataset: str = ""
    period_first: str = ""
    period_last: str = ""
    upload: int | None = None
    change: Change | None = None
    changes: pd.DataFrame | None = None
    waits_for: tuple[str, ...] = ()
    parts: tuple[Outcome, ...] = ()

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that the file feeds, none where none was recognised."""
        return tuple(part.dataset for part in self.parts or (self,) if part.dataset)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong with the file: it is, or would be, in the store, or it waits to be."""
        return self.state in (State.ACCEPTED, State.PENDING, State.PASSED, State.DUPLICATE)


def outcome_of(file: str, state: State, report: Report, mapped: Mapped | None) -> Outcome:
    """How a file ended, with what it is about where that could be read."""
    if mapped is None:
        return Outcome(file, state, report)
    return Outcome(file, state, report, mapped.dataset, mapped.period_first, mapped.period_last)


_GRAVEST = (State.REJECTED, State.BLOCKED, State.PENDING, State.PASSED, State.ACCEPTED, State.DUPLICATE)


def together(parts: Sequence[Outcome]) -> Outcome:
    """The outcomes of a file's datasets as one: the gravest state, all findings, the sum of all changes."""
    if len(parts) == 1:
        return parts[0]
    state = min((part.state for part in parts), key=_GRAVEST.index)
    report = Report(parts[0].file, tuple(finding for part in parts for finding in part.report.findings))
    changes = [part.changes for part in parts if part.changes is not None]
    counts = [part.change for part in parts if part.change is not None]
    if state is State.BLOCKED:  # nothing of it would be stored
        changes, counts = [], []
    return replace(
        next(part for part in parts if part.state is state),
        state=state,
        report=report,
        change=_sum(counts) if counts else None,
        changes=pd.concat(changes, ignore_index=True) if changes else None,
        waits_for=tuple(dict.fromkeys(what for part in parts for what in part.waits_for)),
        parts=tuple(parts),
    )


def _sum(counts: Sequence[Change]) -> Change:
    return Change(
        new=sum(one.new for one in counts),
        revised=sum(one.revised for one in counts),
        unchanged=sum(one.unchanged for one in counts),
        ignored_older=sum(one.ignored_older for one in counts),
    )


_STANDING = {UploadState.REJECTED: State.REJECTED, UploadState.PENDING: State.PENDING}


def standing(upload: Upload) -> Outcome:
    """How an upload that was decided earlier stands, with the report and the counts of its decision."""
    state = _STANDING.get(upload.state, State.ACCEPTED)
    report = upload.report or Report(upload.file_name)
    periods = (upload.period_first, upload.period_last)
    return Outcome(upload.file_name, state, report, upload.dataset, *periods, upload=upload.id, change=upload.change)


def already(upload: Upload, file: str, zone: ZoneInfo) -> Outcome:
    """These bytes are an upload already; `zone` is that of the moment in the words."""
    report = Report(file, (same_file_again(upload, zone),))
    periods = (upload.period_first, upload.period_last)
    return Outcome(file, State.DUPLICATE, report, upload.dataset, *periods, upload=upload.id)
