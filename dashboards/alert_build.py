"""Writing the generated files of the alerts: rules for Prometheus, rules for Grafana, the runbook.

Belongs here: which files there are, and whether they still say what the code says. Does not belong here: their content.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dashboards import grafana_alerts, runbook
from dashboards.alerts import Links, Timing, prometheus_text
from validators.catalogue import Catalogue

FOLDER = Path(__file__).resolve().parent
PROMETHEUS = "generated/prometheus-rules.yaml"
GRAFANA = "generated/provisioning/alerting/xushi.yaml"
RUNBOOK = "runbook.md"


def files(catalogue: Catalogue, links: Links | None = None, timing: Timing | None = None) -> dict[str, str]:
    """Every file: path below the folder, text."""
    return {
        PROMETHEUS: prometheus_text(catalogue, links, timing),
        GRAFANA: grafana_alerts.grafana_text(catalogue, links, timing),
        RUNBOOK: runbook.markdown(catalogue, timing),
    }


def write(made: Mapping[str, str], folder: Path = FOLDER) -> list[Path]:
    """Write every file that differs; the paths of those written."""
    written = []
    for name in drifted(made, folder):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[name], encoding="utf-8")
        written.append(path)
    return written


def drifted(made: Mapping[str, str], folder: Path = FOLDER) -> list[str]:
    """Names of the files that are missing or say something else."""
    return [
        name
        for name, text in made.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]
