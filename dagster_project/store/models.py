"""The tables.

    upload          one row per file received: who, when, what became of it
    finding_count   what the checks said about an upload, by severity and rule (the words are in upload.report)
    observation     what an accepted upload stated, figure by figure; rows are written once and never change
    evaluation      one row per target, as-of month and run
    forecast        likewise: where the target was foretold to end
    slip            one row per light that got worse or probability that fell under its threshold
    run_end         when each Dagster job last ended, by outcome
    catalogue_name  what the catalogue calls indicators, regions and targets, for those who query by SQL
    pull            one row per delivery of a source, or per pull that brought none

`observation` keeps every statement of every accepted upload, also one that repeats what was already believed. Only so
does the order of uploads not matter: if the figure of May (1) had been dropped because January said 1 too, a late April
(2) would be believed in May. What is believed when, and which statements changed it, are queries (`observations.py`). A
withdrawal touches no figure either: it is a date in the upload's row, and the queries leave out what is withdrawn.

Belongs here: columns, keys, constraints. Does not belong here: queries, or anything a migration would have to import.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from dagster_project.store.column_types import Document, ExactDecimal, Instant, Key


class Base(DeclarativeBase):
    """Constraints carry names by rule, so that a later migration can address them on both databases."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy reads a plain class attribute
        str: Text(),
        datetime: Instant(),
        Decimal: ExactDecimal(),
        float: Double(),
        dict[str, Any]: Document,
        list[Any]: Document,
    }


