from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from validators.catalogue import Catalogue
from validators.consistency import check
from validators.findings import Finding, Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING
PART = "high_tech_exports"


@pytest.fixture
def found(small_catalogue: Catalogue, frame: Any, stored: Any) -> Any:
    """The findings on new figures, given what is stored."""

    def run(
        new: list[dict[str, Any]],
        before: list[dict[str, Any]] = [],  # noqa: B006  never changed
        **columns: Any,
    ) -> list[Finding]:
        return check(frame(*new), stored(before), small_catalogue, **columns)

    return run


# The year to date


def test_a_year_to_date_that_falls_names_both_figures_and_months(found: Any, figure: Any) -> None:
    (finding,) = found([figure("2025-04", "ytd", 90.5)], [figure("2025-03", "ytd", 98.4)])
    assert (finding.severity, finding.rule, finding.place) == (ERROR, "ytd_falls", "外贸!D14")
    assert "2025年1-4月累计 90.5亿元，低于2025年1-3月累计 98.4亿元（已入库）" in finding.zh
    assert "90.5亿元 is below 2025-03 year to date 98.4亿元 (stored)" in finding.en
    assert (finding.found, finding.expected) == ("90.5亿元", "≥ 98.4亿元")


def test_an_earlier_month_uploaded_later_is_held_against_the_later_one(found: Any, figure: Any) -> None:
    (finding,) = found([figure("2025-03", "ytd", 98.4)], [figure("2025-04", "ytd", 90.5)])
    assert (finding.severity, finding.rule, finding.period) == (ERROR, "ytd_falls", "2025-03")
    assert "2025年1-3月累计 98.4亿元，高于2025年1-4月累计 90.5亿元（已入库）" in finding.zh


def test_within_one_upload_the_other_cell_is_named(found: Any, figure: Any) -> None:
    (finding,) = found([figure("2025-04", "ytd", 90.5, cell="D5"), figure("2025-03", "ytd", 98.4, cell="D4")])
    assert finding.place == "外贸!D5"
    assert "（外贸!D4）" in finding.zh


def test_a_fall_is_right_where_it_is_a_revision_a_rounding_or_a_new_year(found: Any, figure: Any) -> None:
    march = [figure("2025-03", "ytd", 98.4)]
    for status in ("revised", "final"):
        assert not found([figure("2025-04", "ytd", 90.5, status=status)], march)
    assert not found([figure("2025-04", "ytd", 98.4)], march)
    assert not found([figure("2025-04", "ytd", 98.0, text="98")], [figure("2025-03", "ytd", 98.4)])
    assert not found([figure("2026-02", "ytd", 60.0)], [figure("2025-12", "ytd", 450.0)])
    assert not found(
        [figure("2025-04", "level", 6.9, "skilled_talent")], [figure("2025-03", "level", 7.3, "skilled_talent")]
    )


def test_a_count_may_not_fall_by_one(found: Any, figure: Any) -> None:
    firms = "new_high_tech_firms"
    (finding,) = found([figure("2025-04", "ytd", 29, firms)], [figure("2025-03", "ytd", 30, firms)])
    assert finding.rule == "ytd_falls"


def test_a_figure_revised_after_the_upload_was_published_does_not_block_it(found: Any, figure: Any) -> None:
    revised = [figure("2025-03", "ytd", 98.4, status="revised")]
    april = [figure("2025-04", "ytd", 97.0)]
    (finding,) = found(april, revised, known_from=datetime(2025, 4, 15, tzinfo=UTC))
    assert (finding.severity, finding.rule) == (WARNING, "ytd_falls")
    (finding,) = found(april, revised, known_from=datetime(2025, 5, 15, tzinfo=UTC))
    assert finding.severity is ERROR


