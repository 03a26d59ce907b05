"""`evaluate` against a slow reading of the same rules: one target at a time, plain Python, no arrays.

The reference shares no code with the package. It is written from the rules as a person would follow them on paper, and
compared on random catalogues with every kind, comparator, pace, due month and gap in the data.
"""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest

NOISE = 1e-7
KINDS = ("flow", "count", "stock", "ratio", "growth", "rank", "duration")
COMPARATORS = ("at_least", "more_than", "at_most", "less_than", "about", "rank_within", "positive", "exactly")
UNITS = {"flow": "亿元", "count": "家", "stock": "家", "ratio": "%", "growth": "%", "rank": "位", "duration": "分钟"}
BANDS = {"growth": 1.0}


def month_number(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def random_target(random_: random.Random) -> dict[str, Any]:
    kind = random_.choice(KINDS)
    target: dict[str, Any] = {"kind": kind, "comparator": random_.choice(COMPARATORS), "unit": UNITS[kind]}
    target["value"] = 0 if target["comparator"] == "positive" else random_.choice([2, 10, 48, 100, 450])
    target["pace"] = random_.choice(["linear", "linear", "level", "schedule", "year_end"])
    target["due"] = random_.choice(["2025-12"] * 5 + ["2025-02", "2025-06", "2027-12"])
    target["january"] = random_.random() < 0.2
    if kind == "flow" and random_.random() < 0.3:
        target["indicator_unit"] = "万元"
    if random_.random() < 0.3:
        target["tolerance"] = random_.choice([0.01, 0.1])
    if random_.random() < 0.3:
        target["band"] = random_.choice([0.5, 5.0, 30.0])
    if target["pace"] == "schedule" and target["value"]:
        months = random_.sample(range(1, 13), random_.randint(0, 4))
        shares = sorted(random_.random() for _ in months)
        plan = zip(sorted(months), shares, strict=True)
        target["schedule"] = {f"2025-{month:02d}": round(share * target["value"], 3) for month, share in plan}
    return target


def random_figures(random_: random.Random, target: dict[str, Any]) -> dict[tuple[str, str], float]:
    """Figures of about the target's size with gaps: {(period, measure): value} in the indicator's unit."""
    size = float(target["value"]) or 2.0
    size *= 10_000 if "indicator_unit" in target else 1
    pace = random_.choice([0.3, 0.8, 0.97, 1.0, 1.02, 1.3])
    chance = random_.choice([0.3, 0.9, 1.0])
    found: dict[tuple[str, str], float] = {}
    for year in (2021, 2022, 2023, 2024, 2025, 2026, 2027):
        for month in range(1, 13):
            text = f"{year}-{month:02d}"
            if random_.random() > chance:
                continue
            if target["kind"] in ("flow", "count"):
                if random_.random() < 0.6:
                    exact = random_.random() < 0.2
                    found[text, "ytd"] = size * month / 12 * (1.0 if exact else pace * random_.uniform(0.9, 1.1))
                if random_.random() < 0.6:
                    found[text, "month"] = size / 12 * pace * random_.uniform(0.5, 1.5)
                found[text, "yoy_ytd"] = random_.uniform(-20, 20)
            else:
                value = random_.choice([size, size * pace * random_.uniform(0.9, 1.1), 0.0, -size / 10])
                found[text, "yoy_ytd" if target["kind"] == "growth" else "level"] = value
        if random_.random() < 0.3:
            measure = {"flow": "ytd", "count": "ytd", "growth": "yoy_ytd"}.get(target["kind"], "level")
            found[str(year), measure] = size * pace
    return found


def series(target: dict[str, Any], figures: dict[tuple[str, str], float]) -> dict[int, float]:
    """Month number -> the figure that the target is judged by, in the indicator's unit."""
    accumulates = target["kind"] in ("flow", "count")
    wanted = "ytd" if accumulates else "yoy_ytd" if target["kind"] == "growth" else "level"
    found = {}
    for (period, measure), value in figures.items():
        if measure == wanted and len(period) == 4:
            found[int(period) * 12 + 11] = value
    for (period, measure), value in figures.items():
        if measure == wanted and len(period) == 7:
            found[month_number(period)] = value
    if not accumulates:
        return found
    months = {month_number(period): value for (period, measure), value in figures.items() if measure == "month"}
    for year in range(2021, 2028):
        january = year * 12
        for number in range(january, january + 12):
            if number in found or number not in months:
                continue
            if number == january:
                found[number] = months[number]
            elif number - 1 in found:
                found[number] = found[number - 1] + months[number]
            elif number == january + 1 and not target["january"]:
                found[number] = months[number]
    return found


def planned(target: dict[str, Any], start: int, number: int) -> float:
    points = {month_number(text): float(value) for text, value in target["schedule"].items()}
    points.setdefault(month_number(target["due"]), float(target["value"]))
    first = min(points)
    before = 0.0 if target["kind"] in ("flow", "count") else points[first]
    points.setdefault(min(start, first) - 1, before)
    if number >= max(points):
        return points[max(points)]
    left = max((one for one in points if one <= number), default=None)
    if left is None:
        return before
    right = min(one for one in points if one > number)
    return points[left] + (points[right] - points[left]) * (number - left) / (right - left)


def reference(target: dict[str, Any], figures: dict[tuple[str, str], float], as_of: int) -> dict[str, Any]:
    kind, comparator, value = target["kind"], target["comparator"], float(target["value"])
    accumulates = kind in ("flow", "count")
    due = month_number(target["due"])
    start = (due // 12) * 12 if accumulates else 2025 * 12
    year_end = due // 12 * 12 + 11
    known = series(target, figures)
    tolerance = target.get("tolerance", 0.02) if comparator in ("about", "exactly") else target.get("tolerance", 0.0)
    band = target.get("band", BANDS.get(kind, 10.0))
    yearly = target["pace"] == "year_end"

    settled = (due in known and due <= as_of) or (yearly and year_end in known and year_end <= as_of)
    if due in known and due <= as_of:
        period = due
    else:
        period = max((one for one in known if start <= one <= min(as_of, year_end)), default=None)
    actual = known[period] / (10_000 if "indicator_unit" in target else 1) if period is not None else math.nan
    answer: dict[str, Any] = {"period": period, "actual": actual, "required": math.nan}
    if accumulates and period is not None and due > period:
        answer["required"] = max(0.0, value - actual) / (due - period)
    if (yearly and not settled) or as_of < start:
        return {**answer, "light": "awaiting"}
    if period is None:
        return {**answer, "light": "no_data"}

    low = comparator in ("at_most", "less_than", "rank_within") or (
        comparator == "about" and kind in ("rank", "duration")
    )
    lower, upper = value - tolerance * value, value + tolerance * value
    if comparator == "at_least":
        reached = actual >= value - NOISE
    elif comparator in ("more_than", "positive"):
        reached = actual > value + NOISE
    elif comparator in ("at_most", "rank_within"):
        reached = actual <= value + NOISE
    elif comparator == "less_than":
        reached = actual < value - NOISE
    elif comparator == "about":
        reached = actual <= upper + NOISE if low else actual >= lower - NOISE
    else:
        reached = lower - NOISE <= actual <= upper + NOISE

    scheduled = target["pace"] == "schedule" and bool(target.get("schedule"))
    linear = accumulates and (target["pace"] == "linear" or (target["pace"] == "schedule" and not scheduled))
    if scheduled:
        needed = planned(target, start, period)
    elif linear:
        needed = value * min((period - start + 1) / (due - start + 1), 1.0)
    elif comparator == "about":
        needed = upper if low else lower
    elif comparator == "exactly":
        needed = upper if actual > value else lower
    else:
        needed = value
    overspent = accumulates and comparator == "exactly" and actual > upper + NOISE
    if overspent:
        needed = upper
    less_is_better = low or overspent or (comparator == "exactly" and not accumulates and actual > value)
    gap = actual - needed if less_is_better else needed - actual
    if kind == "growth":
        points = gap
    elif value:
        points = gap / value * 100
    else:
        points = 0.0 if gap == 0 else math.copysign(math.inf, gap)

    on_pace = gap <= NOISE if scheduled or linear else reached
    if settled:
        light = "met" if reached else "missed"
    elif accumulates and not low and reached and period <= due:
        light = "met"
    elif accumulates and ((low and not reached) or overspent):
        light = "red"
    elif on_pace:
        light = "green"
    else:
        light = "yellow" if points < band - NOISE else "red"
    return {**answer, "light": light, "gap": gap, "points": points}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("as_of", ["2025-01", "2025-02", "2025-07", "2025-12", "2026-03", "2027-12"])
def test_arrays_and_paper_give_the_same_judgement(new_catalogue, judge_all, seed, as_of):
    random_ = random.Random(seed)
    targets = [random_target(random_) for _ in range(60)]
    listed = [random_figures(random_, target) for target in targets]
    catalogue = new_catalogue(targets)
    figures = {
        (f"figure_{number}", period, measure): value
        for number, one in enumerate(listed)
        for (period, measure), value in one.items()
    }
    found = judge_all(catalogue, figures, as_of)
    for row, target, one in zip(found.itertuples(), targets, listed, strict=True):
        expected = reference(target, one, month_number(as_of))
        shown = (target, row.period, row.reason_en)
        assert row.light == expected["light"], shown
        period = (
            int(row.period[:4]) * 12 + (month_number(row.period) % 12 if len(row.period) == 7 else 11)
            if row.period
            else None
        )
        assert period == expected["period"], shown
        assert np.isclose(row.actual_value, expected["actual"], equal_nan=True), shown
        assert np.isclose(row.required_run_rate, expected["required"], equal_nan=True), shown
        if "gap" in expected:
            assert np.isclose(row.gap_value, expected["gap"], atol=1e-6), shown
            assert np.isclose(row.gap_points, expected["points"], atol=1e-6), shown
