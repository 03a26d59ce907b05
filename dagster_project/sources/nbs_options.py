"""Options of the connector `nbs`, for both of its interfaces.

Belongs here: what an entry in the catalogue may say, and whether it can be used. Does not belong here: using it.
"""

from __future__ import annotations

from itertools import combinations
from typing import Literal

from pydantic import Field, model_validator

from dagster_project.sources.row_columns import Figure
from dagster_project.sources.web_request import WebOptions
from validators.catalogue import RegionCode
from validators.errors import PeriodError
from validators.periods import Period, parse_period

URLS = {
    "easyquery": "https://data.stats.gov.cn/easyquery.htm",
    "portal": "https://data.stats.gov.cn/dg/website/publicrelease/web/external/stream/esData",
}
PAGE = "https://data.stats.gov.cn/dg/website/page.html"


class NbsFigure(Figure):
    """What a code of the source stands for. In the portal a code is good for a window of years, and one figure may be
    listed under several codes whose windows follow each other."""

    cid: str = ""
    """目录编号 portal: id of the catalogue (leaf of the tree) that the indicator is in"""
    name: str = ""
    """指标名称 its name there; left out, it is not compared"""
    since: str | None = None
    """自何期起 portal: first period of the code (2021, 2021-01, 2021-Q1)"""
    until: str | None = None
    """至何期止 portal: last period of the code"""
    index: bool = False
    """上年同期=100 的指数：减去 100 即增速 an index with the year before as 100, of which 100 is taken to get growth"""

    @model_validator(mode="after")
    def _a_window(self) -> NbsFigure:
        try:
            bounds = [parse_period(text) for text in (self.since, self.until) if text is not None]
        except PeriodError as error:
            raise ValueError(str(error)) from None
        if len(bounds) == 2 and bounds[0].first_month > bounds[1].last_month:
            raise ValueError("until 早于 since / until is before since")
        if self.index and (self.measure is None or not self.measure.startswith("yoy")):
            raise ValueError("index 仅用于同比口径 / index is for measures of growth")
        return self

    def covers(self, period: Period) -> bool:
        """Whether the code is good for the period."""
        after = self.since is None or parse_period(self.since).first_month <= period.first_month
        return after and (self.until is None or period.last_month <= parse_period(self.until).last_month)

    def overlaps(self, other: NbsFigure) -> bool:
        """Whether there are periods that both codes are good for."""
        return not any(
            one.until is not None
            and two.since is not None
            and parse_period(one.until).last_month < parse_period(two.since).first_month
            for one, two in ((self, other), (other, self))
        )


class NbsOptions(WebOptions):
    """The database of the national statistics office, by either of its interfaces."""

    interface: Literal["easyquery", "portal"]
    """easyquery 旧接口；portal 新门户 the older interface, or that of the newer portal"""
    url: str = Field(default="", pattern=r"^(https?://.+)?$")
    """接口地址 its address; left out: the public one"""
    dbcode: str = Field(default="", pattern=r"^([a-z]{4})?$")
    """easyquery 库代码 database: hgyd, hgjd, hgnd the nation by month, quarter, year; fsyd, fsjd, fsnd provinces"""
    root: str = ""
    """portal 根节点编号 id of the root of the tree that the codes are in (monthly, quarterly, annual data)"""
    codes: dict[str, NbsFigure] = Field(min_length=1)
    """代码对应的指标 what each code stands for"""
    ask: tuple[str, ...] = ()
    """easyquery 一并查询的上级代码 parent codes to ask for, whose children `codes` are; else each by itself"""
    regions: dict[RegionCode, str | None] = Field(default={})
    """地区代码对照 our code of a region to theirs, where they differ; null: the nation"""
    method: Literal["GET", "POST"] = "POST"
    """easyquery 请求方法 method"""
    page: str = Field(default="", pattern=r"^(https?://.+)?$")
    """portal 先打开的网页 page that is opened first, for its cookies; left out: the public portal's, where `url` is"""
    headers: dict[str, str] = Field(default={})
    """其他请求头 further headers"""
    pause_seconds: float = Field(default=1, ge=0, le=60)
    """两次请求的间隔（秒） seconds between two requests"""

    @model_validator(mode="after")
    def _usable(self) -> NbsOptions:
        needed = {"easyquery": ("dbcode",), "portal": ("root",)}[self.interface]
        foreign = {"easyquery": ("root", "page"), "portal": ("dbcode", "ask")}[self.interface]
        problems = [f"{self.interface} 须有 {name} / needs {name}" for name in needed if not getattr(self, name)]
        problems += [f"{self.interface} 无选项 {name} / has no {name}" for name in foreign if getattr(self, name)]
        if self.interface == "portal":
            problems += [f"{code} 须有 cid / needs its cid" for code, figure in self.codes.items() if not figure.cid]
        if self.ask:
            lone = [code for code in self.codes if not code.startswith(self.ask)]
            problems += [f"{code} 不在 ask 所列代码之下 / is under none of ask" for code in lone]
        for (one, first), (two, second) in combinations(self.codes.items(), 2):
            same = (first.indicator, first.measure) == (second.indicator, second.measure)
            if same and first.overlaps(second):
                problems.append(
                    f"{one} 与 {two} 是同一数据且时段重叠 / stand for the same figure in periods that overlap"
                )
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def opening(self) -> str:
        """What to open before asking; '' for nothing."""
        return self.page or (PAGE if self.interface == "portal" and not self.url else "")

    @property
    def address(self) -> str:
        """Where to ask."""
        return self.url or URLS[self.interface]
