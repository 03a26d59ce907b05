"""CSV and JSON hold everything and read back as they were."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd

from dagster_project.progress import EVALUATION
from dagster_project.scoreboard import to_csv, to_json


def test_csv_reads_back_as_the_same_rows(board):
    rows = board.rows
    text = [name for name in rows.columns if rows[name].dtype == "str"]
    back = pd.read_csv(
        io.StringIO(to_csv(board)), dtype=dict.fromkeys(text, "str") | {"lag_months": "Int64"}, keep_default_na=False,
        na_values={name: [""] for name in rows.columns if name not in text},
    )  # fmt: skip
    assert list(back.columns) == list(rows.columns)
    for name in rows.columns:
        if name in text or name in ("lag_months", "settled"):
            assert back[name].equals(rows[name]), name
        else:
            assert np.array_equal(back[name].astype(float), rows[name].astype(float), equal_nan=True), name


def test_csv_has_every_column_of_the_evaluation(board):
    header = to_csv(board).splitlines()[0].split(",")
    assert set(EVALUATION) <= set(header)


def test_json_is_strict_and_unknown_numbers_are_null(board):
    whole = json.loads(to_json(board), parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))
    assert (whole["as_of"], whole["known_on"], whole["sample"]) == ("2025-09", None, False)
    assert whole["counts"]["targets"] == 18
    by_id = {target["target"]: target for target in whole["targets"]}
    assert len(by_id) == 19
    unknown = by_id["wenzhou-high-tech-firms"]
    assert (unknown["light"], unknown["actual_value"], unknown["lag_months"]) == ("no_data", None, None)
    exports = by_id["longwan-exports"]
    assert (exports["actual_value"], exports["target_value"], exports["settled"]) == (298.1, 450, False)
    assert by_id["longwan-tech-smes"]["lag_months"] == 2


def test_an_infinite_gap_is_null_in_json(board):
    rows = board.rows.assign(gap_points=np.inf)
    text = to_json(type(board)(rows, board.catalogue, board.as_of))
    assert json.loads(text)["targets"][0]["gap_points"] is None
