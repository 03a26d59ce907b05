"""Pulling the sample flow OFFICE:TRADE(1.0) from a service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from dagster_project.sources.connector import Delivery, Request
from dagster_project.sources.sdmx import Sdmx, SdmxOptions
from tests.servers.web import Web
from validators.catalogue import Catalogue
from validators.periods import Month

SERIES = [{"key": {"FREQ": "M", "INDICATOR": "001"}, "indicator": "goods_exports", "measure": "ytd"}]
LOCAL: dict[str, Any] = {"series": SERIES, "region": "REF_AREA", "regions": {"LW": "330303"}, "tries": 1}

Pulls = Callable[..., tuple[list[Delivery], list[str]]]


def pulls(server: Web, catalogue: Catalogue) -> Pulls:
    """A function of options: what the service gives with them, and what is remarked, in English."""

    def pull(**options: Any) -> tuple[list[Delivery], list[str]]:
        remarks: list[str] = []
        request = Request(
            dataset="trade",
            source="sdmx",
            periods=(Month(2025, 3),),
            regions=["330303"],
            catalogue=catalogue,
            now=datetime(2025, 5, 1, tzinfo=UTC),
            remark=lambda zh, en: remarks.append(en),
        )
        given = LOCAL | {"url": f"{server.url}/rest", "flow": "OFFICE,TRADE,1.0", "key": "M.{regions}."} | options
        return list(Sdmx(SdmxOptions.model_validate(given)).pull(request)), remarks

    return pull
