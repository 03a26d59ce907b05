"""`xushi digest`: the monthly report, into files or by mail.

Belongs here: choosing month, subject and form, and saying what became of it. Does not belong here: reports themselves
(`digest`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dagster_project.commands.choosing import choice
from dagster_project.commands.opening import now
from dagster_project.commands.progress import chosen_month
from dagster_project.commands.visible import VISIBLE
from dagster_project.digest.delivery import Fate, Outcome, Sender
from dagster_project.digest.material import Material, gather
from dagster_project.digest.page import to_html
from dagster_project.digest.report import report
from dagster_project.digest.subject import Subject, department, document, subjects
from dagster_project.paper import Press
from dagster_project.scoreboard.language import Language
from dagster_project.settings import Settings
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue


class Form(StrEnum):
    """As what a report is written."""

    HTML = "html"
    PDF = "pdf"


MonthOption = Annotated[
    str | None, typer.Option("--month", help="月份 month such as 2025-05 (default: the newest with figures)")
]
OwnerOption = Annotated[str | None, typer.Option("--owner", help="部门：代码、名称或别名 department: id, name, alias")]
DocumentOption = Annotated[str | None, typer.Option("--document", help="整份文件 document id")]
LanguageOption = Annotated[list[Language] | None, typer.Option("--language", help="语言，可重复 language; repeatable")]

app = typer.Typer(help="月报：各部门与整份文件 the monthly report: pages, or by mail", invoke_without_command=True)


@app.callback()
def digest(
    context: typer.Context,
    month: MonthOption = None,
    owner: OwnerOption = None,
    document_id: DocumentOption = None,
    form: Annotated[
        list[Form] | None, typer.Option("--format", help="格式，可重复 format; repeatable (default html)")
    ] = None,
    language: LanguageOption = None,
    output: Annotated[Path, typer.Option(help="写到哪个文件夹 folder to write to", file_okay=False)] = Path("digest"),
) -> None:
    """写出月报：本月变化、下滑、所需、预测与走势图；不选则全部。Write the monthly reports; all unless one is chosen.

    用 xushi digest send 寄出。Send them by mail with `xushi digest send`.
    """
    if context.invoked_subcommand is not None:
        return
    opened = _open(month, owner, document_id)
    press, settings = Press(), opened.settings
    output.mkdir(parents=True, exist_ok=True)
    for subject in opened.chosen:
        made = report(opened.material, subject)
        for one in language or (Language.ZH,):
            page = to_html(made, one, zone=settings.zone, portal_url=settings.portal_url)
            for kind in form or (Form.HTML,):
                path = output / f"{opened.material.month.text}-{subject.slug}-{one.value}.{kind.value}"
                path.write_bytes(press.pdf(page) if kind is Form.PDF else page.encode())
                typer.echo(str(path))


@app.command("send")
def send(
    month: MonthOption = None,
    owner: OwnerOption = None,
    document_id: DocumentOption = None,
    language: LanguageOption = None,
    contacts: Annotated[
        Path | None, typer.Option(help="联系人文件 the contacts file (XUSHI_CONTACTS)", exists=True, dir_okay=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="不寄，写成 .eml 文件 write .eml files instead")] = False,
    again: Annotated[bool, typer.Option("--again", help="寄过的再寄一次 send what was sent before once more")] = False,
    output: Annotated[Path, typer.Option(help="--dry-run 写到哪个文件夹 folder for --dry-run", file_okay=False)] = Path(
        "digest"
    ),
) -> None:
    """按告警的联系人寄出月报，每部门每月一封。Mail the reports to the contacts of the alerts, one a month each.

    有没寄到的，退出码为 1。Exit code 1 where a letter was not delivered to everybody.
    """
    opened = _open(month, owner, document_id)
    sender = Sender.of(
        opened.settings,
        opened.catalogue,
        environment=os.environ,
        now=now,
        contacts=contacts,
        trial=output if dry_run else None,
        languages=tuple(language or (Language.ZH,)),
        again=again,
    )
    outcomes = []
    for outcome in sender.send(opened.material, opened.chosen):
        typer.echo(said(outcome), err=outcome.fate in _NOT_DELIVERED)
        outcomes.append(outcome)
    if any(outcome.fate in _NOT_DELIVERED for outcome in outcomes):
        raise typer.Exit(1)


_NOT_DELIVERED = (Fate.FAILED, Fate.UNFINISHED)


def said(outcome: Outcome) -> str:
    """What became of a letter, on one line or more."""
    subject, to = outcome.subject, ", ".join(outcome.recipients)
    words = {
        Fate.SENT: f"已寄 sent: {to}",
        Fate.WRITTEN: f"已写出，未寄 written, not sent: {outcome.words}",
        Fate.SENT_BEFORE: f"本月已寄过 sent before ({outcome.words}): {to}；再寄用 --again",
        Fate.UNFINISHED: f"上次寄送中断，不知是否寄到，请先问收件人，再用 --again / sending broke off, it may have "
        f"arrived; ask, then use --again: {to} {outcome.words}",
        Fate.NO_ADDRESS: "没有邮箱，未寄 no e-mail address in the contacts, not sent",
        Fate.FAILED: f"未寄到 not delivered: {outcome.words}".rstrip(": "),
    }[outcome.fate]
    lines = [f"{subject.name.zh} {subject.name.en} ({subject.key})：{words}"]
    lines += [f"    {address}：被拒 refused: {why}" for address, why in outcome.refused.items()]
    if outcome.refused and outcome.recipients:
        lines.append(f"    已寄 sent: {to}")
    return "\n".join(lines).translate(VISIBLE)


@dataclass(frozen=True)
class _Opened:
    settings: Settings
    catalogue: Catalogue
    material: Material
    chosen: tuple[Subject, ...]


def _open(month: str | None, owner: str | None, document_id: str | None) -> _Opened:
    """Everything of the month, and whose reports are wanted."""
    settings = Settings()
    catalogue = load_catalogue(settings.catalogue)
    picked = choice(catalogue, owner, None, document_id, None)
    chosen = [document(catalogue, picked.document)] if picked.document else []
    chosen += [department(catalogue, picked.owner)] if picked.owner else []
    settings.home.mkdir(parents=True, exist_ok=True)
    with Store.open(settings.store_url) as store:
        material = gather(catalogue, store, month=chosen_month(month, "--month"), now=now(), zone=settings.zone)
    return _Opened(settings, catalogue, material, tuple(chosen) or subjects(catalogue))
