"""The catalogue as frozen values: what is promised, by whom, measured how.

Belongs here: the shape of `metrics_catalog.yaml` (these models also generate the JSON Schema for editors) and the
look-ups that the rest of the project asks of it. Does not belong here: reading the file (`catalogue_file.py`), judging
progress.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
TargetIdentifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
PageUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s$]+$")]
SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
PeriodText = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$")]
MonthText = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]


class Kind(StrEnum):
    """How an indicator behaves over time (SDMX/IMF usage of flow and stock)."""

    FLOW = "flow"  # an amount per month that accumulates over the calendar year
    COUNT = "count"  # events since 1 January
    STOCK = "stock"  # a level at the end of the month
    RATIO = "ratio"  # numerator / denominator, a level
    GROWTH = "growth"  # published year-on-year per cent, a series of its own
    RANK = "rank"  # position in a comparison, 1 is best
    DURATION = "duration"  # time taken, a level


class Comparator(StrEnum):
    """What the figure must do to the value (domain rules of reading)."""

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    ABOUT = "about"
    RANK_WITHIN = "rank_within"
    POSITIVE = "positive"
    EXACTLY = "exactly"


class Ambition(StrEnum):
    """Whether the text commits, or strives (力争, 争取, 争创)."""

    BINDING = "binding"
    STRETCH = "stretch"


class Pace(StrEnum):
    """How progress within the year is judged."""

    LINEAR = "linear"  # 序时进度: value x months elapsed / 12
    LEVEL = "level"  # the latest published figure must meet the target
    SCHEDULE = "schedule"  # the department's own cumulative plan by month
    YEAR_END = "year_end"  # known once a year: awaiting until the due month is published


class Cadence(StrEnum):
    """How often a dataset is published."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"


class Measure(StrEnum):
    """What a figure measures. Growth in per cent; the others in the indicator's unit."""

    MONTH = "month"
    YTD = "ytd"
    YOY_MONTH = "yoy_month"
    YOY_YTD = "yoy_ytd"
    LEVEL = "level"


class _Frozen(BaseModel):
    # The docstrings under the fields become the descriptions in the JSON Schema, which editors show.
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)


class Words(_Frozen):
    """The same words in Chinese and in English."""

    zh: str = Field(min_length=1)
    """中文 Chinese"""
    en: str = Field(min_length=1)
    """英文 English"""


class Chapter(_Frozen):
    """A chapter of a document."""

    title: Words
    """章名 title of the chapter"""
    lead: Identifier | None = None
    """牵头单位 department that leads the chapter"""
    articles: tuple[int, int]
    """首条与末条 first and last article number, such as [1, 6]"""


class Document(_Frozen):
    """A published policy document."""

    title: Words
    """文件名称 title"""
    number: str | None = None
    """文号 document number"""
    region: RegionCode
    """地区代码 region that the document commits"""
    issued: date
    """印发日期 day of issue"""
    year: int
    """政策年度 year that the targets are for"""
    chapters: dict[int, Chapter]
    """各章，以章号为键 chapters by number"""
    url: PageUrl | None = None
    """公开网址 public page with the text, which dashboards link to"""
    note: Words | None = None
    """说明 what a reader must know of the text at hand"""


class Region(_Frozen):
    """A region by its GB/T 2260 code; `aliases` are the names that tables use for it."""

    name: Words
    """地区名称 name"""
    aliases: tuple[str, ...] = ()
    """表中的其他写法 other names in tables"""
    part_of: RegionCode | None = None
    """上级地区 region that this one is a part of"""


class Department(_Frozen):
    """A canonical Chinese name, its English name, and every other spelling met in the documents or in tables."""

    name: Words
    """单位规范名称 canonical name"""
    region: RegionCode
    """所属地区 region it belongs to"""
    aliases: tuple[str, ...] = ()
    """文件与表中的其他写法 other spellings"""


class Unit(_Frozen):
    """`dimension` names what may be converted into each other; `factor` is how many base units one of these is."""

    name: Words
    """名称 name"""
    dimension: Identifier
    """量纲：相同者可换算 what converts into each other: yuan, us_dollar, person"""
    factor: Decimal = Decimal(1)
    """等于多少个基本单位 how many base units: 亿元 is 100000000 yuan"""
    aliases: tuple[str, ...] = ()
    """表中的其他写法 other spellings in tables"""


class Recognition(_Frozen):
    """How a dataset's table is told from others and read."""

    titles: tuple[str, ...] = Field(min_length=1)
    """标题、表名或文件名中的词 words of which one must stand in the title, the sheet name or the file name"""
    columns: dict[Measure, tuple[str, ...]] = {}
    """各口径的其他表头词 further header words by measure, beside those that the reader knows"""


