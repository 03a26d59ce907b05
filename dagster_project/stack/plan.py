"""From settings and choices to a plan: what is started, what is missing or runs elsewhere, and the files.

Belongs here: which components take part, and which file says what. Does not belong here: starting anything; command
lines (`launches.py`); the text of the files (`configuration.py`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dagster_project.settings import Settings
from dagster_project.stack import components as known
from dagster_project.stack import configuration, dagster_home, ports
from dagster_project.stack.components import Component
from dagster_project.stack.launches import Place, grafana_home, launch
from dagster_project.stack.processes import Launch

_DASHBOARDS = "grafana/dashboards"


@dataclass(frozen=True, slots=True)
class Supplied:
    """What others make and the stack serves: Prometheus' rules for the URL of a Grafana (None: there is none),
    Alertmanager's configuration (None: alerts are sent to nobody), dashboards by file name, and Grafana's provisioning
    files by name for a Prometheus URL and a folder of dashboards."""

    rules: Callable[[str | None], str] | None = None
    alertmanager: Mapping[str, Any] | None = None
    dashboards: Mapping[str, str] = field(default_factory=dict)
    provisioning: Callable[[str, Path], Mapping[str, str]] = lambda _url, _folder: {}


@dataclass(frozen=True, slots=True)
class Choices:
    """What was asked for: components by group (empty: all), those left out, ports by key, seconds between scrapes."""

    only: Collection[str] = ()
    without: Collection[str] = ()
    port_of: Mapping[str, int] = field(default_factory=dict)
    free_ports: bool = False
    seconds: int = 15

    def take(self, component: Component) -> bool:
        """Whether the component was asked for."""
        return (not self.only or component.group in self.only) and component.group not in self.without


@dataclass(frozen=True, slots=True)
class Missing:
    """A component without a program, and why."""

    component: Component
    reason: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A component that is not started since it runs already, under a URL of the settings."""

    component: Component
    url: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is started, in order; what is not, and why; files by path; those that are written once and then kept.

    `silent`: alerts are sent to nobody."""

    folder: Path
    launches: tuple[Launch, ...]
    missing: tuple[Missing, ...]
    elsewhere: tuple[Elsewhere, ...]
    files: Mapping[Path, str]
    kept_files: Mapping[Path, str]
    silent: bool

    @property
    def logs(self) -> Path:
        """The folder of the logs, one per component."""
        return self.folder / "logs"

    def write(self) -> None:
        """Make the folders and files, open to their owner alone: some hold passwords."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        for name in ("logs", "data/prometheus", "data/alertmanager", "data/grafana"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for path, content in self.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(content, encoding="utf-8")
        for path, content in self.kept_files.items():
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)
                path.write_text(content, encoding="utf-8")


def make(settings: Settings, choices: Choices, supplied: Supplied, *, starting: bool = True) -> Plan:
    """The plan for an installation. With `starting` a port that is in use is a PortsTakenError; without, the stack may
    be running.

    A Pushgateway or a Grafana that the settings name by URL is used instead of a new one."""
    home = settings.home.resolve()
    folder = home / "stack"
    elsewhere = _elsewhere(settings, choices)
    wanted = _wanted(settings, choices, [each.component for each in elsewhere])
    programs, missing = _programs(settings, wanted)
    started = _able(wanted, programs, settings)
    port_of = ports.choose(started, choices.port_of, free=choices.free_ports, trying=starting)
    place = Place(
        folder=folder,
        programs={component.key: programs[component.key] for component in started},
        port_of=port_of,
        environment={
            "XUSHI_HOME": str(home),
            "XUSHI_CATALOGUE": str(settings.catalogue.resolve()),
            "DAGSTER_HOME": str(dagster_home.folder(home)),
            "DAGSTER_DISABLE_TELEMETRY": "1",
        },
        pushgateway_url=settings.pushgateway_url,
        grafana_url=settings.grafana_url,
        grafana_token=settings.grafana_token,
        retention_hours=configuration.retention_hours(_routed(supplied)),
    )
    if place.runs(known.PUSHGATEWAY):
        place = replace(place, pushgateway_url=place.url(known.PUSHGATEWAY))
    if place.pushgateway_url is not None:
        place = replace(place, environment={**place.environment, "XUSHI_PUSHGATEWAY_URL": place.pushgateway_url})
    return Plan(
        folder=folder,
        launches=tuple(launch(component, place) for component in started),
        missing=tuple(missing),
        elsewhere=tuple(elsewhere),
        files=_files(place, choices, supplied),
        kept_files=_kept_files(place, home),
        silent=place.runs(known.ALERTMANAGER) and supplied.alertmanager is None,
    )


