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
    "source.none": ("该数据集没有取数来源，由人工报送。", "This dataset has no sources; it is handed in."),
    "source.colon": ("：", ": "),
    "source.asks": ("询问什么", "What it asks"),
    "source.secrets": (
        "${…} 由系统设置填入，不在此显示；*** 为不显示的内容。",
        "What ${…} stands for is in the settings and is not shown; *** stands for what is not shown.",
    ),
    "source.option": ("选项", "Option"),
    "source.value": ("内容", "Value"),
    "source.plan": ("取数计划", "Plan"),
    "source.plan_none": ("目前没有要询问的时期。", "There is no period to ask for now."),
    "source.more": ("另有 {count} 期未列出。", "{count} more periods are not listed."),
    "source.due": ("应到日期", "Due"),
    "source.state": ("状态", "State"),
    "source.state.not_yet": ("未到时候", "Not yet"),
    "source.state.asking": ("询问中", "Asking"),
    "source.state.late": ("逾期", "Overdue"),
    "source.state.arrived": ("已到", "Arrived"),
    "source.state.stopped": ("须有人处理", "Needs somebody"),
    "source.why": ("原因", "Why"),
    "source.why.not_yet": (
        "应于 {due} 前到，提前 {days} 日且期满后开始询问",
        "due by {due}; asked for from {days} days before, once the period has ended",
    ),
    "source.why.asking": (
        "应于 {due} 前到，每 {hours} 小时询问一次，直到取到",
        "due by {due}; asked for every {hours} hours until it is there",
    ),
    "source.why.late": ("自 {since} 起逾期，每日询问", "overdue since {since}; asked for daily"),
    "source.why.given_up": (
        "自 {since} 起逾期已半年，不再自动询问；可用 xushi pull {dataset} {period}",
        "overdue since {since}, for half a year: not asked for by itself any more; use xushi pull {dataset} {period}",
    ),
    "source.why.away": ("上次来源暂不可用，稍后再问", "the source was away the last time; asked again later"),
    "source.why.stopped": (
        "上次{outcome}，须有人核对；其间每日（久者每周）再试",
        "the last answer was: {outcome}. Somebody has to look; meanwhile it is tried daily, after half a year weekly",
    ),
    "source.why.again": (
        "已到；新一期到后再问一次，看有无修订",
        "arrived; asked for once more, since figures are revised",
    ),
    "source.pulls": ("近期取数", "Last pulls"),
    "source.form": ("格式变化", "Changes of form"),
    "source.form_same": (
        "近期各次格式相同，或来源未说明格式。",
        "No change among the last pulls, or the source says nothing of it.",
    ),
    "source.form_now": ("最近一次合格内容由 {count} 部分组成", "The last good answer was made of {count} parts"),
    "source.compared": ("与何时相比", "Compared with"),
    "source.gone": ("缺少", "Gone"),
    "source.came": ("新出现", "New"),
    **{f"sources.outcome.{outcome}": (words.zh, words.en) for outcome, words in PULL_OUTCOMES.items()},
}
