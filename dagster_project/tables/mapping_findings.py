"""What mapping a file onto the catalogue has to say about it, in words.

Belongs here: the sentences. Does not belong here: noticing (`mapping.py`, `observed.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

from validators.catalogue import Catalogue
from validators.findings import Finding, Severity

LEVEL_COLUMN, GROWTH_COLUMN = "累计", "同比（%）"


def row_unknown(sheet: str, cell: str, label: str, nearest: str) -> Finding:
    """A row isn't catalogued; when its label resembles one that is, that is a warning."""
    if not nearest:
        return Finding(
            Severity.INFO,
            "row_not_in_catalogue",
            f"{sheet}!{cell} 的“{label}”不在目录中，未读取；如需跟踪请在目录中为它加一个指标。",
            f"{label!r} ({sheet}!{cell}) isn't in the catalogue and was not taken; add an indicator to follow it.",
            sheet=sheet,
            cell=cell,
            found=label,
        )
    return Finding(
        Severity.WARNING,
        "row_not_recognised",
        f"{sheet}!{cell} 的“{label}”认不出，未读取，最像目录中的“{nearest}”；"
        "如是同一指标，请改用该名称，或在目录 labels 中加上它。",
        f"{label!r} ({sheet}!{cell}) wasn't recognised and was not taken; the catalogue's nearest name is {nearest!r}; "
        "if it is the same, use that name or add the label to the catalogue.",
        sheet=sheet,
        cell=cell,
        found=label,
        expected=nearest,
    )


def row_missing(catalogue: Catalogue, indicator: str, region: str, *, sheet: str, cell: str) -> Finding:
    """An indicator that the region needs has no figure; `cell` names its row where there is one without figures."""
    name = catalogue.indicators[indicator].name
    place = catalogue.regions[region].name
    if cell:
        zh = f"{sheet}!{cell} {place.zh}的“{name.zh}”没有数值；有数请补填，确实没有可不管。"
        en = f"{name.en} of {place.en} has no figure ({sheet}!{cell}); fill it in, or leave it if there is none."
    else:
        zh = f"表中没有{place.zh}的“{name.zh}”；请补上这一行，确实没有可不管。"
        en = f"The table has no row for {name.en} of {place.en}; add it, or leave it if there is none."
    return Finding(
        Severity.WARNING,
        "row_missing",
        zh,
        en,
        sheet=sheet,
        cell=cell,
        indicator=indicator,
        region=region,
        found="没有数值 / no figure",
        expected=name.zh,
    )


def column_missing(sheet: str, region: str, found: Iterable[str], *, growth: bool) -> Finding:
    """A table has rows that need a column which it lacks."""
    want_zh, want_en = (GROWTH_COLUMN, "year-on-year growth") if growth else (LEVEL_COLUMN, "year to date")
    seen = "、".join(found) or "无 / none"
    return Finding(
        Severity.ERROR,
        "column_missing",
        f"工作表“{sheet}”缺少“{want_zh}”一列，表头有：{seen}；请补上这一列，表头写作“{want_zh}”。",
        f"Sheet {sheet!r} lacks the column for {want_en}; its headers are: {seen}; add it under the header {want_zh}.",
        sheet=sheet,
        region=region,
        found=seen,
        expected=want_zh,
    )


def column_not_recognised(sheet: str, cell: str, labels: Iterable[str]) -> Finding:
    """Headers with unknown words."""
    seen = "、".join(labels)
    return Finding(
        Severity.WARNING,
        "column_not_recognised",
        f"工作表“{sheet}”有认不出的列，未读取：{seen}；"
        "请用“本月”“累计”“同比（%）”等表头，或在目录该数据集的 recognise.columns 中加上这些词。",
        f"Sheet {sheet!r} has columns that weren't recognised and were not taken: {seen}; use headers such as "
        "本月, 累计, 同比(%), or add the words to recognise.columns of the dataset in the catalogue.",
        sheet=sheet,
        cell=cell,
        found=seen,
        expected="本月、累计、同比（%）",
    )


def unit_contradiction(sheet: str, cell: str, label: str, indicator: str, found: str, expected: str) -> Finding:
    """The unit can't be converted into the indicator's."""
    return Finding(
        Severity.ERROR,
        "unit_contradiction",
        f"{sheet}!{cell} 的“{label}”单位是“{found}”，与目录的“{expected}”不是一类，不能换算；"
        "请核对表头、单位栏或单元格格式。",
        f"{label!r} ({sheet}!{cell}) is in {found!r}, which can't be converted into the catalogue's {expected!r}; "
        "check the header, the column of units or the cell's format.",
        sheet=sheet,
        cell=cell,
        indicator=indicator,
        found=found,
        expected=expected,
    )


