"""The table of targets that three dashboards share: light, words, figures, links.

Belongs here: its columns and how they are drawn. Does not belong here: which targets it lists (a selection of
`queries.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, Panel

from dagster_project.metrics import names
from dashboards import fields, panels, queries, transformations

LIGHT, TARGET, DEPARTMENT, UNIT, ARTICLE = "灯 Light", "目标 Target", "部门 Department", "单位 Unit", "条 Article"
DOCUMENT, CHAPTER = "文件 Document", "章 Chapter"
WORDS_REF = "A"
_ROW = "${__data.fields.%s}"
# Without a target: the indicator's page shows all its tiers. Without a time range: that page needs years of months.
INDICATOR_URL = f"/d/{queries.INDICATOR}?var-region={_ROW % 'region'}&var-indicator={_ROW % 'indicator'}"
DEPARTMENT_URL = f"/d/{queries.DEPARTMENT}?var-department={_ROW % 'owner'}"


@dataclass(frozen=True)
class Column:
    """A column of figures: its query's letter, its title, the gauge (or a selector), and how it is drawn."""

    ref: str
    title: str
    gauge: names.Metric | str
    drawn: Sequence[fields.Property]

    def expr(self, selection: str) -> str:
        """The column's values for the selected targets."""
        if self.gauge is names.ACTUAL_PERIOD:
            return queries.figure_months(selection)
        return queries.of_targets(self.gauge, selection)


def _share(title_width: int = 110) -> list[fields.Property]:
    return [fields.unit("percentunit"), fields.decimals(1), fields.width(title_width)]


_PLAIN = (fields.unit("none"), fields.width(95))
_PACE_COLOURS: dict[float | None, str] = {None: "red", 0.9: "yellow", 1: "green"}
# Bands are the catalogue's; colours of bars only guide the eye, the light judges.
VALUE = Column("B", "目标值 Value", names.TARGET_VALUE, _PLAIN)
ACTUAL = Column("C", "实际 Actual", names.ACTUAL_VALUE, _PLAIN)
ATTAINED = Column("D", "完成率 Attained", names.ATTAINMENT, [*_share(150), *fields.gauge(1), fields.color("blue")])
EXPECTED = Column("E", "序时应达 Expected", names.EXPECTED, [*_share(150), *fields.gauge(1), fields.color("#8e8e8e")])
PACE = Column("F", "序时比 Pace", names.PACE, [*_share(), *fields.colored_from(_PACE_COLOURS), *fields.colored_text()])
GAP = Column("G", "差距 Gap", names.GAP, _PLAIN)
REQUIRED = Column("H", "尚需月均 Needed a month", names.REQUIRED_RUN_RATE, _PLAIN)
AVERAGE = Column("I", "已有月均 Average a month", names.AVERAGE_RUN_RATE, _PLAIN)
FORECAST = Column("J", "预测 Forecast", queries.FORECAST, [*_PLAIN, fields.no_value("—")])
PROBABILITY = Column("K", "达成概率 Probability", queries.PROBABILITY, [*_share(), fields.no_value("—")])
MONTHS = Column("L", "持续月数 Months", names.LIGHT_MONTHS, [fields.unit("suffix:月"), fields.width(90)])
MONTH = Column("M", "数据月份 Month", names.ACTUAL_PERIOD, [fields.unit("time:YYYY-MM"), fields.width(95)])
SEASONAL = Column("N", "往年同期 Seasonal", names.SEASONAL, [*_share(), fields.no_value("—")])

SHORT = (VALUE, ACTUAL, ATTAINED, EXPECTED, PACE, GAP, MONTH)
LONG = (VALUE, ACTUAL, ATTAINED, EXPECTED, SEASONAL, PACE, GAP, REQUIRED, AVERAGE, FORECAST, PROBABILITY, MONTHS, MONTH)

# Columns of words by the name of their label: the title, "" where the column only serves links.
_WORDS = {
    "light": LIGHT,
    "name_zh": TARGET,
    "target": "",
    "department": DEPARTMENT,
    "unit": UNIT,
    "document": DOCUMENT,
    "chapter": CHAPTER,
    "article": ARTICLE,
    "indicator": "",
    "region": "",
    "owner": "",
    "url": "",
}


def target_table(
    title: str,
    description: str,
    chosen: str,
    selection: str,
    *,
    pages: Mapping[str, str],
    titles: Mapping[str, str],
    columns: Sequence[Column] = SHORT,
    by_pace: bool = False,
) -> Panel:
    """A table of the selected targets, the worst light first, or the slowest pace.

    `pages` and `titles` are the public pages and the titles of documents."""
    asked = [panels.rows_now(queries.described(chosen, selection, pages), WORDS_REF)]
    asked += [panels.rows_now(column.expr(selection), column.ref) for column in columns]
    sort = transformations.sort_by(f"Value #{PACE.ref}") if by_pace else _worst_first()
    order = [*list(_WORDS)[:4], *(f"Value #{column.ref}" for column in columns), *list(_WORDS)[4:]]
    renamed = _WORDS | {f"Value #{column.ref}": column.title for column in columns}
    return panels.rows(
        title,
        description,
        asked,
        transformations=[
            transformations.merge(),
            sort,
            transformations.organize(
                {column: renamed[column] for column in order}, excluded=["Time", f"Value #{WORDS_REF}"]
            ),
        ],
        overrides=[
            *_word_columns(titles),
            *(fields.named(column.title, column.drawn) for column in columns),
            *(fields.named(column, fields.hidden()) for column, words in _WORDS.items() if not words),
        ],
    )


def _worst_first() -> DataTransformerConfig:
    return transformations.sort_by(f"Value #{WORDS_REF}", descending=True)


def _word_columns(titles: Mapping[str, str]) -> list[fields.Override]:
    return [
        fields.named(LIGHT, fields.light_texts(), fields.filled(), fields.width(130)),
        fields.named(TARGET, fields.link("查看指标 Open the indicator", INDICATOR_URL), fields.width(260)),
        fields.named(DEPARTMENT, fields.link("查看部门 Open the department", DEPARTMENT_URL), fields.width(220)),
        fields.named(UNIT, fields.width(80)),
        fields.named(DOCUMENT, fields.texts(dict(titles)), fields.width(260), _policy()),
        fields.named(CHAPTER, fields.width(70), _policy()),
        fields.named(ARTICLE, fields.width(70), _policy()),
    ]


def _policy() -> fields.Property:
    return fields.link("政策原文 Policy text", "${__data.fields.url:raw}", new_tab=True)
