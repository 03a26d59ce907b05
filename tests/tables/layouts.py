"""Tables in many layouts, with the figures that a reader may take from each: made by chance, written as real files.

A `Written` holds a file and its truth: every figure that stands in it under a name of the catalogue. What is written
beside (unknown rows, last year's figures, ranks, page numbers, hidden sheets) must never come out.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

import xlsxwriter
import xlwt

Key = tuple[str, str, str, str]  # indicator, region, period, measure

REGIONS = {"330303": "龙湾区", "330300": "温州市"}
TITLES = {
    "trade": ["对外贸易", "外贸进出口"],
    "retail_sales": ["消费品市场", "社会消费品零售"],
    "science_talent": ["科技与人才工作进度"],
}
FLOW, COUNT, STOCK, RATIO, RATE = "flow", "count", "stock", "ratio", "rate"


@dataclass(frozen=True)
class Line:
    """A row that the catalogue knows: its names, its unit, the indicator that takes its growth ('' for none)."""

    key: str
    names: tuple[str, ...]
    kind: str
    unit: str
    growth: str
    part: bool = False


LINES = {
    "trade": [
        Line("goods_exports", ("货物贸易出口", "出口总额", "货物出口"), FLOW, "亿元", "goods_exports_growth"),
        Line("high_tech_exports", ("高新技术产品出口",), FLOW, "亿元", "high_tech_exports", part=True),
    ],
    "retail_sales": [
        Line("retail_sales", ("社会消费品零售总额", "社零总额"), FLOW, "亿元", "retail_sales_growth"),
        Line("", ("网络零售额", "网络零售额增速"), RATE, "%", "online_retail_sales_growth"),
    ],
    "science_talent": [
        Line("new_high_tech_firms", ("新增高新技术企业", "新认定高新技术企业"), COUNT, "家", "new_high_tech_firms"),
        Line("new_tech_smes", ("新增省科技型中小企业",), COUNT, "家", "new_tech_smes"),
        Line("talent_budget", ("人才引育资金支出",), FLOW, "万元", "talent_budget"),
        Line("skilled_talent", ("高技能人才总量",), STOCK, "万人", "skilled_talent"),
        Line("talent_firm_share", ("企业人才支持比例",), RATIO, "%", ""),
        Line("talent_grant_days", ("人才项目兑现时长",), RATIO, "工作日", ""),
    ],
}
OTHER_UNITS = {"亿元": "万元", "万元": "亿元", "万人": "人"}
FACTORS = {("万元", "亿元"): Decimal("0.0001"), ("亿元", "万元"): Decimal(10000), ("人", "万人"): Decimal("0.0001")}
STRANGERS = ["进出口总额", "进口", "规模以上工业增加值", "实际使用外资", "限额以上单位", "其他", "货物贸易出口企业数"]
MISSING = ["…", "-", "—", "", "——", "/", "暂无", "...", "－", "*", "x"]
WORDS = ["约30", "12.5亿", "待核实", "三十三点二", "同上", "#REF!"]
NOTES = [
    "注：本表为快报数。",
    "注：1.同比按可比口径计算；2.2024年数据已修订为1234.5亿元。",
    "资料来源：统计局",
    "制表人：张三    审核人：李四",
]
LOOSE = [3.0, "- 3 -", "第3页", 2025.0, "合计见下页", 88.8]


@dataclass(frozen=True)
class Percent:
    """A fraction in a cell that shows per cent."""

    value: float


Cell = str | float | None | Percent


@dataclass
class Page:
    """One sheet before it is written."""

    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: bool = False


@dataclass(frozen=True)
class Written:
    """A file, its name, and the figures that may be read from it in the catalogue's units."""

    data: bytes
    name: str
    truth: dict[Key, Decimal]
    pages: tuple[Page, ...]

    def __repr__(self) -> str:
        rows = "\n".join(f"  [{page.name}]\n" + "\n".join(f"    {row}" for row in page.rows) for page in self.pages)
        return f"{self.name}\n{rows}\n  {self.truth}"


def flip(chance: Random) -> bool:
    return chance.random() < 0.5


def edgy(chance: Random, last: int) -> int:
    """A number from 0 on, often the first or the last."""
    return chance.choice([0, last]) if chance.random() < 0.1 else chance.randint(0, last)


