"""The conditions of the alerts, in PromQL.

Belongs here: when each alert is true, and the labels that it then carries. Does not belong here: how long it must be
true, what is said (`alerts.py`, `alert_words.py`).

Labels are copied by label_join: label_replace would need a `$`, in place of which Grafana's provisioning files put
environment variables. Words are joined here rather than asked for in the texts, so that routes and templates have them.
"""

from __future__ import annotations

from dagster_project.metrics import names
from dashboards.promql import DAY, joined, one, where, within
from dashboards.queries import PROBABILITY, RUN_JOB

_TARGET, _DATASET = ("target",), ("dataset",)
_TARGET_WORDS = tuple(label for label in names.TARGET_INFO.labels if label != "target")


def targets(selection: str) -> str:
    """The selected targets (one series each, label target) with all their words, those of the region (region_zh,
    region_en) and of the owner (owner_zh, owner_en). The value stays."""
    worded = joined(f"({selection})", _TARGET, one(names.TARGET_INFO, "target", *_TARGET_WORDS), *_TARGET_WORDS)
    regions = one(names.REGION_INFO, "region", "name_zh", "name_en")
    placed = joined(worded, ("region",), _words(regions, "region"), "region_zh", "region_en")
    return _owned(placed)


def datasets(selection: str) -> str:
    """The selected datasets (one series each, label dataset) with their words, owned by the department that publishes
    them."""
    words = _copied(one(names.DATASET_INFO, "dataset", "publisher", "name_zh", "name_en"), "owner", "publisher")
    return _owned(f"{words} * on (dataset) group_left () ({selection})")


def showing(light: str) -> str:
    """The targets that show the light."""
    return f"{one(names.LIGHT, 'target', where=where(light=light))} == 1"


def at_risk(months: int) -> str:
    """Yellow for so many months in a row."""
    return within(showing("yellow"), _TARGET, f"{one(names.LIGHT_MONTHS, 'target')} >= {months}")


def stays_red(weeks: int) -> str:
    """Red, and so by the target's own figures of months that span these weeks. Not by the clock, nor by other tables'
    months: between figures nothing changes, and a target must not escalate because its table is late."""
    figures, since = one(names.ACTUAL_PERIOD, "target"), one(names.LIGHT_SINCE, "target")
    judged = f"{figures} - {since} >= {weeks * 7 * DAY}"
    return within(showing("red"), _TARGET, judged)


def unlikely() -> str:
    """Counts as unlikely to be met: the gauge knows the threshold, and that a probability which wavers around it is to
    be told once. The value is per cent."""
    return within(f"100 * max by (target) ({PROBABILITY})", _TARGET, f"{one(names.UNLIKELY, 'target')} == 1")


def late() -> str:
    """Days by which the first missing table of a dataset is late, a day that has begun being a day."""
    return datasets(f"ceil({_days_since(names.RELEASE_DUE)}) > 0")


def rejected(days: int) -> str:
    """Whole days since the oldest rejected upload that nothing has replaced, from so many on."""
    return datasets(f"floor({_days_since(names.REJECTED_SINCE)}) >= {days}")


def source_ended(outcome: str) -> str:
    """The sources whose last pull ended so, with the words of their dataset."""
    ended = one(names.SOURCE_OUTCOME, "dataset", "source", where=where(outcome=outcome))
    words = one(names.DATASET_INFO, "dataset", "name_zh", "name_en")
    return joined(f"({ended} == 1)", _DATASET, words, "name_zh", "name_en")


def push_old(hours: int) -> str:
    """Whole hours since the gauges were computed, from so many on. By instance: of two sources, the fresh one must not
    hide the stale one."""
    return f"floor((time() - max by (job, instance) ({names.PUSH_TIMESTAMP.name})) / 3600) >= {hours}"


def failing() -> str:
    """Whole hours since the last run of a job failed, where none has succeeded since."""
    failed, succeeded = (one(names.RUN_ENDED, RUN_JOB, where=where(outcome=each)) for each in ("failure", "success"))
    last_failed = f"{failed} unless on ({RUN_JOB}) ({succeeded} >= on ({RUN_JOB}) {failed})"
    return f"floor((time() - ({last_failed})) / 3600)"


def absent() -> str:
    """There is no gauge of any target."""
    return f"absent({names.TARGET_INFO.name})"


def _owned(expr: str) -> str:
    departments = one(names.DEPARTMENT_INFO, "owner", "name_zh", "name_en")
    return joined(expr, ("owner",), _words(departments, "owner"), "owner_zh", "owner_en")


def _words(info: str, thing: str) -> str:
    """The series with name_zh and name_en also as thing_zh and thing_en: those names may be taken by the other side."""
    return _copied(_copied(info, f"{thing}_zh", "name_zh"), f"{thing}_en", "name_en")


def _copied(expr: str, new: str, old: str) -> str:
    return f'label_join({expr}, "{new}", "", "{old}")'


def _days_since(metric: names.Metric) -> str:
    return f"(time() - {one(metric, 'dataset')}) / {DAY}"
