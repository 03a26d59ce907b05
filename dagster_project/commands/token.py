"""`xushi token`: tokens of systems that use the portal's API.

Belongs here: the commands and how they print. Does not belong here: the API.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from dagster_project.commands.identity import doorkeeper, print_rows
from dagster_project.commands.opening import now
from dagster_project.identity.users import grants_of
from dagster_project.store.tokens import Token

app = typer.Typer(no_args_is_help=True, help="接口令牌 tokens of systems that use the API")

Name = Annotated[str, typer.Argument(help="系统名称 the system's name")]


@app.callback()
def token() -> None:
    """接口令牌。Tokens of systems that use the portal's API."""


@app.command()
def add(
    name: Name,
    role: Annotated[list[str], typer.Option(help="角色，如 uploader:trade，可重复 a role; repeat the option")],
    days: Annotated[
        int | None, typer.Option(min=1, help="有效天数 days that it is good for; without it, for good")
    ] = None,
) -> None:
    """新建令牌，只显示一次。Make a token, which is shown once: alone on standard output."""
    with doorkeeper() as keeper:
        good_for = None if days is None else timedelta(days=days)
        made = keeper.identity.tokens.add(name, keeper.grants(role), by=keeper.by, good_for=good_for)
        until = f"，有效至 good until {keeper.time(made.token.expires_at)}" if made.token.expires_at else ""
        typer.echo(f"令牌只显示这一次，请妥善保存{until}\nthe token is shown this once:", err=True)
        typer.echo(made.secret)


@app.command("list")
def list_tokens() -> None:
    """列出令牌。Every token: roles, until when, when last used."""
    with doorkeeper() as keeper:
        rows = [
            [
                token.name,
                "\n".join(grant.text for grant in grants_of(token.grants)),
                keeper.time(token.created_at),
                token.created_by,
                keeper.time(token.expires_at),
                keeper.time(token.used_at),
                _state(token),
            ]
            for token in keeper.identity.tokens.all()
        ]
        heads = ["系统 system", "角色 roles", "建立 made", "建立人 by", "到期 until", "最近使用 used", "状态 state"]
        print_rows(heads, rows)


@app.command()
def revoke(name: Name) -> None:
    """作废令牌，立即生效。Revoke a token, at once and for good."""
    with doorkeeper() as keeper:
        keeper.identity.tokens.revoke(name, by=keeper.by)
        typer.echo(f"已作废 revoked: {name}")


def _state(token: Token) -> str:
    if token.revoked_at is not None:
        return "已作废 revoked"
    if token.expires_at is not None and token.expires_at <= now():
        return "已过期 expired"
    return ""
