"""What the API answers with: the shapes that OpenAPI describes.

Belongs here: pydantic models and how they are made from the project's own values. Does not belong here: routes.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from dagster_project.intake import Outcome
from dagster_project.store import Change, Upload
from validators.findings import Finding


class Answer(BaseModel):
    """What every answer is made of."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Refusal(Answer):
    """Why a request was refused."""

    error: str
    """a stable word"""
    message: str
    """the same in words, Chinese and English"""


class FindingAnswer(Answer):
    """What a check has to say."""

    severity: str
    """error blocks the whole upload; warning and info don't"""
    rule: str
    zh: str
    en: str
    sheet: str
    cell: str
    indicator: str
    region: str
    period: str
    found: str
    expected: str

    @classmethod
    def of(cls, finding: Finding) -> FindingAnswer:
        """The same finding."""
        names = [name for name in cls.model_fields if name != "severity"]
        return cls(severity=finding.severity.value, **{name: getattr(finding, name) for name in names})


class ChangeAnswer(Answer):
    """How many figures changed."""

    new: int
    revised: int
    unchanged: int
    older: int
    """known from an earlier time than what is stored"""

    @classmethod
    def of(cls, change: Change | None) -> ChangeAnswer | None:
        """The same counts."""
        if change is None:
            return None
        return cls(new=change.new, revised=change.revised, unchanged=change.unchanged, older=change.ignored_older)


class FigureChange(Answer):
    """One figure that an upload changes."""

    indicator: str
    region: str
    period: str
    """SDMX: 2025-03, 2025-Q1, 2025"""
    measure: str
    """month, ytd, yoy_month, yoy_ytd, level"""
    old_value: float | None
    value: float | None
    unit: str | None
    change: str
    """new, revised, unchanged, older"""


class PartAnswer(Answer):
    """One dataset of a file."""

    dataset: str
    state: str
    upload: int | None
    period_first: str
    period_last: str
    change: ChangeAnswer | None

    @classmethod
    def of(cls, outcome: Outcome) -> PartAnswer:
        """The part of an outcome."""
        return cls(
            dataset=outcome.dataset,
            state=outcome.state.value,
            upload=outcome.upload,
            period_first=outcome.period_first,
            period_last=outcome.period_last,
            change=ChangeAnswer.of(outcome.change),
        )


class OutcomeAnswer(Answer):
    """What became of a file, or would."""

    file: str
    good: bool
    """whether nothing is wrong with it: it is stored, waits to be released, or was handed in before"""
    state: str
    """accepted, pending (waits to be released), rejected, duplicate; after a dry run passed or blocked"""
    waits_for: list[str]
    """what has to happen before it is published: approval, embargo"""
    upload: int | None
    """number in the ledger, of the first of several; none after a dry run, and for a file that is too large to keep"""
    dataset: str
    period_first: str
    period_last: str
    change: ChangeAnswer | None
    parts: list[PartAnswer]
    """one for each dataset that the file feeds: each has an upload of its own"""
    changes: list[FigureChange] | None = Field(default=None)
    """after a dry run: every figure"""
    findings: list[FindingAnswer]

    @classmethod
    def of(cls, outcome: Outcome) -> OutcomeAnswer:
        """The same outcome."""
        return cls(
            file=outcome.file,
            good=outcome.good,
            state=outcome.state.value,
            waits_for=list(outcome.waits_for),
            upload=outcome.upload,
            dataset=outcome.dataset,
            period_first=outcome.period_first,
            period_last=outcome.period_last,
            change=ChangeAnswer.of(outcome.change),
            parts=[PartAnswer.of(part) for part in outcome.parts or (outcome,) if part.dataset],
            changes=None if outcome.changes is None else figure_changes(outcome.changes),
            findings=[FindingAnswer.of(finding) for finding in outcome.report.findings],
        )


class UploadAnswer(Answer):
    """An upload as the ledger has it."""

    id: int
    file_name: str
    sha256: str
    size: int
    state: str
    """received, pending, accepted, superseded, rejected, withdrawn"""
    dataset: str
    region: str
    period_first: str
    period_last: str
    received_at: datetime
    received_by: str
    published: date | None
    known_from: datetime | None
    decided_at: datetime | None
    embargo_until: datetime | None
    approved_by: str
    approved_at: datetime | None
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_because: str
    change: ChangeAnswer | None

    @classmethod
    def of(cls, upload: Upload) -> UploadAnswer:
        """The same upload."""
        names = [name for name in cls.model_fields if name not in ("state", "change")]
        values = {name: getattr(upload, name) for name in names}
        return cls(state=upload.state.value, change=ChangeAnswer.of(upload.change), **values)


class UploadReport(UploadAnswer):
    """An upload with what the checks said about it."""

    findings: list[FindingAnswer]


class Observation(Answer):
    """A figure as it is, or was, believed."""

    indicator: str
    region: str
    period: str
    measure: str
    value: float
    unit: str
    status: str
    known_from: datetime
    upload: int
    sheet: str
    cell: str


class Version(Answer):
    """What was believed of a figure from `known_from` on. `value` is none after a withdrawal that left nothing."""

    measure: str
    value: float | None
    unit: str
    status: str
    known_from: datetime
    upload: int
    sheet: str
    cell: str
    restored: bool


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows with None for what is missing, and plain Python values."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def figure_changes(changes: pd.DataFrame) -> list[FigureChange]:
    """Rows of `Store.preview`."""
    return [FigureChange.model_validate(row) for row in records(changes[list(FigureChange.model_fields)])]
