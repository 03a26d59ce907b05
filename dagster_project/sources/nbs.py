"""The connector `nbs`: figures of the national statistics office's database, by its older or its newer interface.

    connector: nbs
    with:
      interface: easyquery
      dbcode: fsyd
      regions: {"330000": "330000"}
      codes: {A0702: {indicator: retail_sales, measure: ytd}, A0704: {indicator: retail_sales_growth, measure: yoy_ytd}}

    with:
      interface: portal
      root: fc982599aa684be7969d7b90b1bd0e84
      regions: {"100000": null}
      codes:
        id-until-2025: {indicator: retail_sales_growth, measure: yoy_ytd, cid: id-of-catalogue, until: "2025-12"}
        id-since-2026: {indicator: retail_sales_growth, measure: yoy_ytd, cid: id-of-another, since: "2026-01"}

Month codes and cumulative codes are different codes of the source; a month that has none of its own, as January and
February often, is not published and left out.

Belongs here: what both interfaces have in common. Does not belong here: their forms (`nbs_easyquery.py`,
`nbs_portal.py`), asking (`http_client.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlencode

import pandas as pd

from dagster_project.sources import nbs_easyquery, nbs_not_yet, nbs_portal, parsed
from dagster_project.sources.connector import Connector, Delivery, Request
from dagster_project.sources.http_client import HttpClient
from dagster_project.sources.json_rows import Json
from dagster_project.sources.nbs_options import NbsOptions
from dagster_project.sources.nbs_reply import (
    UNPUBLISHED,
    Question,
    Reply,
    check_growth_units,
    check_names,
    growth_of_index,
)
from dagster_project.sources.row_columns import MISSING, Columns
from dagster_project.sources.row_mapping import source_name, to_long
from dagster_project.sources.stated_units import check_units
from dagster_project.sources.web_connections import Timing
from dagster_project.sources.web_request import Answer, Ask
from dagster_project.sources.web_words import place
from validators.errors import SourceOptionsError, SourceUnavailableError


class Nbs(Connector[NbsOptions]):
    """One delivery for each request, handed over once all were answered: each says of what all of them are made."""

    options_model = NbsOptions

    def __init__(self, options: NbsOptions, timing: Timing | None = None) -> None:
        super().__init__(options)
        self._timing = timing or Timing()

    def pull(self, request: Request) -> Iterator[Delivery]:
        """See `Connector.pull`."""
        easy = self.options.interface == "easyquery"
        asked = nbs_easyquery.questions(self.options, request) if easy else nbs_portal.questions(self.options, request)
        name, form = source_name(request), set[str]()
        deliveries: list[Delivery] = []
        with HttpClient(name, self.options, max_bytes=request.max_bytes, timing=self._timing) as client:
            if self.options.opening and asked:
                client.fetch(Ask(self.options.opening, page=True, answers=(400, 401, 403, 404, 410)))
            for number, question in enumerate(asked):
                if number or self.options.opening:
                    self._timing.sleep(self.options.pause_seconds)
                span = " ".join(question.shown.values())
                if len(asked) > 1:
                    request.say(
                        f"第 {number + 1}/{len(asked)} 次请求：{span}", f"request {number + 1} of {len(asked)}: {span}"
                    )
                answer, value = self._asked(client, question, request)
                if easy and nbs_not_yet.is_not_found(value):
                    rest = nbs_not_yet.still_there(question, self.options, request, self._again(client, request))
                    if rest is None:
                        request.say(f"{span} 尚未发布", f"{span} is not published yet")
                        continue
                    self._timing.sleep(self.options.pause_seconds)
                    question = rest
                    answer, value = self._asked(client, question, request)
                if easy:
                    reply = nbs_easyquery.read(value, question, name)
                else:
                    reply = nbs_portal.read(value, question, self.options.codes, name)
                form.update(f"code:{code}" for code in question.codes)
                form.update(f"unit:{code}={unit}" for code, unit in reply.units.items())
                deliveries += self._delivery(request, question, answer, reply)
        for delivery in deliveries:
            yield replace(delivery, form=tuple(sorted(form)))

    def _asked(self, client: HttpClient, question: Question, request: Request) -> tuple[Answer, Json]:
        answer = client.fetch(question.ask)
        if not answer.content.strip():
            raise SourceUnavailableError(
                source_name(request), f"{place(self.options.address)} 返回空内容", "the answer is empty"
            )
        return answer, parsed.json_value(answer.content, request)

    def _again(self, client: HttpClient, request: Request) -> Callable[[Question], Json]:
        """Asks another question after a pause."""

        def ask(question: Question) -> Json:
            self._timing.sleep(self.options.pause_seconds)
            return self._asked(client, question, request)[1]

        return ask

    def _delivery(self, request: Request, question: Question, answer: Answer, reply: Reply) -> list[Delivery]:
        """None where none of its figures is published."""
        name, codes = source_name(request), self.options.codes
        check_names(reply, codes, name)
        check_growth_units(reply, codes, request.catalogue, name)
        cells = [cell for cell in reply.cells if cell.value is not None]
        rows = pd.DataFrame(
            {
                "code": [cell.code for cell in cells],
                "period": [cell.period for cell in cells],
                "value": [growth_of_index(cell.value) if codes[cell.code].index else cell.value for cell in cells],
                "unit": [reply.units.get(cell.code, "") for cell in cells],
            },
            dtype="object",
        )
        columns = Columns.model_validate(
            {
                "code": "code",
                "codes": {code: codes[code] for code in question.codes},
                "value": "value",
                "period": "period",
                "unit_column": "unit",
                "missing": (*MISSING, *UNPUBLISHED),
            }
        )
        wanted = replace(request, periods=question.periods, regions=(question.region,))
        try:
            figures = to_long(rows, columns, wanted, [cell.where for cell in cells])
        except SourceOptionsError as error:
            raise SourceOptionsError([text.replace("with.columns.", "with.") for text in error.problems]) from None
        if figures.empty:
            return []
        first, last = question.periods[0].text, question.periods[-1].text
        span = first if first == last else f"{first}_{last}"
        delivery = Delivery(
            content=answer.content,
            file_name=f"{request.source}-{question.codes[0]}-{question.region}-{span}.json",
            origin=f"{place(self.options.address)}?{urlencode(question.shown)}",
            received_at=request.now,
            media_type=answer.media_type,
            headers=answer.headers,
            period=first if first == last else None,
            region=question.region,
            figures=check_units(figures, request),
        )
        return [delivery]
