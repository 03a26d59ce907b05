"""Reading a 39-sheet bulletin and a sheet of 50,000 cells, against pandas.read_excel with openpyxl, in one run.

Ours finds tables, headers, periods, measures and units as well; pandas returns raw grids of all sheets. Both get the
same bytes in memory. They take turns, and the best of several rounds counts, so that other work on the machine hits
both alike. The third figure is what it costs to read the same in a process of its own, as uploads are (`worker.py`):
milliseconds more, and how many times the time in this process; the small sheet shows the cost of the process itself.

    python benchmarks/read_tables.py [workbook.xlsx]

Without a workbook a bulletin of the shape of a municipal one is made: 37 visible sheets of 10 to 40 rows, two hidden.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dagster_project.tables import read_tables
from dagster_project.tables.worker import read_apart

ROUNDS = 7
MONTHS = [f"{year}年{month}月" for year in range(2007, 2026) for month in range(2, 13)][:200]


def bulletin(sheets: int = 39, hidden: int = 2) -> bytes:
    """A workbook of small tables with titles, two-row headers, indents and units in several places."""
    random = np.random.default_rng(1)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for number in range(sheets):
            sheet = book.add_worksheet(f"表{number + 1}")
            if number >= sheets - hidden:
                sheet.hide()
            sheet.merge_range("A1:C1", f"主要指标之{number + 1}")
            sheet.merge_range("A3:A4", "指  标")
            sheet.merge_range("B3:C3", "2025年1-3月" if number % 4 == 0 else "1-3月")
            sheet.write_row("B4", ["绝对额（亿元）", "增速（%）"])
            for row in range(4, 4 + int(random.integers(10, 40))):
                mark = "" if row % 5 == 4 else "    其中：" if row % 5 == 0 else "          "
                values = random.uniform(-20, 900, 2).round(4).tolist()
                sheet.write_row(row, 0, [f"{mark}指标{number}-{row}", *values])
    return stream.getvalue()


def large_sheet(rows: int = 250) -> bytes:
    """One history of 250 indicators by 200 months."""
    random = np.random.default_rng(2)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("历史")
        sheet.write("A1", "2007-2025年历史数据：累计")
        sheet.write("A2", "单位：亿元")
        sheet.write_row("A3", ["指标", *MONTHS])
        for row in range(rows):
            sheet.write_row(row + 3, 0, [f"  指标{row}", *random.uniform(0, 1000, len(MONTHS)).round(2).tolist()])
    return stream.getvalue()


def by_pandas(data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # charts that openpyxl can't read
        pd.read_excel(io.BytesIO(data), engine="openpyxl", sheet_name=None, header=None)


def compare(name: str, data: bytes, cells: int) -> None:
    works: tuple[Callable[[], object], ...] = (
        lambda: read_tables(data, "表.xlsx"),
        lambda: by_pandas(data),
        lambda: read_apart(data, "表.xlsx"),
    )
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for index, work in enumerate(works):
            start = time.perf_counter()
            work()
            best[index] = min(best[index], time.perf_counter() - start)
    ours, theirs, apart = best
    print(f"{name}: {cells} figures  ours {ours:.3f} s  pandas+openpyxl {theirs:.3f} s  ratio {theirs / ours:.1f}")
    print(f"  apart {apart:.3f} s: {1000 * (apart - ours):.0f} ms more, {apart / ours:.1f} times")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="a workbook (default: a bulletin of 39 sheets made here)")
    given = parser.parse_args().file
    small = given.read_bytes() if given else bulletin()
    large = large_sheet()
    read_apart(bulletin(1, 0), "表.xlsx")  # the process that reads is started once
    for name, data in (
        ("one small sheet", bulletin(1, 0)),
        (given.name if given else "bulletin of 39 sheets", small),
        ("50,000 cells", large),
    ):
        compare(name, data, len(read_tables(data, "表.xlsx").cells))


if __name__ == "__main__":
    main()
