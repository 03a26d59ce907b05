"""The columns of targets, of their progress and of their forecasts.

What they mean in full is said in `progress.columns` and `progress.forecast_columns`; here it is said to those who open
a file.
"""

from __future__ import annotations

from typing import Final

from dagster_project.export.columns import OWN_UNIT, Column, Table, Type, key_of
from dagster_project.progress import Light
from dagster_project.progress.forecast_columns import Method, NoForecast
from validators.catalogue import Ambition, Comparator, Pace
from validators.columns import STATUSES

_RATIO = "1"


def _month(name: str, zh: str, en: str, *, required: bool = False) -> Column:
    return Column(name, Type.PERIOD, zh, en, required=required)


def _amount(name: str, zh: str, en: str, unit: str = OWN_UNIT) -> Column:
    return Column(name, Type.NUMBER, zh, en, unit=unit)


_TARGET: Final = key_of("targets", "target", "目标代码", "id of the target")

TARGETS: Final = Table(
    "targets",
    "目标：文件中承诺的每个数",
    "targets: every number that a document commits to",
    (
        Column("target", Type.ID, "目标代码", "id of the target", required=True),
        key_of("indicators", "indicator", "指标代码", "id of the indicator that measures it"),
        key_of("regions", "region", "承诺的地区代码", "code of the region that commits to it"),
        Column(
            "comparator",
            Type.ID,
            "比较：at_least 以上，more_than 超过，at_most 以内，less_than 少于，about 左右，rank_within 前几名，"
            "positive 正增长，exactly 恰好",
            "what the figure must do to the value",
            words=tuple(str(word) for word in Comparator),
            required=True,
        ),
        Column("value", Type.DECIMAL, "目标值（原文的数）", "the number as written", unit="unit", required=True),
        key_of("units", "unit", "目标值的单位", "its unit"),
        Column(
            "ambition",
            Type.ID,
            "binding 承诺，stretch 力争",
            "whether the text commits or strives",
            words=tuple(str(word) for word in Ambition),
            required=True,
        ),
        _month("due", "完成月份", "month in which it must hold", required=True),
        Column(
            "pace",
            Type.ID,
            "linear 序时进度，level 以最新数据为准，schedule 分月计划，year_end 年终认定",
            "how progress within the year is judged",
            words=tuple(str(word) for word in Pace),
            required=True,
        ),
        Column("document", Type.ID, "文件代码", "id of the document", required=True),
        Column("document_zh", Type.TEXT, "文件名称", "title of the document in Chinese", required=True),
        Column("document_en", Type.TEXT, "文件名称（英文）", "title of the document in English", required=True),
        Column("chapter", Type.INTEGER, "章", "chapter", required=True),
        Column("article", Type.INTEGER, "条，0 为章首", "article; 0: the chapter's opening", required=True),
        key_of("departments", "lead", "牵头单位代码", "id of the lead department", required=False),
        Column("responsible", Type.TEXT, "责任单位代码，以 ; 分隔", "ids of the departments that answer, joined by ;"),
        key_of("targets", "part_of", "其中项的总目标", "the target of which this is a part", required=False),
        Column("condition_zh", Type.TEXT, "口径限定", "words that define what is counted, in Chinese"),
        Column("condition_en", Type.TEXT, "口径限定（英文）", "the same in English"),
    ),
    ("target",),
)

