"""The store: one door to the uploads, the figures and the evaluations, on SQLite or PostgreSQL.

Every method is one transaction. Methods raise StoreError where the database refuses for good and TemporaryError where
trying again can help. A store may be used by several threads; a forked process opens its own.

Belongs here: transactions and their order of steps. Does not belong here: SQL (the modules beside this one).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Self

import pandas as pd
from sqlalchemy import Engine

from dagster_project.store import deeds, evaluations, firsts, ledger, marks, runs, slips, stated, tallies
from dagster_project.store import migrate as schema
from dagster_project.store import names as catalogue_names
from dagster_project.store import observations as figures
from dagster_project.store import versions as courses
from dagster_project.store.accounts import Accounts
from dagster_project.store.attempts import Attempts
from dagster_project.store.audit import AuditLog, Deed
from dagster_project.store.engine import connect, reading, safe_text, writing
from dagster_project.store.evaluations import Stamp
from dagster_project.store.frames import storable
from dagster_project.store.ledger import State, Upload
from dagster_project.store.models import EvaluationRow, ForecastRow
from dagster_project.store.observations import Change, Filter
from dagster_project.store.pulls import Pulls
from dagster_project.store.sessions import Sessions
from dagster_project.store.tokens import Tokens
from validators.errors import StoreError
from validators.findings import Report


class Store:
    """Made by `Store.open`; close it, or use it in a `with`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, *, migrate: bool = True, wait_seconds: float = 30) -> Self:
        """Open the database at a SQLAlchemy URL: `sqlite:///path`, `postgresql://...` or `postgres://...`.

        With `migrate` the schema is made or brought to the newest version; without it StoreError is raised when it is
        not. `wait_seconds`: how long to wait for another writer or for the server before giving up with TemporaryError.
        """
        engine = connect(url, wait_seconds=wait_seconds)
        try:
            if migrate:
                schema.upgrade(engine)
            else:
                schema.require_newest(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({self.place})"

    @property
    def place(self) -> str:
        """Where the database is, without its password."""
        return safe_text(self._engine.url)

    def drift(self) -> list[str]:
        """Where the schema in the database differs from the models, one line each."""
        return schema.drift(self._engine)

    # Who may do what (used by `identity`)

    @property
    def accounts(self) -> Accounts:
        """The people who may sign in."""
        return Accounts(self._engine)

    @property
    def tokens(self) -> Tokens:
        """The tokens of systems."""
        return Tokens(self._engine)

    @property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        return Sessions(self._engine)

    @property
    def attempts(self) -> Attempts:
        """Failed sign-ins."""
        return Attempts(self._engine)

    @property
    def audit(self) -> AuditLog:
        """What was done."""
        return AuditLog(self._engine)

    @property
    def pulls(self) -> Pulls:
        """What was asked of the sources."""
        return Pulls(self._engine)

    # Uploads

    def receive(
        self,
        *,
        sha256: str,
        file_name: str,
        size: int,
        received_at: datetime,
        received_by: str,
        dataset: str = "",
        period_first: str = "",
        period_last: str = "",
        hints: Mapping[str, str] | None = None,
        embargo_until: datetime | None = None,
        again: bool = False,
    ) -> Upload:
        """Enter a file whose bytes are archived; dataset and periods where they are known already.

        `hints` and `embargo_until` are kept with it, so that whoever completes it, after a crash or a release, knows
        what was said. Bytes that were received before, and neither rejected nor withdrawn, get no new row: that upload
        comes back with `duplicate` set. `again` enters them all the same, e.g. to return to an earlier table after a
        wrong correction.
        """
        with writing(self._engine) as connection:
            received = ledger.receive(
                connection,
                sha256=sha256,
                file_name=file_name,
                size=size,
                received_at=received_at,
                received_by=received_by,
                dataset=dataset,
                period_first=period_first,
                period_last=period_last,
                hints=hints or {},
                embargo_until=embargo_until,
                again=again,
            )
            deeds.handed_in(connection, received)
            return received

    def split(self, upload_id: int, parts: Sequence[tuple[str, str, str, Mapping[str, str]]]) -> list[Upload]:
        """A received upload becomes one for each of the file's datasets: dataset, first and last period, hints. All of
        them are entered, or none; the first keeps the number."""
        with writing(self._engine) as connection:
            uploads = ledger.split(connection, upload_id, parts)
            for more in uploads[1:]:
                deeds.handed_in(connection, more)
            return uploads

    def accept(
        self,
        upload_id: int,
        *,
        dataset: str,
        period_first: str,
        period_last: str,
        observations: pd.DataFrame,
        report: Report,
        known_from: datetime,
        decided_at: datetime,
        published: date | None = None,
    ) -> Change:
        """Store every figure of an upload (a frame with the OBSERVATION columns, in any order) and mark it accepted.

        `known_from` is since when its figures are believed. Uploads that it leaves without any figure of their own
        become superseded. An upload that was accepted before is left alone: its change comes back with `repeated` set.
        StoreError when the upload was rejected or withdrawn, is unknown or under embargo at `decided_at`, or a figure
        may not be stored (see `frames.storable`).
        """
        frame = storable(observations)
        with writing(self._engine) as connection:
            upload = ledger.one(connection, upload_id)
            done = ledger.stored_change(upload)
            if done is not None:
                return Change(done.new, done.revised, done.unchanged, done.ignored_older, repeated=True)
            _require_open(upload)
            if upload.embargo_until is not None and upload.embargo_until > decided_at:
                raise StoreError(
                    f"上传 {upload_id} 须待 {upload.embargo_until:%Y-%m-%d %H:%M}(UTC)后发布,请到时再试 / upload "
                    f"{upload_id} is under embargo until {upload.embargo_until:%Y-%m-%d %H:%M} UTC; try again then"
                )
            change = figures.count_changes(figures.compare(connection, frame, known_from, upload_id))
            figures.write(connection, upload_id, frame, known_from)
            regions = frame["region"].unique()
            ledger.decide(
                connection,
                upload_id,
                state=State.ACCEPTED,
                dataset=dataset,
                region=str(regions[0]) if len(regions) == 1 else "",
                period_first=period_first,
                period_last=period_last,
                report=report,
                decided_at=decided_at,
                published=published,
                known_from=known_from,
                change=change,
            )
            if len(frame):
                ledger.settle(connection, upload_id)
            deeds.decided(connection, ledger.one(connection, upload_id), decided_at, Deed.ACCEPTED)
            return change

    def hold(
        self,
        upload_id: int,
        *,
        dataset: str,
        region: str,
        period_first: str,
        period_last: str,
        report: Report,
        decided_at: datetime,
        published: date | None = None,
    ) -> None:
        """Mark a clean upload as pending; nothing of it is stored. Holding it once more refreshes what is said about
        it; StoreError when it was decided."""
        with writing(self._engine) as connection:
            upload = ledger.one(connection, upload_id)
            _require_open(upload)
            ledger.decide(
                connection,
                upload_id,
                state=State.PENDING,
                dataset=dataset,
                region=region,
                period_first=period_first,
                period_last=period_last,
                report=report,
                decided_at=decided_at,
                published=published,
            )
            if upload.state is not State.PENDING:  # held once more, with what is said about it now
                deeds.decided(connection, ledger.one(connection, upload_id), decided_at, Deed.HELD)

    def approve(self, upload_id: int, *, by: str, at: datetime) -> Upload:
        """Keep who let a pending upload go, the first time it is let go; it stays pending until it is accepted.

        Whether this person may is not asked here. StoreError when the upload isn't pending."""
        with writing(self._engine) as connection:
            upload = ledger.one(connection, upload_id)
            _require(upload, State.PENDING)
            if upload.approved_at is None:
                ledger.approve(connection, upload_id, by=by, at=at)
                deeds.done_by(connection, upload, Deed.APPROVED, by, at)
            return ledger.one(connection, upload_id)

    def withdraw(self, upload_id: int, *, by: str, because: str, at: datetime) -> Upload:
        """Take an upload back: from `at` on its figures are believed no longer, and those that it overruled are again.

        A pending one is declined by it. StoreError when it was withdrawn before, rejected, or not decided yet, and
        when `at` lies before its figures were known or the upload was decided."""
        with writing(self._engine) as connection:
            upload = ledger.one(connection, upload_id)
            _require(upload, State.PENDING, *ledger.IN_FORCE)
            if upload.decided_at is not None and at < upload.decided_at:
                raise StoreError(
                    f"撤回时间早于上传 {upload_id} 的处理时间,请核对 / "
                    f"upload {upload_id} was decided after {at}; check the date"
                )
            ledger.withdraw(connection, upload_id, by=by, because=because, at=at)
            deed = Deed.DECLINED if upload.state is State.PENDING else Deed.WITHDRAWN
            deeds.done_by(connection, upload, deed, by, at, because)
            if upload.state is not State.PENDING:
                ledger.settle(connection, upload_id)
            return ledger.one(connection, upload_id)

    def reject(
        self,
        upload_id: int,
        *,
        dataset: str,
        period_first: str,
        period_last: str,
        report: Report,
        decided_at: datetime,
        region: str = "",
    ) -> None:
        """Mark an upload as rejected and keep what the checks said; nothing of it is stored.

        Rejecting it once more changes nothing; StoreError when it was accepted.
        """
        with writing(self._engine) as connection:
            upload = ledger.one(connection, upload_id)
            if upload.state is State.REJECTED:
                return
            _require_open(upload)
            ledger.decide(
                connection,
                upload_id,
                state=State.REJECTED,
                dataset=dataset,
                region=region,
                period_first=period_first,
                period_last=period_last,
                report=report,
                decided_at=decided_at,
            )
            deeds.decided(connection, ledger.one(connection, upload_id), decided_at, Deed.REJECTED)

    def upload(self, upload_id: int) -> Upload:
        """One upload; StoreError when there is none with this id."""
        with reading(self._engine) as connection:
            return ledger.one(connection, upload_id)

    def upload_of(self, sha256: str) -> Upload | None:
        """The upload as which `receive` would return these bytes; None where it would enter them anew."""
        with reading(self._engine) as connection:
            return ledger.of_bytes(connection, sha256)

    def uploads_of(self, sha256: str) -> list[Upload]:
        """Every upload of these bytes, whatever became of it: a file about several datasets has one for each."""
        with reading(self._engine) as connection:
            return ledger.all_of_bytes(connection, sha256)

    def uploads(
        self,
        state: State | str | Iterable[State | str] | None = None,
        dataset: str | None = None,
        after_id: int | None = None,
        limit: int | None = None,
        *,
        region: str | None = None,
        period: str | None = None,
        received_by: str | None = None,
        before_id: int | None = None,
        newest_first: bool = False,
    ) -> list[Upload]:
        """Uploads in the order in which they were received, or the other way round: of one state or several, of a
        dataset, a region, a person; of a period (SDMX) that their last month lies in (PeriodError); between ids.

        Ids become visible in their order, so the last id seen is a safe cursor: `after_id` forwards, `before_id` with
        `newest_first`.
        """
        if isinstance(state, str):
            state = (state,)
        asked = ledger.Asked(
            states=None if state is None else tuple(State(each) for each in state),
            dataset=dataset,
            region=region,
            period=period,
            received_by=received_by,
            after_id=after_id,
            before_id=before_id,
        )
        with reading(self._engine) as connection:
            return ledger.many(connection, asked, newest_first=newest_first, limit=limit)

    def pending(self) -> list[Upload]:
        """Uploads that were received and not looked at yet, oldest first; not those of State.PENDING."""
        return self.uploads(State.RECEIVED)

    def moved_since(self, moment: datetime) -> list[Upload]:
        """Uploads, oldest first, that changed what is believed at or after `moment` other than by being handed in: they
        were released after waiting, or withdrawn."""
        with reading(self._engine) as connection:
            return ledger.moved(connection, moment)

    def upload_counts(self) -> pd.DataFrame:
        """Uploads by dataset and state: dataset, state, uploads."""
        with reading(self._engine) as connection:
            return tallies.upload_counts(connection)

    def rejected_since(self) -> pd.DataFrame:
        """When the oldest rejected upload that nothing has answered was rejected: dataset ('' unknown), since."""
        with reading(self._engine) as connection:
            return tallies.rejected_since(connection)

    def revision_counts(self) -> pd.DataFrame:
        """How many figures were stated with more than one value: dataset, figures."""
        with reading(self._engine) as connection:
            return tallies.revision_counts(connection)

    def record_run(self, job: str, outcome: str, ended_at: datetime) -> None:
        """Keep when a job last ended with an outcome (success or failure)."""
        with writing(self._engine) as connection:
            runs.record(connection, job, outcome, ended_at)

    def runs_ended(self) -> pd.DataFrame:
        """When each job last ended with each outcome: job, outcome, ended_at."""
        with reading(self._engine) as connection:
            return runs.ended(connection)

    def finding_counts(self) -> pd.DataFrame:
        """What is wrong with the data as they stand: dataset, severity, rule, findings.

        Accepted uploads count until they are superseded, rejected ones until they are answered by a later upload of
        the same dataset, periods and region (of a file that could not be read: of the same name).
        """
        with reading(self._engine) as connection:
            return tallies.finding_counts(connection)

    def mark(self) -> str:
        """A short text that differs after every upload, decision, withdrawal and run; for those who hold a result."""
        with reading(self._engine) as connection:
            return marks.mark(connection)

    def releases(self) -> pd.DataFrame:
        """When each period's figures first came: dataset, region, period, published (NaT if unsaid), received_at.

        A query rather than a table: it follows from the uploads, so it can't contradict them.
        """
        with reading(self._engine) as connection:
            return tallies.releases(connection)

    # Figures

    def preview(self, observations: pd.DataFrame, known_from: datetime) -> pd.DataFrame:
        """What accepting these figures would change, one row each in their order; nothing is stored.

        Columns: the key, old_value, old_unit, old_status (missing where nothing was believed at `known_from`), value,
        unit, status, change (new, revised, unchanged, or older: a statement known from later exists).
        """
        frame = storable(observations)
        with reading(self._engine) as connection:
            return figures.compare(connection, frame, known_from)

    def observations(
        self,
        *,
        known_on: datetime | None = None,
        indicators: Sequence[str] | None = None,
        regions: Sequence[str] | None = None,
        measures: Sequence[str] | None = None,
        first: str | None = None,
        last: str | None = None,
    ) -> pd.DataFrame:
        """The figures believed now, or at `known_on`: a frame with the STORED columns, sorted by key.

        `known_from`, `upload`, `sheet` and `cell` are those of the upload since which the figure is believed. `first`
        and `last` are SDMX periods; a figure is meant when its period's last month lies in between. PeriodError.
        """
        wanted = Filter(indicators=indicators, regions=regions, measures=measures, first=first, last=last)
        with reading(self._engine) as connection:
            return figures.believed(connection, known_on, wanted)

    def seen_at(self, moment: datetime) -> pd.DataFrame:
        """The figures that a reader of the store saw at a moment, as `observations`: an upload that was stored later
        doesn't count, even if its figures are believed from an earlier date on."""
        with reading(self._engine) as connection:
            return figures.believed(connection, None, Filter(), seen_at=moment)

    def first_statements(self, known_on: datetime | None = None) -> pd.DataFrame:
        """The first statement of every figure that was revised since, as known now or at `known_on`; withdrawn uploads
        count for nothing. Columns: the key, value, unit, known_from; sorted by key."""
        with reading(self._engine) as connection:
            return firsts.first_statements(connection, known_on)

    def versions(self, indicator: str, region: str, period: str, measure: str | None = None) -> pd.DataFrame:
        """All that was ever believed of a figure, from the first to the last: a frame with the VERSION columns."""
        with reading(self._engine) as connection:
            return courses.versions(connection, indicator, region, period, measure)

    def every_version(
        self,
        *,
        known_on: datetime | None = None,
        indicators: Sequence[str] | None = None,
        regions: Sequence[str] | None = None,
        first: str | None = None,
        last: str | None = None,
        batch: int = 50_000,
    ) -> Iterator[pd.DataFrame]:
        """All that was ever believed of all figures, or until `known_on`, as frames with the VERSION columns of some
        `batch` rows, sorted by key; a figure is in one of them alone. The filters are those of `observations`.

        One state of the database is read throughout; at its end, or when it is closed, the transaction ends."""
        wanted = Filter(indicators=indicators, regions=regions, first=first, last=last)
        with reading(self._engine) as connection:
            yield from courses.every_version(connection, wanted, known_on, batch=batch)

    def figures_of(self, upload_id: int) -> pd.DataFrame:
        """What an accepted upload stated and what it changed then, one row per figure (see `stated.figures_of`)."""
        with reading(self._engine) as connection:
            return stated.figures_of(connection, upload_id)

    def withdrawal_of(self, upload_id: int) -> pd.DataFrame:
        """What withdrawing an accepted upload would change now; nothing is done (see `stated.withdrawal_of`)."""
        with reading(self._engine) as connection:
            return stated.withdrawal_of(connection, upload_id)

    # Names (used by those who query by SQL)

    def keep_names(self, names: pd.DataFrame) -> bool:
        """Keep what the catalogue calls its things (columns `names.COLUMNS`, '' for what there is not) for those who
        query by SQL; whether there was anything to do."""
        with reading(self._engine) as connection:
            if not catalogue_names.differ(connection, names):
                return False
        with writing(self._engine) as connection:
            catalogue_names.replace(connection, names)
        return True

    # Evaluations

    def save_evaluation(self, frame: pd.DataFrame, *, as_of: str, run_id: str, evaluated_at: datetime) -> None:
        """Keep one run's evaluation as of a month; what the same run wrote for that month before is replaced."""
        with writing(self._engine) as connection:
            evaluations.save(connection, frame, as_of=as_of, run_id=run_id, evaluated_at=evaluated_at)

    def save_judgement(
        self,
        evaluation: pd.DataFrame,
        forecast: pd.DataFrame,
        slipped: pd.DataFrame,
        *,
        since: Stamp | None,
        stamp: Stamp,
    ) -> bool:
        """Keep one run's evaluation, forecast (columns `evaluations.FORECAST_COLUMNS`) and the slips (columns
        `slips.COLUMNS`) since the judgement `since`, all or nothing.

        False, and nothing is kept, when another judgement than `since` is the newest by now: the slips are to be found
        again. What the same run wrote for that month before is replaced; its slips stay."""
        run_id, as_of, at = stamp
        with writing(self._engine) as connection:
            if evaluations.newest_stamp(connection) != since:
                return False
            for frame, model in ((evaluation, EvaluationRow), (forecast, ForecastRow)):
                evaluations.save(connection, frame, as_of=as_of, run_id=run_id, evaluated_at=at, model=model)
            if since is not None:
                slips.enter(connection, slipped, since=since, run_id=run_id, at=at)
            return True

    def last_judgement(self) -> tuple[Stamp, pd.DataFrame, pd.DataFrame] | None:
        """The judgement that was saved last, whatever its month: its stamp, evaluation and forecast (empty where it was
        saved by `save_evaluation`), sorted by target; None before the first."""
        with reading(self._engine) as connection:
            stamp = evaluations.newest_stamp(connection)
            if stamp is None:
                return None
            evaluation, forecast = (
                evaluations.of_run(connection, stamp.run_id, stamp.as_of, model)
                for model in (EvaluationRow, ForecastRow)
            )
            return stamp, evaluation, forecast

    def unlikely(self) -> frozenset[str]:
        """The targets that count as unlikely to be met by the judgement that was saved last."""
        with reading(self._engine) as connection:
            stamp = evaluations.newest_stamp(connection)
            return frozenset() if stamp is None else evaluations.unlikely(connection, stamp)

    def slips(self, since: datetime | None = None, targets: Sequence[str] | None = None) -> pd.DataFrame:
        """Slips entered at or after `since`, of some targets or all, oldest first: id, at, since (of the judgement that
        it was compared with), run_id and the columns of `progress.slips.SLIP`."""
        with reading(self._engine) as connection:
            return slips.listed(connection, since, targets)

    def evaluation(self, as_of: str | None = None, run_id: str | None = None) -> pd.DataFrame:
        """The newest evaluation, of a month or a run where one is given, sorted by target; empty when there is none."""
        with reading(self._engine) as connection:
            return evaluations.latest(connection, as_of, run_id)


def _require_open(upload: Upload) -> None:
    _require(upload, State.RECEIVED, State.PENDING)


def _require(upload: Upload, *states: State) -> None:
    if upload.state not in states:
        raise StoreError(
            f"上传 {upload.id} 已是 {upload.state.value} 状态，请查看台账，需要时重新上传 / "
            f"upload {upload.id} is already {upload.state.value}; look at the ledger, upload the file again if needed"
        )
