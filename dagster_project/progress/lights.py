"""The light of each target, from what has been computed about it.

Belongs here: the seven lights, their words, and the order of the rules that give them. Does not belong here:
arithmetic on figures (`evaluate.py`), colours on a screen (`scoreboard`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from dagster_project.progress.arrays import Flags, Floats, Integers
from validators.catalogue import Words


class Light(StrEnum):
    """What a target shows."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    MET = "met"
    MISSED = "missed"
    AWAITING = "awaiting"
    NO_DATA = "no_data"


LIGHTS = tuple(Light)

WORDS: dict[Light, Words] = {
    Light.GREEN: Words(zh="正常", en="on pace"),
    Light.YELLOW: Words(zh="偏慢", en="behind"),
    Light.RED: Words(zh="滞后", en="far behind"),
    Light.MET: Words(zh="已完成", en="met"),
    Light.MISSED: Words(zh="未完成", en="missed"),
    Light.AWAITING: Words(zh="待公布", en="awaiting"),
    Light.NO_DATA: Words(zh="无数据", en="no data"),
}

# How bad a light is, by position in LIGHTS. Without a judgement (-1) there is nothing to slip from or to.
_BADNESS = {Light.GREEN: 0, Light.MET: 0, Light.YELLOW: 1, Light.RED: 2, Light.MISSED: 3}
BADNESS = np.array([_BADNESS.get(light, -1) for light in LIGHTS])

ROUNDING = 1e-9  # binary noise of unit conversion and division; far below anything that is published


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What decides a light; arrays of shape (n,).

    awaited: known once a year and not known yet, or the year that is judged hasn't begun · known: there is a figure ·
    settled: the due month's figure is there · reached: the figure meets the comparator · final: reaching counts at
    once · exceeded: above a ceiling or a budget for good · on_pace · gap_points and band: how far behind, and how far
    is yellow.
    """

    awaited: Flags
    known: Flags
    settled: Flags
    reached: Flags
    final: Flags
    exceeded: Flags
    on_pace: Flags
    gap_points: Floats
    band: Floats


def lights(standing: Standing) -> Integers:
    """Positions in LIGHTS, shape (n,). The first rule that applies decides:

    1. awaiting: what is known once a year is neither green nor red before.
    2. no_data: nothing has been published that could be judged.
    3. met or missed, once the due month's own figure is there.
    4. met: an accumulating target that has reached its value can't lose it again (a revision aside).
    5. red: a ceiling or budget that is exceeded can't be kept any more.
    6. green: at or ahead of pace.
    7. yellow: behind by less than the band; red: by the band or more.
    """
    behind_little = standing.gap_points < standing.band - ROUNDING
    rules = (
        (standing.awaited, Light.AWAITING),
        (~standing.known, Light.NO_DATA),
        (standing.settled & standing.reached, Light.MET),
        (standing.settled, Light.MISSED),
        (standing.final & standing.reached, Light.MET),
        (standing.exceeded, Light.RED),
        (standing.on_pace, Light.GREEN),
        (behind_little, Light.YELLOW),
    )
    conditions = [condition for condition, _ in rules]
    choices = [np.int64(LIGHTS.index(light)) for _, light in rules]
    return np.select(conditions, choices, default=LIGHTS.index(Light.RED)).astype(np.int64)