class Numbers:
    """Figures of which no two are alike, so that none can stand in for another."""

    def __init__(self, chance: Random) -> None:
        self.chance, self.count = chance, 0

    def level(self) -> Decimal:
        self.count += 1
        return Decimal(edgy(self.chance, 99_999) * 1000 + self.count) / 1000

    def growth(self) -> Decimal:
        self.count += 1
        return self.chance.choice([1, -1]) * Decimal(edgy(self.chance, 40) * 1000 + self.count) / 1000


@dataclass(frozen=True)
class Style:
    """How the figures of a file are typed."""

    number: str
    missing: str
    gaps: int  # one in so many cells is missing; 0: none
    words: int  # one in so many cells holds words; 0: none
    percent: str

    def write(self, value: Decimal, chance: Random) -> tuple[Cell, bool]:
        """The cell and whether a figure is in it."""
        if self.gaps and chance.randint(0, self.gaps) == 0:
            return self.missing or None, False
        if self.words and chance.randint(0, self.words) == 0:
            return chance.choice(WORDS), False
        if self.number == "number":
            return float(value), True
        text = f"{value:,f}" if self.number == "thousands" else f"{value:f}"
        if self.number == "wide":
            text = text.translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789.-"})
        if self.number == "spaced":
            text = f" {text}\u3000"
        return text, True

    def write_growth(self, value: Decimal, chance: Random) -> tuple[Cell, bool]:
        cell, filled = self.write(value, chance)
        if not filled or self.percent == "plain":
            return cell, filled
        if self.percent == "format":
            return Percent(float(value / 100)), True
        if self.percent == "sign":
            return f"{value:f}%", True
        return f"{value:+f}", True


def styles(chance: Random) -> Style:
    return Style(
        number=chance.choice(["number", "number", "text", "thousands", "wide", "spaced"]),
        missing=chance.choice(MISSING),
        gaps=chance.choice([0, 0, 3, 6]),
        words=chance.choice([0, 0, 0, 8]),
        percent=chance.choice(["plain", "plain", "sign", "format", "plus"]),
    )


@dataclass(frozen=True)
class Column:
    """One column of figures: the header cells above it from the top down, and what stands in it."""

    heads: tuple[str, ...]
    holds: str  # month, ytd, yoy_month, yoy_ytd, or a thing that is never followed


def _flat(chance: Random, month: int, year: int) -> list[Column]:
    words = {
        "month": ["本月", "当月", "本月数", "当月值", "本月完成", "本月实绩", f"{month}月", f"{year}年{month}月"],
        "ytd": ["累计", "本年累计", "累计数", "至本月累计", f"1-{month}月", f"{year}年1-{month}月", f"1—{month}月累计"],
        "yoy_month": ["本月同比（%）", "当月同比增长(%)", "本月增速（%）", "当月比上年同月增长%"],
        "yoy_ytd": ["累计同比（%）", "累计增长(%)", "累计增速（%）", "累计同比增减（%）"],
    }
    kept = chance.choice(
        [
            ["ytd", "yoy_ytd"],
            ["month", "ytd"],
            ["month", "yoy_month", "ytd", "yoy_ytd"],
            ["month", "ytd", "yoy_ytd"],
            ["month", "ytd", "yoy_month", "yoy_ytd"],
            ["ytd"],
            ["yoy_ytd", "ytd", "month", "yoy_month"],
        ]
    )
    return [Column((chance.choice(words[name]),), name) for name in kept]


def _by_neighbours(chance: Random, month: int, year: int) -> list[Column]:
    growth = chance.choice(["同比（%）", "同比增长(%)", "增速（%）", "±%", "比上年同期增长（%）"])
    pairs = [("本月", "month"), (chance.choice(["累计", f"1-{month}月"]), "ytd")]
    if flip(chance):
        pairs.reverse()
    if flip(chance):
        pairs = [pair for pair in pairs if pair[1] == "ytd"]
    return [column for word, name in pairs for column in (Column((word,), name), Column((growth,), f"yoy_{name}"))]


def _in_groups(chance: Random, month: int, year: int) -> list[Column]:
    value = chance.choice(["绝对额", "数值", "绝对值", "总量", "金额"])
    growth = chance.choice(["同比（%）", "增速（%）", "同比增长（%）", "比上年同期增长(%)"])
    groups = [
        (chance.choice(["本月", "当月", f"{month}月"]), "month"),
        (
            chance.choice(["累计", f"1-{month}月", f"{year}年1-{month}月", "本年累计", "1月至本月累计"][:4]),
            "ytd",
        ),
    ]
    if flip(chance):
        groups.reverse()
    over = chance.choice([(), (), (f"{year}年{month}月",), (f"{year}年",)])
    return [
        Column((*over, group, word), holds)
        for group, name in groups
        for word, holds in ((value, name), (growth, f"yoy_{name}"))
    ]


