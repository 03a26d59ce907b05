"""`xushi`: the commands, put together.

Belongs here: which command is in which module, and what becomes of an error. Does not belong here: any command. A
module is imported when its command is used, so that `xushi catalogue check` does not wait for pandas or Dagster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, cast

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup

from dagster_project.settings import Settings
from validators.errors import XushiError

# Name -> module under `commands` (or, with a dot, elsewhere), what in it (a function, or a Typer with commands of its
# own), its line in the help.
_COMMANDS = {
    "demo": ("demo", "demo", "示例：从样表到记分板，一次走完 the whole way on a sample year"),
    "sample": ("sample", "sample", "写出示例统计表 write sample tables"),
    "upload": ("upload", "upload", "交表：存档、检查、入库或退回 hand in tables: stored or rejected as a whole"),
    "pull": ("pull", "pull", "取数：向来源取数、检查、入库 ask the sources: fetch, check, keep what is new"),
    "sources": ("pull", "sources", "取数来源及其状态 the catalogue's sources and how they stand"),
    "template": ("template", "template", "报送模板 a dataset's template to fill in"),
    "mark": ("template", "mark", "把问题标在原表上 a table with its findings marked in it"),
    "digest": ("digest", "app", "月报：写出或寄给各部门 the monthly report: pages (HTML, PDF), or by mail"),
    "progress": ("progress", "progress", "记分板：每个目标进展如何 the scoreboard: where every target stands"),
    "explain": ("explain", "explain", "判断依据：数据、规则、每步计算 how a target is judged, step by step"),
    "whatif": ("whatif", "whatif", "假设后几个月的数据会怎样 what if the next months came out like this"),
    "slips": ("slips", "slips", "下滑：何时、为何、前后数据 slips: when, why, figures before and after"),
    "export": ("export", "export", "开放数据：数据、目标、进展、预测 open data: CSV, Parquet, JSON, SDMX-CSV, xlsx"),
    "catalogue": ("catalogue", "app", "目标目录：检查、列出 the catalogue: check, show, departments, schema"),
    "tables": ("tables", "app", "读表：不用目录，看读到什么 what the reader sees in any table"),
    "approve": ("decide", "approve", "核准发布 release an upload that waits for a second person"),
    "decline": ("decide", "decline", "退回待发布的上传 send back an upload that waits"),
    "withdraw": ("decide", "withdraw", "撤回 take an upload back: what was believed before is believed again"),
    "release": ("decide", "release", "发布到期的上传 release what waits for nothing any more"),
    "store": ("store", "app", "数据库：结构、台账、版本 the database: migrate, uploads, versions"),
    "metrics": ("metrics", "app", "监测指标 gauges for Prometheus: serve, push, print"),
    "portal": ("portal", "app", "报送门户 the web portal: hand in, release, scoreboard"),
    "run": ("run", "run", "运行 Dagster 作业 run the Dagster jobs: one period, a range, everything"),
    "dashboards": ("dashboards.commands", "dashboards_app", "Grafana 看板 Grafana dashboards: build, push"),
    "alerts": ("dashboards.alert_commands", "alerts_app", "告警 alerts: rules, contacts, Alertmanager, relay to chats"),
    "up": ("up", "up", "启动整套服务 start the whole system on this machine, until Ctrl-C"),
    "user": ("user", "app", "用户与角色 users and roles of the portal"),
    "token": ("token", "app", "接口令牌 tokens of systems that use the portal's API"),
    "audit": ("audit", "app", "操作记录 what was done in the portal: verify, show"),
    "dagster": ("run", "dagster", "打开 Dagster 界面 Dagster's pages and daemon, until Ctrl-C"),
}


class _Areas(Mapping[str, Any]):
    """The commands by name, each imported when it is asked for."""

    def __getitem__(self, name: str) -> Any:
        module, attribute, _ = _COMMANDS[name]
        path = module if "." in module else f"dagster_project.commands.{module}"
        found = getattr(import_module(path), attribute)
        if isinstance(found, typer.Typer):
            group = typer.main.get_group(found)
            group.name = name
            return group
        alone = typer.Typer(add_completion=False)
        alone.command(name)(found)
        return typer.main.get_command(alone)

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _Commands(TyperGroup):
    """Turns the project's own errors into a message and exit code 1, a bad setting into exit code 2."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = cast(dict[str, Any], _Areas())

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help needs a line for each command, not the seconds that it takes to import them all."""
        lines = {name: TyperCommand(name, help=line) for name, (_, _, line) in _COMMANDS.items()}
        self.commands = cast(dict[str, Any], lines)
        super().format_help(ctx, formatter)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except XushiError as error:
            message = str(error)
            typer.echo(f"错误 error:{chr(10) if chr(10) in message else ' '}{message}", err=True)
            raise typer.Exit(1) from error
        except ValidationError as error:
            if error.title != Settings.__name__:
                raise
            for detail in error.errors():
                name = "XUSHI_" + "_".join(str(part) for part in detail["loc"]).upper()
                typer.echo(f"设置有误 bad setting: {name}: {detail['msg']}", err=True)
            raise typer.Exit(2) from error


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False)


@app.callback()
def xushi() -> None:
    """序时：用每月统计表跟踪政府文件中的量化目标。Follow a government's published targets with its monthly statistics.

    设置用环境变量 XUSHI_*。Settings are the XUSHI_* environment variables.

    退出码：0 成功，1 失败，2 用法错误。Exit codes: 0 done, 1 failed, 2 wrong usage.
    """
