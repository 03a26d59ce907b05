"""Texts of the sources."""

from __future__ import annotations

from validators.pull_outcomes import PULL_OUTCOMES

TEXTS = {
    "nav.sources": ("取数", "Sources"),
    "sources.title": ("取数来源", "Sources"),
    "sources.lead": (
        "这些数据由系统定期从来源取得，与人工报送一样存档、检查、留存各版本。",
        "These figures are fetched from their sources by the system; they are archived, checked and kept in versions "
        "like those that are handed in.",
    ),
    "sources.none": ("目录中没有取数来源，数据均由人工报送。", "No sources are catalogued; all figures are handed in."),
    "sources.dataset": ("数据集", "Dataset"),
    "sources.source": ("来源", "Source"),
    "sources.region": ("地区", "Regions"),
    "sources.late": ("逾期未取到", "Overdue"),
    "sources.more": ("共 {count} 期", "{count} in all"),
    "sources.next": ("下次询问", "Next question"),
    "sources.at_once": ("即将", "at once"),
    "sources.last": ("最近一次", "Last pull"),
    "sources.outcome": ("结果", "Outcome"),
    "sources.words": ("说明", "What came of it"),
    "sources.never": ("未取过", "never"),
    "sources.newest": ("近期取数", "Newest pulls"),
    "sources.when": ("时间", "When"),
    "sources.period": ("时期", "Period"),
    "sources.origin": ("取自", "From"),
    "sources.upload": ("报送", "Upload"),
    "sources.called": ("来源 {name}", "source {name}"),
    "sources.fetched": ("取数时间", "Fetched"),
    "sources.raw": ("原始内容 SHA-256", "SHA-256 as received"),
    "sources.hold": ("须核准的原因", "Why it waits"),
    "sources.hold.sources_disagree": (
        "与其他来源或报送的数不一致，见下方“两个来源不同”的提示",
        "it contradicts another source or what was handed in; see the findings below",
    ),
    **{f"sources.outcome.{outcome}": (words.zh, words.en) for outcome, words in PULL_OUTCOMES.items()},
}
