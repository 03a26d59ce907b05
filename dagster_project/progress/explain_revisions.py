"""The usual revision of a target's figure, step by step.

Belongs here: the steps of `revisions.Revisions.usual` for one target. Does not belong here: which figures were revised
(`revisions.py`), how the interval takes it in (`forecast.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dagster_project.progress.explain_steps import Ref, Steps
from dagster_project.progress.revisions import DOUBT


def revise(steps: Steps, usual: Mapping[str, Any], sizes: Sequence[float], *, growth: bool, factor: float) -> None:
    """Take the steps to `usual["revision"]` (a row of `Revisions.usual` in plain values) from the sizes of the series'
    own past revisions; none where nothing is to be expected of the figure or nothing is known of revisions."""
    if not usual["revision"]:
        return
    number = len(sizes)
    pooled = steps.take(
        "revision_all",
        "multiply",
        DOUBT,
        usual["pool_size"],
        zh=f"常见修订：全部{usual['pool_pairs']}项的平均，计作{DOUBT:g}项",
        en=f"usual revision: mean of all {usual['pool_pairs']}, counted {DOUBT:g} times",
    )
    total = pooled
    if number:
        own = steps.take(
            "revision_own", "mean", *sizes, zh=f"本序列{number}项修订的平均", en=f"mean of the series' own {number}"
        )
        counted = steps.take("revision_own_counted", "multiply", number, own, zh="乘以项数", en="times their number")
        total = steps.take("revision_sum", "add", counted, pooled, zh="合计", en="both together")
    size = steps.take(
        "revision_size", "divide", total, number + DOUBT, zh="常见修订幅度", en="size of a usual revision"
    )
    if growth:
        in_unit = steps.take("figure_unit", "absolute", factor, zh="单位换算", en="factor of the unit")
    else:
        actual = Ref("step", "actual", steps.taken["actual"].result)
        in_unit = steps.take("figure_size", "absolute", actual, zh="实际值的绝对值", en="size of the actual")
    steps.take("revision", "multiply", size, in_unit, zh="常见修订（目标的单位）", en="usual revision, in its unit")
