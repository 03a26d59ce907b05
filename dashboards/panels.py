"""Panels of the few kinds that are used here, each with a title, a description, a unit and words for no data.

Belongs here: what every panel of a kind has in common. Does not belong here: what a panel asks (`queries.py`), where it
stands (`layout.py`).

How it is known that the JSON is right from Grafana 9.3 to the current release: the kinds (stat, bargauge, barchart,
timeseries, state-timeline, table, text) are stable since 8.0, and only their options of 9.3 are set. The dashboards
carry `schemaVersion` 37, the one of 9.3: whatever a later Grafana names otherwise, its own migration from 37 takes
along (`displayMode` of table cells becomes `cellOptions` in 38, for instance; it needs `defaults.custom` to be there).
Where a later Grafana only ignores the old name, both are written, since an unknown option is skipped in every version:
`custom.hidden` and `custom.hideFrom`. tests/dashboards/test_schema.py compiles the JSON against the types that Grafana
publishes for the current release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.models import barchart, bargauge, common, stat, statetimeline, table, text, timeseries
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import Dataquery, PromQueryFormat, QueryEditorMode

NO_DATA = "无数据 no data"
DATASOURCE = common.DataSourceRef(type_val="prometheus", uid="xushi-prometheus")

Transformations = Sequence[model.DataTransformerConfig]
Overrides = Sequence[model.DashboardFieldConfigSourceOverrides]


def rows_now(expr: str, ref: str = "A") -> Dataquery:
    """A query as of the end of the time range, answered as a table: a column per label, and the value."""
    return _query(expr, ref, PromQueryFormat.TABLE, instant=True)


def series_now(expr: str, legend: str = "", ref: str = "A") -> Dataquery:
    """A query as of the end of the time range, answered as one value per series."""
    return _query(expr, ref, PromQueryFormat.TIME_SERIES, instant=True, legend=legend)


def over_time(expr: str, legend: str, ref: str = "A") -> Dataquery:
    """A query over the time range."""
    return _query(expr, ref, PromQueryFormat.TIME_SERIES, instant=False, legend=legend)


def stats(
    title: str,
    description: str,
    queries: Sequence[Dataquery],
    *,
    unit: str,
    steps: Mapping[float | None, str] | None = None,
    decimals: float | None = None,
    overrides: Overrides = (),
    background: bool = False,
) -> model.Panel:
    """Large numbers, one per series. `steps` are thresholds: from which value on which colour (None: from below)."""
    options = stat.Options(
        color_mode=common.BigValueColorMode.BACKGROUND if background else common.BigValueColorMode.VALUE,
        graph_mode=common.BigValueGraphMode.NONE,
        text_mode=common.BigValueTextMode.AUTO,
        reduce_options=_last_value(),
    )
    panel = _panel("stat", title, description, queries, unit=unit, options=options, overrides=overrides)
    return _thresholds(panel, steps or {None: "text"}, decimals)


def bars_of_values(
    title: str,
    description: str,
    queries: Sequence[Dataquery],
    *,
    unit: str,
    maximum: float,
    steps: Mapping[float | None, str],
) -> model.Panel:
    """Horizontal gauges from 0 to `maximum`, one per series."""
    options = bargauge.Options(
        display_mode=common.BarGaugeDisplayMode.BASIC,
        orientation=common.VizOrientation.HORIZONTAL,
        reduce_options=_last_value(),
    )
    panel = _panel("bargauge", title, description, queries, unit=unit, options=options)
    defaults = defaults_of(panel)
    defaults.min_val, defaults.max_val = 0, maximum
    return _thresholds(panel, steps, None)


def bars(
    title: str,
    description: str,
    queries: Sequence[Dataquery],
    *,
    unit: str,
    x_field: str,
    transformations: Transformations,
    overrides: Overrides = (),
    horizontal: bool = False,
) -> model.Panel:
    """Stacked bars over the texts of a column."""
    options = barchart.Options(
        x_field=x_field,
        orientation=common.VizOrientation.HORIZONTAL if horizontal else common.VizOrientation.VERTICAL,
        stacking=common.StackingMode.NORMAL,
        show_value=common.VisibilityMode.AUTO,
        legend=_legend(),
        tooltip=_tooltip(),
    )
    panel = _panel(
        "barchart", title, description, queries, unit=unit, options=options, transformations=transformations,
        overrides=overrides,
    )  # fmt: skip
    defaults_of(panel).custom = barchart.FieldConfig(fill_opacity=80, line_width=1)
    return panel


def lines(
    title: str,
    description: str,
    queries: Sequence[Dataquery],
    *,
    unit: str,
    transformations: Transformations = (),
    overrides: Overrides = (),
    stacked: bool = False,
    stepped: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    decimals: float | None = None,
) -> model.Panel:
    """Series over time. Gaps are bridged: a line between two points is how levels are drawn, and there is no
    January."""
    options = timeseries.Options(legend=_legend(), tooltip=_tooltip())
    panel = _panel(
        "timeseries", title, description, queries, unit=unit, options=options, transformations=transformations,
        overrides=overrides,
    )  # fmt: skip
    defaults = defaults_of(panel)
    defaults.min_val, defaults.max_val, defaults.decimals = minimum, maximum, decimals
    defaults.color = model.FieldColor(mode=model.FieldColorModeId.PALETTE_CLASSIC)
    stacking = common.StackingConfig(
        mode=common.StackingMode.NORMAL if stacked else common.StackingMode.NONE, group="A"
    )
    defaults.custom = common.GraphFieldConfig(
        draw_style=common.GraphDrawStyle.LINE,
        line_interpolation=common.LineInterpolation.STEP_AFTER if stepped else common.LineInterpolation.LINEAR,
        line_width=1,
        fill_opacity=40 if stacked else 0,
        show_points=common.VisibilityMode.AUTO,
        point_size=5,
        span_nulls=True,
        stacking=stacking,
    )
    return panel


def states(
    title: str, description: str, queries: Sequence[Dataquery], mappings: list[model.ValueMapping]
) -> model.Panel:
    """States over time, one row per series."""
    options = statetimeline.Options(
        show_value=common.VisibilityMode.NEVER,
        merge_values=True,
        row_height=0.8,
        legend=_legend(),
        tooltip=_tooltip(),
    )
    panel = _panel("state-timeline", title, description, queries, unit="none", options=options)
    defaults_of(panel).mappings = mappings
    defaults_of(panel).custom = statetimeline.FieldConfig(fill_opacity=80, line_width=0)
    return _thresholds(panel, {None: "text"}, 0)


def rows(
    title: str,
    description: str,
    queries: Sequence[Dataquery],
    *,
    unit: str = "none",
    transformations: Transformations,
    overrides: Overrides = (),
) -> model.Panel:
    """A table."""
    options = table.Options(show_header=True, cell_height=common.TableCellHeight.SM)
    options.footer = None
    panel = _panel(
        "table", title, description, queries, unit=unit, options=options, transformations=transformations,
        overrides=overrides,
    )  # fmt: skip
    defaults_of(panel).custom = {"align": "auto", "filterable": True}
    return _thresholds(panel, {None: "text"}, None)


def words(title: str, description: str, content: str) -> model.Panel:
    """Text in Markdown."""
    return _panel(
        "text", title, description, (), unit="none", options=text.Options(text.TextMode.MARKDOWN, None, content)
    )


def defaults_of(panel: model.Panel) -> model.FieldConfig:
    """The field options that hold for all fields of a panel made here."""
    assert panel.field_config is not None  # noqa: S101 - _panel has set both
    assert panel.field_config.defaults is not None  # noqa: S101 - as above
    return panel.field_config.defaults


def _query(expr: str, ref: str, form: PromQueryFormat, *, instant: bool, legend: str = "") -> Dataquery:
    return Dataquery(
        datasource=DATASOURCE,
        editor_mode=QueryEditorMode.CODE,
        exemplar=False,
        expr=expr,
        format_val=form,
        instant=instant,
        range_val=not instant,
        legend_format=legend or None,
        ref_id=ref,
    )


def _panel(
    kind: str,
    title: str,
    description: str,
    queries: Sequence[Dataquery],
    *,
    unit: str,
    options: object,
    transformations: Transformations = (),
    overrides: Overrides = (),
) -> model.Panel:
    return model.Panel(
        type_val=kind,
        title=title,
        description=description,
        datasource=DATASOURCE if queries else None,
        targets=list(queries) or None,
        transformations=list(transformations) or None,
        options=options,
        field_config=model.FieldConfigSource(
            defaults=model.FieldConfig(unit=unit, no_value=NO_DATA), overrides=list(overrides)
        ),
    )


def _thresholds(panel: model.Panel, steps: Mapping[float | None, str], decimals: float | None) -> model.Panel:
    defaults = defaults_of(panel)
    defaults.color = model.FieldColor(mode=model.FieldColorModeId.THRESHOLDS)
    defaults.thresholds = model.ThresholdsConfig(
        mode=model.ThresholdsMode.ABSOLUTE,
        steps=[model.Threshold(value=value, color=color) for value, color in steps.items()],
    )
    defaults.decimals = decimals
    return panel


def _last_value() -> common.ReduceDataOptions:
    return common.ReduceDataOptions(calcs=["lastNotNull"], fields="", values=False)


def _legend() -> common.VizLegendOptions:
    return common.VizLegendOptions(
        display_mode=common.LegendDisplayMode.LIST, placement=common.LegendPlacement.BOTTOM, show_legend=True, calcs=[]
    )


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions(mode=common.TooltipDisplayMode.MULTI, sort=common.SortOrder.NONE)
