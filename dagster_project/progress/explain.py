"""How one target's judgement comes about, step by step, so that a clerk can recompute it by hand.

Belongs here: which steps the rules of `evaluate` mean for one target, and what is put beside them. Does not belong
here: the arithmetic (`explain_steps.py`), where figures come from (`explain_figures.py`), layout (`explain_text.py`).

The steps are taken one by one in plain numbers, apart from the arrays of `evaluate`; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from dagster_project.progress import pace
from dagster_project.progress.evaluate import figure_in_hand
from dagster_project.progress.explain_figures import Figures, Input
from dagster_project.progress.explain_revisions import revise
from dagster_project.progress.explain_steps import Operand, Ref, Step, Steps
from dagster_project.progress.lights import ROUNDING, Light
from dagster_project.progress.panel import HISTORY_YEARS, Panel
from dagster_project.progress.revisions import Revisions
from dagster_project.progress.targets import COMPARATORS, KINDS, PACES, SCHEDULE_SPAN, TargetTable
from validators.catalogue import Comparator, Kind, Pace
from validators.periods import Month

# Columns of an evaluation and the steps that give them.
RESULTS: Final[Mapping[str, str]] = {
    "actual_value": "actual",
    "attainment_ratio": "attainment",
    "expected_ratio": "expected",
    "seasonal_ratio": "seasonal",
    "pace_ratio": "pace",
    "expected_value": "needed",
    "gap_value": "gap",
    "gap_points": "gap_points",
    "required_run_rate": "required",
    "average_run_rate": "average",
    "remaining_months": "months_left",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """`rule`: the catalogue's settings and the months in question. `decisions`: (step, light) in order; the first
    whose step is true gives the light, else red. `results`: columns of the evaluation by the step that gives them.
    `forecast`, `best_run`: rows of `forecast` and `best_runs`, None for what isn't known; `history`: the stated figures
    that the forecast starts from. `usual_revision`: the row of `Revisions.usual`, empty where it widens no
    interval; `revised`: the pairs of the series' own past that went into it, each a period, what it was first, what it
    is now, and the size of that."""

    target: str
    name_zh: str
    name_en: str
    region: str
    as_of: str
    inputs: tuple[Input, ...]
    rule: Mapping[str, Any]
    steps: tuple[Step, ...]
    decisions: tuple[tuple[str, str], ...]
    light: str
    results: Mapping[str, str]
    reason_zh: str
    reason_en: str
    forecast: Mapping[str, Any]
    best_run: Mapping[str, Any]
    history: tuple[Input, ...]
    usual_revision: Mapping[str, Any]
    revised: tuple[Mapping[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values that json.dumps takes."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return plain | {
            "rule": dict(self.rule),
            "inputs": [asdict(one) for one in self.inputs],
            "steps": [one.as_json() for one in self.steps],
            "decisions": [{"step": step, "light": light} for step, light in self.decisions],
            "results": dict(self.results),
            "forecast": dict(self.forecast),
            "best_run": dict(self.best_run),
            "history": [asdict(one) for one in self.history],
            "usual_revision": dict(self.usual_revision),
            "revised": [dict(one) for one in self.revised],
        }


def explain(
    targets: TargetTable,
    panel: Panel,
    observations: pd.DataFrame,
    target: str,
    as_of: Month,
    *,
    evaluation: pd.DataFrame,
    forecast: pd.DataFrame,
    runs: pd.DataFrame,
    usual: pd.DataFrame,
    revisions: Revisions,
    files: Mapping[int, str],
) -> Explanation:
    """Explain the judgement of one target (KeyError for an unknown one) by the figures behind it.

    `evaluation`, `forecast`, `runs` and `usual` (of `revisions`): those of all targets, in the order of `targets`;
    `files`: names by upload."""
    found = np.flatnonzero(targets.ids == target)
    if not len(found):
        raise KeyError(target)
    row = int(found[0])
    one = targets.take(np.array([row]))
    steps = Steps()
    figures = Figures.of(one, panel, observations, 0, files, steps)
    rule = _rule(one, panel, as_of)
    decisions = _Judge(one, figures, steps, rule).decide()
    light = next((light for step, light in decisions if steps.taken[step].result), Light.RED.value)
    judged = evaluation.iloc[row]
    code = int(one.indicator[0])
    revision = plain_row(usual.iloc[row])
    ahead = plain_row(forecast.iloc[row])
    if not ahead["horizon"] or not revision["revision"]:  # no interval to be widened, or nothing to be expected
        revision = dict.fromkeys(revision) | {"target": target, "measure": "", "revision": 0.0}
    own = revisions.of_series(one.indicators.ids[code], figures.region, str(revision["measure"]))
    revise(steps, revision, own["size"].tolist(), growth=rule["kind"] == Kind.GROWTH.value, factor=rule["factor"])
    return Explanation(
        target=target,
        name_zh=str(one.indicators.name_zh[code]),
        name_en=str(one.indicators.name_en[code]),
        region=figures.region,
        as_of=as_of.text,
        inputs=tuple(figures.inputs.values()),
        rule=rule,
        steps=tuple(steps.taken.values()),
        decisions=decisions,
        light=light,
        results={column: step for column, step in RESULTS.items() if step in steps},
        reason_zh=str(judged["reason_zh"]),
        reason_en=str(judged["reason_en"]),
        forecast=ahead,
        best_run=plain_row(runs.iloc[row]),
        history=tuple(figures.history(code, as_of.ordinal)),
        usual_revision=revision,
        revised=tuple(plain_row(pair) for _, pair in own[["period", "first", "now", "size"]].iterrows()),
    )


def _rule(one: TargetTable, panel: Panel, as_of: Month) -> dict[str, Any]:
    used = figure_in_hand(one, panel, as_of.ordinal)
    kind = KINDS[one.kind[0]]
    plan = _plan(one)
    return {
        "indicator": one.indicators.ids[one.indicator[0]],
        "kind": kind.value,
        "comparator": COMPARATORS[one.comparator[0]].value,
        "pace": PACES[one.pace[0]].value,
        "value": float(one.value[0]),
        "unit": str(one.units.zh[one.unit[0]]),
        "factor": float(one.factor[0]),
        "tolerance": float(one.tolerance[0]),
        "band": float(one.band[0]),
        "band_measure": "points" if kind is Kind.GROWTH else "per cent of the value",
        "start": _month(int(one.start[0])),
        "due": _month(int(one.due[0])),
        "as_of": as_of.text,
        "period": _month(int(used.period[0])) if used.known[0] else "",
        "accumulates": bool(one.accumulates[0]),
        "low_is_good": bool(one.low_is_good[0]),
        "schedule": plan,
    }


def _plan(one: TargetTable) -> list[tuple[str, float]]:
    """The months that the plan's value is known for, with those before and after it held."""
    if one.plan[0] < 0:
        return []
    low = one.plan[0] * SCHEDULE_SPAN
    mine = (one.schedules.keys >= low) & (one.schedules.keys < low + SCHEDULE_SPAN)
    months = (one.schedules.keys[mine] - low).astype(np.int64).tolist()
    points = zip(months, one.schedules.planned(one.plan, np.array(months)).tolist(), strict=True)
    return [(_month(month), float(value)) for month, value in points if 12 <= month < SCHEDULE_SPAN - 1]


