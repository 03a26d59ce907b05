"""What is said of work that used more than its allowance.

Belongs here: how much it was, and which setting allows more. Does not belong here: what else is to be done about it,
which those know who gave the work.
"""

from __future__ import annotations

from dagster_project.apart.asking import Allowance, Fate
from validators.catalogue import Words


def exceeded(fate: Fate, allowance: Allowance, work: Words, instead: Words) -> Words | None:
    """None where it ended in another way. `work`: what took so much, such as reading; `instead`: what makes it take
    less."""
    if fate is Fate.TOO_SLOW:
        return Words(
            zh=f"{work.zh}用时超过允许的 {allowance.seconds} 秒，已中止，未读取任何数据；"
            f"{instead.zh}，或调高 XUSHI_MAX_READ_SECONDS",
            en=f"{work.en} took more than the {allowance.seconds} seconds allowed and was stopped, nothing was read; "
            f"{instead.en}, or raise XUSHI_MAX_READ_SECONDS",
        )
    if fate is Fate.TOO_HUNGRY:
        megabytes = allowance.memory // 1_000_000
        return Words(
            zh=f"{work.zh}所需内存超过允许的 {megabytes} MB，已中止，未读取任何数据；"
            f"{instead.zh}，或调高 XUSHI_MAX_READ_MEMORY",
            en=f"{work.en} needed more than the {megabytes} MB of memory allowed and was stopped, nothing was read; "
            f"{instead.en}, or raise XUSHI_MAX_READ_MEMORY",
        )
    return None
