"""The sample year, handed in month after month: every slip is entered once, and says what it came from."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pytest

from dagster_project.judgement import judge_and_save
from dagster_project.sample import truth
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.columns import OBSERVATION
from validators.findings import Report
from validators.periods import Month, parse_period

pytestmark = pytest.mark.xdist_group("slips_of_a_year")  # the year is judged once, in one worker

BADNESS = {"green": 0, "met": 0, "yellow": 1, "red": 2, "missed": 3}


def hand_in(store: Store, name: str, figures: pd.DataFrame, at: datetime) -> None:
    """What one table states, accepted at a moment."""
    upload = store.receive(
        sha256=hashlib.sha256(name.encode()).hexdigest(), file_name=name, size=1, received_at=at, received_by="test"
    )
    store.accept(
        upload.id,
        dataset=name.split("_")[0],
        period_first=str(figures["period"].min()),
        period_last=str(figures["period"].max()),
        observations=figures[list(OBSERVATION)],
        report=Report(name),
        known_from=at,
        decided_at=at,
    )


def editions(catalogue: Catalogue) -> Iterator[tuple[datetime, list[tuple[str, pd.DataFrame]]]]:
    """The tables of the year in batches, by month of publication; a revised table is a batch of its own."""
    figures = truth(catalogue, year=2025, through=Month(2025, 12))
    batch: list[tuple[str, pd.DataFrame]] = []
    last: tuple[int, int] | None = None
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    for name, table in figures.groupby("file", sort=False):
        day = table["published"].iloc[0]
        revised = table["status"].iloc[0] == "revised"
        if batch and (revised or (day.year, day.month) != last):
            yield moment, batch
            batch = []
        # Moments that go up from table to table, whatever the day.
        moment = max(datetime.combine(day, time(9), UTC), moment + timedelta(minutes=1))
        batch.append((str(name), table))
        last = None if revised else (day.year, day.month)
    yield moment, batch


@pytest.fixture(scope="module")
def year(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, list[str]]]:
    """The store after the year, and the runs that judged it, in their order; each batch is judged twice."""
    folder: Path = tmp_path_factory.mktemp("year")
    runs = []
    with Store.open(f"sqlite:///{folder / 'xushi.sqlite'}") as store:
        for number, (moment, batch) in enumerate(editions(catalogue)):
            for name, table in batch:
                hand_in(store, name, table, moment)
            run = f"run-{number:02d}"
            judge_and_save(catalogue, store, run_id=run, now=moment + timedelta(seconds=10))
            runs.append(run)
        again = store.slips()
        judge_and_save(catalogue, store, run_id="again", now=moment + timedelta(seconds=20))
        assert store.slips().equals(again)
        yield store, runs


def test_every_light_that_got_worse_is_entered_once(year: tuple[Store, list[str]]) -> None:
    store, runs = year
    wanted = []
    lights = [store.evaluation(run_id=run).set_index("target")["light"].to_dict() for run in runs]
    for run, before, after in zip(runs[1:], lights[:-1], lights[1:], strict=True):
        wanted += [
            (run, target, before[target], light)
            for target, light in after.items()
            if before[target] in BADNESS and BADNESS.get(light, -1) > BADNESS[before[target]]
        ]
    found = store.slips()
    found = found[found["kind"] == "light"]
    entered = [*zip(found["run_id"], found["target"], found["light_before"], found["light_after"], strict=True)]
    assert sorted(entered) == sorted(wanted)
    assert len(wanted) > 20
    assert set(found["cause"]) <= {"new_month", "revision"}
    assert found[["reason_zh", "reason_en"]].ne("").all(axis=None)


def test_a_probability_that_fell_is_entered_once_until_it_recovers(year: tuple[Store, list[str]]) -> None:
    store, _ = year
    found = store.slips()
    found = found[(found["kind"] == "probability") & found["probability_before"].notna()]
    assert len(found) > 10
    assert (found["probability_before"] >= 0.5).all()
    assert (found["probability_after"] < 0.5).all()
    assert not found.duplicated(["target", "at"]).any()


def test_a_first_forecast_below_the_threshold_is_entered_once(year: tuple[Store, list[str]]) -> None:
    # From what each run saved, by other means: the run in which each target first had a probability before its end.
    store, runs = year
    wanted = set()
    before: set[str] = set()
    last = None
    for run in runs:
        with sqlite3.connect(store.place.removeprefix("sqlite:///")) as database:
            saved = pd.read_sql_query(
                "SELECT target, probability, method, as_of FROM forecast WHERE run_id = ?", database, params=[run]
            )
        foretold = saved[saved["probability"].notna()]
        as_of = parse_period(saved["as_of"].iloc[0]).last_month.ordinal
        # Histories come first, two years at once: what they make foretold is no news.
        if last is not None and as_of - last <= 3:
            low = foretold[(foretold["probability"] < 0.5) & (foretold["method"] != "finished")]
            wanted |= {(run, target) for target in low["target"] if target not in before}
        before |= set(foretold["target"])
        last = as_of
    found = store.slips()
    found = found[found["probability_before"].isna() & (found["kind"] == "probability")]
    entered = [*zip(found["run_id"], found["target"], strict=True)]
    assert sorted(entered) == sorted(wanted)
    assert len(wanted) > 20
    assert found["reason_zh"].str.contains("此前没有预测").all()
    assert found["reason_en"].str.contains("no forecast before").all()
    assert set(found["cause"]) <= {"new_month", "time"}


def test_a_revised_month_is_named_as_the_cause(catalogue: Catalogue, year: tuple[Store, list[str]]) -> None:
    store, runs = year
    last = store.evaluation(run_id=runs[-1]).set_index("target")
    on_pace = [
        target
        for target in last.index[last["light"] == "met"]
        if last.loc[target, "measure"] == "ytd" and catalogue.targets[target].comparator == "at_least"
    ]
    target = catalogue.targets[on_pace[0]]
    believed = store.observations(indicators=[target.indicator], regions=[target.region], measures=["ytd"])
    newest = believed[believed["period"] == last.loc[on_pace[0], "period"]]
    halved = newest.assign(value=newest["value"] / 2, status="revised", text="")
    at = datetime(2026, 6, 1, tzinfo=UTC)
    hand_in(store, "correction", halved, at)
    judge_and_save(catalogue, store, run_id="corrected", now=at + timedelta(hours=1))
    judge_and_save(catalogue, store, run_id="corrected", now=at + timedelta(hours=2))
    found = store.slips(since=at, targets=[on_pace[0]])
    assert found["kind"].tolist() == ["light", "probability"]
    assert set(found["light_after"]) <= {"red", "missed"}
    assert found["cause"].unique().tolist() == ["revision"]
    (changed,) = found["changed"].iloc[0]
    assert (changed["period"], changed["after"]) == (newest["period"].iloc[0], pytest.approx(changed["before"] / 2))
