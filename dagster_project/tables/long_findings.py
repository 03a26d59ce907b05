"""What a table that says itself what each figure is has wrong, in words.

Belongs here: the sentences. Does not belong here: noticing (`long_table.py`, `long_mapping.py`).
"""

from __future__ import annotations

from validators.findings import Finding, Severity

_FIELDS = {
    "indicator": ("指标", "indicator"),
    "region": ("地区", "region"),
    "period": ("时期", "period"),
    "measure": ("口径", "measure"),
    "status": ("状态", "status"),
    "value": ("数值", "value"),
}


def unknown_word(
    field: str, rule: str, place: tuple[str, str], found: str, expected: str, *, rows: int, nearest: bool
) -> Finding:
    """A word that the catalogue doesn't know, in `rows` rows from `place` (sheet, cell of the figure) on. `nearest`:
    whether `expected` is what it resembles most, else what may stand there."""
    sheet, cell = place
    zh, en = _FIELDS[field]
    seen = f"“{found}”" if found else "空的"
    row = "".join(filter(str.isdigit, cell))
    more_zh = f"，共 {rows} 行" if rows > 1 else ""
    more_en = f", in {rows} rows" if rows > 1 else ""
    hint_zh, hint_en = ("最接近的是", "the nearest is") if nearest else ("应为", "it should be")
    return Finding(
        Severity.ERROR,
        rule,
        f"{sheet} 第 {row} 行的{zh}是{seen}{more_zh}，不认识；{hint_zh} {expected}；请改正后重新上传。",
        f"The {en} in row {row} of {sheet!r} is {found!r}{more_en}, which nobody knows; {hint_en} {expected}; "
        "correct it and hand in again.",
        sheet=sheet,
        cell=cell,
        found=found,
        expected=expected,
    )


def more_unknown(field: str, rule: str, place: tuple[str, str], words: int) -> Finding:
    """More such words than are named one by one."""
    zh, en = _FIELDS[field]
    return Finding(
        Severity.ERROR,
        rule,
        f"{place[0]} 从 {place[1]} 起还有 {words} 种{zh}不认识，不逐一列出；请按目录核对整列（xushi export columns）。",
        f"From {place[1]} of {place[0]!r} on {words} more words for the {en} are unknown and not listed; check the "
        "whole column against the catalogue (xushi export columns).",
        sheet=place[0],
        cell=place[1],
        found=str(words),
    )


def more_no_numbers(sheet: str, cell: str, cells: int) -> Finding:
    """More cells without a number than are named one by one."""
    return Finding(
        Severity.ERROR,
        "text_in_number",
        f"{sheet} 从 {cell} 起还有 {cells} 个数值单元格不是数，不逐一列出；请核对整列，缺数留空。",
        f"From {cell} of {sheet!r} on {cells} more cells of the value column are no numbers and not listed; check the "
        "whole column, and leave blank what is missing.",
        sheet=sheet,
        cell=cell,
        found=str(cells),
        expected="数值 / a number",
    )


def unit_differs(place: tuple[str, str], indicator: str, name: str, found: str, expected: str, *, rows: int) -> Finding:
    """A unit that can't be converted into the indicator's, or a growth that is not in per cent."""
    sheet, cell = place
    more_zh = f"（共 {rows} 行）" if rows > 1 else ""
    more_en = f" (and in {rows} rows altogether)" if rows > 1 else ""
    return Finding(
        Severity.ERROR,
        "unit_contradiction",
        f"{sheet}!{cell} “{name}”的单位是“{found}”{more_zh}，与应有的“{expected}”不能换算；请改正单位，或留空表示用指标"
        "自己的单位。",
        f"{name!r} ({sheet}!{cell}) is in {found!r}{more_en}, which can't be converted into {expected!r}; correct the "
        "unit, or leave it blank for the indicator's own.",
        sheet=sheet,
        cell=cell,
        indicator=indicator,
        found=found,
        expected=expected,
    )


def more_contradictions(place: tuple[str, str], figures: int) -> Finding:
    """More figures with two values than are named one by one."""
    return Finding(
        Severity.ERROR,
        "contradiction",
        f"{place[0]} 从 {place[1]} 起还有 {figures} 行与前面同一数据的数值或状态不同，不逐一列出；请每个数据只留一行。",
        f"From {place[1]} of {place[0]!r} on {figures} more rows differ from an earlier row about the same figure and "
        "are not listed; keep one row for each figure.",
        sheet=place[0],
        cell=place[1],
        found=str(figures),
        expected="一个数 / one value",
    )


def repeated_rows(place: tuple[str, str], rows: int) -> Finding:
    """Rows that say the same of the same figure once more."""
    return Finding(
        Severity.INFO,
        "same_figure_again",
        f"{place[0]} 从 {place[1]} 起有 {rows} 行与前面的行完全相同，只取一次。",
        f"From {place[1]} of {place[0]!r} on {rows} rows say what an earlier row says; each figure was taken once.",
        sheet=place[0],
        cell=place[1],
        found=str(rows),
    )


def digits_dropped(place: tuple[str, str], text: str, kept: str, rows: int) -> Finding:
    """More digits than are stored."""
    return Finding(
        Severity.INFO,
        "digits_dropped",
        f"{place[0]}!{place[1]} 的 {text} 超过 15 位有效数字，存为 {kept}（共 {rows} 个数如此）；如属计算误差可不管。",
        f"{text} ({place[0]}!{place[1]}) has more than 15 significant digits and is stored as {kept} ({rows} figures "
        "are like it); nothing is to be done where that is noise of a calculation.",
        sheet=place[0],
        cell=place[1],
        found=text,
        expected=kept,
    )


def sheet_beside(sheet: str, cell: str) -> Finding:
    """A sheet with numbers beside a long table, which was not read."""
    return Finding(
        Severity.WARNING,
        "sheet_beside_long_table",
        f"文件中有逐行写明指标的表，工作表“{sheet}”不是这种表，未读取（{cell} 起有数值）；"
        "如属统计表请另存一个文件上传。",
        f"The file holds a table that names an indicator in each row; sheet {sheet!r} is none and was not read "
        f"(numbers from {cell} on); hand it in as a file of its own if it counts.",
        sheet=sheet,
        cell=cell,
    )


def rows_of_other_datasets(given: str, others: str, rows: int) -> Finding:
    """Rows of datasets that were not asked for."""
    return Finding(
        Severity.INFO,
        "table_of_other_dataset",
        f"本次只取 {given}；另有 {rows} 行属于 {others}，未读取。",
        f"Only {given} is taken; {rows} rows belong to {others} and were left out.",
        found=others,
        expected=given,
    )


def none_of_dataset(given: str, others: str) -> Finding:
    """No row of the dataset that was asked for."""
    return Finding(
        Severity.ERROR,
        "wrong_dataset",
        f"指定的数据集是 {given}，但表中各行属于 {others or '别的数据集'}；请核对文件或 --dataset。",
        f"The dataset given is {given}, but the rows belong to {others or 'others'}; check the file or --dataset.",
        found=others,
        expected=given,
    )
