"""Arithmetic that is written down while it is done, so that anyone can do it again.

Belongs here: steps, their operands and operations. Does not belong here: which steps a target takes (`explain.py`).

A step names an operation, its operands in order, and its result. An operand is a literal or stands for an input, an
entry of the rule, or an earlier step. The operations, all that is needed to recompute an explanation:

    take                 the operand as it is
    add, subtract, multiply, divide, minimum, maximum, absolute
    mean                 the sum of the operands, in their order, by their number
    equal, at_least, more_than, at_most, less_than     compare two numbers, or two months as texts ('2025-09')
    and, or, not
    months_after         whole months from the first month to the second
    month_number         the month of the year, 1 to 12
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from dagster_project.progress.targets import month_ordinal

Value = float | int | bool | str


@dataclass(frozen=True, slots=True)
class Ref:
    """A named value: of an input, of the rule, or of an earlier step."""

    of: Literal["input", "rule", "step"]
    name: str
    value: Any

    def as_json(self) -> dict[str, Any]:
        """Where the value comes from, its name there, and the value."""
        return {"from": self.of, "name": self.name, "value": self.value}


Operand = Ref | Value


@dataclass(frozen=True, slots=True)
class Step:
    """One step, with its name in both languages."""

    name: str
    operation: str
    operands: tuple[Operand, ...]
    result: Value
    zh: str
    en: str

    def as_json(self) -> dict[str, Any]:
        """The step in plain values."""
        return {
            "name": self.name,
            "operation": self.operation,
            "operands": [one.as_json() if isinstance(one, Ref) else one for one in self.operands],
            "result": self.result,
            "zh": self.zh,
            "en": self.en,
        }


@dataclass(slots=True)
class Steps:
    """Steps in the order in which they were taken; each name is used once."""

    taken: dict[str, Step] = field(default_factory=dict)

    def take(self, name: str, operation: str, *operands: Operand, zh: str = "", en: str = "") -> Ref:
        """Do the operation, write it down, and give its result a name. Words default to those of the name."""
        if name not in self.taken:
            values = [one.value if isinstance(one, Ref) else one for one in operands]
            words = WORDS.get(name, (name, name))
            result = OPERATIONS[operation](*values)
            self.taken[name] = Step(name, operation, operands, result, zh or words[0], en or words[1])
        return Ref("step", name, self.taken[name].result)

    def __contains__(self, name: str) -> bool:
        return name in self.taken


OPERATIONS: Final[Mapping[str, Callable[..., Value]]] = {
    "take": lambda one: one,
    "add": lambda one, other: one + other,
    "subtract": lambda one, other: one - other,
    "multiply": lambda one, other: one * other,
    "divide": lambda one, other: one / other,
    "minimum": lambda one, other: min(one, other),
    "maximum": lambda one, other: max(one, other),
    "absolute": abs,
    "mean": lambda *all_: sum(all_) / len(all_),
    "equal": lambda one, other: one == other,
    "at_least": lambda one, other: one >= other,
    "more_than": lambda one, other: one > other,
    "at_most": lambda one, other: one <= other,
    "less_than": lambda one, other: one < other,
    "and": lambda one, other: one and other,
    "or": lambda one, other: one or other,
    "not": lambda one: not one,
    "months_after": lambda one, other: month_ordinal(other) - month_ordinal(one),
    "month_number": lambda month: int(month[5:]),
}

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "actual": ("实际值（目标的单位）", "actual, in the target's unit"),
    "size": ("目标值的绝对值", "size of the value"),
    "rounding": ("容许的舍入误差", "rounding allowed"),
    "slack": ("容差", "tolerance"),
    "above_value": ("高于目标值", "above the value"),
    "bound": ("刚好达到目标的值", "just good enough"),
    "limit": ("计入舍入误差", "with rounding"),
    "distance": ("与目标值的距离", "distance from the value"),
    "reached": ("达到目标", "the target is reached"),
    "known": ("有数据", "there is a figure"),
    "settled": ("到期月份的数据已有", "the due month's figure is there"),
    "before_start": ("目标年度尚未开始", "its year has not begun"),
    "awaited": ("等待年终数据", "awaits the year-end figure"),
    "elapsed": ("已过月数", "months elapsed"),
    "span": ("全程月数", "months in all"),
    "expected": ("应达进度", "expected share"),
    "planned": ("计划累计值", "planned by now"),
    "needed": ("此时应达到的值", "needed by now"),
    "upper": ("预算上限", "upper end of the budget"),
    "overspent": ("超出预算", "over the budget"),
    "gap": ("差距（正为落后）", "gap, positive is behind"),
    "gap_points": ("差距（黄灯宽度的单位）", "gap in the band's measure"),
    "attainment": ("完成进度", "attainment"),
    "pace": ("完成进度与应达进度之比", "attainment by expected share"),
    "on_pace": ("不落后于进度", "on pace"),
    "final": ("累计值不会再失去", "what has been added up stays"),
    "final_reached": ("已提前完成", "reached for good"),
    "settled_reached": ("到期且达到", "due and reached"),
    "exceeded": ("已超上限", "above the ceiling for good"),
    "narrow_band": ("黄灯界限", "edge of the yellow band"),
    "behind_little": ("落后在黄灯宽度之内", "behind by less than the band"),
    "unknown": ("没有数据", "there is no figure"),
    "months": ("本年月数", "months of the year"),
    "months_left": ("余下月数", "months left"),
    "left": ("尚需完成", "still to be reached"),
    "required": ("余下月均需完成", "needed each month"),
    "average": ("前几个月月均", "average a month so far"),
    "seasonal": ("往年同期占全年的份额", "share reached by now in earlier years"),
}
