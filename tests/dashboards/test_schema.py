"""The generated JSON against the types that Grafana publishes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dashboards import build
from dashboards.expressions import panels_of
from tests.dashboards.grafana_code import compiled

pytestmark = pytest.mark.xdist_group("dashboards-prometheus")  # one worker installs Grafana's packages

# Kind of panel: module and prefix of its types. The state timeline's and the bar chart's field options are with them.
KINDS = {
    "stat": ("stat", "StatPanelCfg"),
    "bargauge": ("bargauge", "BarGaugePanelCfg"),
    "barchart": ("barchart", "BarChartPanelCfg"),
    "timeseries": ("timeseries", "TimeSeriesPanelCfg"),
    "state-timeline": ("statetimeline", "StateTimelinePanelCfg"),
    "table": ("table", "TablePanelCfg"),
    "text": ("text", "TextPanelCfg"),
}
WITH_FIELD_OPTIONS = {"barchart", "timeseries", "state-timeline", "table"}
# JSON holds the texts and numbers of enums; a threshold's base step is null in JSON, minus infinity in the types; a
# query and an annotation have the keys of their data source, of which the types know nothing.
LOOSE = """
type Loose<T> =
  T extends string ? (string extends T ? string : `${T}`) :
  T extends number ? number | null :
  T extends boolean ? boolean :
  T extends (infer U)[] ? Loose<U>[] :
  T extends { refId: string } | { iconColor: string } ? { [K in keyof T]: Loose<T[K]> } & Record<string, unknown> :
  T extends object ? { [K in keyof T]: Loose<T[K]> } :
  T;
"""


@pytest.fixture(scope="module")
def source() -> str:
    """A TypeScript program that says of every dashboard, and of the options of every panel, what type it has."""
    lines = ["import type { Dashboard } from '@grafana/schema';"]
    for kind, (module, prefix) in KINDS.items():
        name = kind.replace("-", "")
        path = f"@grafana/schema/dist/esm/raw/composable/{module}/panelcfg/x/{prefix}_types.gen"
        lines.append(f"import type {{ Options as {name}Options }} from '{path}';")
        if kind in WITH_FIELD_OPTIONS:
            lines.append(f"import type {{ FieldConfig as {name}Fields }} from '{path}';")
    lines.append(LOOSE)
    for number, dashboard in enumerate(build.load().values()):
        lines.append(f"export const dashboard{number}: Loose<Dashboard> = {text(dashboard)};")
        for panel in panels_of(dashboard):
            name = f"{panel['type'].replace('-', '')}Options"
            lines.append(
                f"export const panel{number}_{panel['id']}: Partial<Loose<{name}>> = {text(panel['options'])};"
            )
    return "\n".join(lines)


def text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# A misspelt option, and a value of the wrong type.
WRONG = {
    "misspelt.ts": ('"colorMode": "background"', '"colorMode": "backgrund"'),
    "mistyped.ts": ('"schemaVersion": 37', '"schemaVersion": "37"'),
}


@pytest.fixture(scope="module")
def said(source: str) -> dict[str, str]:
    """What the compiler says of the dashboards, and of them with each of the mistakes."""
    assert all(right in source for right, _ in WRONG.values())
    mistaken = {name: source.replace(right, wrong) for name, (right, wrong) in WRONG.items()}
    return compiled({"dashboards.ts": source, **mistaken})


def test_every_dashboard_and_every_panels_options_have_grafanas_types(said: dict[str, str]) -> None:
    assert said["dashboards.ts"] == ""


@pytest.mark.parametrize("mistake", WRONG)
def test_a_misspelt_option_or_a_wrong_type_does_not_compile(said: dict[str, str], mistake: str) -> None:
    assert "error TS" in said[mistake]
