"""`xushi approve`, `decline`, `withdraw`, `release`: what is decided about an upload after it was handed in.

Belongs here: the commands and how they print. Does not belong here: who may decide, and what follows (`intake`).
"""

from __future__ import annotations

import getpass
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from dagster_project.commands.opening import installation, now
from dagster_project.commands.upload import print_outcome
from dagster_project.intake import State
from dagster_project.store import Upload

Number = Annotated[
    int, typer.Argument(metavar="UPLOAD", min=1, help="上传编号 id of the upload, see xushi store uploads")
]
By = Annotated[str | None, typer.Option(help="操作人 who decides (default: the account)")]
Reason = Annotated[str, typer.Option(help="理由 why; kept in the ledger")]


def approve(upload: Number, by: By = None) -> None:
    """核准发布一份待发布的上传;核准人不得是上传人。Release an upload that waits for a second person.

    It is checked again by what is stored now. Exit code 1 when it is rejected by that, or may not be released.
    """
    with installation() as open_one:
        outcome = open_one.intake.approve(upload, by=by or getpass.getuser(), now=now())
        print_outcome(Console(), outcome)
    if not outcome.good:
        raise typer.Exit(1)


def decline(upload: Number, reason: Reason, by: By = None) -> None:
    """退回一份待发布的上传,不予发布。Send back an upload that waits: nothing of it will be published."""
    with installation() as open_one:
        done = open_one.intake.decline(upload, by=by or getpass.getuser(), reason=reason, now=now())
        typer.echo(_line(done, "已退回,不予发布 declined", open_one.settings.zone))


def withdraw(upload: Number, reason: Reason, by: By = None) -> None:
    """撤回一份已入库的上传,恢复此前采信的数据。Take an upload back: what was believed before it is believed again."""
    with installation() as open_one:
        changes = open_one.store.withdrawal_of(upload)["change"].value_counts()
        done = open_one.intake.withdraw(upload, by=by or getpass.getuser(), reason=reason, now=now())
        typer.echo(_line(done, "已撤回 withdrawn", open_one.settings.zone))
        words = {"restored": "恢复原数 restored", "gone": "不再有数 no figure left", "unchanged": "未变 unchanged"}
        told = [f"{said} {changes[change]}" for change, said in words.items() if change in changes]
        typer.echo("  " + (" · ".join(told) or "没有数据因此改变 no figure changes"))


def release() -> None:
    """发布已到解禁时间的上传(Dagster 和门户会自动执行)。Release what waits for nothing any more.

    Dagster's sensor and the portal do so by themselves. Exit code 1 when anything was rejected by the checks made anew.
    """
    with installation() as open_one:
        outcomes = open_one.intake.release_due(now())
    console = Console()
    for outcome in outcomes:
        print_outcome(console, outcome)
    if not outcomes:
        typer.echo("没有到期的上传 nothing is due")
    if any(outcome.state is State.REJECTED for outcome in outcomes):
        raise typer.Exit(1)


def _line(done: Upload, words: str, zone: ZoneInfo) -> str:
    at = "" if done.withdrawn_at is None else f"{done.withdrawn_at.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"第 {done.id} 号 upload {done.id} {done.file_name}: {words} ({done.withdrawn_by}, {at})"
