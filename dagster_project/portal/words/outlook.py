"""Texts of forecasts, explanations and scenarios."""

from __future__ import annotations

TEXTS = {
    "outlook.title": ("年底预测", "Forecast for the due month"),
    "outlook.value": ("预测值", "Forecast"),
    "outlook.interval": ("80% 区间", "80 % interval"),
    "outlook.probability": ("达成概率", "Probability of being met"),
    "outlook.settled": ("已见分晓，无需预测", "Settled; nothing is left to forecast"),
    "outlook.none.rank": ("名次取决于他人，不作预测", "No forecast: a rank depends on others"),
    "outlook.none.year_end_only": ("年终认定，不作预测", "No forecast: known once a year"),
    "outlook.none.not_begun": ("目标年度尚未开始", "No forecast: its year has not begun"),
    "outlook.none.no_figures": ("本年尚无数据，不作预测", "No forecast: no figure of the year yet"),
    "outlook.none.no_history": ("没有往年数据可依，不作预测", "No forecast: no earlier year to go by"),
    "outlook.none.too_far": ("期限太远，不作预测", "No forecast: due too far ahead"),
    "explanation.open": ("逐步计算过程", "How this is computed"),
    "explanation.title": ("计算过程", "How it is computed"),
    "explanation.say": (
        "列出用到的每个数字（文件、工作表、单元格）、规则和每一步算术，可以照着手工验算。",
        "Every figure with its file, sheet and cell, the rule, and each step, to be recomputed by hand.",
    ),
    "what_if.open": ("假设试算", "What if"),
    "what_if.title": ("假设试算", "What if"),
    "what_if.say": (
        "填入假设的各月数值（{unit}；增速、比率和期末数填当月值），看灯色和预测会怎样；不保存任何数据。",
        "Fill in assumed months ({unit}; for growth, ratios and levels that month's figure). Nothing is stored.",
    ),
    "what_if.judge": ("试算", "Judge"),
    "what_if.caption": ("现在与假设之下的对比", "Now, and as assumed"),
    "what_if.now": ("现在", "Now"),
    "what_if.then": ("假设之下", "As assumed"),
    "what_if.wrong": ("月份或数值有误：{month} {value}", "No month or no number: {month} {value}"),
}
