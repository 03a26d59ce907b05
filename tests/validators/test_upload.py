from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validators.catalogue import Catalogue
from validators.errors import PeriodError
from validators.findings import Finding, Severity
from validators.upload import check_upload

YEAR = ("2025-01", "2025-12")
MONTHS = range(2, 13)
PART, GROWTH = "high_tech_exports", "goods_exports_growth"


@pytest.fixture(scope="session")
def found(small_catalogue: Catalogue, frame: Any, stored: Any) -> Any:
    """The findings on an upload, given what is stored."""

    def run(
        new: list[dict[str, Any]],
        before: list[dict[str, Any]] = [],  # noqa: B006  never changed
        dataset: str = "trade",
        periods: tuple[str, str] = YEAR,
        **columns: Any,
    ) -> list[Finding]:
        return check_upload(frame(*new), stored(before), small_catalogue, dataset, periods, **columns)

    return run


def rules(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


def test_a_good_month_after_a_good_month_is_silent(found: Any, figure: Any) -> None:
    before = [figure("2025-02", "ytd", 60.2), figure("2025-02", "ytd", 260.2, region="330300")]
    new = [
        figure("2025-03", "month", 38.2, cell="C4"),
        figure("2025-03", "ytd", 98.4, cell="D4"),
        figure("2025-03", "yoy_ytd", 2.5, GROWTH, cell="E4"),
        figure("2025-03", "ytd", 9.4, PART, cell="D5"),
        figure("2025-03", "ytd", 398.4, region="330300", cell="D6"),
    ]
    assert not found(new, before)


def test_a_file_without_figures_says_so(found: Any) -> None:
    (finding,) = found([])
    assert (finding.rule, finding.severity) == ("no_figures", Severity.ERROR)


def test_findings_follow_the_workbook(found: Any, figure: Any) -> None:
    places = [("外贸10", "A1"), ("外贸2", "B10"), ("外贸2", "AA9"), ("外贸2", "B9"), ("外贸2", "A9")]
    new = [figure(f"2025-{m:02d}", "ytd", -1.0, sheet=sheet, cell=cell) for m, (sheet, cell) in enumerate(places, 3)]
    assert [finding.place for finding in found(new)] == ["外贸2!A9", "外贸2!B9", "外贸2!AA9", "外贸2!B10", "外贸10!A1"]


def test_a_slip_is_reported_alone(found: Any, figure: Any) -> None:
    # Against what is stored it is also a large revision, a broken sum, more than its whole and more than the city.
    before = [
        figure("2025-02", "ytd", 6.2, PART),
        figure("2025-03", "ytd", 9.4, PART),
        figure("2025-04", "ytd", 13.0, PART),
    ]
    new = [
        figure("2025-03", "month", 3.2, PART),
        figure("2025-03", "ytd", 94000.0, PART),
        figure("2025-03", "ytd", 98.4),
        figure("2025-03", "ytd", 39.4, PART, region="330300"),
        figure("2025-03", "yoy_ytd", 4.0, PART),
    ]
    assert rules(found(new, before)) == ["unit_slip"]


def test_a_slipped_month_is_not_called_missing_as_well(found: Any, figure: Any) -> None:
    before = [figure("2025-02", "ytd", 60.2), figure("2025-03", "ytd", 98.4), figure("2025-03", "month", 38.2)]
    new = [figure("2025-04", "month", 400000.0, cell="C4"), figure("2025-04", "ytd", 138.4, cell="D4")]
    assert [(f.rule, f.cell) for f in found(new, before)] == [("unit_slip", "C4")]


def test_a_period_with_a_fault_is_not_called_skipped_as_well(found: Any, figure: Any) -> None:
    before = [figure("2025-02", "ytd", 60.2)]
    assert rules(found([figure("2025-03", "ytd", -98.4), figure("2025-04", "ytd", 138.4)], before)) == [
        "negative_value"
    ]


def test_a_row_with_a_fault_of_its_own_is_compared_with_nothing(found: Any, figure: Any) -> None:
    before = [figure("2025-02", "ytd", 60.2), figure("2025-03", "ytd", 98.4)]
    assert rules(found([figure("2025-03", "ytd", -98.4)], before)) == ["negative_value"]
    assert rules(found([figure("2025-03", "ytd", 9.84, unit="亿美元")], before)) == ["unit_wrong"]
    twice = [figure("2025-03", "ytd", 9.84), figure("2025-03", "ytd", 98.4, cell="D15")]
    assert rules(found(twice, before)) == ["duplicate"]


def test_fractions_are_not_held_against_levels_or_stored_growth(found: Any, figure: Any) -> None:
    before = [figure(f"2024-{m:02d}", "yoy_ytd", 20.0 + m / 10, GROWTH) for m in range(3, 9)]
    before += [figure("2024-09", "ytd", 100.0), figure("2025-09", "yoy_ytd", 20.5, GROWTH)]
    new = [figure("2025-09", "yoy_ytd", 0.205, GROWTH), figure("2025-09", "ytd", 120.5)]
    assert [rule for rule in rules(found(new, before)) if rule != "period_skipped"] == ["percent_as_fraction"]


def test_a_fall_is_not_called_a_revision_as_well(found: Any, figure: Any) -> None:
    before = [figure("2025-02", "ytd", 60.2), figure("2025-03", "ytd", 98.4)]
    assert rules(found([figure("2025-03", "ytd", 50.0)], before)) == ["ytd_falls"]


def test_errors_and_warnings_of_different_cells_come_together(found: Any, figure: Any) -> None:
    before = [figure("2025-02", "ytd", 60.2), figure("2025-02", "ytd", 6.2, PART), figure("2025-03", "ytd", 9.0, PART)]
    new = [
        figure("2025-03", "ytd", 984000.0, cell="D4"),
        figure("2025-03", "ytd", 9.4, PART, cell="D5"),
        figure("2025-03", "yoy_ytd", -120.0, GROWTH, cell="E4"),
    ]
    assert [(f.cell, f.rule, str(f.severity)) for f in found(new, before)] == [
        ("D4", "unit_slip", "error"),
        ("E4", "growth_out_of_range", "error"),
        ("D5", "revised", "warning"),
    ]


def test_the_status_of_the_file_wins_over_that_of_its_rows(found: Any, figure: Any) -> None:
    before = [figure("2025-02", "ytd", 60.2), figure("2025-03", "ytd", 98.4)]
    april = [figure("2025-04", "ytd", 97.0)]
    assert rules(found(april, before)) == ["ytd_falls"]
    assert not found(april, before, status="revised")


def test_a_figure_published_earlier_than_the_stored_one_fills_in_history(found: Any, figure: Any) -> None:
    before = [figure("2025-03", "ytd", 98.4, status="final")]
    early = datetime(2025, 4, 10, tzinfo=UTC)
    assert rules(found([figure("2025-03", "ytd", 97.0)], before, known_from=early)) == ["earlier_version"]


def test_history_filled_in_is_held_against_its_own_upload_alone(found: Any, figure: Any) -> None:
    before = [figure(f"2025-{m:02d}", "ytd", ytd, status="revised") for m, ytd in ((2, 66.0), (3, 108.0), (4, 150.0))]
    before += [figure("2025-03", "month", 42.0, status="revised")]
    first = [figure("2025-03", "month", 38.2, cell="C4"), figure("2025-03", "ytd", 98.4, cell="D4")]
    early = datetime(2025, 4, 10, tzinfo=UTC)
    assert rules(found(first, before, known_from=early)) == ["earlier_version"] * 2
    first[0] = figure("2025-03", "ytd", 60.0, PART, cell="D5")
    before += [figure("2025-03", "ytd", 70.0, PART, status="revised")]
    assert set(rules(found(first, before, known_from=early))) == {"earlier_version"}
    first[0] = figure("2025-03", "ytd", 99.0, PART, cell="D5")
    assert "part_exceeds_whole" in rules(found(first, before, known_from=early))


def test_any_index_and_a_text_among_the_values_are_taken(small_catalogue: Catalogue, stored: Any, figure: Any) -> None:
    rows = pd.DataFrame(
        [figure("2025-03", "ytd", "九十八", text="九十八"), figure("2025-03", "month", 38.2)], index=[7, 7]
    )
    assert rules(check_upload(rows, stored(), small_catalogue, "trade", YEAR)) == ["not_a_number"]


def test_an_upload_for_no_period_or_no_dataset_is_a_mistake_of_the_caller(found: Any, figure: Any) -> None:
    with pytest.raises(PeriodError):
        found([figure("2025-03", "ytd", 98.4)], periods=("March", "March"))
    with pytest.raises(KeyError):
        found([figure("2025-03", "ytd", 98.4)], dataset="weather")


# Properties over generated years


def a_year(
    figure: Any, months: list[float], shares: tuple[float, float], decimals: int
) -> dict[int, list[dict[str, Any]]]:
    """A consistent year of an indicator, its part, and the city around the district, rounded as tables round."""
    uploads: dict[int, list[dict[str, Any]]] = {}
    sums = np.cumsum(months)
    for at, m in enumerate(MONTHS):
        rows = []
        for row, (indicator, region, share) in enumerate(
            (
                ("goods_exports", "330300", 1.0),
                ("goods_exports", "330303", shares[0]),
                (PART, "330303", shares[0] * shares[1]),
            )
        ):
            for measure, column, value in (("month", "C", months[at]), ("ytd", "D", sums[at])):
                if measure == "ytd" or m > 2:
                    shown = f"{value * share:.{decimals}f}"
                    cell = f"{column}{row + 4}"
                    rows.append(
                        figure(f"2025-{m:02d}", measure, float(shown), indicator, region=region, cell=cell, text=shown)
                    )
        uploads[m] = rows
    return uploads


YEARS = {
    "months": st.lists(st.floats(30.0, 300.0), min_size=11, max_size=11),
    "shares": st.tuples(st.floats(0.1, 1.0), st.floats(0.1, 1.0)),
    "decimals": st.integers(0, 3),
}


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(list(MONTHS)), **YEARS)
def test_a_consistent_year_is_silent_in_any_order_of_months(
    found: Any, figure: Any, order: list[int], months: list[float], shares: tuple[float, float], decimals: int
) -> None:
    uploads, before = a_year(figure, months, shares, decimals), []
    for m in order:
        findings = found(uploads[m], before, periods=(f"2025-{m:02d}", f"2025-{m:02d}"))
        assert set(rules(findings)) <= {"period_skipped"}
        before += uploads[m]


