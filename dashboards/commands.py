"""`xushi dashboards`: build the generated files, bring them to a Grafana.

Belongs here: arguments, and what is printed. Does not belong here: what is built (`build.py`) or sent (`provision.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from dashboards import build as building
from dashboards import check
from validators.catalogue_file import load_catalogue

ROOT = Path(__file__).resolve().parent.parent

dashboards_app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help="Grafana 看板 Grafana dashboards: build the files, push them",
)


@dashboards_app.command("build")
def build(
    only_check: Annotated[
        bool, typer.Option("--check", help="只比较，不写 only compare; exit code 1 on drift")
    ] = False,
    catalogue: Annotated[
        Path, typer.Option(help="目录文件 catalogue file", envvar="XUSHI_CATALOGUE", exists=True, dir_okay=False)
    ] = ROOT / "metrics_catalog.yaml",
    out: Annotated[Path, typer.Option(help="写入的文件夹 folder to write to", file_okay=False)] = building.GENERATED,
) -> None:
    """由目录生成看板 JSON 与自动配置文件，并检查。Build the dashboards and provisioning files, and check them."""
    console = Console(soft_wrap=True, highlight=False)
    loaded = load_catalogue(catalogue)
    if only_check:
        drifted = building.drifted(loaded, out)
        for name in drifted:
            console.print(
                f"{out / name}: 与代码或目录不一致，请运行 `xushi dashboards build` / not what the code builds"
            )
    else:
        drifted = []
        for path in building.write(loaded, out):
            console.print(f"{path}: 已写 written")
    found = check.problems(building.load(out))
    for problem in found:
        console.print(problem, markup=False)
    if drifted or found:
        raise typer.Exit(1)
    console.print(f"{len(building.files(loaded))} 个文件 files: ok")


@dashboards_app.command("push")
def push(
    url: Annotated[str, typer.Option(help="Grafana 的网址 address", envvar="XUSHI_GRAFANA_URL")],
    token: Annotated[
        SecretStr | None,
        typer.Option(
            help="服务账号令牌，或 用户:密码 service account token, or user:password",
            envvar="XUSHI_GRAFANA_TOKEN",
            parser=SecretStr,
            show_default=False,
        ),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(help="存放令牌的文件 file with the token", envvar="XUSHI_GRAFANA_TOKEN_FILE", dir_okay=False),
    ] = None,
    prometheus_url: Annotated[
        str | None,
        typer.Option(
            help="由 Grafana 访问的 Prometheus 网址，用于建数据源 address as Grafana reaches it, for the data source",
            envvar="XUSHI_PROMETHEUS_URL",
        ),
    ] = None,
    folder: Annotated[Path, typer.Option(help="已生成的文件夹 generated folder", file_okay=False)] = building.GENERATED,
    alerts: Annotated[bool, typer.Option(help="同时推送报警规则 push the alert rules too")] = False,
) -> None:
    """把看板推送到 Grafana：文件夹、数据源、看板。Bring folder, data source and dashboards to a running Grafana.

    令牌用环境变量或文件给出更安全，且从不打印。The token is best given by environment or file; it is never printed.
    """
    from dashboards.provision import Grafana  # costs an HTTP library, which building needs not

    secret = _secret(token, token_file)
    boards = building.load(folder)
    if not boards:
        raise typer.BadParameter(
            f"{folder}: 没有看板，请先 `xushi dashboards build` / no dashboards there", param_hint="--folder"
        )
    groups = list(_rule_groups(folder)) if alerts else []
    pushed = Grafana(url, secret.get_secret_value()).push(
        boards.values(), prometheus_url=prometheus_url, rule_groups=groups
    )
    console = Console(soft_wrap=True, highlight=False)
    words = {"new": "新建 new", "changed": "已更新 changed", "there": "已有 was there"}
    console.print(f"文件夹 folder: {words[pushed.folder]} · 数据源 data source: {words[pushed.source]}")
    table = Table("看板 dashboard", "网址 address")
    for uid, address in pushed.dashboards.items():
        table.add_row(uid, address)
    console.print(table)
    for name in pushed.rule_groups:
        console.print(f"规则组 rule group: {name}")


def _secret(token: SecretStr | None, token_file: Path | None) -> SecretStr:
    if token is not None:
        return token
    if token_file is None:
        raise typer.BadParameter(
            "没有令牌：用 XUSHI_GRAFANA_TOKEN、--token-file 或 --token / no token given", param_hint="--token"
        )
    try:
        return SecretStr(token_file.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{token_file}: 不可读 / can't be read", param_hint="--token-file") from error


def _rule_groups(folder: Path) -> Iterator[dict[str, Any]]:
    """The rule groups of the generated files for Grafana-managed alerting, where there are any."""
    for path in sorted((folder / "provisioning" / "alerting").glob("*.yaml")):
        yield from yaml.safe_load(path.read_text(encoding="utf-8")).get("groups", [])
