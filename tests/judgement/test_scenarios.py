"""What if: months put in the place of those that are believed; nothing is stored."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from dagster_project.judgement import Judgement, explanation, judge, judge_and_save, what_if
from dagster_project.progress.explain_text import text
from dagster_project.store import Store
from tests.store.hands import Hand, day, figures
from validators.catalogue import Catalogue
from validators.errors import ScenarioError
from validators.periods import Month

EXPORTS = "longwan-exports"  # at least 450


@pytest.fixture
def september(hand: Hand) -> None:
    """Exports of three years and nine months, about 37 a month, February's figure covering January."""
    stated = []
    for year in (2022, 2023, 2024, 2025):
        total = 0.0
        for month in range(1, 13 if year < 2025 else 10):
            total += 37 + 2 * ((7 * month + 3 * year) % 11 - 5)
            if month > 1:
                stated.append(("goods_exports", f"{year}-{month:02d}", total))
    hand.upload(figures(*stated), day(20))


def row(judgement: Judgement, target: str = EXPORTS) -> dict[str, object]:
    found = judgement.evaluation[judgement.evaluation["target"] == target]
    return {str(name): value for name, value in found.iloc[0].items()}


def probability(judgement: Judgement) -> float:
    return float(judgement.forecast.set_index("target").loc[EXPORTS, "probability"])


@pytest.mark.usefixtures("september")
def test_assumed_months_are_added_to_what_is_known(small_catalogue: Catalogue, store: Store) -> None:
    found = what_if(small_catalogue, store, EXPORTS, {Month(2025, 10): 60, Month(2025, 11): 70})
    assert row(found.after)["actual_value"] == pytest.approx(row(found.before)["actual_value"] + 130)
    assert (found.before.as_of, found.after.as_of) == (Month(2025, 9), Month(2025, 11))
    assert probability(found.after) > probability(found.before)
    # The whole year is assumed: it is met or missed for certain.
    year = {Month(2025, month): 60.0 for month in (10, 11, 12)}
    assert probability(what_if(small_catalogue, store, EXPORTS, year).after) == 1
    little = what_if(small_catalogue, store, EXPORTS, year | {Month(2025, 12): 0.0, Month(2025, 11): 0.0}).after
    assert (row(little)["light"], probability(little)) == ("missed", 0)


@pytest.mark.usefixtures("september")
def test_a_past_month_moves_what_came_after_it(small_catalogue: Catalogue, store: Store) -> None:
    found = what_if(small_catalogue, store, EXPORTS, {Month(2025, 6): 50})
    june = 37 + 2 * ((7 * 6 + 3 * 2025) % 11 - 5)
    assert row(found.after)["actual_value"] == pytest.approx(row(found.before)["actual_value"] + 50 - june)
    made = explanation(small_catalogue, store, EXPORTS, found.after)
    assert made.inputs[0].sheet == "假设 assumed"


@pytest.mark.usefixtures("september")
def test_a_better_month_never_lowers_the_probability(small_catalogue: Catalogue, store: Store) -> None:
    chances = [
        probability(what_if(small_catalogue, store, EXPORTS, {Month(2025, 10): value}).after)
        for value in (0, 20, 40, 80, 200)
    ]
    assert chances == sorted(chances)


@pytest.mark.usefixtures("september")
def test_nothing_of_a_scenario_is_stored(small_catalogue: Catalogue, store: Store) -> None:
    judge_and_save(small_catalogue, store, run_id="first", now=day(21))
    before = (store.mark(), store.evaluation().to_csv(), len(store.observations()))
    what_if(small_catalogue, store, EXPORTS, {Month(2025, 10): 0})
    assert (store.mark(), store.evaluation().to_csv(), len(store.observations())) == before
    assert store.slips().empty
    assert row(judge(small_catalogue, store))["period"] == "2025-09"


@pytest.mark.usefixtures("september")
def test_a_rate_is_that_of_its_month(small_catalogue: Catalogue, store: Store) -> None:
    found = what_if(small_catalogue, store, "longwan-exports-growth", {Month(2025, 10): 4.5})
    assert row(found.after, "longwan-exports-growth")["light"] == "yellow"
    assert row(found.after)["light"] == row(found.before)["light"]


@pytest.mark.usefixtures("september")
def test_a_month_that_hangs_in_the_air_is_refused(small_catalogue: Catalogue, store: Store) -> None:
    with pytest.raises(ScenarioError, match="2025-10"):
        what_if(small_catalogue, store, EXPORTS, {Month(2025, 11): 50})
    with pytest.raises(ScenarioError, match="2025-01 to 2025-12"):
        what_if(small_catalogue, store, EXPORTS, {Month(2026, 1): 50})


def width(judgement: Judgement) -> float:
    found = judgement.forecast.set_index("target").loc[EXPORTS]
    return float(found["high_80"] - found["low_80"])


@pytest.mark.usefixtures("september")
def test_usual_revisions_widen_what_is_judged_and_what_is_supposed(
    small_catalogue: Catalogue, store: Store, hand: Hand
) -> None:
    october = {Month(2025, 10): 40.0}
    # The months of 2025 came in time and were never revised: nothing to be expected of September's.
    firm, firm_if = (judge(small_catalogue, store), what_if(small_catalogue, store, EXPORTS, october).after)
    said = firm.observations.set_index(["indicator", "period"])["value"]
    hand.upload(figures(("goods_exports", "2025-02", float(said["goods_exports", "2025-02"]) * 1.5)), day(25, 10))
    known_then = judge(small_catalogue, store, known_on=day(24, 10))
    assert width(known_then) == width(firm)
    loose, loose_if = (judge(small_catalogue, store), what_if(small_catalogue, store, EXPORTS, october).after)
    usual = loose.usual_revisions.set_index("target").loc[EXPORTS]
    assert (usual["own_pairs"], usual["own_size"]) == (7, pytest.approx((1 / 3) / 7))
    assert usual["revision"] > 0
    assert width(loose) > width(firm)
    assert width(loose_if) > width(firm_if)
    made = explanation(small_catalogue, store, EXPORTS, loose)
    assert made.usual_revision["revision"] == pytest.approx(usual["revision"])
    assert len(made.revised) == 7
    assert "常见修订" in text(made, ZoneInfo("Asia/Shanghai"))
