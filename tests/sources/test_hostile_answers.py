"""An answer that is made to hurt its reader ends as an outcome of its own, stores nothing, and the next one is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.apart.asking import Allowance
from dagster_project.intake import Intake
from dagster_project.pulling import Puller
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.sources.secrets import Vault
from dagster_project.store import Pull, PullOutcome, Store
from dagster_project.tables.worker import Limits
from tests.servers.web import Web, answer, web
from tests.sources.sdmx_messages import csv_2, flat, generic, observation
from validators.catalogue import Catalogue, Source
from validators.periods import Month

GOOD = generic([observation("1")])
SERIES = [{"key": {"FREQ": "M", "INDICATOR": "001"}, "indicator": "goods_exports", "measure": "ytd"}]
LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
REFUSED, FORM_CHANGED, STORED = PullOutcome.REFUSED, PullOutcome.FORM_CHANGED, PullOutcome.STORED


class Place:
    """An installation that pulls from one server."""

    def __init__(self, home: Path, catalogue: Catalogue, store: Store, server: Web) -> None:
        self.home, self.catalogue, self.store, self.server = home, catalogue, store, server

    def pull(self, connector: str, content: bytes, given: dict[str, Any], **limits: Any) -> Pull:
        settings = Settings(home=self.home, **limits)
        archive = Archive(settings.archive)
        intake = Intake(self.catalogue, self.store, archive, settings)
        now = datetime(2025, 5, 18, 1, tzinfo=UTC)
        puller = Puller(self.catalogue, self.store, archive, intake, settings, Vault({}), lambda: now)
        self.server.tell("/data/TRADE/all", answer(content, media_type="application/octet-stream"))
        entry = {"name": "office", "connector": connector, "regions": ["330303"], "with": {"tries": 1} | given}
        [pulled] = puller.pull("trade", Source.model_validate(entry), [Month(2025, 3)])
        kept = [one for one in settings.archive.rglob("*") if one.is_file()]
        assert bool(kept) is (pulled.pull.outcome is STORED)
        return pulled.pull

    def sdmx(self, content: bytes, **limits: Any) -> Pull:
        given = {"url": self.server.url, "flow": "TRADE", "region": "REF_AREA", "regions": {"LW": "330303"}}
        return self.pull("sdmx", content, given | {"series": SERIES}, **limits)


@pytest.fixture
def place(tmp_path: Path, small_catalogue: Catalogue) -> Iterator[Place]:
    (home := tmp_path / "home").mkdir()
    with web() as server, Store.open(Settings(home=home).store_url) as store:
        yield Place(home, small_catalogue, store, server)


def large(count: int) -> bytes:
    """A message of so many observations, which needn't differ to be too many."""
    one = flat([observation("1")])
    before, tag, rest = one.partition(b"<Obs ")
    said, end, after = rest.partition(b"/>")
    return before + (tag + said + end) * count + after


def nested(depth: int) -> bytes:
    return GOOD.replace(b"<mes:DataSet ", b"<a>" * depth + b"<mes:DataSet ", 1)


@pytest.mark.parametrize(
    ("content", "limits", "outcome", "words"),
    [
        (
            GOOD.replace(b"<mes:", f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><mes:'.encode(), 1).replace(
                b'value="A"', b'value="&l9;"'
            ),
            {},
            REFUSED,
            "DOCTYPE",
        ),
        (nested(100), {}, FORM_CHANGED, "nested too deeply"),
        (nested(300_000), {}, FORM_CHANGED, "nested too deeply"),
        (large(40_000), {"max_cells": 100_000}, REFUSED, "XUSHI_MAX_CELLS"),
        (large(80_000), {"max_read_memory": 20_000_000}, REFUSED, "XUSHI_MAX_READ_MEMORY"),
        (csv_2([observation("1")] * 40_000), {"max_cells": 100_000}, REFUSED, "XUSHI_MAX_CELLS"),
    ],
    ids=["laughs", "deep", "very deep", "large", "hungry", "large CSV"],
)
def test_a_hostile_message_ends_as_what_it_is(
    content: bytes, limits: dict[str, int], outcome: PullOutcome, words: str, place: Place
) -> None:
    pull = place.sdmx(content, **limits)
    assert (pull.outcome, pull.upload) == (outcome, None), pull.en
    assert words in pull.en
    assert place.store.observations().empty
    assert place.sdmx(GOOD).outcome is STORED


@pytest.mark.parametrize(
    ("content", "limits", "outcome", "words"),
    [
        (b"[" * 500_000, {}, FORM_CHANGED, "nested too deeply"),
        (b"[" * 80 + b"]" * 80, {}, FORM_CHANGED, "nested too deeply"),
        (b"[" + b"{}," * 200_000 + b"{}]", {"max_cells": 100_000}, REFUSED, "XUSHI_MAX_CELLS"),
        (b"[" + b"{}," * 3_000_000 + b"{}]", {"max_read_memory": 20_000_000}, REFUSED, "XUSHI_MAX_READ_MEMORY"),
    ],
    ids=["deep", "rather deep", "large", "hungry"],
)
@pytest.mark.parametrize("connector", ["http", "nbs"])
def test_hostile_json_ends_as_what_it_is(
    connector: str, content: bytes, limits: dict[str, int], outcome: PullOutcome, words: str, place: Place
) -> None:
    url, figure = f"{place.server.url}/data/TRADE/all", {"indicator": "goods_exports", "measure": "ytd"}
    columns = {"code": "zb", "codes": {"A": figure}, "value": "v", "period": "sj"}
    given: dict[str, dict[str, Any]] = {
        "http": {"url": url, "format": "json", "columns": columns},
        "nbs": {"url": url, "interface": "easyquery", "dbcode": "fsyd", "codes": {"A": figure}},
    }
    pull = place.pull(connector, content, given[connector], **limits)
    assert (pull.outcome, pull.upload) == (outcome, None), pull.en
    assert words in pull.en


def test_reading_that_takes_too_long_is_stopped(place: Place) -> None:
    pull = place.sdmx(large(160_000), max_read_seconds=1, max_cells=10**9)
    assert pull.outcome is REFUSED
    assert "XUSHI_MAX_READ_SECONDS" in pull.en
    assert "读取返回内容用时超过允许的 1 秒" in pull.zh
    assert "ask for less" in pull.en


def test_what_an_answer_may_use_is_that_of_uploads() -> None:
    settings = Settings()
    assert Allowance() == Allowance(settings.max_read_memory, settings.max_read_seconds)
    assert Limits() == Limits.of(settings)
