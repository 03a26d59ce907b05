"""The command line and environment of each component.

Belongs here: how a program is told where its files, data and port are. Does not belong here: which programs run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from dagster_project.stack import components as known
from dagster_project.stack import health
from dagster_project.stack.components import Component
from dagster_project.stack.ports import HOST
from dagster_project.stack.processes import Launch

# Prometheus' own time axis says what was believed when, so it has to reach back further than its usual 15 days.
_BELIEFS_KEPT = "5y"


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything is: the stack's folder, programs and ports by component, what our own programs are told by
    environment, the Pushgateway in use, a Grafana that runs elsewhere, the file of contacts, and how many hours
    Alertmanager remembers."""

    folder: Path
    programs: Mapping[str, Path]
    port_of: Mapping[str, int]
    environment: Mapping[str, str]
    pushgateway_url: str | None = None
    grafana_url: str | None = None
    grafana_token: SecretStr | None = None
    contacts: Path | None = None
    retention_hours: int = 120

    def file(self, name: str) -> str:
        """The full path of a file of the stack."""
        return str(self.folder / name)

    def runs(self, component: Component) -> bool:
        """Whether the component is started here."""
        return component.key in self.programs

    def listen(self, component: Component) -> str:
        """host:port of a component."""
        return f"{HOST}:{self.port_of[component.key]}"

    def url(self, component: Component) -> str:
        """Base URL of a component."""
        return f"http://{self.listen(component)}"


def launch(component: Component, place: Place) -> Launch:
    """How the component is started. Its program is in `place.programs`."""
    return _LAUNCHES[component.key](place)


def _pushgateway(place: Place) -> Launch:
    component = known.PUSHGATEWAY
    return _server(
        place,
        component,
        f"--web.listen-address={place.listen(component)}",
        f"--persistence.file={place.file('data/pushgateway.data')}",
        "--persistence.interval=1m",
        ready="/-/ready",
    )


def _relay(place: Place) -> Launch:
    port = place.port_of[known.RELAY.key]
    where = ("--contacts", str(place.contacts), "--host", HOST, "--port", str(port))
    return Launch(
        known.RELAY,
        (_program(place, known.RELAY), "alerts", "relay", *where),
        place.environment,
        health.answers(port, "/-/healthy"),
        page=f"{place.url(known.RELAY)}/runbook",
    )


def _alertmanager(place: Place) -> Launch:
    component = known.ALERTMANAGER
    return _server(
        place,
        component,
        f"--config.file={place.file('alertmanager.yml')}",
        f"--storage.path={place.file('data/alertmanager')}",
        f"--data.retention={place.retention_hours}h",
        f"--web.listen-address={place.listen(component)}",
        f"--web.external-url={place.url(component)}",
        "--cluster.listen-address=",  # alone: otherwise it opens a port to everybody
        ready="/-/ready",
    )


def _prometheus(place: Place) -> Launch:
    component = known.PROMETHEUS
    return _server(
        place,
        component,
        f"--config.file={place.file('prometheus.yml')}",
        f"--storage.tsdb.path={place.file('data/prometheus')}",
        f"--storage.tsdb.retention.time={_BELIEFS_KEPT}",
        f"--web.listen-address={place.listen(component)}",
        f"--web.external-url={place.url(component)}",
        ready="/-/ready",
    )


def _portal(place: Place) -> Launch:
    port = place.port_of[known.PORTAL.key]
    # Prometheus asks without signing in; both are on this machine alone.
    own = {"XUSHI_PUBLIC_METRICS": "true"}
    if place.runs(known.GRAFANA):
        own["XUSHI_PORTAL_GRAFANA_URL"] = place.url(known.GRAFANA)
    return Launch(
        known.PORTAL,
        (_program(place, known.PORTAL), "portal", "serve", "--host", HOST, "--port", str(port)),
        {**place.environment, **own},
        health.answers(port, "/health"),
        page=place.url(known.PORTAL),
    )


def _metrics(place: Place) -> Launch:
    port = place.port_of[known.METRICS.key]
    return Launch(
        known.METRICS,
        (_program(place, known.METRICS), "metrics", "serve", "--host", HOST, "--port", str(port)),
        place.environment,
        health.answers(port, "/metrics"),
        page=f"{place.url(known.METRICS)}/metrics",
    )


