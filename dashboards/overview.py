"""总览 Overview: where all targets stand, which are worst, which slipped, what comes next."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from dashboards import fields, panels, queries, releases, standing, target_table, transformations, variables
from dashboards.frame import Facts, framed, light_annotations
from dashboards.layout import Line, Section
from dashboards.lights import LIGHTS

UID = queries.OVERVIEW
_CHOSEN = queries.CHOSEN
_MANY = 15


def overview(facts: Facts) -> Dashboard:
    """The dashboard of all documents."""
    return framed(
        UID,
        "总览 Overview",
        "各项政策目标的灯色、滞后与新滑落目标、下次数据发布。"
        "Where the policy's targets stand: lights, the worst and the "
        "newly slipped, next releases.",
        variables=[
            variables.document(facts.titles),
            variables.chapter(),
            variables.departments(),
            variables.regions(),
            variables.parts(facts.parts),
        ],
        annotations=light_annotations(_CHOSEN, "light", text="{{light}}"),
        sections=[
            Section(
                "现状 Now",
                [
                    Line(5, [(15, _lights()), (5, _pace()), (4, _as_of())]),
                    Line(5, [(15, _history()), (5, _push_age()), (4, _count())]),
                ],
            ),
            Section(
                "分章与分部门 By chapter and department",
                [Line(15, [(14, _by_chapter(facts)), (10, _chapter_bars())]), Line(12, [(24, _by_department())])],
            ),
            Section(
                "需要关注 To look at",
                [Line(12, [(24, _worst(facts))]), Line(9, [(24, _slipped(facts))])],
            ),
            Section("数据 Data", [Line(10, [(24, _releases())])]),
        ],
    )


def _lights() -> Panel:
    return standing.lights(
        "各灯色的目标数，其中项不重复计数。Targets by light; parts of another target are not counted again.",
        _CHOSEN,
    )


def _pace() -> Panel:
    return standing.pace(
        "可评判目标中正常或已完成的占比，与截至月份已过去的年度时间相比。"
        "Share of the targets that can be judged that are on pace or met, beside the share of the year that has passed "
        "by the month of judgement.",
        _CHOSEN,
    )


def _as_of() -> Panel:
    return panels.stats(
        "截至月份 As of",
        "评判所依据的月份。The month as of which the targets are judged.",
        [panels.series_now(queries.as_of_month())],
        unit="time:YYYY-MM",
    )


def _push_age() -> Panel:
    return panels.stats(
        "距上次推送 Since the last push",
        "指标最近一次计算至今的时间。Time since the gauges were last computed.",
        [panels.series_now(queries.push_age())],
        unit="s",
        steps={None: "green", 2 * 86400: "yellow", 7 * 86400: "red"},
    )


def _count() -> Panel:
    return panels.stats(
        "目标数 Targets",
        "所选范围内的目标数，含其中项。Targets within the choice, parts included.",
        [panels.series_now(f"count ({queries.all_chosen(_CHOSEN)})")],
        unit="none",
    )


def _history() -> Panel:
    return panels.lines(
        "灯色变化 Lights over time",
        "随认识时间变化的各灯色目标数（横轴为当时所知，而非数据月份）。"
        "Targets by light as they were believed to stand at "
        "each moment; the axis is the time of belief, not the month of the figures.",
        [panels.over_time(queries.light_count(each.id, _CHOSEN), each.text, each.id) for each in LIGHTS],
        unit="none",
        overrides=fields.light_colors(),
        stacked=True,
        stepped=True,
        minimum=0,
        decimals=0,
    )


def _by_chapter(facts: Facts) -> Panel:
    return _counted(
        "各章灯色 Lights by chapter",
        "每一章各灯色的目标数；点击可只看该章。Targets by light in every chapter; click to see that chapter alone.",
        queries.chapters(_CHOSEN),
        ("document", "chapter"),
        {
            "document": "文件 Document",
            "chapter": "章 Chapter",
            "title_zh": "章名 Title",
            "title_en": "英文 In English",
            "document_id": "",
        },
        [
            fields.named("文件 Document", fields.texts(facts.titles), fields.width(200)),
            fields.named("document_id", fields.hidden()),
            fields.named("章 Chapter", fields.width(70)),
            fields.named(
                "章名 Title",
                fields.link(
                    "只看本章 This chapter alone",
                    f"/d/{UID}?var-document=${{__data.fields.document_id}}&var-chapter=${{__data.fields.chapter}}",
                ),
            ),
        ],
        sort="place",
    )


def _by_department() -> Panel:
    return _counted(
        "各部门灯色 Lights by department",
        "牵头部门各灯色的目标数；点击查看部门。Targets by light of every lead department; click to open it.",
        queries.departments(_CHOSEN),
        ("owner",),
        {"name_zh": "部门 Department", "name_en": "英文 In English", "owner": "", "region": ""},
        [
            fields.named("部门 Department", fields.link("查看部门 Open the department", target_table.DEPARTMENT_URL)),
            fields.named("owner", fields.hidden()),
            fields.named("region", fields.hidden()),
        ],
        sort="Value #red",
        descending=True,
    )


def _counted(
    title: str,
    description: str,
    words: str,
    labels: tuple[str, ...],
    columns: dict[str, str],
    overrides: list[fields.Override],
    *,
    sort: str,
    descending: bool = False,
) -> Panel:
    """A table with the words of each group and a column of counts for every light."""
    counts = [panels.rows_now(queries.light_count(each.id, _CHOSEN, *labels), each.id) for each in LIGHTS]
    columns = columns | {f"Value #{each.id}": each.text for each in LIGHTS}
    return panels.rows(
        title,
        description,
        [panels.rows_now(words, "words"), *counts],
        transformations=[
            transformations.merge(),
            transformations.sort_by(sort, descending=descending),
            transformations.organize(columns, excluded=["Time", "place", "Value #words"]),
        ],
        overrides=[
            *overrides,
            *(
                fields.named(each.text, fields.colored_from({None: "transparent", 1: each.color}), fields.filled())
                for each in LIGHTS
            ),
        ],
    )


def _chapter_bars() -> Panel:
    return panels.bars(
        "各章构成 Make-up of the chapters",
        "每一章的目标按灯色堆叠。The targets of every chapter, stacked by light.",
        [panels.series_now(queries.lights_by_chapter(_CHOSEN))],
        unit="none",
        x_field="title_zh",
        transformations=transformations.pivoted(
            "light",
            {"title_zh": ""} | {each.id: each.text for each in LIGHTS},
            "place",
            excluded=["document", "document_id", "chapter", "place"],
        ),
        overrides=fields.light_colors(),
        horizontal=True,
    )


def _worst(facts: Facts) -> Panel:
    return target_table.target_table(
        "最滞后的目标 The worst targets",
        f"偏慢、滞后或未完成的目标中序时比最低的{_MANY}个；点击目标看指标，点击条款看政策原文。"
        f"The {_MANY} with the lowest "
        "pace among the targets that are behind; click a target for its indicator, an article for the policy's text.",
        _CHOSEN,
        queries.worst(_CHOSEN, _MANY),
        pages=facts.pages,
        titles=facts.titles,
        by_pace=True,
    )


def _slipped(facts: Facts) -> Panel:
    return target_table.target_table(
        "新滑落的目标 Newly slipped",
        "本月灯色比上月变差的目标。Targets whose light is worse than a month before.",
        _CHOSEN,
        queries.slipped(_CHOSEN),
        pages=facts.pages,
        titles=facts.titles,
    )


def _releases() -> Panel:
    selection = queries.next_releases(_MANY)
    return releases.release_table(
        "下次数据发布 Next releases",
        "按应发布日期排列，负的剩余天数为逾期。By the day on which they are due; negative days are late.",
        queries.datasets(""),
        selection,
    )
