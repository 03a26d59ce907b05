"""An explanation on paper: lines of plain text, Chinese first.

Belongs here: layout and words. Does not belong here: any number that the explanation doesn't hold.
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from dagster_project.progress.explain import Explanation
from dagster_project.progress.explain_steps import Operand, Ref, Step
from dagster_project.progress.lights import WORDS, Light
from validators.catalogue import Words

_SIGNS: Final[Mapping[str, str]] = {
    "add": " + ",
    "subtract": " - ",
    "multiply": " × ",
    "divide": " ÷ ",
    "equal": " = ",
    "at_least": " ≥ ",
    "more_than": " > ",
    "at_most": " ≤ ",
    "less_than": " < ",
    "and": " 且 and ",
    "or": " 或 or ",
}
_BEFORE: Final[Mapping[str, str]] = {
    "take": "",
    "not": "非 not ",
    "absolute": "绝对值 size of ",
    "minimum": "较小者 smaller of ",
    "maximum": "较大者 larger of ",
    "mean": "平均 mean of ",
    "months_after": "相隔月数 months from, to ",
    "month_number": "月份 month of ",
}
_RULE: Final = ("comparator", "value", "unit", "pace", "band", "band_measure", "tolerance", "factor", "start", "due")


def skill_words(found: Mapping[str, Any]) -> Words | None:
    """How well the method would have called the past years from the same month; None without a past year. `found`: a
    row of `progress.forecast` in plain values (`explain.plain_row`)."""
    if found.get("skill") is None or not found.get("skill_years"):
        return None
    years = int(found["skill_years"])
    points = found["skill_unit"] == "points"
    size = f"{found['skill']:.2g}" if points else f"{100 * found['skill']:.2g}%"
    month = int(str(found["period"] or found["as_of"])[5:])
    return Words(
        zh=f"同一方法在过去{years}年自{month}月起预测，平均误差{size}{'个百分点' if points else ''}",
        en=f"this method would have called the last {years} years from {month_name[month]} within "
        f"{size}{' points' if points else ''} on average",
    )


def best_run_words(found: Mapping[str, Any], unit: str, *, low_is_good: bool) -> Words | None:
    """What each month left must bring, beside the best of the same months ever; None where nothing is left to bring.
    `found`: a row of `progress.best_runs` in plain values (`explain.plain_row`), in this unit."""
    needed = found.get("required_run_rate")
    if needed is None:
        return None
    zh = f"余下每月{'不超过' if low_is_good else '需完成'}{needed:.4g}{unit}"
    en = f"{'may bring' if low_is_good else 'needs'} {needed:.4g} {unit} a month"
    best, end = found.get("best_same_months_rate"), str(found.get("best_same_months_end") or "")
    if best is None:
        return Words(zh=zh, en=en)
    zh += f"，往年同期最好为{best:.4g}{unit}（{end[:4]}年）"
    en += f", the best same months ever were {best:.4g} ({end[:4]})"
    if found.get("never_achieved"):
        zh, en = f"{zh}，从未达到过", f"{en}: never achieved"
    return Words(zh=zh, en=en)


def text(explanation: Explanation, zone: tzinfo) -> str:
    """The whole explanation, with moments as clocks in `zone` show them."""
    return "\n".join(_lines(explanation, zone)) + "\n"


def _lines(explanation: Explanation, zone: tzinfo) -> Iterator[str]:
    light = WORDS[Light(explanation.light)]
    yield f"{explanation.name_zh} {explanation.name_en} · {explanation.target} · {explanation.region}"
    yield f"截至 as of {explanation.as_of}：{light.zh} {light.en}"
    yield f"  {explanation.reason_zh}"
    yield f"  {explanation.reason_en}"
    yield "规则 rule"
    yield "  " + " · ".join(f"{name} {explanation.rule[name]}" for name in _RULE)
    for month, planned in explanation.rule["schedule"]:
        yield f"  计划 plan {month}: {_written(planned)}"
    yield "数据 inputs"
    for one in explanation.inputs:
        known_from = datetime.fromisoformat(one.known_from).astimezone(zone)
        yield (
            f"  {one.name} = {_written(one.value)} {one.unit}（{one.status}；{one.file} [{one.sheet} {one.cell}]；"
            f"已知于 known from {known_from:%Y-%m-%d %H:%M}；上传 upload {one.upload}）"
        )
    if not explanation.inputs:
        yield "  无 none"
    yield "计算 steps"
    for step in explanation.steps:
        yield f"  {step.zh} {step.en}: {_worked(step)}"
    yield "判断 the light: 首个成立者 the first that holds"
    results = {step.name: step.result for step in explanation.steps}
    for name, shown in explanation.decisions:
        holds = bool(results[name])
        yield f"  {'●' if holds else '○'} {_named(explanation, name)} → {_light(shown)}"
        if holds:
            break
    else:
        yield f"  ● 其余 otherwise → {_light(explanation.light)}"
    yield from _forecast(explanation)


def _forecast(explanation: Explanation) -> Iterator[str]:
    found, unit = explanation.forecast, explanation.rule["unit"]
    yield "预测 forecast"
    if found.get("forecast_value") is None:
        yield f"  没有预测 none: {found.get('reason') or '—'}"
    else:
        yield (
            f"  {found['due']}: {found['forecast_value']:.6g} {unit}；"
            f"80%: {found['low_80']:.6g} - {found['high_80']:.6g}；"
            f"95%: {found['low_95']:.6g} - {found['high_95']:.6g}；"
            f"达成概率 probability {100 * found['probability']:.1f}%（{found['method']}）"
        )
        first = explanation.history[0].period if explanation.history else "—"
        yield (
            f"  依据 from {len(explanation.history)} 项数据 figures, {first} - {found['period'] or found['as_of']}；"
            f"完整年份 whole years {found['history_years']}"
        )
    yield from _revisions(explanation)
    best = best_run_words(explanation.best_run, unit, low_is_good=explanation.rule["low_is_good"])
    for words in (skill_words(found), best):
        if words is not None:
            yield f"  {words.zh}"
            yield f"  {words.en}"


def _revisions(explanation: Explanation) -> Iterator[str]:
    found = explanation.usual_revision
    if not found["revision"]:
        return
    own, pool, unit = found["own_pairs"], found["pool_pairs"], explanation.rule["unit"]
    yield (
        f"  常见修订 usual revision ±{found['revision']:.4g} {unit}，已计入区间 is part of the interval "
        f"（本序列 of this series: {own}；全部 of all: {pool}）"
    )
    for one in explanation.revised:
        yield f"    {one['period']}: {_written(one['first'])} → {_written(one['now'])}（{_written(one['size'])}）"


def _worked(step: Step) -> str:
    operands = [_operand(one) for one in step.operands]
    if step.operation in _SIGNS:
        said = _SIGNS[step.operation].join(operands)
    else:
        said = _BEFORE[step.operation] + ", ".join(operands)
    return f"{said} → {_written(step.result)}"


def _operand(one: Operand) -> str:
    return _written(one.value if isinstance(one, Ref) else one)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    return f"{value:.10g}" if isinstance(value, int | float) else str(value)


def _named(explanation: Explanation, name: str) -> str:
    step = next(one for one in explanation.steps if one.name == name)
    return f"{step.zh} {step.en}"


def _light(light: str) -> str:
    words = WORDS[Light(light)]
    return f"{words.zh} {words.en}"