PROGRESS: Final = Table(
    "progress",
    "进展：每个目标目前（或某日所知）的状态",
    "progress: where every target stands, now or by what was known on a day",
    (
        _TARGET,
        key_of("indicators", "indicator", "指标代码", "id of the indicator"),
        key_of("regions", "region", "地区代码", "region code"),
        Column("unit", Type.ID, "目标的单位", "unit of the target", required=True, of=("units", "unit")),
        _month("as_of", "评判月份", "month of the judgement", required=True),
        _month("period", "所用数据的时期", "period of the figure used; missing without one"),
        Column("measure", Type.ID, "所用数据的口径", "measure of the figure used"),
        Column(
            "origin",
            Type.ID,
            "published 已发布，cumulated 由各月累加，derived 由分子分母算得",
            "published, cumulated from months, or derived from numerator and denominator",
            words=("published", "cumulated", "derived"),
        ),
        Column("status", Type.ID, "所用数据的状态", "status of the figure used", words=STATUSES),
        Column("months", Type.INTEGER, "所用数据止于当年第几个月", "months of the year up to the period used"),
        Column("lag_months", Type.INTEGER, "所用数据落后几个月", "months from the period used to the judgement"),
        _month("due", "完成月份", "month in which the target must hold", required=True),
        _amount("target_value", "目标值", "the promise"),
        _amount("actual_value", "实际值", "the figure"),
        _amount("attainment_ratio", "完成比例", "how much of the target is reached", _RATIO),
        _amount("expected_ratio", "序时应完成比例", "attainment expected by the period used", _RATIO),
        _amount("seasonal_ratio", "往年同期占全年比例", "share of the year reached by then in earlier years", _RATIO),
        _amount("pace_ratio", "完成比例与应完成比例之比", "attainment by expectation; 1 or more is on pace", _RATIO),
        _amount("expected_value", "序时应达到的值", "the value that would just be on pace"),
        _amount("gap_value", "差距，正为落后", "distance to that value; positive is behind"),
        Column(
            "gap_points",
            Type.NUMBER,
            "差距（占目标的百分数，增速为百分点）",
            "the same in per cent of the target, or percentage points for growth",
            unit="%",
        ),
        Column("band", Type.NUMBER, "黄灯宽度，口径同上", "width of the yellow band, in the same", unit="%"),
        _amount("required_run_rate", "其余各月每月须完成", "what each remaining month must bring"),
        _amount("average_run_rate", "已过各月平均完成", "what each month so far has brought"),
        Column("remaining_months", Type.INTEGER, "剩余月数", "months left"),
        Column(
            "settled", Type.FLAG, "完成月份的数据是否已有", "whether the due month's figure is there", required=True
        ),
        Column(
            "light",
            Type.ID,
            "状态：green 正常，yellow 滞后，red 严重滞后，met 已完成，missed 未完成，awaiting 待认定，no_data 无数据",
            "green, yellow, red, met, missed, awaiting (known at the year's end), no_data",
            words=tuple(str(light) for light in Light),
            required=True,
        ),
        Column("reason_zh", Type.TEXT, "一句话说明", "one sentence with the inputs, in Chinese"),
        Column("reason_en", Type.TEXT, "一句话说明（英文）", "the same in English"),
    ),
    ("target",),
)

FORECASTS: Final = Table(
    "forecasts",
    "预测：每个目标到期时的值与达成概率",
    "forecasts: where every target will stand when due, and the probability of meeting it",
    (
        _TARGET,
        _month("as_of", "预测所据月份", "month of the forecast", required=True),
        _month("period", "起点数据的时期", "period of the latest figure that it starts from"),
        _month("due", "所预测的月份", "month that is foretold", required=True),
        Column("horizon", Type.INTEGER, "相距几个月", "months between the two"),
        Column(
            "method",
            Type.ID,
            "方法：finished 已有数，smoothing 指数平滑（并参考往年占比），"
            "others_path 参照其他指标，last_value 沿用最新值",
            "how it came about; missing without a forecast",
            words=tuple(str(method) for method in Method),
        ),
        Column(
            "reason",
            Type.ID,
            "没有预测的原因",
            "why there is none; missing with a forecast",
            words=tuple(str(reason) for reason in NoForecast),
        ),
        _amount("forecast_value", "预测值（中位数）", "the value as likely to be exceeded as not"),
        _amount("low_80", "80% 区间下限", "lower end of the 80 per cent interval"),
        _amount("high_80", "80% 区间上限", "upper end of the 80 per cent interval"),
        _amount("low_95", "95% 区间下限", "lower end of the 95 per cent interval"),
        _amount("high_95", "95% 区间上限", "upper end of the 95 per cent interval"),
        _amount("probability", "达成概率（0 至 1）", "probability of meeting the target (0 to 1)", _RATIO),
        Column(
            "skill",
            Type.NUMBER,
            "同法同月往年的平均绝对误差，单位见 skill_unit",
            "mean absolute error of the method from the same month of past years, in skill_unit",
            unit="skill_unit",
        ),
        Column(
            "skill_unit",
            Type.ID,
            "share 占比，points 百分点",
            "share (a fraction) or points",
            words=("share", "points"),
        ),
        Column("skill_years", Type.INTEGER, "依据几个往年", "how many past years that is"),
        Column("skill_others", Type.NUMBER, "同月所有目标的平均误差", "the same over all targets", unit="skill_unit"),
        Column("history_years", Type.INTEGER, "已知的完整年数", "whole years known before"),
        Column("unlikely", Type.FLAG, "是否判为难以达成", "whether it counts as unlikely to be met", required=True),
    ),
    ("target",),
)
