"""Names for the array types of this package. Shapes stand in the docstrings that use them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Marks = NDArray[np.int8]
Texts = NDArray[np.object_]  # of str: repeated words are shared, so taking by code costs a pointer
AnyIntegers = NDArray[np.integer[Any]]
