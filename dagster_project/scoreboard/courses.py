"""The lines that a target's chart shows: its figures, the paths it is held against, its tiers.

Belongs here: from frames of months to charts. Does not belong here: how they are drawn (`charts.py`), how they are
computed (`progress`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dagster_project.scoreboard.charts import Band, Chart, Level, Line, Stroke
from dagster_project.scoreboard.phrasing import Phrasing
from validators.catalogue import Ambition, Catalogue
from validators.periods import Month, parse_period

Points = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """Points by target, and by target and path; months as ordinals, values in the target's unit. `fans`: the months
    ahead with the value and the 80 % interval."""

    actuals: Mapping[str, Points]
    paths: Mapping[tuple[str, str], Points]
    fans: Mapping[str, tuple[tuple[int, float, float, float], ...]]

    @classmethod
    def of(cls, actuals: pd.DataFrame, paths: pd.DataFrame, fans: pd.DataFrame, as_of: Month) -> Courses:
        """All the courses of a judgement (its frames of `progress.actuals`, `paths`, `Foretold.months`), each figure no
        later than its month."""
        known = actuals[actuals["period"] <= as_of.text]
        return cls(
            _points(known, ["target"]),
            _points(paths, ["target", "path"]),
            _points(fans, ["target"], ["value", "low_80", "high_80"]),
        )

    def chart(self, row: Mapping[str, Any], catalogue: Catalogue, say: Phrasing) -> Chart:
        """The chart of a row of the scoreboard."""
        key = str(row["target"])
        lines = [
            Line(Stroke(path), say.text(f"chart.{path}"), self.paths[key, path])
            for path in ("linear", "schedule", "seasonal")
            if (key, path) in self.paths
        ]
        actual = self.actuals.get(key, ())
        ahead, fan = self._ahead(key, actual)
        if ahead:
            lines.append(Line(Stroke.FORECAST, say.text("chart.forecast"), ahead, bridge=12))
        lines.append(Line(Stroke.ACTUAL, say.text("chart.actual"), actual, bridge=12))
        levels = tuple(
            Level(
                Stroke.STRETCH if catalogue.targets[one].ambition is Ambition.STRETCH else Stroke.TARGET,
                f"{say.promise(catalogue.targets[one].comparator, float(catalogue.targets[one].value))}"
                f"{say.spaced(say.unit(row))}",
                float(catalogue.targets[one].value),
            )
            for one in tiers(catalogue, key)
        )
        due = parse_period(str(row["due"])).last_month.ordinal
        first = min((points[0][0] for points in (actual, *(line.points for line in lines)) if points), default=due - 11)
        first = min(first - first % 12, due - due % 12)
        return Chart(
            title=say.name(row),
            description=say.text(
                "chart.description",
                light=say.of(row, "light"),
                period=say.period(str(row["period"])),
                actual=say.amount(row["actual_value"]),
                target=say.promise(str(row["comparator"]), row["target_value"]),
                unit=say.unit(row),
            ),
            lines=tuple(lines),
            levels=levels,
            first=first,
            last=due,
            light=str(row["light"]),
            bands=(Band(say.text("chart.likely"), fan),) if fan else (),
        )

    def _ahead(self, key: str, actual: Points) -> tuple[Points, tuple[tuple[int, float, float], ...]]:
        """The forecast and its interval, both from the last figure on."""
        fan = self.fans.get(key, ())
        start = tuple((ordinal, value, value, value) for ordinal, value in actual[-1:] if fan and ordinal < fan[0][0])
        points = (*start, *fan)
        return (
            tuple((ordinal, value) for ordinal, value, _, _ in points),
            tuple((ordinal, low, high) for ordinal, _, low, high in points),
        )


def tiers(catalogue: Catalogue, key: str) -> list[str]:
    """The targets on the same figure, by value: several tiers of one promise. The target itself is among them."""
    target = catalogue.targets[key]
    same = [
        (float(other.value), name)
        for name, other in catalogue.targets.items()
        if (other.indicator, other.region, other.unit) == (target.indicator, target.region, target.unit)
        and (other.condition == target.condition or name == key)
    ]
    return [name for _, name in sorted(same)]


def _points(frame: pd.DataFrame, by: list[str], values: Sequence[str] = ("value",)) -> dict[Any, Any]:
    """The points of each group, by month."""
    ordinals = frame["period"].map({text: parse_period(text).last_month.ordinal for text in frame["period"].unique()})
    sorted_frame = frame.assign(ordinal=ordinals).sort_values("ordinal", kind="stable")
    return {
        (key[0] if len(by) == 1 else key): tuple(
            zip(group["ordinal"].tolist(), *(group[name].tolist() for name in values), strict=True)
        )
        for key, group in sorted_frame.groupby(by, sort=False)
    }