class Source(_Frozen):
    """Somewhere to pull a dataset's figures from. Passwords, tokens and what differs between installations do not
    stand here: a text such as ${customs_url} is filled in from the settings."""

    name: SourceName
    """名称 name of the source within its dataset"""
    connector: Identifier
    """连接器 connector: folder, http, sql, nbs, sdmx, or one that was installed"""
    regions: tuple[RegionCode, ...] = ()
    """地区 regions that it has figures of; left out: those of the dataset's publishers"""
    since: PeriodText | None = None
    """自何期起 first period to pull (2024, 2024-01, 2024-Q1); left out: January of the documents' year"""
    ask_from: int = Field(default=10, ge=0, le=60)
    """提前几日起查 days before the due day from which it is asked"""
    every_hours: int = Field(default=6, ge=1, le=168)
    """每几小时查一次 hours between two questions until it answers"""
    revisit: int = Field(default=1, ge=0, le=12)
    """新一期到后，再查此前几期 how many earlier periods are asked for once more when a new one has come, since figures
    are revised"""
    with_: dict[str, Any] = Field(default={}, alias="with")
    """连接器选项 options of the connector"""


class Dataset(_Frozen):
    """A table that a department publishes again and again."""

    title: Words
    """数据集名称 title"""
    publishers: dict[RegionCode, Identifier]
    """各地区的发布单位 publishing department by region"""
    references: dict[RegionCode, Identifier] = {}
    """对比地区的发布单位 publishing department by region, for regions to compare with (the nation, the province): their
    figures are taken where they come, and nobody waits for them"""
    cadence: Cadence
    """发布频率 how often it is published"""
    due_day: int = Field(ge=1, le=31)
    """应在几日前发布 day by which it must be there"""
    due_month: int = Field(default=1, ge=1, le=12)
    """期后第几个月 of which month after the period's end (annual datasets; others 1)"""
    january: bool = False
    """一月是否单独发布 whether January is published by itself; by default January and February come together"""
    approval: bool = False
    """须由第二人核准发布 whether a second person releases what was handed in"""
    sources: tuple[Source, ...] = ()
    """取数来源 where it is pulled from, beside what is handed in"""
    recognise: Recognition
    """如何识别其表 how its table is recognised and read"""

    @property
    def reporters(self) -> dict[RegionCode, Identifier]:
        """Everybody who publishes it, for the own regions and for those to compare with."""
        return {**self.publishers, **self.references}


class Indicator(_Frozen):
    """One statistical indicator; the same for every region."""

    name: Words
    """指标名称 name"""
    kind: Kind
    """指标类型 kind: flow and count accumulate over the year, growth is published in %, the others are levels"""
    unit: str
    """计量单位 unit, declared under units"""
    dataset: Identifier
    """所在数据集 dataset that reports it"""
    labels: tuple[str, ...] = ()
    """表中行名的其他写法 row labels in tables beside name.zh; "parent/child" for a row that needs its parent,
    "/child" for one that counts only where it stands under nothing"""
    numerator: Identifier | None = None
    """分子（比率） numerator of a ratio"""
    denominator: Identifier | None = None
    """分母（比率） denominator of a ratio; leave out both where the parts are no statistics"""
    of: Identifier | None = None
    """增速所对应的指标 for growth: the indicator whose growth it is, where that is catalogued in the same dataset"""
    part_of: Identifier | None = None
    """其中项的总项 the indicator of which this is a part (其中)"""
    minimum: float | None = None
    """合理下限 smallest plausible value in `unit`; by kind where left out"""
    maximum: float | None = None
    """合理上限 largest plausible value in `unit`; by kind where left out"""
    definition: Words | None = None
    """指标解释 definition"""


class Cite(_Frozen):
    """Where in a document the target stands."""

    document: str
    """文件 document id"""
    chapter: int
    """章 chapter number"""
    article: int = Field(ge=0)
    """条，0 为章首 article number; 0 is the chapter's opening paragraph"""


class Owners(_Frozen):
    """Who answers: the lead department (牵头) and the responsible ones (责任单位), in the order of the text."""

    lead: Identifier | None
    """牵头单位 lead department"""
    responsible: tuple[Identifier, ...] = Field(min_length=1)
    """责任单位 responsible departments, in the order of the text"""


