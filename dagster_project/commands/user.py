"""`xushi user`: people who may sign in to the portal, and what they may do.

Belongs here: the commands and how they print. Does not belong here: what a role may do (`identity.permissions`).
"""

from __future__ import annotations

from typing import Annotated

import typer

from dagster_project.commands.identity import doorkeeper, print_rows
from dagster_project.identity.permissions import Grant, Role
from dagster_project.identity.users import grants_of
from validators.errors import IdentityError

app = typer.Typer(no_args_is_help=True, help="用户与角色 users and roles of the portal")

Name = Annotated[str, typer.Argument(help="用户名 user name")]
Roles = Annotated[list[str], typer.Argument(help="角色，如 viewer、uploader:trade roles; a dataset after a colon")]


@app.callback()
def user() -> None:
    """用户与角色。The portal's users and roles.

    角色 roles: viewer 查看 · uploader[:数据集] 报送 · approver[:数据集] 复核 · admin 管理.
    """


@app.command()
def add(
    name: Name,
    display: Annotated[str, typer.Option("--display", help="姓名 the name that pages show")] = "",
    role: Annotated[list[str] | None, typer.Option(help="角色，可重复 a role; repeat the option")] = None,
    oidc_subject: Annotated[
        str | None, typer.Option(help="统一身份平台的 sub subject at the identity provider of XUSHI_OIDC_ISSUER")
    ] = None,
) -> None:
    """添加用户，打印设置密码的一次性链接。Add a user; prints the one-time link to set a password."""
    with doorkeeper() as keeper:
        grants = keeper.grants(role)
        issuer = keeper.settings.oidc_issuer
        if oidc_subject is not None and issuer is None:
            raise IdentityError("未设置 XUSHI_OIDC_ISSUER", "XUSHI_OIDC_ISSUER is not set")
        account = keeper.identity.users.add(name, display, grants, by=keeper.by)
        if oidc_subject is not None and issuer is not None:
            keeper.identity.users.bind(account.name, issuer, oidc_subject, by=keeper.by)
        else:
            keeper.print_link(keeper.identity.invite(account.name, by=keeper.by))


@app.command("list")
def list_users() -> None:
    """列出用户。Every user: roles, how they sign in, whether they are disabled."""
    with doorkeeper() as keeper:
        rows = []
        for account in keeper.identity.users.all():
            ways = [word for word, has in (("密码 password", account.password_hash), ("OIDC", account.subject)) if has]
            roles = [grant.text for grant in grants_of(account.grants)]
            state = f"停用 disabled {keeper.time(account.disabled_at)}" if account.disabled_at else ""
            rows.append([account.name, account.display_name, "\n".join(roles), "\n".join(ways), state])
        print_rows(["用户 user", "姓名 name", "角色 roles", "登录 sign-in", "状态 state"], rows)


@app.command()
def grant(name: Name, roles: Roles) -> None:
    """授予角色。Give roles."""
    with doorkeeper() as keeper:
        account = keeper.identity.users.grant(name, keeper.grants(roles), by=keeper.by)
        typer.echo(f"{account.name}: {', '.join(each.text for each in grants_of(account.grants))}")


@app.command()
def revoke(name: Name, roles: Roles) -> None:
    """收回角色。Take roles back; works at once, also for who is signed in."""
    with doorkeeper() as keeper:
        # A dataset that has left the catalogue can still be taken back.
        account = keeper.identity.users.revoke(name, [Grant.parse(text) for text in roles], by=keeper.by)
        typer.echo(f"{account.name}: {', '.join(each.text for each in grants_of(account.grants)) or '-'}")


@app.command()
def disable(name: Name) -> None:
    """停用用户，立即退出。Nobody signs in as this user any more, and whoever is signed in is out at once."""
    with doorkeeper() as keeper:
        account = keeper.identity.users.disable(name, by=keeper.by)
        typer.echo(f"已停用 disabled: {account.name}")


@app.command()
def enable(name: Name) -> None:
    """恢复停用的用户。Let a disabled user sign in again."""
    with doorkeeper() as keeper:
        account = keeper.identity.users.enable(name, by=keeper.by)
        typer.echo(f"已恢复 enabled: {account.name}")


@app.command()
def bind(name: Name, subject: Annotated[str, typer.Argument(help="统一身份平台的 sub the provider's subject")]) -> None:
    """绑定统一身份。Let a subject of the identity provider sign in as this user."""
    with doorkeeper() as keeper:
        if keeper.settings.oidc_issuer is None:
            raise IdentityError("未设置 XUSHI_OIDC_ISSUER", "XUSHI_OIDC_ISSUER is not set")
        keeper.identity.users.bind(name, keeper.settings.oidc_issuer, subject, by=keeper.by)
        typer.echo("ok")


@app.command()
def reset(name: Name) -> None:
    """作废密码，全部退出，打印新链接。Remove a password, end all sessions, print a link to set a new one."""
    with doorkeeper() as keeper:
        keeper.print_link(keeper.identity.reset(name, by=keeper.by))


@app.command()
def link(
    name: Annotated[
        str | None, typer.Argument(help="用户名；不填为第一个管理员 user; left out: the first admin")
    ] = None,
) -> None:
    """打印设置密码的一次性链接。Print a one-time link to set a password; the one before is no good any more.

    Without a name: the link of the first administrator, as long as there is none who can sign in.
    """
    with doorkeeper() as keeper:
        if name is not None:
            keeper.print_link(keeper.identity.invite(name, by=keeper.by))
            return
        first = keeper.identity.first_link()
        if first is None:
            raise IdentityError(
                f"已有用户，请写明用户名；授予管理员：xushi user grant 用户名 {Role.ADMIN}",
                f"there are users already: name one; to make an administrator: xushi user grant NAME {Role.ADMIN}",
            )
        keeper.print_link(first)
