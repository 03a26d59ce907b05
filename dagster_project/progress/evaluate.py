"""Where every target stands, all of them at once.

Belongs here: putting figures, pace and lights together into one row per target. Does not belong here: how a long
frame becomes an array (`panel.py`), what should be expected (`pace.py`), the order of the rules for a light
(`lights.py`), sentences (`reasons.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dagster_project.progress import pace
from dagster_project.progress.arrays import Flags, Floats, Integers, Marks
from dagster_project.progress.columns import EVALUATION
from dagster_project.progress.lights import LIGHTS, ROUNDING, Standing, lights
from dagster_project.progress.panel import NO_MONTH, Grain, Panel, grains, origins, statuses
from dagster_project.progress.reasons import reasons
from dagster_project.progress.targets import TargetTable
from validators.catalogue import Comparator, Kind, Measure, Pace
from validators.columns import STATUSES
from validators.periods import Month, Quarter

_ORIGINS = ("", "published", "cumulated", "derived")  # by Origin


def evaluate(targets: TargetTable, panel: Panel, as_of: Month) -> pd.DataFrame:
    """Judge every target by what `panel` holds up to the month `as_of`. One row per target in the table's order, with
    the columns of `columns.EVALUATION`; periods after `as_of` and after the due year are never looked at.

    Which figure is used. The latest published period, not later than the as-of month, from the target's first month
    (January of the due year for flows and counts, whose year to date begins anew; January of the document's year for
    all others, so that a level due in 2027 is followed from the start). Once the due month's own figure is there,
    that one, for good. An annual figure counts as December's. Without any: no_data.

    How it is judged:
    - linear: a flow or count should have reached value x months / 12 (months / due month when due before December).
      The month is that of the figure, so that late data doesn't punish the target; the reason says how late it is. A
      floor that is reached is met at once: what has been added up can't be undone.
    - schedule: the same against the department's cumulative plan.
    - a ceiling on something that accumulates: green while no more is used up than the pace allows; above the ceiling
      red.
    - a budget (exactly): linear by execution rate; met within the tolerance, red beyond it.
    - level (stock, ratio, growth, rank, duration): green when the latest figure meets the target, else yellow or red by
      distance: percentage points for growth, per cent of the value for others. Met only when the due month's own figure
      meets it, since a level can be lost again.
    - about (左右): value x (1 - tolerance) must be reached, and more is as good: each such promise in the documents
      is one of achievement, where nobody is blamed for more. On a duration or a rank it is a ceiling with the same
      tolerance.
    - year_end: awaiting until the due month's or its year's figure is there, then met or missed; earlier figures are
      shown without a light.
    - after due: met or missed by the due month's figure. While that is awaited the latest one is judged as before.
    """
    frame = measure(targets, panel, np.full(len(targets), as_of.ordinal))
    frame["reason_zh"], frame["reason_en"] = reasons(frame, targets)
    return frame.loc[:, list(EVALUATION)]


def measure(targets: TargetTable, panel: Panel, as_of: Integers) -> pd.DataFrame:
    """`evaluate` without the two columns of sentences, for callers that need numbers alone; each target as of a month
    (ordinal) of its own. Shape (n,)."""
    return pd.DataFrame(_judge(targets, panel, as_of), copy=False)


def _judge(targets: TargetTable, panel: Panel, as_of: Integers) -> dict[str, object]:
    used = figure_in_hand(targets, panel, as_of)
    actual = used.actual
    yearly = targets.is_pace(Pace.YEAR_END)
    low = targets.low_is_good
    accumulates = targets.accumulates
    paced = pace.follows_calendar(targets) | pace.follows_plan(targets)
    awaited = (yearly & ~used.settled) | (as_of < targets.start)
    told = used.known & ~awaited

    expected = np.where(told, pace.expected_share(targets, used.period), np.nan)
    needed = np.where(told, np.where(paced, expected * targets.value, _bound(targets, actual)), np.nan)
    upper = targets.value + targets.tolerance * np.abs(targets.value)
    overspent = accumulates & targets.is_comparator(Comparator.EXACTLY) & (actual > upper + _noise(upper))
    needed = np.where(overspent & told, upper, needed)
    # An exact value is missed on either side; from above, less is better.
    wanted_less = (
        low | overspent | (targets.is_comparator(Comparator.EXACTLY) & ~accumulates & (actual > targets.value))
    )
    gap = np.where(wanted_less, actual - needed, needed - actual)
    points = _points(targets, gap)
    reached = is_reached(targets, actual)
    attainment = _attainment(targets, actual)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(accumulates & low, expected / attainment, attainment / expected)
    remaining = np.maximum(targets.due - np.where(used.known, used.period, as_of), 0)
    months = np.where(used.known, used.period % 12 + 1, 0)

    light = lights(
        Standing(
            awaited=awaited,
            known=used.known,
            settled=used.settled,
            reached=reached,
            final=accumulates & ~low & (used.period <= targets.due),
            exceeded=accumulates & ((low & ~reached) | overspent),
            on_pace=np.where(paced, gap <= _noise(targets.value), reached),
            gap_points=points,
            band=targets.band,
        )
    )
    lag = np.maximum(np.minimum(as_of, np.maximum(targets.due, used.period)) - used.period, 0)
    lag[used.settled] = 0
    return {
        "target": pd.array(targets.ids, dtype="str"),
        "indicator": _categorical(targets.indicator, targets.indicators.ids),
        "region": _categorical(targets.region, targets.regions),
        "as_of": _categorical(*_period_words(as_of, np.full(len(targets), Grain.MONTH))),
        "period": _categorical(*_period_words(used.period, grains(used.marks))),
        "measure": _categorical(_measure_code(targets), tuple(Measure)),
        "origin": _categorical(origins(used.marks), _ORIGINS),
        "status": _categorical(statuses(used.marks) + 1, ("", *STATUSES)),
        "months": months,
        "lag_months": pd.arrays.IntegerArray(lag, ~used.known),
        "due": _categorical(*_period_words(targets.due, np.full(len(targets), Grain.MONTH))),
        "target_value": targets.value,
        "actual_value": actual,
        "attainment_ratio": attainment,
        "expected_ratio": expected,
        "seasonal_ratio": np.where(used.known, pace.seasonal_share(targets, panel, used.rows, used.period), np.nan),
        "pace_ratio": np.where(np.isfinite(ratio), ratio, np.nan),
        "expected_value": needed,
        "gap_value": gap,
        "gap_points": points,
        "band": targets.band,
        "required_run_rate": pace.required_run_rate(targets, actual, remaining),
        "average_run_rate": pace.average_run_rate(targets, actual, months),
        "remaining_months": remaining,
        "settled": used.settled,
        "light": _categorical(light, LIGHTS),
    }


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """The figure that each target is judged by. `rows` of the panel; `actual` in the target's unit; `period` a month
    ordinal or NO_MONTH; `settled` where nothing later can replace it but a revision."""

    rows: Integers
    period: Integers
    actual: Floats
    marks: Marks
    known: Flags
    settled: Flags


def figure_in_hand(targets: TargetTable, panel: Panel, as_of: int | Integers) -> Figure:
    """The figure each target is judged by as of a month (ordinal), or one of its own; which one, see `evaluate`."""
    rows = panel.rows(targets)
    year_end = targets.due // 12 * 12 + 11
    due_there = np.isfinite(panel.at(rows, targets.due)) & (targets.due <= as_of)
    year_there = targets.is_pace(Pace.YEAR_END) & np.isfinite(panel.at(rows, year_end)) & (year_end <= as_of)
    latest = panel.latest(rows, targets.start, np.minimum(as_of, year_end))
    period = np.where(due_there, targets.due, latest)
    known = period != NO_MONTH
    actual = panel.at(rows, period) * targets.factor
    return Figure(rows, period, actual, panel.marks_at(rows, period), known, due_there | year_there)


def _noise(value: Floats) -> Floats:
    return ROUNDING * np.maximum(1.0, np.abs(value))


def _bound(targets: TargetTable, actual: Floats) -> Floats:
    """The value that is just good enough for a level."""
    slack = targets.tolerance * np.abs(targets.value)
    above = targets.low_is_good | (targets.is_comparator(Comparator.EXACTLY) & (actual > targets.value))
    tolerant = targets.is_comparator(Comparator.ABOUT, Comparator.EXACTLY)
    bound = targets.value + np.where(tolerant, np.where(above, slack, -slack), 0.0)
    return np.where(targets.is_comparator(Comparator.POSITIVE), 0.0, bound)


def is_reached(targets: TargetTable, actual: Floats) -> Flags:
    """Whether the figure meets the comparator, up to binary noise."""
    bound, noise = _bound(targets, actual), _noise(targets.value)
    floor = targets.is_comparator(Comparator.AT_LEAST, Comparator.ABOUT) & ~targets.low_is_good
    ceiling = targets.low_is_good & ~targets.is_comparator(Comparator.LESS_THAN)
    return np.select(
        [
            floor,
            ceiling,
            targets.is_comparator(Comparator.MORE_THAN, Comparator.POSITIVE),
            targets.is_comparator(Comparator.LESS_THAN),
        ],
        [actual >= bound - noise, actual <= bound + noise, actual > bound + noise, actual < bound - noise],
        default=np.abs(actual - targets.value) <= targets.tolerance * np.abs(targets.value) + noise,
    )


def _attainment(targets: TargetTable, actual: Floats) -> Floats:
    """Fractions; NaN where the value is not above zero. A level that is to be low attains target / actual."""
    turned = targets.low_is_good & ~targets.accumulates
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(turned, targets.value / actual, actual / targets.value)
    return np.where((targets.value > 0) & (~turned | (actual > 0)), found, np.nan)


def _points(targets: TargetTable, gap: Floats) -> Floats:
    """The gap in what bands are measured in: points for growth, else per cent of the value (infinite where that is
    zero).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(gap == 0, 0.0, gap / np.abs(targets.value) * 100)
    return np.where(targets.is_kind(Kind.GROWTH), gap, share)


