"""Figures of the province and the nation in a bureau's table: taken where the catalogue compares with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.tables import Mapped, read_tables, to_observations
from tests.tables.files import Rows, xlsx
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue
from validators.findings import Severity

_CATALOGUE = Path(__file__).parents[2] / "metrics_catalog.yaml"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(_CATALOGUE)


def mapped(catalogue: Catalogue, rows: Rows, *, region: str | None = None, name: str = "消费品市场.xlsx") -> Mapped:
    return to_observations(read_tables(xlsx({"Sheet1": rows}), name), catalogue, region=region)


def figures(result: Mapped) -> dict[tuple[str, str], float]:
    frame = result.observations
    return dict(zip(zip(frame["region"], frame["measure"], strict=True), frame["value"], strict=True))


def errors(result: Mapped) -> list[str]:
    return [finding.rule for finding in result.findings if finding.severity is Severity.ERROR]


BY_REGION: Rows = [
    ["2025年1-9月社会消费品零售总额增速"],
    ["地区", "累计同比（%）"],
    ["全国", 4.5],
    ["全省", 5.1],
    ["全市", 6.0],
    ["龙湾区", 4.8],
]


def test_rows_of_the_nation_and_the_province_are_their_figures(catalogue: Catalogue) -> None:
    result = mapped(catalogue, BY_REGION)
    assert errors(result) == []
    assert figures(result) == {
        ("100000", "yoy_ytd"): 4.5,
        ("330000", "yoy_ytd"): 5.1,
        ("330300", "yoy_ytd"): 6.0,
        ("330303", "yoy_ytd"): 4.8,
    }


def test_columns_of_the_nation_and_the_province_are_their_figures(catalogue: Catalogue) -> None:
    rows: Rows = [
        ["2025年1-9月龙湾区消费品市场主要指标"],
        ["指标", "单位", "龙湾区", "全市", "全省", "全国"],
        ["社会消费品零售总额增速", "%", 4.8, 6.0, 5.1, 4.5],
    ]
    result = mapped(catalogue, rows)
    assert errors(result) == []
    assert {region for region, _ in figures(result)} == {"330303", "330300", "330000", "100000"}


def test_a_title_that_names_the_province_before_the_district_is_about_the_district(catalogue: Catalogue) -> None:
    rows: Rows = [
        ["2025年1-9月浙江省温州市龙湾区消费品市场主要指标（全国口径）"],
        ["指标", "单位", "累计", "累计同比（%）"],
        ["社会消费品零售总额", "亿元", 300.5, 4.8],
    ]
    result = mapped(catalogue, rows)
    assert errors(result) == []
    assert set(result.observations["region"]) == {"330303"}


def test_columns_of_regions_that_a_dataset_is_not_compared_with_are_left_out_with_a_word(catalogue: Catalogue) -> None:
    rows: Rows = [
        ["2025年1-9月龙湾区财政预算执行主要指标"],
        ["指标", "单位", "龙湾区", "全国"],
        [catalogue.indicators[catalogue.dataset_indicators["fiscal"][0]].name.zh, "亿元", 12.5, 6000],
    ]
    result = mapped(catalogue, rows, name="财政.xlsx")
    assert errors(result) == []
    assert set(result.observations["region"]) == {"330303"}
    assert "region_without_publisher" in {finding.rule for finding in result.findings}


def test_nobody_waits_for_a_region_to_compare_with(catalogue: Catalogue) -> None:
    for dataset in catalogue.datasets.values():
        assert not set(dataset.publishers) & {"100000", "330000"}
    assert not any({"100000", "330000"} & set(regions) for regions in catalogue.indicator_regions.values())