HEADERS = {"flat": _flat, "neighbours": _by_neighbours, "groups": _in_groups}
ASIDES = [
    ("上年同期", "prior"),
    ("去年同期累计", "prior"),
    ("排名", "rank"),
    ("占比（%）", "share"),
    ("年度目标", "target"),
    ("完成率（%）", "share"),
    ("同比增减额", "other"),
    ("备注", "remark"),
    ("比年初增减（%）", "other"),
]


@dataclass(frozen=True)
class Plan:
    """What all pages of a file have in common."""

    dataset: str
    year: int
    month: int
    columns: tuple[Column, ...]
    style: Style
    unit_place: str
    other_unit: bool
    period_place: str
    merged: bool
    growth_rows: bool


def plans(chance: Random, header: str, form: str) -> Plan:
    year, month = chance.randint(2019, 2026), chance.randint(2, 12)
    columns = HEADERS[header](chance, month, year)
    depth = len(columns[0].heads)
    for word, holds in chance.sample(ASIDES, chance.randint(0, 2)):
        place = len(columns) if depth > 1 or header == "neighbours" else chance.randint(0, len(columns))
        columns.insert(
            place, Column(("",) * (depth - 1) + (word,) if depth == 1 else (word,) + ("",) * (depth - 1), holds)
        )
    dataset = chance.choice(sorted(LINES))
    places = (
        ["label", "column", "none"]
        if dataset == "science_talent"
        else ["corner", "title", "header", "label", "column", "none"]
    )
    unit_place = chance.choice(places)
    period_places = [
        "title",
        "title",
        "title range",
        "second title",
        "file",
        "header",
        "file" if form == "csv" else "sheet",
    ]
    return Plan(
        dataset=dataset,
        year=year,
        month=month,
        columns=tuple(columns),
        style=styles(chance),
        unit_place=unit_place,
        other_unit=unit_place != "none" and flip(chance),
        period_place=chance.choice(period_places),
        merged=flip(chance),
        growth_rows=not any(column.holds.startswith("yoy") for column in columns) and flip(chance),
    )


