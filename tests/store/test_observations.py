"""Figures are stated, never overwritten; what is believed now and what was believed then are both answered."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from dagster_project.store import Change, Store
from tests.store.hands import LONGWAN, WENZHOU, Hand, day, figures
from validators.columns import STORED
from validators.errors import PeriodError, StoreError


def _values(frame: pd.DataFrame) -> list[float]:
    return frame["value"].tolist()


def test_a_revised_march_keeps_what_was_believed_in_april(hand: Hand, store: Store) -> None:
    hand.upload(figures(("goods_exports", "2025-03", 112.4)), day(18, month=4))
    _, change = hand.upload(figures(("goods_exports", "2025-03", 115.9), status="revised"), day(18, month=5))
    assert change == Change(new=0, revised=1, unchanged=0)
    assert _values(store.observations()) == [115.9]
    assert _values(store.observations(known_on=day(30, month=4))) == [112.4]
    assert store.observations(known_on=day(17, month=4)).empty


def test_a_figure_is_believed_from_the_very_instant_on(hand: Hand, store: Store) -> None:
    hand.upload(figures(("goods_exports", "2025-03", 112.4)), day(18))
    assert store.observations(known_on=day(18) - timedelta(microseconds=1)).empty
    assert len(store.observations(known_on=day(18))) == 1


def test_an_instant_is_the_same_in_any_time_zone(hand: Hand, store: Store) -> None:
    shanghai = datetime.fromisoformat("2025-04-18T08:00:00+08:00")
    hand.upload(figures(("goods_exports", "2025-03", 112.4)), shanghai)
    stored = store.observations(known_on=day(18))
    assert stored["known_from"].tolist() == [pd.Timestamp(day(18))]


def test_a_stored_figure_says_where_it_came_from(hand: Hand, store: Store) -> None:
    upload, _ = hand.upload(figures(("goods_exports", "2025-03", 112.4)), day(18))
    stored = store.observations()
    assert tuple(stored.columns) == STORED
    row = stored.iloc[0].to_dict()
    assert row == {
        "indicator": "goods_exports",
        "region": LONGWAN,
        "period": "2025-03",
        "measure": "ytd",
        "value": 112.4,
        "unit": "亿元",
        "status": "preliminary",
        "upload": upload.id,
        "sheet": "外贸",
        "cell": "D4",
        "known_from": pd.Timestamp(day(18)),
    }
    assert stored["value"].dtype == np.float64
    assert stored["upload"].dtype == np.int64
    assert str(stored["known_from"].dtype) == "datetime64[us, UTC]"


def test_an_empty_store_answers_with_the_same_columns_and_types(hand: Hand, store: Store) -> None:
    empty = store.observations()
    hand.upload(figures(("goods_exports", "2025-03", 112.4)), day(18))
    pd.testing.assert_series_equal(empty.dtypes, store.observations().dtypes)


def test_repeating_a_figure_makes_no_version(hand: Hand, store: Store) -> None:
    first, _ = hand.upload(figures(("goods_exports", "2025-03", 112.4)), day(18))
    _, change = hand.upload(figures(("goods_exports", "2025-03", 112.4)), day(19))
    assert change == Change(new=0, revised=0, unchanged=1)
    versions = store.versions("goods_exports", LONGWAN, "2025-03", "ytd")
    assert versions["upload"].tolist() == [first.id]
    assert store.observations()["known_from"].tolist() == [pd.Timestamp(day(18))]  # believed since then


def test_a_value_confirmed_as_final_is_a_version(hand: Hand, store: Store) -> None:
    hand.upload(figures(("gdp", "2024", 900.0)), day(1))
    _, change = hand.upload(figures(("gdp", "2024", 900.0), status="final"), day(2))
    assert change.revised == 1
    assert store.versions("gdp", LONGWAN, "2024")["status"].tolist() == ["preliminary", "final"]


def test_the_noise_of_binary_fractions_is_no_revision(hand: Hand, store: Store) -> None:
    hand.upload(figures(("goods_exports", "2025-03", 0.3)), day(18))
    _, change = hand.upload(figures(("goods_exports", "2025-03", 0.1 + 0.2)), day(19))
    assert change.unchanged == 1
    assert _values(store.observations()) == [0.3]


@pytest.mark.parametrize(
    "value", [0.0, -0.0, -3.25, 0.1, 1 / 3, 123456789.123456, 1e-9, 999_999_999_999_999.0, 1e17, 2.5e-12]
)
def test_values_come_back_to_fifteen_digits(hand: Hand, store: Store, value: float) -> None:
    _, change = hand.upload(figures(("a", "2025-03", value)), day(18))
    assert change.new == 1
    assert _values(store.observations()) == [float(f"{round(value, 12):.15g}")]
    _, change = hand.upload(figures(("a", "2025-03", value)), day(19))
    assert change.unchanged == 1


def test_an_older_table_that_comes_late_is_history(hand: Hand, store: Store) -> None:
    hand.upload(figures(("goods_exports", "2025-03", 115.9)), day(20))
    _, change = hand.upload(figures(("goods_exports", "2025-03", 112.4), ("goods_exports", "2025-02", 70.0)), day(10))
    assert change == Change(new=1, revised=0, unchanged=0, ignored_older=1)
    assert _values(store.observations()) == [70.0, 115.9]
    assert _values(store.observations(known_on=day(15))) == [70.0, 112.4]


def test_a_late_figure_in_between_does_not_outlive_the_one_after_it(hand: Hand, store: Store) -> None:
    """March said 1, May said 1 again; April's 2 comes last. From May on, 1 is believed."""
    for value, known_from in ((1.0, day(3, 3)), (1.0, day(3, 5)), (2.0, day(3, 4))):
        hand.upload(figures(("a", "2025-02", value)), known_from)
    believed = [_values(store.observations(known_on=day(4, month))) for month in (3, 4, 5)]
    assert believed == [[1.0], [2.0], [1.0]]
    assert _values(store.versions("a", LONGWAN, "2025-02")) == [1.0, 2.0, 1.0]