def unit_assumed(sheet: str, cell: str, label: str, indicator: str, unit: str) -> Finding:
    """The table says no unit."""
    return Finding(
        Severity.WARNING,
        "unit_assumed",
        f"{sheet}!{cell} 的“{label}”没有写单位，按目录当作“{unit}”；请在表头或单位栏写明。",
        f"{label!r} ({sheet}!{cell}) has no unit; the catalogue's {unit!r} was assumed; state it in the header.",
        sheet=sheet,
        cell=cell,
        indicator=indicator,
        expected=unit,
    )


def wrong_period(sheet: str, cell: str, found: str, given: str) -> Finding:
    """The file says another period than the one it was handed in for."""
    return Finding(
        Severity.ERROR,
        "wrong_period",
        f"表中的统计期是 {found}，上传时指定的是 {given}；请核对是否传错了月份的文件。",
        f"The table is about {found}, but was handed in for {given}; check whether it is the right month's file.",
        sheet=sheet,
        cell=cell,
        period=found,
        found=found,
        expected=given,
    )


def period_contradiction(
    sheet: str, cell: str, title: str, titled: str, headers: Iterable[str], period: str
) -> Finding:
    """A table's title names another month than its header."""
    seen = "、".join(headers)
    return Finding(
        Severity.ERROR,
        "period_contradiction",
        f"工作表“{sheet}”的标题“{title}”写的是 {titled}，表头“{seen}”却是 {period}；"
        "请核对是哪个月的数据，改正写错的一处后重新上传。",
        f"The title {title!r} of sheet {sheet!r} says {titled}, but its header ({seen}) says {period}; "
        "check which month the figures are about, correct the wrong one and upload again.",
        sheet=sheet,
        cell=cell,
        period=period,
        found=period,
        expected=titled,
    )


def regions_apart(
    catalogue: Catalogue, sheet: str, cell: str, region: str, period: str, others: tuple[str, str]
) -> Finding:
    """A region's table is about a much earlier period than that of another region (`others`: its code and period)."""
    name, other = catalogue.regions[region].name, catalogue.regions[others[0]].name
    return Finding(
        Severity.ERROR,
        "period_contradiction",
        f"{sheet}!{cell} 起{name.zh}的数据是 {period} 的，而同一文件中{other.zh}的是 {others[1]} 的；"
        "请核对标题中的年月，改正写错的一处后重新上传；确为两个时期的，请分开上传。",
        f"The figures of {name.en} from {sheet}!{cell} on are for {period}, those of {other.en} in the same file for "
        f"{others[1]}; check year and month in the titles, correct the wrong one and upload again, or hand in two "
        "files if both are right.",
        sheet=sheet,
        cell=cell,
        region=region,
        period=period,
        found=period,
        expected=others[1],
    )


def period_missing(sheet: str, cell: str) -> Finding:
    """Neither the file nor the hand-in says the period."""
    return Finding(
        Severity.ERROR,
        "period_missing",
        f"工作表“{sheet}”从 {cell} 起的数值没有统计期；请在标题写明年月，或用 --period 指定。",
        f"The figures of sheet {sheet!r} from {cell} on have no period; "
        "write it into the title, or give it with --period.",
        sheet=sheet,
        cell=cell,
        expected="2025年3月",
    )


def contradiction(
    indicator: str, name: str, place: str, first: tuple[str, str], other: tuple[str, str], moment: str
) -> Finding:
    """Two cells give different values for the same figure. `first` and `other`: place and value."""
    sheet, _, cell = place.partition("!")
    return Finding(
        Severity.ERROR,
        "contradiction",
        f"“{name}”{moment} 有两个不同的数：{first[0]} 是 {first[1]}，{other[0]} 是 {other[1]}；请核对后只留一个。",
        f"{name!r} {moment} has two different values: {first[0]} says {first[1]}, {other[0]} says {other[1]}; "
        "check them and keep one.",
        sheet=sheet,
        cell=cell,
        indicator=indicator,
        found=f"{first[1]}, {other[1]}",
        expected="一个数 / one value",
    )


def same_figure_again(indicator: str, name: str, first: str, sheet: str, cell: str) -> Finding:
    """The same figure stands twice, with the same value."""
    return Finding(
        Severity.INFO,
        "same_figure_again",
        f"“{name}”在 {first} 和 {sheet}!{cell} 重复出现且数值一致，取前一个。",
        f"{name!r} stands both in {first} and in {sheet}!{cell} with the same value; the first was taken.",
        sheet=sheet,
        cell=cell,
        indicator=indicator,
    )


def growth_taken_as_cumulative(sheet: str, labels: Iterable[str]) -> Finding:
    """A growth column says neither month nor year to date."""
    seen = "、".join(labels)
    return Finding(
        Severity.INFO,
        "growth_taken_as_cumulative",
        f"工作表“{sheet}”的“{seen}”没有写明是当月还是累计，按累计同比读取；如是当月请在表头写“本月”。",
        f"The growth column {seen} of sheet {sheet!r} says neither month nor year to date and was taken as year "
        "to date; write 本月 into the header if it is the month's.",
        sheet=sheet,
        found=seen,
    )
