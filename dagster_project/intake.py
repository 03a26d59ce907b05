"""From a file's bytes to stored observations, or to a rejection that says why: the one path for every way in.

Belongs here: the order of the steps (archive, ledger, read, map, check, store). Does not belong here: any step itself;
a clock (the caller says when it is); Dagster. The command line, the Dagster assets and a dry run all call these
functions.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

import pandas as pd

from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import Change, Store, Upload, count_changes
from dagster_project.store import State as UploadState
from dagster_project.tables import Mapped, to_observations
from dagster_project.tables.open_book import check_size
from dagster_project.tables.worker import Limits, read_apart
from validators.catalogue import Catalogue
from validators.errors import TooLargeError, UnreadableFileError
from validators.file_names import safe_name
from validators.findings import Finding, Report, Severity
from validators.periods import Month, parse_period
from validators.upload import check_upload


class State(StrEnum):
    """How a hand-in ended."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"  # the same bytes are in the ledger already: nothing was done
    PASSED = "passed"  # dry run: it would be accepted
    BLOCKED = "blocked"  # dry run: it would be rejected


_STATES_ZH = {
    UploadState.RECEIVED: "待处理",
    UploadState.REJECTED: "已退回",
    UploadState.ACCEPTED: "已入库",
    UploadState.SUPERSEDED: "已入库,其后被新数替代",
}


@dataclass(frozen=True)
class Hints:
    """What the person handing in says about the file; it wins where the file is silent and is checked where it
    speaks."""

    dataset: str | None = None
    period: str | None = None  # SDMX
    region: str | None = None
    status: str | None = None
    published: date | None = None


NO_HINTS = Hints()


@dataclass(frozen=True)
class Outcome:
    """What became of one file. `change` counts what it changed, or would change; `changes` is there after a dry run,
    with one row per figure (see `Store.preview`)."""

    file: str
    state: State
    report: Report
    dataset: str = ""
    period_first: str = ""
    period_last: str = ""
    upload: int | None = None
    change: Change | None = None
    changes: pd.DataFrame | None = None

    @property
    def good(self) -> bool:
        """Whether the file is, or would be, in the store."""
        return self.state in (State.ACCEPTED, State.PASSED, State.DUPLICATE)


@dataclass(frozen=True)
class _Checked:
    report: Report
    mapped: Mapped | None
    known_from: datetime