class _Table:
    """Writes one region's table into rows and notes its truth."""

    def __init__(self, chance: Random, plan: Plan, region: str, numbers: Numbers, truth: dict[Key, Decimal]) -> None:
        self.chance, self.plan, self.region, self.numbers, self.truth = chance, plan, region, numbers, truth
        self.period = f"{plan.year}-{plan.month:02d}"
        self.before: list[str] = (["序号"] if chance.randint(0, 5) == 0 else []) + ["label"]
        self.before += ["单位"] if plan.unit_place == "column" else []

    def rows(self) -> tuple[list[list[Cell]], list[tuple[int, int, int, int]]]:
        above = self._above()
        header, merges = self._header(len(above))
        body = self._body()
        return [*above, *header, *body], merges

    def _words_of_period(self) -> str:
        plan = self.plan
        options = [f"{plan.year}年{plan.month}月", f"{plan.year}年{plan.month:02d}月", f"{plan.year}.{plan.month:02d}"]
        if plan.period_place == "title range":
            options = [
                f"{plan.year}年1-{plan.month}月",
                f"{plan.year}年1—{plan.month}月份",
                f"{plan.year}年1至{plan.month}月",
            ]
            options += {6: [f"{plan.year}年上半年"], 9: [f"{plan.year}年前三季度"], 3: [f"{plan.year}年一季度"]}.get(
                plan.month, []
            )
        return str(self.chance.choice(options))

    def _unit(self, unit: str) -> str:
        return OTHER_UNITS.get(unit, unit) if self.plan.other_unit else unit

    def _above(self) -> list[list[Cell]]:
        plan, chance = self.plan, self.chance
        name = REGIONS[self.region] + chance.choice(TITLES[plan.dataset]) + chance.choice(["", "主要指标", "情况表"])
        period = self._words_of_period()
        title = period + name if plan.period_place.startswith("title") else name
        if plan.period_place == "title" and flip(chance):
            title = f"{name}（{period}）"
        if plan.unit_place == "title":
            title += f"（单位：{self._unit('亿元')}）"
        above: list[list[Cell]] = [[title]]
        if plan.period_place == "second title":
            above.append([period])
        if plan.unit_place == "corner":
            unit = chance.choice(["单位：{}", "单位：{}、%", "（单位：{}）", "计量单位:{}"]).format(self._unit("亿元"))
            left = chance.choice([0, len(self.before) + len(plan.columns) - 1])
            above.append([None] * left + [unit])
        if flip(chance):
            above.append([])
        return above

    def _header(self, top: int) -> tuple[list[list[Cell]], list[tuple[int, int, int, int]]]:
        plan = self.plan
        depth = len(plan.columns[0].heads)
        word = self.chance.choice(["指标", "项目", "指标名称", "指 标", "主要指标"])
        heads = [(word if name == "label" else name, *[""] * (depth - 1)) for name in self.before]
        for column in plan.columns:
            texts = list(column.heads)
            if plan.unit_place == "header" and column.holds in ("month", "ytd", "prior"):
                texts[-1] += f"（{self._unit('亿元')}）" if texts[-1] else ""
            if plan.period_place == "header" and column.holds in ("ytd", "yoy_ytd") and depth == 1:
                bare = texts[0].replace(f"1-{plan.month}月", "").replace(f"1—{plan.month}月", "")
                texts[0] = texts[0] if str(plan.year) in texts[0] else f"{plan.year}年1-{plan.month}月{bare}"
            heads.append(tuple(texts))
        rows: list[list[Cell]] = [[head[level] or None for head in heads] for level in range(depth)]
        merges = []
        for level in range(depth - 1):
            for start in range(len(heads)):
                same = start
                while (
                    same + 1 < len(heads)
                    and heads[same + 1][: level + 1] == heads[start][: level + 1]
                    and heads[start][level]
                ):
                    same += 1
                if same > start and (start == 0 or heads[start - 1][: level + 1] != heads[start][: level + 1]):
                    for blank in range(start + 1, same + 1):
                        rows[level][blank] = None
                    if plan.merged:
                        merges.append((top + level, start, top + level, same))
        if plan.merged and depth > 1:
            for index, head in enumerate(heads):
                if not any(head[1:]):
                    merges.append((top, index, top + depth - 1, index))
        return rows, merges

    def _body(self) -> list[list[Cell]]:
        plan, chance = self.plan, self.chance
        numbering = chance.choice(["", "", "一", "1", "（一）", "、"])
        body: list[list[Cell]] = []
        lines = list(LINES[plan.dataset])
        if plan.dataset == "science_talent":
            lines = chance.sample(lines, len(lines))[: chance.randint(1, len(lines))]
        for place, line in enumerate(lines):
            if chance.randint(0, 4) == 0:
                body.append(
                    self._row(
                        f"{chance.choice(STRANGERS)}{place}" if flip(chance) else chance.choice(STRANGERS),
                        None,
                    )
                )
            name = chance.choice(line.names)
            label = self._label(name, line, numbering, place)
            body.append(self._row(label, line))
            if plan.growth_rows and line.growth and line.kind in (FLOW, COUNT):
                body.append(self._growth_row(name, line))
        if "序号" in self.before:
            for number, row in enumerate(body):
                row[self.before.index("序号")] = float(number + 1)
        return body

    def _label(self, name: str, line: Line, numbering: str, place: int) -> str:
        chance = self.chance
        if line.part:
            lead = chance.choice(["其中：", "  其中：", "　　其中:", "    ", "#", "  #"])
        elif numbering == "一":
            lead = f"{'一二三四五六七八九'[place]}、"
        elif numbering == "1":
            lead = f"{place + 1}."
        elif numbering == "（一）":
            lead = f"（{'一二三四五六七八九'[place]}）"
        else:
            lead = ""
        if chance.randint(0, 5) == 0:
            name = f"{name[:2]} {name[2:]}"
        tail = ""
        if self.plan.unit_place == "label":
            unit = self._unit(line.unit)
            tail = chance.choice([f"（{unit}）", f"({unit})", f"\n（{unit}）"])
        return lead + name + tail

    def _row(self, label: str, line: Line | None) -> list[Cell]:
        start: list[Cell] = [label if name == "label" else None for name in self.before]
        unit = line.unit if line else "亿元"
        written_in = self._unit(unit)
        if "单位" in self.before:
            start[self.before.index("单位")] = written_in
        filled_level = False
        cells: list[Cell] = []
        for column in self.plan.columns:
            if column.holds == "remark":
                cells.append(self.chance.choice([None, "快报数", "见附件"]))
                continue
            if column.holds in ("yoy_month", "yoy_ytd"):
                value = self.numbers.growth()
                cell, filled = self.plan.style.write_growth(value, self.chance)
                if line is not None and line.kind == RATIO:
                    cell, filled = "—", False
                if filled and line is not None:
                    self.truth[line.growth, self.region, self.period, column.holds] = value
                cells.append(cell)
                continue
            value = self.numbers.level()
            cell, filled = self.plan.style.write(value, self.chance)
            if column.holds in ("month", "ytd") and line is not None:
                single = line.kind in (STOCK, RATIO)
                if line.kind == RATE or (single and filled_level):
                    cell, filled = "—", False
                if filled:
                    filled_level = True
                    measure = "level" if single else column.holds
                    factor = FACTORS.get((written_in, unit), Decimal(1))
                    self.truth[line.key, self.region, self.period, measure] = value * factor
            cells.append(cell)
        return [*start, *cells]

    def _growth_row(self, name: str, line: Line) -> list[Cell]:
        label = name + self.chance.choice(["增速（%）", "同比增长（%）", "增长率(%)", "增速"])
        start: list[Cell] = [label if one == "label" else None for one in self.before]
        if "单位" in self.before:
            start[self.before.index("单位")] = "%"
        cells: list[Cell] = []
        for column in self.plan.columns:
            value = self.numbers.growth()
            cell, filled = self.plan.style.write_growth(value, self.chance)
            if column.holds in ("month", "ytd") and filled:
                self.truth[line.growth, self.region, self.period, f"yoy_{column.holds}"] = value
            cells.append(cell if column.holds != "remark" else None)
        return [*start, *cells]


