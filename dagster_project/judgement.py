"""From the store's figures to the judgement of every target, and to the snapshot that the gauges show.

Belongs here: which month to judge as of, reading the figures, saving the result. Does not belong here: the rules
(`progress`), the clock (the caller says when it is).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np
import pandas as pd

from dagster_project.metrics.gauges import Snapshot
from dagster_project.progress import (
    Course,
    Panel,
    TargetTable,
    actuals,
    best_runs,
    course,
    evaluate,
    foretell,
    paths,
)
from dagster_project.progress.explain import Explanation, explain
from dagster_project.progress.foretold import Foretold
from dagster_project.progress.reasons_runs import with_best_runs
from dagster_project.progress.revisions import Revisions
from dagster_project.progress.scenario import NO_UPLOAD, with_months
from dagster_project.progress.slips import SLIP, State, slipped, slips, unlikely
from dagster_project.sources.marks import SAMPLE_MARK
from dagster_project.store import IN_FORCE, Stamp, Store
from validators.catalogue import Catalogue
from validators.errors import TemporaryError
from validators.periods import Month, month_ordinals

_NEWS = 3  # months after which a figure is no news: a first forecast from it tells how things stood
_TRIES = 5  # of saving, against others who save at the same time


@dataclass(frozen=True)
class Judgement:
    """One evaluation of every target; rows in the order of the catalogue.

    `forecast` and `runs_ever`: where each target will stand when it is due, and the best rates ever (columns of
    `progress.forecast` with `unlikely`, whether it counts as unlikely to be met, and of `progress.best_runs`).
    `revisions`: by how much figures were revised so far, and `usual_revisions` what that means for each target (columns
    of `progress.revisions.USUAL`). `observations`: the figures that it was made from (STORED columns).

    What is drawn of it is made when it is asked for, which saving never does."""

    evaluation: pd.DataFrame
    forecast: pd.DataFrame
    runs_ever: pd.DataFrame
    observations: pd.DataFrame
    revisions: Revisions
    usual_revisions: pd.DataFrame
    as_of: Month
    seconds: float
    _targets: TargetTable
    _panel: Panel
    _ahead: Foretold

    @cached_property
    def course(self) -> Course:
        """The course of the year behind the evaluation."""
        return course(self._targets, self._panel, self.as_of)

    @cached_property
    def fans(self) -> pd.DataFrame:
        """The months from the newest figure until each target is due: columns of `forecast_columns.PATH`."""
        return self._ahead.months()

    @cached_property
    def paths(self) -> pd.DataFrame:
        """The lines that targets are held against by month, in the targets' units."""
        return paths(self._targets, self._panel)

    @cached_property
    def actuals(self) -> pd.DataFrame:
        """The figures beside those lines, by month, in the targets' units."""
        return actuals(self._targets, self._panel)


def latest_month(observations: pd.DataFrame, catalogue: Catalogue) -> Month:
    """The last month of the newest figure, or December before the first document's year where there is none. Figures
    of regions to compare with, which may come earlier, don't count."""
    ours = [region for dataset in catalogue.datasets.values() for region in dataset.publishers]
    observations = observations[observations["region"].isin(ours)]
    if observations.empty:
        return Month(min(document.year for document in catalogue.documents.values()) - 1, 12)
    return Month.from_ordinal(int(month_ordinals(observations["period"]).max()))


def judge(
    catalogue: Catalogue, store: Store, *, as_of: Month | None = None, known_on: datetime | None = None
) -> Judgement:
    """Judge every target as of a month (default: the newest with figures), by what was known on a date (default:
    now)."""
    # Only for the present is there a last time that says which targets already counted as unlikely.
    before = store.unlikely() if known_on is None and as_of is None else frozenset()
    observations = store.observations(known_on=known_on)
    revisions = Revisions.of(observations, store.first_statements(known_on))
    return _judged(catalogue, observations, revisions, as_of, before)


