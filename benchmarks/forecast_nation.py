"""Forecasting 450,000 targets with three years of history each, and the memory that it takes.

450,000 is a nation: 3,000 counties with 150 targets each, as in `evaluate.py`, whose targets these are. The figures
are random, with season, growth and noise; the as-of month is May.

    python benchmarks/forecast_nation.py [targets ...]
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.evaluate import asked_counts, many
from dagster_project.progress import Panel, TargetTable
from dagster_project.progress.forecast import forecast
from dagster_project.progress.panel import _slots
from dagster_project.progress.targets import KINDS
from dagster_project.settings import Settings
from validators.catalogue import Kind
from validators.catalogue_file import load_catalogue
from validators.periods import Month

AS_OF = Month(2025, 5)
FIRST = Month(2022, 1)


def panel(table: TargetTable) -> Panel:
    """January 2022 to May 2025 for every series that the targets need, without Januaries, made as the array that it
    ends up as: reading a long frame is timed by `evaluate.py`."""
    random = np.random.default_rng(1)
    slots = _slots(table)
    count = int(slots.max()) + 1
    length = 48
    kinds = np.zeros(count, dtype=np.int64)
    used = slots >= 0
    kinds[slots[used]] = np.broadcast_to(table.indicators.kind[:, None], slots.shape)[used]
    season = np.exp(random.normal(0, 0.2, (count, 12)))
    months = np.exp(random.normal(0, 0.06, (count, length)) + 0.004 * np.arange(length)) * np.tile(season, 4)
    months *= random.lognormal(3, 1, (count, 1))
    summed = np.isin(kinds, [KINDS.index(Kind.FLOW), KINDS.index(Kind.COUNT)])[:, None]
    figures = np.where(summed, months.reshape(count, 4, 12).cumsum(axis=2).reshape(count, length), months)
    figures[:, ::12] = np.nan
    figures[:, AS_OF.ordinal - FIRST.ordinal + 1 :] = np.nan
    stored = np.asfortranarray(figures)
    marks = np.asfortranarray(np.isfinite(figures).astype(np.int8))
    return Panel(FIRST.ordinal, stored, marks, slots, table.indicators.ids, table.regions)


def main(counts: list[int]) -> None:
    targets = TargetTable.from_catalogue(load_catalogue(Settings().catalogue))
    for count in counts:
        table = many(targets, count)
        known = panel(table)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        started, worked = time.perf_counter(), time.process_time()
        found = forecast(table, known, AS_OF)
        seconds, computing = time.perf_counter() - started, time.process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        told = int(found["probability"].notna().sum())
        print(f"{count:,} targets, {known.figures.shape[0]:,} series: {told:,} forecasts in {seconds:.1f} s")
        print(f"  {seconds / count * 1e6:.0f} microseconds each, {computing:.1f} s of processor time")
        print(f"  peak memory {peak:.2f} GB, {before:.2f} GB of it before")
        print("  " + found.groupby(["method", "reason"], observed=True).size().to_string().replace("\n", "\n  "))


if __name__ == "__main__":
    main(asked_counts(__doc__, 200, 450_000))
