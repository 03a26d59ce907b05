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
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
TargetIdentifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
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
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Words(_Frozen):
    """The same words in Chinese and in English."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Chapter(_Frozen):
    """A chapter of a document."""

    title: Words
    lead: Identifier | None = None  # department that leads the chapter (牵头)
    articles: tuple[int, int]  # first and last article number


class Document(_Frozen):
    """A published policy document."""

    title: Words
    number: str | None = None  # 文号
    region: RegionCode
    issued: date
    year: int
    chapters: dict[int, Chapter]
    note: Words | None = None


class Region(_Frozen):
    """A region by its GB/T 2260 code; `aliases` are the names that tables use for it."""

    name: Words
    aliases: tuple[str, ...] = ()
    part_of: RegionCode | None = None


class Department(_Frozen):
    """A canonical Chinese name, its English name, and every other spelling met in the documents or in tables."""

    name: Words
    region: RegionCode
    aliases: tuple[str, ...] = ()


class Unit(_Frozen):
    """`dimension` names what may be converted into each other; `factor` is how many base units one of these is."""

    name: Words
    dimension: Identifier
    factor: Decimal = Decimal(1)
    aliases: tuple[str, ...] = ()


class Recognition(_Frozen):
    """How a dataset's table is told from others and read. `titles` are words of which one must stand in the title, the
    sheet name or the file name; `columns` maps a measure to further header words, beside those the reader knows."""

    titles: tuple[str, ...] = Field(min_length=1)
    columns: dict[Measure, tuple[str, ...]] = {}


class Dataset(_Frozen):
    """A table that a department publishes again and again."""

    title: Words
    publishers: dict[RegionCode, Identifier]  # region -> publishing department
    cadence: Cadence
    due_day: int = Field(ge=1, le=31)  # day by which it must be there ...
    due_month: int = Field(default=1, ge=1, le=12)  # ... of the month that lies so many months after the period's end
    january: bool = False  # whether January is published by itself; by default January and February come together
    recognise: Recognition


class Indicator(_Frozen):
    """One statistical indicator; the same for every region."""

    name: Words
    kind: Kind
    unit: str
    dataset: Identifier
    labels: tuple[str, ...] = ()  # row labels in tables beside name.zh; "parent/child" for a row that needs its parent
    numerator: Identifier | None = None  # ratios
    denominator: Identifier | None = None
    of: Identifier | None = None  # growth: the indicator whose growth it is, where that is catalogued too
    part_of: Identifier | None = None  # the indicator of which this is a part (其中)
    minimum: float | None = None  # plausible range in `unit`; None: by kind
    maximum: float | None = None
    definition: Words | None = None


class Cite(_Frozen):
    """Where in a document the target stands."""

    document: str
    chapter: int
    article: int = Field(ge=0)  # 0: the chapter's opening paragraph


class Owners(_Frozen):
    """Who answers: the lead department (牵头) and the responsible ones (责任单位), in the order of the text."""

    lead: Identifier | None
    responsible: tuple[Identifier, ...] = Field(min_length=1)


class Bands(_Frozen):
    """Width of the yellow band by kind: how far behind pace is still yellow. Per cent of the target's value for flow,
    count, stock, ratio and duration; percentage points for growth."""

    flow: float = Field(default=10, gt=0)
    count: float = Field(default=10, gt=0)
    stock: float = Field(default=10, gt=0)
    ratio: float = Field(default=10, gt=0)
    duration: float = Field(default=10, gt=0)
    growth: float = Field(default=1, gt=0)


class Target(_Frozen):
    """One number that a government commits to."""

    indicator: Identifier
    region: RegionCode
    cite: Cite
    comparator: Comparator
    value: Decimal
    unit: str
    ambition: Ambition
    due: MonthText
    owners: Owners
    pace: Pace
    part_of: TargetIdentifier | None = None
    condition: Words | None = None
    tolerance: Decimal | None = Field(default=None, ge=0)  # fraction of the value, for about and exactly (default 0.02)
    band: float | None = Field(default=None, gt=0)  # yellow band of this target alone, in the measure of `Bands`
    schedule: dict[MonthText, Decimal] | None = None  # cumulative plan, for pace schedule
    note: Words | None = None


class Catalogue(_Frozen):
    """The whole file. Keys of the mappings are the identifiers; load with `catalogue_file.load_catalogue`."""

    documents: dict[str, Document]
    regions: dict[RegionCode, Region]
    departments: dict[Identifier, Department]
    units: dict[str, Unit]
    bands: Bands = Bands()
    datasets: dict[Identifier, Dataset]
    indicators: dict[Identifier, Indicator]
    targets: dict[TargetIdentifier, Target]

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
