"""`xushi tables map`: which catalogued indicator each unknown row of a file may be, as a snippet to review.

Belongs here: the command and how it prints. Does not belong here: finding candidates (`tables.proposals`), history
(`store`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.commands.opening import installation
from dagster_project.commands.visible import VISIBLE
from dagster_project.tables.proposals import Proposal, propose
from dagster_project.tables.reading import read_tables


def map_file(
    file: Annotated[Path, typer.Argument(help="表格文件 .xlsx .xls .et .csv / a table", exists=True, dir_okay=False)],
    dataset: Annotated[str | None, typer.Option(help="只在这个数据集中找 look in this dataset alone")] = None,
    region: Annotated[str | None, typer.Option(help="与这个地区的历史比较 compare with this region's history")] = None,
) -> None:
    """为新版式的表格提出行名与指标的对应,供人核对后加入目录。Propose, as YAML to review, which indicator each row that
    the catalogue doesn't know may be: by likeness of the label, by unit, and by size against what is stored.

    Nothing is changed. Exit code 0.
    """
    with installation() as here:
        if dataset is not None and dataset not in here.catalogue.datasets:
            raise typer.BadParameter(
                f"目录中没有 / not in the catalogue: {dataset} ({', '.join(here.catalogue.datasets)})"
            )
        settings = here.settings
        reading = read_tables(
            file.read_bytes(), file.name, max_bytes=settings.max_upload_bytes, max_cells=settings.max_cells
        )
        history = here.store.observations()
        found = propose(reading, here.catalogue, history, dataset=dataset, region=region)
    typer.echo(_yaml(file.name, found).translate(VISIBLE), nl=False)


def _yaml(name: str, proposals: list[Proposal]) -> str:
    lines = [f"# {_line(name)}: 请逐条核对后并入目录 / check each line, then merge into the catalogue"]
    if not proposals:
        return "\n".join([*lines, "# 没有可提出的对应 / nothing to propose", ""])
    lines.append("indicators:")
    for indicator in dict.fromkeys(one.indicator for one in proposals):
        lines.append(f"  {indicator}:")
        lines.append("    labels:")
        lines += [
            f"      - {_quoted(one.label)}  # {_line(one.place)} {one.likeness:.0%} {_line(one.why)}"
            for one in proposals
            if one.indicator == indicator
        ]
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    return '"' + _line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _line(text: str) -> str:
    return " ".join(text.split())