def bulletins(chance: Random, header: str, form: str) -> Written:
    """A month's table of one or two regions."""
    plan = plans(chance, header, form)
    numbers, truth = Numbers(chance), {}
    pages: list[Page] = []
    regions = chance.choice([["330303"], ["330303"], ["330300"], ["330303", "330300"]])
    one_page = form == "csv" or flip(chance)
    for region in regions:
        if not pages or not one_page:
            pages.append(Page(_sheet_name(chance, plan, region, several=not one_page)))
        page = pages[-1]
        rows, merges = _Table(chance, plan, region, numbers, truth).rows()
        if page.rows:
            page.rows += [[]] * chance.randint(1, 2)
        elif chance.randint(0, 5) == 0:
            page.rows.append([])
        page.merges += [
            (top + len(page.rows), left, bottom + len(page.rows), right) for top, left, bottom, right in merges
        ]
        page.rows += rows
        _finish(chance, page)
    if form != "csv" and chance.randint(0, 3) == 0:
        rows, merges = _Table(chance, plan, regions[0], numbers, {}).rows()
        pages.append(Page("旧表", rows, merges, hidden=True))
    if form != "csv" and chance.randint(0, 5) == 0:
        pages.append(Page("说明", [["编制说明"], ["本表一式3份。"]]))
    stem = TITLES[plan.dataset][0]
    if plan.period_place == "file":
        stem = chance.choice([f"{plan.year}年{plan.month}月{stem}", f"{stem}{plan.year}{plan.month:02d}"])
    return _write(chance, pages, stem, form, truth)


def _sheet_name(chance: Random, plan: Plan, region: str, *, several: bool) -> str:
    period = f"{plan.year}年{plan.month}月" if plan.period_place == "sheet" else ""
    return period + (
        REGIONS[region]
        if several
        else chance.choice(["Sheet1", "表1", "外贸"] if plan.dataset == "trade" else ["Sheet1", "表1"])
    )


def _finish(chance: Random, page: Page) -> None:
    """Notes and stray things below the table."""
    if flip(chance):
        page.rows.append([chance.choice(NOTES)])
    if chance.randint(0, 3) == 0:
        page.rows.append([f"发布日期：{chance.choice(['2026-12-15', '2026年12月15日', '2026/12/15'])}"])
    if chance.randint(0, 3) == 0:
        page.rows += [[], [None] * chance.randint(0, 6) + [chance.choice(LOOSE)]]


