"""Where will the year end? Our forecast of the year's total from its first months, beside what else one could say.

Each series' last whole calendar year is foretold from its first k months and the years before: mean absolute
percentage error, how often the 80 and 95 % intervals hold the truth, and seconds. Beside it stand linear pace, the
shares of three earlier years, last year's path scaled by the year so far, seasonal naive (the months of last year as
they were), AutoETS and AutoTheta (statsforecast, one process) and the mean of these two.

    python benchmarks/year_end.py DATA.csv [--months 3 6 9] [--limit N] [--years N] [--quick]
    python benchmarks/year_end.py --invented [FAMILY ...] [--part unseen] [--limit N] [--years N]

From one month a further line shows ours with Januaries as they are: else they are freed of what Spring Festival moves
between January and February (`progress/forecast_festival.py`).

DATA.csv or .csv.gz has columns series, month (2025-03; a day may follow) and value; other names by `--columns`.

The split. Parameters were chosen on every other series (even positions in the order of names) of two collections:
monthly retail figures of Australia, on target years up to 2010, and of the United Kingdom, on target years up to 2012;
histories whole and cut to five and to nine years. And on the even rows of the invented families (those of counts with
many zeros on even rows of four other seeds). Nothing was chosen on odd positions with later years, nor on odd rows;
figures of these are looked at after a choice, not for one: `--part unseen` takes the odd positions or rows alone, with
`--since 2011` or `--since 2013` the later years. An earlier choice, of what kind of smoothing and between which limits,
had seen the years of the United Kingdom up to its last; so had the limits of what is odd in shares
(`progress/forecast_shares.py`), taken since years with a pandemic in them, and invented ones like them, went wrong
without. What is learnt while running (weights, shares of the mixture, pooled errors) comes from years before the one
foretold, always.

The usual shape of errors (`forecast_spread.py`) was measured on the invented families, and left as it was when shares
were mixed in: it is a tenth wider than the errors of their even rows have been since.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.year_end_families import FAMILIES
from dagster_project.progress.forecast_calls import Task, call
from dagster_project.progress.forecast_festival import settled
from dagster_project.progress.forecast_spread import Spread

Floats = npt.NDArray[np.float64]
LEAST_YEARS = 3  # whole years before the one foretold, for the three-year shares


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Series by months, the last twelve of them the year to foretell, which is `last` (n,); NaN before a series
    begins."""

    name: str
    months: Floats
    last: npt.NDArray[np.int64]

    @property
    def total(self) -> Floats:
        return np.asarray(self.months[:, -12:].sum(axis=1))


