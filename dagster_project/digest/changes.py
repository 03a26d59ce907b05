"""What changed in a month: which targets slipped, recovered, were met or missed.

Belongs here: the judgement as of a month beside that as of the month before, and the slips that were entered at the
time. Does not belong here: what a slip is (`progress.slips`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from dagster_project.judgement import Judgement
from dagster_project.progress import TargetTable
from dagster_project.progress.lights import BADNESS, LIGHTS, Light
from dagster_project.progress.slips import SlipKind, State, slips
from validators.catalogue import Catalogue, Words


class ChangeKind(StrEnum):
    """What happened to a target."""

    SLIPPED = "slipped"
    UNLIKELY = "unlikely"  # its probability fell under the threshold
    RECOVERED = "recovered"
    LIKELY = "likely"  # its probability rose above it again
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Change:
    """One target's. `reason`: why, of a slip, else None. `over`: a slip that was entered in the month and holds no
    longer. Probabilities are NaN where there was none."""

    target: str
    kind: ChangeKind
    light_before: str
    light_after: str
    probability_before: float
    probability_after: float
    reason: Words | None = None
    over: bool = False


def changes(catalogue: Catalogue, now: Judgement, before: Judgement, entered: pd.DataFrame) -> tuple[Change, ...]:
    """Every change from the month before to the month, in the order of the catalogue, a target's light first.

    `entered`: slips of the store (`Store.slips`) as of the month; they say which table or revision did it, and stand
    for what the two judgements show of the same target. Both judgements are by what is known now."""
    targets = TargetTable.from_catalogue(catalogue)
    nothing = now.observations.iloc[:0]
    then, today = (State(one.evaluation, one.forecast, nothing) for one in (before, now))
    shown = slips(targets, then, today, threshold=catalogue.alerts.unlikely_probability)
    slipped = pd.concat([shown, entered[shown.columns]], ignore_index=True) if len(entered) else shown
    slipped = slipped.drop_duplicates(["target", "kind"], keep="last")
    standing = _standing(now, before)
    found = [_slip(row, standing) for row in slipped.to_dict("records") if row["target"] in standing.index]
    found += _better(standing)
    order = {key: place for place, key in enumerate(catalogue.targets)}
    return tuple(
        sorted(found, key=lambda one: (order[one.target], one.kind in (ChangeKind.UNLIKELY, ChangeKind.LIKELY)))
    )


def _standing(now: Judgement, before: Judgement) -> pd.DataFrame:
    """By target: light, bad (how bad it is, -1 for none), probability and unlikely, now and `_before`."""
    frames = []
    for one, suffix in ((now, ""), (before, "_before")):
        light = one.evaluation.set_index("target")["light"].astype("str")
        places = pd.Index([each.value for each in LIGHTS]).get_indexer(pd.Index(light))
        bad = pd.Series(BADNESS[places], index=light.index)
        foretold = one.forecast.set_index("target")[["probability", "unlikely"]]
        frames.append(pd.DataFrame({"light": light, "bad": bad, **foretold}).add_suffix(suffix))
    return pd.concat(frames, axis=1)


def _slip(row: Mapping[Any, Any], standing: pd.DataFrame) -> Change:
    here = standing.loc[str(row["target"])]
    of_light = row["kind"] == SlipKind.LIGHT.value
    if of_light:
        after = BADNESS[[each.value for each in LIGHTS].index(str(row["light_after"]))]
        kind = ChangeKind.MISSED if row["light_after"] == Light.MISSED else ChangeKind.SLIPPED
        over = bool(here["bad"] < after)
    else:
        kind, over = ChangeKind.UNLIKELY, not bool(here["unlikely"])
    return Change(
        target=str(row["target"]),
        kind=kind,
        light_before=str(row["light_before"]),
        light_after=str(row["light_after"]),
        probability_before=float(str(row["probability_before"])),
        probability_after=float(str(row["probability_after"])),
        reason=Words(zh=str(row["reason_zh"]), en=str(row["reason_en"])),
        over=over,
    )


def _better(standing: pd.DataFrame) -> list[Change]:
    met = (standing["light"] == Light.MET) & (standing["light_before"] != Light.MET)
    lighter = (standing["bad"] >= 0) & (standing["bad"] < standing["bad_before"]) & ~met
    known = np.isfinite(standing["probability"]) & np.isfinite(standing["probability_before"])
    likely = known & standing["unlikely_before"].astype(bool) & ~standing["unlikely"].astype(bool) & ~met
    return [
        Change(
            target=str(target),
            kind=kind,
            light_before=str(row["light_before"]),
            light_after=str(row["light"]),
            probability_before=float(row["probability_before"]),
            probability_after=float(row["probability"]),
        )
        for which, kind in ((met, ChangeKind.MET), (lighter, ChangeKind.RECOVERED), (likely, ChangeKind.LIKELY))
        for target, row in standing[which].iterrows()
    ]