@settings(max_examples=15, deadline=None)
@given(**YEARS)
def test_a_consistent_year_in_one_upload_is_silent(
    found: Any, figure: Any, months: list[float], shares: tuple[float, float], decimals: int
) -> None:
    uploads = a_year(figure, months, shares, decimals)
    assert not found([row for rows in uploads.values() for row in rows])


@settings(max_examples=25, deadline=None)
@given(at=st.integers(0, 5), m=st.sampled_from(list(MONTHS)), **YEARS)
def test_one_figure_times_ten_thousand_is_one_slip_on_its_cell(
    found: Any, figure: Any, at: int, m: int, months: list[float], shares: tuple[float, float], decimals: int
) -> None:
    uploads = a_year(figure, months, shares, decimals)
    wrong = uploads[m][at % len(uploads[m])]
    if wrong["value"] < 1:
        wrong["value"] = 3.0
    scaled = {**wrong, "value": wrong["value"] * 1e4, "text": ""}
    new = [scaled if row is wrong else row for row in uploads[m]]
    before = [row for other, rows in uploads.items() if other != m for row in rows]
    findings = found(new, before, periods=(f"2025-{m:02d}", f"2025-{m:02d}"))
    assert [(f.rule, f.cell, f.severity) for f in findings] == [("unit_slip", wrong["cell"], Severity.ERROR)]
