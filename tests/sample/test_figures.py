"""The sample's numbers: they add up, they agree with one another, and each belongs to its own series."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from dagster_project.progress import Panel, TargetTable, evaluate
from dagster_project.sample import truth
from validators.catalogue import Catalogue, Indicator, Kind, Words
from validators.periods import Month

THROUGH = Month(2025, 12)
KEY = ["indicator", "region", "period", "measure"]
ADDING = (Kind.FLOW, Kind.COUNT, Kind.STOCK)


@pytest.fixture(scope="module")
def said(catalogue: Catalogue) -> pd.DataFrame:
    return truth(catalogue, year=2025, through=THROUGH)


@pytest.fixture(scope="module")
def wide(said: pd.DataFrame) -> pd.DataFrame:
    """Current figures: one row per series and period, a column per measure."""
    current = said.drop_duplicates(KEY, keep="last")
    return current.pivot_table(index=KEY[:3], columns="measure", values="value", aggfunc="first").reset_index()


def _beside(wide: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    return wide[wide["indicator"] == one].merge(
        wide[wide["indicator"] == other], on=["region", "period"], suffixes=("", "_of")
    )


def test_figures_are_numbers_and_amounts_are_never_negative(said: pd.DataFrame) -> None:
    assert said["value"].notna().all()
    assert (said.loc[~said["measure"].str.startswith("yoy"), "value"] >= 0).all()
    assert not said.duplicated([*KEY, "file"]).any()


def test_counts_are_whole_and_never_fall(catalogue: Catalogue, said: pd.DataFrame, wide: pd.DataFrame) -> None:
    counts = [key for key, indicator in catalogue.indicators.items() if indicator.kind is Kind.COUNT]
    levels = said[said["indicator"].isin(counts) & said["measure"].isin(["month", "ytd"])]
    assert (levels["value"] % 1 == 0).all()
    accumulating = wide[wide["ytd"].notna()].sort_values(KEY[:3])
    year = accumulating["period"].str[:4]
    assert not (accumulating.groupby(["indicator", "region", year])["ytd"].diff() < 0).any()


def test_regions_to_compare_with_have_growth_and_nothing_else(catalogue: Catalogue, said: pd.DataFrame) -> None:
    ours = {region for dataset in catalogue.datasets.values() for region in dataset.publishers}
    others = said[~said["region"].isin(list(ours))]
    compared = {region for dataset in catalogue.datasets.values() for region in dataset.references} - ours
    assert set(others["region"]) == compared
    growth = {key for key, indicator in catalogue.indicators.items() if indicator.kind is Kind.GROWTH}
    assert set(others["indicator"]) <= growth
    assert others.loc[others["period"].str.startswith("2025"), "value"].between(-5, 15).all()


def test_months_add_up_to_the_year_to_date_as_printed(wide: pd.DataFrame) -> None:
    both = wide[wide["ytd"].notna()].sort_values(KEY[:3])
    step = both.groupby(["indicator", "region", both["period"].str[:4]])["ytd"].diff()
    known = both["month"].notna() & step.notna()
    assert known.sum() > 1000
    assert np.allclose(step[known], both.loc[known, "month"], rtol=0, atol=1e-6)


def test_a_part_is_never_larger_than_its_whole(catalogue: Catalogue, wide: pd.DataFrame) -> None:
    parts = [(key, of.part_of) for key, of in catalogue.indicators.items() if of.part_of and of.kind in ADDING]
    assert parts
    for part, whole in parts:
        both = _beside(wide, part, whole)
        for measure in ("month", "ytd", "level"):
            assert not (both[measure] > both[f"{measure}_of"]).any(), (part, measure)


def test_a_district_is_never_larger_than_its_city(catalogue: Catalogue, wide: pd.DataFrame) -> None:
    adding = wide[wide["indicator"].map(lambda key: catalogue.indicators[key].kind in ADDING)]
    both = adding[adding["region"] == "330303"].merge(
        adding[adding["region"] == "330300"], on=["indicator", "period"], suffixes=("", "_of")
    )
    assert len(both) > 100
    for measure in ("month", "ytd", "level"):
        assert not (both[measure] > both[f"{measure}_of"]).any()


def test_a_ratio_is_its_printed_numerator_over_its_printed_denominator(
    catalogue: Catalogue, wide: pd.DataFrame
) -> None:
    shares = {k: i for k, i in catalogue.indicators.items() if i.numerator and i.denominator and i.unit == "%"}
    seen = 0
    for key, indicator in shares.items():
        whole = _beside(wide, str(indicator.numerator), str(indicator.denominator))
        amount, of = (whole[f"ytd{end}"].fillna(whole[f"level{end}"]) for end in ("", "_of"))
        derived = whole.assign(derived=100 * amount / of)[["region", "period", "derived"]]
        both = wide[wide["indicator"] == key].merge(derived, on=["region", "period"])
        seen += len(both)
        assert np.allclose(both["level"], both["derived"], rtol=0, atol=0.0501), key
    assert seen > 100


def test_published_growth_is_near_the_growth_of_the_levels(catalogue: Catalogue, wide: pd.DataFrame) -> None:
    gaps = []
    for key, indicator in catalogue.indicators.items():
        if indicator.kind is not Kind.GROWTH or indicator.of is None:
            continue
        level = wide[wide["indicator"] == indicator.of].set_index(["region", "period"])["ytd"].dropna()
        before = level.copy()
        before.index = pd.MultiIndex.from_tuples(
            [(r, f"{int(p[:4]) + 1}{p[4:]}") for r, p in before.index], names=level.index.names
        )
        growth = wide[wide["indicator"] == key].set_index(["region", "period"])["yoy_ytd"].dropna()
        gaps.append((growth - (level / before - 1) * 100).dropna().abs())
    gap = pd.concat(gaps)
    assert len(gap) > 200
    assert gap.max() < 2
    assert gap.max() > 0.2  # comparable prices: it can't be recomputed


def test_revised_figures_differ_by_a_few_per_cent_and_later_months_build_on_them(
    said: pd.DataFrame, wide: pd.DataFrame
) -> None:
    revised = said[said["status"] == "revised"]
    first = said[said["status"] != "revised"].merge(revised, on=KEY, suffixes=("", "_revised"))
    changed = first[(first["value"] != first["value_revised"]) & (first["measure"] == "ytd")]
    assert set(changed["period"]) == {"2025-04", "2025-06"}
    large = changed[changed["value"] > 500]
    assert len(large)
    assert (large["value"] / large["value_revised"]).between(0.965, 0.995).all()
    assert (changed["published_revised"] > changed["published"]).all()
    assert 0 < len(changed) < len(first[first["measure"] == "ytd"])


def test_no_indicator_is_known_before_its_year_ends_where_it_is_known_once_a_year(
    catalogue: Catalogue, said: pd.DataFrame
) -> None:
    of = said["indicator"].map(lambda key: catalogue.indicators[key].kind)
    ranks = said[of == Kind.RANK]
    assert len(ranks)
    assert not ranks["period"].str.startswith("2025").any()


def test_every_light_occurs_after_nine_months(catalogue: Catalogue, said: pd.DataFrame) -> None:
    september = said[said["period"] <= "2025-09"].drop_duplicates(KEY, keep="last")
    targets = TargetTable.from_catalogue(catalogue)
    lights = evaluate(targets, Panel.from_observations(september, targets), Month(2025, 9))["light"].value_counts()
    assert {"green", "yellow", "red", "met", "awaiting"} <= set(lights[lights > 0].index)
    assert lights["green"] > lights["yellow"] > 0.05 * lights.sum()
    assert lights["red"] > 0.05 * lights.sum()


def test_exports_trail_the_calendar_but_not_their_own_season(catalogue: Catalogue, said: pd.DataFrame) -> None:
    september = said[said["period"] <= "2025-09"].drop_duplicates(KEY, keep="last")
    targets = TargetTable.from_catalogue(catalogue)
    row = evaluate(targets, Panel.from_observations(september, targets), Month(2025, 9)).set_index("target")
    exports = row.loc["longwan-exports"]
    assert exports["light"] == "yellow"
    assert exports["seasonal_ratio"] < exports["attainment_ratio"] < exports["expected_ratio"]


def test_exports_start_from_the_base_that_the_target_implies(wide: pd.DataFrame) -> None:
    base = wide[(wide["indicator"] == "goods_exports") & (wide["region"] == "330303") & (wide["period"] == "2024-12")]
    assert base["ytd"].item() == pytest.approx(428.6, abs=0.1)


def test_the_last_month_of_two_datasets_is_late(catalogue: Catalogue) -> None:
    files = truth(catalogue, year=2025, through=Month(2025, 9))["file"].unique()
    last = {name.split("_", 1)[1] for name in files if name.startswith("2025-09")}
    month_before = {name.split("_", 1)[1] for name in files if name.startswith("2025-08")}
    assert len(month_before - last) == 2


def test_adding_an_indicator_leaves_all_other_figures_alone(small_catalogue: Catalogue) -> None:
    words = Words(zh="新增科研助理", en="New research assistants")
    added = Indicator(name=words, kind=Kind.COUNT, unit="人", dataset="science_talent")
    target = small_catalogue.targets["longwan-research-projects"].model_copy(
        update={"indicator": "research_assistants", "unit": "人"}
    )
    larger = small_catalogue.model_copy(
        update={
            "indicators": {"research_assistants": added, **small_catalogue.indicators},
            "targets": {"longwan-assistants": target, **small_catalogue.targets},
        }
    )
    # model_copy keeps what was computed from the old fields; a catalogue is made anew from its own data instead.
    larger = Catalogue.model_validate(larger.model_dump())
    year = {"year": 2025, "through": Month(2025, 9)}
    before, after = truth(small_catalogue, **year), truth(larger, **year)
    others = after[after["indicator"] != "research_assistants"].reset_index(drop=True)
    assert len(after) > len(others)
    values = [*KEY, "value", "file"]
    pd.testing.assert_frame_equal(
        others[values].sort_values(values, ignore_index=True), before[values].sort_values(values, ignore_index=True)
    )


def test_a_later_through_leaves_earlier_figures_alone(small_catalogue: Catalogue) -> None:
    lengths = [truth(small_catalogue, year=2025, through=Month(2025, month)) for month in (3, 6, 9)]
    for shorter, longer in pairwise(lengths):
        same = shorter.merge(longer, on=[*KEY, "file"], suffixes=("", "_longer"))
        assert len(same) == len(shorter)
        assert (same["value"] == same["value_longer"]).all()
