"""The seven lights as a screen shows them: words, colours, and how bad each is.

Belongs here: presentation of lights. Does not belong here: which light a target shows (`progress.lights`); a test holds
the words here and there together, since dashboards import nothing of `progress`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Light:
    """One light: its id in the gauges, its words, Grafana's colour, and its place from good (0) to bad."""

    id: str
    zh: str
    en: str
    color: str
    badness: int

    @property
    def text(self) -> str:
        """The words on a screen: Chinese, then English."""
        return f"{self.zh} {self.en}"


# From bad to good, the order of tables and legends.
LIGHTS = (
    Light("missed", "未完成", "missed", "dark-red", 6),
    Light("red", "滞后", "far behind", "red", 5),
    Light("yellow", "偏慢", "behind", "yellow", 4),
    Light("green", "正常", "on pace", "green", 3),
    Light("met", "已完成", "met", "blue", 2),
    Light("awaiting", "待公布", "awaiting", "purple", 1),
    Light("no_data", "无数据", "no data", "#8e8e8e", 0),
)

BEHIND = "missed|red|yellow"  # regular expressions over ids, as PromQL takes them
ON_PACE = "green|met"
JUDGED = f"{BEHIND}|{ON_PACE}"  # neither awaiting nor without data