def test_a_sum_that_does_not_add_up_blocks_within_one_upload(found: Any, figure: Any) -> None:
    (finding,) = found(
        [
            figure("2025-02", "ytd", 60.2, cell="D3"),
            figure("2025-03", "month", 38.2, cell="C4"),
            figure("2025-03", "ytd", 99.4, cell="D4"),
        ]
    )
    assert (finding.severity, finding.rule, finding.place) == (ERROR, "ytd_sum", "外贸!D4")
    assert (
        "2025年1-2月累计 60.2亿元（外贸!D3）、2025年3月当月 38.2亿元（外贸!C4）相加为 98.4亿元，相差 1亿元"
        in finding.zh
    )
    assert "make 98.4亿元, a difference of 1亿元" in finding.en
    assert finding.expected == "98.4亿元"


def test_a_sum_with_a_stored_figure_is_a_warning(found: Any, figure: Any) -> None:
    new = [figure("2025-03", "month", 38.2, cell="C4"), figure("2025-03", "ytd", 99.4, cell="D4")]
    (finding,) = found(new, [figure("2025-02", "ytd", 60.2)])
    assert (finding.severity, finding.rule, finding.place) == (WARNING, "ytd_sum", "外贸!D4")
    assert "60.2亿元（已入库）" in finding.zh


def test_a_sum_runs_over_months_without_a_year_to_date(found: Any, figure: Any) -> None:
    months = [figure("2025-03", "month", 38.2), figure("2025-04", "month", 40.0)]
    february, april = figure("2025-02", "ytd", 60.2), figure("2025-04", "ytd", 139.4)
    (finding,) = found([february, *months, april])
    assert finding.rule == "ytd_sum"
    assert "相加为 138.4亿元" in finding.zh
    assert not found([february, *months, {**april, "value": 138.4, "text": "138.4"}])


def test_rounding_explains_a_sum_that_is_off_by_a_digit(found: Any, figure: Any) -> None:
    february = figure("2025-02", "ytd", 1.2)
    assert not found([february, figure("2025-03", "month", 0.7), figure("2025-03", "ytd", 2.0)])
    (finding,) = found([february, figure("2025-03", "month", 0.7), figure("2025-03", "ytd", 2.2)])
    assert finding.rule == "ytd_sum"


def test_rounding_is_that_of_the_table_in_its_own_unit(found: Any, figure: Any) -> None:
    def of_wan(period: str, measure: str, wan: int) -> dict[str, Any]:
        return figure(period, measure, wan / 1e4, text=f"{wan:,}")

    february, march = of_wan("2025-02", "ytd", 12), of_wan("2025-03", "month", 7)
    assert not found([february, march, of_wan("2025-03", "ytd", 20)])
    (finding,) = found([february, march, of_wan("2025-03", "ytd", 22)])
    assert finding.rule == "ytd_sum"


def test_february_covers_both_months_with_or_without_a_month_of_its_own(found: Any, figure: Any) -> None:
    february = figure("2025-02", "ytd", 60.2)
    assert not found([february])
    assert not found([february, figure("2025-02", "month", 24.1)])
    assert not found([february, figure("2025-02", "month", 60.2)])
    (finding,) = found([february, figure("2025-02", "month", 70.2, cell="C3")])
    assert (finding.severity, finding.rule, finding.place) == (ERROR, "month_above_ytd", "外贸!C3")
    assert "高于2025年1-2月累计 60.2亿元" in finding.zh


def test_where_january_is_published_the_year_adds_up_from_it(found: Any, figure: Any) -> None:
    budget = "talent_budget"
    january = [figure("2025-01", "month", 100.0, budget), figure("2025-01", "ytd", 100.0, budget)]
    assert not found([*january, figure("2025-02", "month", 50.0, budget), figure("2025-02", "ytd", 150.0, budget)])
    (finding,) = found([figure("2025-01", "month", 100.0, budget), figure("2025-01", "ytd", 120.0, budget)])
    assert finding.rule == "ytd_sum"


