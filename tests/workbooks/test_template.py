"""Templates: made from the catalogue, filled in by somebody, read back."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from dagster_project.tables import read_tables, to_observations
from dagster_project.workbooks import template_name, template_workbook
from validators.catalogue import Cadence, Catalogue
from validators.catalogue_file import load_catalogue
from validators.errors import CatalogueError
from validators.findings import Severity
from validators.periods import Month, Quarter, Year

CATALOGUE = load_catalogue(Path(__file__).parents[2] / "metrics_catalog.yaml")


def _period(catalogue: Catalogue, dataset: str) -> Month | Quarter | Year:
    cadence = catalogue.datasets[dataset].cadence
    return {Cadence.MONTHLY: Month(2025, 9), Cadence.QUARTERLY: Quarter(2025, 3), Cadence.ANNUAL: Year(2025)}[cadence]


def _open_cells(sheet: Worksheet) -> list[str]:
    return [
        cell.coordinate for row in sheet.iter_rows(min_row=5, min_col=3) for cell in row if not cell.protection.locked
    ]


@pytest.mark.parametrize("dataset", CATALOGUE.datasets)
def test_every_open_cell_that_is_filled_in_reads_back_as_one_figure(dataset: str) -> None:
    period = _period(CATALOGUE, dataset)
    book = openpyxl.load_workbook(BytesIO(template_workbook(CATALOGUE, dataset, period)))
    written = {}
    for sheet in book.worksheets:
        for place in _open_cells(sheet):
            written[sheet.title, place] = float(len(written) + 12)
            sheet[place].value = written[sheet.title, place]
    filled = BytesIO()
    book.save(filled)
    mapped = to_observations(read_tables(filled.getvalue(), template_name(CATALOGUE, dataset, period)), CATALOGUE)
    assert (mapped.dataset, mapped.period_last, mapped.status) == (dataset, period.text, "preliminary")
    found = mapped.observations
    assert dict(zip(zip(found["sheet"], found["cell"], strict=True), found["value"], strict=True)) == written
    assert not found.duplicated(["indicator", "region", "period", "measure"]).any()
    assert not [finding for finding in mapped.findings if finding.severity is not Severity.INFO]


def test_the_state_chosen_from_the_list_and_the_date_typed_are_read() -> None:
    book = openpyxl.load_workbook(BytesIO(template_workbook(CATALOGUE, "trade", Month(2025, 9))))
    sheet = book.worksheets[0]
    sheet["C5"], sheet["A2"], sheet[f"B{sheet.max_row}"] = 3.5, "修订数", "2025-10-18"
    filled = BytesIO()
    book.save(filled)
    mapped = to_observations(read_tables(filled.getvalue(), "外贸.xlsx"), CATALOGUE)
    assert mapped.status == "revised"
    assert str(mapped.published) == "2025-10-18"
    assert mapped.observations["value"].tolist() == [3.5]


def test_headers_are_locked_and_cells_refuse_what_is_implausible() -> None:
    book = openpyxl.load_workbook(BytesIO(template_workbook(CATALOGUE, "trade", Month(2025, 9))))
    for sheet in book.worksheets:
        assert sheet.protection.sheet
        assert all(cell.protection.locked for row in sheet.iter_rows(max_row=4, min_col=2) for cell in row)
        rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
        for place in _open_cells(sheet):
            assert f"ISNUMBER({place})" in rules[place].formula1
        assert rules["A2"].formula1 == '"快报数,修订数,终核数"'


def test_the_last_values_before_the_period_stand_beside_the_cells_and_are_not_read_again() -> None:
    believed = pd.DataFrame(
        [
            ("goods_exports", "330303", "2025-07", "ytd", 250.0),
            ("goods_exports", "330303", "2025-08", "ytd", 291.5),
            ("goods_exports", "330303", "2025-09", "ytd", 333.0),
        ],
        columns=["indicator", "region", "period", "measure", "value"],
    )
    data = template_workbook(CATALOGUE, "trade", Month(2025, 9), believed=believed, regions=["330303"])
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    texts = [str(cell.value) for cell in sheet[sheet.cell(3, sheet.max_column).column_letter][4:] if cell.value]
    assert texts == ["2025-08 累计 291.5 亿元"]
    read = to_observations(read_tables(data, "外贸.xlsx"), CATALOGUE)
    assert read.observations.empty
    assert not [finding for finding in read.findings if "291" in finding.zh]


def test_the_same_template_has_the_same_bytes() -> None:
    made = [template_workbook(CATALOGUE, "rd", Year(2025)) for _ in range(2)]
    assert made[0] == made[1]


def test_february_stands_for_january_and_february() -> None:
    sheet = openpyxl.load_workbook(BytesIO(template_workbook(CATALOGUE, "trade", Month(2025, 2)))).worksheets[0]
    assert sheet["A1"].value.startswith("2025年1-2月")
    assert "累计（1-2月）" in [cell.value for cell in sheet[3]]


def test_a_region_without_a_row_is_refused_by_name() -> None:
    with pytest.raises(CatalogueError, match="330999"):
        template_workbook(CATALOGUE, "trade", Month(2025, 9), regions=["330999"])
