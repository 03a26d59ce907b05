"""The sample year as files: same bytes, right names, honest titles, and cells that hold what `truth` says."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from dagster_project.sample import truth, write_sample
from dagster_project.sample.write import TRUTH
from validators.catalogue import Cadence, Catalogue
from validators.errors import ForeignFilesError
from validators.periods import Month

THROUGH = Month(2025, 9)


def _write(catalogue: Catalogue, folder: Path, *, through: Month = THROUGH, seed: int = 2025) -> list[Path]:
    return write_sample(catalogue, year=2025, through=through, folder=folder, seed=seed)


def _hashes(paths: list[Path]) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _published(path: Path) -> str:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    return next(text.removeprefix("发布日期：") for text in texts if text.startswith("发布日期："))


@pytest.fixture(scope="module")
def written(small_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return _write(small_catalogue, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def small_truth(small_catalogue: Catalogue) -> pd.DataFrame:
    return truth(small_catalogue, year=2025, through=THROUGH)


def test_the_same_seed_gives_the_same_bytes(small_catalogue: Catalogue, written: list[Path], tmp_path: Path) -> None:
    assert _hashes(_write(small_catalogue, tmp_path)) == _hashes(written)


def test_another_seed_gives_other_figures(small_catalogue: Catalogue, written: list[Path], tmp_path: Path) -> None:
    other, first = _hashes(_write(small_catalogue, tmp_path, seed=7)), _hashes(written)
    assert other.keys() == first.keys()
    assert all(other[name] != first[name] for name in first)


def test_no_time_of_writing_is_left_in_the_files(written: list[Path]) -> None:
    with zipfile.ZipFile(written[0]) as archive:
        assert {member.date_time[0] for member in archive.infolist()} == {1980}
        published = _published(written[0])
        assert f"{published}T09:00:00Z" in archive.read("docProps/core.xml").decode()


def test_a_shorter_year_is_the_beginning_of_a_longer_one(
    small_catalogue: Catalogue, written: list[Path], tmp_path: Path
) -> None:
    march = _hashes(_write(small_catalogue, tmp_path, through=Month(2025, 3)))
    assert march.items() <= _hashes(written).items()
    assert not [name for name in march if name >= "2025-04" and name < "2026"]


def test_no_january_where_january_and_february_come_together(
    small_catalogue: Catalogue, written: list[Path], small_truth: pd.DataFrame
) -> None:
    assert [path.name for path in written if path.name.startswith("2025-01")] == [
        "2025-01_science_talent_科技与人才工作进度_示例数据.xlsx"
    ]
    assert small_catalogue.datasets["science_talent"].january
    together = [key for key, dataset in small_catalogue.datasets.items() if not dataset.january]
    of = small_truth["indicator"].map(lambda key: small_catalogue.indicators[key].dataset)
    monthly = small_truth[of.isin(together) & (small_truth["period"].str.len() == 7)]
    assert not monthly["period"].str.endswith("-01").any()
    february = monthly[monthly["period"].str.endswith("-02")]
    assert len(february)
    assert not february["measure"].isin(["month", "yoy_month"]).any()


def test_annual_datasets_have_one_workbook_for_each_year_that_is_out(
    small_catalogue: Catalogue, written: list[Path]
) -> None:
    assert small_catalogue.datasets["rd"].cadence is Cadence.ANNUAL
    assert [path.name for path in written if "_rd_" in path.name] == [
        "2022_rd_研发投入_示例数据.xlsx",
        "2023_rd_研发投入_示例数据.xlsx",
        "2024_rd_研发投入_示例数据.xlsx",
    ]


def test_two_months_are_published_twice_and_the_second_time_says_so(written: list[Path]) -> None:
    revised = [path for path in written if path.stem.endswith("_修订")]
    assert len(revised) == 2
    for path in revised:
        first = path.with_name(path.name.replace("_修订", ""))
        assert first in written
        for book, marked in ((first, False), (path, True)):
            for sheet in openpyxl.load_workbook(book):
                assert ("（修订）" in str(sheet["A1"].value)) is marked
        assert _published(path) > _published(first)


def test_every_sheet_says_that_it_is_a_sample_and_what_it_is_about(
    small_catalogue: Catalogue, written: list[Path]
) -> None:
    for path in written:
        dataset = next(d for key, d in small_catalogue.datasets.items() if f"_{key}_" in path.name)
        for sheet in openpyxl.load_workbook(path):
            title = str(sheet["A1"].value)
            assert "示例数据" in title
            assert any(word in title for word in dataset.recognise.titles)
            assert any(str(cell.value).endswith("不是真实统计。") for (cell,) in sheet.iter_rows(max_col=1))


def test_the_truth_is_what_the_cells_hold(written: list[Path], small_truth: pd.DataFrame) -> None:
    assert tuple(small_truth.columns) == TRUTH
    assert set(small_truth["file"]) == {path.name for path in written}
    for path in written:
        book = openpyxl.load_workbook(path)
        said = small_truth[small_truth["file"] == path.name]
        cells = {
            (sheet.title, cell.coordinate): cell.value
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, int | float)
        }
        assert cells == dict(zip(zip(said["sheet"], said["cell"], strict=True), said["value"], strict=True))


def test_numbers_have_number_formats_and_none_is_a_per_cent_format(written: list[Path]) -> None:
    for path in written:
        for sheet in openpyxl.load_workbook(path):
            formats = {c.number_format for row in sheet.iter_rows() for c in row if isinstance(c.value, int | float)}
            assert formats <= {f"{whole}{point}_ " for whole in ("0", "#,##0") for point in ("", ".0", ".00")}


def test_paths_come_in_the_order_of_publication(written: list[Path], small_truth: pd.DataFrame) -> None:
    published = small_truth.groupby("file")["published"].first()
    days = [published[path.name] for path in written]
    assert days == sorted(days)
    revised = small_truth[small_truth["status"] == "revised"]["file"].unique()
    assert all("_修订" in name for name in revised)
    assert len(revised) == 2


def test_a_second_run_leaves_the_files_alone(small_catalogue: Catalogue, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in _write(small_catalogue, tmp_path)}
    after = {path: path.stat().st_mtime_ns for path in _write(small_catalogue, tmp_path)}
    assert after == before
    assert set(tmp_path.iterdir()) == set(before)


def test_a_folder_with_other_files_is_refused_before_anything_is_written(
    small_catalogue: Catalogue, tmp_path: Path
) -> None:
    foreign = openpyxl.Workbook()
    foreign.save(tmp_path / "2025-03_trade_对外贸易_示例数据.xlsx")
    with pytest.raises(ForeignFilesError, match=r"2025-03_trade_对外贸易_示例数据\.xlsx"):
        _write(small_catalogue, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["2025-03_trade_对外贸易_示例数据.xlsx"]


def test_a_file_in_place_of_the_folder_is_refused(small_catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("notes")
    with pytest.raises(ForeignFilesError, match="is no folder"):
        _write(small_catalogue, tmp_path / "out")


def test_progress_counts_every_workbook(small_catalogue: Catalogue, tmp_path: Path) -> None:
    seen: list[tuple[int, int, Path]] = []
    paths = write_sample(
        small_catalogue, year=2025, through=THROUGH, folder=tmp_path, progress=lambda *step: seen.append(step)
    )
    assert seen == [(index + 1, len(paths), path) for index, path in enumerate(paths)]