def test_one_wrong_year_to_date_is_named_once(found: Any, figure: Any) -> None:
    new = [figure("2025-02", "ytd", 60.0)]
    for m, ytd in ((3, 90.0), (4, 125.0), (5, 150.0), (6, 180.0)):  # April should be 120
        new += [figure(f"2025-{m:02d}", "month", 30.0), figure(f"2025-{m:02d}", "ytd", ytd, cell=f"D{m}")]
    assert [(f.rule, f.cell) for f in found(new)] == [("ytd_sum", "D4")]


def test_a_fall_is_not_reported_again_as_a_sum(found: Any, figure: Any) -> None:
    new = [figure("2025-02", "ytd", 60.0)]
    for m, ytd in ((3, 90.0), (4, 20.0), (5, 150.0)):  # April should be 120
        new += [figure(f"2025-{m:02d}", "month", 30.0), figure(f"2025-{m:02d}", "ytd", ytd, cell=f"D{m}")]
    assert [(f.rule, f.cell) for f in found(new)] == [("ytd_falls", "D4")]


def test_a_revised_year_to_date_beside_an_unrevised_one_need_not_add_up(found: Any, figure: Any) -> None:
    new = [figure("2025-04", "month", 30.0, status="revised"), figure("2025-04", "ytd", 125.0, status="revised")]
    assert not found(new, [figure("2025-03", "ytd", 90.0)])


def test_a_blank_month_in_a_series_that_reports_months_is_a_warning(found: Any, figure: Any) -> None:
    march = [figure("2025-03", "ytd", 98.4), figure("2025-03", "month", 38.2)]
    (finding,) = found([figure("2025-04", "ytd", 136.5)], march)
    assert (finding.severity, finding.rule, finding.period) == (WARNING, "month_missing", "2025-04")
    assert "当月数空缺（推算约 38.1亿元）" in finding.zh
    assert "the month is blank (about 38.1亿元)" in finding.en


def test_a_blank_month_is_normal_in_february_and_where_months_are_never_given(found: Any, figure: Any) -> None:
    december = [figure("2024-12", "ytd", 400.0), figure("2024-12", "month", 38.2)]
    assert not found([figure("2025-02", "ytd", 60.2)], december)
    assert not found([figure("2025-04", "ytd", 136.5)], [figure("2025-03", "ytd", 98.4)])
    unchanged = [figure("2025-03", "ytd", 98.4), figure("2025-03", "month", 38.2)]
    assert not found([figure("2025-04", "ytd", 98.4)], unchanged)
    (finding,) = found([figure("2025-05", "ytd", 178.0)], unchanged)  # April is not there at all
    assert finding.rule == "period_skipped"


def test_a_skipped_month_is_named_once_for_the_table(found: Any, figure: Any) -> None:
    new = [figure("2025-05", "ytd", 180.0), figure("2025-05", "ytd", 20.0, PART)]
    (finding,) = found(new, [figure("2025-03", "ytd", 98.4), figure("2025-03", "ytd", 9.4, PART)])
    assert (finding.severity, finding.rule, finding.place) == (WARNING, "period_skipped", "外贸")
    assert (finding.region, finding.period, finding.expected) == ("330303", "2025-05", "2025-04")
    assert "龙湾区“对外贸易”2025-05 之前缺少 2025-04 的数据" in finding.zh
    assert "Longwan, Foreign trade: nothing has been reported for 2025-04 before 2025-05" in finding.en


def test_a_january_is_not_skipped_and_a_first_upload_follows_nothing(found: Any, figure: Any) -> None:
    assert not found([figure("2025-02", "ytd", 60.2)], [figure("2024-12", "ytd", 400.0)])
    assert not found([figure("2025-05", "ytd", 180.0)])
    assert not found([figure("2025-05", "ytd", 180.0)], [figure("2025-06", "ytd", 220.0)])
    assert not found([figure("2024", "ytd", 900.0, "gdp")], [figure("2023", "ytd", 860.0, "gdp")])


