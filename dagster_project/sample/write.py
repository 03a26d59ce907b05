"""The sample year as workbooks in a folder, and as the observations that they hold.

Belongs here: the two entry points and the order of the steps. Does not belong here: numbers, layout, the command line.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dagster_project.sample.bulletin import bulletin_sheets
from dagster_project.sample.draws import Draws, draw
from dagster_project.sample.editions import Edition, plan_editions
from dagster_project.sample.figures import Figures, first_print, publish
from dagster_project.sample.history import history_sheets
from dagster_project.sample.levels import sizes
from dagster_project.sample.scenario import FIXED_PACE, scenarios
from dagster_project.sample.series import Series, make_series
from dagster_project.sample.sheet import Sheet
from dagster_project.sample.subjects import Subjects, find_subjects
from dagster_project.sample.workbook import MARK, workbook_bytes
from validators.catalogue import Catalogue
from validators.columns import OBSERVATION
from validators.errors import ForeignFilesError
from validators.periods import Month

# (workbooks done, workbooks in all, the one just written)
Progress = Callable[[int, int, Path], None]

TRUTH = (*OBSERVATION, "published", "file")


@dataclass(frozen=True)
class _Sample:
    """The numbers of one sample year, made once."""

    catalogue: Catalogue
    year: int
    seed: int
    subjects: Subjects
    draws: Draws
    size: NDArray[np.float64]
    series: Series

    @classmethod
    def make(cls, catalogue: Catalogue, year: int, seed: int) -> _Sample:
        subjects = find_subjects(catalogue, year)
        names = [(str(dataset), *key) for dataset, key in zip(subjects.dataset, subjects.keys, strict=True)]
        draws = draw(seed, names)
        size = sizes(catalogue, subjects, draws)
        pace = np.array([FIXED_PACE.get(key, np.nan) for key in subjects.keys])
        needed = catalogue.indicator_regions
        compared = [(indicator, region) for indicator, region in subjects.keys if region not in needed[indicator]]
        series = make_series(subjects, draws, size, scenarios(subjects.keys, seed, compared), pace)
        return cls(catalogue, year, seed, subjects, draws, size, series)

    @cached_property
    def figures(self) -> Figures:
        return publish(self.catalogue, self.subjects, self.draws, self.size, self.series)

    def sheets(self, edition: Edition) -> list[Sheet]:
        figures = self.figures
        if edition.preliminary:
            month = edition.last.last_month.month
            first = first_print(self.subjects, self.series, dataset=edition.dataset, month=month, seed=self.seed)
            figures = publish(self.catalogue, self.subjects, self.draws, self.size, first)
        arrange = history_sheets if edition.is_history else bulletin_sheets
        return list(arrange(self.catalogue, self.subjects, figures, edition, year=self.year, seed=self.seed))


def write_sample(
    catalogue: Catalogue,
    *,
    year: int,
    through: Month,
    folder: Path,
    seed: int = 2025,
    progress: Progress | None = None,
) -> list[Path]:
    """Write a workbook for each dataset and month up to `through`, the history before the year, and two revisions.

    Returns the paths in the order of publication. The same arguments give the same bytes; what is already there stays
    untouched. Raises ForeignFilesError, before anything is written, where the folder holds files that are no sample.
    """
    sample = _Sample.make(catalogue, year, seed)
    workbooks = list(_workbooks(sample, through))
    _refuse_to_mix(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for edition, sheets in workbooks:
        data = workbook_bytes(sheets, sample.subjects, published=edition.published, title=sheets[0].title)
        path = folder / edition.file_name
        _replace(path, data)
        paths.append(path)
        if progress is not None:
            progress(len(paths), len(workbooks), path)
    return paths


def truth(catalogue: Catalogue, *, year: int, through: Month, seed: int = 2025) -> pd.DataFrame:
    """What the workbooks of the same arguments say: one row per figure and workbook, in the order of publication.

    Columns TRUTH: those of an observation, then `published` (date) and `file`. `text` is '' (a number has none of its
    own); `status` is revised in a revised workbook and preliminary elsewhere.
    """
    sample = _Sample.make(catalogue, year, seed)
    frames = [
        sheet.observations(sample.subjects).assign(
            status="revised" if edition.revised else "preliminary",
            text="",
            published=edition.published,
            file=edition.file_name,
        )
        for edition, sheets in _workbooks(sample, through)
        for sheet in sheets
    ]
    if not frames:
        return pd.DataFrame(columns=list(TRUTH))
    return pd.concat(frames, ignore_index=True)[list(TRUTH)]


def _workbooks(sample: _Sample, through: Month) -> Iterator[tuple[Edition, list[Sheet]]]:
    """The editions that have anything to publish."""
    for edition in plan_editions(sample.catalogue, year=sample.year, through=through, seed=sample.seed):
        sheets = sample.sheets(edition)
        if sheets:
            yield edition, sheets


def _refuse_to_mix(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ForeignFilesError(f"{folder} 不是文件夹；请换一个路径 / {folder} is no folder; choose another path")
    foreign = sorted(path.name for path in folder.iterdir() if not _is_ours(path))
    if foreign:
        names = "、".join(foreign[:3]) + ("……" if len(foreign) > 3 else "")
        raise ForeignFilesError(
            f"{folder} 里有 {len(foreign)} 个不是示例数据的文件（{names}）；请换一个空文件夹，或先移走它们 / "
            f"{folder} holds {len(foreign)} files that are no sample; choose an empty folder or move them away"
        )


def _is_ours(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return MARK in archive.read("docProps/core.xml").decode("utf-8")
    except (OSError, KeyError, UnicodeDecodeError, zipfile.BadZipFile):
        return False


def _replace(path: Path, data: bytes) -> None:
    """Write the file as a whole or not at all; leave it alone where it holds the same bytes."""
    if path.exists() and path.read_bytes() == data:
        return
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
