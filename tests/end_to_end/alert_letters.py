"""What the messages must say, worked out from the figures that were handed in and from nothing of the code under test.

Belongs here: the arithmetic of a linear pace, sentences, subjects. Does not belong here: who gets a message when
(`test_alert_chain.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

GRAFANA = "http://127.0.0.1:3000"
_TIMES = re.compile(r"[(（]\d{4}-\d\d-\d\d \d\d:\d\d (?:至|to) \d{4}-\d\d-\d\d \d\d:\d\d(?:, Beijing time)?[)）]")


@dataclass(frozen=True)
class Goal:
    """A target: its words, its value, the indicator of its page and the article that it stands in."""

    zh: str
    en: str
    value: float
    indicator: str
    article: int
    owner_zh: str
    owner_en: str


COMMERCE = ("区商务局", "Longwan Commerce Bureau")
INDUSTRY = ("区经信局", "Longwan Industry Bureau")
STATISTICS = ("区统计局", "Longwan Statistics Bureau")
OPERATIONS = ("系统运维", "system operations")
GOALS = {
    "exports": Goal("货物出口", "Exports of goods", 120, "goods_exports", 1, *COMMERCE),
    "imports": Goal("货物进口", "Imports of goods", 60, "goods_imports", 1, *COMMERCE),
    "output": Goal("工业总产值", "Industrial output", 240, "industrial_output", 2, *INDUSTRY),
}
BEHIND = ("TargetOffTrack", "进度滞后", "far behind pace")
SLOW = ("TargetAtRisk", "进度持续偏慢", "behind pace month after month")
ESCALATED = ("TargetStaysRed", "长期滞后，提请督办", "far behind for long: escalated")
LATE = ("DataLate", "报表逾期", "table late")
DATASETS = {
    "trade": ("对外贸易", "Foreign trade"),
    "industry": ("工业生产", "Industrial production"),
    "health": ("卫生健康", "Health"),
    "yearbook": ("统计年鉴", "Yearbook"),
}


@dataclass(frozen=True)
class Item:
    """One alert in a message: its name, the target or dataset, sentence and headline in both languages, its page, where
    it is written, if anywhere, and the figures in its sentence."""

    alert: str
    about: str
    zh: str
    en: str
    headline_zh: str
    headline_en: str
    page: str
    cite_zh: str = ""
    cite_en: str = ""
    figures: tuple[str, ...] = ()


def target(
    key: str, standing: tuple[str, str, str], *, year: int, month: int, since: int, ytd: float, row: int | None = None
) -> Item:
    """A target that stands so by the figure of a month. `row`: months in a row, where the sentence says them."""
    goal, (alert, zh, en) = GOALS[key], standing
    due = goal.value * month / 12
    actual, value, expected, gap, needed, average = map(
        _written, (ytd, goal.value, due, due - ytd, (goal.value - ytd) / (12 - month), ytd / month)
    )
    begun, until = f"{year}-{since:02d}", f"{year}-{month:02d}"
    headline_zh, headline_en = f"龙湾区{goal.zh}：{zh}", f"{goal.en}, Longwan: {en}"
    in_a_row = ("", "") if row is None else (f"，已连续 {row} 个月", f", months in a row: {row}")
    return Item(
        alert,
        key,
        f"{headline_zh}{in_a_row[0]}。实际 {actual}亿元，目标 {value}亿元，按进度应达 {expected}亿元，差 {gap}亿元；"
        f"今后每月需 {needed}亿元，此前月均 {average}亿元；自 {begun} 起，数据截至 {until}。"
        f"责任单位：{goal.owner_zh}（示例数据）。",
        f"{headline_en}{in_a_row[1]}. Actual {actual}, target {value} (100 million yuan), expected by now {expected}, "
        f"short by {gap}; each remaining month must bring {needed}, the months so far brought {average} on average; "
        f"so since {begun}, by the figures of {until}. Responsible: {goal.owner_en}; sample data.",
        headline_zh,
        headline_en,
        f"{GRAFANA}/d/xushi-indicator?var-region=330303&var-indicator={goal.indicator}",
        f"《龙湾区经济政策（测试）》第 1 章第 {goal.article} 条",
        f"Longwan economic policy (test), chapter 1, article {goal.article}",
        (actual, value, expected, gap, needed, average),
    )


def late(dataset: str, due: date, today: date) -> Item:
    """A dataset whose table should have come by a day; a day that has begun is a day."""
    (zh, en), (alert, late_zh, late_en) = DATASETS[dataset], LATE
    days = (today - due).days
    return Item(
        alert,
        dataset,
        f"{zh}：{late_zh}。最迟应于 {due} 发布，已逾期 {days} 天。发布单位：{STATISTICS[0]}（示例数据）。",
        f"{en}: {late_en}. Due by {due}, late by {days} days. Publisher: {STATISTICS[1]}; sample data.",
        f"{zh}：{late_zh}",
        f"{en}: {late_en}",
        f"{GRAFANA}/d/xushi-data-quality?var-dataset={dataset}",
    )


def failing(job: str) -> Item:
    """A job whose last run failed just now."""
    zh, en = f"数据管道作业失败：{job}", f"pipeline job failing: {job}"
    return Item(
        "PipelineFailing",
        "",
        f"{zh}。最近一次运行失败，约 0 小时前结束，此后没有成功。",
        f"{en}. Its last run failed some 0 hours ago and none has succeeded since.",
        zh,
        en,
        f"{GRAFANA}/d/xushi-pipeline",
    )


@dataclass(frozen=True)
class Expected:
    """A letter: to whom, about whom, what holds, what is over."""

    to: tuple[str, ...]
    owner: tuple[str, str]
    firing: tuple[Item, ...] = ()
    over: tuple[Item, ...] = ()
    escalated: bool = False
    sample: bool = True

    @property
    def subject(self) -> str:
        zh, en = self._counts()
        kind = "序时·督办 escalation" if self.escalated else "序时"
        return f"[{kind}] {self._sample()}{self.owner[0]}：{zh} | {self.owner[1]}: {en}"

    def _counts(self) -> tuple[str, str]:
        said = [(len(self.firing), "项需关注", "to look at"), (len(self.over), "项已恢复", "recovered")]
        there = [each for each in said if each[0]]
        return "，".join(f"{n} {zh}" for n, zh, _ in there), ", ".join(f"{n} {en}" for n, _, en in there)

    def _sample(self) -> str:
        return "示例数据 sample data · " if self.sample else ""

    def lines(self, runbook: str) -> list[str]:
        """The lines of the plain letter in any order, without blank ones; <times> stands for when a recovery was."""
        zh, en = self._counts()
        found = [f"{self._sample()}{self.owner[0]}：{zh}", f"{self.owner[1]}: {en}"]
        for item in self.firing:
            link = f"{runbook}#{item.alert.lower()}"
            found += [f"● {item.zh}", f"  看板：{item.page}", f"  处置：{link}"]
            found += [f"● {item.en}", f"  Dashboard: {item.page}", f"  What to do: {link}"]
            if item.cite_zh:
                found += [f"  出处：{item.cite_zh}", f"  Written in: {item.cite_en}"]
        for item in self.over:
            found += [f"○ 已恢复：{item.headline_zh}<times>", f"○ Recovered: {item.headline_en} <times>"]
        return sorted(found)


def plain_lines(body: str) -> list[str]:
    """The lines of a plain letter, as `Expected.lines` has them."""
    lines = (_TIMES.sub("<times>", line.rstrip()) for line in body.splitlines())
    return sorted(line for line in lines if line and not line.startswith("---"))


def short(items: Iterable[Item]) -> set[tuple[str, str]]:
    """Name and subject of each alert."""
    return {(item.alert, item.about) for item in items}


def _written(number: float) -> str:
    """At most two decimals, as letters have them."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def table_of(letters: Sequence[Expected]) -> list[str]:
    """Recipients and subjects, to compare at a glance."""
    return sorted(f"{', '.join(letter.to)}: {letter.subject}" for letter in letters)
