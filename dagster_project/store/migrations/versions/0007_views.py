"""Views for those who query by SQL (Grafana, Superset, Power BI), and the catalogue's names for them to join.

What they say is what the program says: withdrawn uploads are left out, or shown as what followed from them. A later
migration that changes a column of `upload`, `observation`, `evaluation` or `forecast` drops the views before and makes
them anew afterwards (`drop_views`, `make_views`): PostgreSQL refuses otherwise, and SQLite would leave them broken.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")

_KEY = "indicator, region, period, measure"
_MONTH = """CASE
    WHEN length({o}period) = 4 THEN {o}period || '-12'
    WHEN substr({o}period, 6) = 'Q1' THEN substr({o}period, 1, 4) || '-03'
    WHEN substr({o}period, 6) = 'Q2' THEN substr({o}period, 1, 4) || '-06'
    WHEN substr({o}period, 6) = 'Q3' THEN substr({o}period, 1, 4) || '-09'
    WHEN substr({o}period, 6) = 'Q4' THEN substr({o}period, 1, 4) || '-12'
    ELSE {o}period END"""

# Equal statements that end the line are one belief, cited from the first of them.
_CURRENT = """
WITH living AS (
  SELECT o.*, u.dataset, u.file_name,
    CASE WHEN LAG(o.value) OVER line = o.value AND LAG(o.unit) OVER line = o.unit
      AND LAG(o.status) OVER line = o.status THEN 0 ELSE 1 END AS begins
  FROM observation o JOIN upload u ON u.id = o.upload_id
  WHERE u.withdrawn_at IS NULL
  WINDOW line AS (PARTITION BY o.indicator, o.region, o.period, o.measure ORDER BY o.known_from, o.upload_id)
), begun AS (
  SELECT living.*, ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY known_from DESC, upload_id DESC) AS place
  FROM living WHERE begins = 1
)
SELECT indicator, region, period, {month} AS month, measure, {value} AS value, unit, status, dataset, upload_id,
  file_name, sheet, cell, known_from
FROM begun WHERE place = 1
"""

# What is believed changes only when a statement becomes known and when an upload is withdrawn.
_VERSIONS = """
WITH lived AS (
  SELECT o.*, u.dataset, u.file_name, u.withdrawn_at
  FROM observation o JOIN upload u ON u.id = o.upload_id
  WHERE u.withdrawn_at IS NULL OR u.withdrawn_at > o.known_from
), moment AS (
  SELECT {key}, known_from AS since FROM lived
  UNION SELECT {key}, withdrawn_at FROM lived WHERE withdrawn_at IS NOT NULL
), alive AS (
  SELECT m.since, l.*,
    CASE WHEN LAG(l.value) OVER line = l.value AND LAG(l.unit) OVER line = l.unit
      AND LAG(l.status) OVER line = l.status THEN 0 ELSE 1 END AS begins
  FROM moment m JOIN lived l ON l.indicator = m.indicator AND l.region = m.region AND l.period = m.period
    AND l.measure = m.measure AND l.known_from <= m.since AND (l.withdrawn_at IS NULL OR l.withdrawn_at > m.since)
  WINDOW line AS (
    PARTITION BY l.indicator, l.region, l.period, l.measure, m.since ORDER BY l.known_from, l.upload_id)
), begun AS (
  SELECT alive.*, ROW_NUMBER() OVER (PARTITION BY {key}, since ORDER BY known_from DESC, upload_id DESC) AS place
  FROM alive WHERE begins = 1
), belief AS (
  SELECT m.indicator, m.region, m.period, m.measure, m.since, c.value, c.unit, c.status, c.dataset, c.upload_id,
    c.file_name, c.sheet, c.cell, c.known_from, c.withdrawn_at
  FROM moment m LEFT JOIN begun c ON c.indicator = m.indicator AND c.region = m.region AND c.period = m.period
    AND c.measure = m.measure AND c.since = m.since AND c.place = 1
), step AS (
  SELECT belief.*, ROW_NUMBER() OVER course AS place, LAG(value) OVER course AS value_before,
    LAG(unit) OVER course AS unit_before, LAG(status) OVER course AS status_before,
    LAG(withdrawn_at) OVER course AS withdrawn_before
  FROM belief WINDOW course AS (PARTITION BY {key} ORDER BY since)
), version AS (
  SELECT * FROM step
  WHERE place = 1 OR value {differs} value_before OR unit {differs} unit_before OR status {differs} status_before
    OR known_from = since OR withdrawn_before = since
)
SELECT indicator, region, period, {month} AS month, measure, {value} AS value, unit, status, dataset, upload_id,
  file_name, sheet, cell, since AS known_from,
  LEAD(since) OVER (PARTITION BY {key} ORDER BY since) AS known_to,
  (value IS NOT NULL AND known_from <> since) AS restored
