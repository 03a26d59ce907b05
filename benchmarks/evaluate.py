"""Judging 200 and 450,000 targets with 36 months of figures each, against a per-target pandas loop, in one run.

450,000 is a nation: 3,000 counties with 150 targets each. The targets are those of the catalogue, repeated over
invented regions; the figures are random. The loop does what one would write first: look up one target's rows, sort,
take the latest, divide, compare, write a sentence. It computes less than `evaluate` does (no schedule, season, run rate
or cumulation). It is timed on a part of the targets and scaled by their number; its figures and lights are compared
with those of `evaluate`.

    python benchmarks/evaluate.py [targets ...]
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dagster_project.progress import Panel, TargetTable
from dagster_project.progress.evaluate import measure
from dagster_project.progress.reasons import reasons
from dagster_project.progress.targets import ACCUMULATING, KINDS
from dagster_project.settings import Settings
from validators.catalogue import Comparator, Kind, Pace
from validators.catalogue_file import load_catalogue
from validators.periods import Month

AS_OF = Month(2025, 9)
MONTHS = [Month(year, month) for year in (2023, 2024, 2025) for month in range(1, 13)]
T = TypeVar("T")
LOOPED = 2_000  # targets on which the loop is timed


def many(table: TargetTable, count: int) -> TargetTable:
    """The first region's targets again and again, each time in a new region, until there are `count`."""
    local = np.flatnonzero(table.region == table.region[0])
    chosen = np.resize(local, count)
    region = np.arange(count) // len(local)
    codes = tuple(f"{number:06d}" for number in range(100_000, 100_000 + int(region.max()) + 1))
    return replace(
        table.take(chosen),
        ids=np.array([f"target-{n}" for n in range(count)], dtype=object),
        region=region,
        regions=codes,
    )


def figures(table: TargetTable) -> pd.DataFrame:
    """36 months for every series that the targets need, as a long frame with categoricals, in random order of
    series."""
    random = np.random.default_rng(1)
    series = np.unique(table.indicator * len(table.regions) + table.region)
    random.shuffle(series)
    indicator, region = np.divmod(series, len(table.regions))
    kinds = table.indicators.kind[indicator]
    measures = ["ytd", "yoy_ytd", "level"]
    accumulating = np.isin(kinds, [KINDS.index(kind) for kind in ACCUMULATING])
    code = np.where(accumulating, 0, np.where(kinds == KINDS.index(Kind.GROWTH), 1, 2)).astype(np.int8)
    level = random.lognormal(3.0, 1.0, len(series))
    within_year = np.array([month.month for month in MONTHS]) / 12
    path = (
        level[:, None]
        * np.where(accumulating[:, None], within_year, 1.0)
        * random.uniform(0.9, 1.1, (len(series), len(MONTHS)))
    )
    rows = len(MONTHS)

    def column(codes: np.ndarray, words: list[str]) -> pd.Categorical:
        return pd.Categorical.from_codes(codes, categories=pd.Index(words, dtype="str"))

    small = np.min_scalar_type(-max(len(table.regions), len(table.indicators.ids)))
    return pd.DataFrame(
        {
            "indicator": column(np.repeat(indicator.astype(small), rows), list(table.indicators.ids)),
            "region": column(np.repeat(region.astype(small), rows), list(table.regions)),
            "period": column(np.tile(np.arange(rows, dtype=np.int8), len(series)), [month.text for month in MONTHS]),
            "measure": column(np.repeat(code, rows), measures),
            "value": path.ravel(),
            "status": column(np.zeros(len(series) * rows, dtype=np.int8), ["final"]),
        },
        copy=False,
    )