def histories(chance: Random, form: str) -> Written:
    """Several months of one region: months down or across, one measure for the whole table."""
    dataset = chance.choice(["trade", "retail_sales"])
    lines = [line for line in LINES[dataset] if line.kind == FLOW]
    region = chance.choice(sorted(REGIONS))
    measure = chance.choice(["month", "ytd", "yoy_ytd"])
    year = chance.randint(2019, 2025)
    months = sorted(chance.sample(range(year * 12 + 1, year * 12 + 21), chance.randint(2, 8)))
    moments = [divmod(month, 12) for month in months]
    style, numbers, truth = styles(chance), Numbers(chance), {}
    said = {"month": ["当月值", "本月"], "ytd": ["累计", "累计值"], "yoy_ytd": ["累计同比增长（%）", "累计增速（%）"]}[
        measure
    ]
    growth = measure == "yoy_ytd"
    spelling = chance.choice(["{}年{}月", "{}年{:02d}月", "{}.{:02d}", "{}{:02d}", "{}-{:02d}", "{}年1-{}月"])
    if spelling.startswith("{}年1-") and measure == "month":
        spelling = "{}年{}月"
    periods = [spelling.format(at, month + 1) for at, month in moments]
    unit = chance.choice(["亿元", "万元"])
    title = f"{REGIONS[region]}{TITLES[dataset][0]}历史数据：{chance.choice(said)}"
    values: dict[tuple[int, int], Cell] = {}
    for row, line in enumerate(lines):
        for column, (at, month) in enumerate(moments):
            value = numbers.growth() if growth else numbers.level()
            cell, filled = (style.write_growth if growth else style.write)(value, chance)
            values[row, column] = cell
            if filled:
                key = (line.growth if growth else line.key, region, f"{at}-{month + 1:02d}", measure)
                truth[key] = value if growth else value * FACTORS.get((unit, "亿元"), Decimal(1))
    rows: list[list[Cell]] = [[title]]
    if not growth:
        rows.append([f"单位：{unit}"])
    if flip(chance):
        rows.append(["指标", *periods])
        rows += [
            [line.names[0], *(values[row, column] for column in range(len(periods)))] for row, line in enumerate(lines)
        ]
    else:
        rows.append([chance.choice(["时间", "月份", "指标名称"]), *(line.names[0] for line in lines)])
        rows += [[period, *(values[row, column] for row in range(len(lines)))] for column, period in enumerate(periods)]
    page = Page("Sheet1", rows)
    if flip(chance):
        page.rows.append([chance.choice(NOTES)])
    return _write(chance, [page], f"{TITLES[dataset][0]}历史", form, truth)


def _write(chance: Random, pages: list[Page], stem: str, form: str, truth: dict[Key, Decimal]) -> Written:
    if form == "csv":
        return Written(_csv(chance, pages[0]), f"{stem}.csv", truth, tuple(pages))
    data = as_xlsx(pages) if form == "xlsx" else as_xls(pages)
    return Written(data, f"{stem}.{form}", truth, tuple(pages))


def _csv(chance: Random, page: Page) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=chance.choice(",,,\t;"), lineterminator="\r\n")
    width = max(len(row) for row in page.rows)
    for row in page.rows:
        cells = [f"{Decimal(str(cell.value)) * 100:f}%" if isinstance(cell, Percent) else cell for cell in row]
        writer.writerow([*cells, *[None] * (width - len(cells))])
    encoding = chance.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    return text.getvalue().encode(encoding)


def as_xlsx(pages: list[Page]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_urls": False}) as book:
        percent = book.add_format({"num_format": "0.0%"})
        for page in pages:
            sheet = book.add_worksheet(page.name)
            if page.hidden:
                sheet.hide()
            within = _inside(page)
            for top, left, bottom, right in page.merges:
                sheet.merge_range(top, left, bottom, right, page.rows[top][left])
            for r, row in enumerate(page.rows):
                for c, cell in enumerate(row):
                    if isinstance(cell, Percent):
                        sheet.write_number(r, c, cell.value, percent)
                    elif isinstance(cell, float):
                        sheet.write_number(r, c, cell)
                    elif cell is not None and (r, c) not in within:
                        sheet.write_string(r, c, cell)
    return stream.getvalue()


def as_xls(pages: list[Page]) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    percent = xlwt.easyxf(num_format_str="0.0%")
    for page in pages:
        sheet = book.add_sheet(page.name)
        sheet.visibility = 1 if page.hidden else 0
        within = _inside(page)
        for top, left, bottom, right in page.merges:
            sheet.write_merge(top, bottom, left, right, page.rows[top][left])
        for r, row in enumerate(page.rows):
            for c, cell in enumerate(row):
                if isinstance(cell, Percent):
                    sheet.write(r, c, cell.value, percent)
                elif cell is not None and (r, c) not in within:
                    sheet.write(r, c, cell)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _inside(page: Page) -> set[tuple[int, int]]:
    return {
        (row, column)
        for top, left, bottom, right in page.merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
