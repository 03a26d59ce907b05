"""Every target of the sample year can be recomputed from its explanation alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from dagster_project.progress import Panel, TargetTable, best_runs, evaluate, forecast
from dagster_project.progress.explain import explain
from dagster_project.progress.explain_text import best_run_words, skill_words, text
from dagster_project.progress.revisions import Revisions
from dagster_project.sample import truth
from validators.catalogue import Catalogue
from validators.columns import OBSERVATION_KEY
from validators.periods import Month

pytestmark = pytest.mark.xdist_group("explanations")  # the sample year is made once, in one worker
FIRST = [*OBSERVATION_KEY, "value", "unit", "known_from"]  # of `Store.first_statements`


def _months(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7])


# The meaning of the operations, written down a second time from their description.
RECOMPUTE: dict[str, Callable[..., Any]] = {
    "take": lambda a: a,
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "minimum": lambda a, b: a if a < b else b,
    "maximum": lambda a, b: a if a > b else b,
    "absolute": lambda a: -a if a < 0 else a,
    "mean": lambda *a: sum(a) / len(a),
    "equal": lambda a, b: a == b,
    "at_least": lambda a, b: not a < b,
    "more_than": lambda a, b: a > b,
    "at_most": lambda a, b: not a > b,
    "less_than": lambda a, b: a < b,
    "and": lambda a, b: bool(a) and bool(b),
    "or": lambda a, b: bool(a) or bool(b),
    "not": lambda a: not a,
    "months_after": lambda a, b: _months(b) - _months(a),
    "month_number": lambda a: int(a.split("-")[1]),
}


def recomputed(explanation: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The numbers by column of the evaluation, and the light, from the JSON and nothing else; results are not read."""
    known: dict[str, dict[str, Any]] = {
        "input": {one["name"]: one["value"] for one in explanation["inputs"]},
        "rule": explanation["rule"],
        "step": {},
    }
    for step in explanation["steps"]:
        operands = [known[one["from"]][one["name"]] if isinstance(one, dict) else one for one in step["operands"]]
        known["step"][step["name"]] = RECOMPUTE[step["operation"]](*operands)
    numbers = {column: known["step"][step] for column, step in explanation["results"].items()}
    numbers["usual_revision"] = known["step"].get("revision", 0.0)
    for pair in explanation["revised"]:  # what the steps average must be what the cells say
        apart, larger = abs(pair["now"] - pair["first"]), max(abs(pair["first"]), abs(pair["now"]), 1e-300)
        assert pair["size"] == pytest.approx(apart if explanation["rule"]["kind"] == "growth" else apart / larger)
    if explanation["revised"]:
        own = next(step for step in explanation["steps"] if step["name"] == "revision_own")
        assert own["operands"] == [pair["size"] for pair in explanation["revised"]]
    light = next((one["light"] for one in explanation["decisions"] if known["step"][one["step"]]), "red")
    return numbers, light


COLUMNS = (
    "actual_value",
    "attainment_ratio",
    "expected_ratio",
    "seasonal_ratio",
    "pace_ratio",
    "expected_value",
    "gap_value",
    "gap_points",
    "required_run_rate",
    "average_run_rate",
    "remaining_months",
)


@pytest.fixture(scope="module")
def said(catalogue: Catalogue) -> pd.DataFrame:
    """Every statement of the sample year, revisions too."""
    return stated(truth(catalogue, year=2025, through=Month(2025, 12)).reset_index(drop=True))


@pytest.fixture(scope="module")
def sample(said: pd.DataFrame) -> pd.DataFrame:
    """Every figure of the sample year as a store would hold it."""
    return said.drop_duplicates(list(OBSERVATION_KEY), keep="last")


def stated(figures: pd.DataFrame) -> pd.DataFrame:
    """Every statement with its upload and the moment from which it is known."""
    return figures.assign(
        upload=pd.factorize(figures["file"])[0] + 1, known_from=pd.to_datetime(figures["published"], utc=True)
    )


@pytest.fixture(scope="module")
def first(said: pd.DataFrame) -> pd.DataFrame:
    """What was first said of the sample year's figures that were revised."""
    twice = said[said.duplicated(list(OBSERVATION_KEY), keep=False)]
    return twice.drop_duplicates(list(OBSERVATION_KEY))[FIRST]


