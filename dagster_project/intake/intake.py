"""From a file's bytes to stored observations, or to a rejection that says why: the one path for every way in.

Belongs here: the order of the steps (archive, ledger, read, check, store), and who may release, decline or withdraw.
Does not belong here: any step itself (`checking.py`, `store`); a clock (the caller says when it is); Dagster. The
command line, the Dagster assets, the portal and a dry run all call these functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from unicodedata import normalize

from dagster_project.intake.checking import Checked, Checking, whole
from dagster_project.intake.findings import unreadable
from dagster_project.intake.outcome import NO_HINTS, Hints, Outcome, State, already, outcome_of, standing, together
from dagster_project.intake.refusals import asks_for_second, not_in_force, not_pending, reason_missing, same_person
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import IN_FORCE, Store, Upload, count_changes
from dagster_project.store import State as UploadState
from dagster_project.tables import Mapped
from dagster_project.tables.open_book import check_size
from validators.catalogue import Catalogue
from validators.errors import StoreError, TooLargeError, UnreadableFileError
from validators.file_names import safe_name
from validators.periods import Month, parse_period


class Intake:
    """Takes files in. Safe to use from several processes at once; each upload is one transaction."""

    def __init__(self, catalogue: Catalogue, store: Store, archive: Archive, settings: Settings) -> None:
        self._catalogue, self._store, self._archive, self._settings = catalogue, store, archive, settings
        self._checking = Checking(catalogue, store, settings)

    def land(
        self, data: bytes, file: str, *, by: str, now: datetime, stated: tuple[str, str, str] | None = None
    ) -> Upload:
        """Archive the bytes and write the ledger, without reading them further than to say whose table it is.

        `stated`: dataset, first and last period, from a source that knows them; the file is then not opened at all. A
        file that can't be read is landed all the same: it is rejected, with its report, when it is processed. One that
        is larger than the settings allow is not kept: TooLargeError."""
        dataset, first, last = stated or ("", "", "")
        parts: tuple[Mapped, ...] = ()
        file = safe_name(file)
        check_size(len(data), file, self._settings.max_upload_bytes)
        if stated is None:
            # What can't be read is said in full by `process`.
            with suppress(UnreadableFileError):
                parts = self._checking.parts(data, file, NO_HINTS)
                if len(parts) == 1:
                    dataset, first, last = parts[0].dataset, parts[0].period_first, parts[0].period_last
        upload = self._store.receive(
            sha256=self._archive.put(data),
            file_name=file,
            size=len(data),
            received_at=now,
            received_by=by,
            dataset=dataset,
            period_first=first,
            period_last=last,
        )
        if len(parts) > 1 and not upload.dataset:
            upload = self._split(upload, parts)[0]
        return upload

    def refuse_size(self, size: int, file: str, *, dry_run: bool = False) -> Outcome | None:
        """The rejection of a file of more bytes than the settings allow, else None. It leaves nothing behind: such a
        file is neither archived nor entered, and whoever knows its size need not fetch its bytes."""
        try:
            check_size(size, safe_name(file), self._settings.max_upload_bytes)
        except TooLargeError as error:
            state = State.BLOCKED if dry_run else State.REJECTED
            return Outcome(safe_name(file), state, unreadable(safe_name(file), error))
        return None

    def submit(
        self,
        data: bytes,
        file: str,
        *,
        by: str,
        now: datetime,
        hints: Hints = NO_HINTS,
        embargo_until: datetime | None = None,
        dry_run: bool = False,
    ) -> Outcome:
        """Hand in one file: archived, entered, read, checked, and stored as a whole or rejected as a whole.

        A file about several datasets becomes one upload for each, all of them or none. A clean file waits
        (State.PENDING, nothing of it stored) where its dataset asks for a second person or where it
        is under embargo. A dry run does the same reading and checking and leaves nothing behind. Raises PeriodError,
        before anything is done, for a period given that is none."""
        if hints.period is not None:
            parse_period(hints.period)
        file = safe_name(file)
        refused = self.refuse_size(len(data), file, dry_run=dry_run)
        if refused is not None:
            return refused
        if dry_run:
            return self._rehearse(data, file, now=now, hints=hints, embargo_until=embargo_until)
        upload = self._store.receive(
            sha256=self._archive.put(data),
            file_name=file,
            size=len(data),
            received_at=now,
            received_by=by,
            hints=hints.kept(),
            embargo_until=embargo_until,
        )
        # A duplicate still in state `received` was cut off before it was decided: this run completes it.
        if upload.duplicate and upload.state is not UploadState.RECEIVED:
            lacking = self._lacking(upload.sha256, hints)
            if not lacking:
                return already(upload, file, self._settings.zone)
            more = [
                self._store.receive(
                    sha256=upload.sha256,
                    file_name=file,
                    size=len(data),
                    received_at=now,
                    received_by=by,
                    dataset=one.part or one.dataset or "",
                    hints=one.kept(),
                    embargo_until=embargo_until,
                    again=True,
                )
                for one in lacking
            ]
            return together([self._decide(one, data, now=now) for one in more])
        if upload.hints.get("part"):  # one of several: the others may have been cut off too
            cut_off = [one for one in self._store.pending() if one.sha256 == upload.sha256]
            return together([self._decide_once(one, data, now=now) for one in cut_off])
        return self._decide_once(upload, data, now=now)

    def approve(self, upload_id: int, *, by: str, now: datetime) -> Outcome:
        """Let a pending upload go: it is read and checked again from the archive, by what is stored now, and accepted
        or rejected. Under embargo it stays pending until the date, and is released then.

        DecisionRefusedError when it isn't pending, or a second person is asked for and `by` handed it in."""
        upload = self._store.upload(upload_id)
        if upload.state is not UploadState.PENDING:
            raise not_pending(upload)
        if asks_for_second(upload, self._catalogue.datasets.get(upload.dataset)) and _same_person(
            by, upload.received_by
        ):
            raise same_person(upload)
        return self._release(self._store.approve(upload_id, by=by, at=now), now=now)

    def decline(self, upload_id: int, *, by: str, reason: str, now: datetime) -> Upload:
        """Send a pending upload back, or take one's own back: it will not be published. Returns it as it stands.

        DecisionRefusedError when it isn't pending, or no reason is given."""
        upload = self._store.upload(upload_id)
        if upload.state is not UploadState.PENDING:
            raise not_pending(upload)
        return self._withdraw(upload, by=by, reason=reason, now=now)

    def withdraw(self, upload_id: int, *, by: str, reason: str, now: datetime) -> Upload:
        """Take an accepted upload back: what was believed before it is believed again. Returns it as it stands.

        DecisionRefusedError when it isn't in force, or no reason is given."""
        upload = self._store.upload(upload_id)
        if upload.state not in IN_FORCE:
            raise not_in_force(upload)
        return self._withdraw(upload, by=by, reason=reason, now=now)

    def release_due(self, now: datetime) -> list[Outcome]:
        """Release every pending upload that waits for nothing any more, oldest first. Several processes may do so at
        once; each upload is released once."""
        return [
            self._release(upload, now=now)
            for upload in self._store.uploads(UploadState.PENDING)
            if not self._waits_for(upload, upload.dataset, now)
        ]

    def review(self, upload_id: int, *, now: datetime) -> Outcome:
        """What releasing a pending upload would change by what is stored now: a dry run, for who is to decide.

        DecisionRefusedError when it isn't pending."""
        upload = self._store.upload(upload_id)
        if upload.state is not UploadState.PENDING:
            raise not_pending(upload)
        data, hints = self._archive.get(upload.sha256), Hints.of(upload.hints)
        outcome = self._dry(data, upload.file_name, now=now, hints=hints, embargo_until=upload.embargo_until)
        return replace(outcome, upload=upload.id, waits_for=self._waits_for(upload, upload.dataset, now))

    def process(self, upload: Upload, *, now: datetime) -> Outcome:
        """Read, check and store, or reject, an upload that was landed. One that is decided already is left as it is."""
        if upload.state is not UploadState.RECEIVED:
            return already(upload, upload.file_name, self._settings.zone)
        return self._decide(upload, self._archive.get(upload.sha256), now=now)

    def process_pending(self, dataset: str, first: Month, last: Month, *, now: datetime) -> list[Outcome]:
        """Process what was landed for a dataset's periods that end from `first` to `last`, oldest period first.

        Returns what was processed now and, for the periods where nothing was, how their newest upload stands."""
        begin = self._ended_in(dataset, first, last)
        done = {upload.id: self.process(upload, now=now) for upload in begin if upload.state is UploadState.RECEIVED}
        # Read again: a region is known once a table has been decided, and the corrected one answers the rejected one.
        ours = self._ended_in(dataset, first, last) if done else begin
        newest = {(upload.period_first, upload.period_last, upload.region): upload.id for upload in ours}
        answers = set(newest.values())
        seen = {upload.id: standing(upload) for upload in ours if upload.id in answers}
        order = dict.fromkeys([*(upload.id for upload in ours), *done])
        return [(seen | done)[key] for key in order if key in seen or key in done]

    def _ended_in(self, dataset: str, first: Month, last: Month) -> list[Upload]:
        """The uploads of a dataset's periods that end in these months, but for withdrawn ones, oldest period first."""
        ours = [
            upload
            for upload in self._store.uploads(dataset=dataset)
            if upload.state is not UploadState.WITHDRAWN
            and upload.period_last
            and first <= parse_period(upload.period_last).last_month <= last
        ]
        return sorted(ours, key=lambda upload: (parse_period(upload.period_last).last_month, upload.id))

    def _needs_approval(self, dataset: str) -> bool:
        return dataset in self._catalogue.datasets and self._catalogue.datasets[dataset].approval

    def _waits_for(self, upload: Upload, dataset: str, now: datetime) -> tuple[str, ...]:
        """What has to happen before the upload may be published."""
        released = upload.approved_at is not None and not _same_person(upload.approved_by, upload.received_by)
        held = upload.embargo_until is not None and upload.embargo_until > now
        asked = asks_for_second(upload, self._catalogue.datasets.get(dataset))
        waits = {"approval": asked and not released, "embargo": held}
        return tuple(what for what, is_so in waits.items() if is_so)

    def _withdraw(self, upload: Upload, *, by: str, reason: str, now: datetime) -> Upload:
        if not reason.strip():
            raise reason_missing(upload)
        return self._store.withdraw(upload.id, by=by, because=reason.strip(), at=now)

    def _release(self, upload: Upload, *, now: datetime) -> Outcome:
        """Accept, or reject, a pending upload that waits for nothing any more; else say what it still waits for."""
        waits = self._waits_for(upload, upload.dataset, now)
        if waits:
            return replace(standing(upload), waits_for=waits)
        return self._decide_once(upload, self._archive.get(upload.sha256), now=now)

    def _decide_once(self, upload: Upload, data: bytes, *, now: datetime) -> Outcome:
        """As `_decide`. Somebody else may have decided meanwhile, by the same bytes or another release; then theirs is
        the answer."""
        try:
            outcome = self._decide(upload, data, now=now)
        except StoreError:
            if self._store.upload(upload.id).state is upload.state:
                raise
        else:
            if not upload.duplicate or outcome.change is None or not outcome.change.repeated:
                return outcome
        return already(self._store.upload(upload.id), upload.file_name, self._settings.zone)

    def _decide(self, upload: Upload, data: bytes, *, now: datetime) -> Outcome:
        hints = Hints.of(upload.hints)
        try:
            parts = self._checking.parts(data, upload.file_name, hints)
        except UnreadableFileError as error:
            return self._decide_part(upload, error, now=now)
        if len(parts) == 1:
            return self._decide_part(upload, parts[0], now=now)
        checks = [self._check_part(upload, part, now=now) for part in parts]
        if any(check.report.blocked for check in checks):
            return self._reject(upload, whole(upload.file_name, checks), now=now)
        uploads = self._split(upload, parts)
        return together([self._decide_part(*pair, now=now) for pair in zip(uploads, parts, strict=True)])

    def _lacking(self, digest: str, hints: Hints) -> list[Hints]:
        """How to take what of these bytes, which were handed in before, isn't in the store: a dataset that was left out
        then, or one of several that was withdrawn."""
        uploads = self._store.uploads_of(digest)
        there = {one.dataset for one in uploads if one.state not in (UploadState.REJECTED, UploadState.WITHDRAWN)}
        if hints.dataset is not None:
            return [] if hints.dataset in there else [hints]
        gone = [one.dataset for one in uploads if one.state is UploadState.WITHDRAWN and one.hints.get("part")]
        return [replace(hints, part=dataset) for dataset in dict.fromkeys(gone) if dataset not in there]

    def _split(self, upload: Upload, parts: Sequence[Mapped]) -> list[Upload]:
        """One upload for each dataset of a file, entered together so that none is forgotten."""
        hints = Hints.of(upload.hints)
        return self._store.split(
            upload.id,
            [
                (part.dataset, part.period_first, part.period_last, replace(hints, part=part.dataset).kept())
                for part in parts
            ],
        )

    def _check_part(self, upload: Upload, mapped: Mapped | UnreadableFileError, *, now: datetime) -> Checked:
        hints, waited = Hints.of(upload.hints), upload.state is UploadState.PENDING
        # What waited is known from when it is let go, what was cut off by a crash from when it came.
        moment = now if waited else upload.received_at
        return self._checking.check(
            mapped, upload.file_name, now=now, moment=moment, hints=hints, embargo=upload.embargo_until
        )

    def _reject(self, upload: Upload, checked: Checked, *, now: datetime) -> Outcome:
        hints, mapped, report = Hints.of(upload.hints), checked.mapped, checked.report
        named = replace(outcome_of(upload.file_name, State.REJECTED, report, mapped), upload=upload.id)
        self._store.reject(
            upload.id,
            dataset=named.dataset,
            period_first=named.period_first,
            period_last=named.period_last,
            report=report,
            decided_at=now,
            region=hints.region or "" if mapped is None else _region(mapped, hints),
        )
        return named

    def _decide_part(self, upload: Upload, found: Mapped | UnreadableFileError, *, now: datetime) -> Outcome:
        hints, checked = Hints.of(upload.hints), self._check_part(upload, found, now=now)
        mapped, report = checked.mapped, checked.report
        if mapped is None or report.blocked:
            return self._reject(upload, checked, now=now)
        waits = self._waits_for(upload, mapped.dataset, now)
        if waits:
            self._store.hold(
                upload.id,
                dataset=mapped.dataset,
                region=_region(mapped, hints),
                period_first=mapped.period_first,
                period_last=mapped.period_last,
                report=report,
                decided_at=now,
                published=mapped.published,
            )
            outcome = outcome_of(upload.file_name, State.PENDING, report, mapped)
            return replace(outcome, upload=upload.id, waits_for=waits)
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
        outcome = outcome_of(upload.file_name, State.ACCEPTED, report, mapped)
        return replace(outcome, upload=upload.id, change=change)

    def _rehearse(
        self, data: bytes, file: str, *, now: datetime, hints: Hints, embargo_until: datetime | None
    ) -> Outcome:
        known, wanted = self._store.upload_of(sha256(data).hexdigest()), [hints]
        if known is not None and known.state is not UploadState.RECEIVED:
            wanted = self._lacking(known.sha256, hints)
        if known is not None and not wanted:
            return already(known, file, self._settings.zone)
        rehearsed = [self._dry(data, file, now=now, hints=one, embargo_until=embargo_until) for one in wanted]
        outcome = together(rehearsed)
        waits = ["approval"] if hints.hold or any(map(self._needs_approval, outcome.datasets)) else []
        waits += ["embargo"] if embargo_until is not None and embargo_until > now else []
        return replace(outcome, waits_for=tuple(waits) if outcome.good else ())

    def _dry(self, data: bytes, file: str, *, now: datetime, hints: Hints, embargo_until: datetime | None) -> Outcome:
        try:
            parts: tuple[Mapped | UnreadableFileError, ...] = self._checking.parts(data, file, hints)
        except UnreadableFileError as error:
            parts = (error,)
        outcomes = []
        for part in parts:
            checked = self._checking.check(part, file, now=now, moment=now, hints=hints, embargo=embargo_until)
            if checked.mapped is None or checked.report.blocked:
                outcomes.append(outcome_of(file, State.BLOCKED, checked.report, checked.mapped))
                continue
            changes = self._store.preview(checked.mapped.observations, known_from=checked.known_from)
            outcome = outcome_of(file, State.PASSED, checked.report, checked.mapped)
            outcomes.append(replace(outcome, change=count_changes(changes), changes=changes))
        return together(outcomes)


def _region(mapped: Mapped, hints: Hints) -> str:
    """The region of a table of one; '' where it has several, or can't be told."""
    found = mapped.observations["region"].unique()
    if len(found) == 1:
        return str(found[0])
    return hints.region or "" if len(found) == 0 else ""


def _same_person(one: str, other: str) -> bool:
    return normalize("NFKC", one).strip().casefold() == normalize("NFKC", other).strip().casefold()
