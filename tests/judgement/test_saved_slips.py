"""Judging after every upload enters each slip once, with its cause."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pandas as pd
import pytest

from dagster_project.judgement import judge, judge_and_save, save
from dagster_project.store import Store
from tests.store.hands import Hand, day, figures
from validators.catalogue import Catalogue

EXPORTS = "longwan-exports"  # at least 450 by December: 37.5 a month
KEPT = ["target", "kind", "light_before", "light_after", "cause", "period_before", "period_after"]


def put(hand: Hand, at: datetime, *stated: tuple[str, float]) -> int:
    """Hand in exports by month, at a moment; the number of the upload."""
    upload = hand.receive(at)
    hand.accept(upload, figures(*(("goods_exports", period, value) for period, value in stated)), at)
    return upload.id


def year(number: int, a_month: float, last: int = 12) -> list[tuple[str, float]]:
    """Exports of a year up to a month, alike every month; January comes with February."""
    return [(f"{number}-{month:02d}", a_month * month) for month in range(2, last + 1)]


def first_forecasts(store: Store) -> pd.DataFrame:
    found = store.slips(targets=[EXPORTS])
    return found[(found["kind"] == "probability") & found["probability_before"].isna()].reset_index(drop=True)


def light_slips(store: Store) -> pd.DataFrame:
    found = store.slips()
    return found[(found["kind"] == "light") & (found["target"] == EXPORTS)].reset_index(drop=True)


@pytest.fixture
def march(small_catalogue: Catalogue, store: Store, hand: Hand) -> int:
    """On pace by March, judged on 20 April."""
    upload = put(hand, day(20), ("2025-02", 80), ("2025-03", 120))
    judge_and_save(small_catalogue, store, run_id="first", now=day(21))
    return upload


def test_a_month_that_falls_behind_is_a_slip_by_a_new_month(
    small_catalogue: Catalogue, store: Store, hand: Hand, march: int
) -> None:
    assert store.slips().empty
    put(hand, day(20, 5), ("2025-04", 140))
    judge_and_save(small_catalogue, store, run_id="second", now=day(21, 5))
    (slip,) = light_slips(store).to_dict("records")
    assert [slip[name] for name in KEPT] == [EXPORTS, "light", "green", "yellow", "new_month", "2025-03", "2025-04"]
    assert (slip["actual_before"], slip["actual_after"], slip["changed"]) == (120, 140, [])
    assert slip["reason_zh"] == "货物贸易出口由正常转为偏慢：2025年4月数据公布，为140亿元（此前2025年3月为120亿元）。"
    assert "behind, on pace before; April 2025 came in at 140" in slip["reason_en"]
    assert slip["at"] == day(21, 5)


def test_judging_again_without_a_change_enters_nothing(
    small_catalogue: Catalogue, store: Store, hand: Hand, march: int
) -> None:
    put(hand, day(20, 5), ("2025-04", 140))
    for run, hour in (("second", 0), ("third", 1), ("third", 2), ("portal", 3)):
        judge_and_save(small_catalogue, store, run_id=run, now=day(21, 5) + timedelta(hours=hour))
    assert len(light_slips(store)) == 1


def test_a_revision_names_the_month_and_its_figures(
    small_catalogue: Catalogue, store: Store, hand: Hand, march: int
) -> None:
    # Published before the last judgement and handed in after it: what counts is when it was there to be seen.
    upload = hand.receive(day(25))
    hand.accept(upload, figures(("goods_exports", "2025-03", 60)), day(20) + timedelta(hours=1))
    judge_and_save(small_catalogue, store, run_id="second", now=day(26))
    (slip,) = light_slips(store).to_dict("records")
    assert (slip["light_after"], slip["cause"]) == ("red", "revision")
    assert slip["changed"] == [
        {"indicator": "goods_exports", "measure": "ytd", "period": "2025-03", "unit": "亿元", "before": 120,
         "after": 60},
    ]  # fmt: skip
    assert "2025年3月由120改为60亿元" in slip["reason_zh"]


def test_a_withdrawal_is_a_cause_of_its_own(small_catalogue: Catalogue, store: Store, hand: Hand, march: int) -> None:
    put(hand, day(22), ("2025-03", 60))
    judge_and_save(small_catalogue, store, run_id="second", now=day(23))
    better = put(hand, day(24), ("2025-03", 115))
    judge_and_save(small_catalogue, store, run_id="third", now=day(25))
    store.withdraw(better, by="somebody", because="wrong table", at=day(26))
    judge_and_save(small_catalogue, store, run_id="fourth", now=day(27))
    assert light_slips(store)["cause"].tolist() == ["revision", "withdrawal"]


def test_a_target_that_was_raised_slips_by_the_plan(
    small_catalogue: Catalogue, store: Store, hand: Hand, march: int
) -> None:
    target = small_catalogue.targets[EXPORTS].model_copy(update={"value": 500})
    raised = small_catalogue.model_copy(update={"targets": {**small_catalogue.targets, EXPORTS: target}})
    judge_and_save(raised, store, run_id="second", now=day(23))
    (slip,) = light_slips(store).to_dict("records")
    assert slip["cause"] == "plan"
    assert "目标值由450调整为500亿元" in slip["reason_zh"]


def test_two_that_judge_at_the_same_time_enter_a_slip_once(
    small_catalogue: Catalogue, store: Store, hand: Hand, march: int
) -> None:
    put(hand, day(20, 5), ("2025-04", 140))
    one, other = judge(small_catalogue, store), judge(small_catalogue, store)
    entered = [
        len(save(small_catalogue, store, judgement, run_id=run, now=at))
        for judgement, run, at in (
            (one, "scheduled", day(21, 5)),
            (other, "portal", day(21, 5) + timedelta(seconds=1)),
            (one, "late", day(21, 5) - timedelta(seconds=1)),  # overtaken by what was saved meanwhile
        )
    ]
    assert entered[1:] == [0, 0]
    assert len(light_slips(store)) == 1


def test_what_was_compared_with_an_older_judgement_is_refused(
    small_catalogue: Catalogue, store: Store, hand: Hand, march: int
) -> None:
    last = store.last_judgement()
    assert last is not None
    made = judge_and_save(small_catalogue, store, run_id="second", now=day(22))
    stamp = last[0]._replace(run_id="third", evaluated_at=day(23))
    kept = store.save_judgement(made.evaluation, made.forecast, store.slips(), since=last[0], stamp=stamp)
    assert not kept
    assert store.evaluation(run_id="third").empty


def test_three_that_save_at_once_enter_a_slip_once(
    small_catalogue: Catalogue, store: Store, hand: Hand, march: int
) -> None:
    put(hand, day(20, 5), ("2025-04", 140))
    with ThreadPoolExecutor(3) as pool:
        runs = [
            pool.submit(judge_and_save, small_catalogue, store, run_id=f"run-{number}", now=day(21, 5))
            for number in range(3)
        ]
        for run in runs:
            run.result()
    assert len(light_slips(store)) == 1
    assert all(len(store.evaluation(run_id=f"run-{number}")) for number in range(3))


def test_a_first_forecast_under_the_threshold_is_entered_once(
    small_catalogue: Catalogue, store: Store, hand: Hand
) -> None:
    put(hand, day(20, 1), *year(2022, 20), *year(2023, 20))
    judge_and_save(small_catalogue, store, run_id="first", now=day(21, 1))
    put(hand, day(22, 1), *year(2024, 20))
    judge_and_save(small_catalogue, store, run_id="second", now=day(23, 1))
    assert first_forecasts(store).empty
    put(hand, day(20, 3), ("2025-02", 40))
    for run, number in (("third", 21), ("fourth", 22)):
        judge_and_save(small_catalogue, store, run_id=run, now=day(number, 3))
    (slip,) = first_forecasts(store).to_dict("records")
    assert (slip["run_id"], slip["cause"], slip["period_before"]) == ("third", "new_month", "")
    assert slip["probability_after"] < 0.5
    assert "此前没有预测：2025年2月数据公布，为40亿元。" in slip["reason_zh"]
    assert "no forecast before; February 2025 came in at 40 × 100 million yuan." in slip["reason_en"]
    put(hand, day(20, 4), ("2025-03", 60))
    judge_and_save(small_catalogue, store, run_id="fifth", now=day(21, 4))
    assert len(first_forecasts(store)) == 1


@pytest.mark.parametrize("judged_before", [True, False])
def test_a_year_that_is_loaded_at_once_tells_of_no_first_forecast(
    small_catalogue: Catalogue, store: Store, hand: Hand, judged_before: bool
) -> None:
    if judged_before:
        judge_and_save(small_catalogue, store, run_id="empty", now=day(1, 10))
    put(hand, day(19, 10), *year(2022, 20), *year(2023, 20), *year(2024, 20), *year(2025, 20, 9))
    made = judge_and_save(small_catalogue, store, run_id="all", now=day(20, 10))
    row = made.forecast.set_index("target").loc[EXPORTS]
    assert (row["probability"] < 0.5, bool(row["unlikely"])) == (True, True)
    assert store.slips().empty


def test_old_months_loaded_one_by_one_tell_of_no_first_forecast(
    small_catalogue: Catalogue, store: Store, hand: Hand
) -> None:
    put(hand, day(19, 10), *year(2022, 20), *year(2023, 20), *year(2024, 20))
    judge_and_save(small_catalogue, store, run_id="history", now=day(19, 10))
    for month in range(2, 6):
        put(hand, day(20, 10), (f"2025-{month:02d}", 20 * month))
        judge_and_save(small_catalogue, store, run_id=f"month-{month}", now=day(20 + month, 10))
    assert first_forecasts(store).empty


def test_a_target_new_in_the_catalogue_tells_of_no_first_forecast(
    small_catalogue: Catalogue, store: Store, hand: Hand
) -> None:
    put(hand, day(20, 3), *year(2022, 20), *year(2023, 20), *year(2024, 20), ("2025-02", 40))
    others = {key: one for key, one in small_catalogue.targets.items() if key != EXPORTS and one.part_of != EXPORTS}
    without = small_catalogue.model_copy(update={"targets": others})
    judge_and_save(without, store, run_id="without", now=day(21, 3))
    made = judge_and_save(small_catalogue, store, run_id="with", now=day(22, 3))
    assert made.forecast.set_index("target").loc[EXPORTS, "unlikely"]
    assert first_forecasts(store).empty
