"""Time partitions of the dataset assets: the periods that are really published."""

from functools import cache

import dagster as dg

from dagster_project.defs.resources import catalogue, settings
from validators.catalogue import Cadence, Dataset
from validators.periods import Month, Period, Quarter, parse_period

# Three years of history before the documents' year: what seasonal shares are taken from.
YEARS_OF_HISTORY = 3


def rhythm(dataset: Dataset) -> str:
    """Name of the dataset's publishing rhythm; datasets of one rhythm share partitions and a job."""
    if dataset.cadence is Cadence.MONTHLY and dataset.january:
        return "monthly_with_january"
    return dataset.cadence.value


@cache
def partitions(of: str) -> dg.TimeWindowPartitionsDefinition:
    """Partitions of a rhythm, with SDMX keys ('2025-03', '2025'). January has none where January and February are
    published together: February's window begins in February and December's runs to the end of January, in which its
    table is handed in, so that the window under way counts too. A source may begin earlier than the history."""
    first = min(document.year for document in catalogue().documents.values()) - YEARS_OF_HISTORY
    sources = [one for dataset in catalogue().datasets.values() if rhythm(dataset) == of for one in dataset.sources]
    first = min([first, *(parse_period(one.since).first_month.year for one in sources if one.since)])
    zone = settings().timezone
    if of == "annual":
        return dg.TimeWindowPartitionsDefinition(start=str(first), fmt="%Y", cron_schedule="0 0 1 1 *", timezone=zone)
    if of == "quarterly":
        return dg.TimeWindowPartitionsDefinition(
            start=f"{first}-01", fmt="%Y-%m", cron_schedule="0 0 1 1,4,7,10 *", timezone=zone
        )
    months, start = ("1-12", f"{first}-01") if of == "monthly_with_january" else ("2-12", f"{first}-02")
    return dg.TimeWindowPartitionsDefinition(
        start=start, fmt="%Y-%m", cron_schedule=f"0 0 1 {months} *", timezone=zone, end_offset=int(of == "monthly")
    )


def key_of(period: str) -> str:
    """The partition key of an SDMX period: itself, but for quarters, which Dagster names by their first month."""
    found = parse_period(period)
    return f"{found.year}-{found.quarter * 3 - 2:02d}" if isinstance(found, Quarter) else period


def period_of(of: str, key: str) -> Period:
    """The period of a partition key."""
    found = parse_period(key)
    return Quarter(found.year, (found.month + 2) // 3) if of == "quarterly" and isinstance(found, Month) else found
