"""指标 Indicator: one indicator of one region along its months, against its target, pace and last year.

Months stand at their true place on the time axis. The end of the time range is the date as of which everything is
asked: choose an earlier one and the panels show what was believed then.
"""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard, DataTransformerConfig, Panel
from grafana_foundation_sdk.models.prometheus import Dataquery

from dashboards import fields, months, panels, queries, target_table, transformations, variables
from dashboards.frame import Facts, framed, month_annotation
from dashboards.layout import Line, Section

UID = queries.INDICATOR
_AS_OF = (
    "横轴为数据月份；时间范围的终点即“截至何时所知”。"
    "The axis is the month of the figures; the end of the time range is the "
    "date as of which they are believed."
)
_MONTH_COLUMN = fields.named(transformations.MONTH_COLUMN, fields.unit("time:YYYY-MM"))
_TABLE = {
    "period": transformations.MONTH_COLUMN,
    "month": "本月 Month",
    "ytd": "本年累计 Year to date",
    "level": "水平 Level",
    "linear": "序时应达 Linear pace",
    "yoy_month": "当月同比 Month on year",
    "yoy_ytd": "累计同比 YTD on year",
}


def indicator(facts: Facts) -> Dashboard:
    """The dashboard of one indicator in one region, which the reader chooses."""
    return framed(
        UID,
        "指标 Indicator",
        "一个地区一项指标的月度与累计数据，对照各档目标线、序时线、季节线和同比；可按任一日期查看当时所知。"
        "One indicator of one region by month and year to date, against every tier's target, linear and seasonal pace, "
        "and last year; as of any date.",
        variables=[
            variables.region(),
            variables.indicator(),
            variables.tiers(),
            variables.period(),
            variables.unit(),
        ],
        annotations=[month_annotation()],
        since="now-2y/y",
        sections=[
            Section("目标 Targets", [Line(7, [(24, _tiers(facts))])]),
            Section(
                "各月 Months",
                [
                    Line(12, [(24, _progress())]),
                    Line(10, [(12, _month()), (12, _growth())]),
                    Line(13, [(18, _table()), (6, _gaps())]),
                ],
            ),
            Section("当时所知 What was believed when", [Line(10, [(16, _belief()), (8, _reading())])]),
        ],
    )


def _tiers(facts: Facts) -> Panel:
    return target_table.target_table(
        "各档目标 Tiers",
        "本指标在该地区的全部目标（各档及其中项）；点击条款看政策原文。"
        "All targets on the indicator in this region, tiers and "
        "parts; click an article for the policy's text.",
        queries.OF_INDICATOR,
        queries.all_chosen(queries.OF_INDICATOR),
        pages=facts.pages,
        titles=facts.titles,
        columns=target_table.LONG,
    )


def _progress() -> Panel:
    return panels.lines(
        "进度与目标 Progress against target (${unit})",
        f"累计（或水平、增速）与各档目标线、序时线、季节线、计划线。"
        f"Year to date (or level, or growth) with the lines of every "
        f"tier's target, linear pace, seasonal pace and schedule. {_AS_OF}",
        _in_its_unit(panels.series_now(months.figures(), ref="A"), panels.series_now(months.lines(), ref="B")),
        unit="none",
        transformations=_along_months(),
        overrides=[
            _MONTH_COLUMN,
            fields.named(months.ACTUAL, fields.color("blue"), fields.thick(), fields.points("always"), fields.fill(10)),
            fields.matching(f"/^{months.TARGET_LINE}/", fields.dashes(10, 6), fields.points("never")),
            fields.matching(f"/^{months.LINEAR}/", fields.points("never")),
            fields.matching(f"/^{months.SEASONAL}/", fields.dashes(2, 6), fields.points("never")),
            fields.matching(f"/^{months.SCHEDULE}/", fields.dashes(6, 3), fields.points("never")),
        ],
    )


def _month() -> Panel:
    return panels.lines(
        "当月 By month (${unit})",
        f"当月数，对照余下各月平均应完成量和已有月均；一、二月合并发布，故一月空缺。"
        f"The month's own figure beside what each month "
        f"that remains must bring and the average so far; January and February are published together. {_AS_OF}",
        _in_its_unit(panels.series_now(months.month_figures(), ref="A"), panels.series_now(months.rates(), ref="B")),
        unit="none",
        transformations=_along_months(),
        overrides=[
            _MONTH_COLUMN,
            fields.named(months.MONTH, fields.color("blue"), fields.bars(), fields.fill(70)),
            fields.matching(f"/^{months.REQUIRED}/", fields.dashes(10, 6), fields.points("never")),
            fields.matching(f"/^{months.AVERAGE}/", fields.dashes(2, 6), fields.points("never")),
        ],
    )


