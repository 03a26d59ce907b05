"""What alerts say: one sentence each, Chinese and English.

Belongs here: words alone. `<name>` in a sentence is a label or a figure of the alert
(`alert_text.py`). Does not belong
here: when an alert fires (`alerts.py`), what to do about it (`alert_guides.py`).
"""

from __future__ import annotations

from dashboards.alert_text import OWN, Sentence
from validators.catalogue import Words


def _said(zh: str, en: str) -> Words:
    return Words(zh=zh, en=en)


def target_summary(standing: Words) -> Words:
    """Which target, and how it stands."""
    return _said(f"<region_zh><name_zh>：{standing.zh}", f"<name_en>, <region_en>: {standing.en}")


def target_sentence(standing: Words, *between: Words) -> Sentence:
    """A target, how it stands, and its figures as far as there are any."""
    return (
        target_summary(standing),
        *between,
        _said("。实际 <actual_value><unit>", ". Actual <actual_value>"),
        _said("，目标 <target_value><unit>", ", target <target_value> (<unit_en>)"),
        _said("，按进度应达 <expected_value><unit>", ", expected by now <expected_value>"),
        _said("，差 <gap><gap_unit_zh>", ", short by <gap>"),
        _said("；今后每月需 <required_run_rate><unit>", "; each remaining month must bring <required_run_rate>"),
        _said("，此前月均 <average_run_rate><unit>", ", the months so far brought <average_run_rate> on average"),
        _said("；自 <since> 起", "; so since <since>"),
        _said("，数据截至 <period>", ", by the figures of <period>"),
        _said("。责任单位：<owner_zh>", ". Responsible: <owner_en>"),
        SAMPLE_DATA,
    )


SAMPLE_DATA = _said("（示例数据）<sample?>", "; sample data<sample?>")
FAR_BEHIND = _said("进度滞后", "far behind pace")
AT_RISK = _said("进度持续偏慢", "behind pace month after month")
MISSED = _said("到期未完成", "missed")
UNLIKELY = _said("预计难以完成", "unlikely to be met")
STAYS_RED = _said("长期滞后，提请督办", "far behind for long: escalated")
PROBABILITY = _said("，预测达成概率 <value>%", ", forecast probability <value>%")
MONTHS = _said("，已连续 <months> 个月", ", months in a row: <months>")

LATE = _said("<name_zh>：报表逾期", "<name_en>: table late")
LATE_SENTENCE = (
    LATE,
    _said("。最迟应于 <due_day> 发布", ". Due by <due_day>"),
    _said("，已逾期 <value> 天", ", late by <value> days"),
    _said("。发布单位：<owner_zh>", ". Publisher: <owner_en>"),
    SAMPLE_DATA,
)
REJECTED = _said("<name_zh>：退回的报表未重报", "<name_en>: rejected table not replaced")
REJECTED_SENTENCE = (
    REJECTED,
    _said("。已退回 <value> 天，尚未重新上报", ". Rejected <value> days ago, nothing has replaced it"),
    _said("。发布单位：<owner_zh>", ". Publisher: <owner_en>"),
    SAMPLE_DATA,
)
SOURCE_AWAY = _said("<name_zh>：来源 <source> 连不上", "<name_en>: source <source> is away")
SOURCE_AWAY_SENTENCE = (
    SOURCE_AWAY,
    _said(
        "。多次重试均未得到回答，仍在定时重试；已入库的数据不受影响",
        ". No answer after several tries; it is asked again by itself, and what is stored stays",
    ),
)
SOURCE_FORM = _said("<name_zh>：来源 <source> 的格式有变", "<name_en>: source <source> has changed its form")
SOURCE_FORM_SENTENCE = (
    SOURCE_FORM,
    _said(
        "。列、单位或代码与上次不同，本次未入库；已入库的数据不受影响",
        ". Columns, units or codes are others than last time: nothing was taken, and what is stored stays",
    ),
)
SOURCE_REFUSED = _said("<name_zh>：来源 <source> 拒绝提供数据", "<name_en>: source <source> refuses")
SOURCE_REFUSED_SENTENCE = (
    SOURCE_REFUSED,
    _said(
        "。权限、证书、代码或目录中的选项有误，不会自行恢复；每天只再问一次",
        ". Permission, certificate, codes or the catalogue's options are wrong, which doesn't pass by itself; it is "
        "asked once a day",
    ),
)
PUSH_OLD = _said("监测指标推送过旧", "gauges are out of date")
PUSH_OLD_SENTENCE = (
    PUSH_OLD,
    _said(
        f"。最近一次计算在约 <{OWN}> 小时前，看板与告警可能已不反映现状",
        f". Computed some <{OWN}> hours ago; dashboards and alerts may no longer say how things stand",
    ),
)


def failing(job: str) -> Words:
    """Which job failed; `job` is the label with its name."""
    return _said(f"数据管道作业失败：<{job}>", f"pipeline job failing: <{job}>")


def failing_sentence(job: str) -> Sentence:
    """Which job failed, and when."""
    return (
        failing(job),
        _said(
            f"。最近一次运行失败，约 <{OWN}> 小时前结束，此后没有成功",
            f". Its last run failed some <{OWN}> hours ago and none has succeeded since",
        ),
    )


ABSENT = _said("监测指标缺失", "gauges absent")
ABSENT_SENTENCE = (
    ABSENT,
    _said(
        "。Prometheus 取不到任何目标的指标，期间不再判断目标与报表",
        ". Prometheus has no gauge of any target; targets and tables can't be judged until they are back",
    ),
)
