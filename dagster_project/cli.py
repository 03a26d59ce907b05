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
from typer.core import TyperGroup

from dagster_project.settings import Settings
from validators.errors import XushiError

_COMMANDS = {  # name -> module under `commands` and what in it: a function, or a Typer with commands of its own
    "demo": ("demo", "demo"),
    "sample": ("sample", "sample"),
    "upload": ("upload", "upload"),
    "run": ("run", "run"),
    "dagster": ("run", "dagster"),
    "progress": ("progress", "progress"),
    "metrics": ("metrics", "app"),
    "catalogue": ("catalogue", "app"),
}


class _Areas(Mapping[str, Any]):
    """The commands by name, each imported when it is asked for."""

    def __getitem__(self, name: str) -> Any:
        module, attribute = _COMMANDS[name]
        found = getattr(import_module(f"dagster_project.commands.{module}"), attribute)
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
