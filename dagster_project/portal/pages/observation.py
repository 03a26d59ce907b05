"""One figure with every version that was ever believed: its value, and the file, sheet and cell that stated it.

Belongs here: the versions beside the ledger. Does not belong here: which version is believed (`store`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Annotated, Any

from fastapi import HTTPException, Query
from starlette.responses import HTMLResponse

from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visit, Visiting
from dagster_project.store import Upload
from validators.catalogue import Measure
from validators.errors import PeriodError
from validators.periods import parse_period


@dataclass(frozen=True, slots=True)
class Version:
    """`change`: against the version before, NaN for the first. `withdrawn`: the upload whose withdrawal made this
    version, 0 for none."""

    number: int
    value: float
    unit: str
    status: str
    change: float
    known_from: datetime
    upload: Upload
    sheet: str
    cell: str
    withdrawn: int
    current: bool
    may_open: bool


def observation(
    visit: Visiting,
    indicator: str,
    region: str,
    period: str,
    measure: Annotated[str, Query(pattern="^[a-z_]*$")] = "",
) -> HTMLResponse:
    """The page; 404 for a figure that nobody ever stated."""
    catalogue, store = visit.desk.catalogue, visit.desk.store
    if indicator not in catalogue.indicators or region not in catalogue.regions:
        raise HTTPException(404)
    try:
        parse_period(period)
    except PeriodError as error:
        raise HTTPException(404) from error
    records = [
        {str(name): value for name, value in record.items()}
        for record in store.versions(indicator, region, period).to_dict("records")
    ]
    if not records:
        raise HTTPException(404)
    return visit.page(
        "observation.html",
        indicator=catalogue.indicators[indicator],
        region=catalogue.regions[region],
        period=period,
        chosen=measure,
        measures=_by_measure(visit, records),
        sample=visit.desk.board.current().snapshot.sample,
        targets=[
            (key, target)
            for key, target in catalogue.targets.items()
            if target.indicator == indicator and target.region == region
        ],
    )


def _by_measure(visit: Visit, records: list[dict[str, Any]]) -> list[tuple[str, list[Version]]]:
    """The versions of each measure, the newest first."""
    uploads = {number: visit.desk.store.upload(number) for number in {int(record["upload"]) for record in records}}
    order = [measure.value for measure in Measure]
    found = []
    for measure, group in groupby(records, key=itemgetter("measure")):
        versions: list[Version] = []
        rows = list(group)
        before = math.nan
        for number, row in enumerate(rows, start=1):
            upload = uploads[int(row["upload"])]
            versions.append(
                Version(
                    number=number,
                    value=row["value"],
                    unit=row["unit"],
                    status=row["status"],
                    change=row["value"] - before,
                    known_from=row["known_from"].to_pydatetime(),
                    upload=upload,
                    sheet=row["sheet"],
                    cell=row["cell"],
                    withdrawn=int(row.get("withdrawn", 0)),
                    current=number == len(rows),
                    may_open=visit.has("/uploads/{number}") and visit.may("view_upload", upload.dataset),
                )
            )
            before = row["value"]
        found.append((str(measure), versions[::-1]))
    return sorted(found, key=lambda pair: order.index(pair[0]))


ROUTES = (Route("GET", "/observations/{indicator}/{region}/{period}", observation, action="view_observations"),)