FROM version
"""

_NEWEST = "SELECT run_id, as_of FROM evaluation ORDER BY as_of DESC, evaluated_at DESC, run_id DESC LIMIT 1"

_PROGRESS = f"""
SELECT target, indicator, region, as_of, period, measure, origin, status, due, target_value, actual_value,
  attainment_ratio, expected_ratio, pace_ratio, expected_value, gap_value, gap_points, band, required_run_rate,
  average_run_rate, remaining_months, lag_months, settled, light, reason_zh, reason_en, evaluated_at
FROM evaluation WHERE (run_id, as_of) = ({_NEWEST})
"""  # noqa: S608 - no word of it comes from outside

_FORECAST = f"""
SELECT target, as_of, period, due, horizon, method, reason, forecast_value, low_80, high_80, low_95, high_95,
  probability, unlikely, skill, skill_unit, skill_years, history_years, evaluated_at
FROM forecast WHERE (run_id, as_of) = ({_NEWEST})
"""  # noqa: S608 - no word of it comes from outside

_RELEASE = """
SELECT u.dataset, o.region, o.period, {month_of_o} AS month, MIN(u.published) AS published,
  MIN(u.received_at) AS received_at
FROM observation o JOIN upload u ON u.id = o.upload_id
WHERE u.state IN ('accepted', 'superseded')
GROUP BY u.dataset, o.region, o.period
"""

_UPLOAD = """
SELECT id AS upload_id, file_name, sha256, size, dataset, region, period_first, period_last, state, received_at,
  published, known_from, decided_at, figures_new, figures_revised, figures_unchanged, figures_older, withdrawn_at,
  withdrawn_because
