"""Frames to metric families: what is believed now, as Prometheus sees it.

Belongs here: turning a snapshot of the database into samples. Does not belong here: names (`names.py`), where the
samples go (`serve.py`, `push.py`), how a target is judged (`progress`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from dagster_project.metrics import names
from dagster_project.progress import Course, Light
from dagster_project.progress.peers import growth_gaps
from dagster_project.progress.releases import next_due
from validators.catalogue import Catalogue
from validators.periods import Month, month_ordinals, parse_period

# So that callers can name the type without knowing the client library.
Registry = CollectorRegistry
LIGHTS = tuple(light.value for light in Light)


@dataclass(frozen=True)
class Snapshot:
    """What the gauges are made of. Frames: `evaluation` one row per target (columns of `progress.evaluate`),
    `course` in the same order, `forecast` and `runs_ever` likewise (columns of `progress.forecast` with `unlikely`, and
    of `progress.best_runs`), `paths` (columns of `progress.paths`),
    `observations` current figures (STORED columns), `uploads` (dataset, state, uploads), `findings` (dataset, severity,
    rule, findings), `rejected` (dataset, since), `revisions` (dataset, figures), `runs` (job, outcome, ended_at),
    `pulls` (dataset, source, outcome, ended_at, answered_at; empty where nothing was pulled).
    `sample` says that figures of the sample year are among them. `computed_at` is tz-aware; `seconds` is how long the
    evaluation took."""

    evaluation: pd.DataFrame
    course: Course
    forecast: pd.DataFrame
    runs_ever: pd.DataFrame
    paths: pd.DataFrame
    observations: pd.DataFrame
    uploads: pd.DataFrame
    findings: pd.DataFrame
    rejected: pd.DataFrame
    revisions: pd.DataFrame
    runs: pd.DataFrame
    as_of: Month | None
    sample: bool
    computed_at: datetime
    seconds: float
    pulls: pd.DataFrame = field(default_factory=pd.DataFrame)

    def pushed_by(self, job: str) -> Snapshot:
        """As a run of the job pushes it, at its end: that it arrives says that the run succeeded. Without this, an
        alert on the run before, which failed, would be brought along by the one that mended it."""
        ended = pd.DataFrame({"job": [job], "outcome": ["success"], "ended_at": [self.computed_at]})
        others = self.runs[(self.runs["job"] != job) | (self.runs["outcome"] != "success")]
        return replace(self, runs=pd.concat([others, ended.astype(self.runs.dtypes)], ignore_index=True))


class KpiCollector(Collector):
    """Yields every metric family of the contract from the snapshot that `source` returns at each scrape."""

    def __init__(
        self, catalogue: Catalogue, source: Callable[[], Snapshot], *, zone: ZoneInfo, kept_months: int
    ) -> None:
        self._catalogue, self._source, self._zone, self._kept_months = catalogue, source, zone, kept_months
        self._words = (_target_info(catalogue), *_other_words(catalogue))

    def collect(self) -> Iterator[Family]:
        """The families, in the order of the contract; a figure that isn't known is left out rather than sent as NaN."""
        snapshot = self._source()
        yield from self._words
        yield from _target_families(snapshot.evaluation)
        yield _light_family(snapshot.evaluation)
        yield from _course_families(snapshot.evaluation, snapshot.course, self._zone)
        yield from _forecast_families(snapshot.forecast, snapshot.runs_ever)
        yield _by_key(names.TARGET_DUE, _ends(snapshot.evaluation, "target", "due", self._zone))
        yield _path_family(snapshot.paths, self._catalogue)
        yield _by_key(names.ACTUAL_PERIOD, _ends(snapshot.evaluation, "target", "period", self._zone))
        yield _observation_family(snapshot.observations, self._kept_months)
        yield from _gap_families(growth_gaps(self._catalogue, snapshot.observations), self._zone)
        yield from self._release_families(snapshot)
        yield _counted(names.UPLOADS, snapshot.uploads, "uploads")
        yield _counted(names.FINDINGS, snapshot.findings, "findings")
        yield _by_key(names.REJECTED_SINCE, _seconds(snapshot.rejected, "dataset", "since"))
        yield _counted(names.REVISIONS, snapshot.revisions, "figures")
        yield from _source_families(self._catalogue, snapshot.pulls)
        yield _run_family(snapshot.runs)
        yield _single(names.PUSH_TIMESTAMP, snapshot.computed_at.timestamp())
        yield _single(names.RUN_DURATION, snapshot.seconds)
        yield _single(names.SAMPLE, float(snapshot.sample))
        if snapshot.as_of is not None:
            yield _single(names.AS_OF, _end_of(snapshot.as_of, self._zone))

    def _release_families(self, snapshot: Snapshot) -> Iterator[Family]:
        indicators = self._catalogue.indicators
        # The frame is reduced to its distinct pairs first: the catalogue is asked per indicator, not per figure.
        pairs = snapshot.observations[["indicator", "region", "period"]].drop_duplicates()
        pairs = pairs.assign(dataset=pairs["indicator"].map({key: value.dataset for key, value in indicators.items()}))
        # What came of a region to compare with says nothing of what is awaited.
        awaited = [(key, region) for key, one in self._catalogue.datasets.items() for region in one.publishers]
        pairs = pairs.merge(pd.DataFrame(awaited, columns=["dataset", "region"], dtype="str"), on=["dataset", "region"])
        received = {
            str(dataset): {str(period) for period in group["period"]} for dataset, group in pairs.groupby("dataset")
        }
        yield _by_key(names.PERIOD_LATEST, _latest_ends(pairs, self._zone))
        due: dict[str, float] = {}
        for key, dataset in self._catalogue.datasets.items():
            day = next_due(dataset, received.get(key, set()))
            if day is not None:
                due[key] = datetime.combine(day + timedelta(days=1), time(), self._zone).timestamp()
        yield _by_key(names.RELEASE_DUE, due)


