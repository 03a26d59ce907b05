"""A dataset's template: the workbook that its publisher fills in and hands in.

Belongs here: how the template looks, what of it is locked, what its cells accept, and the last values shown beside
them. Does not belong here: which rows and cells there are (`template_rows.py`), filling it in (`sample`).

It reads back without a word about its layout: its title, headers, labels and units are the reader's own vocabulary, and
the last values are texts below a heading that is not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import pandas as pd
import xlsxwriter

from dagster_project.tables.titles import half_widths, period_words, subject_words
from dagster_project.workbooks.template_rows import Asked, Column, Row, columns, rows
from validators.catalogue import Catalogue, Measure
from validators.errors import CatalogueError
from validators.periods import Month, Quarter, Year, month_ordinals

MARK = "xushi-template"  # in the keywords of each workbook
STATUSES = ("快报数", "修订数", "终核数")
_LAST = "上次报送（供对照，不读取）"
_HEADER_ROW = 2
_FIRST_ROW = 4
_FIRST_COLUMN = 2
_LINE = "#7F7F7F"
_CELL = {"font_name": "宋体", "font_size": 11, "border": 1, "border_color": _LINE, "valign": "vcenter"}
_HEAD = {**_CELL, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#DCE6F1"}
_OPEN = {**_CELL, "align": "right", "locked": False, "bg_color": "#FFFDE7"}
_CLOSED = {**_CELL, "align": "center", "bg_color": "#EEEEEE"}
_NOTE = {"font_name": "宋体", "font_size": 9, "valign": "vcenter"}

Key = tuple[str, str, str]  # indicator, region, measure


def template_name(catalogue: Catalogue, dataset: str, period: Month | Quarter | Year) -> str:
    """The file name: 2025-09_对外贸易_报送模板.xlsx."""
    return f"{period.text}_{catalogue.datasets[dataset].title.zh}_报送模板.xlsx"


def template_workbook(
    catalogue: Catalogue,
    dataset: str,
    period: Month | Quarter | Year,
    *,
    believed: pd.DataFrame | None = None,
    regions: Sequence[str] | None = None,
) -> bytes:
    """An .xlsx with a sheet for each region (default: all that the dataset's catalogued indicators need).

    `believed`: STORED frame of current figures, whose newest before `period` stand beside the cells. The same arguments
    give the same bytes. Raises KeyError for an unknown dataset, CatalogueError where no region has a row in it.
    """
    home = catalogue.datasets[dataset]
    shape = columns(home.cadence, since=_since(period), period=period_words(home, period))
    wanted = list(catalogue.regions) if regions is None else list(regions)
    sheets = {code: rows(catalogue, dataset, code, shape) for code in wanted}
    sheets = {code: lines for code, lines in sheets.items() if lines}
    if not sheets:
        words = (
            f"数据集 {dataset} 在所选地区没有指标，做不出模板 / dataset {dataset} has no indicator in these regions: "
        )
        raise CatalogueError([words + f"{', '.join(wanted)}; see `xushi catalogue show --dataset {dataset}`"])
    last = {} if believed is None else _last_values(believed, period)
    stream = BytesIO()
    # in_memory makes XlsxWriter stamp the members of the zip with a fixed date.
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        created = pd.Timestamp(period.last_month.year, period.last_month.month, 1).to_pydatetime()
        book.set_properties({"title": template_name(catalogue, dataset, period), "keywords": MARK, "created": created})
        for code, lines in sheets.items():
            sheet = book.add_worksheet(catalogue.regions[code].name.zh)
            title = f"{period_words(home, period)}{catalogue.regions[code].name.zh}{subject_words(home)}主要指标"
            _Page(book, sheet).write(title, shape, lines, _texts(lines, code, last))
    return stream.getvalue()


class _Page:
    """Writes one sheet; the formats are made once per sheet."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self.sheet = sheet
        self.title = book.add_format({"font_name": "黑体", "font_size": 16, "align": "center", "valign": "vcenter"})
        self.head, self.closed = book.add_format(_HEAD), book.add_format(_CLOSED)
        self.label, self.unit = book.add_format(_CELL), book.add_format({**_CELL, "align": "center"})
        self.number = book.add_format({**_OPEN, "num_format": "#,##0.######"})
        self.past = book.add_format({**_CLOSED, "align": "left", "font_color": "#555555"})
        self.note, self.said = (
            book.add_format(_NOTE),
            book.add_format({**_NOTE, "locked": False, "bg_color": "#FFFDE7"}),
        )

    def write(self, title: str, shape: Sequence[Column], lines: Sequence[Row], past: Sequence[str]) -> None:
        sheet, beyond = self.sheet, _FIRST_COLUMN + len(shape)
        sheet.merge_range(0, 0, 0, beyond, title, self.title)
        sheet.set_row(0, 32)
        self._status(1)
        self._header(shape, beyond)
        for index, line in enumerate(lines):
            at = _FIRST_ROW + index
            sheet.set_row(at, 20)
            sheet.write_string(at, 0, line.label, self.label)
            sheet.write_string(at, 1, line.unit, self.unit)
            for place, cell in enumerate(line.cells):
                self._cell(at, _FIRST_COLUMN + place, cell, past[index])
            sheet.write_string(at, beyond, past[index], self.past)
        self._notes(_FIRST_ROW + len(lines), beyond)
        sheet.set_column(0, 0, max(16, *(half_widths(line.label) for line in lines)) + 2)
        sheet.set_column(1, 1, max(9, *(half_widths(line.unit) for line in lines)) + 1)
        sheet.set_column(_FIRST_COLUMN, beyond - 1, 14)
        sheet.set_column(beyond, beyond, max(26, *(half_widths(text) for text in past)) + 1)
        sheet.freeze_panes(_FIRST_ROW, _FIRST_COLUMN)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        # Without a password: it keeps headers from slipping, not people from working.
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def _status(self, row: int) -> None:
        sheet = self.sheet
        sheet.write_string(row, 0, STATUSES[0], self.said)
        sheet.data_validation(
            row,
            0,
            row,
            0,
            {
                "validate": "list",
                "source": list(STATUSES),
                "input_title": "数据状态 Status",
                "input_message": "快报数 preliminary / 修订数 revised / 终核数 final",
                "error_title": "数据状态 Status",
                "error_message": "请从下拉列表中选择。Choose from the list.",
            },
        )

    def _header(self, shape: Sequence[Column], beyond: int) -> None:
        top, below = _HEADER_ROW, _HEADER_ROW + 1
        for row in (top, below):
            self.sheet.set_row(row, 21)
        self.sheet.merge_range(top, 0, below, 0, "指标", self.head)
        self.sheet.merge_range(top, 1, below, 1, "计量单位", self.head)
        for start in range(0, len(shape), 2):
            at = _FIRST_COLUMN + start
            self.sheet.merge_range(top, at, top, at + 1, shape[start].group, self.head)
            self.sheet.write_string(below, at, shape[start].text, self.head)
            self.sheet.write_string(below, at + 1, shape[start + 1].text, self.head)
        self.sheet.merge_range(top, beyond, below, beyond, _LAST, self.head)

    def _cell(self, row: int, column: int, cell: Asked | None, past: str) -> None:
        if cell is None:
            self.sheet.write_string(row, column, "—", self.closed)
            return
        self.sheet.write_blank(row, column, None, self.number)
        address = xlsxwriter.utility.xl_rowcol_to_cell(row, column)
        within = f"AND(ISNUMBER({address}),{address}>={cell.low:.15g},{address}<={cell.high:.15g})"
        self.sheet.data_validation(
            row,
            column,
            row,
            column,
            {
                "validate": "custom",
                "value": f'=OR({within},{address}="—",{address}="…")',
                "input_title": f"单位 Unit：{cell.unit}",
                "input_message": (f"上次 Last：{past}\n" if past else "")
                + "无数填 — ，未出填 … 。No figure: — ; not yet: …",
                "error_title": "请检查 Please check",
                "error_message": f"应为 {cell.low:.15g} 至 {cell.high:.15g} 之间的数({cell.unit}),或 — 、… 。"
                f"A number in {cell.unit} within that range, or — or … .",
            },
        )

    def _notes(self, row: int, beyond: int) -> None:
        for index, text in enumerate(
            (
                "注：黄色格填数,其余已锁定;单位以本表为准,无数填 — ,尚未公布填 … 。",
                "Fill the yellow cells; the rest is locked. Keep to the units; — for no figure, … for not yet out.",
            )
        ):
            self.sheet.merge_range(row + index, 0, row + index, beyond, text, self.note)
        self.sheet.write_string(row + 2, 0, "发布日期：", self.note)
        self.sheet.write_blank(row + 2, 1, None, self.said)
        self.sheet.data_validation(
            row + 2,
            1,
            row + 2,
            1,
            {
                "validate": "custom",
                "value": f"=LEN(B{row + 3})=10",
                "input_title": "发布日期 Published",
                "input_message": "写作 2025-05-16;留空则以收到之时为准。As 2025-05-16; empty means: when received.",
                "error_title": "发布日期 Published",
                "error_message": "请写作 2025-05-16。Write it as 2025-05-16.",
            },
        )


def _since(period: Month | Quarter | Year) -> str:
    month = period.last_month.month
    return f"累计（1-{month}月）" if month > 1 else "累计（1月）"


def _last_values(believed: pd.DataFrame, period: Month | Quarter | Year) -> Mapping[Key, tuple[str, float]]:
    """The newest figure before the period, by indicator, region and measure: its period and its value."""
    frame = believed[["indicator", "region", "measure", "period", "value"]]
    frame = frame.assign(month=month_ordinals(frame["period"]))
    frame = frame[frame["month"] < period.last_month.ordinal].sort_values("month", kind="stable")
    newest = frame.drop_duplicates(["indicator", "region", "measure"], keep="last")
    keys = zip(newest["indicator"], newest["region"], newest["measure"], strict=True)
    return dict(zip(keys, zip(newest["period"], newest["value"], strict=True), strict=True))


_SHORT = {
    Measure.MONTH: "当月",
    Measure.YTD: "累计",
    Measure.LEVEL: "",
    Measure.YOY_MONTH: "当月同比",
    Measure.YOY_YTD: "累计同比",
}


def _texts(lines: Sequence[Row], region: str, last: Mapping[Key, tuple[str, float]]) -> list[str]:
    """A line of last values for each row: 2025-08 累计 312.5 亿元，累计同比 4.9 %."""
    texts = []
    for line in lines:
        found = [
            (last[cell.indicator, region, str(cell.measure)], cell)
            for cell in line.cells
            if cell is not None and (cell.indicator, region, str(cell.measure)) in last
        ]
        newest = max((period for (period, _), _ in found), default="")
        parts = [
            f"{_SHORT[cell.measure]} {value:,.6g} {cell.unit}".strip()
            for (period, value), cell in found
            if period == newest
        ]
        texts.append(f"{newest} {'，'.join(parts)}" if parts else "")
    return texts
