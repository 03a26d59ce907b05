"""What lies along the months of the year: figures, target lines, pace lines, each with its true month.

Belongs here: expressions whose series carry `month` (an instant, '2025-03-01T00:00:00Z') and `series` (the name in the
legend). Does not belong here: drawing them (`panels.py`, `transformations.py`).

The month is a label, so all of these are asked as of one moment, the end of the dashboard's time range: choose 30 April
there, and the panels show April's belief. The instant is written in full so that Grafana reads it alike in every time
zone; on a dashboard in Shanghai's zone the first of the month UTC lies on the first, eight in the morning.
"""

from __future__ import annotations

from collections.abc import Sequence

from dagster_project.metrics import names
from dashboards.promql import DAY, either, joined, marked, one, renamed, where, within
from dashboards.queries import OF_INDICATOR

ACTUAL, MONTH, YEAR_TO_DATE = "实际 Actual", "本月 Month", "本年累计 Year to date"
TARGET_LINE, LINEAR, SEASONAL, SCHEDULE = "目标 Target", "序时 Linear pace", "季节 Seasonal pace", "计划 Schedule"
REQUIRED, AVERAGE = "尚需月均 Needed per month", "已有月均 Average so far"
YOY_MONTH, YOY_YTD = "当月同比 Month on year", "累计同比 Year to date on year"
PERIOD = "period"  # the label with the month as text
TRUE_MONTH = "month"
SERIES = "series"

_FIGURES = where(indicator="$indicator", region="$region")
_WITH_GROWTH = where(indicator="~${indicator}(_growth)?", region="$region")
_LINES = (("linear", LINEAR), ("seasonal", SEASONAL), ("schedule", SCHEDULE))
# Tens thousands and hundred millions before a unit: 万元, 亿元.
_PREFIXES = {"": 1.0, "万": 1e4, "亿": 1e8}
_KEPT = ("target", PERIOD, SERIES)


def true_month(expr: str) -> str:
    """The series with `month`: the instant at which the month of `period` begins. A quarter or a year is its last
    month."""
    made = renamed(expr, TRUE_MONTH, "$1-01T00:00:00Z", PERIOD, "([0-9]{4}-[0-9]{2})")
    made = renamed(made, TRUE_MONTH, "$1-12-01T00:00:00Z", PERIOD, "([0-9]{4})")
    for quarter in range(1, 5):
        made = renamed(made, TRUE_MONTH, f"$1-{quarter * 3:02d}-01T00:00:00Z", PERIOD, f"([0-9]{{4}})-Q{quarter}")
    return f"max by ({TRUE_MONTH}, {SERIES}) ({made})"


def figures() -> str:
    """The figure itself: year to date, level, or growth for an indicator that is a growth."""
    return true_month(marked(_figure(), SERIES, ACTUAL))


def lines() -> str:
    """What the figure is held against, for every tier: the target, and the lines of pace, season and schedule."""
    paths = [
        _named(one(names.EXPECTED_PATH, "target", PERIOD, where=f'{OF_INDICATOR},path="{path}"'), title)
        for path, title in _LINES
    ]
    return true_month(_in_indicator_unit(_level_lines(names.TARGET_VALUE, TARGET_LINE), *paths))


def month_figures() -> str:
    """The month's own figure."""
    return true_month(marked(one(names.OBSERVATION, PERIOD, where=f'{_FIGURES},measure="month"'), SERIES, MONTH))


def rates() -> str:
    """What each month that remains must bring, and what each month so far has brought on average, for every tier."""
    return true_month(_in_indicator_unit(*(_level_lines(metric, title) for metric, title in _RATES)))


def growth() -> str:
    """Published growth, of the month and of the year to date."""
    return true_month(
        either(
            *(
                marked(one(names.OBSERVATION, PERIOD, where=f'{_WITH_GROWTH},measure="{measure}"'), SERIES, title)
                for measure, title in (("yoy_month", YOY_MONTH), ("yoy_ytd", YOY_YTD))
            )
        )
    )


def growth_targets() -> str:
    """The targets for the growth of the indicator, where there are any."""
    promised = joined(
        one(names.TARGET_INFO, "target", "indicator", where=_WITH_GROWTH),
        ("indicator",),
        one(names.INDICATOR_INFO, "indicator", where=where(kind="growth")),
    )
    return true_month(_level_lines(names.TARGET_VALUE, TARGET_LINE, promised))


