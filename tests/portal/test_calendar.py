"""The calendar: what came, what came late, what is overdue, what is due next."""

from __future__ import annotations

from datetime import date

import httpx
import pytest

from dagster_project.portal.desk import Desk
from dagster_project.portal.releases import Arrival, rows
from tests.portal.reading import document, text_of, words
from validators.catalogue import Catalogue

pytestmark = pytest.mark.xdist_group("portal-reading")


def on(desk: Desk, catalogue: Catalogue, today: date) -> dict[tuple[str, str, int], tuple[Arrival, int]]:
    """How each dataset's region stands by month, on a day."""
    table = rows(catalogue, desk.store.releases(), 2025, today, desk.settings.zone)
    return {
        (row.dataset, row.region, month): (release.arrival, release.days)
        for row in table
        for month, release in row.releases.items()
    }


def test_what_came_in_time_is_received_and_what_is_to_come_is_due(read_desk: Desk, small_catalogue: Catalogue) -> None:
    standing = on(read_desk, small_catalogue, date(2025, 5, 28))
    assert standing["trade", "330303", 4] == (Arrival.RECEIVED, 0)
    assert standing["trade", "330303", 5] == (Arrival.DUE, 23)
    assert standing["trade", "330303", 12][0] is Arrival.DUE


def test_a_due_day_that_passed_makes_a_period_overdue_by_its_days(read_desk: Desk, small_catalogue: Catalogue) -> None:
    assert on(read_desk, small_catalogue, date(2025, 6, 15))["trade", "330303", 5] == (Arrival.SOON, 5)
    assert on(read_desk, small_catalogue, date(2025, 6, 20))["trade", "330303", 5] == (Arrival.SOON, 0)
    assert on(read_desk, small_catalogue, date(2025, 6, 21))["trade", "330303", 5] == (Arrival.LATE, 1)


def test_january_comes_with_february_unless_the_dataset_publishes_it(
    read_desk: Desk, small_catalogue: Catalogue
) -> None:
    standing = on(read_desk, small_catalogue, date(2025, 5, 28))
    for key, dataset in small_catalogue.datasets.items():
        if dataset.cadence == "monthly":
            assert any((key, region, 1) in standing for region in dataset.publishers) == dataset.january


def test_the_page_has_a_row_for_each_dataset_and_region_and_a_column_for_each_month(
    reader: httpx.Client, small_catalogue: Catalogue
) -> None:
    answer = reader.get("/calendar")
    assert answer.status_code == 200
    table = document(answer.text).find(".//table[@class='calendar']")
    assert table is not None
    assert len(table.findall("thead/tr/th")) == 14
    assert len(table.findall("tbody/tr")) == sum(len(one.publishers) for one in small_catalogue.datasets.values())
    assert all(len(row) == 14 for row in table.findall("tbody/tr"))
    said = text_of(table)
    assert "已报" in said
    assert "收到 2025-05-" in said


def test_another_year_is_chosen_and_a_year_that_is_none_is_refused(reader: httpx.Client) -> None:
    assert "2026年" in words(reader.get("/calendar?year=2026").text)
    assert reader.get("/calendar?year=soon").status_code == 400
