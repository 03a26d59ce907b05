"""`xushi template`: workbooks to fill in. `xushi mark`: a workbook with its findings marked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.commands.choosing import refusal
from dagster_project.commands.opening import installation, now
from dagster_project.intake import Hints
from dagster_project.progress.releases import due_day, next_period
from dagster_project.workbooks import mark as marked_workbook
from dagster_project.workbooks import template_name, template_workbook
from validators.errors import PeriodError
from validators.periods import parse_period


def template(
    dataset: Annotated[str, typer.Argument(help="数据集 dataset, such as trade; see `xushi catalogue show`")],
    period: Annotated[str | None, typer.Option(help="时期 period such as 2025-09 (default: the next one due)")] = None,
    region: Annotated[list[str] | None, typer.Option(help="地区代码 region codes (default: all)")] = None,
    folder: Annotated[Path, typer.Option("--output", "-o", help="写到此文件夹 folder to write into")] = Path(),
) -> None:
    """生成报送模板:表头锁定,单位、上次数值和取值范围都在表中。Make a dataset's template to fill in and hand in."""
    with installation() as open_one:
        catalogue = open_one.catalogue
        if dataset not in catalogue.datasets:
            raise refusal("DATASET", f"没有这个数据集 no such dataset: {dataset}", list(catalogue.datasets))
        for code in region or ():
            if code not in catalogue.regions:
                raise refusal("--region", f"没有这个地区 no such region: {code}", list(catalogue.regions))
        home = catalogue.datasets[dataset]
        releases = open_one.store.releases()
        ours = (releases["dataset"] == dataset) & releases["region"].isin(list(home.publishers))
        received = set(releases.loc[ours, "period"])
        try:
            wanted = next_period(home, received, now().date()) if period is None else parse_period(period)
        except PeriodError as error:
            raise typer.BadParameter(str(error), param_hint="--period") from error
        believed = open_one.store.observations(indicators=catalogue.dataset_indicators[dataset])
        data = template_workbook(catalogue, dataset, wanted, believed=believed, regions=region)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / template_name(catalogue, dataset, wanted)
    path.write_bytes(data)
    typer.echo(f"{path}  ({home.title.zh} {wanted.text},应于 {due_day(home, wanted)} 前报送 due by then)")


def mark(
    file: Annotated[Path, typer.Argument(help="表格文件 .xlsx .xls .csv / table", exists=True, dir_okay=False)],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写到 where to write it")] = None,
) -> None:
    """检查一份表,把问题标在原表上。Check a table and write it anew with the bad cells coloured and commented.

    Nothing is stored. Exit code 0 when the table has no error, else 1.
    """
    data = file.read_bytes()
    with installation() as open_one:
        outcome = open_one.intake.submit(data, file.name, by="", now=now(), hints=Hints(), dry_run=True)
        settings = open_one.settings
    result = marked_workbook(
        data,
        file.name,
        outcome.report.findings,
        max_bytes=settings.max_upload_bytes,
        max_cells=settings.max_cells,
    )
    path = output or file.with_name(result.name)
    path.write_bytes(result.data)
    typer.echo(f"{path}  ({len(outcome.report.findings)} 条 findings)")
    if outcome.report.blocked:
        raise typer.Exit(1)
