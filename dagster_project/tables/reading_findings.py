"""What reading a file has to say about it, in words.

Belongs here: the sentences. Does not belong here: noticing (`reading.py`, `tidy.py`).
"""

from __future__ import annotations

from validators.findings import Finding, Severity


def hidden_sheet(sheet: str, numbers: int) -> Finding:
    """A hidden sheet was not read."""
    return Finding(
        Severity.INFO,
        "hidden_sheet_ignored",
        f"工作表“{sheet}”已隐藏，未读取（其中有 {numbers} 个数值）；如需读取请取消隐藏后重新上传。",
        f"Sheet {sheet!r} is hidden and was not read ({numbers} numbers in it); "
        "unhide it and hand in again if it counts.",
        sheet=sheet,
        found=str(numbers),
    )


def hidden_cells(sheet: str, where: str) -> Finding:
    """Numbers in hidden rows or columns were not read."""
    return Finding(
        Severity.WARNING,
        "hidden_cells_ignored",
        f"工作表“{sheet}”的隐藏行或隐藏列中有数值，未读取：{where}；如属本表请取消隐藏后重新上传。",
        f"Sheet {sheet!r} has numbers in hidden rows or columns, which were not read: {where}; "
        "unhide them and hand in again if they belong to the table.",
        sheet=sheet,
        cell=_first(where),
        found=where,
    )


def numbers_outside_tables(sheet: str, where: str) -> Finding:
    """Numbers without a header above or a label beside them were not read."""
    return Finding(
        Severity.INFO,
        "numbers_outside_tables",
        f"工作表“{sheet}”中有数值不在任何表格内（上方无表头或左侧无名称），未读取：{where}；如属表格请补上表头或名称。",
        f"Sheet {sheet!r} has numbers outside any table (no header above, or no label beside), which were not read: "
        f"{where}; add the header or the label if they belong to a table.",
        sheet=sheet,
        cell=_first(where),
        found=where,
        expected="表头和行名 / a header and a row label",
    )


def error_cell(sheet: str, cell: str, text: str, label: str, *, in_table: bool) -> Finding:
    """A cell holds a calculation error."""
    return Finding(
        Severity.ERROR if in_table else Severity.WARNING,
        "error_cell",
        f"{sheet}!{cell} {_of(label)}是公式错误 {text}，不是数值；请改正公式或直接填写数值。",
        f"{sheet}!{cell} {_of(label)}is the error {text}, not a number; mend the formula or type the number.",
        sheet=sheet,
        cell=cell,
        found=text,
        expected="数值 / a number",
    )


def formula_without_value(sheet: str, cell: str, label: str, *, in_table: bool, certain: bool) -> Finding:
    """A formula's value was never calculated; `certain` is False where the format can't tell it from an empty text."""
    severity = Severity.ERROR if in_table and certain else Severity.WARNING
    return Finding(
        severity,
        "formula_without_value",
        f"{sheet}!{cell} {_of(label)}是公式但没有保存计算结果；请用 Excel 或 WPS 打开、重新计算并保存后再上传。",
        f"{sheet}!{cell} {_of(label)}is a formula without a stored value; open the file in Excel or WPS, "
        "let it calculate, save it and hand it in again.",
        sheet=sheet,
        cell=cell,
        found="公式无结果 / a formula without a value",
        expected="数值 / a number",
    )


def text_in_number(sheet: str, cell: str, text: str, label: str, *, is_figure: bool) -> Finding:
    """Words stand where a number is expected; an error where a figure is lost with them."""
    return Finding(
        Severity.ERROR if is_figure else Severity.WARNING,
        "text_in_number",
        f"{sheet}!{cell} {_of(label)}应为数值，却是文字“{text}”；请只填数字，单位写在表头，缺数填“…”。",
        f"{sheet}!{cell} {_of(label)}should be a number but is the text {text!r}; type the number alone, "
        "the unit belongs in the header, and '…' stands for a missing figure.",
        sheet=sheet,
        cell=cell,
        found=text,
        expected="数值 / a number",
    )


def published_unreadable(sheet: str, cell: str, text: str) -> Finding:
    """The table states a date of publication that is no date."""
    return Finding(
        Severity.WARNING,
        "published_unreadable",
        f"{sheet}!{cell} 的发布日期“{text}”不是日期，按收到文件的时间计；请写作 2025-05-16。",
        f"The publication date {text!r} ({sheet}!{cell}) is no date, so the file counts as published when it came in; "
        "write it as 2025-05-16.",
        sheet=sheet,
        cell=cell,
        found=text,
        expected="2025-05-16",
    )


def period_from_elsewhere(sheet: str, period: str, source_zh: str, source_en: str, *, year_only: bool) -> Finding:
    """The sheet doesn't say its year, or says no period at all."""
    lacks_zh, lacks_en = ("年份", "its year") if year_only else ("统计期", "its period")
    return Finding(
        Severity.INFO,
        "period_from_elsewhere",
        f"工作表“{sheet}”没有写明{lacks_zh}，按{source_zh}读作 {period}；如不对请在标题中写明年月。",
        f"Sheet {sheet!r} doesn't state {lacks_en}; it was read as {period}, from {source_en}; "
        "write year and month into the title if that is wrong.",
        sheet=sheet,
        period=period,
        found=period,
    )


def period_unknown(sheet: str, cell: str) -> Finding:
    """Nothing says which period the figures are about."""
    return Finding(
        Severity.WARNING,
        "period_unknown",
        f"工作表“{sheet}”从 {cell} 起的数值没有统计期；请在标题或表头写明年月，例如“2025年1-3月”。",
        f"The figures of sheet {sheet!r} from {cell} on have no period; write it into the title or the header, "
        "for example 2025年1-3月.",
        sheet=sheet,
        cell=cell,
        expected="2025年1-3月",
    )


def nothing_read(file_name: str) -> Finding:
    """No table was found at all."""
    return Finding(
        Severity.ERROR,
        "no_table",
        f"“{file_name}”中没有找到表格：需要一行表头（指标、本月、累计……），其下每行一个指标名称和数值；"
        "请核对是否传错了文件，或补上表头后重新上传。",
        f"No table was found in {file_name!r}: there must be a header row (indicator, month, year to date ...) "
        "and below it rows with a label and figures; check whether it is the right file, or add the header and "
        "hand it in again.",
        expected="表头和数据行 / a header and rows of figures",
    )


def _of(label: str) -> str:
    return f"（{label}）" if label else ""


def _first(where: str) -> str:
    return where.split(",")[0].split(":")[0]
