"""A desk with everything until March in its store, and good tables of April to spoil."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.sample import write_sample
from dagster_project.settings import Settings
from tests.end_to_end.desk import Desk
from tests.end_to_end.workbooks import PUBLISHED, rows, text
from validators.catalogue import Catalogue
from validators.periods import Month


@pytest.fixture(scope="session")
def sample(small_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Workbooks through April by the beginning of their file names, in the order of publication."""
    folder = tmp_path_factory.mktemp("sample")
    paths = write_sample(small_catalogue, year=2025, through=Month(2025, 4), folder=folder)
    return {path.name.partition("_示例数据")[0]: path.read_bytes() for path in paths if "修订" not in path.name}


@pytest.fixture(scope="session")
def until_march(small_catalogue: Catalogue, sample: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a desk to which everything until March was handed in."""
    home = tmp_path_factory.mktemp("desk") / "home"
    desk = Desk.at(small_catalogue, Settings(home=home))
    with desk.store:
        for name, data in sample.items():
            if not name.startswith("2025-04"):
                desk.accepts(data, f"{name}.xlsx")
    return home


@pytest.fixture
def desk(small_catalogue: Catalogue, until_march: Path, tmp_path: Path) -> Iterator[Desk]:
    opened = Desk.at(small_catalogue, Settings(home=shutil.copytree(until_march, tmp_path / "home")))
    with opened.store:
        yield opened


@pytest.fixture(scope="session")
def april(sample: dict[str, bytes]) -> bytes:
    """A good table of April: two sheets, exports of the district with a part of them, exports of the city."""
    data = sample["2025-04_trade_对外贸易"]
    assert [row[0] for row in rows(data, "龙湾区")[4:6]] == ["货物贸易出口", "  其中：高新技术产品出口"]
    assert rows(data, "龙湾区")[2:4] == [["指标", "本月", "累计（1-4月）", None], [None, None, "数值", "同比（%）"]]
    assert text(data, PUBLISHED) == "发布日期：2025-05-16"
    return data


@pytest.fixture(scope="session")
def retail(sample: dict[str, bytes]) -> bytes:
    """A good table of April with growth of month and year to date."""
    data = sample["2025-04_retail_sales_消费品市场"]
    assert rows(data, "龙湾区")[3] == [None, "数值", "同比（%）", "数值", "同比（%）"]
    assert [row[0] for row in rows(data, "龙湾区")[4:6]] == ["社零总额", "网络零售额"]
    return data
