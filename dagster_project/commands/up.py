"""`xushi up`: the whole system on one machine, until Ctrl-C.

Belongs here: options, signals, and what the dashboards and alerts supply to the stack. Does not belong here: how the
stack is put together and kept running (`stack/`).
"""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.console import Console

from dagster_project.settings import Settings
from dagster_project.stack import components, files, lock, plan, supervisor
from dagster_project.stack.printing import print_plan
from dagster_project.stack.report import Terminal
from dashboards import alertmanager, alerts, build, provisioning
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue
from validators.contacts_file import Secrets, load_contacts

RUNBOOK = Path(alerts.__file__).parent / "runbook.md"
_GROUPS = ", ".join(components.GROUPS)


def up(
    only: Annotated[
        list[str] | None, typer.Option(help=f"只启动这些 start only these (repeat the option): {_GROUPS}")
    ] = None,
    without: Annotated[list[str] | None, typer.Option(help="不启动这些 leave these out (repeat the option)")] = None,
    port: Annotated[
        list[str] | None, typer.Option(help="端口 port, e.g. prometheus=9190 (repeat the option)", metavar="NAME=PORT")
    ] = None,
    free_ports: Annotated[
        bool, typer.Option("--free-ports", help="用空闲端口 take free ports instead of the usual ones")
    ] = False,
    seconds: Annotated[
        int, typer.Option(help="采集与告警计算的间隔 seconds between scrapes and rule evaluations", min=1)
    ] = 15,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="只打印将写的配置与命令 print files and commands, start nothing")
    ] = False,
    write_config: Annotated[
        bool, typer.Option("--write-config", help="只写配置 write the files, start nothing (systemd units use it)")
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="全部就绪后即停止,缺一即失败 stop once all is ready; fail if anything is missing"),
    ] = False,
) -> None:
    """启动整套服务,直到 Ctrl-C。Metrics endpoint, Dagster, Pushgateway, Prometheus, Alertmanager and Grafana, until
    Ctrl-C.

    Everything listens on 127.0.0.1. Configuration, data and logs are in the folder stack of the home (XUSHI_HOME).
    What is missing is named, with how to install it, and the rest still works. Exit code 1 when a component failed.
    """
    settings = Settings()
    choices = plan.Choices(
        only=_groups(only), without=_groups(without), port_of=_ports(port), free_ports=free_ports, seconds=seconds
    )
    catalogue = load_catalogue(settings.catalogue)
    made = plan.make(
        settings, choices, _supplied(settings, choices, catalogue), starting=not (print_config or write_config)
    )
    console = Console()
    if print_config:
        print_plan(console, made)
        return
    if write_config:
        made.write()
        console.print(f"配置已写入 configuration written to {made.folder}", highlight=False, soft_wrap=True)
        return
    terminal = Terminal(made)
    with lock.held(made.folder):
        made.write()
        stop, hurry = _on_signals()
        terminal.beginning()
        well = supervisor.run(made.launches, logs=made.logs, report=terminal, stop=stop, hurry=hurry, until_ready=check)
    if not well or (check and made.missing):
        raise typer.Exit(1)


def _supplied(settings: Settings, choices: plan.Choices, catalogue: Catalogue) -> files.Supplied:
    """Dashboards and alerts of this installation's own catalogue and contacts, rather than the committed files."""

    def rules(pages: files.Pages) -> str:
        usual = alerts.Links()
        runbook = f"{pages.relay}/runbook" if pages.relay else RUNBOOK.as_uri()
        return alerts.prometheus_text(catalogue, alerts.Links(pages.grafana or usual.grafana, runbook))

    def provided(prometheus_url: str, folder: Path) -> dict[str, str]:
        # Grafana puts environment variables in place of $NAME in these files.
        return provisioning.files(
            prometheus_url=prometheus_url.replace("$", "$$"), dashboards=str(folder).replace("$", "$$")
        )

    supplied = files.Supplied(
        rules=rules,
        dashboards={f"{each.uid}.json": build.encoded(each) for each in build.dashboards(catalogue)},
        provisioning=provided,
    )
    file = settings.contacts_file
    if file is None or not choices.take(components.ALERTMANAGER):
        return supplied
    contacts = load_contacts(file, catalogue)
    secrets = Secrets(file.resolve().parent, os.environ)

    def routed(pages: files.Pages) -> dict[str, Any]:
        used = contacts if pages.relay is None else contacts.model_copy(update={"relay": pages.relay})
        return alertmanager.configuration(catalogue, used, secrets)

    # A relay on another machine is somebody else's to start.
    here = urlsplit(contacts.relay).hostname in ("127.0.0.1", "localhost")
    return replace(supplied, alertmanager=routed, contacts=file.resolve() if here else None)


def _groups(given: list[str] | None) -> tuple[str, ...]:
    for name in given or ():
        if name not in components.GROUPS:
            raise typer.BadParameter(f"没有组件 {name} / no such component; known: {_GROUPS}")
    return tuple(given or ())


def _ports(given: list[str] | None) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in given or ():
        name, _, number = text.partition("=")
        if name not in components.WITH_PORT:
            raise typer.BadParameter(f"--port {text}: known names: {', '.join(components.WITH_PORT)}")
        if not number.isdecimal() or not 0 < int(number) < 65536:
            raise typer.BadParameter(f"--port {text}: 端口应为 1 到 65535 / a port is a number from 1 to 65535")
        found[name] = int(number)
    return found


def _on_signals() -> tuple[Event, Event]:
    """Set by the first and by the second signal to stop."""
    stop, hurry = Event(), Event()

    def received(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - what a handler is called with
        (hurry if stop.is_set() else stop).set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, received)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        signal.signal(signal.SIGHUP, received)
    return stop, hurry
