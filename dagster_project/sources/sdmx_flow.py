"""Why an SDMX service has no observations: nothing published yet, or no such data flow, or a code that there is not.

A service says 404 for all of these, so its structure endpoint is asked for the flow; where that says 404 as well, for
the list of all flows, to know an endpoint that isn't offered from a flow that isn't there. A code may be in its list
and still not be allowed in the flow: some services send their constraints along with the flow, the others are asked for
those of the flow, then for those of its structure. These two answers hold no code lists, and are small; a service that
has none to offer is believed without them.

Belongs here: these questions. Does not belong here: asking for data (`sdmx.py`), reading structures
(`sdmx_structure.py`), what constraints exclude (`sdmx_constraints.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from pysdmx.api.qb.structure import StructureDetail, StructureQuery, StructureReference, StructureType
from pysdmx.api.qb.util import ApiVersion

from dagster_project.sources.connector import Request
from dagster_project.sources.http_client import HttpClient
from dagster_project.sources.parsed import parsed
from dagster_project.sources.row_mapping import source_name
from dagster_project.sources.sdmx_constraints import Constraint, Said, lacking, not_allowed
from dagster_project.sources.sdmx_series import SeriesOptions
from dagster_project.sources.sdmx_structure import Asked, FlowName, Structure, near, problems
from dagster_project.sources.web_request import Ask
from validators.errors import SourceError, SourceRefusedError

ACCEPT = "application/vnd.sdmx.structure+xml;version=2.1, application/vnd.sdmx.structure+xml;version=3.0.0;q=0.9"
# Ways to say that something isn't here, isn't offered, or isn't for this client.
_NOT_HERE = (400, 401, 403, 404, 405, 406, 410, 501)
_SHOWN = 3


class FlowCheck:
    """Asks one service, for one request, about the flow that had no observations."""

    def __init__(
        self, client: HttpClient, request: Request, url: str, api: Literal["1", "2"], headers: dict[str, str]
    ) -> None:
        self._client, self._request, self._url = client, request, url.rstrip("/")
        self._version = ApiVersion.V1_5_0 if api == "1" else ApiVersion.V2_0_0
        self._constraint = StructureReference.CONTENT_CONSTRAINT if api == "1" else StructureReference.DATA_CONSTRAINT
        own = {name: value for name, value in headers.items() if name.lower() != "accept"}  # that is for data
        self._headers = tuple((own | {"Accept": ACCEPT}).items())

    def ask(self, flow: str, options: SeriesOptions, key: str, regions: list[str]) -> Said | None:
        """None where the flow is there and knows every code that was asked for, so nothing is published yet; words
        where that can't be told. SourceRefusedError where there is no such flow, or no such code, or it allows none
        such. What the service says that it doesn't have at present is remarked."""
        name, source = FlowName.of(flow), source_name(self._request)
        try:
            there = self._structure(name)
            listed = there if there is not None and there.flows else self._list(name)
        except SourceError as error:
            return _not_told(flow, error.zh, error.en)
        if there is not None and there.found:
            asked = Asked.of(options, key, regions, there.dimensions)
            wrong = problems(there, asked)
            if not wrong:
                wrong = self._constrained(name, there, asked)
            if wrong:
                raise _no_such_codes(source, flow, wrong)
            return None
        if listed is None:
            return _not_told(flow, "该服务未提供结构查询", "the service offers no structure queries")
        if listed.found:
            return None
        raise _no_such_flow(source, flow, name, listed)

    def _constrained(self, name: FlowName, there: Structure, asked: Asked) -> list[Said]:
        """What the service doesn't allow; nothing where several agencies have such a flow."""
        if len(there.found) > 1:
            return []
        constraints = there.constraints or tuple(self._constraints(name, there))
        wrong = not_allowed(constraints, there.dimensions, asked.codes, asked.combinations)
        if not wrong:
            for zh, en in lacking(constraints, there.dimensions, asked.codes):
                self._request.remark(zh, en)
        return wrong

    def _constraints(self, name: FlowName, there: Structure) -> Iterator[Constraint]:
        """Those of the flow; where it has none of what is allowed, those of its structure too. None where the service
        doesn't say."""
        for kind, short in (
            *((StructureType.DATAFLOW, one) for one in there.found[-1:]),
            *((StructureType.DATA_STRUCTURE, one) for one in there.definitions[-1:]),
        ):
            agency, identifier, version = re.split("[:()]", short)[:3]
            query = StructureQuery(kind, agency, identifier, version, references=self._constraint)
            try:
                said = self._answer(name, query, there.definitions)
            except SourceError:
                return
            if said is None:
                return
            yield from said.constraints
            if any(one.allowed for one in said.constraints):
                return

    def _structure(self, name: FlowName) -> Structure | None:
        """The flow with its structure and code lists; None where the service says that there is none such."""
        return self._answer(
            name,
            StructureQuery(
                StructureType.DATAFLOW,
                name.agency or "*",
                name.identifier,
                name.version or "~",
                references=StructureReference.DESCENDANTS,
            ),
        )

    def _list(self, name: FlowName) -> Structure | None:
        """All flows by name alone; None where the service has no such list."""
        return self._answer(name, StructureQuery(StructureType.DATAFLOW, version="*", detail=StructureDetail.ALL_STUBS))

    def _answer(self, name: FlowName, query: StructureQuery, definitions: Sequence[str] = ()) -> Structure | None:
        url = self._url + query.get_url(self._version)
        answer = self._client.fetch(Ask(url=url, headers=self._headers, answers=_NOT_HERE, page=True))
        if answer.status in _NOT_HERE or not answer.content.strip():
            return None
        said = parsed(
            "sdmx structure",
            answer.content,
            self._request,
            agency=name.agency,
            identifier=name.identifier,
            version=name.version,
            now=self._request.now.isoformat(),
            definitions=" ".join(definitions),
        )
        return Structure.of(said)


def _no_such_flow(source: str, flow: str, name: FlowName, listed: Structure) -> SourceRefusedError:
    same = [one for one in listed.flows if one.partition(":")[2].partition("(")[0] == name.identifier]
    if same:
        hint_zh, hint_en = f"；现有 {'、'.join(same[:_SHOWN])}", f"; there is {', '.join(same[:_SHOWN])}"
    else:
        hint_zh, hint_en = near(name.identifier, (one.partition(":")[2].partition("(")[0] for one in listed.flows))
    return SourceRefusedError(
        source,
        f"服务中没有数据流 {flow}{hint_zh}；请核对 with.flow（机构,代码,版本）",
        f"the service has no data flow {flow}{hint_en}; check with.flow (agency, id, version)",
    )


def _no_such_codes(source: str, flow: str, wrong: list[Said]) -> SourceRefusedError:
    return SourceRefusedError(
        source,
        f"数据流 {flow} 的结构：{'；'.join(zh for zh, _ in wrong)}；请核对 with.key、series、regions",
        f"the structure of data flow {flow} says: {'; '.join(en for _, en in wrong)}; check with.key, series and "
        "regions",
    )


def _not_told(flow: str, zh: str, en: str) -> Said:
    return (
        f"无法区分是尚未发布还是没有数据流 {flow}：{zh}",
        f"whether it is not published yet or there is no data flow {flow} can't be told: {en}",
    )
