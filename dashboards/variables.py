"""The variables at the top of a dashboard: what the reader chooses.

Belongs here: variables and how their values get words. Does not belong here: what is made of the choice (`queries.py`).

Values and words come from one query each, by named groups in the regular expression (Grafana 7.4 and later); Prometheus
prints labels in alphabetical order, so a group may rely on what stands before it. All are asked anew when the time
range changes: as of an earlier date there were other targets.
"""

from __future__ import annotations

from grafana_foundation_sdk.models import dashboard as model

from dagster_project.metrics import names
from dashboards import months, promql, queries
from dashboards.panels import DATASOURCE

ALL = "$__all"


def document(titles: dict[str, str]) -> model.VariableModel:
    """One or more policy documents, by title."""
    expr = promql.one(names.TARGET_INFO, "document")
    named = promql.renamed(expr, "title", "$1", "document")
    for key, title in titles.items():
        named = promql.renamed(named, "title", title, "document", key)
    return _choice("document", "文件 Document", named, 'document="(?<value>[^"]+)".*title="(?<text>[^"]+)"', many=True)


def chapter() -> model.VariableModel:
    """One or more chapters, by number: the same number is another chapter in another document."""
    expr = promql.one(names.TARGET_INFO, "chapter", where=promql.where(document="~$document"))
    named = promql.renamed(expr, "title", "第 $1 章 Chapter $1", "chapter")
    return _choice("chapter", "章 Chapter", named, 'chapter="(?<value>[^"]+)".*title="(?<text>[^"]+)"', many=True)


def departments() -> model.VariableModel:
    """One or more departments, by name."""
    return _choice("department", "部门 Department", queries.departments(), _DEPARTMENT, many=True)


def department() -> model.VariableModel:
    """One department, by name."""
    return _choice("department", "部门 Department", queries.departments(), _DEPARTMENT)


def regions() -> model.VariableModel:
    """One or more regions, by name."""
    return _choice("region", "地区 Region", _region(), _REGION, many=True)


def region() -> model.VariableModel:
    """One region, by name."""
    return _choice("region", "地区 Region", _region(), _REGION)


def indicator() -> model.VariableModel:
    """One indicator that has a target in the region, by name."""
    words = promql.one(names.INDICATOR_INFO, "indicator", "name_zh")
    promised = promql.one(names.TARGET_INFO, "indicator", where=promql.where(region="$region"))
    expr = promql.within(words, ("indicator",), promised)
    return _choice("indicator", "指标 Indicator", expr, 'indicator="(?<value>[^"]+)".*name_zh="(?<text>[^"]+)"')


def tiers() -> model.VariableModel:
    """The targets on the indicator: several tiers, or a part beside its whole."""
    chosen = promql.where(indicator="$indicator", region="$region")
    return _choice("target", "目标 Target", queries.targets(chosen), 'target="(?<value>[^"]+)"', many=True)


def period() -> model.VariableModel:
    """Months of the indicator, the newest first; the newest is chosen."""
    expr = months.months_with_figures()
    made = _choice("period", "月份 Month", expr, 'period="(?<value>[^"]+)"')
    made.sort = model.VariableSort.ALPHABETICAL_DESC
    made.multi = True
    return made


def unit() -> model.VariableModel:
    """The indicator's unit, for titles."""
    expr = promql.one(names.INDICATOR_INFO, "unit", where=promql.where(indicator="$indicator"))
    made = _choice("unit", "单位 Unit", expr, 'unit="(?<value>[^"]+)"')
    made.hide = model.VariableHide.HIDE_VARIABLE
    return made


def dataset() -> model.VariableModel:
    """One or more datasets, by name."""
    expr = promql.one(names.DATASET_INFO, "dataset", "name_zh")
    return _choice("dataset", "数据集 Dataset", expr, 'dataset="(?<value>[^"]+)".*name_zh="(?<text>[^"]+)"', many=True)


def parts(ids: list[str]) -> model.VariableModel:
    """A hidden constant: the targets that are part of another, as a regular expression."""
    value = "|".join(ids) or "none"
    chosen = model.VariableOption(selected=True, text=value, value=value)
    return _bare(
        model.VariableModel(
            type_val=model.VariableType.CONSTANT,
            name="parts",
            label="其中项 Parts",
            description="计数时略去的其中项。Targets that are part of another, left out of counts.",
            hide=model.VariableHide.HIDE_VARIABLE,
            skip_url_sync=True,
            query=value,
            current=chosen,
            options=[chosen],
        )
    )


_DEPARTMENT = 'name_zh="(?<text>[^"]+)".*owner="(?<value>[^"]+)"'
_REGION = 'name_zh="(?<text>[^"]+)".*region="(?<value>[^"]+)"'


def _region() -> str:
    words = promql.one(names.REGION_INFO, "region", "name_zh")
    return promql.within(words, ("region",), promql.one(names.TARGET_INFO, "region"))


def _choice(name: str, label: str, expr: str, regex: str, *, many: bool = False) -> model.VariableModel:
    query = f"query_result({expr})"
    return _bare(
        model.VariableModel(
            type_val=model.VariableType.QUERY,
            name=name,
            label=label,
            hide=model.VariableHide.DONT_HIDE,
            datasource=DATASOURCE,
            query={"query": query, "refId": "StandardVariableQuery"},
            regex=f"/{regex}/",
            refresh=model.VariableRefresh.ON_TIME_RANGE_CHANGED,
            sort=model.VariableSort.ALPHABETICAL_ASC,
            multi=many,
            include_all=many,
            all_value=".*" if many else None,
            current=model.VariableOption(selected=True, text=["All"], value=[ALL]) if many else model.VariableOption(),
            options=[],
        )
    )


def _bare(variable: model.VariableModel) -> model.VariableModel:
    """Without the options that the SDK writes for other types of variable."""
    variable.auto = variable.auto_count = variable.auto_min = variable.allow_custom_value = None
    return variable
