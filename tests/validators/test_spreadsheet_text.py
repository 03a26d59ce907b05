"""A text of a table stays a text when a spreadsheet program opens an export."""

from __future__ import annotations

import pandas as pd
import pytest

from validators.spreadsheet_text import inert, inert_cell, inert_frame


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=cmd|" /C calc"!A0',
        "+SUM(A1)",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1+1",
        "\u3000=1",
        "＝1+1",
        "＋1＋1",
        "－A1",
        "＠SUM(1)",
        "\ufeff=1",
        "\0=1",
    ],
)
def test_a_text_that_could_be_calculated_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"
    assert inert(inert(text)) == inert(text)


@pytest.mark.parametrize("text", ["", "货物贸易出口", "-3.4", "+5.2%", "-1,234.5", "-", "--", "－", "1-3月", "a=b"])
def test_words_numbers_and_placeholders_stay_as_they_are(text: str) -> None:
    assert inert(text) == text


def test_numbers_of_any_type_stay_numbers() -> None:
    assert [inert_cell(value) for value in (-3.5, -2, None, True)] == [-3.5, -2, None, True]


def test_a_frame_has_its_texts_and_headings_made_inert_and_nothing_else() -> None:
    frame = pd.DataFrame({"=name": ["=1", "出口"], "value": [-1.5, 2.0], "any": [-1, "@a"]})
    result = inert_frame(frame)
    assert list(result.columns) == ["'=name", "value", "any"]
    assert result["'=name"].tolist() == ["'=1", "出口"]
    assert result["value"].tolist() == [-1.5, 2.0]
    assert result["any"].tolist() == [-1, "'@a"]
    assert frame["=name"].tolist() == ["=1", "出口"]
