"""Pieces of PromQL: selectors, joins and labels, put together without slips of quoting.

Belongs here: what is true of PromQL whatever is asked. Does not belong here: what the panels ask (`queries.py`,
`months.py`).

Every selector is wrapped in `max by (...)`: the same gauge may reach Prometheus twice (scraped from the portal and
pushed), with different `job` and `instance`, and a join on doubled series would fail.
"""

from __future__ import annotations

from collections.abc import Sequence

from dagster_project.metrics.names import Metric

DAY = 86400  # seconds


def by(*labels: str) -> str:
    """` by (a, b)`, or nothing without labels."""
    return f" by ({', '.join(labels)})" if labels else ""


def one(metric: Metric | str, *labels: str, where: str = "") -> str:
    """The series of `metric` that match `where`, with `labels` alone: `max by (labels) (metric{where})`.

    Raises ValueError for a label that the metric doesn't have."""
    if isinstance(metric, Metric):
        unknown = [label for label in labels if label not in metric.labels]
        if unknown:
            raise ValueError(f"{metric.name} has no label {', '.join(unknown)}; it has {', '.join(metric.labels)}")
    name = metric if isinstance(metric, str) else metric.name
    return f"max{by(*labels)} ({name}{{{where}}})" if where else f"max{by(*labels)} ({name})"


def where(**matchers: str) -> str:
    """Matchers: a value that begins with `~` is a regular expression, `!~` its negation, any other is equality."""
    return ",".join(_matcher(label, value) for label, value in matchers.items())


def both(*parts: str) -> str:
    """Matchers of several origins in one selector."""
    return ",".join(part for part in parts if part)


def renamed(expr: str, new: str, pattern: str, label: str, regex: str = "(.+)") -> str:
    """The series with a further label `new` made of `label` by `pattern`: $1 is what `regex` caught. No letter (and a
    Chinese character is one) may follow $1 without a space; Prometheus would take it for part of the name."""
    return f'label_replace({expr}, "{new}", "{pattern}", "{label}", "{regex}")'


def marked(expr: str, label: str, value: str) -> str:
    """The series with a further, constant label."""
    return f'label_replace({expr}, "{label}", "{value}", "", "")'


def joined(many: str, on: Sequence[str], one_side: str, *taken: str) -> str:
    """`many * on (...) group_left (taken) one_side`: one_side has the value 1 and gives its labels `taken`."""
    return f"{many} * on ({', '.join(on)}) group_left ({', '.join(taken)}) {one_side}"


def within(expr: str, on: Sequence[str], selection: str) -> str:
    """The series of `expr` for which `selection` has one."""
    return f"(({expr}) and on ({', '.join(on)}) ({selection}))"


def either(*exprs: str) -> str:
    """All series of all expressions; of equal labels the first."""
    return " or ".join(f"({expr})" for expr in exprs)


def month_of(timestamp: str) -> str:
    """Milliseconds inside the month that ends at `timestamp` (seconds), for Grafana's date units."""
    return f"({timestamp} - {DAY}) * 1000"


def _matcher(label: str, value: str) -> str:
    if value.startswith("!~"):
        return f'{label}!~"{value[2:]}"'
    return f'{label}=~"{value[1:]}"' if value.startswith("~") else f'{label}="{value}"'
