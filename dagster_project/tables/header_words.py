"""What the words of a column's header say: level or growth, month or year to date, or something that isn't followed.

Belongs here: the vocabulary of headers and reading one column's path of header cells. Does not belong here: finding the
header cells (`layout.py`), carrying meaning over from neighbours and titles (`columns.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from dagster_project.tables.unit_words import is_unit, plain, unit_in, without_unit
from validators.periods import Found, Year, find_period, read_period


class Role(StrEnum):
    """What a column holds."""

    VALUE = "value"
    GROWTH = "growth"  # year on year, in per cent
    PRIOR = "prior"  # the level of the same period a year before
    RANK = "rank"
    OTHER = (
        "other"  # known words, but no figure that is followed: a share, a target, a change in points or since January
    )


class Base(StrEnum):
    """The stretch of time that a column is about."""

    MONTH = "month"
    YTD = "ytd"
    LEVEL = "level"  # at the end of the period
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Header:
    """One column's header, read by itself. `rest` is what no known word explains; '' when every word is known."""

    role: Role
    base: Base
    unit: str
    period: Found | None
    rest: str


_RANK = r"(?:全[国省市区]|增速|总量|省内|市内)?(?:排名|位次|排位|名次|序位)(?:升降|变化)?"
_PRIOR = (
    r"(?:上年|去年|上一年|前一年)(?:同期|同月|同季)?(?:累计|当月|实绩|完成数?|数值|数|值|基数)*|同期(?:数|值|基数)|基数"
)
_POINTS = r"(?:个)?百分点"
_CHANGE_SINCE = (
    r"(?:比|较|与)(?:年初|上年末|去年末|上年底|去年底|上月末?|上季末?|上期)(?:相比)?"
    r"(?:增减|增长|增加|变化)?(?:额|量|数|率|幅)?|环比(?:增长|增速|增减)?"
)
_SINCE_YEAR = r"(?:与|比|较)(?:上年|去年|上一年|(?:19|20)[0-9]{2}年)(?:同期|同月|同季|同)?(?:相比)?"
_GROWTH = (
    rf"{_SINCE_YEAR}(?:增减|增长|增加|升降|变化|变动|±)*(?:幅度?|率|速度?)?|"
    r"同比(?:增减|增长|增速|增加|升降|变化|变动|涨跌|±|\+-|\+/-)*(?:幅度?|率|速度?|比率)?|"
    r"增长速度|增长幅度?|增长率?|增速|增幅|增减幅度?|增减率|增减|升降幅?|涨跌幅?|[±]|\+-|\+/-"
)
_CHANGED = r"(?:增减|净增加?|增长|变动)(?:绝对)?(?:额|量|数|值)|增加(?:额|量|数)"
_AMOUNT_OF_CHANGE = rf"(?:同比|比[^,]{{0,6}}|较[^,]{{0,6}})?(?:{_CHANGED})|增量|净增|差额"
_SHARE = (
    r"(?:所)?占[^,]{0,8}(?:比重|比例|比|%)|占比|比重|份额|构成|贡献率|拉动(?:百分点)?|产销率|"
    r"(?:年度|全年|目标|任务|计划|序时|预算|累计)*(?:完成)?(?:目标|任务|计划|预算|年度|全年|进度)*(?:完成)?(?:率|比例|进度|百分比)|"
    r"(?:完成|占)[^,]{0,6}(?:预算|目标|任务|计划)(?:数|值|的)?(?:%|比例|百分比)?"
)
_TARGET = r"(?:(?:19|20)[0-9]{2}年)?(?:年度|全年|本年|年初|工作)?(?:目标任务|目标值?|任务数?|计划数?|预算数?|预期目标)"
_REFERENCE = (  # beside a cell to fill in
    r"(?:上次|上期)(?:报送|上报|填报)(?:数据?|值)?(?:\(?仅?供(?:对照|参考)(?:,?不(?:读取|填))?\)?)?"
)
_YTD = (
    r"(?:本年|年初至今|年初以来|自年初|年初起|至本月|截至[^,]{0,4}|本月止|止)*"
    r"(?:累计|累计值|累计数|累计额|总累计)(?:完成)?|年初至今|年初以来|本年度?|至今"
)
_LEVEL = r"(?:期|月|季|年|本月|本期|月份)?(?:末|底)(?:余额|数|值)?|余额|存量|保有量|时点数?|截至(?:期|月)末"
_MONTH = r"本月|当月|单月|本期|当期"
_VALUE = re.compile(
    r"(?:绝对[额量值数]|数值|总[额量值数]|金额|数额|实际完成|完成[额量值数]?|实绩|实际[数值]?|指标值|指标|数量|数据|统计值|现价|"
    r"合计|情况|[值数额量]|及)+"
)


