"""What a group chat is told: the text for DingTalk and Feishu from what Alertmanager posts to a webhook.

Belongs here: reading Alertmanager's JSON (version 4), Chinese lines then English lines, cutting at a length. Does not
belong here: sending (`robots.py`). Letters and WeCom have templates of their own, which Alertmanager fills in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_ESCALATED = "TargetStaysRed"


class _Posted(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Alert(_Posted):
    """One alert of a message."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: dict[str, str]

    def said(self, language: str) -> str:
        """Its line in zh or en."""
        if self.status == "firing":
            return f"● {self.annotations.get(f'description_{language}') or self.labels.get('alertname', '')}"
        word = "已恢复：" if language == "zh" else "Recovered: "
        return f"○ {word}{self.annotations.get(f'summary_{language}') or self.labels.get('alertname', '')}"


class Message(_Posted):
    """What Alertmanager posts for one group of alerts."""

    version: Literal["4"]
    alerts: tuple[Alert, ...] = Field(min_length=1)
    common_labels: dict[str, str] = Field(default={}, alias="commonLabels")

    def heading(self, language: str) -> str:
        """Whom it is for, how many alerts hold and how many are over."""
        firing = sum(alert.status == "firing" for alert in self.alerts)
        over = len(self.alerts) - firing
        who = self.common_labels.get(f"owner_{language}")
        if language == "zh":
            counts = [f"{firing} 项需关注"] * bool(firing) + [f"{over} 项已恢复"] * bool(over)
            return f"{who or '多个单位'}：{'，'.join(counts)}"
        counts = [f"{firing} to look at"] * bool(firing) + [f"{over} recovered"] * bool(over)
        return f"{who or 'Several departments'}: {', '.join(counts)}"


def text(message: Message, most_bytes: int) -> str:
    """The text, at most so many bytes of UTF-8: as many whole alerts as there is room for."""
    escalated = any(alert.labels.get("alertname") == _ESCALATED for alert in message.alerts)
    sample = any(" sample=" in alert.annotations.get("figures", "") for alert in message.alerts)
    mark = "[序时·督办]" if escalated else "[序时]"
    mark += " 示例数据 sample data ·" if sample else ""
    for kept in range(len(message.alerts), 0, -1):
        made = _text(mark, message, message.alerts[:kept])
        if len(made.encode()) <= most_bytes:
            return made
    return f"{mark} {message.heading('zh')}\n{message.heading('en')}"


def _text(mark: str, message: Message, alerts: Sequence[Alert]) -> str:
    more = len(message.alerts) - len(alerts)
    chinese = [f"{mark} {message.heading('zh')}"]
    for alert in alerts:
        chinese.append(alert.said("zh"))
        link = alert.annotations.get("dashboard")
        if alert.status == "firing" and link:
            chinese.append(f"  看板 {link}")
    chinese += [f"… 另有 {more} 项"] * bool(more)
    english = [message.heading("en"), *(alert.said("en") for alert in alerts), *([f"… {more} more"] * bool(more))]
    runbook = alerts[0].annotations.get("runbook")
    return "\n".join([*chinese, "", *english, *([f"处置 What to do: {runbook}"] if runbook else [])])
