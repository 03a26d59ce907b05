"""The dashboards of the small catalogue, and a Prometheus that holds a small state of its gauges."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dashboards import build
from tests.dashboards.state import openmetrics
from tests.servers.prometheus import Prometheus, loaded_prometheus
from validators.catalogue import Catalogue

# What a reader may have chosen: an indicator with every line, a department with targets.
CHOICE = {
    "document": ".*",
    "chapter": ".*",
    "region": "330303",
    "department": "lw_commerce",
    "indicator": "goods_exports",
    "target": ".*",
    "unit": "亿元",
    "period": "2025-03|2025-09",
    "dataset": ".*",
    "__interval": "1d",  # the state's steps, for what changed between two of them
}
OVERVIEW_CHOICE = CHOICE | {"region": ".*", "department": ".*"}


@pytest.fixture(scope="session")
def built(small_catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    """The dashboards of the small catalogue, as Grafana would read them."""
    found = [json.loads(build.encoded(each)) for each in build.dashboards(small_catalogue)]
    return {each["uid"]: each for each in found}


@pytest.fixture(scope="session")
def prometheus(small_catalogue: Catalogue) -> Iterator[Prometheus]:
    """A real Prometheus with the gauges of the small catalogue."""
    with loaded_prometheus(openmetrics(small_catalogue)) as server:
        yield server
