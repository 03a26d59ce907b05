"""The sources of the catalogue: entries that can be used once their names have values."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dagster_project.sources.connector import Request
from dagster_project.sources.registry import make
from dagster_project.sources.secrets import Vault, names_in
from tests.servers.web import answer, web
from validators.catalogue_file import load_catalogue
from validators.periods import parse_period

_ROOT = Path(__file__).parents[2]
CATALOGUE = load_catalogue(_ROOT / "metrics_catalog.yaml")
SOURCES = [(key, source) for key, dataset in CATALOGUE.datasets.items() for source in dataset.sources]
SAMPLES = Path(os.environ.get("XUSHI_SAMPLES", _ROOT.parent / "shared" / "samples"))


@pytest.mark.parametrize(("dataset", "source"), SOURCES, ids=[f"{key}/{one.name}" for key, one in SOURCES])
def test_an_entry_is_complete_but_for_what_an_installation_sets(dataset: str, source: object) -> None:
    assert source in CATALOGUE.datasets[dataset].sources
    (entry,) = [one for one in CATALOGUE.datasets[dataset].sources if one == source]
    names = names_in(entry.with_)
    assert names  # without a name to set, the schedule would begin to ask by itself
    values = dict.fromkeys(names, "http://127.0.0.1:9/somewhere")
    make(entry.connector, Vault(values).fill(entry.with_))
    assert set(entry.regions) <= set(CATALOGUE.datasets[dataset].reporters)


def test_the_nations_growth_of_industry_is_what_the_statistics_office_answered() -> None:
    recording = SAMPLES / "nbs-api" / "test_stats_industrial.01.response.json"
    if not recording.is_file():
        pytest.skip(f"no recordings of the national statistics API at {recording.parent} (XUSHI_SAMPLES)")
    (source,) = CATALOGUE.datasets["industry"].sources
    with web() as server:
        url = server.tell("/easyquery.htm", answer(recording.read_bytes()))
        connector = make(source.connector, Vault({"nbs_url": url}).fill(source.with_))
        request = Request(
            dataset="industry",
            source=source.name,
            periods=[parse_period("2024-12")],
            regions=source.regions,
            catalogue=CATALOGUE,
            now=datetime(2025, 1, 20, tzinfo=UTC),
        )
        (delivery,) = connector.pull(request)
    assert delivery.figures is not None
    (figure,) = delivery.figures.to_dict("records")
    told = (figure["indicator"], figure["region"], figure["period"], figure["measure"], float(figure["value"]))
    assert told == ("industrial_value_added_growth", "100000", "2024-12", "yoy_month", 6.2)
