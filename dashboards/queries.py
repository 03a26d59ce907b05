"""What the panels ask of Prometheus, except what lies along the months of a year (`months.py`).

Belongs here: every expression, with the names of Grafana's variables ($document, $department ...) in it. Does not
belong here: how an answer is drawn.

Targets are chosen by a *selection*, an expression with one series per target. Counts leave out the targets that are
part of another ($parts, made from the catalogue), so that nothing counts twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from dagster_project.metrics import names
from dashboards.lights import BEHIND, JUDGED, LIGHTS, ON_PACE
from dashboards.promql import DAY, both, by, either, joined, month_of, one, renamed, where, within

FORECAST = f'{names.FORECAST_VALUE.name}{{percentile="50"}}'
PROBABILITY = names.PROBABILITY.name
FIRING = 'ALERTS{alertstate="firing"}'  # Prometheus' own
PUSHED = "push_time_seconds"  # the Pushgateway's own, as the next
PUSH_FAILED = "push_failure_time_seconds"

# The filters of the overview, and the one target list of a department or an indicator.
CHOSEN = where(document="~$document", chapter="~$chapter", owner="~$department", region="~$region")
OF_DEPARTMENT = where(owner="$department")
OF_INDICATOR = where(indicator="$indicator", region="$region", target="~$target")
OF_DATASET = where(dataset="~$dataset")
NO_PARTS = where(target="!~$parts")

OVERVIEW, DEPARTMENT, INDICATOR = "xushi-overview", "xushi-department", "xushi-indicator"
RUN_JOB = names.RUN_ENDED.labels[0]

_TARGET, _DATASET = ("target",), ("dataset",)
_INFO = ("target", "indicator", "region", "document", "chapter", "article", "owner", "unit", "name_zh")
_DATASET_WORDS = ("dataset", "cadence", "name_zh", "name_en")
_DUE = one(names.RELEASE_DUE, "dataset")


def targets(chosen: str, *labels: str) -> str:
    """The selection of all targets that match `chosen`, with the value 1."""
    return one(names.TARGET_INFO, "target", *labels, where=chosen)


def light_count(light: str, chosen: str, *labels: str) -> str:
    """How many of the chosen targets show `light`, by labels of the target."""
    shown = one(names.LIGHT, "target", where=where(light=light))
    counted = joined(shown, _TARGET, targets(both(chosen, NO_PARTS), *labels), *labels)
    return f"sum{by(*labels)} ({counted})"


def lights_by_chapter(chosen: str) -> str:
    """Counts with the labels of `placed`, chapter, title_zh and light: one series per chapter and light that is
    there."""
    counted = joined(
        one(names.LIGHT, "target", "light"),
        _TARGET,
        targets(both(chosen, NO_PARTS), "document", "chapter"),
        "document",
        "chapter",
    )
    titled = joined(
        f"sum by (document, chapter, light) ({counted})",
        ("document", "chapter"),
        one(names.DOCUMENT_INFO, "document", "chapter", "title_zh"),
        "title_zh",
    )
    return placed(f"{titled} > 0")


def chapters(chosen: str) -> str:
    """The chapters that have a chosen target, with their titles."""
    titles = one(names.DOCUMENT_INFO, "document", "chapter", "title_zh", "title_en")
    return placed(within(titles, ("document", "chapter"), targets(chosen, "document", "chapter")))


def placed(expr: str) -> str:
    """The series with `place`, by which chapters sort within their document, and `document_id` for links: a link gets
    what a column shows, and the column of the document shows its title."""
    return renamed(f'label_join({expr}, "place", " ", "document", "chapter")', "document_id", "$1", "document")


def departments(chosen: str = "") -> str:
    """The departments that answer for a chosen target, with their names."""
    words = one(names.DEPARTMENT_INFO, "owner", "region", "name_zh", "name_en")
    return within(words, ("owner",), targets(chosen, "owner"))


def share_on_pace(chosen: str) -> str:
    """Green and met among all that can be judged, 0-1."""
    counted = targets(both(chosen, NO_PARTS))
    shown = [one(names.LIGHT, "target", "light", where=where(light=f"~{lights}")) for lights in (ON_PACE, JUDGED)]
    on_pace, judged = (f"sum ({joined(each, _TARGET, counted)})" for each in shown)
    return f"{on_pace} / ({judged} > 0)"


def time_elapsed() -> str:
    """Share of the year that has passed at the end of the month as of which the targets are judged, 0-1."""
    return f"month({one(names.AS_OF)} - {DAY}) / 12"


def as_of_month() -> str:
    """The month as of which the targets are judged, in milliseconds."""
    return month_of(one(names.AS_OF))


def push_age() -> str:
    """Seconds since the gauges were computed."""
    return f"time() - {one(names.PUSH_TIMESTAMP)}"


def all_chosen(chosen: str) -> str:
    """The selection of all chosen targets."""
    return targets(chosen)


def worst(chosen: str, many: int) -> str:
    """The selection of the targets with the lowest pace among those that are behind."""
    behind = within(
        one(names.PACE, "target"),
        _TARGET,
        f"{one(names.LIGHT, 'target', where=where(light=f'~{BEHIND}'))} == 1",
    )
    return f"bottomk({many}, {within(behind, _TARGET, targets(chosen))})"


def slipped(chosen: str) -> str:
    """The selection of the targets whose light is worse than a month before."""
    return within(f"{one(names.SLIPPED, 'target')} == 1", _TARGET, targets(chosen))


def described(chosen: str, selection: str, pages: Mapping[str, str]) -> str:
    """The selected targets with their words as labels; the value is how bad the light is.

    Labels: those of the target, light, department (its Chinese name) and url. `pages` gives the public page of a
    document where the catalogue has one; without one the link leads to all targets of the document."""
    shown = either(
        *(
            f"({one(names.LIGHT, 'target', 'light', where=where(light=each.id))} == 1) * {each.badness}"
            for each in LIGHTS
        )
    )
    worded = joined(f"({shown})", _TARGET, one(names.TARGET_INFO, *_INFO, where=chosen), *_INFO[1:])
    owned = joined(worded, ("owner",), department_names(), "department")
    linked = renamed(owned, "url", f"/d/{OVERVIEW}?var-document=$1", "document")
    for document, page in pages.items():
        linked = renamed(linked, "url", page.replace("$", "$$"), "document", document)
    return within(linked, _TARGET, selection)


def department_names() -> str:
    """One series per department, with its Chinese name as label department."""
    named = renamed(one(names.DEPARTMENT_INFO, "owner", "name_zh"), "department", "$1", "name_zh")
    return f"max by (owner, department) ({named})"


def of_targets(metric: names.Metric | str, selection: str) -> str:
    """The values of `metric` (or of a selector) for the selected targets."""
    values = one(metric, "target") if isinstance(metric, names.Metric) else f"max by (target) ({metric})"
    return within(values, _TARGET, selection)


def figure_months(selection: str) -> str:
    """The month of the latest figure of each selected target, in milliseconds."""
    return within(month_of(one(names.ACTUAL_PERIOD, "target")), _TARGET, selection)


def light_history(chosen: str) -> str:
    """How bad the light of each chosen target was, over Prometheus' time: what was believed when."""
    shown = [f"max by (target) ({names.LIGHT.name}{{{where(light=each.id)}}} == 1) * {each.badness}" for each in LIGHTS]
    return joined(f"({either(*shown)})", _TARGET, targets(chosen, "name_zh"), "name_zh")


