"""What every dashboard has around its panels: name, time, links, annotations; and what a build knows of the catalogue.

Belongs here: the frame. Does not belong here: panels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.prometheus import Dataquery, QueryEditorMode

from dashboards import months, queries
from dashboards.layout import Section, laid_out
from dashboards.lights import BEHIND, ON_PACE
from dashboards.panels import DATASOURCE
from validators.catalogue import Catalogue

TAG = "xushi"
SCHEMA_VERSION = 37  # Grafana 9.3's; see panels.py
TIME_ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class Facts:
    """What the dashboards take from the catalogue: titles and public pages of documents, targets that are parts."""

    titles: dict[str, str]
    pages: dict[str, str]
    parts: list[str]

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """The facts of a catalogue."""
        return cls(
            titles={key: document.title.zh for key, document in catalogue.documents.items()},
            pages={key: document.url for key, document in catalogue.documents.items() if document.url is not None},
            parts=[key for key, target in catalogue.targets.items() if target.part_of is not None],
        )


def framed(
    uid: str,
    title: str,
    description: str,
    *,
    sections: Sequence[Section],
    variables: Sequence[model.VariableModel] = (),
    annotations: Sequence[model.AnnotationQuery] = (),
    since: str = "now-30d",
) -> model.Dashboard:
    """A dashboard over the time from `since` to now; the end of the range is also the date as of which it speaks."""
    return model.Dashboard(
        uid=uid,
        title=title,
        description=description,
        tags=[TAG],
        timezone=TIME_ZONE,
        editable=True,
        graph_tooltip=model.DashboardCursorSync.CROSSHAIR,
        time=model.DashboardDashboardTime(from_val=since, to="now"),
        refresh="5m",
        schema_version=SCHEMA_VERSION,
        week_start="monday",
        panels=laid_out(sections),
        templating=model.DashboardDashboardTemplating(list_val=list(variables)),
        annotations=model.AnnotationContainer(list_val=[_own_annotations(), *annotations]),
        links=[
            model.DashboardLink(
                title="序时 Xushi",
                type_val=model.DashboardLinkType.DASHBOARDS,
                icon="external link",
                tooltip="其他看板 The other dashboards",
                tags=[TAG],
                as_dropdown=True,
                url="",
            )
        ],
    )


def light_annotations(chosen: str, *labels: str, text: str) -> list[model.AnnotationQuery]:
    """Marks where chosen targets changed their light, by the time at which that was believed."""
    return [
        _annotation("变差 Got worse", "red", queries.light_changes(BEHIND, chosen, *labels), text),
        _annotation("好转 Recovered", "green", queries.light_changes(ON_PACE, chosen, *labels), text),
    ]


def month_annotation() -> model.AnnotationQuery:
    """Marks at the month in which each tier came to its present light, on a chart over months."""
    made = _annotation("亮灯月份 Light since", "orange", months.light_since(), "{{target}}: {{light}}")
    made.use_value_for_time = True
    return made


def _annotation(name: str, color: str, expr: str, text: str) -> model.AnnotationQuery:
    # 9.3 reads `expr` beside the annotation's name, later releases the query in `target`; both are written.
    return model.AnnotationQuery(
        name=name,
        datasource=DATASOURCE,
        enable=True,
        hide=False,
        icon_color=color,
        expr=expr,
        step="60s",
        target=Dataquery(
            datasource=DATASOURCE,
            editor_mode=QueryEditorMode.CODE,
            expr=expr,
            instant=False,
            range_val=True,
            interval="60s",
            ref_id="Anno",
        ),
        title_format=name,
        text_format=text,
        tag_keys="light",
    )


def _own_annotations() -> model.AnnotationQuery:
    """Grafana's built-in annotations, which every dashboard carries."""
    return model.AnnotationQuery(
        name="Annotations & Alerts",
        datasource=DataSourceRef(type_val="grafana", uid="-- Grafana --"),
        enable=True,
        hide=True,
        icon_color="rgba(0, 211, 255, 1)",
        type_val="dashboard",
        built_in=1,
    )
