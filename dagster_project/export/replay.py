"""The versions of all figures as tables that can be handed in one after the other, into an installation that is empty.

Handed in in the order of their names, each with the day or the moment in its name as that of publication, they make the
same figures believed at every moment. What this can't carry over: the numbers of uploads, and that a withdrawal left
nothing to believe: a table can state a figure, not take one away. Belongs here: cutting versions into tables. Does not
belong here: handing in (`xushi upload`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from dagster_project.export.csv_text import write_csv
from dagster_project.export.rows import Export, Exporter
from dagster_project.export.selection import Selection
from dagster_project.export.tables import What
from dagster_project.sources.marks import SAMPLE_MARK
from validators.errors import ExportError


def write_replay(exporter: Exporter, selection: Selection, folder: Path) -> list[Path]:
    """One CSV for each moment at which something began to be believed, oldest first, named `0001-2025-03-18.csv` for
    the beginning of a day, else `0002-20250318T093000+0800.csv`. ExportError for a folder that holds anything."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ExportError(
            f"文件夹 {folder} 不是空的；请另给一个空文件夹", f"the folder {folder} isn't empty; name an empty one"
        )
    export = exporter.export(What.VERSIONS, selection)
    frames = list(export.frames)
    if not frames:
        return []
    versions = pd.concat(frames, ignore_index=True)
    stated = versions[versions["value"].notna()]
    written = []
    for number, (moment, rows) in enumerate(stated.groupby("known_from", sort=True), 1):
        written.append(folder / _name(number, pd.Timestamp(str(moment)), export, exporter.zone))
        with written[-1].open("wb") as stream:
            write_csv(replace(export, frames=iter([rows])), stream)
    return written


def _name(number: int, moment: pd.Timestamp, export: Export, zone: ZoneInfo) -> str:
    """Without colons, which the names of files can't hold everywhere."""
    here = moment.to_pydatetime().astimezone(zone)
    form = "%Y-%m-%d" if here.time() == time() else "%Y%m%dT%H%M%S.%f%z" if here.microsecond else "%Y%m%dT%H%M%S%z"
    return f"{number:04d}-{here.strftime(form)}{f'-{SAMPLE_MARK}' if export.sample else ''}.csv"
