"""The components of a stack: their names, ports and programs, where a program is found and how it is installed.

Belongs here: facts about each component. Does not belong here: command lines (`plan.py`), configuration files.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from dataclasses import dataclass
from pathlib import Path

# Where packages put servers that a user's PATH may leave out.
_BESIDE_PATH = ("/usr/local/sbin", "/usr/sbin", "/usr/share/grafana/bin")


@dataclass(frozen=True, slots=True)
class Component:
    """One program of the stack. `key` names it in files and logs; `port` is the usual one, 0 for none; `group` is the
    name under which it is chosen together with those that are of no use alone."""

    key: str
    zh: str
    en: str
    port: int
    programs: tuple[str, ...]
    setting: str | None = None
    package: str | None = None
    part_of: str | None = None

    @property
    def name(self) -> str:
        """Chinese first; a proper name is said once."""
        return self.zh if self.zh == self.en else f"{self.zh} {self.en}"

    @property
    def group(self) -> str:
        """The name under which it is chosen."""
        return self.part_of or self.key

    @property
    def ours(self) -> bool:
        """Whether it came with this project, into the folder of its interpreter."""
        return self.setting is None

    @property
    def variable(self) -> str:
        """The variable that names its program."""
        return f"XUSHI_{(self.setting or '').upper()}"

    @property
    def how_to_install(self) -> str:
        """What to type, or where to read, when the program is missing."""
        if self.package is not None:
            return f"apt-get install {self.package}"
        if self.ours:
            return "make setup"
        return "https://grafana.com/docs/grafana/latest/setup-grafana/installation/"


PUSHGATEWAY = Component(
    "pushgateway",
    "Pushgateway",
    "Pushgateway",
    9091,
    ("prometheus-pushgateway", "pushgateway"),
    "pushgateway",
    "prometheus-pushgateway",
)
# Brings alerts to DingTalk and Feishu, and serves the runbook.
RELAY = Component("relay", "转发与处置手册", "relay, runbook", 9095, ("xushi",), part_of="alertmanager")
ALERTMANAGER = Component(
    "alertmanager",
    "Alertmanager",
    "Alertmanager",
    9093,
    ("prometheus-alertmanager", "alertmanager"),
    "alertmanager",
    "prometheus-alertmanager",
)
PROMETHEUS = Component("prometheus", "Prometheus", "Prometheus", 9090, ("prometheus",), "prometheus", "prometheus")
# It serves the gauges too, so the endpoint of their own is started only where it is asked for by name.
PORTAL = Component("portal", "门户", "portal", 8300, ("xushi",))
METRICS = Component("metrics", "指标", "metrics", 9109, ("xushi",))
DAGSTER_CODE = Component("dagster-code", "Dagster 代码", "code", 4266, ("dagster",), part_of="dagster")
# Dagster's own 3000 is Grafana's as well.
DAGSTER = Component("dagster", "Dagster", "Dagster", 3001, ("dagster-webserver",))
DAGSTER_DAEMON = Component("dagster-daemon", "Dagster 守护进程", "daemon", 0, ("dagster-daemon",), part_of="dagster")
GRAFANA = Component("grafana", "Grafana", "Grafana", 3000, ("grafana", "grafana-server"), "grafana")
# Run once: the Pushgateway gets the whole state at the start, rather than with the next upload.
FIRST_PUSH = Component("first-push", "首次推送", "first push", 0, ("xushi",), part_of="pushgateway")
DASHBOARDS = Component("dashboards", "导入面板", "dashboards to Grafana", 0, ("xushi",), part_of="grafana")

# In the order of their start; stopped the other way round.
COMPONENTS = (
    PUSHGATEWAY,
    RELAY,
    ALERTMANAGER,
    PROMETHEUS,
    PORTAL,
    METRICS,
    FIRST_PUSH,
    DAGSTER_CODE,
    DAGSTER,
    DAGSTER_DAEMON,
    GRAFANA,
    DASHBOARDS,
)
GROUPS = tuple(dict.fromkeys(component.group for component in COMPONENTS))
WITH_PORT = tuple(component.key for component in COMPONENTS if component.port)


def find(component: Component, given: Path | None = None) -> Path | None:
    """The component's program: the given one, else the first of its names on PATH (ours: beside the interpreter).

    None when there is none; a given path that is no program is none either, since falling back to another program than
    the one asked for would be a surprise."""
    if given is not None:
        found = shutil.which(given)
        return Path(found).absolute() if found else None
    path = sysconfig.get_path("scripts") if component.ours else os.pathsep.join([*os.get_exec_path(), *_BESIDE_PATH])
    for program in component.programs:
        found = shutil.which(program, path=path)
        if found:
            return Path(found).absolute()
    return None
