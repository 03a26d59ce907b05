"""A small, complete state of the gauges, as samples at given moments: what a Prometheus would have scraped.

Figures are made up so that every light, every measure and every kind of release occurs; names and labels come from
`names.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle

from dagster_project.metrics import names
from dashboards import queries
from dashboards.lights import LIGHTS
from validators.catalogue import Catalogue, Kind

# Judged at the end of September 2025, asked on 20 October.
NOW = datetime(2025, 10, 20, 4, tzinfo=UTC)
DAY = 86400
END_OF_SEPTEMBER = datetime(2025, 9, 30, 16, tzinfo=UTC).timestamp()  # midnight in Shanghai
END_OF_YEAR = datetime(2025, 12, 31, 16, tzinfo=UTC).timestamp()
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(2, 13) if (year, month) <= (2025, 9)]
# When there was something to scrape: two days ago (as of August's end, so to say), yesterday, and now.
MOMENTS = (NOW - timedelta(days=2), NOW - timedelta(days=1), NOW - timedelta(minutes=1), NOW)
# Targets whose unit differs from their indicator's: promised in, published in, what 1 of the former is in the latter.
UNITS = (
    ("万亩", "亩", 1e4),
    ("亿元", "亿元", 1.0),
    ("万元", "亿元", 1e-4),
    ("亿元", "元", 1e8),
    ("元", "万元", 1e-4),
    ("亩", "家", None),
)
REVISED = "2025-03"  # the month whose figures changed since yesterday


@dataclass(frozen=True)
class Sample:
    """One sample of a gauge."""

    name: str
    labels: dict[str, str]
    value: float


def samples(catalogue: Catalogue, moment: datetime) -> Iterator[Sample]:
    """All samples at `moment`. Lights moved on by one a day ago; March was revised today; since then nothing."""
    late = moment >= NOW - timedelta(days=1)
    revised = moment > NOW - timedelta(days=1)
    yield from _words(catalogue)
    yield from _targets(catalogue, shift=int(late))
    yield from _figures(catalogue, revision=1.01 if revised else 1.0)
    yield from _releases(catalogue)
    push = moment.timestamp() - 600
    for metric, value in ((names.PUSH_TIMESTAMP, push), (names.RUN_DURATION, 0.8), (names.AS_OF, END_OF_SEPTEMBER)):
        yield Sample(metric.name, {}, value)
    for job, outcome, ago in (("intake", "success", 600), ("intake", "failure", DAY), ("judge", "failure", 900)):
        yield Sample(names.RUN_ENDED.name, {queries.RUN_JOB: job, "outcome": outcome}, NOW.timestamp() - ago)
    yield from _others(moment)
    yield from _in_other_units()
    yield from _sources()
    yield from _growth_gaps(catalogue)


def _sources() -> Iterator[Sample]:
    for name, last, answered in (
        ("office", "unchanged", 3600.0),
        ("share", "unavailable", 2 * DAY),
        ("portal", "form_changed", 3600.0),
        ("exchange", "refused", 3 * DAY),
    ):
        source = {"dataset": "trade", "source": name}
        for outcome in names.SOURCE_OUTCOMES:
            yield Sample(names.SOURCE_OUTCOME.name, source | {"outcome": outcome}, float(outcome == last))
        yield Sample(names.SOURCE_PULLED.name, source, NOW.timestamp() - 900)
        yield Sample(names.SOURCE_ANSWERED.name, source, NOW.timestamp() - answered)


def _growth_gaps(catalogue: Catalogue) -> Iterator[Sample]:
    for target in catalogue.targets.values():
        above = catalogue.regions[target.region].part_of
        if above is not None:
            labels = {"indicator": target.indicator, "region": target.region, "reference": above}
            yield Sample(names.GROWTH_GAP.name, labels, -1.2)
            yield Sample(names.GROWTH_GAP_PERIOD.name, labels, END_OF_SEPTEMBER)


def openmetrics(catalogue: Catalogue) -> str:
    """All samples of all moments as OpenMetrics text, ordered by series as `promtool tsdb create-blocks-from` wants."""
    lines: dict[str, list[str]] = {}
    for moment in MOMENTS:
        for sample in samples(catalogue, moment):
            labels = ",".join(f'{key}="{value}"' for key, value in sample.labels.items())
            line = f"{sample.name}{{{labels}}} {sample.value!r} {moment.timestamp()}"
            lines.setdefault(sample.name, []).append(line)
    families = (f"# TYPE {name} gauge\n" + "\n".join(found) for name, found in lines.items())
    return "\n".join(families) + "\n# EOF\n"


def _words(catalogue: Catalogue) -> Iterator[Sample]:
    for key, target in catalogue.targets.items():
        name = catalogue.indicators[target.indicator].name
        owner = target.owners.lead or target.owners.responsible[0]
        values = (
            *(key, target.indicator, target.region, target.cite.document, str(target.cite.chapter)),
            *(str(target.cite.article), owner, target.unit, target.ambition.value, target.comparator.value),
            *(name.zh, name.en),
        )
        yield _info(names.TARGET_INFO, *values)
    for key, department in catalogue.departments.items():
        yield _info(names.DEPARTMENT_INFO, key, department.region, department.name.zh, department.name.en)
    for key, dataset in catalogue.datasets.items():
        for publisher in dict.fromkeys(dataset.publishers.values()):
            yield _info(names.DATASET_INFO, key, dataset.cadence.value, publisher, dataset.title.zh, dataset.title.en)
    for key, one in catalogue.indicators.items():
        yield _info(names.INDICATOR_INFO, key, one.dataset, one.kind.value, one.unit, one.name.zh, one.name.en)
    for code, region in catalogue.regions.items():
        yield _info(names.REGION_INFO, code, region.name.zh, region.name.en)
    for key, document in catalogue.documents.items():
        for number, chapter in document.chapters.items():
            yield _info(names.DOCUMENT_INFO, key, str(number), chapter.title.zh, chapter.title.en)


def _targets(catalogue: Catalogue, *, shift: int) -> Iterator[Sample]:
    for place, (key, target) in enumerate(catalogue.targets.items()):
        shown = LIGHTS[(place + shift) % len(LIGHTS)]
        value = float(target.value)
        label = {"target": key}
        for light in LIGHTS:
            yield Sample(names.LIGHT.name, label | {"light": light.id}, float(light is shown))
        gauges = {
            names.TARGET_VALUE: value,
            names.TARGET_DUE: END_OF_YEAR,
            names.LIGHT_SINCE: END_OF_SEPTEMBER,
            names.LIGHT_MONTHS: 1.0 + place % 3,
            names.SLIPPED: float(place % 4 == 0),
        }
        if shown.id not in {"awaiting", "no_data"}:
            gauges |= {
                names.ACTUAL_VALUE: value * (0.5 + place % 5 / 10),
                names.ATTAINMENT: 0.5 + place % 5 / 10,
                names.EXPECTED: 0.75,
                names.SEASONAL: 0.7,
                names.PACE: (0.5 + place % 5 / 10) / 0.75,
                names.GAP: value * 0.05,
                names.EXPECTED_VALUE: value * 0.75,
                names.ACTUAL_PERIOD: END_OF_SEPTEMBER,
            }
        accumulates = catalogue.indicators[target.indicator].kind in {Kind.FLOW, Kind.COUNT}
        if accumulates:
            gauges |= {names.REQUIRED_RUN_RATE: value / 10, names.AVERAGE_RUN_RATE: value / 14}
            for month in range(1, 13):
                for path, bend in (("linear", 0.0), ("seasonal", 0.1), ("schedule", 0.05)):
                    share = month / 12 * (1 - bend) + bend * (month == 12)
                    labels = label | {"indicator": target.indicator, "region": target.region, "path": path}
                    yield Sample(names.EXPECTED_PATH.name, labels | {"period": f"2025-{month:02d}"}, value * share)
        for metric, number in gauges.items():
            yield Sample(metric.name, label, number)
    first = next(iter(catalogue.targets))
    yield Sample("kpi_forecast_value", {"target": first, "percentile": "50"}, 1.0)
    yield Sample("kpi_target_probability", {"target": first}, 0.4)
    yield Sample("kpi_target_unlikely", {"target": first}, 1)


def _figures(catalogue: Catalogue, *, revision: float) -> Iterator[Sample]:
    for key, indicator in catalogue.indicators.items():
        annual = catalogue.datasets[indicator.dataset].cadence.value == "annual"
        for region in catalogue.regions:
            for place, period in enumerate(["2023", "2024"] if annual else MONTHS):
                base = {"indicator": key, "region": region, "period": period}
                changed = revision if period == REVISED else 1.0
                for measure in _measures(indicator.kind):
                    value = (10.0 + place) * changed if measure != "month" else 5.0 * changed
                    yield Sample(names.OBSERVATION.name, base | {"measure": measure}, value)


def _measures(kind: Kind) -> tuple[str, ...]:
    if kind is Kind.GROWTH:
        return ("yoy_month", "yoy_ytd")
    return ("month", "ytd") if kind in {Kind.FLOW, Kind.COUNT} else ("level",)


def _releases(catalogue: Catalogue) -> Iterator[Sample]:
    states = cycle(["accepted", "rejected", "superseded", "received", "pending", "withdrawn"])
    for place, key in enumerate(catalogue.datasets):
        label = {"dataset": key}
        yield Sample(names.PERIOD_LATEST.name, label, END_OF_SEPTEMBER)
        yield Sample(names.RELEASE_DUE.name, label, NOW.timestamp() + (place - 1) * 7 * DAY)
        yield Sample(names.REVISIONS.name, label, float(place))
        for count in (3, 1):
            yield Sample(names.UPLOADS.name, label | {"state": next(states)}, float(count))
        yield Sample(names.FINDINGS.name, label | {"severity": "warning", "rule": "outlier"}, 2.0)
    yield Sample(names.REJECTED_SINCE.name, {"dataset": next(iter(catalogue.datasets))}, NOW.timestamp() - 4 * DAY)


def _others(moment: datetime) -> Iterator[Sample]:
    """What other programs bring: Prometheus itself, the Pushgateway."""
    yield Sample("up", {"job": "pushgateway"}, 1.0)
    yield Sample(
        "ALERTS", {"alertname": "DataLate", "alertstate": "firing", "severity": "warning", "kind": "data"}, 1.0
    )
    yield Sample(queries.PUSHED, {"job": "xushi"}, moment.timestamp() - 600)
    yield Sample(queries.PUSH_FAILED, {"job": "xushi"}, moment.timestamp() - DAY)


def _in_other_units() -> Iterator[Sample]:
    for place, (promised, published, _) in enumerate(UNITS):
        target, indicator = f"units-{place}", f"units_{place}"
        yield _info(
            names.TARGET_INFO, target, indicator, "330303", "none", "1", "1", "nobody", promised, "", "", "x", "x"
        )
        yield _info(names.INDICATOR_INFO, indicator, "none", "flow", published, "x", "x")
        yield Sample(names.TARGET_VALUE.name, {"target": target}, 1.0)
        yield Sample(names.TARGET_DUE.name, {"target": target}, END_OF_YEAR)


def _info(metric: names.Metric, *values: str) -> Sample:
    return Sample(metric.name, dict(zip(metric.labels, values, strict=True)), 1.0)