def registry(
    catalogue: Catalogue, source: Callable[[], Snapshot], *, zone: ZoneInfo, kept_months: int = 36
) -> CollectorRegistry:
    """A registry of its own (not the process-wide one) that holds the families of `source`, asked at each
    collection."""
    made = CollectorRegistry(auto_describe=False)
    made.register(KpiCollector(catalogue, source, zone=zone, kept_months=kept_months))
    return made


def _target_info(catalogue: Catalogue) -> GaugeMetricFamily:
    family = GaugeMetricFamily(names.TARGET_INFO.name, names.TARGET_INFO.help, labels=names.TARGET_INFO.labels)
    for key, target in catalogue.targets.items():
        name = catalogue.indicators[target.indicator].name
        owner = target.owners.lead or target.owners.responsible[0]
        family.add_metric(
            [
                key,
                target.indicator,
                target.region,
                target.cite.document,
                str(target.cite.chapter),
                str(target.cite.article),
                owner,
                target.unit,
                target.ambition.value,
                target.comparator.value,
                name.zh,
                name.en,
            ],
            1.0,
        )
    return family


def _other_words(catalogue: Catalogue) -> Iterator[Family]:
    """Words of everything that is an id in a label, for joins and for the variables of dashboards."""
    yield _info(
        names.DEPARTMENT_INFO,
        ((key, one.region, one.name.zh, one.name.en) for key, one in catalogue.departments.items()),
    )
    yield _info(
        names.DATASET_INFO,
        (
            # One for each department that publishes it: alerts join the department's own words.
            (key, one.cadence.value, publisher, one.title.zh, one.title.en)
            for key, one in catalogue.datasets.items()
            for publisher in dict.fromkeys(one.publishers.values())
        ),
    )
    yield _info(
        names.INDICATOR_INFO,
        (
            (key, one.dataset, one.kind.value, one.unit, one.name.zh, one.name.en)
            for key, one in catalogue.indicators.items()
        ),
    )
    yield _info(names.REGION_INFO, ((key, one.name.zh, one.name.en) for key, one in catalogue.regions.items()))
    yield _info(
        names.DOCUMENT_INFO,
        (
            (key, str(number), chapter.title.zh, chapter.title.en)
            for key, document in catalogue.documents.items()
            for number, chapter in document.chapters.items()
        ),
    )


