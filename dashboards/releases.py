"""The table of releases that three dashboards share: what is due when, what is late.

Belongs here: its columns. Does not belong here: which datasets it lists.
"""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Panel

from dashboards import fields, panels, promql, queries, transformations

DATASET, DUE, LEFT, LATEST = "数据集 Dataset", "应发布日 Due", "剩余天数 Days left", "最新月份 Latest month"
CADENCE = "频率 Cadence"
_CADENCES = {"monthly": "按月 monthly", "quarterly": "按季 quarterly", "annual": "按年 annual"}
_COLUMNS = {
    "name_zh": DATASET,
    "name_en": "英文 In English",
    "Value #B": DUE,
    "Value #C": LEFT,
    "Value #D": LATEST,
    "cadence": CADENCE,
    "dataset": "",
}
QUALITY_URL = "/d/xushi-data-quality?var-dataset=${__data.fields.dataset}"


def release_table(title: str, description: str, words: str, selection: str) -> Panel:
    """Datasets of `words` that `selection` has a series for, the one that is due first on top."""
    return panels.rows(
        title,
        description,
        [
            panels.rows_now(promql.within(words, ("dataset",), selection), "A"),
            panels.rows_now(queries.due_day(selection), "B"),
            panels.rows_now(queries.days_left(selection), "C"),
            panels.rows_now(queries.latest_month(selection), "D"),
        ],
        transformations=[
            transformations.merge(),
            transformations.sort_by("Value #B"),
            transformations.organize(_COLUMNS, excluded=["Time", "Value #A"]),
        ],
        overrides=[
            fields.named(DATASET, fields.link("数据质量 Its data quality", QUALITY_URL)),
            fields.named(DUE, fields.unit("time:YYYY-MM-DD")),
            fields.named(
                LEFT,
                fields.unit("suffix:天"),
                fields.decimals(0),
                fields.colored_from({None: "red", 0: "yellow", 7: "green"}),
                fields.filled(),
            ),
            fields.named(LATEST, fields.unit("time:YYYY-MM")),
            fields.named(CADENCE, fields.texts(_CADENCES)),
            fields.named("dataset", fields.hidden()),
        ],
    )
