"""The sample year of the real catalogue as a Prometheus has seen it: what was believed at moments from May to October.

Belongs here: handing the year's tables in, in the order of their publication, and the gauges at each moment. Does not
belong here: what is asked of them.

The datasets that are revised come in as workbooks, with what the checks find in them; the figures of the others go
straight to the store, those of a dataset since the moment before as one upload: reading all 177 workbooks is tested
elsewhere and takes a minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from dagster_project.intake import Intake
from dagster_project.judgement import snapshot
from dagster_project.metrics.gauges import Registry, registry
from dagster_project.sample import Edition, plan_editions, write_sample
from dagster_project.sample.write import truth
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.columns import OBSERVATION
from validators.findings import Report
from validators.periods import Month

YEAR, THROUGH, SEED = 2025, Month(2025, 9), 2025
ZONE = ZoneInfo("Asia/Shanghai")
# Most tables of September are there, and two that were due by the 10th are late.
NOW = datetime(2025, 10, 20, 4, tzinfo=UTC)
# April's trade was published on 16 May and revised ten days later.
BEFORE_REVISION = datetime(2025, 5, 20, 4, tzinfo=UTC)
# Many tables are published from the 8th to the 10th, trade, industry and retail sales on the 17th.
LAST_DAYS = [NOW - timedelta(days=days) for days in (13, 12, 11, 10, 9, 4, 3, 2, 0)]
MOMENTS = (BEFORE_REVISION, *LAST_DAYS)


@dataclass(frozen=True)
class SampleYear:
    """`history` is OpenMetrics with the samples of all moments; `last` the gauges of the last one."""

    history: str
    last: Registry


def sample_year(catalogue: Catalogue, folder: Path) -> SampleYear:
    """Hand the year in, with a home in `folder`, and look at the gauges at each moment."""
    desk = _Desk(catalogue, folder)
    lines: dict[str, list[str]] = {}
    with desk.store:
        for moment in MOMENTS:
            desk.hand_in_until(moment)
            state = snapshot(catalogue, desk.store, now=moment)
            made = registry(catalogue, lambda state=state: state, zone=ZONE)  # type: ignore[misc]  # bound, not late
            for name, labels, value in _samples(made):
                lines.setdefault(name, []).append(f"{name}{labels} {value!r} {moment.timestamp()}")
    families = (f"# TYPE {name} gauge\n" + "\n".join(found) for name, found in lines.items())
    return SampleYear("\n".join(families) + "\n# EOF\n", made)


class _Desk:
    """Where the tables come in."""

    def __init__(self, catalogue: Catalogue, folder: Path) -> None:
        settings = Settings(home=folder / "home")
        settings.home.mkdir()
        self.store = Store.open(settings.store_url)
        self._intake = Intake(catalogue, self.store, Archive(settings.archive), settings)
        files = write_sample(catalogue, year=YEAR, through=THROUGH, folder=folder / "sample", seed=SEED)
        figures = truth(catalogue, year=YEAR, through=THROUGH, seed=SEED)
        self._figures = {str(name): frame for name, frame in figures.groupby("file")}
        self._files = {path.name: path for path in files}
        plan = plan_editions(catalogue, year=YEAR, through=THROUGH, seed=SEED)
        self._coming = [edition for edition in plan if edition.file_name in self._files]
        self._revised = {edition.dataset for edition in plan if edition.revised}

    def hand_in_until(self, moment: datetime) -> None:
        """Everything that is published by then and is not there yet; the run that follows ends at that moment."""
        waiting: dict[str, list[Edition]] = {}
        while self._coming and _morning(self._coming[0]) <= moment:
            edition = self._coming.pop(0)
            if edition.dataset in self._revised:
                data = self._files[edition.file_name].read_bytes()
                assert self._intake.submit(data, edition.file_name, by="desk", now=_morning(edition)).good
            else:
                waiting.setdefault(edition.dataset, []).append(edition)
        for dataset, editions in waiting.items():
            self._store(dataset, editions)
        self.store.record_run("publish", "success", moment)

    def _store(self, dataset: str, editions: Sequence[Edition]) -> None:
        last = editions[-1]
        upload = self.store.receive(
            sha256=sha256(last.file_name.encode()).hexdigest(),
            file_name=last.file_name,
            size=1,
            received_at=_morning(last),
            received_by="desk",
        )
        self.store.accept(
            upload.id,
            dataset=dataset,
            period_first=editions[0].first.text,
            period_last=last.last.text,
            observations=pd.concat([self._figures[each.file_name] for each in editions])[list(OBSERVATION)],
            report=Report(()),
            known_from=_morning(last),
            decided_at=_morning(last),
            published=last.published,
        )


def _morning(edition: Edition) -> datetime:
    return datetime.combine(edition.published, time(10), ZONE)


def _samples(made: Registry) -> Iterator[tuple[str, str, float]]:
    """Name, labels and value of every sample, as they come from a Pushgateway: with the job of the group."""
    for family in made.collect():
        for sample in family.samples:
            pairs = ",".join(f'{key}="{_escaped(value)}"' for key, value in {**sample.labels, "job": "xushi"}.items())
            yield sample.name, f"{{{pairs}}}", sample.value


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