def _info(metric: names.Metric, rows: Iterable[Sequence[str]]) -> Family:
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for row in rows:
        family.add_metric(row, 1.0)
    return family


def _course_families(evaluation: pd.DataFrame, course: Course, zone: ZoneInfo) -> Iterator[Family]:
    targets = evaluation["target"].tolist()
    since = {ordinal: _end_of(Month.from_ordinal(ordinal), zone) for ordinal in np.unique(course.since).tolist()}
    yield _by_key(names.LIGHT_SINCE, dict(zip(targets, (since[one] for one in course.since.tolist()), strict=True)))
    yield _by_key(names.LIGHT_MONTHS, dict(zip(targets, course.months.tolist(), strict=True)))
    yield _by_key(names.SLIPPED, dict(zip(targets, course.slipped.tolist(), strict=True)))


def _forecast_families(forecast: pd.DataFrame, runs_ever: pd.DataFrame) -> Iterator[Family]:
    family = GaugeMetricFamily(names.FORECAST_VALUE.name, names.FORECAST_VALUE.help, labels=names.FORECAST_VALUE.labels)
    targets = forecast["target"].to_numpy(dtype=object)
    for percentile, column in names.PERCENTILES:
        values = forecast[column].to_numpy(dtype=np.float64)
        known = np.isfinite(values)
        for target, value in zip(targets[known], values[known].tolist(), strict=True):
            family.add_metric([target, percentile], value)
    yield family
    for metric, frame, column in (
        (names.PROBABILITY, forecast, "probability"),
        (names.UNLIKELY, forecast[forecast["probability"].notna()], "unlikely"),
        (names.FORECAST_ERROR, forecast, "skill"),
        (names.BEST_RUN_RATE, runs_ever, "best_same_months_rate"),
    ):
        yield _of_targets(metric, frame, column)


def _path_family(paths: pd.DataFrame, catalogue: Catalogue) -> Family:
    family = GaugeMetricFamily(names.EXPECTED_PATH.name, names.EXPECTED_PATH.help, labels=names.EXPECTED_PATH.labels)
    targets = catalogue.targets
    for target, path, period, value in paths.itertuples(index=False):
        family.add_metric([target, targets[target].indicator, targets[target].region, path, period], value)
    return family


def _target_families(evaluation: pd.DataFrame) -> Iterator[Family]:
    for metric, column in names.TARGET_GAUGES:
        yield _of_targets(metric, evaluation, column)


def _of_targets(metric: names.Metric, frame: pd.DataFrame, column: str) -> Family:
    """A figure for each target (column `target`) of which one is known."""
    values = frame[column].to_numpy(dtype=np.float64)
    known = np.isfinite(values)
    targets = frame["target"].to_numpy(dtype=object)[known]
    return _by_key(metric, dict(zip(targets, values[known].tolist(), strict=True)))


def _light_family(evaluation: pd.DataFrame) -> Family:
    family = GaugeMetricFamily(names.LIGHT.name, names.LIGHT.help, labels=names.LIGHT.labels)
    for target, shown in zip(evaluation["target"], evaluation["light"], strict=True):
        for light in LIGHTS:
            family.add_metric([target, light], float(light == shown))
    return family


def _observation_family(observations: pd.DataFrame, kept_months: int) -> Family:
    family = GaugeMetricFamily(names.OBSERVATION.name, names.OBSERVATION.help, labels=names.OBSERVATION.labels)
    if observations.empty:
        return family
    ordinals = month_ordinals(observations["period"])
    kept = observations[ordinals > ordinals.max() - kept_months]
    columns = [kept[label].tolist() for label in names.OBSERVATION.labels]
    for *labels, value in zip(*columns, kept["value"].tolist(), strict=True):
        family.add_metric(labels, value)
    return family