def read(
    path: Path, columns: tuple[str, str, str], part: str, years: int, since: int, limit: int | None
) -> list[Panel]:
    """One panel per target year back from each series' last whole year. Exits with a sentence on what can't be used."""
    frame = pd.read_csv(path, dtype={columns[0]: "str", columns[1]: "str"})
    missing = [column for column in columns if column not in frame]
    if missing:
        sys.exit(
            f"{path.name} has no column {', '.join(missing)}; it has {', '.join(frame.columns)}: name them by --columns"
        )
    names, months, values = (frame[column] for column in columns)
    ordinal = months.str[:4].astype("int64") * 12 + months.str[5:7].astype("int64") - 1
    series, words = pd.factorize(names, sort=True)
    first = int(ordinal.min()) // 12 * 12
    length = (int(ordinal.max()) // 12 + 1) * 12 - first
    grid = np.full((len(words), length), np.nan)
    grid[series, ordinal - first] = values
    chosen = np.arange(len(words))
    if part != "all":
        chosen = chosen[chosen % 2 == (1 if part == "unseen" else 0)]
    grid = grid[chosen[:limit]]
    panels = []
    for back in range(years):
        cut, lasts = last_whole_year(grid, back)
        late = first // 12 + lasts
        cut, late = cut[late >= since], late[late >= since]
        if len(cut):
            panels.append(Panel(f"{path.name} ({len(cut)} series, {back} years before the last whole one)", cut, late))
    if not panels:
        sys.exit(f"{path.name} has no series with {LEAST_YEARS + 1} whole years")
    return panels


def last_whole_year(grid: Floats, back: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Series moved so that their last whole year (or one so many years earlier) ends the axis, and its number."""
    count, length = grid.shape
    whole: npt.NDArray[np.bool_] = np.all(np.isfinite(grid).reshape(count, -1, 12), axis=2)
    years = whole.shape[1]
    last = years - 1 - np.argmax(whole[:, ::-1], axis=1) - back
    column = np.arange(length) - (years - 1 - last)[:, None] * 12
    moved = np.where(column >= 0, np.take_along_axis(grid, np.maximum(column, 0), axis=1), np.nan)
    recent = np.isfinite(moved[:, -12 * (LEAST_YEARS + 1) :]).all(axis=1) & (moved[:, -12:].sum(axis=1) != 0)
    usable = whole.any(axis=1) & (last >= LEAST_YEARS) & recent
    return moved[usable], last[usable]


def invented(names: list[str], part: str, years: int = 1) -> list[Panel]:
    """These families or all, histories of 5, 8, 12 and 20 years up to 2025, and for more target years the same cut off
    earlier."""
    unknown = sorted(set(names) - set(FAMILIES))
    if unknown:
        sys.exit(f"--invented: there is no family {', '.join(unknown)}; there are {', '.join(FAMILIES)}")
    random = np.random.default_rng(2025)
    panels = []
    for name, family in FAMILIES.items():
        parts = []
        for length in (5, 8, 12, 20):
            made = family(random, 60, length)
            parts.append(np.pad(made, ((0, 0), ((20 - length) * 12, 0)), constant_values=np.nan))
        months = np.concatenate(parts)
        if part != "all":
            months = months[(1 if part == "unseen" else 0) :: 2]
        if names and name not in names:
            continue
        for back in range(years):
            cut = months[:, : months.shape[1] - 12 * back]
            cut = cut[np.isfinite(cut[:, -12 * (LEAST_YEARS + 1) :]).all(axis=1) & (cut[:, -12:].sum(axis=1) > 0)]
            panels.append(Panel(f"{name}, {2025 - back}", cut, np.full(len(cut), 2025 - back)))
    return panels


def linear(months: Floats, k: int) -> Floats:
    return np.asarray(so_far(months, k) * 12 / k)


def three_year_shares(months: Floats, k: int) -> Floats:
    earlier = months[:, -48:-12].reshape(len(months), 3, 12)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.nanmean(earlier[:, :, :k].sum(axis=2) / earlier.sum(axis=2), axis=1)
        return np.asarray(so_far(months, k) / share)


def last_years_path(months: Floats, k: int) -> Floats:
    last = months[:, -24:-12]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(last.sum(axis=1) * so_far(months, k) / last[:, :k].sum(axis=1))


def seasonal_naive(months: Floats, k: int) -> Floats:
    return np.asarray(so_far(months, k) + months[:, -24 + k : -12].sum(axis=1))


def so_far(months: Floats, k: int) -> Floats:
    return np.asarray(months[:, -12 : -12 + k or None].sum(axis=1))


def by_model(name: str) -> Callable[[Floats, int], Floats]:
    """A model of statsforecast, series by series."""

    def forecast(months: Floats, k: int) -> Floats:
        # Imported where needed: it compiles for seconds, and the quick run does without.
        from statsforecast import models

        found = np.full(len(months), np.nan)
        for row, one in enumerate(months):
            known = one[np.argmax(np.isfinite(one)) : len(one) - 12 + k]
            model = getattr(models, name)(season_length=12)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    ahead = model.forecast(known, h=12 - k)["mean"].sum()
            except (ValueError, ZeroDivisionError, IndexError):
                continue  # it can't do this series (constant, zeros); scored without it, and counted below
            found[row] = known[-k:].sum() + ahead
        return found

    return forecast


def ours(
    months: Floats, k: int, last: npt.NDArray[np.int64] | None = None
) -> tuple[Floats, dict[float, tuple[Floats, Floats]]]:
    """The forecast and its intervals; with `last`, the year (n,) that is foretold, a January alone is freed of what
    Spring Festival moved, as it is for targets."""
    known = months[:, : months.shape[1] - 12 + k]
    if k == 1 and last is not None:
        known = settled(known, last - months.shape[1] // 12 + 1)
    calls = call(known, Task(horizon=12 - k, fresh=k, summed=True))
    spread = Spread.of(calls.errors, calls.years)
    middle = known[:, -k:].sum(axis=1) + calls.called[0]

    def outcome(chance: float) -> Floats:
        return np.asarray(middle + spread.quantile(chance) * calls.scale[0])

    return outcome(0.5), {level: (outcome(0.5 - level / 2), outcome(0.5 + level / 2)) for level in (0.8, 0.95)}


def percent(error: Floats) -> float:
    return float(np.nanmean(np.abs(error)) * 100)


def report(panel: Panel, ks: list[int], quick: bool) -> None:
    print(f"\n{panel.name}: {len(panel.months)} years to foretell")
    methods: dict[str, Callable[[Floats, int], Floats]] = {
        "linear pace": linear,
        "three-year shares": three_year_shares,
        "last year's path": last_years_path,
        "seasonal naive": seasonal_naive,
    }
    if not quick:
        methods |= {"AutoETS": by_model("AutoETS"), "AutoTheta": by_model("AutoTheta")}
        for name in ("AutoETS", "AutoTheta"):  # compile before the clock runs
            methods[name](panel.months[:1], 6)
    print(f"{'months':>6}  {'method':<20}{'error %':>9}{'in 80 %':>9}{'in 95 %':>9}{'seconds':>9}{'ms each':>9}")
    for k in ks:
        truth = panel.total
        forecasts, seconds = {}, {}
        for name, method in methods.items():
            started = time.perf_counter()
            forecasts[name] = method(panel.months, k)
            seconds[name] = time.perf_counter() - started
        if not quick:
            forecasts["mean of ETS, Theta"] = (forecasts["AutoETS"] + forecasts["AutoTheta"]) / 2
            seconds["mean of ETS, Theta"] = seconds["AutoETS"] + seconds["AutoTheta"]
        started = time.perf_counter()
        forecasts["ours"], intervals = ours(panel.months, k, panel.last)
        seconds["ours"] = time.perf_counter() - started
        if k == 1:
            forecasts["ours, no festival"], _ = ours(panel.months, k)
            seconds["ours, no festival"] = time.perf_counter() - started - seconds["ours"]
        comparable = np.all([np.isfinite(one) for one in forecasts.values()], axis=0)
        for name, forecast in forecasts.items():
            error = (forecast - truth)[comparable] / np.abs(truth)[comparable]
            held = ""
            if name == "ours":
                held = "".join(
                    f"{np.mean((low <= truth) & (truth <= high)) * 100:9.1f}" for low, high in intervals.values()
                )
            print(
                f"{k:>6}  {name:<20}{percent(error):9.2f}{held or ' ' * 18}"
                f"{seconds[name]:9.3f}{seconds[name] / len(truth) * 1000:9.3f}"
            )
        if not comparable.all():
            print(f"{'':8}{(~comparable).sum()} series that one of the methods can't do are left out of the errors")
        if not quick:
            print(f"{'':8}AutoETS takes {seconds['AutoETS'] / seconds['ours']:.0f} times as long as ours")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("data", nargs="?", type=Path, help="CSV with columns series, month, value")
    parser.add_argument(
        "--months", nargs="+", type=int, default=[3, 6, 9], help="how many months of the year are known"
    )
    parser.add_argument("--limit", type=int, help="the first N series alone")
    parser.add_argument("--years", type=int, default=1, help="foretell the last N whole years")
    parser.add_argument("--since", type=int, default=0, help="only target years from this one on")
    parser.add_argument("--part", choices=["all", "seen", "unseen"], default="all", help="see the split above")
    parser.add_argument(
        "--columns", nargs=3, default=["series", "month", "value"], metavar=("SERIES", "MONTH", "VALUE")
    )
    parser.add_argument("--quick", action="store_true", help="without AutoETS and AutoTheta")
    parser.add_argument("--invented", nargs="*", metavar="FAMILY", help="the invented families, or some, and no file")
    given = parser.parse_args()
    if not all(1 <= k <= 11 for k in given.months):
        sys.exit("--months: between 1 and 11 months of the year can be known")
    if (given.invented is None) == (given.data is None):
        sys.exit("name a CSV file, or --invented")
    first, second, third = given.columns
    panels = (
        invented(given.invented, given.part, given.years)
        if given.invented is not None
        else read(given.data, (first, second, third), given.part, given.years, given.since, given.limit)
    )
    for panel in panels:
        limited = Panel(panel.name, panel.months[: given.limit], panel.last[: given.limit])
        report(limited, given.months, given.quick)


if __name__ == "__main__":
    main()
