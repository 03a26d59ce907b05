"""Texts of the scoreboard."""

from __future__ import annotations

TEXTS = {
    "scoreboard.title": ("目标进度", "Scoreboard"),
    "scoreboard.as_of": ("截至{month}", "As of {month}"),
    "scoreboard.known_on": ("，按{day}已知数据", ", as known on {day}"),
    "scoreboard.filters": ("筛选", "Filters"),
    "scoreboard.section": ("文件与章", "Document and chapter"),
    "scoreboard.owner": ("责任单位", "Department"),
    "scoreboard.light": ("状态", "Status"),
    "scoreboard.month": ("截至月份", "As of"),
    "scoreboard.month.newest": ("最新", "Newest"),
    "scoreboard.known": ("按当日已知", "As known on"),
    "scoreboard.by": ("排列", "Arranged by"),
    "scoreboard.by.chapter": ("文件与章", "Document and chapter"),
    "scoreboard.by.department": ("责任单位", "Department"),
    "scoreboard.summary": ("各状态目标数", "Targets by status"),
    "scoreboard.document": ("文件", "Document"),
    "scoreboard.targets": ("目标", "Targets"),
    "scoreboard.total": ("合计", "All"),
    "scoreboard.parts": ("其中项（{count}）随其总项计一次。", "Parts ({count}) are counted once, with their whole."),
    "scoreboard.chapter": ("{number}、{title}", "{number}. {title}"),
    "scoreboard.lead": ("牵头：{name}", "Lead: {name}"),
    "scoreboard.caption": ("{section}：各项目标的状态、走势与进度", "{section}: status, course and progress"),
    "scoreboard.target": ("目标", "Target"),
    "scoreboard.course": ("走势", "Course"),
    "scoreboard.reached": ("完成", "Reached"),
    "scoreboard.actual": ("实际 / 目标", "Actual / target"),
    "scoreboard.needed": ("月均需", "Needed a month"),
    "scoreboard.so_far": ("此前 {amount}", "so far {amount}"),
    "scoreboard.latest": ("最新数据", "Latest"),
    "scoreboard.late": ("晚{count}个月", "{count} months late"),
    "scoreboard.owners": ("责任单位", "Departments"),
    "scoreboard.part": ("其中：", "of which: "),
    "scoreboard.stretch": ("力争", "stretch"),
    "scoreboard.expected": ("应达 {share}", "due {share}"),
    "scoreboard.nothing": ("没有符合条件的目标。", "No target fits the choice."),
    "scoreboard.no_figures": ("尚无数据：请先交表。", "No figures yet: hand in tables first."),
    "scoreboard.csv": ("CSV", "CSV"),
    "scoreboard.pdf": ("PDF", "PDF"),
    "scoreboard.shown": ("显示 {count} 项", "{count} shown"),
    "scoreboard.pdf.missing": (
        "这台服务器缺少排版所需的库。请管理员安装 Debian 软件包：{packages}。也可以用浏览器的打印功能。",
        "This server lacks the libraries that set the pages. Have these Debian packages installed: {packages}. "
        "Printing from the browser works meanwhile.",
    ),
}

TEXTS |= {
    "chart.description": (
        "{light}，{period}为{actual}，目标{target}，单位{unit}",
        "{light}, {actual} in {period}, target {target}, unit {unit}",
    ),
    "chart.actual": ("实际", "Actual"),
    "chart.linear": ("序时进度", "Linear pace"),
    "chart.seasonal": ("往年同期节奏", "Seasonal pace"),
    "chart.schedule": ("分月计划", "Monthly plan"),
    "chart.forecast": ("预测", "Forecast"),
    "chart.likely": ("80% 区间", "80% interval"),
    "chart.target": ("目标", "Target"),
    "chart.stretch": ("力争目标", "Stretch target"),
}
