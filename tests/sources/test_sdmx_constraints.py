"""A code of the list that a flow doesn't allow is an error of the catalogue; one without figures now is not."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest
from pysdmx.io.format import Format

from tests.servers.web import Web, answer
from tests.sources.sdmx_asking import SERIES, Pulls
from tests.sources.sdmx_constrained import (
    DEFINITION,
    DEFINITION_3,
    FLOW,
    codes,
    constrained,
    constraint,
    constraint_3,
    keys,
    region,
)
from tests.sources.sdmx_structures import flows, offer, structure
from validators.errors import SourceRefusedError

ML_30 = Format.STRUCTURE_SDMX_ML_3_0
NOTHING_YET: tuple[list[Any], list[str]] = ([], [])
OTHER_FLOW = FLOW.replace("TRADE", "PRICES")


def told(server: Web, *constraints: str) -> None:
    """The service answers about the flow with these constraints, in SDMX-ML 2.1."""
    offer(server, "/rest", constrained(structure(), *constraints), flows("TRADE"))


def questions(server: Web) -> list[tuple[str, str]]:
    """What was asked after the data: the kind of structure, and what of it."""
    return [(one.path.split("/")[-4], one.query["references"]) for one in server.asked[1:]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            region(codes("INDICATOR", "002")),
            r"code 001 of dimension INDICATOR is not allowed.*OFFICE:CODES\(1\.0\); allowed: 002\)",
        ),
        (region(codes("INDICATOR", "001"), include=False), r"code 001 of dimension INDICATOR .* allowed: 002\)"),
        (region(codes("REF_AREA", "LW", include="false")), r"code LW of dimension REF_AREA .* allowed: WZ\)"),
        (region(codes("FREQ", "A"), codes("REF_AREA", "LW", "WZ")), r"code M of dimension FREQ .* allowed: A\)"),
        (keys({"FREQ": "A"}, {"REF_AREA": "WZ", "FREQ": "A"}), r"code M of dimension FREQ .* allowed: A\)"),
        (keys({"FREQ": "M"}, include=False), r"code M of dimension FREQ .* allowed: A\)"),
    ],
)
def test_a_code_that_the_flow_does_not_allow_is_refused_with_those_that_it_allows(
    content: str, words: str, server: Web, pulled: Pulls
) -> None:
    told(server, constraint(content))
    with pytest.raises(SourceRefusedError, match=f"structure of data flow OFFICE,TRADE,1.0 says: {words}") as refused:
        pulled()
    assert "不在该数据流允许的范围内（约束 OFFICE:CODES(1.0)；允许：" in refused.value.zh
    assert questions(server) == [("dataflow", "descendants")]


def test_a_code_that_the_flow_allows_has_nothing_yet_and_nothing_more_is_asked(server: Web, pulled: Pulls) -> None:
    told(server, constraint(region(codes("FREQ", "M"), codes("REF_AREA", "LW"), codes("INDICATOR", "001"))))
    assert pulled() == NOTHING_YET
    assert questions(server) == [("dataflow", "descendants")]


def test_many_allowed_codes_are_shortened(server: Web, pulled: Pulls) -> None:
    limits = constraint(region(codes("INDICATOR", *(f"{number:03}" for number in range(2, 40)))))
    offer(server, "/rest", constrained(structure(partial=True), limits), flows("TRADE"))
    with pytest.raises(SourceRefusedError, match=r"allowed: 002, 003, 004, 005, 006, 007, 008, 009 and 30 more\)"):
        pulled()


@pytest.mark.parametrize(
    "constraints",
    [
        [constraint(region(codes("INDICATOR", "002")), on=OTHER_FLOW)],
        [constraint(region(codes("INDICATOR", "002")), on=FLOW.replace("1.0", "2.0"))],
        [constraint(region(codes("INDICATOR", "002")), validTo="2025-04-30T00:00:00")],
        [constraint(region(codes("INDICATOR", "002")), validFrom="2025-06-01T00:00:00Z")],
        [
            constraint(region(codes("INDICATOR", "002")), version="1.9"),
            constraint(region(codes("INDICATOR", "001")), version="1.10"),
        ],
        [
            constraint(region(codes("INDICATOR", "002")), name="ONE"),
            constraint(region(codes("INDICATOR", "001")), name="TWO"),
        ],
        [constraint(region(codes("INDICATOR", "002")), region(codes("INDICATOR", "001")))],
        [constraint(region(codes("INDICATOR", "002"), codes("FREQ", "A")), region(codes("FREQ", "M")))],
        [constraint(region(codes("INDICATOR", "001"), codes("FREQ", "A"), include=False))],
        [constraint(region(codes("REF_AREA", "WZ", cascadeValues="true")))],
        [constraint(region(codes("REF_AREA", "WZ", cascadeValues="true"), include=False))],
        [constraint(keys({"FREQ": "M"}, include=False), keys({"FREQ": "M", "INDICATOR": "001"}))],
        [constraint()],
    ],
)
def test_what_a_constraint_does_not_exclude_beyond_doubt_has_nothing_yet(
    constraints: list[str], server: Web, pulled: Pulls
) -> None:
    told(server, *constraints)
    assert pulled() == NOTHING_YET


def test_thousands_of_keys_and_patterns_of_any_length_are_gone_through_at_once(server: Web, pulled: Pulls) -> None:
    many = [{"INDICATOR": f"{number:05}", "FREQ": "M"} for number in range(5000)]
    limits = [
        constraint(keys(*many)),
        constraint(region(codes("REF_AREA", "%" * 5000 + "W" + "%" * 5000)), name="AREA"),
    ]
    told(server, *limits)
    started = process_time()
    with pytest.raises(SourceRefusedError, match=r"code 001 of dimension INDICATOR is not allowed") as refused:
        pulled()
    assert "LW" not in str(refused.value)
    assert process_time() - started < 5


def test_codes_that_are_allowed_but_not_together_are_refused_where_none_of_the_series_is_left(
    server: Web, pulled: Pulls
) -> None:
    told(server, constraint(keys({"FREQ": "M", "INDICATOR": "002"}, {"FREQ": "A", "INDICATOR": "001"})))
    with pytest.raises(SourceRefusedError, match=r"the codes FREQ=M, INDICATOR=001 are not allowed together"):
        pulled()
    other = {"key": {"FREQ": "M", "INDICATOR": "002"}, "indicator": "retail_sales", "measure": "ytd"}
    assert pulled(series=[*SERIES, other]) == NOTHING_YET


@pytest.mark.parametrize("role", ["Actual", None])
def test_what_a_service_has_not_now_is_remarked_and_no_error(role: str | None, server: Web, pulled: Pulls) -> None:
    told(server, constraint(region(codes("INDICATOR", "002"), codes("FREQ", "M")), role=role))
    deliveries, remarks = pulled()
    assert not deliveries
    assert remarks == ["the service has nothing now with code 001 of dimension INDICATOR; there is: 002"]


def test_constraints_of_what_there_is_may_have_any_shape(server: Web, pulled: Pulls) -> None:
    told(server, constraint(region(codes("FREQ", "A")), region(codes("FREQ", "M")), keys({"FREQ": "M"}), role="Actual"))
    assert pulled() == NOTHING_YET


def test_a_service_that_keeps_its_constraints_apart_is_asked_for_those_of_the_flow_and_of_its_structure(
    server: Web, pulled: Pulls
) -> None:
    on_flow = constrained(flows("TRADE"), constraint(region(codes("INDICATOR", "001"))))
    offer(server, "/rest", structure(), flows("TRADE"), on_flow=on_flow)
    assert pulled() == NOTHING_YET
    assert questions(server) == [("dataflow", "descendants"), ("dataflow", "contentconstraint")]

    server.asked.clear()
    on_definition = constrained(structure(), constraint(region(codes("INDICATOR", "002")), on=DEFINITION))
    offer(server, "/rest", structure(), flows("TRADE"), on_flow=flows("TRADE"), on_definition=on_definition)
    with pytest.raises(SourceRefusedError, match=r"code 001 of dimension INDICATOR .* allowed: 002\)"):
        pulled()
    asked = ["descendants", "contentconstraint", "contentconstraint"]
    assert questions(server) == list(zip(["dataflow", "dataflow", "datastructure"], asked, strict=True))


@pytest.mark.parametrize("role", ["Allowed", "Actual"])
def test_constraints_are_read_from_sdmx_3_as_well(role: str, server: Web, pulled: Pulls) -> None:
    on_flow = constrained(flows("TRADE", form=ML_30), constraint_3(region(codes("INDICATOR", "00%")), role=role))
    limits = constraint_3(region(codes("REF_AREA", "W%")), role=role, on=DEFINITION_3)
    offer(
        server,
        "/rest",
        structure(ML_30),
        flows("TRADE"),
        on_flow=on_flow,
        on_definition=constrained(structure(ML_30), limits),
    )
    if role == "Allowed":
        assert pulled(api="2") == NOTHING_YET
        offer(server, "/rest", constrained(structure(ML_30), limits), flows("TRADE"))
        with pytest.raises(SourceRefusedError, match=r"code LW of dimension REF_AREA .*\(1\.0\.0\); allowed: WZ\)"):
            pulled(api="2")
    else:
        remark = "the service has nothing now with code LW of dimension REF_AREA; there is: WZ"
        assert pulled(api="2") == ([], [remark])


@pytest.mark.parametrize(
    "behaviour",
    [answer(b"", status=503), answer(b"", status=501), answer("<html></html>", media_type="text/html"), answer(b"{}")],
)
def test_a_service_that_does_not_say_what_it_allows_is_believed_without(
    behaviour: Any, server: Web, pulled: Pulls
) -> None:
    offer(server, "/rest", structure(), flows("TRADE"))
    offered = server.told["/rest/dataflow/OFFICE/TRADE/1.0"]
    server.told["/rest/dataflow/OFFICE/TRADE/1.0"] = [*offered, behaviour]
    assert pulled() == NOTHING_YET
    assert len(server.asked) == 3
