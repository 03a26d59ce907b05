"""`xushi portal`: the web portal.

Belongs here: starting and ending it. Does not belong here: pages (`portal`).
"""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from dagster_project.commands.identity import link_url
from dagster_project.commands.opening import installation, now
from dagster_project.identity.users import is_admin
from dagster_project.portal.app import create_app
from dagster_project.portal.desk import Desk
from validators.errors import XushiError

_GRACE_SECONDS = 20  # a table that is being taken in gets its time

app = typer.Typer(no_args_is_help=True, help="报送门户 the web portal: serve")


@app.callback()
def portal() -> None:
    """报送门户:交表、审核、目标进度。The web portal: hand in tables, release them, see the scoreboard."""


@app.command("serve")
def serve(
    host: Annotated[str | None, typer.Option(help="地址 address (XUSHI_PORTAL_HOST)")] = None,
    port: Annotated[int | None, typer.Option(help="端口 port, 0 takes a free one (XUSHI_PORTAL_PORT)")] = None,
) -> None:
    """启动门户,直到 Ctrl-C。Serve the portal, with the gauges at /metrics, until Ctrl-C.

    没有管理员时给出一次性链接。While there is no administrator it prints a one-time link to become it.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with installation() as open_one:
        settings = open_one.settings
        where = host or settings.portal_host
        desk = Desk.of(settings, open_one.catalogue, open_one.store, now=now)
        configuration = uvicorn.Config(
            create_app(desk),
            host=where,
            port=settings.portal_port if port is None else port,
            log_config=None,
            access_log=False,  # addresses hold one-time links
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        try:
            socket = configuration.bind_socket()
        except SystemExit as error:
            wanted = f"{where}:{configuration.port}"
            raise XushiError(f"{wanted}: 端口不可用 / cannot listen there") from error
        shown, number = socket.getsockname()[:2]
        # Whoever starts it reads this from the output, which may be a file.
        Console(soft_wrap=True).print(f"http://{shown}:{number}/  (Ctrl-C 停止 stops)", highlight=False)
        sys.stdout.flush()
        _greet_first_administrator(desk)
        uvicorn.Server(configuration).run(sockets=[socket])


def _greet_first_administrator(desk: Desk) -> None:
    """A link to whoever sits at the terminal. A log is read by others, so it says how to get one instead."""
    if not sys.stdout.isatty():
        people = desk.identity.users.all()
        if not any(is_admin(one) and (one.password_hash or one.subject) for one in people):
            typer.echo("还没有管理员 no administrator yet: xushi user link")
        return
    link = desk.identity.first_link()
    if link is not None:
        typer.echo("还没有管理员;用这个一次性链接设置密码 no administrator yet; set a password by this one-time link:")
        typer.echo(link_url(desk.settings, link.secret))
