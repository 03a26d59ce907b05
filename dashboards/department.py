"""部门 Department: what one department answers for, where it stands, and what it has to publish."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from dashboards import fields, panels, queries, releases, standing, target_table, transformations, variables
from dashboards.frame import Facts, framed, light_annotations
from dashboards.layout import Line, Section

UID = queries.DEPARTMENT
_CHOSEN = queries.OF_DEPARTMENT


def department(facts: Facts) -> Dashboard:
    """The dashboard of one department, which the reader chooses."""
    return framed(
        UID,
        "部门 Department",
        "一个部门牵头的全部目标、完成率与序时要求、尚需月均、预测，以及其职责和应报数据。"
        "All targets that one department leads: "
        "attained against expected, needed run rate, forecast; its duties and the tables it has to publish.",
        variables=[variables.department(), variables.parts(facts.parts)],
        annotations=light_annotations(_CHOSEN, text="{{name_zh}} {{target}}: {{light}}"),
        sections=[
            Section("现状 Now", [Line(5, [(16, _lights()), (8, _pace())])]),
            Section("目标 Targets", [Line(16, [(24, _targets(facts))]), Line(15, [(24, _history())])]),
            Section("职责 Duties", [Line(10, [(10, _articles(facts)), (14, _tables())])]),
        ],
    )


def _lights() -> Panel:
    return standing.lights(
        "本部门各灯色的目标数，其中项不重复计数。"
        "The department's targets by light; parts of another target are not counted again.",
        _CHOSEN,
    )


def _pace() -> Panel:
    return standing.pace(
        "可评判目标中正常或已完成的占比，与已过去的年度时间相比。"
        "Share of the judged targets on pace or met, beside the share of the year that has passed.",
        _CHOSEN,
    )


def _targets(facts: Facts) -> Panel:
    return target_table.target_table(
        "本部门目标 Its targets",
        "完成率与序时应达并列；尚需月均为余下每月平均应完成量；预测在有预测时显示。"
        "Attained beside expected; needed a month is "
        "what each month that remains must bring on average; forecast and probability where there are any.",
        _CHOSEN,
        queries.all_chosen(_CHOSEN),
        pages=facts.pages,
        titles=facts.titles,
        columns=target_table.LONG,
    )


def _history() -> Panel:
    return panels.states(
        "灯色历史 Lights over time",
        "各目标在各时点被认为的灯色（横轴为认识时间）。"
        "The light each target was believed to show at each moment; the axis is "
        "the time of belief.",
        [panels.over_time(queries.light_history(_CHOSEN), "{{name_zh}} · {{target}}")],
        fields.light_states(),
    )


def _articles(facts: Facts) -> Panel:
    return panels.rows(
        "政策条款 Articles of the policy",
        "本部门牵头目标所在的文件、章、条及目标数（第0条为章首）。"
        "Documents, chapters and articles in which its targets stand, "
        "with their number; article 0 is a chapter's opening.",
        [panels.rows_now(queries.duties(_CHOSEN))],
        transformations=[
            transformations.sort_by("article"),
            transformations.sort_by("chapter"),
            transformations.organize(
                {
                    "document": "文件 Document",
                    "chapter": "章 Chapter",
                    "article": "条 Article",
                    "Value": "目标数 Targets",
                },
                excluded=["Time"],
            ),
        ],
        overrides=[
            fields.named("文件 Document", fields.texts(facts.titles)),
            fields.named("章 Chapter", fields.width(90)),
            fields.named("条 Article", fields.width(90)),
            fields.named("目标数 Targets", fields.width(120)),
        ],
    )


def _tables() -> Panel:
    published = queries.published_by_department()
    return releases.release_table(
        "应报数据 Tables to publish",
        "本部门负责发布的数据集及下次应发布日期。The datasets that the department publishes, and when the next is due.",
        published,
        published,
    )