def _judged(
    catalogue: Catalogue,
    observations: pd.DataFrame,
    revisions: Revisions,
    as_of: Month | None,
    before: Collection[str],
) -> Judgement:
    """Judge by these figures; `before`: the targets that counted as unlikely the last time."""
    started = time.perf_counter()
    targets = TargetTable.from_catalogue(catalogue)
    month = as_of or latest_month(observations, catalogue)
    panel = Panel.from_observations(observations, targets)
    evaluation = evaluate(targets, panel, month)
    usual = revisions.usual(targets, panel, month)
    ahead = foretell(targets, panel, month, revision=usual["revision"].to_numpy(dtype=np.float64) / targets.factor)
    foretold = ahead.rows()
    was = np.isin(targets.ids.astype("str"), list(before))
    chance = foretold["probability"].to_numpy(dtype=np.float64)
    foretold["unlikely"] = unlikely(chance, was, catalogue.alerts.unlikely_probability)
    runs = best_runs(targets, panel, month)
    return Judgement(
        evaluation=with_best_runs(evaluation, runs, targets),
        forecast=foretold,
        runs_ever=runs,
        observations=observations,
        revisions=revisions,
        usual_revisions=usual,
        as_of=month,
        seconds=time.perf_counter() - started,
        _targets=targets,
        _panel=panel,
        _ahead=ahead,
    )


@dataclass(frozen=True)
class Scenario:
    """What was judged, and what would be if the months of one target came out as assumed; nothing of it is stored."""

    target: str
    months: Mapping[Month, float]
    before: Judgement
    after: Judgement


def what_if(
    catalogue: Catalogue,
    store: Store,
    target: str,
    months: Mapping[Month, float],
    *,
    as_of: Month | None = None,
    known_on: datetime | None = None,
) -> Scenario:
    """Judge as if months of a target's series came out like this (see `scenario.with_months` for units and errors).

    `as_of`: the month of both judgements; by default the newest with figures, and after it the last assumed month.
    Other targets by the same series change with it."""
    before = judge(catalogue, store, as_of=as_of, known_on=known_on)
    assumed = with_months(before.observations, TargetTable.from_catalogue(catalogue), target, months)
    month = as_of or max([before.as_of, *months], key=lambda one: one.ordinal)
    foretold = before.forecast
    unlikely_before = foretold.loc[foretold["unlikely"].astype("bool"), "target"].tolist()
    return Scenario(target, months, before, _judged(catalogue, assumed, before.revisions, month, unlikely_before))


def explanation(catalogue: Catalogue, store: Store, target: str, judgement: Judgement) -> Explanation:
    """How the light of one target in a judgement comes about, down to the cells of the tables. KeyError for a target
    that the catalogue doesn't have."""
    targets = TargetTable.from_catalogue(catalogue)
    indicator = catalogue.indicators[catalogue.targets[target].indicator]
    series = {catalogue.targets[target].indicator, indicator.numerator, indicator.denominator}
    figures = judgement.observations
    figures = figures[figures["indicator"].isin([one for one in series if one])]
    return explain(
        targets,
        Panel.from_observations(judgement.observations, targets),
        figures,
        target,
        judgement.as_of,
        evaluation=judgement.evaluation,
        forecast=judgement.forecast,
        runs=judgement.runs_ever,
        usual=judgement.usual_revisions,
        revisions=judgement.revisions,
        files={
            int(upload): store.upload(int(upload)).file_name
            for upload in figures["upload"].unique()
            if upload != NO_UPLOAD
        },
    )


def lights_if(catalogue: Catalogue, store: Store, figures: pd.DataFrame) -> pd.DataFrame:
    """Which lights would change if figures were believed: one row per target whose light would, in catalogue order.

    `figures`: rows of `Store.preview`; only new and revised ones count. Columns: target, indicator, region,
    light_before, light_after, actual_before, actual_after (in the target's unit, NaN where there is none), reason_zh,
    reason_en (of the judgement after). Each judgement is made as of its own newest month."""
    believed = store.observations()
    changed = figures[figures["change"].isin(["new", "revised"])]
    columns = ["indicator", "region", "period", "measure", "value", "unit", "status"]
    after = pd.concat([believed[columns], changed[columns]], ignore_index=True)
    after = after.drop_duplicates(columns[:4], keep="last")
    targets = TargetTable.from_catalogue(catalogue)
    was, will = (
        evaluate(targets, Panel.from_observations(frame, targets), latest_month(frame, catalogue))
        for frame in (believed, after)
    )
    differs = (was["light"] != will["light"]).to_numpy()
    return pd.DataFrame(
        {
            "target": will["target"],
            "indicator": will["indicator"],
            "region": will["region"],
            "light_before": was["light"],
            "light_after": will["light"],
            "actual_before": was["actual_value"],
            "actual_after": will["actual_value"],
            "reason_zh": will["reason_zh"],
            "reason_en": will["reason_en"],
        }
    )[differs].reset_index(drop=True)


