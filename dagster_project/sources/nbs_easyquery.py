"""The older interface of the national database, `easyquery.htm`.

Built from recorded requests and answers of its public clients: a form with `m=QueryData`, `dbcode`, the region in
`wds`, code and periods in `dfwds`; an answer with `returncode` and, in `returndata`, `datanodes` (a figure each, with
`hasdata` and `strdata`) and `wdnodes` (codes with their names and units, regions, periods). Its traps: a period that is
not published is `hasdata: false` with the data 0; a code that there is not is returncode 501 under HTTP 200, and so is
a period that the database doesn't hold yet (`nbs_not_yet.py`); a region that the database doesn't hold is left out, and
what comes back is the nation's figure. Since 2026 the public address refuses this interface (403); what still speaks it
is reached with `url`.

Belongs here: that form. Does not belong here: what becomes of figures (`nbs.py`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlencode

from dagster_project.sources.connector import Request
from dagster_project.sources.json_rows import Json
from dagster_project.sources.nbs_options import NbsOptions
from dagster_project.sources.nbs_periods import easyquery, from_easyquery
from dagster_project.sources.nbs_reply import Cell, Question, Reply, objects, said, text_of
from dagster_project.sources.web_request import Ask
from validators.errors import SourceFormError, SourceOptionsError, SourceRefusedError
from validators.periods import Month, Period, Quarter, Year

_KINDS: dict[str, tuple[type[Month] | type[Quarter] | type[Year], str]] = {
    "yd": (Month, "月 months"),
    "jd": (Quarter, "季度 quarters"),
    "nd": (Year, "年 years"),
}


def questions(options: NbsOptions, request: Request) -> list[Question]:
    """One for each region, code (or parent code) and span of periods: a whole year by its number, other periods
    together. SourceOptionsError for a database of another frequency than the dataset."""
    kind, named = _KINDS.get(options.dbcode[2:], (None, ""))
    if kind is not None and not all(isinstance(period, kind) for period in request.periods):
        raise SourceOptionsError(
            [f"with.dbcode: {options.dbcode} 按{named}发布，与数据集不同 / the dataset is of another frequency"]
        )
    return [
        question(options, request, region, code, periods)
        for periods in _spans(request.periods)
        for region in request.regions
        for code in (options.ask or tuple(options.codes))
    ]


def _spans(periods: Sequence[Period]) -> list[tuple[Period, ...]]:
    """Whole years of months each by itself, the rest together."""
    rest: list[Period] = []
    spans: list[tuple[Period, ...]] = []
    for _, group in groupby(periods, key=lambda period: period.year):
        year = tuple(group)
        if isinstance(year[0], Month) and len(year) == 12:
            spans.append(year)
        else:
            rest += year
    return [*spans, tuple(rest)] if rest else spans


def question(
    options: NbsOptions, request: Request, region: str, code: str, periods: tuple[Period, ...], times: str = ""
) -> Question:
    """The request for these periods; with `times` for those that it says, in the source's own words."""
    theirs = options.regions.get(region, region)
    whole = isinstance(periods[0], Month) and len(periods) == 12 and periods[0].year == periods[-1].year
    times = times or (str(periods[0].year) if whole else ",".join(map(easyquery, periods)))
    form = {
        "m": "QueryData",
        "dbcode": options.dbcode,
        "rowcode": "zb",
        "colcode": "sj",
        "wds": json.dumps([] if theirs is None else [{"wdcode": "reg", "valuecode": theirs}]),
        "dfwds": json.dumps([{"wdcode": "zb", "valuecode": code}, {"wdcode": "sj", "valuecode": times}]),
        "k1": str(int(request.now.timestamp() * 1000)),
    }
    headers = {"Accept": "application/json, text/javascript, */*;q=0.1", "X-Requested-With": "XMLHttpRequest"}
    headers |= options.headers
    post = options.method == "POST"
    if post:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | headers
    shown = {"dbcode": options.dbcode, "zb": code, "reg": theirs or "", "sj": times}
    return Question(
        ask=Ask(
            options.address,
            method=options.method,
            params=() if post else tuple(form.items()),
            headers=tuple(headers.items()),
            body=urlencode(form).encode() if post else None,
        ),
        region=region,
        theirs=theirs,
        codes=tuple(one for one in options.codes if one.startswith(code)) if options.ask else (code,),
        periods=periods,
        shown={name: value for name, value in shown.items() if value},
    )


