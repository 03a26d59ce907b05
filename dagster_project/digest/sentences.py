"""What is needed and what is foretold for a target, in one language.

Belongs here: sentences from a row of a report. Does not belong here: arithmetic on figures (`progress`), texts
(`words.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dagster_project.scoreboard.phrasing import Phrasing
from validators.catalogue import Comparator

Row = Mapping[str, Any]
_CEILINGS = (Comparator.AT_MOST, Comparator.LESS_THAN)


@dataclass(frozen=True, slots=True)
class Best:
    """The best that was ever reached a month, NaN where nothing is known: `kind` is quarter or same_months, `end` its
    last month (SDMX). `low`: the target is a ceiling, so the best is the lowest."""

    rate: float
    kind: str
    end: str
    low: bool


def best_rate(row: Row) -> Best:
    """The better of the best quarter and of the best same months of an earlier year."""
    low = row["comparator"] in _CEILINGS
    found = [
        Best(float(row[f"best_{kind}_rate"]), kind, str(row[f"best_{kind}_end"]), low)
        for kind in ("quarter", "same_months")
        if math.isfinite(row[f"best_{kind}_rate"])
    ]
    if not found:
        return Best(math.nan, "", "", low)
    return min(found, key=lambda one: one.rate) if low else max(found, key=lambda one: one.rate)


def needed(row: Row, say: Phrasing) -> str:
    """What each remaining month must bring, beside the average so far and the best ever; '' where nothing is asked."""
    required = float(row["required_run_rate"])
    if row["light"] not in ("green", "yellow", "red") or not math.isfinite(required) or required <= 0:
        return ""
    best = best_rate(row)
    said = say.text(
        "need.at_most" if best.low else "need.at_least",
        rate=say.amount(required, 1),
        unit=say.spaced(say.unit(dict(row))),
        average=say.amount(float(row["average_run_rate"]), 1),
    )
    if math.isfinite(best.rate):
        words = f"need.best.{best.kind}" if not best.low else f"need.lowest.{best.kind}"
        said += say.text(words, rate=say.amount(best.rate, 1), end=say.period(best.end))
        if row["never_achieved"] is True:
            said += say.text("need.never")
    return said


def foretold(row: Row, say: Phrasing) -> str:
    """Where it will stand when it is due, with the interval and the probability; or why nothing is foretold."""
    if not math.isfinite(row["forecast_value"]):
        return say.text(f"no_forecast.{row['no_forecast']}") if row["no_forecast"] else ""
    if row["method"] == "finished":
        return ""
    return say.text(
        "forecast.sentence",
        due=say.period(str(row["due"])),
        value=say.amount(float(row["forecast_value"]), 1),
        unit=say.spaced(say.unit(dict(row))),
        low=say.amount(float(row["low_80"]), 1),
        high=say.amount(float(row["high_80"]), 1),
        chance=chance(float(row["probability"])),
    )


def skill(row: Row, say: Phrasing) -> str:
    """How far off the same method would have been from the same month of past years; '' where nothing is known."""
    if not math.isfinite(row["forecast_value"]) or row["method"] == "finished":
        return ""
    unit = row["skill_unit"]
    if math.isfinite(row["skill"]) and row["skill_years"] > 0:
        return say.text("skill.own", years=int(row["skill_years"]), error=_error(float(row["skill"]), unit, say))
    if math.isfinite(row["skill_others"]):
        return say.text("skill.others", error=_error(float(row["skill_others"]), unit, say))
    return say.text("skill.none")


def chance(probability: float) -> str:
    """'31%'; never 0 % or 100 % unless it is decided; '–' where there is none."""
    if not math.isfinite(probability):
        return "–"
    if probability in (0.0, 1.0):
        return f"{probability:.0%}"
    if probability < 0.01:
        return "<1%"
    return ">99%" if probability > 0.99 else f"{probability:.0%}"


def _error(size: float, unit: str, say: Phrasing) -> str:
    if unit == "points":
        return say.text("skill.points", size=f"{size:.2f}")
    return f"{100 * size:.1f}%"
