"""Slips: a light that got worse, or a probability that fell under its threshold, between two judgements.

A first forecast that stands under the threshold is a slip too, of what had no probability before: otherwise nobody
would ever be told. It is news only while the year is followed as it goes. So the target was known to the judgement
before, that one is `AT_ONCE` months older at most, and so is the figure before, or the beginning of the target's year:
a year that is loaded at once, an installation that begins on old data and a target that is new in the catalogue enter
none, and show as unlikely all the same.

Belongs here: which targets slipped, with the figures before and after. Does not belong here: why
(`slip_causes.py`), the sentences (`slip_words.py`), where slips are kept (the store).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd

from dagster_project.progress.arrays import Flags, Floats, Integers
from dagster_project.progress.forecast_columns import Method
from dagster_project.progress.lights import BADNESS, LIGHTS
from dagster_project.progress.slip_causes import causes
from dagster_project.progress.slip_words import sentences
from dagster_project.progress.targets import TargetTable
from validators.periods import month_ordinals

CLEARED_ABOVE: Final = 0.1  # above its threshold a probability counts as recovered, so that it doesn't flap around it

AT_ONCE: Final = 3  # months; a quarter's figures come together

SLIP: Final = (
    "target",
    "kind",
    "as_of",
    "light_before",
    "light_after",
    "probability_before",
    "probability_after",
    "actual_before",
    "actual_after",
    "period_before",
    "period_after",
    "cause",
    "changed",
    "reason_zh",
    "reason_en",
)


class SlipKind(StrEnum):
    """What became worse."""

    LIGHT = "light"
    PROBABILITY = "probability"


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """One judgement as slips see it. `evaluation` (progress.EVALUATION) and `forecast` (FORECAST and `unlikely`): one
    row per target, in any order; `observations`: the figures that were believed (STORED columns)."""

    evaluation: pd.DataFrame
    forecast: pd.DataFrame
    observations: pd.DataFrame


def unlikely(probability: Floats, before: Flags, threshold: float) -> Flags:
    """(n,) whether targets count as unlikely to be met: below `threshold`; once so (`before`), until the probability
    is `CLEARED_ABOVE` higher. Without a probability it stays as it was."""
    known = np.isfinite(probability)
    low = probability < np.where(before, min(threshold + CLEARED_ABOVE, 1.0), threshold)
    return np.where(known, low, before)


def slipped(targets: TargetTable, before: State, after: State, *, firsts: bool = True) -> tuple[Integers, Flags]:
    """Positions in `targets` of what slipped, ascending, and whether it is the light (else the probability) that did;
    a target may stand there with both. A target without a light that can be worse has nothing to slip from. `firsts`:
    whether first forecasts count, as described above."""
    was, now = _aligned(before.evaluation, targets), _aligned(after.evaluation, targets)
    bad_before, bad_after = _badness(was["light"]), _badness(now["light"])
    worse = (bad_before >= 0) & (bad_after > bad_before)
    chance_before = _aligned(before.forecast, targets)
    chance_after = _aligned(after.forecast, targets)
    known = np.isfinite(_numbers(chance_before, "probability"))
    if firsts:
        finished = chance_after["method"].eq(Method.FINISHED.value).to_numpy(dtype=np.bool_, na_value=False)
        known |= _followed(targets, was, now) & ~finished
    known &= np.isfinite(_numbers(chance_after, "probability"))
    fell = known & _flags(chance_after) & ~_flags(chance_before)
    rows, kinds = np.nonzero(np.stack([worse, fell], axis=1))
    return rows.astype(np.int64), kinds == 0


def slips(targets: TargetTable, before: State, after: State, *, threshold: float, firsts: bool = True) -> pd.DataFrame:
    """Every slip from one judgement to the next (see `slipped`): columns SLIP, one row per slip, in the order of
    `targets`; `probability_before` is NaN of a first forecast.

    `cause` is a member of `slip_causes.Cause`; `changed` lists the target's own figures that were revised or withdrawn
    between the two, each a dict of indicator, measure, period, unit, before, after (None where nothing is left)."""
    rows, of_light = slipped(targets, before, after, firsts=firsts)
    those = targets.take(rows)
    was, now = _aligned(before.evaluation, those), _aligned(after.evaluation, those)
    chance_before, chance_after = _aligned(before.forecast, those), _aligned(after.forecast, those)
    found = pd.DataFrame(
        {
            "target": pd.array(those.ids, dtype="str"),
            "kind": np.where(of_light, SlipKind.LIGHT.value, SlipKind.PROBABILITY.value).astype(object),
            "as_of": now["as_of"].astype("str"),
            "light_before": was["light"].astype("str"),
            "light_after": now["light"].astype("str"),
            "probability_before": _numbers(chance_before, "probability"),
            "probability_after": _numbers(chance_after, "probability"),
            "actual_before": _numbers(was, "actual_value"),
            "actual_after": _numbers(now, "actual_value"),
            "period_before": was["period"].astype("str"),
            "period_after": now["period"].astype("str"),
        }
    )
    found["kind"] = found["kind"].astype("str")
    found["cause"], changed = causes(those, was, now, before.observations, after.observations)
    found["changed"] = pd.Series(changed, dtype="object")
    found["reason_zh"], found["reason_en"] = sentences(those, found, was, now, threshold)
    return found.loc[:, list(SLIP)]


def _aligned(frame: pd.DataFrame, targets: TargetTable) -> pd.DataFrame:
    """The rows of these targets, in their order; empty cells for a target that the frame doesn't have."""
    positions = pd.Index(frame["target"].astype("str")).get_indexer(pd.Index(targets.ids, dtype="str"))
    return frame.reset_index(drop=True).reindex(positions).reset_index(drop=True)


def _followed(targets: TargetTable, was: pd.DataFrame, now: pd.DataFrame) -> Flags:
    """(n,) targets that the judgement before knew and that went on since by no more than comes at once."""
    judged, as_of = _months(was["as_of"]), _months(now["as_of"])
    last, newest = _months(was["period"]), _months(now["period"])
    last = np.where(last < 0, targets.start - 1, last)
    return np.asarray((judged >= 0) & (as_of - judged <= AT_ONCE) & (newest - last <= AT_ONCE))


def _months(column: pd.Series) -> Integers:
    """Ordinals of the last months of SDMX periods, -1 where there is none."""
    words = column.astype("str").fillna("").to_numpy(dtype=object)
    found = np.full(len(words), -1, dtype=np.int64)
    there = (words != "") & (words != "nan")
    found[there] = month_ordinals(pd.Series(words[there], dtype="str"))
    return found


def _badness(light: pd.Series) -> Integers:
    """How bad each light is, -1 where there is none or nothing was judged."""
    positions = pd.Index([one.value for one in LIGHTS], dtype="str").get_indexer(pd.Index(light.astype("str")))
    return np.append(BADNESS, -1)[positions]


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)


def _flags(frame: pd.DataFrame) -> Flags:
    return frame["unlikely"].eq(True).to_numpy(dtype=np.bool_, na_value=False)