FROM upload
"""

_NAME = "SELECT kind, id, name_zh, name_en, unit, indicator, dataset, region, part_of FROM catalogue_name"

_FIGURE = {
    "indicator": "指标代码 id of the indicator; its names: v_name of kind indicator",
    "region": "地区代码 region code (GB/T 2260); its names: v_name of kind region",
    "period": "时期 SDMX: 2025-03, 2025-Q1, 2025",
    "month": "时期最后一月的第一天 first day of the period's last month, for time axes",
    "measure": "口径 month, ytd, yoy_month, yoy_ytd, level",
    "value": "数值 the figure, in unit",
    "unit": "单位 unit; per cent for growth",
    "status": "preliminary 快报数, revised 修订数, final 终核数",
    "dataset": "数据集代码 id of the dataset",
    "upload_id": "出自第几号上传 number of the upload",
    "file_name": "文件名 its file",
    "sheet": "工作表 its sheet",
    "cell": "单元格 the cell",
    "known_from": "自何时起采信 since when it has been believed",
}
_TARGET = {
    "target": "目标代码 id of the target; its names: v_name of kind target",
    "as_of": "评判月份 month of the judgement",
    "period": "所用数据的时期 period of the figure used",
    "due": "完成月份 month in which it must hold",
    "evaluated_at": "评判时间 when it was judged",
}

# View -> what it is, its SQL, what its columns are; also for `xushi store views`.
VIEWS: dict[str, tuple[str, str, dict[str, str]]] = {
    "v_observation_current": (
        "目前采信的每个数，撤回的上传不计 every figure as it is believed now; withdrawn uploads count for nothing",
        _CURRENT,
        _FIGURE,
    ),
    "v_observation_versions": (
        "每个数曾经采信的每个值及起止时间；某时刻 T 的数：known_from <= T 且 (known_to 为空或 > T) every value that "
        "was believed, from when until when; as of T: known_from <= T and (known_to is null or known_to > T)",
        _VERSIONS,
        {
            **_FIGURE,
            "value": "数值，撤回后无可采信的为空 the figure; null where a withdrawal left nothing to believe",
            "known_to": "至何时为止（不含），空为至今 until when (exclusive); null: still",
            "restored": "是否因撤回别的上传而恢复 whether a withdrawal brought it back",
        },
    ),
    "v_progress_latest": (
        "最近一次评判中每个目标的状态 where every target stands by the newest judgement",
        _PROGRESS,
        {
            **_TARGET,
            "target_value": "目标值 the promise, in the target's unit",
            "actual_value": "实际值 the figure, in the target's unit",
            "attainment_ratio": "完成比例 how much is reached, a fraction",
            "expected_ratio": "序时应完成比例 attainment expected by now, a fraction",
            "gap_value": "差距，正为落后 distance to the value on pace; positive is behind",
            "required_run_rate": "其余各月每月须完成 what each remaining month must bring",
            "light": "green, yellow, red, met, missed, awaiting, no_data",
        },
    ),
    "v_forecast_latest": (
        "最近一次评判中每个目标的预测 where every target is foretold to end by the newest judgement",
        _FORECAST,
        {
            **_TARGET,
            "forecast_value": "预测值 the value as likely to be exceeded as not",
            "probability": "达成概率 probability of meeting the target",
        },
    ),
    "v_release": (
        "各数据集、地区、时期首次到达的时间，撤回的不计 when each period's figures first came; "
        "withdrawn uploads never did",
        _RELEASE,
        {
            "dataset": _FIGURE["dataset"],
            "region": _FIGURE["region"],
            "period": _FIGURE["period"],
            "month": _FIGURE["month"],
            "published": "发布日期 day of publication, null where nobody said it",
            "received_at": "收到时间 when it was received",
        },
    ),
    "v_upload": (
        "上传台账，不含人名与检查报告 the ledger of uploads, without names of people and reports",
        _UPLOAD,
        {
            "upload_id": "编号 number",
            "state": "received, pending, accepted, superseded, rejected, withdrawn",
            "figures_new": "新增几个数 figures that were new",
            "figures_revised": "修订几个数 figures that revised one",
            "withdrawn_at": "撤回时间 when it was withdrawn",
        },
    ),
    "v_name": (
        "目录中的名称，按 kind 与 id 连接 the catalogue's names, to be joined by kind and id",
        _NAME,
        {
            "kind": "indicator, region, dataset, department, unit, document, target",
            "id": "代码 id or code",
            "name_zh": "中文名称，目标为其指标的名称 name in Chinese; a target's is that of its indicator",
            "name_en": "英文名称 name in English",
            "unit": "指标或目标的单位 unit of an indicator or a target",
            "indicator": "目标的指标 indicator of a target",
            "dataset": "指标的数据集 dataset of an indicator or a target",
            "region": "目标、部门或文件的地区 region of a target, a department or a document",
            "part_of": "上级 the region, indicator or target that it is a part of",
        },
    ),
}


def upgrade() -> None:
    op.create_table(
        "catalogue_name",
        sa.Column("kind", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit", KEY, nullable=False),
        sa.Column("indicator", KEY, nullable=False),
        sa.Column("dataset", KEY, nullable=False),
        sa.Column("region", KEY, nullable=False),
        sa.Column("part_of", KEY, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_catalogue_name")),
    )
    make_views()


def downgrade() -> None:
    drop_views()
    op.drop_table("catalogue_name")


def make_views() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    words = {
        "key": _KEY,
        "month": _first_day(_MONTH.format(o=""), postgres=postgres),
        "month_of_o": _first_day(_MONTH.format(o="o."), postgres=postgres),
        # SQLite keeps exact decimals as texts.
        "value": "value" if postgres else "CAST(value AS REAL)",
        "differs": "IS DISTINCT FROM" if postgres else "IS NOT",
    }
    for name, (about, query, columns) in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query.format(**words)}")
        if postgres:
            op.execute(f"COMMENT ON VIEW {name} IS '{_quoted(about)}'")
            for column, meaning in columns.items():
                op.execute(f"COMMENT ON COLUMN {name}.{column} IS '{_quoted(meaning)}'")


def drop_views() -> None:
    for name in reversed(VIEWS):
        op.execute(f"DROP VIEW {name}")


def _first_day(month: str, *, postgres: bool) -> str:
    return f"to_date(({month}) || '-01', 'YYYY-MM-DD')" if postgres else f"({month}) || '-01'"


def _quoted(text: str) -> str:
    return text.replace("'", "''").replace(":", "\\:")
