"""Sheets of an .xlsx workbook.

Belongs here: checking the archive, then values from python-calamine together with the facts from `sheet_facts.py`. Does
not belong here: what the cells mean.
"""

from __future__ import annotations

import io

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from dagster_project.tables.archive_check import check_archive, damaged
from dagster_project.tables.grid import Area, Book, Bools, Grid, Objects, Place, to_grid, with_places
from dagster_project.tables.sheet_facts import SheetFacts
from dagster_project.tables.workbook_facts import WorkbookFacts, read_facts
from validators.errors import TooLargeError

_BYTES_PER_CELL = 200  # generous: a plain cell takes 30 to 60 bytes of XML
_LEAST_BYTES = 64_000_000  # formats, themes and pictures, however few cells are allowed
_EMPTY_PER_CELL = 3  # a sheet's rectangle may hold this many blank cells for each cell that is allowed
MOST_SHEETS = 1_000
_MOST_TEXT = 1_000_000_000  # characters that shared texts may come to once each cell has its own copy


def read_xlsx(data: bytes, file_name: str, max_cells: int) -> Book:
    """All sheets. Raises TruncatedWorkbookError, NotAWorkbookError and TooLargeError."""
    with check_archive(data, file_name, max(max_cells * _BYTES_PER_CELL, _LEAST_BYTES)) as archive:
        facts = read_facts(archive, file_name)
    _check_size(facts, file_name, max_cells)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return Book("xlsx", tuple(_sheets(workbook, facts)), facts.carries)
    except CalamineError as error:
        raise damaged(file_name) from error


def _check_size(facts: WorkbookFacts, file_name: str, max_cells: int) -> None:
    if len(facts.parts) > MOST_SHEETS:
        raise too_many_sheets(file_name, len(facts.parts))
    cells = sum(sheet.cells for sheet in facts.parts)
    area = sum(sheet.rows * sheet.columns for sheet in facts.parts)
    texts = sum(sheet.shared_texts for sheet in facts.parts) * facts.longest_text
    if cells > max_cells or area > max_cells * _EMPTY_PER_CELL or texts > _MOST_TEXT:
        raise too_many_cells(file_name, max(cells, area), max_cells)


def too_many_sheets(file_name: str, sheets: int) -> TooLargeError:
    """The error for a file with more sheets than any table needs."""
    return TooLargeError(
        file_name,
        f"工作表过多（{sheets} 张，最多 {MOST_SHEETS} 张）；请只保留统计表，或分成几个文件上传",
        f"too many sheets ({sheets}, at most {MOST_SHEETS}); keep only the statistical tables, or hand in several "
        "files",
    )


def too_many_cells(file_name: str, cells: int, max_cells: int) -> TooLargeError:
    """The error for a file whose cells don't fit."""
    return TooLargeError(
        file_name,
        f"单元格过多（范围内 {cells} 个，允许 {max_cells} 个）；"
        "请删除表格之外的零散内容、只保留统计表，或调高 XUSHI_MAX_CELLS",
        f"too many cells ({cells} within its extent, {max_cells} allowed); delete stray content outside the tables, "
        "or raise XUSHI_MAX_CELLS",
    )


def _sheets(workbook: CalamineWorkbook, facts: WorkbookFacts) -> list[Grid]:
    sheets = []
    for index, metadata in enumerate(workbook.sheets_metadata):
        if metadata.typ is not SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_index(index)
        about = facts.by_name.get(metadata.name, SheetFacts())
        values = to_grid(sheet.to_python(skip_empty_area=False))
        values = with_places(values, [*about.errors, *about.unvalued])
        sheets.append(
            Grid(
                name=metadata.name,
                raw=values,
                hidden=metadata.visible is not SheetVisibleEnum.Visible,
                merges=tuple(_area(merge) for merge in sheet.merged_cell_ranges or ()),
                percent=_marked(values, about.percent),
                errors=about.errors,
                unvalued=frozenset(about.unvalued),
                hidden_rows=frozenset(about.hidden_rows),
                hidden_columns=frozenset(about.hidden_columns),
                indents=about.indents,
            )
        )
    return sheets


def _area(merge: tuple[tuple[int, int], tuple[int, int]]) -> Area:
    (top, left), (bottom, right) = merge
    return top, left, bottom, right


def _marked(values: Objects, places: set[Place]) -> Bools | None:
    within = [(row, column) for row, column in places if row < values.shape[0] and column < values.shape[1]]
    if not within:
        return None
    marked = np.zeros(values.shape, dtype=bool)
    marked[tuple(np.array(within).T)] = True
    return marked