def test_of_two_tables_of_one_day_the_later_received_corrects_the_other(hand: Hand, store: Store) -> None:
    first, second = hand.receive(), hand.receive()
    hand.accept(second, figures(("a", "2025-03", 2.0)), day(18))
    change = hand.accept(first, figures(("a", "2025-03", 1.0)), day(18))
    assert change.ignored_older == 1
    assert _values(store.observations()) == [2.0]


def test_a_preview_tells_what_would_change_and_stores_nothing(hand: Hand, store: Store) -> None:
    hand.upload(figures(("a", "2025-03", 1.0), ("b", "2025-03", 2.0), ("d", "2025-03", 4.0)), day(18))
    hand.upload(figures(("d", "2025-03", 4.5)), day(25))
    ours = figures(("c", "2025-03", 3.0), ("b", "2025-03", 2.5), ("d", "2025-03", 9.0), ("a", "2025-03", 1.0))
    before = store.observations()
    preview = store.preview(ours, day(19))
    assert preview["indicator"].tolist() == ["c", "b", "d", "a"]
    assert preview["change"].tolist() == ["new", "revised", "older", "unchanged"]
    np.testing.assert_array_equal(preview["old_value"], [np.nan, 2.0, 4.0, 1.0])
    np.testing.assert_array_equal(preview["value"], [3.0, 2.5, 9.0, 1.0])
    pd.testing.assert_frame_equal(store.observations(), before)


def test_a_preview_against_an_empty_store_is_all_new(store: Store) -> None:
    assert store.preview(figures(("a", "2025-03", 1.0)), day(19))["change"].tolist() == ["new"]
    assert store.preview(figures(), day(19)).empty


def test_figures_are_filtered_by_what_is_asked(hand: Hand, store: Store) -> None:
    hand.upload(figures(("a", "2025-03", 1.0), ("b", "2025-03", 2.0)), day(1))
    hand.upload(figures(("a", "2025-03", 3.0), region=WENZHOU), day(1))
    hand.upload(figures(("a", "2025-03", 4.0), measure="month"), day(1))
    assert _values(store.observations(indicators=["b"])) == [2.0]
    assert _values(store.observations(regions=[WENZHOU])) == [3.0]
    assert _values(store.observations(measures=["month"])) == [4.0]
    assert _values(store.observations(indicators=["a"], regions=[LONGWAN], measures=["ytd"])) == [1.0]
    assert store.observations(indicators=[]).empty


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2025-01", "2025-03", ["2025-02", "2025-03", "2025-Q1"]),
        ("2024-12", "2025-02", ["2024", "2024-Q4", "2025-02"]),
        ("2025", "2025", ["2025-02", "2025-03", "2025-12", "2025-Q1"]),
        ("2025-Q2", None, ["2025-12"]),
        (None, "2024", ["2024", "2024-Q4"]),
    ],
)
def test_periods_are_bounded_by_their_last_month(
    hand: Hand, store: Store, first: str | None, last: str | None, expected: list[str]
) -> None:
    periods = ("2024", "2024-Q4", "2025-02", "2025-03", "2025-Q1", "2025-12")
    hand.upload(figures(*(("a", period, 1.0) for period in periods)), day(1))
    assert store.observations(first=first, last=last)["period"].tolist() == expected