def table_of_months() -> str:
    """Every measure of every month, with labels period and measure; the linear pace line as measure `linear`."""
    figures = one(names.OBSERVATION, PERIOD, "measure", where=_WITH_GROWTH)
    pace = _named(one(names.EXPECTED_PATH, "target", PERIOD, where=f'{OF_INDICATOR},path="linear"'), LINEAR)
    line = f"max by ({PERIOD}) ({_in_indicator_unit(pace)})"
    return either(figures, marked(line, "measure", "linear"))


def months_with_figures() -> str:
    """One series per period that has a figure."""
    return f"count by ({PERIOD}) ({names.OBSERVATION.name}{{{_FIGURES}}})"


def belief() -> str:
    """The figures of the chosen months over Prometheus' time: what was believed when."""
    return one(names.OBSERVATION, PERIOD, "measure", where=f'{_WITH_GROWTH},{PERIOD}=~"$period"')


def light_since() -> str:
    """The month in which each tier came to its present light, in milliseconds. The gauge is that month's end; 28 days
    earlier is in every case its first days, where the month's figure is drawn."""
    selected = joined(
        one(names.LIGHT_SINCE, "target"),
        ("target",),
        one(names.TARGET_INFO, "target", where=OF_INDICATOR),
    )
    shown = f"{one(names.LIGHT, 'target', 'light')} == 1"
    return f"({shown}) * on (target) group_left () (({selected} - {28 * DAY}) * 1000)"


def unit_suffix() -> str:
    """One series whose label `unit` is the indicator's unit as a unit of Grafana."""
    return renamed(one(names.INDICATOR_INFO, "unit", where=where(indicator="$indicator")), "unit", "suffix:$1", "unit")


_RATES = ((names.REQUIRED_RUN_RATE, REQUIRED), (names.AVERAGE_RUN_RATE, AVERAGE))


def _figure() -> str:
    plain = one(names.OBSERVATION, PERIOD, where=f'{_FIGURES},measure=~"ytd|level"')
    growth = within(
        one(names.OBSERVATION, "indicator", PERIOD, where=f'{_FIGURES},measure="yoy_ytd"'),
        ("indicator",),
        one(names.INDICATOR_INFO, "indicator", where=where(kind="growth")),
    )
    return either(plain, f"max by ({PERIOD}) ({growth})")


def _named(expr: str, title: str) -> str:
    """Lines named after their tier: 'title · target'."""
    return renamed(expr, SERIES, f"{title} · $1", "target")


def _level_lines(metric: names.Metric, title: str, selection: str = "") -> str:
    """A level line per tier: its value at January and at the month in which the target is due, which the chart joins.

    PromQL can't pair every tier with every month; it can turn a date into a label by `count_values`."""
    chosen = selection or one(names.TARGET_INFO, "target", where=OF_INDICATOR)
    due = f"({within(one(names.TARGET_DUE, 'target'), ('target',), chosen)}) - {DAY}"
    dated = f'count_values by (target) ("due", year({due}) * 100 + month({due}))'
    points = either(
        renamed(dated, PERIOD, "$1-01", "due", "([0-9]{4}).."),
        renamed(dated, PERIOD, "$1-$2", "due", "([0-9]{4})([0-9]{2})"),
    )
    levels = joined(f"max by (target, {PERIOD}) ({points})", ("target",), one(metric, "target"))
    return _named(levels, title)


def _in_indicator_unit(*exprs: str) -> str:
    """Values in the targets' own units brought to the indicator's: 万亩 beside 亩. A target whose unit differs by more
    than 万 or 亿 is left out rather than drawn on a wrong scale."""
    return joined(f"(max by ({', '.join(_KEPT)}) ({either(*exprs)}))", ("target",), f"({_factor()})")


def _factor() -> str:
    info = one(names.TARGET_INFO, "target", "indicator", "unit", where=_WITH_GROWTH)
    same = one(names.INDICATOR_INFO, "indicator", "unit")
    factors = [f"max by (target) ({joined(info, ('indicator', 'unit'), same)})"]
    pairs: Sequence[tuple[str, str]] = [(a, b) for a in _PREFIXES for b in _PREFIXES if a != b]
    for promised, published in pairs:
        matching = where(unit=f"~{published}.+") if published else ""
        shifted = renamed(
            one(names.INDICATOR_INFO, "indicator", "unit", where=matching),
            "unit",
            f"{promised}$1",
            "unit",
            f"{published}(.+)",
        )
        scale = _PREFIXES[promised] / _PREFIXES[published]
        factors.append(f"max by (target) ({joined(info, ('indicator', 'unit'), shifted)}) * {scale:g}")
    return either(*factors)