def loop(table: TargetTable, frame: pd.DataFrame) -> list[tuple[float, str, str]]:
    """Actual value, light and a sentence per target, one target at a time."""
    groups = dict(iter(frame.groupby(["indicator", "region"], observed=True)))
    names = [str(kind) for kind in KINDS]
    found = []
    for position in range(len(table)):
        key = (table.indicators.ids[table.indicator[position]], table.regions[table.region[position]])
        rows = groups[key]
        rows = rows[(rows["period"] <= AS_OF.text) & (rows["period"] >= "2025-01")]
        last = rows.sort_values("period").iloc[-1]
        actual, value = last["value"] * table.factor[position], table.value[position]
        kind, band = names[table.kind[position]], table.band[position]
        accumulates = kind in ("flow", "count")
        expected = int(last["period"][5:]) / 12 if accumulates else 1.0
        attained = actual / value if value > 0 else np.nan
        gap = value - actual if kind == "growth" else (expected - attained) * 100
        light = "green" if gap <= 0 else "yellow" if gap < band else "red"
        if accumulates and actual >= value:
            light = "met"
        words = f"{last['period']}: {actual:.1f} of {value:.1f}, {attained:.1%}, expected {expected:.1%}"
        found.append((actual, light, words))
    return found


def compare(table: TargetTable, evaluation: pd.DataFrame, looped: list[tuple[float, str, str]]) -> int:
    """How many lights agree, over targets whose rule the loop knows. Exits if one differs."""
    linear = table.accumulates & table.is_pace(Pace.LINEAR)
    level = ~table.accumulates & table.is_pace(Pace.LEVEL)
    known = (linear | level) & table.is_comparator(Comparator.AT_LEAST) & (table.due == Month(2025, 12).ordinal)
    actual = np.array([one for one, _, _ in looped])
    lights = np.array([light for _, light, _ in looped], dtype=object)
    if not np.allclose(actual[known], evaluation["actual_value"][known]):
        sys.exit("the loop and evaluate use different figures")
    if (lights != evaluation["light"].to_numpy(dtype=object))[known].any():
        sys.exit("the loop and evaluate give different lights")
    return int(known.sum())


def timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def main(counts: list[int]) -> None:
    targets = TargetTable.from_catalogue(load_catalogue(Settings().catalogue))
    for count in counts:
        table = many(targets, count)
        frame = figures(table)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        panel, building = timed(partial(Panel.from_observations, frame, table))
        evaluation, judging = timed(partial(measure, table, panel, np.full(len(table), AS_OF.ordinal)))
        _, wording = timed(partial(reasons, evaluation, table))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        total = building + judging + wording

        part = table.take(np.arange(min(count, LOOPED)))
        rows = frame[frame["region"].isin(list(part.regions[: int(part.region.max()) + 1]))]
        rows = rows.astype(dict.fromkeys(["indicator", "region", "period", "measure", "status"], "str"))
        looped, looping = timed(partial(loop, part, rows))
        agreed = compare(part, evaluation.iloc[: len(part)], looped)
        scaled = looping * count / len(part)
        print(f"{count:,} targets x {len(MONTHS)} months ({len(frame):,} figures)")
        print(f"  panel {building:.2f} s + evaluate {judging:.2f} s + reasons {wording:.2f} s = {total:.2f} s")
        print(f"  peak memory {peak:.2f} GB, {before:.2f} GB of it before the panel (Python, the frame of figures)")
        print(f"  pandas loop {looping:.2f} s for {len(part):,} targets, scaled to {scaled:.1f} s for all;")
        print(f"  {agreed:,} lights compared, all agree")
        print(f"  evaluate with reasons is {scaled / total:,.0f} times as fast as the loop")


def asked_counts(words: str | None, *usual: int) -> list[int]:
    """How many targets, from the command line of a benchmark that `words` describe; `usual` where it says nothing."""
    parser = argparse.ArgumentParser(description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", nargs="*", metavar="COUNT", help=f"how many targets (default: {usual})")
    return [int(count.replace(",", "")) for count in parser.parse_args().counts] or list(usual)


if __name__ == "__main__":
    main(asked_counts(__doc__, 200, 450_000))
