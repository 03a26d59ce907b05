"""Growth beside that of the city, the province and the nation."""

from __future__ import annotations

import pandas as pd
import pytest

from dagster_project.progress.peers import GAPS, growth_gaps, growth_indicator
from tests.progress.conftest import build
from validators.catalogue import Catalogue

REGIONS = {
    "100000": {"name": {"zh": "全国", "en": "China"}},
    "330300": {"name": {"zh": "温州市", "en": "Wenzhou"}, "part_of": "100000"},
    "330303": {"name": {"zh": "龙湾区", "en": "Longwan"}, "part_of": "330300"},
}


@pytest.fixture
def own() -> Catalogue:
    plain = build(
        [
            {"indicator": "sales", "value": 100, "kind": "flow"},
            {"indicator": "sales_growth", "value": 5, "kind": "growth"},
            {"indicator": "freight", "value": 100, "kind": "flow"},
        ],
    )
    wanted = plain.model_dump(mode="json", by_alias=True)
    wanted["regions"] = REGIONS
    wanted["indicators"]["sales_growth"]["of"] = "sales"
    return Catalogue.model_validate(wanted)


def figures(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["indicator", "region", "period", "measure", "value"])


def gaps(own: Catalogue, *rows: tuple[str, str, str, str, float]) -> dict[tuple[str, str, str], tuple[str, float]]:
    found = growth_gaps(own, figures(*rows))
    assert tuple(found.columns) == GAPS
    keys = zip(found["indicator"], found["region"], found["reference"], strict=True)
    return dict(zip(keys, zip(found["period"], found["gap"].round(6).tolist(), strict=True), strict=True))


def test_the_gap_is_in_points_in_the_newest_period_that_both_have(own: Catalogue) -> None:
    found = gaps(
        own,
        ("sales_growth", "330303", "2025-08", "yoy_ytd", 4.5),
        ("sales_growth", "330303", "2025-09", "yoy_ytd", 4.8),
        ("sales_growth", "330303", "2025-10", "yoy_ytd", 5.9),
        ("sales_growth", "330300", "2025-09", "yoy_ytd", 6.0),
        ("sales_growth", "100000", "2025-08", "yoy_ytd", 4.0),
    )
    assert found == {
        ("sales_growth", "330303", "330300"): ("2025-09", -1.2),
        ("sales_growth", "330303", "100000"): ("2025-08", 0.5),
    }


def test_the_city_is_compared_with_the_nation_too(own: Catalogue) -> None:
    found = gaps(
        own,
        ("sales_growth", "330300", "2025-09", "yoy_ytd", 6.0),
        ("sales_growth", "100000", "2025-09", "yoy_ytd", 4.5),
    )
    assert found == {("sales_growth", "330300", "100000"): ("2025-09", 1.5)}


def test_a_level_is_compared_by_its_rates_unless_its_growth_is_an_indicator(own: Catalogue) -> None:
    found = gaps(
        own,
        ("sales", "330303", "2025-09", "yoy_ytd", 4.8),
        ("sales", "330300", "2025-09", "yoy_ytd", 6.0),
        ("freight", "330303", "2025-09", "yoy_ytd", 3.0),
        ("freight", "330300", "2025-09", "yoy_ytd", 1.0),
        ("freight", "330300", "2025-09", "ytd", 77.0),
    )
    assert found == {("freight", "330303", "330300"): ("2025-09", 2.0)}
    assert growth_indicator(own, "sales") == "sales_growth"
    assert growth_indicator(own, "freight") == "freight"


def test_a_month_is_compared_with_a_month_only_where_there_are_no_rates_since_january(own: Catalogue) -> None:
    month_only = (
        ("sales_growth", "330303", "2025-09", "yoy_month", 4.0),
        ("sales_growth", "330303", "2025-09", "yoy_ytd", 9.0),
        ("sales_growth", "100000", "2025-09", "yoy_month", 6.5),
    )
    assert gaps(own, *month_only) == {("sales_growth", "330303", "100000"): ("2025-09", -2.5)}
    both = (*month_only, ("sales_growth", "100000", "2025-09", "yoy_ytd", 8.0))
    assert gaps(own, *both) == {("sales_growth", "330303", "100000"): ("2025-09", 1.0)}


def test_without_figures_or_without_a_wider_region_there_is_no_gap(own: Catalogue) -> None:
    assert gaps(own) == {}
    assert gaps(own, ("sales_growth", "100000", "2025-09", "yoy_ytd", 4.5)) == {}
