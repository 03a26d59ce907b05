"""Which rows are exported, and as they were known when.

Belongs here: the question. Does not belong here: where it was asked (command line, API), the rows (`rows.py`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from validators.catalogue import Catalogue
from validators.errors import ExportError
from validators.names import NameTable
from validators.periods import Month, parse_period


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """`known_on`: as it was known at the end of this day, None for now. `since` and `until` (SDMX): figures whose
    period's last month lies in between. `indicators`, `datasets`, `regions`: ids and codes, empty for all; a row is
    meant when it fits all of them. `as_of`: month of the judgement, for progress and forecasts."""

    known_on: date | None = None
    since: str | None = None
    until: str | None = None
    indicators: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    as_of: Month | None = None

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        *,
        known_on: date | None = None,
        since: str | None = None,
        until: str | None = None,
        indicators: Iterable[str] = (),
        datasets: Iterable[str] = (),
        regions: Iterable[str] = (),
        as_of: str | None = None,
    ) -> Selection:
        """From what somebody wrote: regions by code, name or alias. ExportError for an id that nobody has, PeriodError
        for a period that is none."""
        for period in (since, until):
            if period is not None:
                parse_period(period)
        names = NameTable(catalogue.regions)
        found = []
        for text in regions:
            code = names.find(text)
            if code is None:
                near = "、".join(names.nearest(text))
                raise ExportError(f"没有地区“{text}”；最接近：{near}", f"there is no region {text!r}; nearest: {near}")
            found.append(code)
        return cls(
            known_on=known_on,
            since=since,
            until=until,
            indicators=_known("指标", "indicator", indicators, catalogue.indicators),
            datasets=_known("数据集", "dataset", datasets, catalogue.datasets),
            regions=tuple(dict.fromkeys(found)),
            as_of=None if as_of is None else parse_period(as_of).last_month,
        )

    def indicators_of(self, catalogue: Catalogue) -> list[str] | None:
        """The indicators that are meant, None for all."""
        if not self.indicators and not self.datasets:
            return None
        wanted = self.indicators or tuple(catalogue.indicators)
        if not self.datasets:
            return list(wanted)
        return [key for key in wanted if catalogue.indicators[key].dataset in self.datasets]


def _known(zh: str, en: str, ids: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    there = list(known)
    found = tuple(dict.fromkeys(ids))
    for key in found:
        if key not in there:
            near = "、".join(difflib.get_close_matches(key, there, n=3, cutoff=0.0))
            raise ExportError(f"目录中没有{zh}“{key}”；最接近：{near}", f"there is no {en} {key!r}; nearest: {near}")
    return found
