"""The newer portal of the national database (`dg/website`), which took the older interface's place in 2026.

It has no published description. Built from what its public clients of 2026 document and send: a POST of JSON to
`publicrelease/web/external/stream/esData` (before June `getEsDataByCidAndDt`, with the same body and answer) with the
catalogue's id `cid`, `indicatorIds`, the region in `das` (12 digits, 000000000000 the nation), a range of periods in
`dts` and the tree's `rootId`. The answer is `{success, state: 20000, message, data: [{code: "202603MM", name, values:
[{_id, i_showname, value, du_name, da, da_name}]}]}`, a row for each period of the range, the newest first. Its traps:
values are texts; names end in a space; a period that is not published has no values, or '' or 无; ids that there are
not give success with no data at all; an id is good for some years, after which another one goes on; an index with
100 for the year before is in %. Without the headers and cookies of its own page, a firewall may answer with a page, as
it does for some time after many requests.

Belongs here: that form. Does not belong here: what becomes of figures (`nbs.py`), looking ids up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

from dagster_project.sources.connector import Request
from dagster_project.sources.json_rows import Json
from dagster_project.sources.nbs_options import NbsFigure, NbsOptions
from dagster_project.sources.nbs_periods import earlier, from_portal, like, portal
from dagster_project.sources.nbs_reply import Cell, Question, Reply, objects, said, text_of
from dagster_project.sources.web_request import Ask
from validators.errors import SourceFormError, SourceRefusedError
from validators.periods import Month, Period, parse_period

NATION = "000000000000"

_AT_ONCE = 50  # indicators in one request
_ENOUGH = 6  # periods after which an indicator that never came up is taken to be unknown


def questions(options: NbsOptions, request: Request) -> list[Question]:
    """One for each region and catalogue, for the codes that are good for some of the periods."""
    return [
        _question(options, request, region, cid, codes[start : start + _AT_ONCE])
        for region in request.regions
        for cid, codes in _catalogues(options, request)
        for start in range(0, len(codes), _AT_ONCE)
    ]


def _catalogues(options: NbsOptions, request: Request) -> Iterator[tuple[str, tuple[str, ...]]]:
    for cid in dict.fromkeys(figure.cid for figure in options.codes.values()):
        codes = tuple(
            code
            for code, figure in options.codes.items()
            if figure.cid == cid and any(figure.covers(period) for period in request.periods)
        )
        if codes:
            yield cid, codes


def _question(options: NbsOptions, request: Request, region: str, cid: str, codes: tuple[str, ...]) -> Question:
    figures = [options.codes[code] for code in codes]
    periods = tuple(period for period in request.periods if any(figure.covers(period) for figure in figures))
    first = _first(periods[0], figures)
    theirs = options.regions.get(region, region)
    place = NATION if theirs is None else theirs.ljust(len(NATION), "0")
    known = request.catalogue.regions.get(region)
    name = "全国" if place == NATION else known.name.zh if known else region
    span = f"{portal(first)}-{portal(periods[-1])}"
    body = {
        "cid": cid,
        "indicatorIds": list(codes),
        "daCatalogId": "",
        "das": [{"text": name, "value": place}],
        "showType": "1",
        "dts": [span],
        "rootId": options.root,
    }
    at = urlsplit(options.address)
    headers = {
        "Accept": "application/json, text/plain, */*",
        "Content-Type": "application/json;charset=UTF-8",
        "Referer": f"{at.scheme}://{at.hostname}/dg/website/page.html",
        "X-Requested-With": "XMLHttpRequest",
    } | options.headers
    return Question(
        ask=Ask(
            options.address,
            method="POST",
            headers=tuple(headers.items()),
            body=json.dumps(body, ensure_ascii=False).encode(),
        ),
        region=region,
        theirs=place,
        codes=codes,
        periods=periods,
        shown={"cid": cid, "da": place, "dts": span},
    )


def _first(period: Period, figures: list[NbsFigure]) -> Period:
    """From where to ask: a year before what is wanted, but not before any of the codes was good."""
    before = earlier(period)
    if any(figure.covers(before) for figure in figures):
        return before
    starts = [like(period, parse_period(figure.since).first_month) for figure in figures if figure.since is not None]
    return min((start for start in starts if start.first_month <= period.first_month), default=period, key=_beginning)


def _beginning(period: Period) -> Month:
    return period.first_month


def read(value: Json, question: Question, figures: dict[str, NbsFigure], source: str) -> Reply:
    """The figures of an answer, of each code those that it is good for. SourceRefusedError for a failure that the
    answer states, for ids that there are not, and for another region than the one asked for; SourceFormError for
    anything that is made differently."""
    if not isinstance(value, dict) or "success" not in value:
        raise SourceFormError(source, "返回内容没有 success", "the answer has no success")
    state = text_of(value.get("state"))
    if value["success"] is not True or state not in ("", "20000"):
        raise SourceRefusedError(
            source,
            f"目录 {question.shown['cid']} 查询失败（state {state}：{said(value.get('message'))}），请核对编号",
            f"catalogue {question.shown['cid']} failed with state {state}: check the ids",
        )
    rows = objects(value.get("data"), "data", source)
    items = [(_period(row, source), item) for row in rows for item in objects(row.get("values"), "data.values", source)]
    found = {text_of(item.get("_id")) for _, item in items}
    foreign = sorted(found - set(question.codes))
    if foreign:
        raise SourceFormError(
            source,
            f"返回了未查询的指标 {'、'.join(foreign)}",
            f"ids came back that were not asked for: {', '.join(foreign)}",
        )
    _check_there(rows, found, question, figures, source)
    _check_regions(items, question, source)
    cells = [
        Cell(code, period.text, text_of(item.get("value")) or None, f"{portal(period)} {code}")
        for period, item in items
        if figures[code := text_of(item.get("_id"))].covers(period)
    ]
    newest_last = list(reversed(items))
    units = {text_of(item.get("_id")): text_of(item.get("du_name")) for _, item in newest_last}
    names = {text_of(item.get("_id")): text_of(item.get("i_showname")) for _, item in newest_last}
    return Reply(
        cells,
        {code: unit for code, unit in units.items() if unit},
        {code: name for code, name in names.items() if name},
    )


def _period(row: dict[str, Json], source: str) -> Period:
    period = from_portal(text_of(row.get("code")))
    if period is None:
        raise SourceFormError(
            source,
            f"{text_of(row.get('code'))!r} 不是统计期",
            f"{text_of(row.get('code'))!r} is no period of the portal",
        )
    return period


def _check_there(
    rows: list[dict[str, Json]], found: set[str], question: Question, figures: dict[str, NbsFigure], source: str
) -> None:
    """Ids that there are not are no failure to the portal: it answers with nothing."""
    periods = [_period(row, source) for row in rows]
    lost = [
        code
        for code in question.codes
        if code not in found and (not rows or sum(figures[code].covers(period) for period in periods) >= _ENOUGH)
    ]
    cid, place = question.shown["cid"], question.shown["da"]
    if lost:
        raise SourceRefusedError(
            source,
            f"目录 {cid} 中没有指标 {'、'.join(lost)}，或没有地区 {place}，请核对编号与有效年份",
            f"catalogue {cid} has no id {', '.join(lost)}, or no region {place}: check the ids and the years that they "
            "are good for",
        )


def _check_regions(items: list[tuple[Period, dict[str, Json]]], question: Question, source: str) -> None:
    """A figure that doesn't say its region is taken for the nation's alone."""
    wanted = question.shown["da"]
    stated = {text_of(item.get("da")) or text_of(item.get("areaCode")) or NATION for _, item in items}
    others = sorted(one for one in stated if one.ljust(len(NATION), "0") != wanted)
    if others:
        raise SourceRefusedError(
            source,
            f"查询地区 {wanted}，返回的是 {'、'.join(others)} 的数据，未采用",
            f"asked for region {wanted}, what came back is of {', '.join(others)} and was not taken",
        )
