"""5,040 damaged files: none crashes or hangs the reader, none is read with a number that the intact file hasn't.

The rule, honestly: a number counts as the intact file's when it stands in any of its cells, hidden ones too; where it
ends up (which row, which column) is another matter, since a file whose cells were moved is another file and not a
damaged one. What can't be told from an intact file is not tried: an .xlsx carries checksums, so any byte of it may be
turned over, but a part that was changed under a right checksum is doctored rather than damaged, and there the cells'
types, values and number formats are left alone. An .xls and a .csv carry no checksums: a bit turned over within a
number, or a file cut within one, is another valid file, and no reader can know. There only the structure is damaged:
the container and the records of the .xls, separators, quotes, line ends, encoding and whole cells of the .csv.

Each case has its number, which is its seed: the same files are made in every run.
"""

from __future__ import annotations

import time
from functools import cache
from random import Random

import pytest

from dagster_project.tables import read_tables
from dagster_project.tables.cells import look_at
from dagster_project.tables.open_book import open_book
from dagster_project.tables.worker import read_apart
from tests.tables import damage
from tests.tables.files import csv
from tests.tables.layouts import Page, as_xls, as_xlsx
from validators.errors import UnreadableFileError

FORMS = {"xlsx": damage.XLSX, "xls": damage.XLS, "csv": damage.CSV}
CASES = {"xlsx": 420, "xls": 250, "csv": 170}  # for each of the numbers
NUMBERS = range(6)
LONGEST = 20.0  # seconds of processor time for one small file: thousands of times what it needs


def table(start: float) -> list[list[str | float | None]]:
    return [
        ["2025年3月龙湾区对外贸易主要指标"],
        ["单位：亿元"],
        ["指标", "本月", None, "累计", None],
        [None, "数值", "同比（%）", "数值", "同比（%）"],
        ["货物贸易出口", start + 38.51, 6.13, start + 107.27, -5.29],
        ["  其中：高新技术产品出口", f"{start + 5.17:.2f}", "…", start + 14.33, "3.41%"],
        ["进口", start + 71.93, None, f"1,{start + 200.0:.2f}", 0.77],
        ["注：本表为快报数。"],
    ]


PAGES = [
    Page("外贸", table(0.0), merges=[(2, 1, 2, 2), (2, 3, 2, 4)]),
    Page("旧表", table(600.0)[2:6], hidden=True),
]


@cache
def intact(form: str) -> bytes:
    if form == "csv":
        rows = [["" if cell is None else cell for cell in row] for row in table(0.0)]
        rows[6][3] = '"1,200.00"'
        return csv(rows).encode()
    return (as_xlsx if form == "xlsx" else as_xls)(PAGES)


@cache
def numbers(form: str) -> frozenset[float]:
    """Every number in any cell of the intact file."""
    book = open_book(intact(form), f"外贸.{form}", max_bytes=10**6, max_cells=10**4)
    return frozenset(
        round(float(number), 9) for grid in book.sheets for number in look_at(grid).numbers.ravel() if number == number
    )


def read(data: bytes, form: str) -> set[float] | None:
    """The numbers that are read from the file, None when it is refused."""
    try:
        reading = read_tables(data, f"外贸.{form}", max_bytes=10**6, max_cells=10**4)
    except UnreadableFileError:
        return None
    return {round(float(value), 9) for value in reading.cells["value"].dropna()}


def damaged(form: str, number: int) -> tuple[str, bytes]:
    chance = Random(number)
    way = chance.choice(FORMS[form])
    return way.__name__, way(intact(form), chance)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("form", FORMS)
def test_no_damaged_file_crashes_the_reader_or_brings_a_number_of_its_own(form: str, number: int) -> None:
    refused, wrong = 0, []
    for case in range(number * CASES[form], (number + 1) * CASES[form]):
        way, data = damaged(form, case)
        begin = time.process_time()
        found = read(data, form)
        assert time.process_time() - begin < LONGEST, f"case {case} ({way}) takes too long"
        refused += found is None
        if found is not None and not found <= numbers(form):
            wrong.append((case, way, sorted(found - numbers(form))))
    assert not wrong
    assert 0 < refused < CASES[form]


@pytest.mark.parametrize("form", FORMS)
def test_the_intact_file_is_read_whole(form: str) -> None:
    found = read(intact(form), form)
    assert found is not None
    assert {38.51, 6.13, 107.27, -5.29, 5.17, 14.33, 3.41, 71.93, 1200.0, 0.77} <= found


@pytest.mark.parametrize("form", FORMS)
def test_damaged_files_end_the_same_in_a_process_of_their_own(form: str) -> None:
    for case in range(10):
        _, data = damaged(form, case)
        if read(data, form) is None:
            with pytest.raises(UnreadableFileError) as here:
                read_tables(data, f"外贸.{form}")
            with pytest.raises(type(here.value)) as apart:
                read_apart(data, f"外贸.{form}")
            assert str(apart.value) == str(here.value)
        else:
            assert read_apart(data, f"外贸.{form}").findings == read_tables(data, f"外贸.{form}").findings
