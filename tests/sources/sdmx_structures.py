"""Structure messages of the sample flow OFFICE:TRADE(1.0), and a service that has them."""

from __future__ import annotations

from pysdmx.io import write_sdmx
from pysdmx.io.format import Format
from pysdmx.model import (
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    ItemReference,
    Role,
)

from tests.servers.web import Behaviour, Exchange, Web

_CODES = {"FREQ": ("A", "M"), "REF_AREA": ("LW", "WZ"), "INDICATOR": ("001", "002")}
_OFFICE = {"agency": "OFFICE", "version": "1.0"}


def structure(form: Format = Format.STRUCTURE_SDMX_ML_2_1, *, partial: bool = False) -> bytes:
    """The flow with its structure, concepts and code lists. `partial`: lists say that they aren't complete."""
    lists = [
        Codelist(
            id=f"CL_{name}", name=name, items=[Code(id=one, name=one) for one in codes], is_partial=partial, **_OFFICE
        )
        for name, codes in _CODES.items()
    ]
    names = (*_CODES, "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS")
    concepts = ConceptScheme(id="CS", name="CS", items=[Concept(id=name, name=name) for name in names], **_OFFICE)
    local = {one.id.removeprefix("CL_"): one for one in lists}
    roles = {"OBS_VALUE": Role.MEASURE, "OBS_STATUS": Role.ATTRIBUTE}
    components = [
        Component(
            id=name,
            required=name != "OBS_STATUS",
            role=roles.get(name, Role.DIMENSION),
            concept=ItemReference(sdmx_type="Concept", id="CS", item_id=name, **_OFFICE),
            local_codes=local.get(name),
            attachment_level="O" if name == "OBS_STATUS" else None,
        )
        for name in names
    ]
    definition = DataStructureDefinition(id="TRADE", name="Trade", components=Components(components), **_OFFICE)
    flow = Dataflow(id="TRADE", name="Trade", structure=definition, **_OFFICE)
    written = write_sdmx([*lists, concepts, definition, flow], form)
    assert written is not None
    return written.encode()


def flows(*names: str, form: Format = Format.STRUCTURE_SDMX_ML_2_1) -> bytes:
    """The list of flows, by name alone."""
    short = DataStructureDefinition(id="TRADE", name="Trade", components=Components([]), **_OFFICE)
    written = write_sdmx([Dataflow(id=name, name=name, structure=short, **_OFFICE) for name in names], form)
    assert written is not None
    return written.encode()


def offer(
    server: Web, root: str, message: bytes, listed: bytes, *, on_flow: bytes | None = None, on_definition: bytes = b""
) -> None:
    """Let the server answer about the flow, and about all flows, in both forms of SDMX-REST. `on_flow`,
    `on_definition`: what it answers about the constraints of the flow and of its structure, where it knows these
    questions."""

    def answers(content: bytes, constraints: bytes | None) -> Behaviour:
        def behave(exchange: Exchange) -> None:
            assert "structure+xml" in exchange.asked.headers["accept"]
            asked = exchange.asked.query.get("references") in ("contentconstraint", "dataconstraint")
            said = constraints if asked else content
            headers = {"Content-Type": "application/xml", "Content-Length": str(len(said or b""))}
            exchange.head(404 if said is None else 200, headers)
            exchange.write(said or b"")

        return behave

    flow = answers(message, on_flow)
    for path in (
        "dataflow/OFFICE/TRADE/1.0",
        "dataflow/all/TRADE/latest",
        "structure/dataflow/OFFICE/TRADE/1.0",
        "structure/dataflow/*/TRADE/~",
    ):
        server.tell(f"{root}/{path}", flow)
    for path in ("datastructure/OFFICE/TRADE/1.0", "structure/datastructure/OFFICE/TRADE/1.0"):
        server.tell(f"{root}/{path}", answers(b"", on_definition))
    for path in ("dataflow/all/all/all", "structure/dataflow/*/*/*"):
        server.tell(f"{root}/{path}", answers(listed, None))
