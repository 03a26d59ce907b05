"""The first panels of every page of targets: how many show each light, and how many keep pace with the year.

Belongs here: what the pages share of them. Does not belong here: whose targets they are (each page says so).
"""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Panel

from dashboards import fields, panels, queries
from dashboards.lights import LIGHTS


def lights(about: str, chosen: str) -> Panel:
    """How many of the `chosen` targets (a matcher of labels) show each light."""
    return panels.stats(
        "灯色 Lights",
        about,
        [panels.series_now(queries.light_count(each.id, chosen), each.text, each.id) for each in LIGHTS],
        unit="none",
        overrides=fields.light_colors(),
        background=True,
    )


def pace(about: str, chosen: str) -> Panel:
    """The share of the `chosen` targets on pace, beside the share of the year that has passed."""
    return panels.bars_of_values(
        "达到序时的目标与时间 On pace, and time elapsed",
        about,
        [
            panels.series_now(queries.share_on_pace(chosen), "达到序时 On pace", "A"),
            panels.series_now(queries.time_elapsed(), "时间已过 Time elapsed", "B"),
        ],
        unit="percentunit",
        maximum=1,
        steps={None: "blue"},
    )