def test_a_january_is_skipped_where_it_is_published(found: Any, figure: Any) -> None:
    firms = "new_high_tech_firms"
    (finding,) = found([figure("2025-02", "ytd", 6, firms)], [figure("2024-12", "ytd", 140, firms)])
    assert (finding.rule, finding.expected) == ("period_skipped", "2025-01")


def test_a_skipped_year_is_named_as_a_year(found: Any, figure: Any) -> None:
    (finding,) = found([figure("2024", "ytd", 900.0, "gdp")], [figure("2021", "ytd", 800.0, "gdp")])
    assert finding.expected == "2022、2023"


# Part and whole, district and city


def test_a_part_above_its_whole_blocks_within_one_upload(found: Any, figure: Any) -> None:
    (finding,) = found([figure("2025-03", "ytd", 98.4), figure("2025-03", "ytd", 98.6, PART, cell="D15")])
    assert (finding.severity, finding.rule, finding.place) == (ERROR, "part_exceeds_whole", "外贸!D15")
    assert (
        "高新技术产品出口2025年1-3月累计 98.6亿元，大于货物贸易出口2025年1-3月累计 98.4亿元（外贸!D14）" in finding.zh
    )
    assert "98.6亿元 is more than Exports of goods (2025-03, year to date) 98.4亿元 (外贸!D14)" in finding.en


def test_a_part_above_a_stored_whole_and_a_whole_below_a_stored_part_are_warnings(found: Any, figure: Any) -> None:
    whole, part = figure("2025-03", "ytd", 98.4), figure("2025-03", "ytd", 98.6, PART, cell="D15")
    (one,), (other,) = found([part], [whole]), found([whole], [part])
    assert (one.severity, one.indicator, one.expected) == (WARNING, PART, "≤ 98.4亿元")
    assert (other.severity, other.indicator, other.expected) == (WARNING, "goods_exports", "≥ 98.6亿元")
    assert "小于高新技术产品出口" in other.zh


def test_a_part_may_equal_its_whole_within_rounding_and_grow_faster(found: Any, figure: Any) -> None:
    assert not found([figure("2025-03", "ytd", 98.4), figure("2025-03", "ytd", 98.4, PART)])
    assert not found([figure("2025-03", "ytd", 98.0, text="98"), figure("2025-03", "ytd", 98.4, PART)])
    assert not found([figure("2025-03", "yoy_ytd", 3.0), figure("2025-03", "yoy_ytd", 12.0, PART)])
    assert not found([figure("2025-02", "ytd", 60.0), figure("2024-12", "ytd", 98.4, PART)])


def test_a_part_in_another_unit_is_converted(small_catalogue: Catalogue, frame: Any, stored: Any, figure: Any) -> None:
    part = small_catalogue.indicators[PART].model_copy(update={"unit": "万元"})
    catalogue = small_catalogue.model_copy(update={"indicators": {**small_catalogue.indicators, PART: part}})
    whole = figure("2025-03", "ytd", 98.4)
    less, more = (figure("2025-03", "ytd", value, PART, unit="万元") for value in (900_000.0, 990_000.0))
    assert not check(frame(whole, less), stored(), catalogue)
    (finding,) = check(frame(whole, more), stored(), catalogue)
    assert finding.rule == "part_exceeds_whole"
    assert "990000万元，大于" in finding.zh


def test_a_district_above_its_city_blocks_or_warns(found: Any, figure: Any) -> None:
    district, city = figure("2025-03", "ytd", 98.4), figure("2025-03", "ytd", 90.0, region="330300", cell="D20")
    (finding,) = found([district, city])
    assert (finding.severity, finding.rule, finding.place) == (ERROR, "district_exceeds_city", "外贸!D14")
    assert "大于温州市货物贸易出口2025年1-3月累计 90亿元（外贸!D20）" in finding.zh
    assert "more than Wenzhou: Exports of goods (2025-03, year to date) 90亿元" in finding.en
    assert [f.severity for f in found([district], [city])] == [WARNING]
    assert [f.severity for f in found([city], [district])] == [WARNING]


