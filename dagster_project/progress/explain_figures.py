"""Where a figure of the panel comes from, down to the cell of the table.

Belongs here: finding the statements behind a figure and adding them up as the panel did. Does not belong here: judging
(`explain.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from dagster_project.progress.explain_steps import Ref, Steps
from dagster_project.progress.panel import Grain, Origin, Panel, grains, origins
from dagster_project.progress.targets import ACCUMULATING, KINDS, TargetTable
from validators.catalogue import Kind, Measure
from validators.periods import Month, Quarter, parse_period


@dataclass(frozen=True, slots=True)
class Input:
    """A figure that an explanation uses, as an upload stated it; `known_from` (ISO) tells its version."""

    name: str
    indicator: str
    region: str
    period: str
    measure: str
    value: float
    unit: str
    status: str
    known_from: str
    upload: int
    file: str
    sheet: str
    cell: str


@dataclass(slots=True)
class Figures:
    """The figures of a region, asked by indicator (code in `targets.indicators`) and month (ordinal)."""

    targets: TargetTable
    panel: Panel
    region: str
    rows: Mapping[tuple[str, str, str], Mapping[Any, Any]]  # by indicator, period, measure
    files: Mapping[int, str]
    steps: Steps
    inputs: dict[str, Input] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        targets: TargetTable,
        panel: Panel,
        observations: pd.DataFrame,
        row: int,
        files: Mapping[int, str],
        steps: Steps,
    ) -> Figures:
        """For the target at position `row`; `observations` is the STORED frame that the panel was made from."""
        region = targets.regions[targets.region[row]]
        names = [targets.indicators.ids[code] for code in series_codes(targets, row)]
        mine = observations[observations["region"].eq(region) & observations["indicator"].isin(names)]
        rows = {(one["indicator"], one["period"], one["measure"]): one for one in mine.to_dict("records")}
        return cls(targets, panel, region, rows, files, steps)

    def at(self, code: int, ordinal: int) -> Ref | None:
        """The figure of a month as the panel has it: an input, or a step from inputs; None where it isn't known."""
        slot = int(self.panel.slots[code, self.targets.regions.index(self.region)])
        marks = self.panel.marks_at(np.array([slot]), np.array([ordinal]))
        origin, grain = Origin(int(origins(marks)[0])), Grain(int(grains(marks)[0]))
        if origin is Origin.NONE:
            return None
        name, month = self.targets.indicators.ids[code], Month.from_ordinal(ordinal)
        if origin is Origin.PUBLISHED:
            return self._input(name, _period(month, grain), self._measure(code))
        words = {"zh": f"{self.targets.indicators.name_zh[code]} {month.text}", "en": f"{name} {month.text}"}
        if origin is Origin.DERIVED:
            above = self.at(int(self.targets.indicators.numerator[code]), ordinal)
            below = self.at(int(self.targets.indicators.denominator[code]), ordinal)
            if above is None or below is None:
                return None
            scale = float(self.targets.indicators.scale[code])
            scaled = self.steps.take(f"{name} {month.text} scaled", "multiply", scale, above, **words)
            return self.steps.take(f"{name} {month.text}", "divide", scaled, below, **words)
        own = self._input(name, _period(month, grain), Measure.MONTH.value)
        before = self.at(code, ordinal - 1) if month.month > 1 else None
        if before is None:  # January, or February's figure, which covers both
            return self.steps.take(f"{name} {month.text}", "take", own, **words)
        return self.steps.take(f"{name} {month.text}", "add", before, own, **words)

    def history(self, code: int, last: int) -> list[Input]:
        """Every stated figure of the indicator that a panel reads, up to a month (ordinal), by period."""
        name, read = self.targets.indicators.ids[code], {self._measure(code)}
        if KINDS[self.targets.indicators.kind[code]] in ACCUMULATING:
            read.add(Measure.MONTH.value)
        keys = [key for key in self.rows if key[0] == name and key[2] in read]
        return [self._cited(*key) for key in sorted(keys) if parse_period(key[1]).last_month.ordinal <= last]

    def _measure(self, code: int) -> str:
        kind = KINDS[self.targets.indicators.kind[code]]
        if kind in ACCUMULATING:
            return Measure.YTD.value
        return Measure.YOY_YTD.value if kind is Kind.GROWTH else Measure.LEVEL.value

    def _input(self, indicator: str, period: str, measure: str) -> Ref:
        found = self._cited(indicator, period, measure)
        self.inputs.setdefault(found.name, found)
        return Ref("input", found.name, found.value)

    def _cited(self, indicator: str, period: str, measure: str) -> Input:
        row = self.rows[indicator, period, measure]
        return Input(
            name=f"{indicator} {period} {measure}",
            indicator=indicator,
            region=self.region,
            period=period,
            measure=measure,
            value=float(row["value"]),
            unit=str(row["unit"]),
            status=str(row["status"]),
            known_from=row["known_from"].isoformat(),
            upload=int(row["upload"]),
            file=self.files.get(int(row["upload"]), ""),
            sheet=str(row["sheet"]),
            cell=str(row["cell"]),
        )


def series_codes(targets: TargetTable, row: int) -> list[int]:
    """The indicator of a target, and those that its ratio is derived from (codes)."""
    code = int(targets.indicator[row])
    codes = [code, int(targets.indicators.numerator[code]), int(targets.indicators.denominator[code])]
    return [one for one in codes if one >= 0]


def _period(month: Month, grain: Grain) -> str:
    if grain is Grain.YEAR:
        return str(month.year)
    return Quarter(month.year, (month.month + 2) // 3).text if grain is Grain.QUARTER else month.text
