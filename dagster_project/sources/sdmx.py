"""The connector `sdmx`: observations from an SDMX-REST service, or from a file of this machine.

    connector: sdmx
    with:
      url: https://sdmx.example/rest
      flow: OFFICE,TRADE,1.0
      key: M.{regions}..
      region: REF_AREA
      series:
        - {key: {INDICATOR: EXP, MEASURE: YTD}, indicator: goods_exports, measure: ytd}

All periods are asked for at once. A service says 404 where it has no observation; what that means is asked of its
structures (`sdmx_flow.py`).

Belongs here: the questions and what is delivered. Does not belong here: formats (`sdmx_reading.py`), what series mean
(`sdmx_series.py`), the connection (`http_client.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import Field, model_validator

from dagster_project.sources import parsed
from dagster_project.sources.connector import Connector, Delivery, Request
from dagster_project.sources.http_client import HttpClient
from dagster_project.sources.http_requests import fields, filled
from dagster_project.sources.row_mapping import source_name
from dagster_project.sources.sdmx_flow import FlowCheck
from dagster_project.sources.sdmx_series import SeriesOptions, figures
from dagster_project.sources.stated_units import check_units
from dagster_project.sources.web_connections import Timing
from dagster_project.sources.web_request import Answer, Ask, WebOptions
from validators.errors import SourceRefusedError, SourceUnavailableError

ACCEPT = (
    "application/vnd.sdmx.data+csv;version=2.0.0, application/vnd.sdmx.data+csv;version=1.0.0;q=0.9, "
    "application/vnd.sdmx.structurespecificdata+xml;version=2.1;q=0.8, "
    "application/vnd.sdmx.genericdata+xml;version=2.1;q=0.7, application/vnd.sdmx.data+json;version=2.0.0;q=0.6, "
    "application/vnd.sdmx.data+json;version=1.0.0;q=0.5"
)


class SdmxOptions(WebOptions, SeriesOptions):
    """Which data, and what its series mean."""

    url: str = Field(default="", pattern=r"^(https?://.*)?$")
    """服务地址 base URL of the REST service, without /data"""
    api: Literal["1", "2"] = "1"
    """接口版本 version of its REST interface: 1 (of SDMX 2.1) or 2 (of SDMX 3.0)"""
    flow: str = ""
    """数据流 data flow: AGENCY,ID,VERSION, or ID"""
    key: str = "all"
    """序列键 key of the series, such as M.330303+330300..; {regions} stands for the codes of the regions"""
    params: dict[str, str] = Field(default={})
    """其他查询参数 other parameters of the query"""
    headers: dict[str, str] = Field(default={}, repr=False)
    """请求头 headers, such as the format to ask for"""
    file: str = ""
    """文件 path of a file instead of a service; may hold {year}, {month2}, {quarter}, {period}"""
    schema_checked: bool = True
    """按模式校验 whether XML must follow the schema of SDMX-ML"""

    @model_validator(mode="after")
    def _one_place(self) -> SdmxOptions:
        if bool(self.file) == bool(self.url) or bool(self.url) != bool(self.flow):
            raise ValueError("须给出 url 与 flow，或 file / give url and flow, or file")
        if self.file and not self.file.startswith("/"):
            raise ValueError("file 须为绝对路径 / file must be an absolute path")
        return self


class Sdmx(Connector[SdmxOptions]):
    """See the module."""

    options_model = SdmxOptions

    def __init__(self, options: SdmxOptions, timing: Timing | None = None) -> None:
        super().__init__(options)
        self._timing = timing

    def pull(self, request: Request) -> Iterator[Delivery]:
        """One delivery with what there is of all periods; of files one for each."""
        if self.options.file:
            yield from self._from_files(request)
            return
        name = source_name(request)
        with HttpClient(name, self.options, max_bytes=request.max_bytes, timing=self._timing) as client:
            ask = self._ask(request)
            remembered = f"etag {hashlib.sha256(repr((ask.url, ask.params)).encode()).hexdigest()[:16]}"
            etag = request.known.get(remembered)
            headers = (*ask.headers, ("If-None-Match", etag)) if etag else ask.headers
            answer = client.fetch(Ask(url=ask.url, params=ask.params, headers=headers, answers=(404,)))
            if answer.status == 304:
                return
            empty = not answer.content.strip()
            keep = {remembered: answer.headers["ETag"]} if "ETag" in answer.headers else {}
            delivery = None if empty else self._delivery(request, answer, keep)
            if delivery is None:
                self._say_why(request, client, answer)
        if delivery is not None:
            yield delivery

    def _say_why(self, request: Request, client: HttpClient, answer: Answer) -> None:
        """Remarks where it can't be told why there is nothing; errors as `FlowCheck.ask` says, and
        SourceUnavailableError for an answer without anything in it that can't be explained."""
        options = self.options
        check = FlowCheck(client, request, options.url, options.api, options.headers)
        regions = self._theirs(request)
        unsure = check.ask(options.flow, options, self._key(regions), regions)
        if unsure is None:
            return
        if answer.status == 200 and not answer.content.strip():
            name = source_name(request)
            raise SourceUnavailableError(name, f"{answer.origin} 返回空内容", "the answer is empty")
        request.remark(*unsure)

    def _theirs(self, request: Request) -> list[str]:
        """The regions as the source writes them."""
        theirs = {ours: text for text, ours in reversed(self.options.regions.items())}
        return [theirs.get(region, region) for region in request.regions]

    def _key(self, regions: list[str]) -> str:
        return self.options.key.replace("{regions}", "+".join(regions))

    def _ask(self, request: Request) -> Ask:
        options = self.options
        key = quote(self._key(self._theirs(request)), safe="+.,*")
        first, last = request.periods[0].text, request.periods[-1].text
        flow = options.flow.split(",")
        if options.api == "1":
            path = f"data/{quote(options.flow, safe=',')}/{key}"
            range_ = {"startPeriod": first, "endPeriod": last}
        else:
            agency, identifier, version = flow if len(flow) == 3 else ("*", flow[-1], "*")
            path = "/".join(("data/dataflow", *(quote(part, safe="*+~") for part in (agency, identifier, version))))
            path += "/" + ("*" if key == "all" else key)
            range_ = {"c[TIME_PERIOD]": f"ge:{first}+le:{last}"}
        return Ask(
            url=f"{options.url.rstrip('/')}/{path}",
            params=tuple((range_ | options.params).items()),
            headers=tuple(({"Accept": ACCEPT} | options.headers).items()),
        )

    def _from_files(self, request: Request) -> Iterator[Delivery]:
        paths: dict[str, None] = {}
        for period in request.periods:
            paths[filled(self.options.file, fields(period, ""))] = None
        for path in paths:
            answer = _file(Path(path), request, must_be=len(paths) == 1 and "{" not in self.options.file)
            delivery = self._delivery(request, answer, {}) if answer is not None else None
            if delivery is not None:
                yield delivery

    def _delivery(self, request: Request, answer: Answer, keep: dict[str, str]) -> Delivery | None:
        rows = parsed.sdmx_rows(answer.content, request, against_schema=self.options.schema_checked)
        found, form = figures(rows, self.options, request)
        if found.empty:
            return None
        single = request.periods[0].text if len(request.periods) == 1 else None
        start = answer.content[:1000].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00")[:1]
        ending = {b"<": "xml", b"{": "json"}.get(start, "csv")
        return Delivery(
            content=answer.content,
            file_name=f"{request.source}-{single or request.periods[-1].text}.{ending}",
            origin=answer.origin,
            received_at=request.now,
            media_type=answer.media_type,
            headers=answer.headers,
            period=single,
            region=request.regions[0] if len(request.regions) == 1 else None,
            figures=check_units(found, request),
            form=form,
            keep=keep,
        )


def _file(path: Path, request: Request, *, must_be: bool) -> Answer | None:
    name = source_name(request)
    try:
        with path.open("rb") as file:
            data = file.read(request.max_bytes + 1)
    except FileNotFoundError:
        if must_be:
            raise SourceRefusedError(name, f"没有文件 {path}", f"there is no file {path}") from None
        return None
    except (PermissionError, IsADirectoryError, NotADirectoryError) as error:
        raise SourceRefusedError(
            name, f"无法读取 {path}：{error.strerror}", f"{path} can't be read: {error.strerror}"
        ) from None
    except OSError as error:
        raise SourceUnavailableError(
            name, f"{path} 暂不可读：{error.strerror}", f"{path} is away: {error.strerror}"
        ) from None
    if len(data) > request.max_bytes:
        raise SourceRefusedError(
            name,
            f"{path} 大于上限 {request.max_bytes:,} 字节",
            f"{path} is larger than the limit of {request.max_bytes:,} bytes",
        )
    return Answer(200, data, f"file://{path}", {})
