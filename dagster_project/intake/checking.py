"""What a file says, and whether it may be believed by what is stored now.

Belongs here: reading, mapping and all checks of one file, as values. Does not belong here: what is then done with it
(`intake.py`), any rule of a check (`validators`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from dagster_project.intake.disagreements import disagreements
from dagster_project.intake.findings import dates, nothing_found, unreadable
from dagster_project.intake.outcome import Hints
from dagster_project.intake.reader import Reader
from dagster_project.settings import Settings
from dagster_project.store import Store
from dagster_project.tables import Mapped
from validators.catalogue import Catalogue
from validators.errors import UnreadableFileError
from validators.findings import Report
from validators.upload import check_upload


@dataclass(frozen=True)
class Checked:
    """`mapped` is None where the file can't be read. `known_from`: since when its figures are known, once believed."""

    report: Report
    mapped: Mapped | None
    known_from: datetime


class Checking:
    """The checks of one installation. They read what is stored and change nothing."""

    def __init__(self, catalogue: Catalogue, store: Store, settings: Settings) -> None:
        self._catalogue, self._store, self._settings = catalogue, store, settings
        self._reader = Reader(catalogue, settings)

    def check(
        self,
        found: Mapped | UnreadableFileError,
        file: str,
        *,
        now: datetime,
        moment: datetime,
        hints: Hints,
        embargo: datetime | None,
    ) -> Checked:
        """`moment`: since when the figures are known where nothing earlier (`published`) or later (`embargo`) is
        said."""
        if isinstance(found, UnreadableFileError):
            return Checked(unreadable(file, found), None, moment)
        mapped = found
        zone = self._settings.zone
        published = hints.published or mapped.published
        known_from = moment
        if published is not None:
            since = published if isinstance(published, datetime) else datetime.combine(published, time(), zone)
            known_from = min(moment, since)
            mapped = replace(mapped, published=since.astimezone(zone).date())
        report = Report(file, tuple(mapped.findings))
        until = None if embargo is None else embargo.astimezone(zone).date()
        report = report.with_findings(dates(mapped, now.astimezone(zone).date(), until))
        if embargo is not None:
            known_from = max(known_from, embargo)
        if mapped.dataset and mapped.period_last and not mapped.observations.empty:
            stored = self._store.observations(indicators=self._related(mapped.dataset))
            findings = check_upload(
                mapped.observations,
                stored,
                self._catalogue,
                mapped.dataset,
                (mapped.period_first, mapped.period_last),
                status=mapped.status,
                known_from=known_from,
            )
            others = disagreements(
                mapped.observations, stored, self._catalogue, self._store.upload, source=hints.source or ""
            )
            report = report.with_findings(findings).with_findings(others)
        elif not report.blocked:
            report = report.with_findings([nothing_found(file)])
        return Checked(report, mapped, known_from)

    def parts(self, data: bytes, file: str, hints: Hints) -> tuple[Mapped, ...]:
        """What the file says, by dataset; of an upload that is a part of a file, that part alone."""
        parts = self._reader.parts(
            data,
            file,
            dataset=hints.dataset,
            period=hints.period,
            region=hints.region,
            status=hints.status,
        )
        return tuple(part for part in parts if part.dataset == hints.part) or parts if hints.part else parts

    def _related(self, dataset: str) -> list[str]:
        """The dataset's indicators and those of other datasets that its figures are held against."""
        own = self._catalogue.dataset_indicators[dataset]
        related = set(own)
        for key, indicator in self._catalogue.indicators.items():
            linked = {indicator.numerator, indicator.denominator, indicator.of, indicator.part_of} - {None}
            if key in own or linked & set(own):
                related |= {key, *(name for name in linked if name)}
        return sorted(related)


def whole(file: str, checks: Sequence[Checked]) -> Checked:
    """Several datasets' checks as one that is said of the dataset which is in the way."""
    report = Report(file, tuple(finding for check in checks for finding in check.report.findings))
    return replace(next(check for check in checks if check.report.blocked), report=report)
