"""数据质量 Data quality: what has arrived, what is late, what was found wrong, what was revised."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from dashboards import fields, panels, queries, releases, transformations, variables
from dashboards.frame import framed
from dashboards.layout import Line, Section

UID = "xushi-data-quality"
# States of an upload and severities of a finding: words and colour.
_STATES = {
    "received": ("待处理 received", "blue"),
    "pending": ("待发布 pending", "yellow"),
    "accepted": ("已入库 accepted", "green"),
    "rejected": ("已退回 rejected", "red"),
    "superseded": ("已被替换 superseded", "#8e8e8e"),
    "withdrawn": ("已撤回 withdrawn", "purple"),
}
_SEVERITIES = {
    "error": ("错误 error", "red"),
    "warning": ("警告 warning", "yellow"),
    "info": ("提示 info", "blue"),
}
_DATASET = "数据集 Dataset"
_MEASURES = {
    "month": "本月 month",
    "ytd": "累计 year to date",
    "yoy_month": "当月同比 month on year",
    "yoy_ytd": "累计同比 YTD on year",
    "level": "水平 level",
}


def data_quality() -> Dashboard:
    """The dashboard of what comes in."""
    return framed(
        UID,
        "数据质量 Data quality",
        "数据发布的到达、应到与逾期，上传状态，检查发现，数据修订。"
        "Releases received, due and late; uploads by state; findings by "
        "rule; revisions.",
        variables=[variables.dataset()],
        sections=[
            Section(
                "现状 Now",
                [Line(5, [(4, _late()), (4, _rejected()), (8, _uploads_now()), (8, _findings_now())])],
            ),
            Section("发布 Releases", [Line(15, [(15, _releases()), (9, _without_data())])]),
            Section("上传 Uploads", [Line(12, [(14, _uploads()), (10, _waiting())])]),
            Section("检查 Checks", [Line(12, [(12, _findings()), (12, _findings_history())])]),
            Section("修订 Revisions", [Line(12, [(8, _revised()), (16, _changed())])]),
        ],
    )


def _late() -> Panel:
    return panels.stats(
        "逾期数据集 Late",
        "已过应发布日仍未收到的数据集数。Datasets whose next release was due and has not arrived.",
        [panels.series_now(queries.late_datasets())],
        unit="none",
        steps={None: "green", 1: "red"},
    )


def _rejected() -> Panel:
    return panels.stats(
        "待重报 To be sent again",
        "有上传被退回且尚未替换的数据集数。Datasets with a rejected upload that nothing has replaced.",
        [panels.series_now(f"count ({queries.rejected_days()}) or 0 * {queries.late_datasets()}")],
        unit="none",
        steps={None: "green", 1: "red"},
    )


def _uploads_now() -> Panel:
    return panels.stats(
        "上传 Uploads",
        "按状态的上传份数。Uploads by state.",
        [panels.series_now(queries.uploads("state"), "{{state}}")],
        unit="suffix:份",
        overrides=_coloured(_STATES),
    )


def _findings_now() -> Panel:
    return panels.stats(
        "检查发现 Findings",
        "在用上传中按严重程度的发现数。Findings on the uploads in force, by severity.",
        [panels.series_now(queries.findings("severity"), "{{severity}}")],
        unit="suffix:条",
        overrides=_coloured(_SEVERITIES),
    )


def _releases() -> Panel:
    return releases.release_table(
        "发布日历 Release calendar",
        "各数据集最新月份、下次应发布日与剩余天数，逾期在上。"
        "Latest month, next due day and days left of every dataset; the late "
        "ones on top.",
        queries.datasets(),
        queries.datasets(),
    )


def _without_data() -> Panel:
    return panels.rows(
        "无数据的目标 Targets without data",
        "各数据集中尚无可评判数据的目标数。Targets of every dataset that have no figure yet.",
        [panels.rows_now(queries.targets_without_data())],
        transformations=[
            transformations.sort_by("Value", descending=True),
            transformations.organize({"name_zh": _DATASET, "Value": "目标数 Targets"}, excluded=["Time", "dataset"]),
        ],
    )


def _uploads() -> Panel:
    return panels.bars(
        "各数据集上传 Uploads by dataset",
        "各数据集的上传份数，按状态堆叠。Uploads of every dataset, stacked by state.",
        [panels.series_now(queries.uploads("dataset", "name_zh", "state"))],
        unit="suffix:份",
        x_field="name_zh",
        transformations=transformations.pivoted(
            "state", {"name_zh": ""} | _texts(_STATES), "name_zh", excluded=["dataset"]
        ),
        overrides=[fields.named(words, fields.color(color)) for words, color in _STATES.values()],
    )


def _waiting() -> Panel:
    return panels.rows(
        "退回未重报 Rejected and not replaced",
        "最早被退回且尚未替换的上传距今天数。Days since the oldest rejected upload that nothing has replaced.",
        [panels.rows_now(queries.rejected_days())],
        transformations=[
            transformations.sort_by("Value", descending=True),
            transformations.organize({"name_zh": _DATASET, "Value": "天数 Days"}, excluded=["Time", "dataset"]),
        ],
        overrides=[
            fields.named(
                "天数 Days",
                fields.unit("suffix:天"),
                fields.decimals(0),
                fields.colored_from({None: "yellow", 5: "red"}),
                fields.filled(),
            )
        ],
    )


def _findings() -> Panel:
    return panels.rows(
        "按规则的发现 Findings by rule",
        "在用上传中各数据集、各规则的发现数。Findings on the uploads in force, by dataset and rule.",
        [panels.rows_now(queries.findings("dataset", "name_zh", "severity", "rule"))],
        transformations=[
            transformations.sort_by("Value", descending=True),
            transformations.organize(
                {
                    "severity": "程度 Severity",
                    "rule": "规则 Rule",
                    "name_zh": _DATASET,
                    "Value": "条数 Findings",
                },
                excluded=["Time", "dataset"],
            ),
        ],
        overrides=[
            fields.named("程度 Severity", fields.texts(_texts(_SEVERITIES)), fields.width(140)),
            fields.named("条数 Findings", fields.width(120)),
        ],
    )


def _findings_history() -> Panel:
    return panels.lines(
        "发现数变化 Findings over time",
        "在用上传中发现数随时间的变化，按规则。Findings on the uploads in force over time, by rule.",
        [panels.over_time(queries.findings("rule"), "{{rule}}")],
        unit="none",
        stepped=True,
        minimum=0,
        decimals=0,
    )


def _revised() -> Panel:
    return panels.rows(
        "被修订的数据 Revised figures",
        "后来上传改变过的数据个数。Figures whose value a later upload changed.",
        [panels.rows_now(queries.revised_figures())],
        transformations=[
            transformations.sort_by("Value", descending=True),
            transformations.organize({"name_zh": _DATASET, "Value": "个数 Figures"}, excluded=["Time", "dataset"]),
        ],
        overrides=[fields.named("个数 Figures", fields.width(120))],
    )


def _changed() -> Panel:
    return panels.rows(
        "时间范围内的修订 Revised within the time range",
        "与所选时间范围起点时所知不同的数据及差额。"
        "Figures that differ from what was believed when the chosen time range began, "
        "and by how much.",
        [panels.rows_now(queries.changed_figures())],
        transformations=[
            transformations.sort_by("period", descending=True),
            transformations.organize(
                {
                    "name_zh": "指标 Indicator",
                    "period": "月份 Month",
                    "measure": "口径 Measure",
                    "Value": "差额 Change",
                    "unit": "单位 Unit",
                    "dataset": _DATASET,
                    "indicator": "",
                    "region": "",
                },
                excluded=["Time"],
            ),
        ],
        overrides=[
            fields.named(
                "指标 Indicator",
                fields.link(
                    "查看指标 Open the indicator",
                    f"/d/{queries.INDICATOR}?var-region=${{__data.fields.region}}&var-indicator=${{__data.fields.indicator}}",
                ),
            ),
            fields.named("口径 Measure", fields.texts(_MEASURES)),
            fields.named("indicator", fields.hidden()),
            fields.named("region", fields.hidden()),
        ],
    )


def _texts(words: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {key: text for key, (text, _) in words.items()}


def _coloured(words: dict[str, tuple[str, str]]) -> list[fields.Override]:
    """Words and colours for series that are named by their key."""
    return [fields.named(key, fields.display_name(text), fields.color(color)) for key, (text, color) in words.items()]
