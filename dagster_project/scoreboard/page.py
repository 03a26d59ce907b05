"""The scoreboard as one HTML page: everything inline, nothing fetched, no script, fit for printing.

Belongs here: the page. Every text goes through `_e`, which escapes it. Does not belong here: what a row holds
(`rows.py`).
"""

from __future__ import annotations

import math
from html import escape
from typing import Any

import pandas as pd

from dagster_project.progress.lights import LIGHTS, WORDS
from dagster_project.scoreboard.board import Board, Group
from dagster_project.scoreboard.marks import MARKS, amount, chapter_number, full_name, per_cent, promise

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; color: #1f2328;
  max-width: 76rem; margin: 1.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .3rem; border-bottom: 2px solid #1f2328; }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .3rem; }
[lang=en] { color: #57606a; font-size: .87em; }
h1 [lang=en], h2 [lang=en], h3 [lang=en] { font-weight: normal; font-size: .8em; }
table { border-collapse: collapse; width: 100%; }
.chapter { table-layout: fixed; }
th { text-align: left; font-weight: 600; font-size: .85em; border-bottom: 1px solid #8c959f; padding: .2rem .5rem; }
td { vertical-align: top; border-bottom: 1px solid #d8dee4; padding: .35rem .5rem; }
tr { break-inside: avoid; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.light { white-space: nowrap; font-weight: 600; }
.sample { background: #fff8c5; border: 1px solid #d4a72c; padding: .3rem .6rem; display: inline-block; }
.bar { position: relative; max-width: 9rem; height: .8rem; background: #eaeef2; border: 1px solid #afb8c1; }
.bar i { position: absolute; inset: 0 auto 0 0; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.bar b { position: absolute; top: -.2rem; bottom: -.2rem; width: 2px; background: #1f2328; }
.reason { font-size: .87em; margin: .15rem 0 0; }
.counts span { margin-right: 1rem; white-space: nowrap; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } h2 { break-before: page; } h2.first { break-before:
auto; } thead { display: table-header-group; } }
"""

_WIDTHS = ("7%", "37%", "11.5%", "13.5%", "9.5%", "7.5%", "14%")  # the same in every chapter
_COLUMNS = "".join(f"<col style='width:{width}'>" for width in _WIDTHS)


def to_html(board: Board) -> str:
    """The whole page, starting with <!doctype html>. Encode as UTF-8."""
    as_of = f"{board.as_of.year}年{board.as_of.month}月"
    known = (
        f"，按 {board.known_on.isoformat()} 已知数据 <span lang=en>as known on {board.known_on.isoformat()}</span>"
        if board.known_on
        else ""
    )
    sample = (
        "<p class=sample>示例数据，不是真实统计 <span lang=en>sample data, not real statistics</span></p>"
        if board.sample
        else ""
    )
    body = "".join(_section(board, group) for group in board.groups())
    if board.rows.empty:
        body = "<p>没有符合条件的目标 <span lang=en>No target fits the choice.</span></p>"
    return (
        "<!doctype html>\n<html lang=zh-CN>\n<head>\n<meta charset=utf-8>\n"
        "<meta name=viewport content='width=device-width, initial-scale=1'>\n"
        f"<title>{_e(f'目标进度 {as_of}')}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>目标进度 <span lang=en>Scoreboard</span></h1>\n{sample}"
        f"<p>截至{_e(as_of)} <span lang=en>as of {_e(board.as_of.text)}</span>{known}</p>\n"
        f"{_summary(board)}{body}\n</body>\n</html>\n"
    )


def _e(text: object) -> str:
    return escape(str(text), quote=True)


def _both(zh: str, en: str) -> str:
    return f"{_e(zh)} <span lang=en>{_e(en)}</span>"


def _summary(board: Board) -> str:
    """Counts of lights by document and altogether."""
    heads = "".join(
        f"<th class=number><span style='color:{MARKS[light].css}'>{MARKS[light].shape}</span> "
        f"{_both(WORDS[light].zh, WORDS[light].en)}</th>"
        for light in LIGHTS
    )
    documents = [key for key in board.catalogue.documents if (board.rows["document"] == key).any()]
    lines = []
    for document in documents:
        title = board.catalogue.documents[document].title
        lines.append(_count_line(_both(title.zh, title.en), board.select(document=document).totals()))
    if len(documents) > 1:
        lines.append(_count_line(_both("合计", "all"), board.totals()))
    parts = len(board.rows) - board.totals()["targets"]
    zh, en = f"其中项（{parts}）随其总项计一次。", f"Parts ({parts}) are counted once, with their whole."
    note = f"<p>{_both(zh, en)}</p>" if parts else ""
    first = f"<th>{_both('文件', 'document')}</th><th class=number>{_both('目标', 'targets')}</th>"
    return f"<table><thead><tr>{first}{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>{note}"


def _count_line(title: str, counts: dict[str, int]) -> str:
    cells = "".join(
        f"<td class=number>{_e(counts[name])}</td>" for name in ("targets", *(str(light) for light in LIGHTS))
    )
    return f"<tr><td>{title}</td>{cells}</tr>"


def _section(board: Board, group: Group) -> str:
    document = board.catalogue.documents[group.document]
    chapter = document.chapters[group.chapter]
    first_of_document = group.rows.index[0] == board.rows.index[board.rows["document"] == group.document][0]
    title = ""
    if first_of_document:
        first = " class=first" if group.rows.index[0] == board.rows.index[0] else ""
        title = f"<h2{first}>{_both(document.title.zh, document.title.en)}</h2>\n"
    lead = board.catalogue.departments[chapter.lead].name if chapter.lead else None
    leads = f" · 牵头 {_both(lead.zh, lead.en)}" if lead else ""
    heads = "".join(
        f"<th>{_both(zh, en)}</th>"
        for zh, en in (
            ("状态", "light"),
            ("目标", "target"),
            ("进度", "reached"),
            ("实际 / 目标", "actual / target"),
            ("月均需", "needed a month"),
            ("最新", "latest"),
            ("责任单位", "departments"),
        )
    )
    rows = "\n".join(_row(board, row) for row in group.records())
    heading = f"{_e(chapter_number(group.chapter))}、{_both(chapter.title.zh, chapter.title.en)}{leads}"
    return (
        f"{title}<h3>{heading}</h3>\n<table class=chapter><colgroup>{_COLUMNS}</colgroup>"
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>\n"
    )


def _row(board: Board, row: dict[str, Any]) -> str:
    mark = MARKS[row["light"]]
    name = full_name(row)
    part = "其中：" if row["part_of"] else ""
    stretch = f" {_both('力争', 'stretch')}" if row["ambition"] == "stretch" else ""
    article = f"第{row['article']}条" if row["article"] else "章首"
    late = row["period"] and pd.notna(row["lag_months"]) and row["lag_months"] > 0
    months = row["lag_months"]
    lag = f"<br>{_both(f'晚{months}个月', f'late by {months}')}" if late else ""
    departments = [board.catalogue.departments[key].name for key in row["responsible"].split(";")]
    owners = "<br>".join(_both(name.zh, name.en) for name in departments)
    return (
        f"<tr id='{_e(row['target'])}'>"
        f"<td class=light style='color:{mark.css}'>{mark.shape} {_e(row['light_zh'])}<br>{_e(row['light_en'])}</td>"
        f"<td>{_e(part + name.zh)}{stretch} <small>{_e(article)}</small><br>"
        f"<span lang=en>{_e(name.en)}</span>"
        f"<p class=reason>{_e(row['reason_zh'])}</p><p class=reason lang=en>{_e(row['reason_en'])}</p></td>"
        f"<td>{_bar(row)}</td>"
        f"<td class=number>{_e(amount(row['actual_value']))} / {_e(promise(row['comparator'], row['target_value']))}"
        f"<br>{_e(row['unit'])}</td>"
        f"<td class=number>{_needed(row)}</td>"
        f"<td>{_e(row['period'] or '–')}{lag}</td>"
        f"<td>{owners}</td></tr>"
    )


def _bar(row: dict[str, Any]) -> str:
    attainment, expected = row["attainment_ratio"], row["expected_ratio"]
    if not math.isfinite(attainment):
        return ""
    tick, words = "", _e(per_cent(attainment))
    if math.isfinite(expected) and expected < 1:
        tick = f"<b style='left:{expected * 100:.1f}%'></b>"
        words += f"<br>{_both('应达', 'due')} {_e(per_cent(expected))}"
    filled = min(max(attainment, 0.0), 1.0) * 100
    return (
        f"<div class=bar><i style='width:{filled:.1f}%;background:{MARKS[row['light']].css}'></i>{tick}</div>"
        f"<span class=number>{words}</span>"
    )


def _needed(row: dict[str, Any]) -> str:
    required, average = row["required_run_rate"], row["average_run_rate"]
    if row["light"] not in ("green", "yellow", "red") or not math.isfinite(required) or required <= 0:
        return "–"
    return f"{_e(amount(required, 1))}<br>{_both('此前', 'so far')} {_e(amount(average, 1))}"
