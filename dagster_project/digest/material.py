"""Everything that the reports of a month are made of, read once for all of them.

Belongs here: judging the month and the month before, and joining what is known of each target into one row. Does not
belong here: choosing what a report shows (`report.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dagster_project.digest.changes import Change, changes
from dagster_project.digest.late import LateTable, late_tables
from dagster_project.judgement import Judgement, judge, shows_sample
from dagster_project.scoreboard import Board
from dagster_project.scoreboard.courses import Courses
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.errors import XushiError
from validators.periods import Month

# What a forecast and the best rates ever add to a row of the scoreboard.
_FORECAST = (
    "horizon",
    "method",
    "forecast_value",
    "low_80",
    "high_80",
    "probability",
    "skill",
    "skill_unit",
    "skill_years",
    "skill_others",
    "unlikely",
)
_RUNS = (
    "best_quarter_rate",
    "best_quarter_end",
    "best_same_months_rate",
    "best_same_months_end",
    "never_achieved",
)


class NothingKnownError(XushiError):
    """There is no figure to report of."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """`board` and `board_before`: rows of the scoreboard with the columns above and `no_forecast` (why there is none),
    as of the month and the month before. `made_at` is tz-aware."""

    catalogue: Catalogue
    board: Board
    board_before: Board
    courses: Courses
    changes: tuple[Change, ...]
    late: tuple[LateTable, ...]
    made_at: datetime

    @property
    def month(self) -> Month:
        """The month of the reports."""
        return self.board.as_of


def gather(catalogue: Catalogue, store: Store, *, month: Month | None, now: datetime, zone: ZoneInfo) -> Material:
    """Read and judge, by what is known now. `month`: default the newest with figures; NothingKnownError without any
    figure by then."""
    judgement = judge(catalogue, store, as_of=month)
    if not (judgement.evaluation["period"] != "").any():
        raise NothingKnownError(
            f"截至 {judgement.as_of.text} 没有任何数据,请先交表或换一个月份 / "
            f"no figures up to {judgement.as_of.text}: hand in tables first, or choose another month"
        )
    before = judge(catalogue, store, as_of=Month.from_ordinal(judgement.as_of.ordinal - 1))
    entered = store.slips()
    sample = shows_sample(store)
    return Material(
        catalogue=catalogue,
        board=_board(judgement, catalogue, sample=sample),
        board_before=_board(before, catalogue, sample=sample),
        courses=Courses.of(judgement.actuals, judgement.paths, judgement.fans, judgement.as_of),
        changes=changes(catalogue, judgement, before, entered[entered["as_of"] == judgement.as_of.text]),
        late=late_tables(catalogue, store.releases(), judgement.as_of, now.astimezone(zone).date()),
        made_at=now,
    )


def _board(judgement: Judgement, catalogue: Catalogue, *, sample: bool) -> Board:
    board = Board.of(judgement.evaluation, catalogue, as_of=judgement.as_of, sample=sample)
    foretold = judgement.forecast.rename(columns={"reason": "no_forecast"})
    more = foretold[["target", "no_forecast", *_FORECAST]].merge(
        judgement.runs_ever[["target", *_RUNS]],
        on="target",
        validate="one_to_one",
    )
    for column in more.columns[more.dtypes == "category"]:
        more[column] = more[column].astype("str")
    rows = board.rows.merge(more, on="target", how="left", validate="one_to_one")
    return Board(rows, catalogue, judgement.as_of, sample=sample)