def _measure_code(targets: TargetTable) -> Integers:
    order = list(Measure)
    growth = np.where(targets.is_kind(Kind.GROWTH), order.index(Measure.YOY_YTD), order.index(Measure.LEVEL))
    return np.where(targets.accumulates, order.index(Measure.YTD), growth)


def _period_words(ordinals: Integers, grain: Integers) -> tuple[Integers, list[str]]:
    """Codes and SDMX texts; '' for NO_MONTH."""
    keys, codes = np.unique(np.where(ordinals == NO_MONTH, -1, ordinals * len(Grain) + grain), return_inverse=True)
    return codes.astype(np.int64), [_period_text(int(key)) for key in keys]


def _period_text(key: int) -> str:
    if key < 0:
        return ""
    ordinal, grain = divmod(key, len(Grain))
    month = Month.from_ordinal(ordinal)
    if grain == Grain.YEAR:
        return str(month.year)
    return Quarter(month.year, (month.month + 2) // 3).text if grain == Grain.QUARTER else month.text


def _categorical(codes: Integers, words: Iterable[str]) -> pd.Categorical[str]:
    """Repeated words cost a code each; they compare and read like the words themselves."""
    return pd.Categorical.from_codes(codes, categories=pd.Index([str(word) for word in words], dtype="str"))