def _growth() -> Panel:
    return panels.lines(
        "同比 Year on year",
        f"公布的当月与累计同比增速，以及增速目标。"
        f"Growth as published, of the month and of the year to date, with the target for "
        f"it. {_AS_OF}",
        [panels.series_now(months.growth(), ref="A"), panels.series_now(months.growth_targets(), ref="B")],
        unit="percent",
        transformations=transformations.months_as_time(months.SERIES, months.TRUE_MONTH),
        overrides=[
            _MONTH_COLUMN,
            fields.named(months.YOY_YTD, fields.thick(), fields.points("always")),
            fields.matching(f"/^{months.TARGET_LINE}/", fields.dashes(10, 6), fields.points("never")),
        ],
    )


def _table() -> Panel:
    per_cent = (fields.unit("percent"), fields.no_value("—"))
    return panels.rows(
        "各月数据 Table of months",
        "各月全部口径的现值，最近月份在上；空格为未公布。"
        "Every measure of every month as believed now, the latest on top; a dash "
        "has not been published.",
        _in_its_unit(panels.series_now(months.table_of_months(), ref="A")),
        transformations=[
            transformations.config_from_query("unit", "unit"),
            *transformations.pivoted("measure", _TABLE, "period", descending=True),
        ],
        overrides=[
            *(fields.named(_TABLE[key], fields.no_value("—")) for key in ("month", "ytd", "level", "linear")),
            *(fields.named(_TABLE[key], per_cent) for key in ("yoy_month", "yoy_ytd")),
        ],
    )


def _gaps() -> Panel:
    gap, month = "高于 Points above", "月份 Month"
    return panels.rows(
        "增速对比 Growth gap",
        "本地区累计同比减去上级地区同期的差（百分点），取双方都有的最近一期；负数为低于。"
        "Growth of this region less that of the regions it is a part of, in points, in the newest period that both "
        "have; negative is below.",
        [panels.rows_now(queries.growth_gaps(), "A"), panels.rows_now(queries.growth_gap_months(), "B")],
        transformations=[
            transformations.merge(),
            transformations.organize(
                {"name_zh": "对比 Against", "Value #A": gap, "Value #B": month}, excluded=["Time", "reference"]
            ),
        ],
        overrides=[
            fields.named(gap, fields.unit("none"), fields.decimals(1), fields.colored_from({None: "red", 0: "green"})),
            fields.named(month, fields.unit("time:YYYY-MM")),
        ],
    )


def _belief() -> Panel:
    return panels.lines(
        "修订史 Revision history",
        "所选月份的数据在各时点被认为是多少；台阶即修订。"
        "What the figures of the chosen months were believed to be at each moment: "
        "a step is a revision.",
        [panels.over_time(months.belief(), "{{period}} {{measure}}")],
        unit="none",
        stepped=True,
    )


def _reading() -> Panel:
    return panels.words(
        "如何回看 Looking back",
        "如何查看过去某日所知。How to see what was believed on an earlier day.",
        "把右上角时间范围的**终点**设为过去某一天，本页各表各图即显示当时所知：修订前的数据、当时的灯色与目标。"
        "左侧“修订史”以认识时间为横轴；月份可在上方选择。\n\n"
        "Set the **end** of the time range (top right) to an earlier day: every panel then shows what was believed on "
        "that day, figures before their revision, lights and targets as they stood. The chart on the left has the time "
        "of belief as its axis; choose the months above.",
    )


def _in_its_unit(*asked: Dataquery) -> list[Dataquery]:
    """The queries with the one that tells the indicator's unit."""
    return [*asked, panels.rows_now(months.unit_suffix(), transformations.CONFIG_REF)]


def _along_months() -> list[DataTransformerConfig]:
    return [
        transformations.config_from_query("unit", "unit"),
        *transformations.months_as_time(months.SERIES, months.TRUE_MONTH),
    ]
