"""The scoreboard: the evaluation with the catalogue's words beside it, in the order of the documents.

Belongs here: joining, ordering, choosing and grouping rows. Does not belong here: how they look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

import pandas as pd

from dagster_project.progress import rollup
from dagster_project.progress.rollup import By
from dagster_project.scoreboard.rows import board_rows
from validators.catalogue import Catalogue
from validators.periods import Month


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A chapter of a document and its rows."""

    document: str
    chapter: int
    rows: pd.DataFrame

    def records(self) -> list[dict[str, Any]]:
        """The rows one by one, by column name."""
        return [{str(name): value for name, value in row.items()} for row in self.rows.to_dict("records")]


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """`rows`: one per target, columns of `rows.COLUMNS`. `known_on`: the day whose knowledge was judged by, None for
    now. `sample`: made from invented figures, to be said wherever it is shown. `forecast`: of the same targets (columns
    target, probability), where it was asked for."""

    rows: pd.DataFrame
    catalogue: Catalogue
    as_of: Month
    known_on: date | None = None
    sample: bool = False
    forecast: pd.DataFrame | None = None

    @classmethod
    def of(
        cls,
        evaluation: pd.DataFrame,
        catalogue: Catalogue,
        *,
        as_of: Month,
        known_on: date | None = None,
        sample: bool = False,
        forecast: pd.DataFrame | None = None,
    ) -> Self:
        """The board of an evaluation (columns of progress.EVALUATION). Raises KeyError for targets not in the
        catalogue."""
        return cls(board_rows(evaluation, catalogue), catalogue, as_of, known_on, sample, forecast)

    def select(
        self,
        *,
        owner: str | None = None,
        region: str | None = None,
        document: str | None = None,
        chapter: int | None = None,
        lights: Collection[str] = (),
    ) -> Self:
        """The rows that fit everything given. `owner`: department id, as lead or among the responsible."""
        rows = self.rows
        fits = pd.Series(data=True, index=rows.index)
        if owner is not None:
            fits &= (rows["lead"] == owner) | (";" + rows["responsible"] + ";").str.contains(f";{owner};", regex=False)
        if region is not None:
            fits &= rows["region"] == region
        if document is not None:
            fits &= rows["document"] == document
        if chapter is not None:
            fits &= rows["chapter"] == chapter
        if lights:
            fits &= rows["light"].isin([str(light) for light in lights])
        return replace(self, rows=rows[fits])

    def counts(self, by: By) -> pd.DataFrame:
        """`progress.rollup` of the rows shown: parts are counted with their whole alone."""
        return rollup(self.rows, self.catalogue, by=by)

    def outlook(self) -> dict[str, float] | None:
        """Over everything shown: judged, on_pace_share, foretold, expected_met, expected_low, expected_high (see
        `progress.rollup`); None without a forecast or a row."""
        if self.forecast is None or self.rows.empty:
            return None
        (whole,) = rollup(self.rows, self.catalogue, by="all", forecast=self.forecast).to_dict("records")
        names = ("judged", "on_pace_share", "foretold", "expected_met", "expected_low", "expected_high")
        return {name: float(whole[name]) for name in names}

    def totals(self) -> dict[str, int]:
        """`counts` over everything shown: targets, then the lights."""
        whole = self.counts("document").drop(columns=["document"]).sum()
        return {str(name): int(number) for name, number in whole.items()}

    def groups(self) -> Iterator[Group]:
        """The rows by document and chapter, in the catalogue's order."""
        for (document, chapter), rows in self.rows.groupby(["document", "chapter"], sort=False):
            yield Group(str(document), int(str(chapter)), rows)
