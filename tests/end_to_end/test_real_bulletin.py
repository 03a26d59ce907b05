"""A real bulletin, which can't be republished, goes the whole way: handed in as it is, stored, cited cell by cell.

Its region is another than those of the targets: it is entered in the catalogue with its publishers and needs no code.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from dagster_project.intake import Hints, Intake, State
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import Store
from dagster_project.workbooks import mark
from tests.tables.test_shares import with_regions
from validators.catalogue import Catalogue
from validators.findings import Severity

FILE = "shaoyang-bulletin-2025-03.xlsx"
NOW = datetime(2025, 4, 25, 1, tzinfo=UTC)


@pytest.mark.filterwarnings("ignore:Unable to read chart:UserWarning")
def test_a_real_bulletin_is_stored_for_the_datasets_it_covers_and_agrees_with_its_cells(
    catalogue: Catalogue, samples: Path, tmp_path: Path
) -> None:
    path = samples / "bureau" / FILE
    if not path.exists():
        pytest.skip(f"no real bulletin: {path}")
    wider, settings = with_regions(catalogue), Settings(home=tmp_path)
    with Store.open(settings.store_url) as store:
        intake = Intake(wider, store, Archive(settings.archive), settings)
        outcome = intake.submit(path.read_bytes(), FILE, by="bureau", now=NOW, hints=Hints(region="430500"))
        assert outcome.state is State.ACCEPTED
        assert outcome.report.count(Severity.ERROR) == 0
        stored = store.observations()
        assert {"retail_sales", "trade", "industry", "fiscal"} <= {one.dataset for one in store.uploads()}
    assert len(stored) >= 30
    assert set(stored["region"]) <= {"430500", "430502", "430522", "430523"}
    # Every stored figure is the number in the cell that it cites, in its own unit or by a whole power of ten.
    book = openpyxl.load_workbook(path, data_only=True)
    marked = mark(path.read_bytes(), FILE, outcome.report.findings, max_bytes=10**8, max_cells=10**7)
    assert openpyxl.load_workbook(BytesIO(marked.data)).sheetnames[:-1] == book.sheetnames
    for figure in stored.itertuples():
        written = float(book[figure.sheet][figure.cell].value)
        factor = [abs(figure.value / written) * 10**power for power in (-4, 0, 4, 8)] if written else [1.0]
        assert min(abs(each - 1) for each in factor) < 1e-9 or figure.value == written == 0, figure