class Intake:
    """Takes files in. Safe to use from several processes at once; each upload is one transaction."""

    def __init__(self, catalogue: Catalogue, store: Store, archive: Archive, settings: Settings) -> None:
        self._catalogue, self._store, self._archive, self._settings = catalogue, store, archive, settings

    def land(
        self, data: bytes, file: str, *, by: str, now: datetime, stated: tuple[str, str, str] | None = None
    ) -> Upload:
        """Archive the bytes and write the ledger, without reading them further than to say whose table it is.

        `stated`: dataset, first and last period, from a source that knows them; the file is then not opened at all. A
        file that can't be read is landed all the same: it is rejected, with its report, when it is processed. One that
        is larger than the settings allow is not kept: TooLargeError."""
        dataset, first, last = stated or ("", "", "")
        file = safe_name(file)
        check_size(len(data), file, self._settings.max_upload_bytes)
        if stated is None:
            # What can't be read is said in full by `process`.
            with suppress(UnreadableFileError):
                mapped = self._map(data, file, NO_HINTS)
                dataset, first, last = mapped.dataset, mapped.period_first, mapped.period_last
        return self._store.receive(
            sha256=self._archive.put(data),
            file_name=file,
            size=len(data),
            received_at=now,
            received_by=by,
            dataset=dataset,
            period_first=first,
            period_last=last,
        )

    def refuse_size(self, size: int, file: str, *, dry_run: bool = False) -> Outcome | None:
        """The rejection of a file of more bytes than the settings allow, else None. It leaves nothing behind: such a
        file is neither archived nor entered, and whoever knows its size need not fetch its bytes."""
        try:
            check_size(size, safe_name(file), self._settings.max_upload_bytes)
        except TooLargeError as error:
            state = State.BLOCKED if dry_run else State.REJECTED
            return Outcome(safe_name(file), state, _unreadable(safe_name(file), error))
        return None

    def submit(
        self, data: bytes, file: str, *, by: str, now: datetime, hints: Hints = NO_HINTS, dry_run: bool = False
    ) -> Outcome:
        """Hand in one file: archived, entered, read, checked, and stored as a whole or rejected as a whole.

        A dry run does the same reading and checking and leaves nothing behind. Raises PeriodError, before anything is
        done, for a period given that is none."""
        if hints.period is not None:
            parse_period(hints.period)
        file = safe_name(file)
        refused = self.refuse_size(len(data), file, dry_run=dry_run)
        if refused is not None:
            return refused
        if dry_run:
            return self._rehearse(data, file, now=now, hints=hints)
        upload = self._store.receive(
            sha256=self._archive.put(data), file_name=file, size=len(data), received_at=now, received_by=by
        )
        # A duplicate still in state `received` was cut off before it was decided: this run completes it.
        if upload.duplicate and upload.state is not UploadState.RECEIVED:
            return _already(upload, file, self._settings.zone)
        return self._decide(upload, data, now=now, hints=hints)

    def process(self, upload: Upload, *, now: datetime) -> Outcome:
        """Read, check and store, or reject, an upload that was landed. One that is decided already is left as it is."""
        if upload.state is not UploadState.RECEIVED:
            return _already(upload, upload.file_name, self._settings.zone)
        return self._decide(upload, self._archive.get(upload.sha256), now=now, hints=NO_HINTS)

    def process_pending(self, dataset: str, first: Month, last: Month, *, now: datetime) -> list[Outcome]:
        """Process what was landed for a dataset's periods that end from `first` to `last`, oldest period first.

        Returns what was processed now and, for the periods where nothing was, how their newest upload stands."""
        ours = [
            upload
            for upload in self._store.uploads(dataset=dataset)
            if upload.period_last and first <= parse_period(upload.period_last).last_month <= last
        ]
        ours.sort(key=lambda upload: (parse_period(upload.period_last).last_month, upload.id))
        newest = {(upload.period_first, upload.period_last, upload.region): upload.id for upload in ours}
        outcomes = []
        for upload in ours:
            if upload.state is UploadState.RECEIVED:
                outcomes.append(self.process(upload, now=now))
            elif upload.id in newest.values():
                outcomes.append(_standing(upload))
        return outcomes

    def _decide(self, upload: Upload, data: bytes, *, now: datetime, hints: Hints) -> Outcome:
        checked = self._check(data, upload.file_name, now=now, received_at=upload.received_at, hints=hints)
        mapped, report = checked.mapped, checked.report
        if mapped is None or report.blocked:
            named = replace(_outcome(upload.file_name, State.REJECTED, report, mapped), upload=upload.id)
            self._store.reject(
                upload.id,
                dataset=named.dataset,
                period_first=named.period_first,
                period_last=named.period_last,
                report=report,
                decided_at=now,
            )
            return named
        change = self._store.accept(
            upload.id,
            dataset=mapped.dataset,
            period_first=mapped.period_first,
            period_last=mapped.period_last,
            observations=mapped.observations,
            report=report,
            known_from=checked.known_from,
            decided_at=now,
            published=mapped.published,
        )
        outcome = _outcome(upload.file_name, State.ACCEPTED, report, mapped)
        return replace(outcome, upload=upload.id, change=change)

    def _rehearse(self, data: bytes, file: str, *, now: datetime, hints: Hints) -> Outcome:
        known = self._store.upload_of(sha256(data).hexdigest())
        if known is not None and known.state is not UploadState.RECEIVED:
            return _already(known, file, self._settings.zone)
        checked = self._check(data, file, now=now, received_at=now, hints=hints)
        if checked.mapped is None or checked.report.blocked:
            return _outcome(file, State.BLOCKED, checked.report, checked.mapped)
        changes = self._store.preview(checked.mapped.observations, known_from=checked.known_from)
        outcome = _outcome(file, State.PASSED, checked.report, checked.mapped)
        return replace(outcome, change=count_changes(changes), changes=changes)

    def _check(self, data: bytes, file: str, *, now: datetime, received_at: datetime, hints: Hints) -> _Checked:
        try:
            mapped = self._map(data, file, hints)
        except UnreadableFileError as error:
            return _Checked(_unreadable(file, error), None, received_at)
        published = hints.published or mapped.published
        mapped = replace(mapped, published=published)
        report = Report(file, tuple(mapped.findings))
        report = report.with_findings(_dates(mapped, now.astimezone(self._settings.zone).date()))
        known_from = received_at
        if published is not None:
            known_from = min(received_at, datetime.combine(published, time(), self._settings.zone))
        if mapped.dataset and mapped.period_last and not mapped.observations.empty:
            findings = check_upload(
                mapped.observations,
                self._store.observations(indicators=self._related(mapped.dataset)),
                self._catalogue,
                mapped.dataset,
                (mapped.period_first, mapped.period_last),
                status=mapped.status,
                known_from=known_from,
            )
            report = report.with_findings(findings)
        elif not report.blocked:
            report = report.with_findings([_nothing_found(file)])
        return _Checked(report, mapped, known_from)

    def _map(self, data: bytes, file: str, hints: Hints) -> Mapped:
        limits = Limits(
            max_bytes=self._settings.max_upload_bytes,
            max_cells=self._settings.max_cells,
            memory=self._settings.max_read_memory,
            seconds=self._settings.max_read_seconds,
        )
        reading = read_apart(data, file, period=hints.period, limits=limits)
        return to_observations(
            reading,
            self._catalogue,
            dataset=hints.dataset,
            period=hints.period,
            region=hints.region,
            status=hints.status,
        )

    def _related(self, dataset: str) -> list[str]:
        """The dataset's indicators and those of other datasets that its figures are held against."""
        own = self._catalogue.dataset_indicators[dataset]
        related = set(own)
        for key, indicator in self._catalogue.indicators.items():
            linked = {indicator.numerator, indicator.denominator, indicator.of, indicator.part_of} - {None}
            if key in own or linked & set(own):
                related |= {key, *(name for name in linked if name)}
        return sorted(related)