def read(value: Json, question: Question, source: str) -> Reply:
    """The figures of an answer. SourceRefusedError for another returncode than 200 and for a region that doesn't come
    back; SourceFormError for anything that is made differently."""
    if not isinstance(value, dict) or "returncode" not in value:
        raise SourceFormError(source, "返回内容没有 returncode", "the answer has no returncode")
    asked = question.shown["zb"]
    if text_of(value["returncode"]) != "200":
        code, words = text_of(value["returncode"]), said(value.get("returndata"))
        raise SourceRefusedError(
            source,
            f"代码 {asked} 查询失败（库 {question.shown['dbcode']}，返回码 {code}：{words}），请核对代码与库",
            f"code {asked} failed with returncode {code}: there is no such code in {question.shown['dbcode']}, or no "
            "such period",
        )
    data = value.get("returndata")
    if not isinstance(data, dict):
        raise SourceFormError(source, "返回内容没有 returndata", "the answer has no returndata")
    known = {
        text_of(one.get("wdcode")): objects(one.get("nodes"), "wdnodes.nodes", source)
        for one in objects(data.get("wdnodes"), "wdnodes", source)
    }
    nodes = objects(data.get("datanodes"), "datanodes", source)
    keys = [_key(node, source) for node in nodes]
    _check_regions(
        question, [key.get("reg") for key in keys], [text_of(one.get("code")) for one in known.get("reg", [])], source
    )
    series = {text_of(one.get("code")): one for one in known.get("zb", [])}
    gone = [code for code in question.codes if code not in series]
    if gone:
        raise SourceFormError(
            source, f"返回内容中没有代码 {'、'.join(gone)}", f"codes are not in the answer: {', '.join(gone)}"
        )
    cells = [_cell(node, key, source) for node, key in zip(nodes, keys, strict=True) if key.get("zb") in question.codes]
    foreign = sorted({key.get("zb", "") for key in keys if not key.get("zb", "").startswith(asked)})
    if foreign:
        raise SourceFormError(
            source,
            f"查询代码 {asked}，返回了 {'、'.join(foreign)}",
            f"asked for code {asked}, the answer is about {', '.join(foreign)}",
        )
    names = {code: text_of(series[code].get("cname")) or text_of(series[code].get("name")) for code in question.codes}
    return Reply(cells, {code: text_of(series[code].get("unit")) for code in question.codes}, names)


def _key(node: dict[str, Json], source: str) -> dict[str, str]:
    """By dimension (zb, sj, reg) the code of a figure."""
    return {
        text_of(one.get("wdcode")): text_of(one.get("valuecode"))
        for one in objects(node.get("wds"), "datanodes.wds", source)
    }


def _cell(node: dict[str, Json], key: dict[str, str], source: str) -> Cell:
    where = text_of(node.get("code")) or "datanodes"
    period, data = from_easyquery(key.get("sj", "")), node.get("data")
    if period is None:
        raise SourceFormError(source, f"{where}：不是统计期", f"{where}: {key.get('sj', '')!r} is no period")
    if not isinstance(data, dict) or not isinstance(data.get("hasdata"), bool):
        raise SourceFormError(source, f"{where}：没有 hasdata", f"{where} has no hasdata")
    value = (text_of(data.get("strdata")) or text_of(data.get("data"))) if data["hasdata"] else None
    return Cell(key["zb"], period.text, value, where)


def _check_regions(question: Question, stated: list[str | None], listed: list[str], source: str) -> None:
    theirs, asked = question.theirs, question.shown["zb"]
    if theirs is not None and (theirs not in listed or any(one != theirs for one in stated)):
        raise SourceRefusedError(
            source,
            f"库 {question.shown['dbcode']} 的代码 {asked} 没有地区 {theirs}：返回的不是该地区（可能是全国），未采用",
            f"code {asked} has no region {theirs} in {question.shown['dbcode']}: what came back is not that region's, "
            "perhaps the nation's, and was not taken",
        )
    if theirs is None and (listed or any(stated)):
        raise SourceFormError(
            source,
            f"库 {question.shown['dbcode']} 按地区发布，请在 regions 中指明地区代码",
            f"{question.shown['dbcode']} is by region: name the region's code in regions",
        )