def test_a_bound_that_is_no_period_is_refused(store: Store) -> None:
    with pytest.raises(PeriodError):
        store.observations(first="March")


def test_current_figures_are_sorted_alike_on_both_databases(hand: Hand, store: Store) -> None:
    rows = [("b_1", "2025-03", 1.0), ("b", "2025-Q1", 2.0), ("b", "2025", 3.0), ("a", "2025-12", 4.0)]
    hand.upload(figures(*rows), day(1))
    stored = store.observations()
    assert stored[["indicator", "period"]].apply(tuple, axis=1).tolist() == [
        ("a", "2025-12"),
        ("b", "2025"),
        ("b", "2025-Q1"),
        ("b_1", "2025-03"),
    ]


def test_versions_come_in_the_order_of_belief(hand: Hand, store: Store) -> None:
    for value, known_from in ((3.0, day(3)), (1.0, day(1)), (2.0, day(2))):
        hand.upload(figures(("a", "2025-03", value)), known_from)
    hand.upload(figures(("a", "2025-03", 9.0), measure="month"), day(1))
    assert _values(store.versions("a", LONGWAN, "2025-03", "ytd")) == [1.0, 2.0, 3.0]
    assert _values(store.versions("a", LONGWAN, "2025-03")) == [9.0, 1.0, 2.0, 3.0]
    assert store.versions("a", WENZHOU, "2025-03").empty


BAD = {
    "missing or infinite": {"value": float("nan")},
    "infinite": {"value": float("inf")},
    "unknown status": {"status": "guessed"},
    "part of the key is empty": {"region": ""},
    "too large": {"value": 1e18},
}


@pytest.mark.parametrize("words", BAD)
def test_what_no_table_may_state_is_refused_as_a_whole(hand: Hand, store: Store, words: str) -> None:
    bad = figures(("a", "2025-03", 1.0), ("b", "2025-03", 2.0))
    ((column, value),) = BAD[words].items()
    bad.loc[1, column] = value
    upload = hand.receive()
    with pytest.raises(StoreError, match=words):
        hand.accept(upload, bad, day(1))
    assert store.observations().empty
    assert store.upload(upload.id) == upload


def test_the_same_figure_twice_in_a_table_is_refused(hand: Hand) -> None:
    with pytest.raises(StoreError, match="stated twice"):
        hand.upload(figures(("a", "2025-03", 1.0), ("a", "2025-03", 2.0)), day(1))


def test_a_frame_without_its_columns_is_refused(hand: Hand) -> None:
    with pytest.raises(StoreError, match="lack the columns"):
        hand.upload(figures(("a", "2025-03", 1.0)).drop(columns=["unit", "cell"]), day(1))


def test_a_frame_of_categories_is_stored_like_any_other(hand: Hand, store: Store) -> None:
    frame = figures(("a", "2025-03", 1.0), ("b", "2025-03", 2.0)).astype(
        {"indicator": "category", "status": "category"}
    )
    frame["cell"] = pd.Series([None, "D5"], dtype="object")
    hand.upload(frame, day(1))
    assert store.observations()["cell"].tolist() == ["", "D5"]


def test_an_upload_of_many_regions_and_figures_is_stored(hand: Hand, store: Store) -> None:
    regions, periods = 1_100, 12
    frame = figures(*(("a", f"2025-{month:02d}", 1.0) for month in range(1, periods + 1)))
    frame = pd.concat([frame] * regions, ignore_index=True)
    frame["region"] = np.repeat(np.arange(110_000, 110_000 + regions).astype(str), periods)
    frame["value"] = np.arange(len(frame)) / 7
    assert hand.upload(frame, day(18))[1].new == len(frame)
    frame.loc[0, "value"] = 99.0
    assert hand.upload(frame, day(19))[1] == Change(new=0, revised=1, unchanged=len(frame) - 1)
    assert len(store.observations()) == len(frame)
