"""The connector `http`: figures or files from an address.

    connector: http
    with:
      url: "https://stats.example.cn/api/series/{year}"
      params: {month: "{month2}", token: "${bureau_token}"}
      format: json
      rows: data.items
      absent: 404
      columns: {code: zb, codes: {A01: {indicator: retail_sales, measure: ytd, unit: 万元}}, value: v, period: sj}

Belongs here: what becomes of an answer. Does not belong here: asking (`http_client.py`), which requests there are
(`http_requests.py`), what rows mean (`row_mapping.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from email.message import EmailMessage
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import unquote, urlsplit

import pandas as pd

from dagster_project.sources import json_rows, parsed
from dagster_project.sources.connector import Connector, Delivery, Request
from dagster_project.sources.http_client import HttpClient
from dagster_project.sources.http_options import HttpOptions
from dagster_project.sources.http_requests import Wanted, fields, filled, wanted
from dagster_project.sources.row_columns import Columns
from dagster_project.sources.row_form import codes_form
from dagster_project.sources.row_mapping import source_name, to_long
from dagster_project.sources.stated_units import check_units
from dagster_project.sources.web_connections import Timing
from dagster_project.sources.web_request import Answer
from dagster_project.sources.web_words import place, scrubbed
from validators.errors import SourceRefusedError, SourceUnavailableError

_LONGEST_SAID = 80


class Http(Connector[HttpOptions]):
    """One delivery for each address that has something new. A figure that is null, '' or `missing` is not published: it
    is left out. What an address answered before is asked for with its ETag or date, and 304 is nothing new."""

    options_model = HttpOptions

    def __init__(self, options: HttpOptions, timing: Timing | None = None) -> None:
        super().__init__(options)
        self._timing = timing or Timing()

    def pull(self, request: Request) -> Iterator[Delivery]:
        """See `Connector.pull`."""
        options, name = self.options, source_name(request)
        asks = wanted(options, request)
        with HttpClient(name, options, max_bytes=request.max_bytes, timing=self._timing) as client:
            for number, one in enumerate(asks):
                if number:
                    self._timing.sleep(options.pause_seconds)
                if len(asks) > 1:
                    span = f"{one.periods[0].text}..{one.periods[-1].text}"
                    request.say(
                        f"第 {number + 1}/{len(asks)} 次请求：{span}", f"request {number + 1} of {len(asks)}: {span}"
                    )
                key = one.key(options)
                answer = client.fetch(replace(one.ask, headers=one.ask.headers + _conditions(request, key)))
                there = answer.status != 304 and answer.status not in options.absent
                delivery = self._delivery(request, one, answer, name) if there else None
                if delivery is not None:
                    yield replace(delivery, keep=_keep(answer, key))

    def _delivery(self, request: Request, one: Wanted, answer: Answer, name: str) -> Delivery | None:
        if not answer.content.strip():
            raise SourceUnavailableError(name, f"{place(one.ask.url)} 返回空内容", "the answer is empty")
        period = one.periods[0].text if one.single else None
        region = one.regions[0] if len(one.regions) == 1 else None
        delivery = Delivery(
            content=answer.content,
            file_name=self._file_name(request, one, answer),
            origin=answer.origin,
            received_at=request.now,
            media_type=answer.media_type,
            headers=answer.headers,
            period=period,
            region=region,
        )
        columns = self.options.columns
        if columns is None:
            return delivery
        rows, form = self._rows(answer, columns, request)
        if rows.empty:
            return None
        asked = replace(request, periods=one.periods, regions=one.regions)
        references = [str(where) for where in rows.index]
        figures = check_units(to_long(rows, columns, asked, references), request)
        if figures.empty:
            return None
        return replace(delivery, figures=figures, form=(*form, *codes_form(rows, columns)))

    def _rows(self, answer: Answer, columns: Columns, request: Request) -> tuple[pd.DataFrame, list[str]]:
        """Rows, their index saying where each stands, and the columns for the form."""
        options = self.options
        if options.format == "csv":
            rows = parsed.csv_table(
                answer.content, request, encoding=options.encoding, delimiter=options.delimiter, skip=options.skip
            )
            return rows, [f"column:{column}" for column in sorted(rows.columns)]
        value, name = parsed.json_value(answer.content, request), source_name(request)
        for path, expected in options.expect.items():
            self._expect(json_rows.at(value, path, name), path, expected, name)
        objects = json_rows.rows_at(value, options.rows, name)
        rows = json_rows.table(objects, columns.needed)
        rows.index = pd.Index([f"{options.rows}[{number}]" for number in range(len(rows))])
        return rows, [f"column:{column}" for column in json_rows.names(objects)]

    def _expect(self, found: json_rows.Json, path: str, expected: str, name: str) -> None:
        said = found if isinstance(found, str) else str(found).lower()
        if said != expected:
            secrets = [
                value for value in (*self.options.headers.values(), *self.options.params.values()) if len(value) > 3
            ]
            shown = scrubbed(said, secrets)[:_LONGEST_SAID]
            raise SourceRefusedError(
                name,
                f"来源表示失败：{path} 为 {shown}，应为 {expected}",
                f"the source says that it failed: {path} is {shown}, not {expected}",
            )

    def _file_name(self, request: Request, one: Wanted, answer: Answer) -> str:
        values = fields(one.periods[-1], one.regions[0])
        if self.options.file_name:
            return filled(self.options.file_name, values)
        if self.options.format != "file":
            return f"{request.source}-{one.periods[-1].text}.{self.options.format}"
        named = _named(answer.headers.get("Content-Disposition", ""))
        last = PurePosixPath(unquote(urlsplit(answer.origin.partition(" ")[0]).path)).name
        return named or last or f"{request.source}-{one.periods[-1].text}"


def _conditions(request: Request, key: str) -> tuple[tuple[str, str], ...]:
    names = (("If-None-Match", f"etag {key}"), ("If-Modified-Since", f"modified {key}"))
    return tuple((header, request.known[name]) for header, name in names if name in request.known)


def _keep(answer: Answer, key: str) -> dict[str, str]:
    names = ((f"etag {key}", "ETag"), (f"modified {key}", "Last-Modified"))
    return {name: answer.headers[header] for name, header in names if header in answer.headers}


def _named(disposition: str) -> str:
    """The file name that a Content-Disposition says, without any folder; '' where it says none."""
    if not disposition:
        return ""
    message = EmailMessage()
    try:
        message["Content-Disposition"] = disposition
        said = unquote(message.get_filename() or "")
    except ValueError:
        return ""
    if not said.isascii():
        with suppress(UnicodeError):  # bytes of GB18030 that HTTP took for Latin-1
            said = said.encode("latin-1").decode("gb18030")
    plain = PureWindowsPath(PurePosixPath(said).name).name
    return "".join(character for character in plain if character.isprintable())
