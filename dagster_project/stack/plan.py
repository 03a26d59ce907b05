"""From settings and choices to a plan: what is started, what is missing or runs elsewhere, and the files.

Belongs here: which components take part. Does not belong here: starting anything; command lines (`launches.py`); files
(`files.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dagster_project.settings import Settings
from dagster_project.stack import components as known
from dagster_project.stack import configuration, dagster_home, files, ports
from dagster_project.stack.components import Component
from dagster_project.stack.launches import Place, grafana_home, launch
from dagster_project.stack.processes import Launch


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


def make(settings: Settings, choices: Choices, supplied: files.Supplied, *, starting: bool = True) -> Plan:
    """The plan for an installation. With `starting` a port that is in use is a PortsTakenError; without, the stack may
    be running.

    A Pushgateway or a Grafana that the settings name by URL is used instead of a new one."""
    home = settings.home.resolve()
    folder = home / "stack"
    elsewhere = _elsewhere(settings, choices)
    wanted = _wanted(settings, choices, [each.component for each in elsewhere])
    programs, missing = _programs(settings, wanted)
    started = _able(wanted, programs, settings, supplied)
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
        contacts=supplied.contacts,
    )
    if place.runs(known.PUSHGATEWAY):
        place = replace(place, pushgateway_url=place.url(known.PUSHGATEWAY))
    if place.pushgateway_url is not None:
        place = replace(place, environment={**place.environment, "XUSHI_PUSHGATEWAY_URL": place.pushgateway_url})
    routes = files.routes(place, supplied)
    place = replace(place, retention_hours=configuration.retention_hours(routes))
    return Plan(
        folder=folder,
        launches=tuple(launch(component, place) for component in started),
        missing=tuple(missing),
        elsewhere=tuple(elsewhere),
        files=files.files(place, supplied, routes, seconds=choices.seconds),
        kept_files=files.kept_files(place, home),
        silent=place.runs(known.ALERTMANAGER) and supplied.alertmanager is None,
    )


def _elsewhere(settings: Settings, choices: Choices) -> list[Elsewhere]:
    urls = {known.PUSHGATEWAY: settings.pushgateway_url, known.GRAFANA: settings.grafana_url}
    return [Elsewhere(component, url) for component, url in urls.items() if url and choices.take(component)]


def _wanted(settings: Settings, choices: Choices, elsewhere: Collection[Component]) -> list[Component]:
    """The components asked for, without those that run elsewhere; of the two that serve the gauges, the portal unless
    the other is asked for by name."""
    own_port = {
        known.METRICS: replace(known.METRICS, port=settings.metrics_port),
        known.PORTAL: replace(known.PORTAL, port=settings.portal_port),
    }
    left_out = {*elsewhere}
    if choices.take(known.PORTAL) and known.METRICS.group not in choices.only:
        left_out.add(known.METRICS)
    return [
        own_port.get(component, component)
        for component in known.COMPONENTS
        if choices.take(component) and component not in left_out
    ]


def _able(
    wanted: Sequence[Component], programs: Mapping[str, Path], settings: Settings, supplied: files.Supplied
) -> list[Component]:
    """The components that have a program, and what they need beside it."""
    has_gateway = settings.pushgateway_url is not None or known.PUSHGATEWAY.key in programs
    dagster = {known.DAGSTER_CODE.key, known.DAGSTER.key, known.DAGSTER_DAEMON.key}
    useless: set[str] = set()
    if not has_gateway:
        useless.add(known.FIRST_PUSH.key)
    if not dagster <= programs.keys():  # none of the three is of use without the others
        useless |= dagster
    if supplied.contacts is None or known.ALERTMANAGER.key not in programs:
        useless.add(known.RELAY.key)
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
