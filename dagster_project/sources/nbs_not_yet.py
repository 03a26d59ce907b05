"""What easyquery's returncode 501 means: a code that there is not, or periods that the database doesn't hold yet.

Its words are the same for both, so the same code and region are asked for the latest period that there is (`LAST1`,
which the database's own pages use). Where that is answered, the code is right, and periods after that one are not
published yet; where that is 501 as well, it is the code. Anything else is not guessed at: it is refused.

Belongs here: telling these apart. Does not belong here: the form of the interface (`nbs_easyquery.py`).
"""

from __future__ import annotations

from collections.abc import Callable

from dagster_project.sources import nbs_easyquery
from dagster_project.sources.connector import Request
from dagster_project.sources.json_rows import Json
from dagster_project.sources.nbs_options import NbsOptions
from dagster_project.sources.nbs_reply import Question, text_of
from dagster_project.sources.row_mapping import source_name
from validators.errors import SourceRefusedError
from validators.periods import Period, parse_period

_NOT_FOUND = "501"
_LATEST = "LAST1"


def is_not_found(value: Json) -> bool:
    """Whether an answer says that there is nothing of what was asked for."""
    return isinstance(value, dict) and text_of(value.get("returncode")) == _NOT_FOUND


def still_there(
    question: Question, options: NbsOptions, request: Request, ask: Callable[[Question], Json]
) -> Question | None:
    """Of a question that was answered with 501: None where all of its periods are not published yet, else the question
    for those that the database should hold.

    SourceRefusedError where the code is unknown for the latest period too, where every period should be there, and
    where the latest one can't be learnt."""
    name, code, database = source_name(request), question.shown["zb"], question.shown["dbcode"]
    latest = _latest(question, options, request, ask)
    there = tuple(period for period in question.periods if period.last_month <= latest.last_month)
    if not there:
        return None
    if len(there) == len(question.periods):
        spans = ", ".join(period.text for period in there)
        raise SourceRefusedError(
            name,
            f"代码 {code} 查询失败（返回码 501）：库 {database} 有该代码，最新一期 {latest.text}，却没有 {spans}；"
            "请核对该代码的时间范围",
            f"code {code} failed with returncode 501: {database} has it up to {latest.text}, yet nothing of {spans}; "
            "check since when there is this code",
        )
    return nbs_easyquery.question(options, request, question.region, code, there)


def _latest(question: Question, options: NbsOptions, request: Request, ask: Callable[[Question], Json]) -> Period:
    """The latest period that the database holds of the code. What the answer says of code and region is checked as
    ever."""
    name, code, database = source_name(request), question.shown["zb"], question.shown["dbcode"]
    probe = nbs_easyquery.question(options, request, question.region, code, question.periods, times=_LATEST)
    try:
        value = ask(probe)
    except SourceRefusedError as error:
        raise _not_told(name, code, database, error.zh, error.en) from None
    if is_not_found(value):
        raise SourceRefusedError(
            name,
            f"库 {database} 没有代码 {code}（返回码 501：未能找到符合查询条件的信息，最新一期亦然），"
            "请核对代码、库与地区",
            f"there is no code {code} in {database} (returncode 501, for the latest period too); check code, database "
            "and region",
        )
    cells = nbs_easyquery.read(value, probe, name).cells
    if not cells:
        raise _not_told(name, code, database, "最新一期没有内容", "the latest period has nothing in it")
    return max((parse_period(cell.period) for cell in cells), key=lambda period: period.last_month)


def _not_told(name: str, code: str, database: str, zh: str, en: str) -> SourceRefusedError:
    return SourceRefusedError(
        name,
        f"代码 {code} 查询失败（库 {database}，返回码 501：未能找到符合查询条件的信息），"
        f"无法区分是代码有误还是尚未发布：{zh}",
        f"code {code} failed with returncode 501: whether {database} has no such code, or no such period yet, can't be "
        f"told: {en}",
    )