def _first_push(place: Place) -> Launch:
    # After the endpoint, which brings a new database to its schema; the two would wait for each other anyway.
    return Launch(
        known.FIRST_PUSH,
        (_program(place, known.FIRST_PUSH), "metrics", "push"),
        place.environment,
        after=_those_that_run(place, known.PUSHGATEWAY, known.PORTAL, known.METRICS),
    )


def _dagster_code(place: Place) -> Launch:
    port = place.port_of[known.DAGSTER_CODE.key]
    # One process that loads the code once, for the pages and the daemon. The other way, `code-server start`, keeps a
    # second one that can reload; a changed catalogue needs new rules and dashboards too, that is, a new start.
    arguments = ("api", "grpc", "-m", "dagster_project.definitions", "-h", HOST, "-p", str(port))
    return Launch(
        known.DAGSTER_CODE,
        (_program(place, known.DAGSTER_CODE), *arguments, "--location-name", "xushi"),
        place.environment,
        health.listens(port),
    )


def _dagster(place: Place) -> Launch:
    port = place.port_of[known.DAGSTER.key]
    arguments = ("-h", HOST, "-p", str(port), "-w", place.file("workspace.yaml"))
    return Launch(
        known.DAGSTER,
        (_program(place, known.DAGSTER), *arguments),
        place.environment,
        health.code_loaded(port),
        after=_those_that_run(place, known.DAGSTER_CODE),
        page=place.url(known.DAGSTER),
    )


def _dagster_daemon(place: Place) -> Launch:
    # After the pages: the first of the two makes Dagster's records, and two at once get in each other's way.
    return Launch(
        known.DAGSTER_DAEMON,
        (_program(place, known.DAGSTER_DAEMON), "run", "-w", place.file("workspace.yaml")),
        place.environment,
        health.daemons_beat(place.port_of[known.DAGSTER.key]),
        after=_those_that_run(place, known.DAGSTER_CODE, known.DAGSTER),
    )


def _grafana(place: Place) -> Launch:
    program = place.programs[known.GRAFANA.key]
    command = (str(program),) if program.name == "grafana-server" else (str(program), "server")
    return Launch(
        known.GRAFANA,
        (*command, "--homepath", str(grafana_home(program)), "--config", place.file("grafana/grafana.ini")),
        probe=health.answers(place.port_of[known.GRAFANA.key], "/api/health"),
        page=place.url(known.GRAFANA),
    )


def _dashboards(place: Place) -> Launch:
    command = [_program(place, known.DASHBOARDS), "dashboards", "push", "--url", place.grafana_url or ""]
    command += ["--folder", place.file("grafana/dashboards")]
    if place.runs(known.PROMETHEUS):
        command += ["--prometheus-url", place.url(known.PROMETHEUS)]
    token = {} if place.grafana_token is None else {"XUSHI_GRAFANA_TOKEN": place.grafana_token.get_secret_value()}
    return Launch(known.DASHBOARDS, tuple(command), {**place.environment, **token})


def grafana_home(program: Path) -> Path | None:
    """The folder with Grafana's pages and defaults that belong to a program: from an archive, or from a package."""
    above = program.resolve().parent.parent
    for folder in (above, above / "share" / "grafana", Path("/usr/share/grafana")):
        if (folder / "conf" / "defaults.ini").is_file():
            return folder
    return None


def _server(place: Place, component: Component, *arguments: str, ready: str) -> Launch:
    return Launch(
        component,
        (_program(place, component), *arguments),
        probe=health.answers(place.port_of[component.key], ready),
        page=place.url(component),
    )


def _program(place: Place, component: Component) -> str:
    return str(place.programs[component.key])


def _those_that_run(place: Place, *wanted: Component) -> tuple[str, ...]:
    return tuple(component.key for component in wanted if place.runs(component))


_LAUNCHES = {
    known.PUSHGATEWAY.key: _pushgateway,
    known.RELAY.key: _relay,
    known.ALERTMANAGER.key: _alertmanager,
    known.PROMETHEUS.key: _prometheus,
    known.PORTAL.key: _portal,
    known.METRICS.key: _metrics,
    known.FIRST_PUSH.key: _first_push,
    known.DAGSTER_CODE.key: _dagster_code,
    known.DAGSTER.key: _dagster,
    known.DAGSTER_DAEMON.key: _dagster_daemon,
    known.GRAFANA.key: _grafana,
    known.DASHBOARDS.key: _dashboards,
}
