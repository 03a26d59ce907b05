"""Which indicator a row means and which measure a column.

Belongs here: names of rows against names in the catalogue, measures by the indicator's kind. Does not belong here:
values and units (`observed.py`), whose table it is (`recognition.py`).
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache

from dagster_project.tables.header_words import Role, compact, is_header_word
from dagster_project.tables.labels import bare_name
from validators.catalogue import Catalogue, Kind, Measure
from validators.codes import SameObject

_ACCUMULATING = (Kind.FLOW, Kind.COUNT)
_GROWTH_ENDING = re.compile(r"(?:同比)?(?:增速|增长速度|增长率?|增幅)$")
_PARTS = re.compile(r"[:_\-/]")
_ALIKE = 0.8
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_TRANSLATION = re.compile(
    r"(?<=[\u4e00-\u9fff)])[/_]?[a-z][a-z0-9,.&'’\-/]{3,}$"
)  # 地区生产总值 Gross Domestic Product
_TOP = "/"  # the place of a label written '/出口': it is known only where it stands under nothing
_LEAST_CONTAINED = 4  # characters; shorter names stand in too many others


@dataclass(frozen=True, slots=True)
class Meaning:
    """The indicators that a row reports: its level, its growth. Both '' for a row that isn't catalogued. `is_rate` when
    the label itself says growth, so that even a column of values holds it."""

    level: str = ""
    growth: str = ""
    is_rate: bool = False
    nearest: str = ""  # the catalogue's name that an unknown label resembles


@lru_cache(maxsize=256)
def row_names(key: SameObject, dataset: str) -> RowNames:
    """The names of one dataset's rows, made once per catalogue object: every file of it asks for all of them."""
    return RowNames(key.catalogue, dataset)


class RowNames:
    """The names of one dataset's rows; see `row_names`."""

    def __init__(self, catalogue: Catalogue, dataset: str) -> None:
        self._levels: dict[tuple[str, str], str] = {}
        self._rates: dict[tuple[str, str], str] = {}
        self._growth_of: dict[str, str] = {}
        self._names: dict[str, str] = {}  # bare name -> as the catalogue writes it
        indicators = {key: catalogue.indicators[key] for key in catalogue.dataset_indicators[dataset]}
        for key, indicator in indicators.items():
            into = self._rates if indicator.kind is Kind.GROWTH else self._levels
            for name in (indicator.name.zh, *indicator.labels):
                parent, slash, child = name.rpartition("/")
                into.setdefault((key_of(parent) if parent or not slash else _TOP, key_of(child)), key)
                self._names.setdefault(key_of(child), name)
            if indicator.kind is Kind.GROWTH and indicator.of in indicators:
                self._growth_of[indicator.of or ""] = key
        for (parent, child), key in list(self._rates.items()):
            base = _GROWTH_ENDING.sub("", child)
            if base and base != child:  # a row XX with nothing but growth, where the catalogue says XX增速
                self._rates.setdefault((parent, base), key)

    def meaning(self, label: str, parent: str) -> Meaning:
        """What a row label under a parent label means."""
        return self._found(label, parent, strictly=False) or Meaning(nearest=self._nearest(key_of(label)))

    def knows(self, label: str, parent: str, *, strictly: bool = False) -> bool:
        """Whether the row is catalogued. `strictly`: by its whole path, since 第三产业 under investment is not what it
        is by itself."""
        return self._found(label, parent, strictly=strictly) is not None

    def resembled(self, label: str) -> str:
        """The catalogue's name that a label resembles, '' for none."""
        return self._nearest(key_of(label))

    def _found(self, label: str, parent: str, *, strictly: bool) -> Meaning | None:
        above = key_of(parent)
        anywhere = [""] if not (above and strictly) else []
        places = [above or _TOP, *anywhere]
        for name in _readings(label):
            for place in places:
                found = self._at((place, name))
                if found is not None:
                    return found
        return None

    def _at(self, place: tuple[str, str]) -> Meaning | None:
        level, rate = self._levels.get(place, ""), self._rates.get(place, "")
        says_growth = _GROWTH_ENDING.search(place[1]) is not None
        if level or rate:
            return Meaning(level, rate or self._growth_of.get(level, ""), is_rate=bool(rate) and says_growth)
        base = _GROWTH_ENDING.sub("", place[1])
        if says_growth and base:
            rate = self._rates.get((place[0], base), "") or self._growth_of.get(
                self._levels.get((place[0], base), ""), ""
            )
            if rate:
                return Meaning("", rate, is_rate=True)
        return None

    def _nearest(self, name: str) -> str:
        """The name that resembles an unknown one: contained in it, containing it, or alike by its letters."""
        if not name:
            return ""
        near = difflib.get_close_matches(name, self._names, n=1, cutoff=_ALIKE)
        if not near and len(name) >= _LEAST_CONTAINED:
            near = [
                other for other in self._names if len(other) >= _LEAST_CONTAINED and (other in name or name in other)
            ]
        if not near and name in self._names:
            near = [name]
        return self._names[max(near, key=lambda other: len(other))] if near else ""


@lru_cache(maxsize=20_000)  # the same labels come again in every table and for every dataset
def key_of(label: str) -> str:
    """A label for comparing: without 其中, numbering, unit, spaces, and in one spelling of brackets and dashes."""
    return re.sub(r"[—–―-]+", "-", bare_name(label)).casefold()


def _readings(label: str) -> list[str]:
    """The label as it is; without parts that only say the measure (出口金额:当月值); without a bracketed aside."""
    whole = key_of(label)
    parts = [part for part in _PARTS.split(whole) if part and not is_header_word(part)]
    without_aside = re.sub(r"\([^()]*\)", "", whole)
    chinese = _TRANSLATION.sub("", whole) if _CHINESE.search(whole) else whole
    readings = [whole, ":".join(parts), "".join(parts), without_aside, chinese]
    return [name for place, name in enumerate(readings) if name and name not in readings[:place]]


def measure_of(role: str, measure: str, kind: Kind, *, is_rate: bool) -> str:
    """The measure under which a cell is stored, '' when it isn't. `kind` is that of the indicator that takes the cell;
    `is_rate`: a cell in a column of values that holds growth."""
    if role == Role.RANK:  # also beside growth: the place among others is no growth
        return Measure.LEVEL if kind is Kind.RANK else ""
    if kind is Kind.GROWTH:
        if role == Role.GROWTH:
            return measure or Measure.YOY_YTD
        return (Measure.YOY_MONTH if measure == Measure.MONTH else Measure.YOY_YTD) if is_rate else ""
    if role == Role.GROWTH:
        return (measure or Measure.YOY_YTD) if kind in _ACCUMULATING or kind is Kind.STOCK else ""
    if kind in _ACCUMULATING:
        return measure if measure in (Measure.MONTH, Measure.YTD) else ""
    return Measure.LEVEL


def extra_measure(words: dict[Measure, tuple[str, ...]], column_label: str) -> str:
    """The measure for which the dataset lists a word that the column's header, or a part of it, is; '' for none."""
    parts = {compact(part) for part in column_label.split("/")} | {compact(column_label.replace("/", ""))}
    plain = {compact(bare_name(part)) for part in parts}
    for measure, texts in words.items():
        if any(compact(text) in parts | plain for text in texts):
            return measure
    return ""
