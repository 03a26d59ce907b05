"""Units of the catalogue: which one a text means, how one converts into another, and the slip by a power of ten.

Belongs here: names and factors of units. Does not belong here: which unit an indicator has (catalogue), judging a
figure against its history (`history.py` asks `slips`). Currencies never convert: their dimensions differ.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from validators.catalogue import Unit
from validators.errors import UnitError

_PREFIX = re.compile(r"^(?:(?:计量)?单位:?|unit:)")
_OPENING, _CLOSING = "([【〔〈<{", ")]】〕〉>}"
_PER_CENT = ("百分比", "百分点", "个百分点", "percent")  # how tables spell %, whatever the catalogue lists

SLIPS = (-8, -4, -3, 3, 4, 8)  # 元 for 亿元, 万元 for 亿元 (元 for 万元), 千元 for 百万元, and the other way round
_SLIP_TOLERANCE = np.log10(3.0)  # a year's growth or a slow month never reaches 10^2.5


def plain_unit(text: str) -> str:
    """The text without what surrounds a unit: full width, spaces, '单位:', enclosing brackets."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
    while True:
        shorter = _PREFIX.sub("", plain)
        shorter = (shorter[1:-1] if _is_bracketed(shorter) else shorter).strip(":,;、。")
        if shorter == plain:
            return plain
        plain = shorter


def _is_bracketed(text: str) -> bool:
    """Whether the first bracket closes at the very end: '(台(套))', not '(台)(套)'."""
    if text[:1] not in _OPENING or not text:
        return False
    depth = 0
    for position, character in enumerate(text):
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth == 0:
            return position == len(text) - 1
    return False


def convertible(units: Mapping[str, Unit], one: str, other: str) -> bool:
    """Whether two units convert into each other; True for an undeclared one, which is a problem of its own."""
    return one not in units or other not in units or units[one].dimension == units[other].dimension


class UnitTable:
    """Look-ups in the units of a catalogue. Keys are the catalogue's own ('亿元')."""

    def __init__(self, units: Mapping[str, Unit]) -> None:
        self._units = units
        self._keys: dict[str, str] = {}
        for key, unit in units.items():
            for text in (key, unit.name.zh, *unit.aliases):
                self._keys.setdefault(plain_unit(text), key)
        if "%" in units:
            for text in _PER_CENT:
                self._keys.setdefault(text, "%")

    def find(self, text: str) -> str | None:
        """The unit that the whole text names ('单位：亿元', '（亿元）', '％'); None when it names none, or two."""
        return self._keys.get(plain_unit(text))

    def exact_factor(self, source: str, target: str) -> Decimal:
        """How many `target` one `source` is. Raises UnitError for an undeclared unit or different dimensions."""
        for key in (source, target):
            if key not in self._units:
                near = difflib.get_close_matches(key, self._units, n=1, cutoff=0.0)
                hint_zh, hint_en = (f"，最接近：{near[0]}", f"; nearest: {near[0]!r}") if near else ("", "")
                raise UnitError(f"未声明的单位“{key}”{hint_zh} / undeclared unit {key!r}{hint_en}")
        one, other = self._units[source], self._units[target]
        if one.dimension != other.dimension:
            raise UnitError(
                f"“{source}”不能换算为“{target}” / {source!r} ({one.dimension}) can't be converted into "
                f"{target!r} ({other.dimension})"
            )
        return one.factor / other.factor

    def factor(self, source: str, target: str) -> float:
        """`exact_factor` rounded once, for arrays."""
        return float(self.exact_factor(source, target))


def slips(values: npt.ArrayLike, usual: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """For each value the power of ten (of `SLIPS`) by which it is off from its usual size, 0 where it is not.

    Both are in the same unit and broadcast against each other. A value is off by 10^k when it lies within a factor of
    3 of 10^k times the usual one: 4 means ten thousand times too large (万元 typed where 亿元 is meant). Signs don't
    matter; zero and missing values are never off.
    """
    found, size = np.broadcast_arrays(np.asarray(values, dtype=np.float64), np.asarray(usual, dtype=np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.log10(np.abs(found)) - np.log10(np.abs(size))
    off = np.zeros(power.shape, dtype=np.int64)
    for slip_power in SLIPS:
        off[np.abs(power - slip_power) <= _SLIP_TOLERANCE] = slip_power
    return off


def slip(value: float, usual: float) -> int | None:
    """`slips` of one value; None when it is not off."""
    return int(slips(value, usual)[()]) or None