def light_changes(lights: str, chosen: str, *labels: str) -> str:
    """1 at each step where a chosen target shows one of `lights` and showed another a step before. The target must
    have been there: the very first push is no change. Summed to `labels`, else one series per target and light."""
    now = f"{one(names.LIGHT, 'target', 'light', where=where(light=f'~{lights}'))} == 1"
    name = names.LIGHT.name
    before = f"max by (target, light) ({name} offset $__interval)"
    changed = f"(({now}) unless on (target, light) ({before} == 1)) and on (target) ({before})"
    kept = joined(f"({changed})", _TARGET, targets(chosen, "name_zh"), "name_zh")
    return f"count{by(*labels)} ({kept})" if labels else kept


def duties(chosen: str) -> str:
    """How many targets each article of the policy gives to the chosen ones."""
    return f"count by (document, chapter, article) ({targets(chosen, 'document', 'chapter', 'article')})"


# ---- releases, uploads, findings


def datasets(chosen: str = OF_DATASET) -> str:
    """The chosen datasets with their words."""
    return one(names.DATASET_INFO, *_DATASET_WORDS, where=chosen)


def published_by_department() -> str:
    """The datasets that the department publishes."""
    return datasets(where(publisher="$department"))


def next_releases(many: int) -> str:
    """The selection of the releases that are due next, late ones first."""
    return f"bottomk({many}, {_DUE})"


def latest_month(selection: str) -> str:
    """The month of the latest figures of each selected dataset, in milliseconds."""
    return within(month_of(one(names.PERIOD_LATEST, "dataset")), _DATASET, selection)


def due_day(selection: str) -> str:
    """The last moment of the day by which the next release of each selected dataset is due, in milliseconds."""
    return within(f"({_DUE} - 1) * 1000", _DATASET, selection)


def growth_gaps() -> str:
    """By how many points the indicator's growth exceeds that of the city, the province and the nation."""
    chosen = where(indicator="$indicator", region="$region")
    return _of_reference(one(names.GROWTH_GAP, "reference", where=chosen))