class _Judge:
    """The rules of `evaluate` for one target, taken as steps."""

    def __init__(self, one: TargetTable, figures: Figures, steps: Steps, rule: Mapping[str, Any]) -> None:
        self.one, self.figures, self.steps, self.rule = one, figures, steps, rule
        self.comparator = COMPARATORS[one.comparator[0]]
        self.accumulates, self.low = rule["accumulates"], rule["low_is_good"]
        self.exactly = self.comparator is Comparator.EXACTLY
        self.planned = bool(pace.follows_plan(one)[0])
        self.paced = self.planned or bool(pace.follows_calendar(one)[0])
        self.value, self.factor, self.due = self.of_rule("value"), self.of_rule("factor"), self.of_rule("due")

    def of_rule(self, name: str) -> Ref:
        return Ref("rule", name, self.rule[name])

    def take(self, name: str, operation: str, *operands: Operand) -> Ref:
        return self.steps.take(name, operation, *operands)

    def decide(self) -> tuple[tuple[str, str], ...]:
        """Take every step; the rules for the light in their order."""
        period = self.of_rule("period")
        figure = None
        if period.value:
            figure = self.figures.at(int(self.one.indicator[0]), int(self.one_month(period.value)))
        known = self.take("known", "at_least", 0 if figure is None else 1, 1)
        settled = self.take("settled", "equal", period, self.due)
        yearly = PACES[self.one.pace[0]] is Pace.YEAR_END
        if yearly and not settled.value:
            year_end = f"{self.rule['due'][:4]}-12"
            self.steps.taken.pop("settled")
            settled = self.take("settled", "equal", period, year_end)
        awaited = self.take("before_start", "less_than", self.of_rule("as_of"), self.of_rule("start"))
        if yearly:
            open_ = self.steps.take(
                "unsettled", "not", settled, zh="年终数据未到", en="the year-end figure isn't there"
            )
            awaited = self.take("awaited", "or", open_, awaited)
        else:
            awaited = self.take("awaited", "take", awaited)
        self.take("unknown", "not", known)
        first = (("awaited", Light.AWAITING.value), ("unknown", Light.NO_DATA.value))
        if figure is None:
            self._months_left(self.of_rule("as_of"))
            return first
        actual = self.take("actual", "multiply", figure, self.factor)
        reached = self._reached(actual)
        told = known.value and not awaited.value
        expected = self._expected(period) if told else None
        attainment = self._attainment(actual)
        if attainment is not None and expected is not None:
            parts = (expected, attainment) if self.accumulates and self.low else (attainment, expected)
            if parts[1].value:
                self.take("pace", "divide", *parts)
        self._rates(actual, period)
        self._seasonal(period)
        if not told:
            return first
        self._standing(actual, expected, reached, settled, period)
        return (
            *first,
            ("settled_reached", Light.MET.value),
            ("settled", Light.MISSED.value),
            ("final_reached", Light.MET.value),
            ("exceeded", Light.RED.value),
            ("on_pace", Light.GREEN.value),
            ("behind_little", Light.YELLOW.value),
        )

    @staticmethod
    def one_month(text: str) -> int:
        return int(text[:4]) * 12 + int(text[5:7]) - 1

    def _rounding(self, name: str, value: Ref) -> Ref:
        size = self.steps.take(f"{name}_size", "absolute", value, zh="绝对值", en="size")
        at_least_one = self.steps.take(f"{name}_scale", "maximum", 1.0, size, zh="至少为一", en="at least one")
        return self.take(name, "multiply", ROUNDING, at_least_one)

    def _reached(self, actual: Ref) -> Ref:
        """The value that is just good enough, and whether it is reached."""
        rounding = self._rounding("rounding", self.value)
        size = self.take("size", "absolute", self.value)
        tolerant = self.comparator in (Comparator.ABOUT, Comparator.EXACTLY)
        slack = self.take("slack", "multiply", self.of_rule("tolerance"), size) if tolerant else None
        above = self.low
        if self.exactly:
            above = above or bool(self.take("above_value", "more_than", actual, self.value).value)
        if self.comparator is Comparator.POSITIVE:
            bound = self.take("bound", "take", 0.0)
        elif slack is not None:
            bound = self.take("bound", "add" if above else "subtract", self.value, slack)
        else:
            bound = self.take("bound", "take", self.value)
        if self.exactly and slack is not None:
            apart = self.take("distance", "subtract", actual, self.value)
            far = self.steps.take("distance_size", "absolute", apart, zh="距离", en="distance")
            return self.take("reached", "at_most", far, self.take("limit", "add", slack, rounding))
        less = self.comparator is Comparator.LESS_THAN
        more = self.comparator in (Comparator.MORE_THAN, Comparator.POSITIVE)
        if self.low and not less:
            return self.take("reached", "at_most", actual, self.take("limit", "add", bound, rounding))
        if more or less:
            limit = self.take("limit", "add" if more else "subtract", bound, rounding)
            return self.take("reached", "more_than" if more else "less_than", actual, limit)
        return self.take("reached", "at_least", actual, self.take("limit", "subtract", bound, rounding))

    def _expected(self, period: Ref) -> Ref | None:
        """The share that should be reached by the month of the figure."""
        if self.planned:
            planned = self._planned(period)
            return self.take("expected", "divide", planned, self.value) if self.value.value else None
        if not self.paced:
            return self.take("expected", "take", 1.0)
        start = self.of_rule("start")
        between = self.steps.take("after_start", "months_after", start, period, zh="距首月", en="after the first month")
        elapsed = self.take("elapsed", "add", between, 1)
        whole = self.steps.take("start_to_due", "months_after", start, self.due, zh="首月至到期", en="first to due")
        span = self.take("span", "add", whole, 1)
        share = self.steps.take("share", "divide", elapsed, span, zh="所过份额", en="share of the months")
        return self.take("expected", "minimum", 1.0, share)

    def _planned(self, period: Ref) -> Ref:
        """The plan's value, on the straight line between two of its months."""
        points = self.rule["schedule"]
        before = [point for point in points if point[0] <= period.value]
        after = [point for point in points if point[0] > period.value]
        if not before or not after:
            return self.take("planned", "take", (before[-1:] or after[:1])[0][1])
        (month, value), (next_month, next_value) = before[-1], after[0]
        rise = self.steps.take("plan_rise", "subtract", next_value, value, zh="计划增量", en="rise of the plan")
        width = self.steps.take("plan_months", "months_after", month, next_month, zh="计划间隔", en="its months")
        slope = self.steps.take("plan_slope", "divide", rise, width, zh="计划月增量", en="rise a month")
        passed = self.steps.take("plan_passed", "months_after", month, period, zh="已过月数", en="months since")
        grown = self.steps.take("plan_grown", "multiply", slope, passed, zh="其间增量", en="risen since")
        return self.take("planned", "add", grown, value)

    def _attainment(self, actual: Ref) -> Ref | None:
        turned = self.low and not self.accumulates
        if not self.value.value > 0 or (turned and not actual.value > 0):
            return None
        parts = (self.value, actual) if turned else (actual, self.value)
        return self.take("attainment", "divide", *parts)

    def _months_left(self, month: Ref) -> Ref:
        after = self.steps.take("until_due", "months_after", month, self.due, zh="距到期月数", en="months until due")
        return self.take("months_left", "maximum", after, 0)

    def _rates(self, actual: Ref, period: Ref) -> None:
        left = self._months_left(period)
        if not self.accumulates:
            return
        months = self.take("months", "month_number", period)
        self.take("average", "divide", actual, months)
        if left.value > 0:
            short = self.steps.take(
                "short", "subtract", self.value, actual, zh="目标值减实际值", en="value less actual"
            )
            rest = self.take("left", "maximum", short, 0.0)
            self.take("required", "divide", rest, left)

    def _seasonal(self, period: Ref) -> None:
        if not self.accumulates:
            return
        code = int(self.one.indicator[0])
        due, now = self.one_month(self.rule["due"]), self.one_month(period.value)
        shares = []
        for back in range(1, HISTORY_YEARS + 1):
            whole, part = self.figures.at(code, due - 12 * back), self.figures.at(code, now - 12 * back)
            if whole is None or part is None or not whole.value > 0:
                continue
            year = f"{int(self.rule['due'][:4]) - back}"
            words = {"zh": f"{year}年同期份额", "en": f"share by now in {year}"}
            shares.append(self.steps.take(f"share_{year}", "divide", part, whole, **words))
        if shares:
            self.take("seasonal", "mean", *shares)

    def _standing(self, actual: Ref, expected: Ref | None, reached: Ref, settled: Ref, period: Ref) -> None:
        """The gap to what is needed by now, and what follows for the light."""
        bound = Ref("step", "bound", self.steps.taken["bound"].result)
        rounding = Ref("step", "rounding", self.steps.taken["rounding"].result)
        overspent = None
        if self.accumulates and self.exactly:
            upper = self.take("upper", "add", self.value, Ref("step", "slack", self.steps.taken["slack"].result))
            noise = self._rounding("upper_rounding", upper)
            edge = self.steps.take("upper_limit", "add", upper, noise, zh="上限计入舍入", en="with rounding")
            overspent = self.take("overspent", "more_than", actual, edge)
        if overspent is not None and overspent.value:
            needed = self.take("needed", "take", Ref("step", "upper", self.steps.taken["upper"].result))
        elif self.paced and expected is not None:
            needed = self.take("needed", "multiply", expected, self.value)
        else:
            needed = self.take("needed", "take", bound)
        above = self.exactly and not self.accumulates and bool(self.steps.taken["above_value"].result)
        less = self.low or above or (overspent is not None and bool(overspent.value))
        gap = self.take("gap", "subtract", *((actual, needed) if less else (needed, actual)))
        points = self._points(gap)
        if self.paced:
            self.take("on_pace", "at_most", gap, rounding)
        else:
            self.take("on_pace", "take", reached)
        once = self.accumulates and not self.low
        final = self.take("final", "at_most", period, self.due) if once else self.take("final", "take", once)
        self.take("final_reached", "and", final, reached)
        self.take("settled_reached", "and", settled, reached)
        if self.accumulates and self.low:
            self.take("exceeded", "not", reached)
        else:
            self.take("exceeded", "take", overspent if overspent is not None else False)
        if points is None:
            self.take("behind_little", "take", False)
            return
        edge = self.take("narrow_band", "subtract", self.of_rule("band"), ROUNDING)
        self.take("behind_little", "less_than", points, edge)

    def _points(self, gap: Ref) -> Ref | None:
        if self.rule["kind"] == Kind.GROWTH or gap.value == 0:
            return self.take("gap_points", "take", gap)
        size = Ref("step", "size", self.steps.taken["size"].result)
        if not size.value:
            return None
        share = self.steps.take("gap_share", "divide", gap, size, zh="差距占目标值", en="gap by the value")
        return self.take("gap_points", "multiply", share, 100)


def _month(ordinal: int) -> str:
    return Month.from_ordinal(ordinal).text


def plain_row(row: pd.Series) -> dict[str, Any]:
    """A row of a frame in plain values, None for what isn't known."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        plain = value.item() if isinstance(value, np.generic) else value
        found[str(name)] = None if isinstance(plain, float) and not np.isfinite(plain) else plain
    return found