_ANY_YEAR = 2000  # where only it matters whether a text is a period


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_ASIDE = re.compile(r"[%‰()\[\]{}【】〔〕,、;:/|\\\-_~—–.\s]+|其中")
# In this order: 比年初增减额 is no growth, 累计同比 is not the level 累计. Each takes its words away from the text.
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (Role.RANK, _words(_RANK)),
    (Role.OTHER, _words(_CHANGE_SINCE)),
    (Role.OTHER, _words(_AMOUNT_OF_CHANGE)),
    (Role.GROWTH, _words(_GROWTH)),
    (Role.OTHER, _words(_SHARE)),
    (Role.OTHER, _words(_TARGET)),
    (Role.OTHER, _words(_REFERENCE)),
    (Role.PRIOR, _words(_PRIOR)),
)
_BASES: tuple[tuple[Base, re.Pattern[str]], ...] = (
    (Base.YTD, _words(_YTD)),
    (Base.LEVEL, _words(_LEVEL)),
    (Base.MONTH, _words(_MONTH)),
)
_COMPARED = re.compile(rf"{_SINCE_YEAR}[^,;()]*")
PERIOD_WORDS = re.compile(
    r"(?:(?:19|20)[0-9]{2}[年.\-/]?)?(?:第?[1-4一二三四]季度|前?[0-9]{1,2}[-—–~至](?:[0-9]{1,2})月份?|[0-9]{1,2}月份?|前[0-9]{1,2}个月|"
    r"上半年|前三季度|全年)|(?:19|20)[0-9]{2}年?度?"
)
LABEL_HEADER = re.compile(
    r"(?:主要|统计)?(?:指标|项目|名称|地区|区域|县市区?|县\(市、?区\)|行业|产业|类别|类型|品种|分类|内容|事项|单位名称|科目|分组|分项)"
    r"(?:名称|分类|类别|内容)?|指\s*标|项\s*目|甲|Items?|Indicators?|Regions?|Years?|Months?"
)
ATTRIBUTE_HEADER = re.compile(
    r"备注|说明|附注|口径|(?:牵头|责任|配合|填报|报送|主管|发布|来源)(?:单位|部门|处室|方|科室)?|责任人|联系人|电话|部门|处室|科室|"
    r"频率|来源|指标ID|指标代码|代码|编码|编号|ID|更新时间|时间区间|区间|发布方|国家|完成时限|时限|状态"
)
INDEX_HEADER = re.compile(r"序\s*号|编\s*号|行\s*次|No\.?|栏次", re.IGNORECASE)


def compact(text: str) -> str:
    """NFKC without any space or line break."""
    return re.sub(r"\s+", "", plain(text))


@lru_cache(maxsize=8192)
def read_header(path: tuple[str, ...], year: int | None) -> Header:
    """The column under the header cells `path`, from the top down. `year` is the year of a period without one."""
    unit = next((unit for unit in (unit_in(part) for part in reversed(path)) if unit), "")
    words = "/".join(compact(without_unit(part)) for part in path if not is_unit(part))
    role, rest = _role(words, unit)
    period = _period(path, year)
    if period is not None:
        rest = PERIOD_WORDS.sub("/", rest)
    base = Base.UNKNOWN
    for name, pattern in _BASES:
        rest, found = pattern.subn("/", rest)
        if found and base is Base.UNKNOWN:
            base = name
    if period is not None and period.cumulative and base is Base.UNKNOWN:
        base = Base.YTD
    rest = "".join(part for part in _ASIDE.split(rest) if not _VALUE.fullmatch(part))
    return Header(role, base, unit, period, rest)


def _role(words: str, unit: str) -> tuple[Role, str]:
    role, rest = Role.VALUE, words
    for name, pattern in _ROLES:
        if role is not Role.VALUE:
            break
        shorter, found = pattern.subn("/", rest)
        if found:
            role, rest = name, shorter
    points = re.search(_POINTS, words) is not None or unit.endswith("百分点")
    if role is Role.GROWTH and (points or (unit and unit not in ("%", "‰", "百分比"))):
        role = Role.OTHER  # a change in points, in yuan, in persons
    if points:
        rest = re.sub(_POINTS, "/", rest)
    return role, rest


def _period(path: tuple[str, ...], year: int | None) -> Found | None:
    """The period of the lowest header cell that names one; a year that stands alone above it is its year."""
    found: Found | None = None
    for part in path:
        text = _COMPARED.sub("", plain(part))
        here = read_period(text, year=year) or find_period(text, year=year)
        if here is None:
            continue
        if found is not None and isinstance(here.period, Year) and not isinstance(found.period, Year):
            continue
        found = here
        if here.year_stated:
            year = here.period.last_month.year
    return found


def is_header_word(text: str) -> bool:
    """Whether the whole text is made of words that headers use."""
    header = read_header((text,), _ANY_YEAR)
    return not header.rest and bool(compact(text))
