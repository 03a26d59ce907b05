"""What was asked of the sources, and what came of it: one row for each delivery, or for each pull that brought none.

Belongs here: writing and reading rows of `pull`. Does not belong here: pulling (`pulling`), the bytes
(`sources.archive`), the figures of a pull (its upload).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import Engine, Row, Select, case, func, insert, or_, select

from dagster_project.store.engine import reading, writing
from dagster_project.store.frames import frame_of
from dagster_project.store.models import PullRow, UploadRow


class PullOutcome(StrEnum):
    """How a pull ended."""

    STORED = "stored"  # something new is in the store
    PENDING = "pending"  # something new waits for a second person
    UNCHANGED = "unchanged"  # nothing that was not believed already: no upload
    NOTHING = "nothing"  # the source has nothing of the period yet
    REJECTED = "rejected"  # the figures were refused; the upload's report says why
    FORM_CHANGED = "form_changed"  # the answer is made differently from the last one: nothing was stored
    UNAVAILABLE = "unavailable"  # it may pass: no connection, too slow, overloaded
    REFUSED = "refused"  # it won't pass by itself: no permission, an unknown code, wrong options


GOOD_PULLS = (PullOutcome.STORED, PullOutcome.PENDING, PullOutcome.UNCHANGED)
FAILED_PULLS = (PullOutcome.REJECTED, PullOutcome.FORM_CHANGED, PullOutcome.UNAVAILABLE, PullOutcome.REFUSED)
ANSWERED_PULLS = (*GOOD_PULLS, PullOutcome.NOTHING, PullOutcome.REJECTED, PullOutcome.FORM_CHANGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """One question to a source, or one of its deliveries. Periods are SDMX. `origin` and `headers` hold no secret.
    `sha256` is of the bytes as received, '' where none came; `upload` the upload that its figures became, None where
    they became none. `form` and `keep` are what the connector said of its answer. `id` is 0 before it is recorded."""

    dataset: str
    source: str
    connector: str
    period_first: str
    period_last: str
    started_at: datetime
    ended_at: datetime
    outcome: PullOutcome
    zh: str
    en: str
    origin: str = ""
    file_name: str = ""
    sha256: str = ""
    size: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    form: tuple[str, ...] = ()
    keep: Mapping[str, str] = field(default_factory=dict)
    upload: int | None = None
    retry_after: float | None = None
    id: int = 0


_PLAIN = ("dataset", "source", "connector", "period_first", "period_last", "started_at", "ended_at", "zh", "en")
_MORE = ("origin", "file_name", "sha256", "size", "retry_after")
_REMEMBERED = 500  # deliveries whose memory is looked at
_GOOD = [outcome.value for outcome in GOOD_PULLS]
_ANSWERED = [outcome.value for outcome in ANSWERED_PULLS]


class Pulls:
    """The pulls of one database; `Store.pulls` gives it. Every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, pull: Pull) -> Pull:
        """Write a row; the pull with its id."""
        values = {name: getattr(pull, name) for name in (*_PLAIN, *_MORE)}
        values |= {
            "outcome": pull.outcome.value,
            "headers": dict(pull.headers),
            "form": sorted(pull.form),
            "keep": dict(pull.keep),
            "upload_id": pull.upload,
        }
        with writing(self._engine) as connection:
            number = connection.execute(insert(PullRow).values(values).returning(PullRow.id)).scalar_one()
        return replace(pull, id=number)

    def newest(
        self,
        *,
        dataset: str | None = None,
        source: str | None = None,
        period: str | None = None,
        outcomes: Iterable[PullOutcome] | None = None,
        limit: int = 100,
    ) -> list[Pull]:
        """The last pulls, newest first; `period` is the last one that a pull was about."""
        wanted = {PullRow.dataset: dataset, PullRow.source: source, PullRow.period_last: period}
        asked = [column == value for column, value in wanted.items() if value is not None]
        if outcomes is not None:
            asked.append(PullRow.outcome.in_([outcome.value for outcome in outcomes]))
        rows = select(PullRow.__table__).where(*asked).order_by(PullRow.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [_pull(row) for row in connection.execute(rows)]

    def last_of_each(self) -> dict[tuple[str, str], Pull]:
        """The last pull of every source, by dataset and source."""
        last = select(func.max(PullRow.id)).group_by(PullRow.dataset, PullRow.source)
        rows = select(PullRow.__table__).where(PullRow.id.in_(last))
        with reading(self._engine) as connection:
            return {(row.dataset, row.source): _pull(row) for row in connection.execute(rows)}

    def last_good(self, dataset: str, source: str, period: str | None = None) -> Pull | None:
        """The last delivery of a source whose figures were in order; None before there is one."""
        good = [PullRow.dataset == dataset, PullRow.source == source]
        good += [PullRow.sha256 != "", PullRow.outcome.in_(_GOOD)]
        if period is not None:
            good.append(PullRow.period_last == period)
        return self._first(select(PullRow.__table__).where(*good).order_by(PullRow.id.desc()).limit(1))

    def known(self, dataset: str, source: str) -> dict[str, str]:
        """What the good deliveries of a source asked to be remembered, of each thing the newest. What was taken back
        since is not known any more: it may be fetched again."""
        kept = (
            select(PullRow.keep)
            .outerjoin(UploadRow, PullRow.upload_id == UploadRow.id)
            .where(PullRow.dataset == dataset, PullRow.source == source, PullRow.outcome.in_(_GOOD))
            .where(or_(UploadRow.id.is_(None), UploadRow.state.not_in(("withdrawn", "rejected"))))
            .order_by(PullRow.id.desc())
            .limit(_REMEMBERED)
        )
        with reading(self._engine) as connection:
            newest_first = connection.execute(kept).scalars().all()
        return {name: value for keep in reversed(newest_first) for name, value in keep.items()}

    def last_of_bytes(self, dataset: str, source: str, sha256: str) -> Pull | None:
        """The last pull of a source that brought these bytes and made an upload of them; None where none did."""
        ours = (PullRow.dataset == dataset, PullRow.source == source, PullRow.sha256 == sha256)
        made = select(PullRow.__table__).where(*ours, PullRow.upload_id.is_not(None))
        return self._first(made.order_by(PullRow.id.desc()).limit(1))

    def of_upload(self, upload_id: int) -> Pull | None:
        """The pull that an upload came from; None for one that was handed in."""
        ours = select(PullRow.__table__).where(PullRow.upload_id == upload_id)
        return self._first(ours.order_by(PullRow.id).limit(1))

    def standing(self) -> pd.DataFrame:
        """By dataset and source: `outcome` and `ended_at` of its last pull, `answered_at` when it last answered and
        `stored_at` when it last brought something new (NaT: never), `pulls` how many there were."""
        stored = PullRow.outcome == PullOutcome.STORED.value
        of_each = (
            select(
                func.max(PullRow.id).label("last"),
                func.max(case((PullRow.outcome.in_(_ANSWERED), PullRow.ended_at))).label("answered_at"),
                func.max(case((stored, PullRow.ended_at))).label("stored_at"),
                func.count().label("pulls"),
            )
            .group_by(PullRow.dataset, PullRow.source)
            .subquery()
        )
        own = (PullRow.dataset, PullRow.source, PullRow.outcome, PullRow.ended_at)
        rows = (
            select(*own, of_each.c.answered_at, of_each.c.stored_at, of_each.c.pulls)
            .join(of_each, PullRow.id == of_each.c.last)
            .order_by(PullRow.dataset, PullRow.source)
        )
        moments = dict.fromkeys(("ended_at", "answered_at", "stored_at"), "datetime64[us, UTC]")
        with reading(self._engine) as connection:
            found = connection.execute(rows).all()
        columns = ("dataset", "source", "outcome", "ended_at", "answered_at", "stored_at", "pulls")
        return frame_of(found, columns, moments | {"pulls": "int64"})

    def _first(self, query: Select[Any]) -> Pull | None:
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else _pull(row)


def _pull(row: Row[Any]) -> Pull:
    kept = row._mapping
    return Pull(
        **{name: kept[name] for name in (*_PLAIN, *_MORE)},
        outcome=PullOutcome(kept["outcome"]),
        headers=kept["headers"],
        form=tuple(kept["form"]),
        keep=kept["keep"],
        upload=kept["upload_id"],
        id=kept["id"],
    )
