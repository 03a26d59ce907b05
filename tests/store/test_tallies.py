"""What is counted over the uploads: rejections, revisions, ends of runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd

from dagster_project.store import Store
from validators.columns import OBSERVATION
from validators.findings import Report

START = datetime(2025, 4, 1, tzinfo=UTC)
MARCH = {"dataset": "trade", "period_first": "2025-03", "period_last": "2025-03"}


def figures(value: float) -> pd.DataFrame:
    row = ("goods_exports", "330303", "2025-03", "ytd", value, "亿元", "preliminary", "表1", "B4", str(value))
    return pd.DataFrame([row], columns=list(OBSERVATION))


def receive(store: Store, number: int) -> int:
    upload = store.receive(
        sha256=f"{number:064x}",
        file_name=f"{number}.xlsx",
        size=1,
        received_at=START + timedelta(days=number),
        received_by="test",
    )
    return upload.id


def accept(store: Store, number: int, value: float) -> None:
    moment = START + timedelta(days=number)
    store.accept(
        receive(store, number),
        **MARCH,
        observations=figures(value),
        report=Report(f"{number}.xlsx"),
        known_from=moment,
        decided_at=moment,
    )


def reject(store: Store, number: int) -> None:
    store.reject(
        receive(store, number),
        **MARCH,
        report=Report(f"{number}.xlsx"),
        decided_at=START + timedelta(days=number),
    )


def test_the_oldest_rejection_without_an_answer_is_the_one_that_counts(store: Store) -> None:
    assert store.rejected_since().empty
    reject(store, 1)
    assert store.rejected_since().to_dict("list") == {"dataset": ["trade"], "since": [START + timedelta(days=1)]}


def test_a_corrected_table_answers_the_rejection(store: Store) -> None:
    reject(store, 1)
    accept(store, 2, 100.0)
    assert store.rejected_since().empty


def test_a_figure_counts_as_revised_once_its_value_has_changed(store: Store) -> None:
    accept(store, 1, 100.0)
    assert store.revision_counts().empty
    accept(store, 2, 100.0)
    assert store.revision_counts().empty, "the same value again is no revision"
    accept(store, 3, 101.5)
    accept(store, 4, 102.0)
    assert store.revision_counts().to_dict("list") == {"dataset": ["trade"], "figures": [1]}


def test_only_the_last_end_of_a_job_is_kept_by_outcome(store: Store) -> None:
    store.record_run("publish", "success", START)
    store.record_run("publish", "failure", START + timedelta(hours=1))
    store.record_run("publish", "success", START + timedelta(hours=2))
    kept = store.runs_ended()
    assert list(kept.itertuples(index=False, name=None)) == [
        ("publish", "failure", pd.Timestamp(START + timedelta(hours=1))),
        ("publish", "success", pd.Timestamp(START + timedelta(hours=2))),
    ]