def disagreements(catalogue: Catalogue, figures: pd.DataFrame, first: pd.DataFrame, as_of: Month) -> list[str]:
    """What comes out otherwise for any target when it is recomputed."""
    targets = TargetTable.from_catalogue(catalogue)
    panel = Panel.from_observations(figures, targets)
    revisions = Revisions.of(figures, first)
    usual = revisions.usual(targets, panel, as_of)
    judged, foretold = evaluate(targets, panel, as_of), forecast(targets, panel, as_of)
    runs = best_runs(targets, panel, as_of)
    more = {"usual": usual, "revisions": revisions}
    files = dict(zip(figures["upload"], figures["file"], strict=True))
    found = []
    for row, target in enumerate(targets.ids):
        made = explain(
            targets, panel, figures, target, as_of, evaluation=judged, forecast=foretold, runs=runs, files=files, **more
        )
        numbers, light = recomputed(json.loads(json.dumps(made.as_json())))
        wanted = judged.iloc[row]
        if light != wanted["light"] or light != made.light:
            found.append(f"{target} {as_of.text}: {light} instead of {wanted['light']}")
        for column in COLUMNS:
            number = numbers.get(column, np.nan)
            if not np.isclose(number, float(wanted[column]), rtol=1e-12, atol=1e-12, equal_nan=True):
                found.append(f"{target} {as_of.text} {column}: {number} instead of {wanted[column]}")
        wanted_revision = usual["revision"].iloc[row] if foretold["horizon"].iloc[row] else 0.0
        if not np.isclose(numbers["usual_revision"], wanted_revision, rtol=1e-12):
            found.append(f"{target} {as_of.text}: revision {numbers['usual_revision']} instead of {wanted_revision}")
        said = text(made, ZoneInfo("Asia/Shanghai"))
        if made.inputs:
            assert all(one.file and one.cell for one in made.inputs)
            shown = datetime.fromisoformat(made.inputs[0].known_from) + timedelta(hours=8)
            assert f"已知于 known from {shown:%Y-%m-%d %H:%M}；" in said
    return found


@pytest.mark.parametrize("month", [2, 5, 12])
def test_every_target_of_the_sample_year_is_recomputed_from_its_explanation(
    catalogue: Catalogue, sample: pd.DataFrame, first: pd.DataFrame, month: int
) -> None:
    as_of = Month(2025, month)
    periods = sample["period"].astype("str")
    known = sample[(periods.str.len() == len("2025-01")) & (periods <= as_of.text) | (periods.str[:4] < "2025")]
    assert disagreements(catalogue, known, first, as_of) == []


def test_months_alone_are_added_up_in_the_open(catalogue: Catalogue, sample: pd.DataFrame, first: pd.DataFrame) -> None:
    # Without years to date, the panel adds the months up, and so must the clerk.
    assert disagreements(catalogue, sample[sample["measure"] != "ytd"], first, Month(2025, 9)) == []


def test_the_small_catalogue_has_every_comparator_and_pace(small_catalogue: Catalogue) -> None:
    figures = truth(small_catalogue, year=2025, through=Month(2025, 9)).drop_duplicates(
        list(OBSERVATION_KEY), keep="last"
    )
    stored = figures.assign(upload=1, known_from=pd.to_datetime(figures["published"], utc=True))
    for month in (3, 9):
        assert disagreements(small_catalogue, stored, stored.iloc[:0][FIRST], Month(2025, month)) == []


def test_the_forecast_says_how_well_it_would_have_called_the_past(catalogue: Catalogue, sample: pd.DataFrame) -> None:
    as_of = Month(2025, 5)
    targets = TargetTable.from_catalogue(catalogue)
    known = sample[sample["period"].astype("str") <= as_of.text]
    panel = Panel.from_observations(known, targets)
    foretold = forecast(targets, panel, as_of)
    revisions = Revisions.of(known, known.iloc[:0][FIRST])
    row = int(np.flatnonzero(targets.accumulates & foretold["skill"].notna().to_numpy())[0])
    made = explain(
        targets,
        panel,
        known,
        str(targets.ids[row]),
        as_of,
        evaluation=evaluate(targets, panel, as_of),
        forecast=foretold,
        runs=best_runs(targets, panel, as_of),
        usual=revisions.usual(targets, panel, as_of),
        revisions=revisions,
        files={},
    )
    skill, best = skill_words(made.forecast), best_run_words(made.best_run, "亿元", low_is_good=False)
    assert skill is not None
    assert best is not None
    assert "from May within" in skill.en
    assert "the best same months ever were" in best.en
    assert made.history[0].period < "2025"
