"""A target behind whose needed rate was never achieved says what the best was."""

from __future__ import annotations

import pytest

from dagster_project.progress import Panel, TargetTable, best_runs, evaluate
from dagster_project.progress.reasons_runs import with_best_runs
from validators.periods import Month


@pytest.fixture
def sentences(new_catalogue, observations):
    """Targets, and years to date by period -> the sentences (Chinese, English) as of August 2025."""

    def said(targets, figures):
        catalogue = new_catalogue(targets)
        table = TargetTable.from_catalogue(catalogue)
        panel = Panel.from_observations(observations(catalogue, figures), table)
        judged = evaluate(table, panel, Month(2025, 8))
        found = with_best_runs(judged, best_runs(table, panel, Month(2025, 8)), table)
        return judged, list(zip(found["reason_zh"], found["reason_en"], strict=True))

    return said


def flat(rates: dict[int, float], through: int = 12) -> dict[tuple[str, str], float]:
    """Years that bring the same each month; the last of them as far as `through`."""
    return {
        ("figure_0", f"{year}-{month:02d}"): rate * month
        for year, rate in rates.items()
        for month in range(1, 13 if year < max(rates) else through + 1)
    }


def test_a_rate_that_was_never_achieved_is_called_so(sentences):
    _, ((zh, en),) = sentences([{"value": 450}], flat({2023: 41, 2024: 35, 2025: 30}, through=8))
    assert zh.endswith("；往年同期最好为月均41亿元（2023年），所需速度从未达到过。")
    assert "; the best the same months ever brought was 41 × 100 million yuan each (2023)" in en
    assert en.endswith(", so that rate was never achieved.")


def test_a_rate_that_was_achieved_before_is_not(sentences):
    judged, ((zh, en),) = sentences([{"value": 450}], flat({2023: 60, 2024: 35, 2025: 30}, through=8))
    assert (zh, en) == (judged["reason_zh"].iloc[0], judged["reason_en"].iloc[0])


def test_a_target_on_pace_says_nothing_of_it(sentences):
    judged, ((zh, _),) = sentences([{"value": 450}], flat({2023: 10, 2024: 10, 2025: 37.5}, through=8))
    assert judged["light"].iloc[0] == "green"
    assert zh == judged["reason_zh"].iloc[0]
