"""Nothing yet, an unknown flow and a mistyped code all come as 404: the service's structures tell them apart."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pysdmx.io.format import Format

from dagster_project.intake import Intake
from dagster_project.pulling import Puller
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.sources.secrets import Vault
from dagster_project.store import Pull, PullOutcome, Store
from tests.servers.web import Web, answer
from tests.sources.sdmx_asking import LOCAL, SERIES, Pulls
from tests.sources.sdmx_messages import csv_2, observation
from tests.sources.sdmx_structures import flows, offer, structure
from validators.catalogue import Catalogue, Source
from validators.errors import SourceRefusedError, SourceUnavailableError
from validators.periods import Month

ML_21, ML_30 = Format.STRUCTURE_SDMX_ML_2_1, Format.STRUCTURE_SDMX_ML_3_0
ASKED = "/rest/data/OFFICE,TRADE,1.0/M.LW."


@pytest.mark.parametrize(("api", "form"), [("1", ML_21), ("2", ML_30)])
def test_a_flow_that_is_there_with_every_code_has_nothing_yet(
    api: str, form: Format, server: Web, pulled: Pulls
) -> None:
    offer(server, "/rest", structure(form), flows("TRADE"))
    assert pulled(api=api, headers={"accept": "text/csv", "X-Key": "k"}) == ([], [])
    assert server.asked[-1].headers["x-key"] == "k"
    constraints = {"1": "contentconstraint", "2": "dataconstraint"}[api]
    asked = [{"references": one, "detail": "full"} for one in ("descendants", constraints)]
    assert [one.query for one in server.asked[1:]] == asked


@pytest.mark.parametrize("api", ["1", "2"])
def test_a_flow_may_be_named_without_agency_and_version(api: str, server: Web, pulled: Pulls) -> None:
    offer(server, "/rest", structure(), flows("TRADE"))
    assert pulled(api=api, flow="TRADE") == ([], [])
    with pytest.raises(SourceRefusedError, match=r"no data flow TRADES \(did you mean TRADE\?\)"):
        pulled(api=api, flow="TRADES")


@pytest.mark.parametrize("api", ["1", "2"])
def test_a_flow_that_there_is_not_is_refused_with_what_was_perhaps_meant(api: str, server: Web, pulled: Pulls) -> None:
    offer(server, "/rest", structure(), flows("TRADE", "PRICES"))
    with pytest.raises(SourceRefusedError, match=r"no data flow OFFICE,TRADES,1\.0 \(did you mean TRADE\?\)"):
        pulled(api=api, flow="OFFICE,TRADES,1.0")
    with pytest.raises(SourceRefusedError, match=r"no data flow OFFICE,TRADE,2\.0; there is OFFICE:TRADE\(1\.0\)"):
        pulled(api=api, flow="OFFICE,TRADE,2.0")
    with pytest.raises(SourceRefusedError, match=r"no data flow OTHER,TRADE,1\.0; there is OFFICE:TRADE\(1\.0\)"):
        pulled(api=api, flow="OTHER,TRADE,1.0")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"key": "M.{regions}.003"}, r"dimension INDICATOR has no code 003 \(did you mean 00[12]\?\)"),
        ({"key": "M+D.{regions}."}, "dimension FREQ has no code D"),
        ({"key": "M.{regions}"}, r"has 2 parts, the structure 3: FREQ\.REF_AREA\.INDICATOR"),
        ({"regions": {"LWW": "330303"}}, r"dimension REF_AREA has no code LWW \(did you mean LW\?\)"),
        ({"region": "AREA"}, "there is no dimension AREA"),
        ({"series": [SERIES[0] | {"key": {"INDICATOR": "0O1"}}]}, r"has no code 0O1 \(did you mean 001\?\)"),
        ({"series": [SERIES[0] | {"key": {"TOPIC": "001"}}]}, "there is no dimension TOPIC"),
    ],
)
def test_a_code_or_dimension_that_the_structure_does_not_have_is_refused(
    options: dict[str, Any], words: str, server: Web, pulled: Pulls
) -> None:
    offer(server, "/rest", structure(), flows("TRADE"))
    with pytest.raises(SourceRefusedError, match=words):
        pulled(**options)


def test_a_mistyped_code_is_found_as_well_where_the_service_answers_with_other_months(
    server: Web, pulled: Pulls
) -> None:
    offer(server, "/rest", structure(), flows("TRADE"))
    server.tell("/rest/data/OFFICE,TRADE,1.0/all", answer(csv_2([observation("1", TIME_PERIOD="2025-02")])))
    with pytest.raises(SourceRefusedError, match="REF_AREA has no code LVV"):
        pulled(key="all", regions={"LVV": "330303"})


def test_a_list_of_codes_that_is_not_complete_proves_nothing(server: Web, pulled: Pulls) -> None:
    offer(server, "/rest", structure(partial=True), flows("TRADE"))
    assert pulled(key="M.{regions}.003") == ([], [])


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (answer(b"", status=501), "the service offers no structure queries"),
        (answer(b"", status=503), r"not available \(HTTP 503\)"),
        (answer("<html><title>Home</title></html>", media_type="text/html"), "no SDMX-ML"),
        (answer('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'), "DOCTYPE"),
    ],
)
def test_where_structures_are_not_offered_it_is_said_that_nothing_can_be_told(
    behaviour: Any, words: str, server: Web, pulled: Pulls
) -> None:
    for path in ("OFFICE/TRADE/1.0", "all/all/all"):
        server.tell(f"/rest/dataflow/{path}", behaviour)
    deliveries, [remark] = pulled()
    assert not deliveries
    assert "can't be told" in remark
    assert re.search(words, remark)


def test_an_empty_answer_is_nothing_yet_only_where_the_structure_says_so(server: Web, pulled: Pulls) -> None:
    server.tell(ASKED, answer(b"", media_type="text/csv"))
    with pytest.raises(SourceUnavailableError, match="the answer is empty"):
        pulled()
    offer(server, "/rest", structure(), flows("TRADE"))
    assert pulled() == ([], [])
    server.tell(ASKED, answer(b"", status=204))
    assert pulled() == ([], [])


def test_the_record_of_a_pull_says_that_it_could_not_be_told_or_what_to_change(
    server: Web, tmp_path: Path, small_catalogue: Catalogue
) -> None:
    (home := tmp_path / "home").mkdir()
    settings, now = Settings(home=home), datetime(2025, 5, 18, 1, tzinfo=UTC)
    given = LOCAL | {"url": f"{server.url}/rest", "flow": "OFFICE,TRADES,1.0"}
    entry = {"name": "office", "connector": "sdmx", "regions": ["330303"], "with": given}

    def pull(store: Store) -> Pull:
        archive = Archive(settings.archive)
        intake = Intake(small_catalogue, store, archive, settings)
        puller = Puller(small_catalogue, store, archive, intake, settings, Vault({}), lambda: now)
        [one] = puller.pull("trade", Source.model_validate(entry), [Month(2025, 3)])
        return one.pull

    with Store.open(settings.store_url) as store:
        unsure = pull(store)
        assert unsure.outcome is PullOutcome.NOTHING
        assert "无法区分是尚未发布还是没有数据流 OFFICE,TRADES,1.0：该服务未提供结构查询" in unsure.zh
        offer(server, "/rest", structure(), flows("TRADE"))
        refused = pull(store)
        assert refused.outcome is PullOutcome.REFUSED
        assert "服务中没有数据流 OFFICE,TRADES,1.0（是否为 TRADE？）；请核对 with.flow" in refused.zh
        assert store.observations().empty