def _elsewhere(settings: Settings, choices: Choices) -> list[Elsewhere]:
    urls = {known.PUSHGATEWAY: settings.pushgateway_url, known.GRAFANA: settings.grafana_url}
    return [Elsewhere(component, url) for component, url in urls.items() if url and choices.take(component)]


def _wanted(settings: Settings, choices: Choices, elsewhere: Collection[Component]) -> list[Component]:
    """The components asked for, without those that run elsewhere."""
    own_port = {known.METRICS: replace(known.METRICS, port=settings.metrics_port)}
    return [
        own_port.get(component, component)
        for component in known.COMPONENTS
        if choices.take(component) and component not in elsewhere
    ]


def _able(wanted: Sequence[Component], programs: Mapping[str, Path], settings: Settings) -> list[Component]:
    """The components that have a program, and what they need beside it."""
    has_gateway = settings.pushgateway_url is not None or known.PUSHGATEWAY.key in programs
    dagster = {known.DAGSTER_CODE.key, known.DAGSTER.key, known.DAGSTER_DAEMON.key}
    useless: set[str] = set()
    if not has_gateway:
        useless.add(known.FIRST_PUSH.key)
    if not dagster <= programs.keys():  # none of the three is of use without the others
        useless |= dagster
    if settings.grafana_url is None or (settings.grafana_token or settings.grafana_token_file) is None:
        useless.add(known.DASHBOARDS.key)
    return [component for component in wanted if component.key in programs and component.key not in useless]


def _programs(settings: Settings, wanted: Sequence[Component]) -> tuple[dict[str, Path], list[Missing]]:
    programs: dict[str, Path] = {}
    missing: list[Missing] = []
    for component in wanted:
        given: Path | None = getattr(settings, component.setting) if component.setting else None
        program = known.find(component, given)
        if program is None:
            reason = (
                f"{component.variable}={given}: 没有这个程序 no such program"
                if given
                else "没有找到程序 not found on PATH"
            )
            missing.append(Missing(component, reason))
        elif component.key == known.GRAFANA.key and grafana_home(program) is None:
            missing.append(Missing(component, f"{program}: 找不到 conf/defaults.ini not found beside it"))
        else:
            programs[component.key] = program
    return programs, missing


def _files(place: Place, choices: Choices, supplied: Supplied) -> dict[Path, str]:
    """The generated files of the components that are started."""
    made: dict[str, str] = {}
    if place.runs(known.PROMETHEUS):
        made["prometheus.yml"] = configuration.text(
            configuration.prometheus(
                metrics=place.url(known.METRICS) if place.runs(known.METRICS) else None,
                pushgateway=place.pushgateway_url,
                alertmanager=place.listen(known.ALERTMANAGER) if place.runs(known.ALERTMANAGER) else None,
                rules=[place.file("prometheus-rules.yaml")] if supplied.rules else [],
                seconds=choices.seconds,
            )
        )
        if supplied.rules:
            own = place.url(known.GRAFANA) if place.runs(known.GRAFANA) else None
            made["prometheus-rules.yaml"] = supplied.rules(place.grafana_url or own)
    if place.runs(known.ALERTMANAGER):
        made["alertmanager.yml"] = configuration.text(_routed(supplied))
    if place.runs(known.DAGSTER_CODE):
        made["workspace.yaml"] = configuration.text(
            configuration.workspace(ports.HOST, place.port_of[known.DAGSTER_CODE.key])
        )
    if place.runs(known.GRAFANA):
        made |= _grafana_files(place, supplied)
    if place.runs(known.GRAFANA) or place.runs(known.DASHBOARDS):
        made |= {f"{_DASHBOARDS}/{name}": content for name, content in supplied.dashboards.items()}
    return {place.folder / name: content for name, content in made.items()}


def _routed(supplied: Supplied) -> Mapping[str, Any]:
    return configuration.silent_alertmanager() if supplied.alertmanager is None else supplied.alertmanager


def _kept_files(place: Place, home: Path) -> dict[Path, str]:
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
