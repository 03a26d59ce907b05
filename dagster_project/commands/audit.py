"""`xushi audit`: what was done, and whether the log of it is whole.

Belongs here: the commands and how they print. Does not belong here: the chain (`store.audit`).
"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from dagster_project.commands.identity import doorkeeper
from dagster_project.commands.visible import VISIBLE
from dagster_project.identity.audit import Deed, Head

app = typer.Typer(no_args_is_help=True, help="操作记录 the audit log: verify, show")


@app.callback()
def audit() -> None:
    """操作记录。The audit log."""


@app.command()
def verify(
    head: Annotated[
        str | None,
        typer.Option(help="以前保存的 序号:校验值 a head NUMBER:HASH kept earlier, which must still be in the log"),
    ] = None,
) -> None:
    """核对全部记录；有改动时指出第一处，退出码 1。Check every entry; names the first broken one, exit code 1.

    Prints the head of the chain. Keep it away from the database, e.g. in an e-mail: with --head, also a log that
    somebody wrote anew from beginning to end is found out.
    """
    kept = None if head is None else _head(head)
    with doorkeeper() as keeper:
        verdict = keeper.identity.audit.verify(kept)
    if verdict.broken is not None:
        typer.echo(
            f"操作记录已被改动：第 {verdict.broken} 行，{verdict.why_zh}\n"
            f"the audit log was tampered with: entry {verdict.broken}: {verdict.why_en}",
            err=True,
        )
        raise typer.Exit(1)
    typer.echo(f"记录完整 whole: {verdict.head.number} 条 entries")
    typer.echo(f"{verdict.head.number}:{verdict.head.hash}")


@app.command()
def show(
    actor: Annotated[str | None, typer.Option(help="只看此人 only what this user, token:NAME did")] = None,
    action: Annotated[Deed | None, typer.Option(help="只看这类操作 only these deeds")] = None,
    about: Annotated[str | None, typer.Option(help="只看此对象 only about this, e.g. upload:17")] = None,
    limit: Annotated[int, typer.Option(min=1, help="最多几条 at most so many, the newest")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="JSON，每行一条 one JSON object a line")] = False,
) -> None:
    """最近的操作，最新的在前。What was done, the newest first."""
    with doorkeeper() as keeper:
        entries = keeper.identity.audit.entries(actor=actor, action=action, object=about, limit=limit)
        if as_json:
            for entry in entries:
                row = {
                    "number": entry.number,
                    "at": entry.at.astimezone(keeper.settings.zone).isoformat(),
                    "actor": entry.actor,
                    "action": entry.action,
                    "object": entry.object,
                    "details": json.loads(entry.details),
                    "hash": entry.hash,
                }
                typer.echo(json.dumps(row, ensure_ascii=False))
            return
        for entry in entries:
            details = "" if entry.details == "{}" else entry.details.translate(VISIBLE)
            line = (entry.number, keeper.time(entry.at), entry.actor, entry.action, entry.object, details)
            typer.echo("  ".join(str(part) for part in line).rstrip())


def _head(text: str) -> Head:
    number, _, kept_hash = text.strip().partition(":")
    if not number.isdecimal() or len(kept_hash) != 64:
        raise typer.BadParameter("应为 序号:校验值 expected NUMBER:HASH", param_hint="--head")
    return Head(int(number), kept_hash)