def growth_gap_months() -> str:
    """The month whose growth is compared, in milliseconds."""
    chosen = where(indicator="$indicator", region="$region")
    return _of_reference(month_of(one(names.GROWTH_GAP_PERIOD, "reference", where=chosen)))


def _of_reference(gaps: str) -> str:
    regions = renamed(one(names.REGION_INFO, "region", "name_zh"), "reference", "$1", "region")
    return joined(f"({gaps})", ("reference",), f"max by (reference, name_zh) ({regions})", "name_zh")


def days_left(selection: str) -> str:
    """Days until the next release is due; negative is late."""
    return within(f"({_DUE} - time()) / {DAY}", _DATASET, selection)


def late_datasets() -> str:
    """How many of the chosen datasets are late."""
    return f"sum ({within(_DUE, _DATASET, datasets())} < bool time())"


def uploads(*labels: str) -> str:
    """Uploads of the chosen datasets, summed to `labels`."""
    named = joined(
        one(names.UPLOADS, "dataset", "state", where=OF_DATASET),
        _DATASET,
        one(names.DATASET_INFO, "dataset", "name_zh"),
        "name_zh",
    )
    return f"sum{by(*labels)} ({named})"


def findings(*labels: str) -> str:
    """Findings on the uploads in force of the chosen datasets, summed to `labels`."""
    named = joined(
        one(names.FINDINGS, "dataset", "severity", "rule", where=OF_DATASET),
        _DATASET,
        one(names.DATASET_INFO, "dataset", "name_zh"),
        "name_zh",
    )
    return f"sum{by(*labels)} ({named})"


def rejected_days() -> str:
    """Days since the oldest rejected upload that nothing has replaced, with the dataset's name."""
    age = f"(time() - {one(names.REJECTED_SINCE, 'dataset', where=OF_DATASET)}) / {DAY}"
    return joined(age, _DATASET, one(names.DATASET_INFO, "dataset", "name_zh"), "name_zh")


def revised_figures() -> str:
    """Figures changed by a later upload, by dataset."""
    return joined(
        one(names.REVISIONS, "dataset", where=OF_DATASET),
        _DATASET,
        one(names.DATASET_INFO, "dataset", "name_zh"),
        "name_zh",
    )


def changed_figures() -> str:
    """By how much each figure differs from what was believed when the chosen time range began, with its words."""
    label_list = ", ".join(names.OBSERVATION.labels)
    now = one(names.OBSERVATION, *names.OBSERVATION.labels)
    before = f"max by ({label_list}) ({names.OBSERVATION.name} offset $__range)"
    indicators = one(names.INDICATOR_INFO, "indicator", "dataset", "unit", "name_zh", where=OF_DATASET)
    return joined(f"(({now} - {before}) != 0)", ("indicator",), indicators, "dataset", "unit", "name_zh")


def targets_without_data() -> str:
    """How many targets of each chosen dataset have no figure that could be judged."""
    dark = f"{one(names.LIGHT, 'target', where=where(light='no_data'))} == 1"
    indicators = joined(f"({dark})", _TARGET, one(names.TARGET_INFO, "target", "indicator"), "indicator")
    of_dataset = joined(
        indicators, ("indicator",), one(names.INDICATOR_INFO, "indicator", "dataset", where=OF_DATASET), "dataset"
    )
    counted = f"count by (dataset) ({of_dataset})"
    return joined(counted, _DATASET, one(names.DATASET_INFO, "dataset", "name_zh"), "name_zh")


# ---- pipeline


def job_ended(outcome: str) -> str:
    """When the last run of each job ended with `outcome`, in milliseconds."""
    return f"{one(names.RUN_ENDED, RUN_JOB, where=where(outcome=outcome))} * 1000"


def sources() -> str:
    """How the last pull of each source ended, as the label outcome, with the dataset's name."""
    ended = one(names.SOURCE_OUTCOME, "dataset", "source", "outcome")
    return joined(f"({ended} == 1)", _DATASET, one(names.DATASET_INFO, "dataset", "name_zh"), "name_zh")


def source_moment(metric: names.Metric) -> str:
    """When each source was last asked, or last answered, in milliseconds."""
    return f"{one(metric, 'dataset', 'source')} * 1000"


def failing_jobs() -> str:
    """How many jobs whose last failure is later than their last success, or that never succeeded."""
    failed = one(names.RUN_ENDED, RUN_JOB, where=where(outcome="failure"))
    succeeded = one(names.RUN_ENDED, RUN_JOB, where=where(outcome="success"))
    later = f"({failed} > on ({RUN_JOB}) {succeeded}) or ({failed} unless on ({RUN_JOB}) {succeeded})"
    return f"count ({later}) or 0 * max ({names.PUSH_TIMESTAMP.name})"


def series_count() -> str:
    """How many series of the project Prometheus holds now."""
    return 'count ({__name__=~"kpi_.+"})'