class Bands(_Frozen):
    """Width of the yellow band by kind: how far behind pace is still yellow. Per cent of the target's value for flow,
    count, stock, ratio and duration; percentage points for growth."""

    flow: float = Field(default=10, gt=0)
    count: float = Field(default=10, gt=0)
    stock: float = Field(default=10, gt=0)
    ratio: float = Field(default=10, gt=0)
    duration: float = Field(default=10, gt=0)
    growth: float = Field(default=1, gt=0)


class AlertLimits(_Frozen):
    """From when on somebody is told."""

    at_risk_months: int = Field(default=2, ge=1)
    """连续几个月黄灯即提醒 months in a row at yellow before its department is told"""
    escalate_weeks: int = Field(default=8, ge=1)
    """连续几周红灯即报牵头单位 weeks in a row at red before the lead department of the chapter is told"""
    unlikely_probability: float = Field(default=0.5, gt=0, lt=1)
    """预测达成概率低于多少即提醒 forecast probability of meeting the target below which its department is told"""
    rejected_days: int = Field(default=3, ge=1)
    """退回的报表几日未重报即提醒 days within which a rejected upload is to be replaced"""


class Target(_Frozen):
    """One number that a government commits to."""

    indicator: Identifier
    """指标 indicator that measures it"""
    region: RegionCode
    """地区代码 region that commits to it"""
    cite: Cite
    """出处 where it is written"""
    comparator: Comparator
    """at_least 以上 · more_than 超 · less_than 少于 · about 左右 · rank_within 前N · positive 正增长 · exactly 预算"""
    value: Decimal
    """目标值 the number as written"""
    unit: str
    """目标值的单位 its unit; must convert into the indicator's"""
    ambition: Ambition
    """stretch 为力争、争取、争创 stretch where the clause strives, else binding"""
    due: MonthText
    """完成月份 month in which it must hold: 2025-12 unless the text says otherwise"""
    owners: Owners
    """责任单位 who answers for it"""
    pace: Pace
    """linear 序时进度 · level 以最新数据为准 · schedule 分月计划 · year_end 年终认定"""
    part_of: TargetIdentifier | None = None
    """其中项的总目标 target of which this is a part, so that no sum counts it twice"""
    condition: Words | None = None
    """口径限定 words that define what is counted"""
    tolerance: Decimal | None = Field(default=None, ge=0)
    """容差（占目标值） fraction of the value, for about and exactly; 0.02 where left out"""
    band: float | None = Field(default=None, gt=0)
    """本目标的黄灯宽度 yellow band of this target alone, in the measure of `bands`"""
    schedule: dict[MonthText, Decimal] | None = None
    """分月累计计划 cumulative plan by month, for the pace schedule; ends in the due month"""
    note: Words | None = None
    """说明 note"""


class Catalogue(_Frozen):
    """The whole file. Keys of the mappings are the identifiers; load with `catalogue_file.load_catalogue`."""

    documents: dict[str, Document]
    """政策文件 policy documents"""
    regions: dict[RegionCode, Region]
    """地区 regions by code"""
    departments: dict[Identifier, Department]
    """部门 departments"""
    units: dict[str, Unit]
    """计量单位 units by their Chinese text"""
    bands: Bands = Bands()
    """黄灯宽度 yellow bands by kind"""
    alerts: AlertLimits = AlertLimits()
    """告警界限 from when on somebody is told"""
    datasets: dict[Identifier, Dataset]
    """数据集 tables that are published"""
    indicators: dict[Identifier, Indicator]
    """指标 indicators"""
    targets: dict[TargetIdentifier, Target]
    """目标 targets"""

    @cached_property
    def dataset_indicators(self) -> dict[str, tuple[str, ...]]:
        """Indicator ids by dataset id, in the order of the file."""
        found: dict[str, list[str]] = {dataset: [] for dataset in self.datasets}
        for key, indicator in self.indicators.items():
            found[indicator.dataset].append(key)
        return {dataset: tuple(keys) for dataset, keys in found.items()}

    @cached_property
    def indicator_regions(self) -> dict[str, tuple[str, ...]]:
        """Region codes that have a target on the indicator, or that a ratio, a whole or a growth there needs."""
        found: dict[str, set[str]] = {key: set() for key in self.indicators}
        for target in self.targets.values():
            found[target.indicator].add(target.region)
        for _ in range(2):  # a ratio's numerator may itself be part of something
            for key, indicator in self.indicators.items():
                for other in (indicator.numerator, indicator.denominator, indicator.of, indicator.part_of):
                    if other is not None:
                        found[other] |= found[key]
        return {key: tuple(sorted(regions)) for key, regions in found.items()}
