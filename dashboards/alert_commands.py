"""`xushi alerts`: build the rules and the runbook, check contacts, write Alertmanager's configuration, relay to chats.

Belongs here: arguments, and what is printed. Does not belong here: what is built or sent.
"""

from __future__ import annotations

import logging
import os
import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dashboards import alert_build, alertmanager, runbook
from dashboards.alerts import Links, Timing
from dashboards.private_file import write_private
from dashboards.relay import Relay, addresses
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue
from validators.contacts import Contacts
from validators.contacts_file import Secrets, load_contacts
from validators.errors import XushiError

ROOT = Path(__file__).resolve().parent.parent

alerts_app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help="告警 alerts: rules, contacts, Alertmanager's configuration, relay to DingTalk and Feishu",
)

_Catalogue = Annotated[
    Path, typer.Option(help="目录文件 catalogue file", envvar="XUSHI_CATALOGUE", exists=True, dir_okay=False)
]
_ContactsFile = Annotated[
    Path, typer.Option("--contacts", help="联系人文件 contacts file", envvar="XUSHI_CONTACTS", dir_okay=False)
]
_USUAL_CATALOGUE, _USUAL_CONTACTS = ROOT / "metrics_catalog.yaml", Path("contacts.yaml")


@alerts_app.command("build")
def build(
    only_check: Annotated[
        bool, typer.Option("--check", help="只比较，不写 only compare; exit code 1 on drift")
    ] = False,
    catalogue: _Catalogue = _USUAL_CATALOGUE,
    out: Annotated[Path, typer.Option(help="写入的文件夹 folder to write to", file_okay=False)] = alert_build.FOLDER,
    grafana_url: Annotated[
        str, typer.Option(help="消息中看板链接的网址 address of Grafana in messages", envvar="XUSHI_GRAFANA_LINK")
    ] = Links().grafana,
    runbook_url: Annotated[
        str, typer.Option(help="消息中处置手册的网址 address of the runbook in messages", envvar="XUSHI_RUNBOOK_LINK")
    ] = Links().runbook,
    push_hours: Annotated[
        int, typer.Option(help="推送多久算过旧 hours after which pushed gauges are too old", min=1)
    ] = Timing().push_hours,
) -> None:
    """由目录生成告警规则（Prometheus、Grafana）和处置手册。Build the rules for Prometheus and for Grafana, and the
    runbook, from the catalogue."""
    console = Console(soft_wrap=True, highlight=False)
    links = Links(grafana_url.rstrip("/"), runbook_url.rstrip("/"))
    files = alert_build.files(load_catalogue(catalogue), links, Timing(push_hours=push_hours))
    if only_check:
        drifted = alert_build.drifted(files, out)
        for name in drifted:
            console.print(f"{out / name}: 与代码或目录不一致，请运行 `xushi alerts build` / not what the code builds")
        if drifted:
            raise typer.Exit(1)
    else:
        for path in alert_build.write(files, out):
            console.print(f"{path}: 已写 written")
    console.print(f"{len(files)} 个文件 files: ok")


@alerts_app.command("check")
def check(contacts: _ContactsFile = _USUAL_CONTACTS, catalogue: _Catalogue = _USUAL_CATALOGUE) -> None:
    """检查联系人文件及其密钥，列出没有联系人的部门。Check the contacts and that their secrets are there; list the
    departments that have no contact of their own."""
    loaded = load_catalogue(catalogue)
    found, secrets = _contacts(contacts, loaded)
    alertmanager.configuration(loaded, found, secrets)
    addresses(found, secrets)
    console = Console(soft_wrap=True, highlight=False)
    without = alertmanager.without_contact(loaded, found)
    for key in without:
        console.print(f"{key} {loaded.departments[key].name.zh}: 用兜底联系人 the default contact gets its messages")
    console.print(f"{len(found.departments)} 个部门有联系人，{len(without)} 个用兜底联系人", style="bold")
    console.print(f"{len(found.departments)} departments have a contact, {len(without)} go to the default one")


@alerts_app.command("config")
def config(
    out: Annotated[Path, typer.Option(help="写入的文件，权限 0600 file to write, mode 0600", dir_okay=False)],
    contacts: _ContactsFile = _USUAL_CONTACTS,
    catalogue: _Catalogue = _USUAL_CATALOGUE,
    templates: Annotated[
        Path,
        typer.Option(help="模板文件夹 folder of the templates as Alertmanager sees it", file_okay=False),
    ] = alertmanager.TEMPLATES,
) -> None:
    """写 Alertmanager 配置（含密钥，仅本人可读）。Write Alertmanager's configuration; it holds secrets and is for its
    owner's eyes alone."""
    loaded = load_catalogue(catalogue)
    found, secrets = _contacts(contacts, loaded)
    text = alertmanager.text(alertmanager.configuration(loaded, found, secrets, templates=templates))
    try:
        write_private(out, text)
    except OSError as error:
        raise XushiError(f"{out}: 写不了 / can't be written: {error.strerror}") from error
    Console(soft_wrap=True, highlight=False).print(f"{out}: 已写 written")


@alerts_app.command("relay")
def relay(
    contacts: _ContactsFile = _USUAL_CONTACTS,
    catalogue: _Catalogue = _USUAL_CATALOGUE,
    host: Annotated[str, typer.Option(help="监听地址 address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口，0 为空闲端口 port; 0 takes a free one", min=0, max=65535)] = 9095,
) -> None:
    """把告警转发到钉钉、飞书群，并提供处置手册页面，直到 Ctrl-C。Bring alerts to DingTalk and Feishu groups and serve
    the runbook, until Ctrl-C."""
    loaded = load_catalogue(catalogue)
    robots = addresses(*_contacts(contacts, loaded))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        server = Relay((host, port), robots, runbook.page(loaded))
    except OSError as error:
        raise XushiError(f"{host}:{port}: 端口不可用 / can't listen there: {error.strerror}") from error
    with server:
        where = f"http://{host}:{server.server_port}"
        Console(soft_wrap=True, highlight=False).print(f"{where}  {len(robots)} 个机器人 robots  (Ctrl-C 停止 stops)")
        # A shell that starts it in the background has Ctrl-C ignored; it is to end all the same when it is told to.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


def _contacts(path: Path, catalogue: Catalogue) -> tuple[Contacts, Secrets]:
    return load_contacts(path, catalogue), Secrets(path.resolve().parent, os.environ)