def test_a_district_may_have_the_higher_growth_ratio_or_rank(found: Any, figure: Any) -> None:
    for measure, indicator in (
        ("yoy_ytd", "goods_exports_growth"),
        ("level", "talent_firm_share"),
        ("level", "talent_grant_days"),
    ):
        assert not found(
            [figure("2025-03", measure, 9.0, indicator), figure("2025-03", measure, 5.0, indicator, region="330300")]
        )
    assert not found([figure("2025-03", "ytd", 98.4), figure("2025-03", "ytd", 398.4, region="330300")])


# Growth against levels, a ratio against its terms


def test_growth_far_from_the_levels_is_a_warning(found: Any, figure: Any) -> None:
    new = [figure("2025-03", "ytd", 98.4), figure("2025-03", "yoy_ytd", 12.0, "goods_exports_growth", cell="E14")]
    (finding,) = found(new, [figure("2024-03", "ytd", 96.0), figure("2025-02", "ytd", 60.0)])
    assert (finding.severity, finding.rule, finding.place) == (WARNING, "growth_level_mismatch", "外贸!E14")
    assert "12%，而按总量 98.4亿元 与上年同期 96亿元 推算为 2.5%" in finding.zh
    assert (finding.found, finding.expected) == ("12%", "≈ 2.5%")


def test_growth_within_five_points_is_the_bureaus_own_business(found: Any, figure: Any) -> None:
    before = [figure("2024-03", "ytd", 96.0), figure("2025-02", "ytd", 60.0)]
    for growth in (-2.4, 7.4):
        new = [figure("2025-03", "ytd", 98.4), figure("2025-03", "yoy_ytd", growth, "goods_exports_growth")]
        assert not found(new, before)
    assert not found([figure("2025-03", "yoy_ytd", 50.0, "online_retail_sales_growth")])


def test_small_levels_leave_growth_its_rounding(found: Any, figure: Any) -> None:
    new = [figure("2025-03", "month", 0.3), figure("2025-03", "yoy_month", 80.0, "goods_exports_growth")]
    assert not found(new, [figure("2024-03", "month", 0.2), figure("2025-02", "ytd", 1.0)])  # 0.25/0.25 to 0.35/0.15


def test_a_ratio_is_held_against_its_terms(found: Any, figure: Any) -> None:
    terms = [figure("2024", "ytd", 36.9, "rd_expenditure"), figure("2024", "ytd", 900.0, "gdp")]
    assert not found([*terms, figure("2024", "level", 4.1, "rd_intensity")])
    assert not found([figure("2024", "level", 4.13, "rd_intensity")], terms)
    (finding,) = found([figure("2024", "level", 4.3, "rd_intensity", cell="B5")], terms)
    assert (finding.severity, finding.rule, finding.place) == (WARNING, "ratio_mismatch", "外贸!B5")
    assert (
        "研发投入强度2024年 4.3%，而研发经费支出2024年累计 36.9亿元 除以地区生产总值2024年累计 900亿元 为 4.1%"
        in finding.zh
    )
    assert not found([figure("2024", "level", 4.3, "rd_intensity")], terms[:1])


def test_what_is_stored_is_not_reported_again(found: Any, figure: Any) -> None:
    wrong = [figure("2025-03", "ytd", 98.4), figure("2025-04", "ytd", 90.0), figure("2025-04", "ytd", 95.0, PART)]
    assert not found([figure("2025-04", "yoy_ytd", 4.0, "goods_exports_growth")], wrong)
    assert not found([], wrong)
    assert not found([figure("2025-05", "ytd", 130.0)], wrong)
    far = [figure("2024-04", "ytd", 50.0), figure("2025-04", "ytd", 90.0), figure("2025-04", "yoy_ytd", 2.0)]
    assert not found([figure("2025-05", "ytd", 130.0)], far)
