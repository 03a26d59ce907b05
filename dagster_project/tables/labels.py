"""Row labels: indents, 其中, numbering, and which row stands under which.

Belongs here: everything that a label's text and indent say. Does not belong here: which column holds the labels
(`layout.py`), what the catalogue calls them (`matching.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from dagster_project.tables.unit_words import plain, without_unit

_SPACE = re.compile(r"^[\s\u3000\u00a0]*")
_MARK = re.compile(r"^(?:其\s*中\s*[:：]?|[#＃△▲*＊·●○◆]+|[-－—–]{1,2}(?=[^\d\s\-－—–]))\s*")
_NUMBERINGS = tuple(
    re.compile(pattern)
    for pattern in (
        r"^[一二三四五六七八九十]{1,3}\s*[、.．，,:：]\s*",
        r"^[(（][一二三四五六七八九十]{1,3}[)）]\s*[、.]?\s*",
        r"^[0-9０-９]{1,2}\s*(?:[、．，:：]|[.](?![0-9]))\s*",
        r"^[(（][0-9０-９]{1,2}[)）]\s*[、.]?\s*|^[0-9]{1,2}[)）]\s*",
        r"^[\u2460-\u2473]\s*",
    )
)
NOTE = re.compile(
    r"^\s*[(（【\[]?\s*(?:注|附注|备注|说明|资料来源|数据来源|来源|发布(?:日期|时间|单位)|公布日期|制表|编制|审核|复核|填表|填报|"
    r"联系(?:电话)?|电话|咨询|解读|统计(?:负责人|范围|口径)|计算口径|指标解释)\s*(?:人|单位|日期|时间|说明)?\s*[)）】\]]?\s*(?:[:：\d①-⑳]|$)|^\s*[※]"
)
_SIGNATURE = re.compile(
    r"^\s*(?:联系(?:人|电话|方式)|电话|传真|制表(?:人|单位|日期|时间)?|填表(?:人|日期)?|填报(?:人|单位|日期)|审核(?:人)?|复核(?:人)?|"
    r"单位负责人|统计负责人|打印(?:日期|时间)|发布(?:日期|时间)|公布日期|印发日期)\s*[:：]"
)
_LONG = 60  # characters; a longer text without figures is a note


@dataclass(frozen=True, slots=True)
class Label:
    """One row label taken apart. `indent` counts half-width columns; `level` is the rank of its numbering (0: none)."""

    text: str  # as written, without spaces around it
    indent: int
    marked: bool  # 其中, #, or another sign of a part
    level: int


@lru_cache(maxsize=16384)
def read_label(text: str, extra_indent: int = 0) -> Label:
    """`extra_indent` is the cell format's indent, in steps of two half-width columns."""
    lead = _SPACE.match(text)
    spaces = lead[0] if lead else ""
    indent = sum(2 if unicodedata.east_asian_width(space) in "WF" else 1 for space in spaces) + 2 * extra_indent
    bare = re.sub(r"\s*\n\s*", "", text.strip())
    level = next((rank for rank, pattern in enumerate(_NUMBERINGS, start=1) if pattern.match(bare)), 0)
    return Label(bare, indent, _MARK.match(bare) is not None, level)


def _slack(indent: int) -> int:
    """How far two indents may differ and still mean the same: typists count spaces less well the more there are."""
    return 0 if indent < 3 else 1 if indent < 9 else 2


def _is_under(row: Label, above: Label, heading: bool, row_is_heading: bool) -> bool:
    """Whether `row` may stand under `above`, the last row of the stack. `heading`: `above` has no figures itself."""
    deeper = row.indent > above.indent + _slack(above.indent)
    level_with = row.indent >= above.indent - _slack(above.indent)
    if row.level and above.level:
        return row.level > above.level or (row.level == above.level and deeper)
    if row.marked:
        return deeper or (level_with and not above.marked)
    if above.marked:  # what follows 其中 further in is aligned with its text: the next part, not a part of the part
        return False
    if row.level:
        return deeper
    if above.level:
        return level_with
    return deeper or (heading and level_with and not row_is_heading)


def parents(labels: Sequence[Label | None], headings: Sequence[bool]) -> list[int]:
    """For each row the index of the row that it stands under, -1 for none. None for rows without a label; `headings`
    says which rows hold no figures. One pass over rows with a stack: each row depends on those above it."""
    stack: list[int] = []
    found: list[int] = []
    indented: set[int] = set()  # headings whose rows are indented: a flush row ends them
    for index, label in enumerate(labels):
        if label is None:
            found.append(-1)
            continue
        while stack:
            top = labels[stack[-1]]
            heading = headings[stack[-1]] and stack[-1] not in indented
            if top is not None and _is_under(label, top, heading, headings[index]):
                if label.indent > top.indent + _slack(top.indent):
                    indented.add(stack[-1])
                break
            stack.pop()
        found.append(stack[-1] if stack else -1)
        stack.append(index)
    return found


@lru_cache(maxsize=16384)
def bare_name(text: str) -> str:
    """The label's name alone, for comparing: NFKC, without spaces, 其中, #, numbering and the unit in brackets."""
    name = without_unit(plain(text))
    name = re.sub(r"\s+", "", name)
    while True:
        shorter = _MARK.sub("", name)
        for pattern in _NUMBERINGS:
            shorter = pattern.sub("", shorter)
        if shorter == name or not shorter:
            return name.strip(":：;；,，。")
        name = shorter


@lru_cache(maxsize=4096)
def is_note(text: str) -> bool:
    """Whether a text without figures beside it is a note, not a row of the table."""
    return NOTE.match(text) is not None or len(text.strip()) > _LONG


@lru_cache(maxsize=4096)
def is_signature(text: str) -> bool:
    """Whether a row says who made the table or when: a number beside it is no figure."""
    return _SIGNATURE.match(text) is not None
