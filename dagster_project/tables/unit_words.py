"""Units as tables write them, known without any catalogue.

Belongs here: whether a text is a unit, and where a unit stands in a title, a header or a label. Does not belong here:
what a unit converts into (`validators/units.py`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SCALE = r"(?:百亿|十亿|千万|百万|十万|亿|万|千|百)?"
_THING = (
    r"人民币元|美元|欧元|港元|日元|英镑|元人民币|元|吨标准煤|吨公里|吨|标准煤|千克|公斤|克|人次|人公里|人|户次|户|家次|家|"
    r"个百分点|个|项|件|条|张|台/?(?:\(套\)|套)?|套/?(?:\(间\)|间)?|辆次|辆|艘次|艘|头|只|羽|株|册|场次|场|次|间|座|处|所|名|位|分|天|"
    r"工作日|日|小时|分钟|倍|平方米|平方公里|平方千米|立方米|标准立方米|立方|方|亩|公顷|车公里|公里|千米|米|千瓦时|千瓦小时|千瓦|"
    r"兆瓦时|兆瓦|度|标准箱|标箱|国际标箱|TEU|箱|标方|升|桶|担|重量箱|门|部|支|双|块|幅|宗|批|班|列次|列|架次|组|对|岁|床|例|株"
)
_PER = rf"(?:/{_SCALE}(?:{_THING}|年|月|日|平方公里)|(?:每|/)[^()（）]{{1,6}})?"
_UNIT = re.compile(rf"{_SCALE}(?:{_THING}){_PER}|[%‰]|百分点|百分比|千分比|[^()（）=]{{0,10}}=100", re.IGNORECASE)
_STATED = re.compile(r"(?:计量|计算|金额|数量|货币)?单位\s*[::]?\s*([^\n]+)")
_BRACKETED = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*(?:\([^()]*\)[^()\[\]【】〔〕]*)*)[)\]】〕]")
_AFTER = re.compile(r"[,，、:;_\s]+")
_DOUBTFUL_LINE = {"月", "年", "日", "度", "分", "位", "部", "天", "次", "方", "对", "组", "班", "列", "所", "名", "处"}
UNIT_COLUMN = re.compile(r"(?:计量|计算|数量)?单\s*位")


def plain(text: str) -> str:
    """NFKC, so that full-width brackets, digits and signs are ASCII; spaces at the ends removed."""
    return unicodedata.normalize("NFKC", text).strip()


@lru_cache(maxsize=4096)
def is_unit(text: str) -> bool:
    """Whether the whole text is a unit: 亿元, %, 万吨公里, 件/万人, 上年同月=100."""
    return _UNIT.fullmatch(re.sub(r"\s+", "", plain(text))) is not None


def _clean(text: str) -> str:
    return re.sub(r"\s+", "", plain(text))


@lru_cache(maxsize=4096)
def stated_units(text: str) -> tuple[str, ...]:
    """The units after the word 单位: '单位:亿元、%' gives both. () when what follows is no unit (单位:区统计局)."""
    match = _STATED.search(plain(text))
    if match is None:
        return ()
    whole, inside = match[1].strip(" ;。"), match[1].strip(" )]】;。")
    if is_unit(whole) or is_unit(inside):  # 台(套) keeps the bracket that (单位:亿元) loses
        return (_clean(whole if is_unit(whole) else inside),)
    parts = [part for part in re.split(r"[,、;，\s]+|(?<=元)/(?=%)", inside) if part]
    return tuple(_clean(part) for part in parts) if parts and all(is_unit(part) for part in parts) else ()


@lru_cache(maxsize=16384)
def unit_in(text: str) -> str:
    """The unit that a header cell or a row label names: in brackets, behind a line break, after 单位; else ''."""
    if not text:
        return ""
    normal = plain(text)
    stated = stated_units(normal)
    if stated:
        return stated[0]
    for inside in reversed(_BRACKETED.findall(normal)):
        if is_unit(inside):
            return _clean(inside)
        parts = [part for part in re.split(r"[,、;，]", inside) if is_unit(part)]
        if parts:
            return _clean(parts[-1])
    lines = [line.strip() for line in normal.splitlines()]
    if len(lines) > 1 and is_unit(lines[-1]) and lines[-1] not in _DOUBTFUL_LINE:
        return _clean(lines[-1])
    last = _AFTER.split(normal)[-1]
    if last != normal and is_unit(last) and (len(last) > 1 or last == "%"):
        return _clean(last)
    return _clean(normal) if is_unit(normal) and normal not in _DOUBTFUL_LINE else ""


@lru_cache(maxsize=16384)
def without_unit(text: str) -> str:
    """The text (NFKC) without brackets that hold a unit, and without a unit behind a line break or after 单位."""
    normal = plain(text)
    normal = _BRACKETED.sub(lambda match: "" if is_unit(match[1]) or stated_units(match[1]) else match[0], normal)
    if stated_units(normal):
        normal = _STATED.sub("", normal)
    lines = normal.splitlines()
    if len(lines) > 1 and is_unit(lines[-1]) and lines[-1].strip() not in _DOUBTFUL_LINE:
        lines = lines[:-1]
    return "".join(lines).strip(" :,_")
