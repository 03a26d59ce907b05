"""The plan of pulls of an installation: what the catalogue asks for, against what is stored and what was asked.

Belongs here: gathering what the plan needs. Does not belong here: the plan's rules (`progress.pulls`), asking
(`puller.py`).
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dagster_project.progress.pulls import Asked, Standing, standings
from dagster_project.store import Pull, Store
from validators.catalogue import Catalogue

_LOOKED_BACK = 2000  # questions to each source; those of some years


def plan(catalogue: Catalogue, store: Store, now: datetime, zone: ZoneInfo) -> list[Standing]:
    """How every period of every source stands at `now`, by dataset, source and time."""
    asked = [
        _asked(one)
        for key, dataset in catalogue.datasets.items()
        for source in dataset.sources
        for one in store.pulls.newest(dataset=key, source=source.name, limit=_LOOKED_BACK)
    ]
    return standings(catalogue, store.releases(), asked, now, zone)


def _asked(pull: Pull) -> Asked:
    return Asked(
        pull.dataset,
        pull.source,
        pull.period_first,
        pull.period_last,
        pull.outcome.value,
        pull.ended_at,
        pull.retry_after,
    )