def shows_sample(store: Store) -> bool:
    """Whether any upload in force is of sample data, to be said wherever figures are shown."""
    in_force = store.uploads(IN_FORCE)
    return any(SAMPLE_MARK in upload.file_name for upload in in_force)


def judge_and_save(catalogue: Catalogue, store: Store, *, run_id: str, now: datetime) -> Judgement:
    """Judge by what is known now and save it under `run_id`, with the slips since the last time; judging again under it
    replaces its rows, and finds no slip where nothing changed."""
    judgement = judge(catalogue, store)
    save(catalogue, store, judgement, run_id=run_id, now=now)
    return judgement


def save(catalogue: Catalogue, store: Store, judgement: Judgement, *, run_id: str, now: datetime) -> pd.DataFrame:
    """Save a judgement made at `now`: evaluation, forecast, and the slips (columns SLIP) since the judgement that was
    saved last, which are returned. A judgement older than that one enters none: what it says has been overtaken.
    First forecasts are slips (see `progress.slips`) by figures at most `_NEWS` months old at `now`.

    TemporaryError when others keep saving theirs in between."""
    stamp = Stamp(run_id, judgement.as_of.text, now)
    for _ in range(_TRIES):
        last = store.last_judgement()
        found = _slips(catalogue, store, judgement, last, now)
        since = None if last is None else last[0]
        if store.save_judgement(judgement.evaluation, judgement.forecast, found, since=since, stamp=stamp):
            return found
    raise TemporaryError(
        "其他进程正在保存评价结果，请稍后再试 / others are saving judgements at the same time; try again"
    )


def _slips(
    catalogue: Catalogue,
    store: Store,
    judgement: Judgement,
    last: tuple[Stamp, pd.DataFrame, pd.DataFrame] | None,
    now: datetime,
) -> pd.DataFrame:
    nothing = judgement.observations.iloc[:0]
    after = State(judgement.evaluation, judgement.forecast, nothing)
    if last is None or last[0].evaluated_at > now:
        return pd.DataFrame(columns=list(SLIP))
    stamp, evaluation, foretold = last
    targets = TargetTable.from_catalogue(catalogue)
    before = State(evaluation, foretold, nothing)
    firsts = now.year * 12 + now.month - 1 - judgement.as_of.ordinal <= _NEWS
    if not len(slipped(targets, before, after, firsts=firsts)[0]):
        return pd.DataFrame(columns=list(SLIP))
    # The figures of then are read only where they are needed.
    before = replace(before, observations=store.seen_at(stamp.evaluated_at))
    after = replace(after, observations=judgement.observations)
    return slips(targets, before, after, threshold=catalogue.alerts.unlikely_probability, firsts=firsts)


def snapshot(catalogue: Catalogue, store: Store, *, now: datetime, judgement: Judgement | None = None) -> Snapshot:
    """What the gauges show: the judgement given, or one made now, with figures, uploads and findings beside it."""
    made = judgement or judge(catalogue, store)
    observations = store.observations()
    return Snapshot(
        evaluation=made.evaluation,
        course=made.course,
        forecast=made.forecast,
        runs_ever=made.runs_ever,
        paths=made.paths,
        observations=observations,
        uploads=store.upload_counts(),
        findings=store.finding_counts(),
        rejected=store.rejected_since(),
        revisions=store.revision_counts(),
        runs=store.runs_ended(),
        pulls=store.pulls.standing(),
        as_of=None if observations.empty else made.as_of,
        sample=shows_sample(store),
        computed_at=now,
        seconds=made.seconds,
    )