def _unreadable(file: str, error: UnreadableFileError) -> Report:
    return Report(file, (Finding(Severity.ERROR, "file_unreadable", error.zh, error.en, found=file),))


def _outcome(file: str, state: State, report: Report, mapped: Mapped | None) -> Outcome:
    if mapped is None:
        return Outcome(file, state, report)
    return Outcome(file, state, report, mapped.dataset, mapped.period_first, mapped.period_last)


def _standing(upload: Upload) -> Outcome:
    """How an upload that was decided earlier stands, with the report and the counts of its decision."""
    state = State.REJECTED if upload.state is UploadState.REJECTED else State.ACCEPTED
    report = upload.report or Report(upload.file_name)
    periods = (upload.period_first, upload.period_last)
    return Outcome(upload.file_name, state, report, upload.dataset, *periods, upload=upload.id, change=upload.change)


def _already(upload: Upload, file: str, zone: ZoneInfo) -> Outcome:
    day = f"{upload.received_at.astimezone(zone):%Y-%m-%d %H:%M}"
    state = _STATES_ZH[upload.state]
    finding = Finding(
        Severity.INFO,
        "same_file_again",
        f"这份文件已于 {day} 交过({upload.file_name},第 {upload.id} 号,{state}),内容相同,未作改动;不必处理。",
        f"The same bytes were handed in on {day} ({upload.file_name}, upload {upload.id}, {upload.state.value}); "
        "nothing was changed, and there is nothing to do.",
        found=upload.sha256[:12],
    )
    return Outcome(
        file,
        State.DUPLICATE,
        Report(file, (finding,)),
        upload.dataset,
        upload.period_first,
        upload.period_last,
        upload=upload.id,
    )


def _dates(mapped: Mapped, today: date) -> list[Finding]:
    """A table of a month that hasn't begun, or published before its month began or later than today, is a slip of the
    pen. Work in progress is reported within its month, so the month need not be over."""
    findings = []
    if mapped.published is not None and mapped.published > today:
        findings.append(
            Finding(
                Severity.ERROR,
                "published_in_future",
                f"发布日期 {mapped.published} 晚于今天({today});请改正发布日期后重新上传。",
                f"The publication date {mapped.published} lies after today ({today}); correct it and upload again.",
                found=str(mapped.published),
                expected=f"<= {today}",
            )
        )
    if not mapped.period_last:
        return findings
    period, this_month = parse_period(mapped.period_last), Month(today.year, today.month)
    begins = date(period.first_month.year, period.first_month.month, 1)
    if mapped.published is not None and mapped.published < begins:
        findings.append(
            Finding(
                Severity.ERROR,
                "published_too_early",
                f"发布日期 {mapped.published} 早于表中时期 {period.text} 开始之日({begins});"
                "请核对发布日期和表头中的年月,改正后重新上传。",
                f"The publication date {mapped.published} lies before the table's period {period.text} began "
                f"({begins}); check the date and the month in the header, correct the wrong one and upload again.",
                period=period.text,
                found=str(mapped.published),
                expected=f">= {begins}",
            )
        )
    if period.last_month > this_month:
        latest = mapped.observations[mapped.observations["period"] == period.text]
        findings.append(
            Finding(
                Severity.ERROR,
                "period_in_future",
                f"表中时期 {period.text} 尚未到来(本月为 {this_month.text});请核对表头中的年月,改正后重新上传。",
                f"The table is for {period.text}, which has not come (this month is {this_month.text}); "
                "check year and month in the header, correct them and upload again.",
                sheet="" if latest.empty else str(latest["sheet"].iloc[0]),
                cell="" if latest.empty else str(latest["cell"].iloc[0]),
                period=period.text,
                found=period.text,
                expected=f"<= {this_month.text}",
            )
        )
    return findings


def _nothing_found(file: str) -> Finding:
    return Finding(
        Severity.ERROR,
        "nothing_recognised",
        "文件可以打开,但没有一行对应指标目录;请核对表名和指标名称,或用 xushi tables read 查看读到的内容。",
        "The file opens, but no row of it belongs to the catalogue; check title and row labels, or see with "
        "`xushi tables read` what was read.",
        found=file,
    )
