"""The ways in which asking a source ends, as people are told them: in the command, in the portal, on the dashboards.

Belongs here: their names. Does not belong here: which one it is (`pulling`), what is to be done then.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from validators.catalogue import Words

PULL_OUTCOMES: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "stored": Words(zh="已入库", en="Stored"),
        "pending": Words(zh="待核准", en="Waits"),
        "unchanged": Words(zh="无新数", en="Nothing new"),
        "nothing": Words(zh="尚未发布", en="Not published yet"),
        "rejected": Words(zh="被退回", en="Rejected"),
        "form_changed": Words(zh="格式有变", en="Form changed"),
        "unavailable": Words(zh="暂不可用", en="Away"),
        "refused": Words(zh="被拒绝", en="Refused"),
    }
)
"""By the value of a `PullOutcome`, in the order in which they are listed."""