def _gap_families(gaps: pd.DataFrame, zone: ZoneInfo) -> Iterator[Family]:
    periods = {text: _end_of(parse_period(text).last_month, zone) for text in gaps["period"].unique()}
    for metric, values in (
        (names.GROWTH_GAP, gaps["gap"]),
        (names.GROWTH_GAP_PERIOD, gaps["period"].map(periods)),
    ):
        family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
        columns = [gaps[label].tolist() for label in metric.labels]
        for *labels, value in zip(*columns, values.tolist(), strict=True):
            family.add_metric(labels, value)
        yield family


def _source_families(catalogue: Catalogue, pulls: pd.DataFrame) -> Iterator[Family]:
    """How the sources stand that the catalogue names: what became of one that it named once concerns nobody."""
    named = {(key, source.name) for key, dataset in catalogue.datasets.items() for source in dataset.sources}
    outcomes, pulled, answered = (
        GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
        for metric in (names.SOURCE_OUTCOME, names.SOURCE_PULLED, names.SOURCE_ANSWERED)
    )
    for row in pulls.to_dict("records"):
        if (row["dataset"], row["source"]) not in named:
            continue
        labels = [str(row["dataset"]), str(row["source"])]
        for outcome in names.SOURCE_OUTCOMES:
            outcomes.add_metric([*labels, outcome], float(outcome == row["outcome"]))
        pulled.add_metric(labels, row["ended_at"].timestamp())
        if not pd.isna(row["answered_at"]):
            answered.add_metric(labels, row["answered_at"].timestamp())
    yield from (outcomes, pulled, answered)


def _ends(frame: pd.DataFrame, key: str, period: str, zone: ZoneInfo) -> dict[str, float]:
    """End of each row's period as seconds since 1970, by `key`; rows without a period are left out."""
    known = frame[frame[period] != ""]
    ends = {text: _end_of(parse_period(text).last_month, zone) for text in known[period].unique()}
    return dict(zip(known[key], known[period].map(ends), strict=True))


def _latest_ends(pairs: pd.DataFrame, zone: ZoneInfo) -> dict[str, float]:
    if pairs.empty:
        return {}
    latest = pairs.assign(month=month_ordinals(pairs["period"])).groupby("dataset")["month"].max()
    return {str(dataset): _end_of(Month.from_ordinal(int(ordinal)), zone) for dataset, ordinal in latest.items()}


def _end_of(month: Month, zone: ZoneInfo) -> float:
    following = Month.from_ordinal(month.ordinal + 1)
    return datetime(following.year, following.month, 1, tzinfo=zone).timestamp()


def _by_key(metric: names.Metric, values: Mapping[str, float]) -> Family:
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _counted(metric: names.Metric, counts: pd.DataFrame, column: str) -> Family:
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    columns = [counts[label].astype(str).tolist() for label in metric.labels]
    for *labels, count in zip(*columns, counts[column].tolist(), strict=True):
        family.add_metric(labels, float(count))
    return family


def _seconds(frame: pd.DataFrame, key: str, moment: str) -> dict[str, float]:
    return {name: when.timestamp() for name, when in zip(frame[key], frame[moment], strict=True)}


def _run_family(runs: pd.DataFrame) -> Family:
    family = GaugeMetricFamily(names.RUN_ENDED.name, names.RUN_ENDED.help, labels=names.RUN_ENDED.labels)
    for job, outcome, ended_at in runs.itertuples(index=False):
        family.add_metric([job, outcome], ended_at.timestamp())
    return family


def _single(metric: names.Metric, value: float) -> Family:
    return GaugeMetricFamily(metric.name, metric.help, value=value)
