"""Pulling a dataset from one of its sources: the steps from the catalogue's entry to a stored version, or to words that
say why there is none.

What a source delivers is archived as it came and goes through the same intake as a file that somebody hands in. A
delivery that says nothing new makes no upload; one that contradicts another source waits for a person.

Belongs here: the order of the steps, and what each way of ending is called. Does not belong here: fetching (`sources`),
when to pull (`progress.pulls`), Dagster, a clock (the caller brings one).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from dagster_project.intake import PULLED_BY, Hints, Intake, Outcome, State
from dagster_project.intake.disagreements import RULE as DISAGREE
from dagster_project.pulling.words import (
    brought,
    form_changed,
    nothing_yet,
    still_rejected,
    taken_back,
    too_large,
    unchanged,
)
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.sources.connector import Connector, Delivery, Request
from dagster_project.sources.figures import long_table
from dagster_project.sources.form import Change as FormChange
from dagster_project.sources.form import compare, figures_form, figures_of
from dagster_project.sources.registry import make
from dagster_project.sources.secrets import Vault
from dagster_project.store import Pull, PullOutcome, Store, Upload
from dagster_project.store import State as UploadState
from dagster_project.tables.worker import Limits
from validators.catalogue import Catalogue, Source
from validators.errors import (
    SourceError,
    SourceFormError,
    SourceOptionsError,
    SourceUnavailableError,
)
from validators.file_names import safe_name
from validators.periods import Period


@dataclass(frozen=True)
class Pulled:
    """What came of one delivery, or of a question that brought none. `outcome` is the intake's, with its findings;
    None where nothing was handed in."""

    pull: Pull
    outcome: Outcome | None = None


@dataclass(frozen=True)
class _Asking:
    """One question while it is being asked."""

    dataset: str
    source: Source
    periods: Sequence[Period]
    started_at: datetime
    again: bool
    new_form: bool
    dry_run: bool

    @property
    def name(self) -> str:
        return f"{self.dataset}/{self.source.name}"


@dataclass(frozen=True)
class _Received:
    """A delivery with what it is known by, and the form of the last one whose figures were in order."""

    delivery: Delivery
    sha256: str
    last_form: tuple[str, ...]


class Puller:
    """Pulls for one installation."""

    def __init__(
        self,
        catalogue: Catalogue,
        store: Store,
        archive: Archive,
        intake: Intake,
        settings: Settings,
        vault: Vault,
        clock: Callable[[], datetime],
    ) -> None:
        self._catalogue, self._store, self._archive, self._intake = catalogue, store, archive, intake
        self._settings, self._vault, self._clock = settings, vault, clock

    @classmethod
    def of(cls, catalogue: Catalogue, store: Store, settings: Settings, clock: Callable[[], datetime]) -> Puller:
        """The puller of an installation, with its archive and what the environment says of its sources."""
        archive = Archive(settings.archive)
        intake = Intake(catalogue, store, archive, settings)
        return cls(catalogue, store, archive, intake, settings, Vault.of(), clock)

    def ready(self, source: Source) -> list[str]:
        """What is missing before the source can be asked, a line each: names without a value, options that are
        wrong."""
        try:
            self._connector(source)
        except SourceOptionsError as error:
            return [self._vault.redact(problem) for problem in error.problems]
        return []

    def pull(
        self,
        dataset: str,
        source: Source,
        periods: Sequence[Period],
        *,
        again: bool = False,
        new_form: bool = False,
        dry_run: bool = False,
        say: Callable[[str, str], None] | None = None,
    ) -> Iterator[Pulled]:
        """Ask a source for these periods of the dataset, oldest first, and take in what it has, delivery by delivery.

        Every way of ending is an outcome; only what concerns this machine itself (the archive, the database) is
        raised. `again`: as if nothing had been fetched before. `new_form`: a changed form is taken as right. A dry run
        keeps nothing: neither bytes nor rows."""
        asking = _Asking(dataset, source, periods, self._clock(), again, new_form, dry_run)
        delivered, remarks = False, list[tuple[str, str]]()
        try:
            connector = self._connector(source)
            request = replace(self._request(asking, say), remark=lambda zh, en: remarks.append((zh, en)))
            for delivery in connector.pull(request):
                delivered = True
                yield self._take(asking, delivery)
        except SourceOptionsError as error:
            words = "; ".join(error.problems)
            yield self._ended(asking, PullOutcome.REFUSED, words, words)
        except SourceError as error:
            yield self._failed(asking, error)
        else:
            if not delivered:
                yield self._ended(asking, PullOutcome.NOTHING, *nothing_yet(periods, remarks))

    def _connector(self, source: Source) -> Connector[Any]:
        return make(source.connector, self._vault.fill(source.with_))

    def _request(self, asking: _Asking, say: Callable[[str, str], None] | None) -> Request:
        dataset, source = asking.dataset, asking.source
        limits = Limits.of(self._settings)
        plain = Request(
            dataset=dataset,
            source=source.name,
            periods=asking.periods,
            regions=source.regions or tuple(self._catalogue.datasets[dataset].publishers),
            catalogue=self._catalogue,
            now=asking.started_at,
            known={} if asking.again else self._store.pulls.known(dataset, source.name),
            max_bytes=limits.max_bytes,
            max_cells=limits.max_cells,
            allowance=limits,
        )
        if say is None:
            return plain
        return replace(plain, say=lambda zh, en: say(self._vault.redact(zh), self._vault.redact(en)))

    def _take(self, asking: _Asking, delivery: Delivery) -> Pulled:
        """One delivery, from its bytes to the store."""
        last = self._store.pulls.last_good(asking.dataset, asking.source.name)
        digest = sha256(delivery.content).hexdigest()
        received = _Received(delivery, digest, () if last is None else last.form)
        size, most = len(delivery.content), self._settings.max_upload_bytes
        if size > most:
            return self._ended(asking, PullOutcome.REFUSED, *too_large(size, most), received)
        if not asking.dry_run:
            self._archive.put(delivery.content)
        if delivery.figures is not None and delivery.figures.empty:
            return self._ended(asking, PullOutcome.NOTHING, *nothing_yet(asking.periods), received)
        change = compare(received.last_form, delivery.form)
        if change.breaks and not asking.new_form:
            return self._ended(asking, PullOutcome.FORM_CHANGED, *form_changed(change), received)
        data, name = self._table(asking, delivery)
        hints = Hints(
            dataset=asking.dataset,
            period=delivery.period,
            region=delivery.region or _only(asking.source.regions),
            status=delivery.status,
            published=delivery.published,
            source=asking.name,
        )
        return self._hand_in(asking, received, data, name, hints, change)

    def _hand_in(
        self, asking: _Asking, received: _Received, data: bytes, name: str, hints: Hints, change: FormChange
    ) -> Pulled:
        by = PULLED_BY + asking.name
        tried = self._intake.submit(data, name, by=by, now=self._clock(), hints=hints, dry_run=True)
        if tried.state is State.DUPLICATE:
            return self._ended(asking, PullOutcome.UNCHANGED, *unchanged(), received, tried)
        before = None if asking.again else self._before(asking, received)
        if before is not None and before.state is UploadState.WITHDRAWN:
            return self._ended(asking, PullOutcome.UNCHANGED, *taken_back(before), received)
        if before is not None and before.state is UploadState.REJECTED and tried.state is State.BLOCKED:
            standing = replace(tried, state=State.REJECTED, upload=before.id)
            return self._ended(asking, PullOutcome.REJECTED, *still_rejected(before), received, standing)
        figures = figures_form(tried.changes)
        if tried.good and not _news(tried):
            return self._ended(asking, PullOutcome.UNCHANGED, *unchanged(), received, tried, figures)
        if any(finding.rule == DISAGREE for finding in tried.report.findings):
            hints = replace(hints, hold=DISAGREE)
        outcome = tried
        if not asking.dry_run:
            outcome = self._intake.submit(data, name, by=by, now=self._clock(), hints=hints)
        kind = _kind(outcome, held=hints.hold is not None)
        fewer = compare(figures_of(received.last_form), figures)
        words = brought(outcome, kind, change, fewer, self._catalogue)
        return self._ended(asking, kind, *words, received, outcome, figures)

    def _before(self, asking: _Asking, received: _Received) -> Upload | None:
        """The upload that these bytes of this source became the last time."""
        known = self._store.pulls.last_of_bytes(asking.dataset, asking.source.name, received.sha256)
        return None if known is None or known.upload is None else self._store.upload(known.upload)

    def _table(self, asking: _Asking, delivery: Delivery) -> tuple[bytes, str]:
        """What the intake reads, and its name: the file itself, or the table of a source's figures."""
        if delivery.figures is None:
            return delivery.content, safe_name(delivery.file_name)
        first, last = asking.periods[0].text, asking.periods[-1].text
        span = delivery.period or (first if first == last else f"{first}_{last}")
        mark = f"-{delivery.region}" if delivery.region else ""
        return long_table(delivery.figures), f"{asking.dataset}-{asking.source.name}-{span}{mark}.csv"

    def _failed(self, asking: _Asking, error: SourceError) -> Pulled:
        kind, retry_after = PullOutcome.REFUSED, None
        if isinstance(error, SourceUnavailableError):
            kind, retry_after = PullOutcome.UNAVAILABLE, error.retry_after
        elif isinstance(error, SourceFormError):
            kind = PullOutcome.FORM_CHANGED
        return self._ended(asking, kind, error.zh, error.en, retry_after=retry_after)

    def _ended(
        self,
        asking: _Asking,
        kind: PullOutcome,
        zh: str,
        en: str,
        received: _Received | None = None,
        outcome: Outcome | None = None,
        figures: Sequence[str] = (),
        *,
        retry_after: float | None = None,
    ) -> Pulled:
        pull = Pull(
            dataset=asking.dataset,
            source=asking.source.name,
            connector=asking.source.connector,
            period_first=asking.periods[0].text,
            period_last=asking.periods[-1].text,
            started_at=asking.started_at,
            ended_at=self._clock(),
            outcome=kind,
            zh=self._vault.redact(zh),
            en=self._vault.redact(en),
            retry_after=retry_after,
            upload=None if outcome is None else outcome.upload,
        )
        if received is not None:
            delivery = received.delivery
            # A delivery that was not read says nothing of its figures; the next one is compared with the last that did.
            figures = figures or figures_of(received.last_form)
            pull = replace(
                pull,
                period_first=delivery.period or pull.period_first,
                period_last=delivery.period or pull.period_last,
                origin=self._vault.redact(delivery.origin),
                file_name=self._vault.redact(safe_name(delivery.file_name)),
                sha256=received.sha256,
                size=len(delivery.content),
                headers=self._vault.headers(delivery.headers),
                form=tuple(sorted({*delivery.form, *figures})),
                keep=dict(delivery.keep),
            )
        return Pulled(pull if asking.dry_run else self._store.pulls.record(pull), outcome)


def _news(outcome: Outcome) -> bool:
    change = outcome.change
    return change is not None and change.new + change.revised + change.ignored_older > 0


def _kind(outcome: Outcome, *, held: bool) -> PullOutcome:
    if not outcome.good:
        return PullOutcome.REJECTED
    waits = outcome.state is State.PENDING or (outcome.state is State.PASSED and (held or bool(outcome.waits_for)))
    return PullOutcome.PENDING if waits else PullOutcome.STORED


def _only(regions: Sequence[str]) -> str | None:
    return regions[0] if len(regions) == 1 else None
