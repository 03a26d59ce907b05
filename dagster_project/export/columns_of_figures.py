"""The columns of exported figures.

The first are those of `validators.columns.LONG`, so that what was exported can be handed in as it is.
"""

from __future__ import annotations

from typing import Final

from dagster_project.export.columns import BY_UNIT, Column, Table, Type, key_of
from validators.catalogue import Measure
from validators.columns import STATUSES

_MEASURES = tuple(str(measure) for measure in Measure)

_FIGURE: Final = (
    key_of("indicators", "indicator", "指标代码", "id of the indicator"),
    key_of("regions", "region", "地区代码（GB/T 2260）", "region code (GB/T 2260)"),
    Column("period", Type.PERIOD, "时期：2025-03、2025-Q1、2025", "period: 2025-03, 2025-Q1, 2025", required=True),
    Column(
        "measure",
        Type.ID,
        "口径：month 本月，ytd 一月起累计，yoy_month 本月同比，yoy_ytd 累计同比，level 期末或当期水平",
        "measure: month, ytd (since January), yoy_month and yoy_ytd (growth on a year earlier), level",
        words=_MEASURES,
        required=True,
    ),
)


def _value(zh: str, en: str, *, required: bool) -> tuple[Column, ...]:
    return (
        Column("value", Type.DECIMAL, zh, en, unit=BY_UNIT, required=required),
        Column(
            "unit",
            Type.ID,
            "计量单位；同比为 %",
            "unit of the value; per cent for growth",
            required=required,
            of=("units", "unit"),
        ),
        Column(
            "status",
            Type.ID,
            "preliminary 快报数，revised 修订数，final 终核数",
            "preliminary, revised or final",
            words=STATUSES,
            required=required,
        ),
        Column(
            "reference",
            Type.TEXT,
            "出处：文件!工作表!单元格",
            "where it was read: file!sheet!cell",
            required=True,
        ),
    )


_DATASET: Final = key_of("datasets", "dataset", "数据集代码", "id of the dataset", required=False)
_KNOWN_FROM: Final = Column(
    "known_from", Type.MOMENT, "自何时起采信", "since when this has been believed", required=True
)
_UPLOAD: Final = Column("upload", Type.INTEGER, "出自第几号上传", "number of the upload that states it", required=True)

OBSERVATIONS: Final = Table(
    "observations",
    "数据：目前（或某日）采信的每个数",
    "figures as they are believed now, or were on a day",
    (*_FIGURE, *_value("数值", "the figure", required=True), _DATASET, _KNOWN_FROM, _UPLOAD),
    ("indicator", "region", "period", "measure"),
)

VERSIONS: Final = Table(
    "versions",
    "版本：每个数曾经采信过的每个值",
    "every value that was ever believed of every figure",
    (
        *_FIGURE,
        *_value(
            "数值；撤回后无可采信的为空",
            "the figure; missing where a withdrawal left nothing to believe",
            required=False,
        ),
        _DATASET,
        _KNOWN_FROM,
        Column("known_to", Type.MOMENT, "至何时为止（不含），空为至今", "until when (exclusive); missing: still"),
        _UPLOAD,
        Column(
            "restored",
            Type.FLAG,
            "是否因撤回别的上传而恢复",
            "whether the withdrawal of another upload brought it back",
            required=True,
        ),
        Column(
            "withdrawn",
            Type.INTEGER,
            "因撤回第几号上传而来，0 为无",
            "the upload whose withdrawal made this version; 0: none did",
            required=True,
        ),
    ),
    # Two uploads may be known from the same moment: the later corrects the earlier.
    ("indicator", "region", "period", "measure", "known_from", "upload"),
)
