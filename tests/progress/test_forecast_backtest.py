"""How good the forecast is on series that nothing was chosen on, and that the benchmark says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.year_end import last_whole_year, last_years_path, linear, ours, three_year_shares
from benchmarks.year_end_families import FAMILIES

ROOT = Path(__file__).resolve().parents[2]
PANELS = {
    f"{name}, {years} years": family(np.random.default_rng(years), 100, years)
    for name, family in FAMILIES.items()
    for years in (6, 10, 16)
}


def error(forecast, months):
    truth = months[:, -12:].sum(axis=1)
    return np.mean(np.abs(forecast - truth)[truth > 0] / truth[truth > 0])


@pytest.mark.parametrize("known", [3, 6, 9])
def test_intervals_cover_what_they_say(known):
    held = {0.8: [], 0.95: []}
    for months in PANELS.values():
        _, intervals = ours(months, known)
        truth = months[:, -12:].sum(axis=1)
        for level, (low, high) in intervals.items():
            held[level].append(np.mean((low <= truth) & (truth <= high)))
    assert 0.77 < np.mean(held[0.8]) < 0.83
    assert 0.93 < np.mean(held[0.95]) < 0.97
    assert min(held[0.8]) > 0.64
    assert min(held[0.95]) > 0.84


@pytest.mark.parametrize("known", [3, 6, 9])
def test_the_forecast_beats_what_a_clerk_would_reckon(known):
    mine, others = [], {linear: [], three_year_shares: [], last_years_path: []}
    for name, months in PANELS.items():
        if name.startswith("lumpy"):
            continue  # a year's path is undefined after months without any event
        mine.append(error(ours(months, known)[0], months))
        for method, errors in others.items():
            errors.append(error(method(months, known), months))
    for errors in others.values():
        assert np.mean(np.log(mine)) < np.mean(np.log(errors))


def lumps(known):
    """Counts that nothing was chosen on: the odd rows, so many months known."""
    months = np.concatenate([np.pad(one, ((0, 0), ((16 * 12 - one.shape[1]), 0)), constant_values=np.nan)
                             for name, one in PANELS.items() if name.startswith("lumpy")])[1::2]  # fmt: skip
    truth = months[:, -12:].sum(axis=1)
    return months[truth > 0], np.abs(ours(months, known)[0] - truth)[truth > 0] / truth[truth > 0]


@pytest.mark.parametrize(("known", "at_most"), [(3, 0.42), (6, 0.34), (9, 0.22)])
def test_counts_with_many_zeros_are_foretold_nearer_than_by_pace_or_by_other_years(known, at_most):
    months, mine = lumps(known)
    truth = months[:, -12:].sum(axis=1)
    mean_rest = np.nanmean(
        [months[:, -24 - 12 * y + known : -12 - 12 * y or None].sum(axis=1) for y in range(3)], axis=0
    )
    rest = np.abs(months[:, -12 : -12 + known].sum(axis=1) + mean_rest - truth) / truth
    for other in (rest, np.abs(linear(months, known) - truth) / truth):
        assert mine.mean() < other.mean()
    assert mine.mean() < at_most


def test_each_series_is_judged_by_its_last_whole_year():
    grid = np.full((2, 72), np.nan)
    grid[0, :70] = np.arange(70)  # ends in October: the year before counts
    grid[1, 12:] = np.arange(60)
    moved, last = last_whole_year(grid, 0)
    assert list(last) == [4, 5]
    assert list(moved[:, -1]) == [59, 59]


def test_the_benchmark_takes_a_family_and_its_unseen_rows():
    command = [sys.executable, str(ROOT / "benchmarks/year_end.py"), "--quick", "--invented"]
    given = ["lumpy", "--part", "unseen", "--limit", "5", "--months", "3"]
    told = subprocess.run([*command, *given], capture_output=True, text=True, check=True).stdout
    assert "lumpy, 2025: 5 years to foretell" in told
    assert "trending" not in told
    refused = subprocess.run([*command, "lumps"], capture_output=True, text=True, check=False)
    assert "there is no family lumps" in refused.stderr


def test_the_benchmark_runs_on_any_csv_of_its_form(tmp_path):
    months = PANELS["seasonal, 10 years"][:4]
    lines = ["series,month,value"]
    for number, row in enumerate(months):
        lines += [f"s{number},{2014 + at // 12}-{at % 12 + 1:02d},{value}" for at, value in enumerate(row)]
    path = tmp_path / "data.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, str(ROOT / "benchmarks/year_end.py"), str(path), "--months", "3", "9", "--limit", "3"]
    told = subprocess.run([*command, "--quick"], capture_output=True, text=True, check=True).stdout
    assert "3 years to foretell" in told
    assert sum("ours" in line for line in told.splitlines()) == 2
    assert told.count("three-year shares") == 2
