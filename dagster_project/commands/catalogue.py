"""`xushi catalogue`: is the catalogue sound, what does it promise, who answers.

Belongs here: the commands and how they print. Does not belong here: what a sound catalogue is (`validators`).
"""

from __future__ import annotations

import json
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

import validators
from dagster_project.commands.catalogue_rows import (
    department_rows,
    department_table,
    target_rows,
    target_tables,
    to_csv,
)
from dagster_project.commands.choosing import Chapter, Document, Owner, Region, choice
from dagster_project.settings import Settings
from validators.catalogue import Catalogue
from validators.catalogue_file import json_schema, load_catalogue
from validators.errors import CatalogueError

app = typer.Typer(no_args_is_help=True, help="目标目录 the catalogue: check, show, departments, schema")

SCHEMA = Path(validators.__file__).parent / "catalogue.schema.json"


class Format(StrEnum):
    """How a list is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


File = Annotated[
    Path | None, typer.Option(help="目录文件 catalogue file (XUSHI_CATALOGUE)", exists=True, dir_okay=False)
]
Output = Annotated[Format, typer.Option("--format", help="输出格式 output format")]


@app.command("check")
def check(file: File = None) -> None:
    """检查目录，一次列出全部问题。Check the catalogue; every problem is listed at once, with file, line and key.

    Exit code 0 when it is sound, 1 when not.
    """
    try:
        catalogue = _load(file)
    except CatalogueError as error:
        count = len(error.problems)
        typer.echo("\n".join((*error.problems, f"共 {count} 个问题 / problems: {count}")), err=True)
        raise typer.Exit(1) from error
    targets = catalogue.targets.values()
    datasets = Counter(catalogue.indicators[target.indicator].dataset for target in targets)
    kinds = Counter(catalogue.indicators[target.indicator].kind for target in targets)
    documents = Counter(target.cite.document for target in targets)
    console = Console()
    for heading, counts in (
        ("文件 targets by document", {key: documents[key] for key in catalogue.documents}),
        ("指标类型 targets by kind", dict(kinds.most_common())),
        ("数据集 targets by dataset", {key: datasets[key] for key in catalogue.datasets}),
    ):
        console.print(f"[bold]{heading}[/]")
        for key, number in counts.items():
            console.print(f"  {number:>4}  {escape(key)}", highlight=False)
    console.print(
        f"目标 targets {len(targets)} · 指标 indicators {len(catalogue.indicators)} · 数据集 datasets "
        f"{len(catalogue.datasets)} · 部门 departments {len(catalogue.departments)}",
        highlight=False,
        soft_wrap=True,
    )
    console.print("[green]ok[/]")


@app.command("show")
def show(
    owner: Owner = None,
    region: Region = None,
    document: Document = None,
    chapter: Chapter = None,
    output: Output = Format.TABLE,
    file: File = None,
) -> None:
    """列出目标。List the targets, all or those of a department, chapter, region or document."""
    catalogue = _load(file)
    chosen = choice(catalogue, owner, region, document, chapter)
    rows = [
        row
        for row in target_rows(catalogue)
        if (chosen.owner is None or chosen.owner in (row["lead"], *row["responsible"]))
        and chosen.region in (None, row["region"])
        and chosen.document in (None, row["document"])
        and chosen.chapter in (None, row["chapter"])
    ]
    if output is Format.TABLE:
        Console().print(*target_tables(catalogue, rows), sep="\n")
    else:
        _machine_readable(rows, output)


@app.command("departments")
def departments(output: Output = Format.TABLE, file: File = None) -> None:
    """列出部门及其别名与目标数。List the departments with their other names and how many targets each answers for."""
    rows = department_rows(_load(file))
    if output is Format.TABLE:
        Console().print(department_table(rows))
    else:
        _machine_readable(rows, output)


@app.command("schema")
def schema(
    check_only: Annotated[
        bool, typer.Option("--check", help="只比较，不写 only compare; exit code 1 on drift")
    ] = False,
    out: Annotated[Path, typer.Option(help="写入的文件 file to write", dir_okay=False)] = SCHEMA,
) -> None:
    """写出供编辑器补全的 JSON Schema。Write the JSON Schema by which editors complete the catalogue."""
    text = json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
    if not check_only:
        out.write_text(text, encoding="utf-8")
    elif not out.exists() or out.read_text(encoding="utf-8") != text:
        typer.echo(f"{out}: 已过期，请运行 / out of date, run: xushi catalogue schema", err=True)
        raise typer.Exit(1)
    typer.echo(f"{out}: ok")


def _load(file: Path | None) -> Catalogue:
    path = file or Settings().catalogue
    here = Path.cwd()
    return load_catalogue(path.relative_to(here) if path.is_relative_to(here) else path)


def _machine_readable(rows: list[dict[str, Any]], output: Format) -> None:
    typer.echo(json.dumps(rows, ensure_ascii=False, indent=2) if output is Format.JSON else to_csv(rows), nl=False)
