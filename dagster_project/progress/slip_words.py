"""Each slip in one sentence, in Chinese and in English.

Belongs here: wording. Does not belong here: any rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dagster_project.progress.lights import WORDS, Light
from dagster_project.progress.phrases import month_words, written
from dagster_project.progress.slip_causes import Cause
from dagster_project.progress.targets import TargetTable
from validators.catalogue import Words
from validators.periods import parse_period

_LISTED = 3  # changed figures that a sentence names


def sentences(
    targets: TargetTable, slips: pd.DataFrame, was: pd.DataFrame, now: pd.DataFrame, threshold: float
) -> tuple[list[str], list[str]]:
    """One sentence per slip (Chinese, English); slips are few, so each is written by itself."""
    zh, en = [], []
    planned = zip(was["target_value"], now["target_value"], strict=True)
    rows = zip(range(len(targets)), slips.to_dict("records"), planned, strict=True)
    for row, slip, (value_before, value_after) in rows:
        unit = str(targets.units.zh[targets.unit[row]]), str(targets.units.en[targets.unit[row]])
        code = targets.indicator[row]
        what = _what(slip, threshold)
        why = _why(slip, unit, float(value_before), float(value_after))
        zh.append(f"{targets.indicators.name_zh[code]}{what.zh}：{why.zh}。")
        en.append(f"{targets.indicators.name_en[code]}: {what.en}; {why.en}.")
    return zh, en


def _what(slip: Mapping[Any, Any], threshold: float) -> Words:
    if slip["kind"] == "light":
        before, after = WORDS[Light(slip["light_before"])], WORDS[Light(slip["light_after"])]
        return Words(zh=f"由{before.zh}转为{after.zh}", en=f"{after.en}, {before.en} before")
    was, chance, limit = (
        f"{_number(100 * value)}%" for value in (slip["probability_before"], slip["probability_after"], threshold)
    )
    if not np.isfinite(slip["probability_before"]):
        return Words(
            zh=f"达成概率为{chance}，低于{limit}，此前没有预测",
            en=f"probability of being met {chance}, below {limit}; no forecast before",
        )
    return Words(
        zh=f"达成概率由{was}降至{chance}，低于{limit}",
        en=f"probability of being met {chance}, below {limit}; {was} before",
    )


def _why(slip: Mapping[Any, Any], unit: tuple[str, str], value_before: float, value_after: float) -> Words:
    changed = _changes(slip["changed"]) if slip["changed"] else Words(zh="—", en="—")
    unit_zh, unit_en = unit  # the English one begins with its space, which Words would strip
    before, after = _number(slip["actual_before"]), _number(slip["actual_after"])
    if slip["cause"] == Cause.PLAN:
        if value_before != value_after:
            one, other = _number(value_before), _number(value_after)
            return Words(
                zh=f"目标值由{one}调整为{other}{unit_zh}", en=f"the target was changed from {one} to {other}{unit_en}"
            )
        return Words(zh="目标的期限或黄灯宽度已调整", en="the target's due month or yellow band was changed")
    if slip["cause"] == Cause.NEW_MONTH:
        period = _period(slip["period_after"])
        figure = Words(zh=f"{period.zh}数据公布，为{after}{unit_zh}", en=f"{period.en} came in at {after}{unit_en}")
        if slip["period_before"]:
            earlier = _period(slip["period_before"])
            figure = Words(
                zh=f"{figure.zh}（此前{earlier.zh}为{before}{unit_zh}）",
                en=f"{figure.en} ({earlier.en}: {before}{unit_en})",
            )
        if not slip["changed"]:
            return figure
        return Words(zh=f"{figure.zh}；同时{changed.zh}", en=f"{figure.en}; also {changed.en}")
    if slip["cause"] == Cause.WITHDRAWAL:
        return Words(zh=f"数据撤回，{changed.zh}", en=f"figures were withdrawn, {changed.en}")
    if slip["cause"] == Cause.REVISION:
        return Words(zh=f"数据修订，{changed.zh}", en=f"figures were revised, {changed.en}")
    return Words(
        zh="本目标数据未变，因月份推移或其他序列的数据更新",
        en="its own figures are the same: the month moved on, or figures of other series did",
    )


def _changes(changed: Sequence[Mapping[str, Any]]) -> Words:
    zh, en = [], []
    for one in changed[:_LISTED]:
        period, before = _period(one["period"]), _number(one["before"])
        gone = one["after"] is None
        after = Words(zh="无", en="nothing") if gone else Words(zh=_number(one["after"]), en=_number(one["after"]))
        zh.append(f"{period.zh}由{before}改为{after.zh}{one['unit']}")
        en.append(f"{period.en} from {before} to {after.en}{'' if gone else ' ' + one['unit']}")
    more = len(changed) - _LISTED
    return Words(
        zh="、".join(zh) + (f"等{len(changed)}项" if more > 0 else ""),
        en=", ".join(en) + (f" and {more} more" if more > 0 else ""),
    )


def _period(text: str) -> Words:
    period = parse_period(text)
    if len(text) == len("2025-03"):
        zh, en = month_words([text])
        return Words(zh=str(zh[0]), en=str(en[0]))
    if len(text) == len("2025"):
        return Words(zh=f"{text}年", en=text)
    quarter = (period.last_month.month + 2) // 3
    return Words(zh=f"{text[:4]}年{'一二三四'[quarter - 1]}季度", en=f"quarter {quarter} of {text[:4]}")


def _number(value: Any) -> str:
    return str(written(np.array([float(value)]), 2)[0])
