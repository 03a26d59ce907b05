"""One plain sentence per judgement, in Chinese and in English, with the inputs that it used.

Belongs here: the wording. Does not belong here: any rule, or any number that the evaluation doesn't already hold.

Sentences are put together clause by clause, for all targets at once, each clause in both languages side by side. The
same numbers, written the same way, stand in both; English keeps them in the target's own unit (450 × 100 million
yuan), so that they can be compared with the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np
import pandas as pd

from dagster_project.progress import pace
from dagster_project.progress.arrays import Flags, Floats, Integers, Texts
from dagster_project.progress.lights import ROUNDING, Light
from dagster_project.progress.phrases import Number, month_words, period_style, period_words, promise_words
from dagster_project.progress.targets import TargetTable, texts
from validators.catalogue import Comparator, Kind

Part = Texts | Number | str
Parts = tuple[Part, ...]


def reasons(evaluation: pd.DataFrame, targets: TargetTable) -> tuple[Texts, Texts]:
    """The sentences (Chinese, English) for a frame of `evaluate` or `measure` as it came out for these targets: all
    rows, same order. Shapes (n,).
    """
    if not len(targets):
        return texts([]), texts([])
    facts = _Facts(evaluation, targets)
    clauses = _Clauses(len(targets))
    _waiting(facts, clauses)
    _figure(facts, clauses, facts.told)
    _promised(facts, clauses)
    _verdict(facts, clauses)
    _pace(facts, clauses)
    _run_rate(facts, clauses)
    _timeliness(facts, clauses)
    clauses.add(np.ones(len(targets), dtype=np.bool_), ("。",), (".",))
    return clauses.sentences()


class _Facts:
    """Which rows a clause is for, and numbers in writing."""

    def __init__(self, evaluation: pd.DataFrame, targets: TargetTable) -> None:
        self.evaluation, self.targets = evaluation, targets
        light = evaluation["light"].cat
        self._light, self._lights = light.codes.to_numpy(), list(light.categories)
        self.as_of = str(evaluation["as_of"].cat.categories[0])
        self.known = evaluation["months"].to_numpy() > 0
        self.told = ~self.is_light(Light.AWAITING, Light.NO_DATA)
        self.open = self.told & ~self.is_light(Light.MET, Light.MISSED)

        self.low, self.accumulates = targets.low_is_good, targets.accumulates
        self.planned = pace.follows_plan(targets)
        self.paced = (self.planned | pace.follows_calendar(targets)) & (targets.value > 0)
        self.budget = targets.is_comparator(Comparator.EXACTLY) & self.accumulates
        self.rank = targets.is_kind(Kind.RANK)
        # A share of the target is said of what accumulates towards it; a level is set beside its target.
        self.summed = self.told & self.accumulates & (targets.value > 0)

        self.gap = self.numbers("gap_value")
        attainment = self.numbers("attainment_ratio")
        self.ahead = (attainment - self.numbers("expected_ratio")) * 100
        over = (self.low | self.budget) & self.accumulates & (attainment > 1 + ROUNDING)
        self.over = over & ~self.is_light(Light.MET) & self.told

        self.value = Number(targets.value, 2)
        self.unit_zh, self.unit_en = targets.units.zh[targets.unit], targets.units.en[targets.unit]
        self.name_zh = targets.indicators.name_zh[targets.indicator]
        self.name_en = targets.indicators.name_en[targets.indicator]
        points = self.unit_zh == "%"
        self.step_zh, self.step_en = pick(points, "个百分点", self.unit_zh), pick(points, " points", self.unit_en)

    def is_light(self, *lights: Light) -> Flags:
        return np.isin(self._light, [self._lights.index(light) for light in lights])

    def numbers(self, name: str) -> Floats:
        return self.evaluation[name].to_numpy(dtype=np.float64)


@dataclass(slots=True)
class _Clauses:
    """Both sentences of every row as a list of clauses, each with the rows that say it.

    Rows that say the same clauses (a few dozen combinations, however many rows) are put together at once.
    """

    count: int
    clauses: list[tuple[Parts, Parts]] = field(default_factory=list)
    wheres: list[Flags] = field(default_factory=list)

    def add(self, where: Flags, zh: Parts, en: Parts) -> None:
        """Append the joined parts to the sentences of the rows where True."""
        self.clauses.append((zh, en))
        self.wheres.append(where)

    def sentences(self) -> tuple[Texts, Texts]:
        """The sentences (Chinese, English). Shapes (n,)."""
        zh, en = np.full(self.count, "", dtype=object), np.full(self.count, "", dtype=object)
        for rows, said in self._groups():
            lists: dict[int, list[str]] = {}  # the same part is written once for both languages
            zh[rows] = _joined([part for clause in said for part in self.clauses[clause][0]], rows, lists)
            en[rows] = _joined([part for clause in said for part in self.clauses[clause][1]], rows, lists)
        return zh, en

    def _groups(self) -> Iterator[tuple[Integers, Integers]]:
        """Rows that say the same clauses, and which these are."""
        pattern = np.zeros(self.count, dtype=np.int64)  # one bit per clause; there are about forty
        for number, where in enumerate(self.wheres):
            pattern |= where.astype(np.int64) << number
        order = np.argsort(pattern, kind="stable")
        patterns, starts = np.unique(pattern[order], return_index=True)
        for one, rows in zip(patterns.tolist(), np.split(order, starts[1:]), strict=True):
            yield rows, np.flatnonzero([one >> number & 1 for number in range(len(self.wheres))])


def _joined(parts: list[Part], rows: Integers, lists: dict[int, list[str]]) -> list[str]:
    columns: list[Iterable[str]] = []
    for part in parts:
        if isinstance(part, str):
            columns.append(repeat(part, len(rows)))
            continue
        if id(part) not in lists:
            lists[id(part)] = (part.at(rows) if isinstance(part, Number) else part[rows]).tolist()
        columns.append(lists[id(part)])
    return list(map("".join, zip(*columns, strict=True)))


def pick(where: Flags, one: Texts | str, other: Texts | str) -> Texts:
    """Element by element `one` where True, else `other`."""
    found: Texts = np.where(where, np.asarray(one, dtype=object), np.asarray(other, dtype=object))
    return found


def _waiting(facts: _Facts, clauses: _Clauses) -> None:
    """No judgement yet: what is promised and what is waited for, then the latest figure where there is one."""
    due_zh, due_en = _due(facts)
    as_of_zh, as_of_en = month_words([facts.as_of])
    awaiting, no_data = facts.is_light(Light.AWAITING), facts.is_light(Light.NO_DATA)
    clauses.add(awaiting | no_data, (facts.name_zh, "目标为"), (facts.name_en, ": target "))
    _promise(facts, clauses, awaiting | no_data)
    clauses.add(awaiting, ("，待", due_zh, "数据公布后判定"), (", to be judged once ", due_en, " is published"))
    clauses.add(no_data, ("，截至", as_of_zh[0], "尚无数据"), (", no figure up to ", as_of_en[0]))
    latest = awaiting & facts.known
    clauses.add(latest, ("；最新：",), ("; latest: ",))
    _figure(facts, clauses, latest)


def _figure(facts: _Facts, clauses: _Clauses, where: Flags) -> None:
    """1-9月货物贸易出口累计298.1亿元 / January-September: Exports of goods 298.1 × 100 million yuan."""
    period = facts.evaluation["period"].cat
    words_zh, words_en = period_words([str(text) for text in period.categories], facts.as_of)
    codes, style = period.codes.to_numpy(), period_style(facts.targets)
    actual = Number(facts.numbers("actual_value"), 2)
    verb = pick(facts.accumulates, "累计", pick(facts.rank, "为第", "为"))
    unit_en = pick(facts.rank, "", facts.unit_en)
    clauses.add(
        where,
        (words_zh[codes, style], facts.name_zh, verb, actual, facts.unit_zh),
        (words_en[codes, style], ": ", facts.name_en, " ", actual, unit_en),
    )
    origin = facts.evaluation["origin"].to_numpy(dtype=object)
    clauses.add(where & (origin == "cumulated"), ("（由各月相加）",), (" (sum of the months)",))
    clauses.add(
        where & (origin == "derived"), ("（由分子、分母推算）",), (" (derived from its numerator and denominator)",)
    )


def _promised(facts: _Facts, clauses: _Clauses) -> None:
    """The share of the target for what accumulates, the target itself for a level."""
    whole_zh, whole_en = _whole(facts)
    attained = Number(facts.numbers("attainment_ratio") * 100, 1, fixed=True)
    clauses.add(
        facts.summed,
        ("，为", whole_zh, facts.value, facts.unit_zh, "的", attained, "%"),
        (", ", attained, "% of the ", whole_en, " of ", facts.value, facts.unit_en),
    )
    clauses.add(facts.told & ~facts.summed, ("，目标为",), ("; target ",))
    _promise(facts, clauses, facts.told & ~facts.summed)


def _promise(facts: _Facts, clauses: _Clauses, where: Flags) -> None:
    """450亿元以上 / at least 450 × 100 million yuan; 正增长 / growth above zero."""
    targets = facts.targets
    positive = targets.is_comparator(Comparator.POSITIVE)
    before_zh, after_zh, before_en = (words[targets.comparator] for words in promise_words())
    place = targets.is_comparator(Comparator.RANK_WITHIN)
    clauses.add(where & positive, ("正增长",), ("growth above zero",))
    clauses.add(
        where & ~positive,
        (before_zh, facts.value, facts.unit_zh, after_zh),
        (before_en, facts.value, pick(place, "", facts.unit_en)),
    )


def _verdict(facts: _Facts, clauses: _Clauses) -> None:
    """Met, missed, exceeded; for levels how far from good enough."""
    gap = Number(np.abs(facts.gap), 2)
    apart = np.abs(facts.gap) > ROUNDING
    whole_zh, whole_en = _whole(facts)
    met, missed = facts.is_light(Light.MET), facts.is_light(Light.MISSED)
    clauses.add(met, ("，已完成目标",), (", met",))
    clauses.add(missed, ("，未完成目标",), (", missed",))
    too_much = facts.low | facts.over
    clauses.add(
        missed & apart,
        ("，", pick(too_much, "超出", "差"), gap, facts.step_zh),
        (" by ", gap, facts.step_en),
    )
    exceeded = facts.open & facts.over
    clauses.add(exceeded, ("，已超出", whole_zh), (", above the ", whole_en))

    level = facts.open & ~facts.over & ~(facts.paced & facts.accumulates)
    good = level & facts.is_light(Light.GREEN)
    aim_zh, aim_en = pick(facts.planned, "计划", "要求"), pick(facts.planned, "plan", "target")
    clauses.add(good, ("，达到", aim_zh), ("; meets the ", aim_en))
    clauses.add(
        good & apart & ~facts.rank & (facts.gap < 0),
        ("，", pick(facts.low, "低", "高"), gap, facts.step_zh),
        (", ", gap, facts.step_en, pick(facts.low, " lower", " higher")),
    )
    bad = level & ~facts.is_light(Light.GREEN)
    clauses.add(
        bad & apart, ("，距", aim_zh, "尚差", gap, facts.step_zh), ("; ", gap, facts.step_en, " from the ", aim_en)
    )
    clauses.add(bad & ~apart, ("，尚未达到", aim_zh), ("; not yet at the ", aim_en))


def _pace(facts: _Facts, clauses: _Clauses) -> None:
    """落后序时进度（75.0%）8.8个百分点 / 8.8 points behind the linear pace (75.0%)."""
    paced = facts.open & facts.paced & facts.accumulates & ~facts.over
    expected = Number(facts.numbers("expected_ratio") * 100, 1, fixed=True)
    name_zh, name_en = pick(facts.planned, "计划进度", "序时进度"), pick(facts.planned, "planned", "linear")
    level = paced & (np.abs(facts.ahead) <= 100 * ROUNDING)
    clauses.add(
        level, ("，与", name_zh, "（", expected, "%）持平"), (", level with the ", name_en, " pace (", expected, "%)")
    )
    tiny = np.rint(np.abs(facts.ahead) * 10) == 0
    less = Number(np.where(tiny, 0.1, np.abs(facts.ahead)), 1, fixed=True)
    ahead = facts.ahead > 0
    side_zh = pick(ahead, pick(facts.low, "高于", "快于"), pick(facts.low, "低于", "落后"))
    side_en = pick(ahead, pick(facts.low, "above", "ahead of"), pick(facts.low, "below", "behind"))
    clauses.add(
        paced & ~level,
        ("，", side_zh, name_zh, "（", expected, "%）", pick(tiny, "不足", ""), less, "个百分点"),
        (", ", pick(tiny, "less than ", ""), less, " points ", side_en, " the ", name_en, " pace (", expected, "%)"),
    )


def _run_rate(facts: _Facts, clauses: _Clauses) -> None:
    """What each remaining month must bring (may bring, for a ceiling), beside the average so far."""
    required, average = facts.numbers("required_run_rate"), facts.numbers("average_run_rate")
    asked = facts.open & ~facts.over & (required > 0)
    left = facts.numbers("remaining_months")
    months = Number(facts.numbers("months"), 0)
    each, mean = Number(required, 1), Number(average, 1)
    one = left == 1
    count = Number(left, 0)
    count_en = Number(np.where(one, np.nan, left), 0)  # NaN is written as nothing
    clauses.add(
        asked,
        (
            "；余下",
            count,
            pick(facts.low, "个月月均不超过", "个月月均需完成"),
            each,
            facts.unit_zh,
        ),
        (
            pick(one, "; the remaining month ", "; the remaining "),
            count_en,
            pick(one, "", " months "),
            pick(facts.low, "may bring ", pick(one, "needs ", "need ")),
            each,
            facts.unit_en,
            pick(one, "", " each"),
        ),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        times = Number(required / average, 2)
    compared = asked & (average > 0)
    clauses.add(
        compared,
        ("，是前", months, "个月月均（", mean, facts.unit_zh, "）的", times, "倍"),
        (", ", times, " times the average so far (", mean, facts.unit_en, ")"),
    )
    nothing = asked & ~compared
    clauses.add(
        nothing,
        ("，前", months, "个月月均为", mean, facts.unit_zh),
        (", against an average so far of ", mean, facts.unit_en),
    )


def _timeliness(facts: _Facts, clauses: _Clauses) -> None:
    """Late data, or the due month's figure that is still awaited."""
    due = facts.evaluation["due"].cat
    past = np.array([str(text) <= facts.as_of for text in due.categories], dtype=np.bool_)[due.codes.to_numpy()]
    due_zh, due_en = _due(facts)
    settled = facts.evaluation["settled"].to_numpy()
    awaited = facts.open & past & ~settled
    clauses.add(awaited, ("；待", due_zh, "数据公布后定论"), ("; final once ", due_en, " is published"))
    lag = facts.evaluation["lag_months"].to_numpy(dtype=np.int64, na_value=0)
    late = facts.open & ~settled & ~awaited & (lag > 0)
    count = Number(lag.astype(np.float64), 0)
    clauses.add(
        late,
        ("；之后", count, "个月的数据尚未公布"),
        ("; ", count, pick(lag == 1, " later month is", " later months are"), " not published yet"),
    )


def _due(facts: _Facts) -> tuple[Texts, Texts]:
    due = facts.evaluation["due"].cat
    zh, en = month_words([str(text) for text in due.categories])
    codes = due.codes.to_numpy()
    return zh[codes], en[codes]


def _whole(facts: _Facts) -> tuple[Texts, Texts]:
    zh = pick(facts.budget, "预算", pick(facts.low, "上限", "目标"))
    return zh, pick(facts.budget, "budget", pick(facts.low, "ceiling", "target"))