class UploadRow(Base):
    """One file received. '' where dataset, region or period are not known (yet)."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint(
            "state IN ('received', 'pending', 'rejected', 'accepted', 'superseded', 'withdrawn')", name="state"
        ),
        CheckConstraint("state = 'received' OR decided_at IS NOT NULL", name="decided"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        Index(None, "sha256"),
        Index(None, "state"),
        Index(None, "withdrawn_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(Key)
    file_name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    dataset: Mapped[str] = mapped_column(Key)
    region: Mapped[str] = mapped_column(Key)
    period_first: Mapped[str] = mapped_column(Key)
    period_last: Mapped[str] = mapped_column(Key)
    received_at: Mapped[datetime]
    received_by: Mapped[str]
    published: Mapped[date | None]
    known_from: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(Key)
    decided_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any] | None]
    figures_new: Mapped[int | None]
    figures_revised: Mapped[int | None]
    figures_unchanged: Mapped[int | None]
    figures_older: Mapped[int | None]
    hints: Mapped[dict[str, Any] | None]
    embargo_until: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_because: Mapped[str | None]


class FindingCountRow(Base):
    """How often a rule spoke about an upload."""

    __tablename__ = "finding_count"

    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"), primary_key=True)
    severity: Mapped[str] = mapped_column(Key, primary_key=True)
    rule: Mapped[str] = mapped_column(Key, primary_key=True)
    findings: Mapped[int]


class ObservationRow(Base):
    """A figure as one upload stated it. The key is the order of belief: by `known_from`, then by upload.

    On SQLite the rows lie in the order of their key (no rowid), so that reading what is believed is one pass.
    """

    __tablename__ = "observation"
    __table_args__ = (
        CheckConstraint("status IN ('preliminary', 'revised', 'final')", name="status"),
        Index(None, "upload_id"),
        {"sqlite_with_rowid": False},
    )

    indicator: Mapped[str] = mapped_column(Key, primary_key=True)
    region: Mapped[str] = mapped_column(Key, primary_key=True)
    period: Mapped[str] = mapped_column(Key, primary_key=True)
    measure: Mapped[str] = mapped_column(Key, primary_key=True)
    known_from: Mapped[datetime] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"), primary_key=True)
    value: Mapped[Decimal]
    unit: Mapped[str]
    status: Mapped[str] = mapped_column(Key)
    sheet: Mapped[str]
    cell: Mapped[str]
    text: Mapped[str]


class CatalogueNameRow(Base):
    """What the catalogue calls something, for those who query by SQL; a copy, made anew when the program starts."""

    __tablename__ = "catalogue_name"

    kind: Mapped[str] = mapped_column(Key, primary_key=True)
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    unit: Mapped[str] = mapped_column(Key)
    indicator: Mapped[str] = mapped_column(Key)
    dataset: Mapped[str] = mapped_column(Key)
    region: Mapped[str] = mapped_column(Key)
    part_of: Mapped[str] = mapped_column(Key)


class RunEndRow(Base):
    """When a Dagster job last ended with an outcome, for gauges and alerts."""

    __tablename__ = "run_end"
    __table_args__ = (CheckConstraint("outcome IN ('success', 'failure')", name="outcome"),)

    job: Mapped[str] = mapped_column(Key, primary_key=True)
    outcome: Mapped[str] = mapped_column(Key, primary_key=True)
    ended_at: Mapped[datetime]


class PullRow(Base):
    """One question to a source, or one of its deliveries (`pulls.Pull`). '' where there is no such text."""

    __tablename__ = "pull"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('stored', 'pending', 'unchanged', 'nothing', 'rejected', 'form_changed', 'unavailable', "
            "'refused')",
            name="outcome",
        ),
        Index("ix_pull_of_source", "dataset", "source", "period_last"),
        Index(None, "upload_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dataset: Mapped[str] = mapped_column(Key)
    source: Mapped[str] = mapped_column(Key)
    connector: Mapped[str] = mapped_column(Key)
    period_first: Mapped[str] = mapped_column(Key)
    period_last: Mapped[str] = mapped_column(Key)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(Key)
    zh: Mapped[str]
    en: Mapped[str]
    origin: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(Key)
    size: Mapped[int] = mapped_column(BigInteger)
    headers: Mapped[dict[str, Any]]
    form: Mapped[list[Any]]
    keep: Mapped[dict[str, Any]]
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("upload.id"))
    retry_after: Mapped[float | None]


class EvaluationRow(Base):
    """How one target stood as of a month, as one run judged it. NULL where there is no such number.

    The columns are those of `progress.columns.EVALUATION` (a test compares them), with the run and its moment."""

    __tablename__ = "evaluation"
    __table_args__ = (
        PrimaryKeyConstraint("run_id", "as_of", "target"),
        Index("ix_evaluation_latest", "as_of", "evaluated_at"),
        Index("ix_evaluation_made", "evaluated_at"),
    )

    run_id: Mapped[str] = mapped_column(Key)
    evaluated_at: Mapped[datetime]
    target: Mapped[str] = mapped_column(Key)
    indicator: Mapped[str] = mapped_column(Key)
    region: Mapped[str] = mapped_column(Key)
    as_of: Mapped[str] = mapped_column(Key)
    period: Mapped[str] = mapped_column(Key)
    measure: Mapped[str] = mapped_column(Key)
    origin: Mapped[str] = mapped_column(Key)
    status: Mapped[str] = mapped_column(Key)
    months: Mapped[int | None]
    lag_months: Mapped[int | None]
    due: Mapped[str] = mapped_column(Key)
    target_value: Mapped[float | None]
    actual_value: Mapped[float | None]
    attainment_ratio: Mapped[float | None]
    expected_ratio: Mapped[float | None]
    seasonal_ratio: Mapped[float | None]
    pace_ratio: Mapped[float | None]
    expected_value: Mapped[float | None]
    gap_value: Mapped[float | None]
    gap_points: Mapped[float | None]
    band: Mapped[float | None]
    required_run_rate: Mapped[float | None]
    average_run_rate: Mapped[float | None]
    remaining_months: Mapped[int | None]
    settled: Mapped[bool]
    light: Mapped[str] = mapped_column(Key)
    reason_zh: Mapped[str]
    reason_en: Mapped[str]


class ForecastRow(Base):
    """Where one target would stand when due, as one run foretold it as of a month. NULL where there is no such number.

    The columns are those of `progress.forecast_columns.FORECAST` (a test compares them), with `unlikely` (whether the
    target counts as unlikely to be met), the run and its moment."""

    __tablename__ = "forecast"
    __table_args__ = (PrimaryKeyConstraint("run_id", "as_of", "target"),)

    run_id: Mapped[str] = mapped_column(Key)
    evaluated_at: Mapped[datetime]
    target: Mapped[str] = mapped_column(Key)
    as_of: Mapped[str] = mapped_column(Key)
    period: Mapped[str] = mapped_column(Key)
    due: Mapped[str] = mapped_column(Key)
    horizon: Mapped[int | None]
    method: Mapped[str] = mapped_column(Key)
    reason: Mapped[str] = mapped_column(Key)
    forecast_value: Mapped[float | None]
    low_80: Mapped[float | None]
    high_80: Mapped[float | None]
    low_95: Mapped[float | None]
    high_95: Mapped[float | None]
    probability: Mapped[float | None]
    skill: Mapped[float | None]
    skill_unit: Mapped[str] = mapped_column(Key)
    skill_years: Mapped[int | None]
    skill_others: Mapped[float | None]
    history_years: Mapped[int | None]
    unlikely: Mapped[bool]


class SlipRow(Base):
    """One slip: what became worse at `at`, compared with the judgement of `since`. Columns of `progress.slips.SLIP`.

    Whoever enters the same step from the same judgement a second time is refused by the database."""

    __tablename__ = "slip"
    __table_args__ = (
        CheckConstraint("kind IN ('light', 'probability')", name="kind"),
        CheckConstraint("cause IN ('plan', 'new_month', 'withdrawal', 'revision', 'time')", name="cause"),
        UniqueConstraint("target", "kind", "since", "light_after", "period_after", name="uq_slip_step"),
        Index(None, "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    since: Mapped[datetime]
    run_id: Mapped[str] = mapped_column(Key)
    target: Mapped[str] = mapped_column(Key)
    kind: Mapped[str] = mapped_column(Key)
    as_of: Mapped[str] = mapped_column(Key)
    light_before: Mapped[str] = mapped_column(Key)
    light_after: Mapped[str] = mapped_column(Key)
    probability_before: Mapped[float | None]
    probability_after: Mapped[float | None]
    actual_before: Mapped[float | None]
    actual_after: Mapped[float | None]
    period_before: Mapped[str] = mapped_column(Key)
    period_after: Mapped[str] = mapped_column(Key)
    cause: Mapped[str] = mapped_column(Key)
    changed: Mapped[list[Any]]
    reason_zh: Mapped[str]
    reason_en: Mapped[str]
