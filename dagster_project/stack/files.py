"""Which files a stack has: those generated here, and those that others supply.

Belongs here: which component gets which file. Does not belong here: the text of a file (`configuration.py`, or whoever
supplies it); writing them (`plan.py`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagster_project.stack import components as known
from dagster_project.stack import configuration, dagster_home, ports
from dagster_project.stack.launches import Place

_DASHBOARDS = "grafana/dashboards"


@dataclass(frozen=True, slots=True)
class Pages:
    """Base URLs to which messages link and are sent; None where there is none."""

    grafana: str | None
    relay: str | None


@dataclass(frozen=True, slots=True)
class Supplied:
    """What others make and the stack serves: Prometheus' rules; Alertmanager's configuration (None: alerts are sent to
    nobody); the file of contacts, where the relay is to run here; dashboards by file name; and Grafana's provisioning
    files by name for a Prometheus URL and a folder of dashboards."""

    rules: Callable[[Pages], str] | None = None
    alertmanager: Callable[[Pages], Mapping[str, Any]] | None = None
    contacts: Path | None = None
    dashboards: Mapping[str, str] = field(default_factory=dict)
    provisioning: Callable[[str, Path], Mapping[str, str]] = lambda _url, _folder: {}


def files(place: Place, supplied: Supplied, routing: Mapping[str, Any], *, seconds: int) -> dict[Path, str]:
    """The files of the components that are started, written anew at every start. `routing`: what `routes` gave;
    `seconds`: between two scrapes."""
    made: dict[str, str] = {}
    if place.runs(known.PROMETHEUS):
        made["prometheus.yml"] = configuration.text(
            configuration.prometheus(
                metrics=next((place.url(one) for one in (known.METRICS, known.PORTAL) if place.runs(one)), None),
                pushgateway=place.pushgateway_url,
                alertmanager=place.listen(known.ALERTMANAGER) if place.runs(known.ALERTMANAGER) else None,
                rules=[place.file("prometheus-rules.yaml")] if supplied.rules else [],
                seconds=seconds,
            )
        )
        if supplied.rules:
            made["prometheus-rules.yaml"] = supplied.rules(_pages(place))
    if place.runs(known.ALERTMANAGER):
        made["alertmanager.yml"] = configuration.text(routing)
    if place.runs(known.DAGSTER_CODE):
        made["workspace.yaml"] = configuration.text(
            configuration.workspace(ports.HOST, place.port_of[known.DAGSTER_CODE.key])
        )
    if place.runs(known.GRAFANA):
        made |= _grafana_files(place, supplied)
    if place.runs(known.GRAFANA) or place.runs(known.DASHBOARDS):
        made |= {f"{_DASHBOARDS}/{name}": content for name, content in supplied.dashboards.items()}
    return {place.folder / name: content for name, content in made.items()}


def _pages(place: Place) -> Pages:
    own = {component.key: place.url(component) for component in (known.GRAFANA, known.RELAY) if place.runs(component)}
    return Pages(grafana=place.grafana_url or own.get(known.GRAFANA.key), relay=own.get(known.RELAY.key))


def routes(place: Place, supplied: Supplied) -> Mapping[str, Any]:
    """Alertmanager's configuration."""
    return supplied.alertmanager(_pages(place)) if supplied.alertmanager else configuration.silent_alertmanager()


def kept_files(place: Place, home: Path) -> dict[Path, str]:
    """The files that are written once and then kept."""
    made: dict[Path, str] = {}
    if place.runs(known.GRAFANA):
        made[place.folder / "grafana" / "admin-password"] = secrets.token_urlsafe(18)
    if place.runs(known.DAGSTER):
        made[dagster_home.folder(home) / "dagster.yaml"] = dagster_home.INSTANCE
    return made


def _grafana_files(place: Place, supplied: Supplied) -> dict[str, str]:
    prometheus = place.url(known.PROMETHEUS) if place.runs(known.PROMETHEUS) else f"http://{ports.HOST}:9090"
    dashboards = place.folder / _DASHBOARDS
    return {
        "grafana/grafana.ini": configuration.grafana(
            host=ports.HOST,
            port=place.port_of[known.GRAFANA.key],
            data=place.file("data/grafana"),
            logs=place.file("logs"),
            provisioning=place.file("grafana/provisioning"),
            password_file=place.file("grafana/admin-password"),
            home=str(dashboards / "xushi-overview.json"),
        ),
        **{f"grafana/{name}": content for name, content in supplied.provisioning(prometheus, dashboards).items()},
    }
