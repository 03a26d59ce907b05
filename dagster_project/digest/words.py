"""Every text of the report and the letter, in Chinese and in English.

Belongs here: texts by key. Does not belong here: words of the catalogue and of the judgement, which carry both
languages themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("目标进度月报", "Monthly report on targets"),
    "sample": ("示例数据，不是真实统计", "示例数据 sample data, not real statistics"),
    "sample.short": ("示例数据", "示例数据 sample data"),
    "as_of": ("截至{month}", "as of {month}"),
    "made": ("{when} 生成", "made {when}"),
    "page": ("第 {n} 页", "Page {n}"),
    "comparison": ("与{month}相比", "compared with {month}"),
    # the overview
    "overview": ("总览", "Overview"),
    "tile.targets": ("目标", "targets"),
    "tile.targets.note": ("其中 {judged} 项可评价", "{judged} of them can be judged"),
    "tile.share": ("达标或正常", "met or on pace"),
    "tile.share.note": ("上月 {before}", "{before} the month before"),
    "tile.expected": ("预计可完成", "expected to be met"),
    "tile.expected.note": (
        "共预测 {foretold} 项，80% 区间 {low}–{high} 项",
        "of {foretold} foretold; 80% interval {low}–{high}",
    ),
    "tile.changes": ("本月下滑 / 回升", "slipped / recovered"),
    "tile.changes.note": ("概率跌破界限 {unlikely} 项", "{unlikely} became unlikely to be met"),
    "summary": (
        "{subject}共 {targets} 项目标：{lights}。",
        "{subject}: {targets} targets, of which {lights}.",
    ),
    "lights.caption": ("各状态目标数（括号内为比上月增减）", "Targets by light (change from the month before)"),
    "note.parts": (
        "其中项随其总项计一次。预计完成数为各目标达成概率之和，区间按各目标相互独立估算。",
        "Parts are counted once, with their whole. The expected number is the sum of the probabilities; its interval "
        "takes the targets as independent of each other.",
    ),
    "slipped": ("本月下滑", "Slipped this month"),
    "slipped.none": ("本月没有目标下滑。", "No target slipped this month."),
    "unlikely": ("预测转为难以完成", "Became unlikely to be met"),
    "recovered": ("本月回升", "Recovered this month"),
    "met": ("本月完成", "Met this month"),
    "likely": ("预测转为有望完成", "Likely to be met again"),
    "over": ("其后已恢复", "recovered since"),
    "recovered.line": ("由{before}转为{after}", "{after}, {before} before"),
    "likely.line": ("达成概率由 {before} 升至 {after}", "probability {after}, {before} before"),
    "hardest": ("最吃紧：所需速度历史上从未达到", "Hardest: the rate needed was never reached"),
    "late": ("迟报数据", "Data that is late"),
    "late.line": (
        "{dataset}（{region}）{period}：应于 {due} 前发布，已迟 {days} 天，发布单位 {publisher}，涉及 {targets} 项目标",
        "{dataset} ({region}), {period}: was due {due}, {days} days late; from {publisher}; {targets} targets wait",
    ),
    "late.none": ("应报数据均已收到。", "All data that was due has come."),
    "more": ("另有 {count} 项，见后", "{count} more, see below"),
    "details": ("本月变化全表", "All changes of the month"),
    "more.attached": ("另有 {count} 项，见附件", "{count} more, see the attachment"),
    "behind": ("滞后与偏慢的目标", "Targets behind"),
    "more.table": ("另有 {count} 项，见上表", "{count} more, see the table above"),
    # tables
    "departments": ("各部门", "Departments"),
    "department": ("部门", "Department"),
    "chapters": ("各章", "Chapters"),
    "chapter": ("{number}、{title}", "{number}. {title}"),
    "column.targets": ("目标", "targets"),
    "column.share": ("达标或正常", "on pace"),
    "column.expected": ("预计完成", "expected met"),
    "expected.of": ("{expected} / {foretold}", "{expected} of {foretold}"),
    "column.light": ("状态", "Light"),
    "column.target": ("目标", "Target"),
    "column.actual": ("实际", "Actual"),
    "column.needed": ("余下每月需", "Needed a month"),
    "column.forecast": ("到期预测（80% 区间）", "Forecast when due (80% interval)"),
    "column.chance": ("达成概率", "Chance"),
    "cell.expected": ("完成 {reached}，应达 {expected}", "{reached} reached, {expected} due"),
    "cell.reached": ("完成 {reached}", "{reached} reached"),
    "cell.lag": ("晚 {months} 个月", "{months} months late"),
    "cell.best": ("历史最好 {rate}", "best ever {rate}"),
    "cell.lowest": ("历史最低 {rate}", "lowest ever {rate}"),
    "cell.never": ("从未达到", "never reached"),
    "cell.before": ("上月{light}", "before: {light}"),
    "part": ("其中：", "of which: "),
    "stretch": ("力争", "stretch"),
    "targets": ("各项目标", "All targets"),
    "beside": ("协同责任目标（由其他部门牵头）", "Responsible beside another department"),
    "owner": ("牵头单位", "Answered for by"),
    "watched": ("重点目标走势", "Course of the targets to watch"),
    "none": ("本单位没有牵头的目标。", "The department answers for no target itself."),
    # sentences
    "need.at_least": (
        "余下每月平均需 {rate}{unit}，此前月均 {average}",
        "Needs {rate}{unit} a month, {average} so far",
    ),
    "need.at_most": (
        "余下每月平均不得超过 {rate}{unit}，此前月均 {average}",
        "May take {rate}{unit} a month, {average} so far",
    ),
    "need.best.quarter": (
        "；历史最好的三个月月均 {rate}（至{end}）",
        "; the best three months ever brought {rate} a month (to {end})",
    ),
    "need.best.same_months": (
        "；往年同期最好月均 {rate}（至{end}）",
        "; the best same months of an earlier year brought {rate} a month (to {end})",
    ),
    "need.lowest.quarter": (
        "；历史最低的三个月月均 {rate}（至{end}）",
        "; the lowest three months ever took {rate} a month (to {end})",
    ),
    "need.lowest.same_months": (
        "；往年同期最低月均 {rate}（至{end}）",
        "; the lowest same months of an earlier year took {rate} a month (to {end})",
    ),
    "need.never": ("，从未达到", " – never reached"),
    "forecast.sentence": (
        "预计{due}为 {value}{unit}（80% 区间 {low}–{high}），达成概率 {chance}",
        "Forecast for {due}: {value}{unit} (80% interval {low}–{high}), probability of being met {chance}",
    ),
    "skill.own": (
        "以往 {years} 年同月这样预测，平均误差 {error}",
        "From the same month of {years} past years this method was off by {error} on average",
    ),
    "skill.others": (
        "本指标历史不足；同类目标同月预测平均误差 {error}",
        "Its own history is too short; over like targets this method was off by {error} on average",
    ),
    "skill.none": ("没有可供检验的往年", "There is no past year to test the method on"),
    "skill.points": ("{size} 个百分点", "{size} percentage points"),
    "no_forecast.rank": ("名次取决于他人，不作预测", "No forecast: a rank depends on others' figures"),
    "no_forecast.year_end_only": ("年终认定，不作预测", "No forecast: known once a year"),
    "no_forecast.not_begun": ("目标年度尚未开始", "No forecast: its year has not begun"),
    "no_forecast.no_figures": ("没有数据，无法预测", "No forecast: no figures"),
    "no_forecast.no_history": ("没有往年数据，无法预测", "No forecast: no earlier year"),
    "no_forecast.too_far": ("期限过远，不作预测", "No forecast: due too far ahead"),
    # charts
    "chart.actual": ("实际", "Actual"),
    "chart.linear": ("序时进度", "Linear pace"),
    "chart.seasonal": ("往年同期节奏", "Seasonal pace"),
    "chart.schedule": ("分月计划", "Monthly plan"),
    "chart.forecast": ("预测", "Forecast"),
    "chart.likely": ("80% 区间", "80% interval"),
    "chart.target": ("目标", "Target"),
    "chart.stretch": ("力争目标", "Stretch target"),
    "chart.description": (
        "{light}，{period} {actual}，目标 {target} {unit}",
        "{light}, {period} {actual}, target {target} {unit}",
    ),
    # the letter
    "letter.attached": (
        "完整月报（含走势图）见附件 PDF。",
        "The whole report, with charts, is attached as a PDF.",
    ),
    "letter.automatic": (
        "本邮件由序时系统自动发送，每月一次。",
        "Sent by Xushi, once a month.",
    ),
    "letter.portal": ("在门户中查看", "Open in the portal"),
}
