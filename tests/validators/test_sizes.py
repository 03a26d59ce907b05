from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from validators.sizes import Sizes

FIGURES = st.lists(
    st.tuples(st.integers(0, 4), st.one_of(st.just(np.nan), st.floats(-1e6, 1e6, width=32))), max_size=30
)


@given(FIGURES)
def test_sizes_are_those_of_pandas_group_by_group(figures: list[tuple[int, float]]) -> None:
    groups = np.array([group for group, _ in figures], dtype=np.int64)
    values = np.array([value for _, value in figures], dtype=float)
    asked = np.arange(6)
    sizes = Sizes.of(groups, values, asked)
    wanted = (
        pd.Series(values).groupby(groups).agg(["median", "max", "min", "count"]).reindex(asked).fillna({"count": 0})
    )
    np.testing.assert_allclose(sizes.median, wanted["median"].to_numpy(dtype=float))
    np.testing.assert_array_equal(sizes.highest, wanted["max"].to_numpy(dtype=float))
    np.testing.assert_array_equal(sizes.lowest, wanted["min"].to_numpy(dtype=float))
    np.testing.assert_array_equal(sizes.points, wanted["count"].to_numpy(dtype=float))
