"""The columns of the catalogue's lists: indicators, datasets, regions, departments, units."""

from __future__ import annotations

from typing import Final

from dagster_project.export.columns import Column, Table, Type, key_of
from validators.catalogue import Cadence, Kind


def _key(name: str, zh: str, en: str) -> Column:
    return Column(name, Type.ID, zh, en, required=True)


def _names(zh: str = "中文名称", en: str = "name in Chinese") -> tuple[Column, ...]:
    return (
        Column("name_zh", Type.TEXT, zh, en, required=True),
        Column("name_en", Type.TEXT, "英文名称", "name in English", required=True),
    )


INDICATORS: Final = Table(
    "indicators",
    "指标",
    "indicators",
    (
        _key("indicator", "指标代码", "id of the indicator"),
        *_names(),
        Column(
            "kind",
            Type.ID,
            "类型：flow 流量，count 计数，stock 存量，ratio 比率，growth 增速，rank 位次，duration 时长",
            "flow and count accumulate over the year; growth is published in per cent; the others are levels",
            words=tuple(str(kind) for kind in Kind),
            required=True,
        ),
        key_of("units", "unit", "计量单位", "its unit"),
        key_of("datasets", "dataset", "所在数据集", "the dataset that reports it"),
        key_of("indicators", "numerator", "分子（比率）", "numerator of a ratio", required=False),
        key_of("indicators", "denominator", "分母（比率）", "denominator of a ratio", required=False),
        key_of("indicators", "growth_of", "增速所对应的指标", "the indicator whose growth it is", required=False),
        key_of("indicators", "part_of", "其中项的总项", "the indicator of which it is a part", required=False),
        Column("definition_zh", Type.TEXT, "指标解释", "definition in Chinese"),
        Column("definition_en", Type.TEXT, "指标解释（英文）", "definition in English"),
    ),
    ("indicator",),
)

DATASETS: Final = Table(
    "datasets",
    "数据集：反复发布的统计表",
    "datasets: tables that are published again and again",
    (
        _key("dataset", "数据集代码", "id of the dataset"),
        *_names(),
        Column(
            "cadence",
            Type.ID,
            "发布频率：monthly 月，quarterly 季，annual 年",
            "how often it is published",
            words=tuple(str(cadence) for cadence in Cadence),
            required=True,
        ),
        Column("due_day", Type.INTEGER, "期后应在几日前发布", "day by which it must be there", required=True),
        Column("due_month", Type.INTEGER, "期后第几个月", "of which month after the period's end", required=True),
        Column("publishers", Type.TEXT, "发布单位代码，以 ; 分隔", "ids of the publishing departments, joined by ;"),
    ),
    ("dataset",),
)

REGIONS: Final = Table(
    "regions",
    "地区",
    "regions",
    (
        _key("region", "地区代码（GB/T 2260）", "region code (GB/T 2260)"),
        *_names(),
        key_of("regions", "part_of", "上级地区代码", "code of the region that it is a part of", required=False),
    ),
    ("region",),
)

DEPARTMENTS: Final = Table(
    "departments",
    "部门",
    "departments",
    (
        _key("department", "部门代码", "id of the department"),
        *_names(),
        key_of("regions", "region", "所属地区代码", "code of the region that it belongs to"),
    ),
    ("department",),
)

UNITS: Final = Table(
    "units",
    "计量单位",
    "units",
    (
        _key("unit", "计量单位", "the unit, by its Chinese text"),
        *_names(),
        Column("dimension", Type.ID, "量纲，相同者可换算", "what converts into each other", required=True),
        Column("factor", Type.DECIMAL, "等于多少个基本单位", "how many base units it is", required=True),
    ),
    ("unit",),
)
