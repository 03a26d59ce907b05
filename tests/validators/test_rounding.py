from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from validators.rounding import half_digit


@pytest.mark.parametrize(
    ("value", "text", "half"),
    [
        (38.1, "38.1", 0.05),
        (38.0, "38", 0.5),
        (38.0, "38.00", 0.005),
        (3812.5, "3,812.5", 0.05),
        (5.2, "5.2%", 0.05),
        (38.1, "３８．１", 0.05),
        (0.3812, "3812", 0.5e-4),  # typed in 万元, kept in 亿元
        (381.2e4, "381.2", 500.0),  # typed in 万人, kept in 人
        (0.0, "0.0", 0.05),
        (38.12, "", 0.005),  # nothing shown: as many decimals as it takes
        (38.12, "约38", 0.005),
        (38.12, "7", 0.005),  # another number: the text doesn't say how this one was rounded
    ],
)
def test_half_a_unit_of_the_last_digit_shown(value: float, text: str, half: float) -> None:
    np.testing.assert_allclose(half_digit(np.array([value]), pd.Series([text]), np.array([0])), [half])


def test_without_texts_a_series_is_as_exact_as_its_most_exact_value() -> None:
    values, groups = np.array([38.0, 37.2, 150.0]), np.array([1, 1, 2])
    np.testing.assert_allclose(half_digit(values, None, groups), [0.05, 0.05, 0.5])


def test_the_noise_of_binary_fractions_counts_as_seven_decimals() -> None:
    np.testing.assert_allclose(half_digit(np.array([1 / 3]), None, np.array([0])), [0.5e-7])


def test_no_figures_have_no_digits() -> None:
    assert len(half_digit(np.array([]), None, np.array([], dtype=np.int64))) == 0
