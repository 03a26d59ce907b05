"""Figures from a web server, all the way into the store: one version, no secret kept, every ending recorded."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dagster_project.intake import Intake
from dagster_project.pulling import Pulled, Puller
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.sources.secrets import Vault
from dagster_project.store import PullOutcome, Store
from tests.servers.web import Web, answer, conditional, reset_half_way
from validators.catalogue import Catalogue, Source
from validators.periods import parse_period

TOKEN = "tok-5f2a9c81d7"


class Place:
    """An installation whose one source is a web server."""

    def __init__(self, home: Path, catalogue: Catalogue, store: Store, url: str) -> None:
        self.settings = Settings(home=home)
        self.store, self.catalogue, self.url = store, catalogue, url
        self.now = datetime(2025, 5, 18, 1, tzinfo=UTC)

    def pull(self, *periods: str, **options: Any) -> list[Pulled]:
        columns = {
            "code": "zb",
            "codes": {"A01": {"indicator": "goods_exports", "measure": "ytd"}},
            "value": "v",
            "period": "sj",
            "unit_column": "dw",
        }
        given = {
            "url": self.url,
            "params": {"k": "${bureau_token}"},
            "headers": {"Authorization": "Bearer ${bureau_token}"},
            "format": "json",
            "columns": columns,
            "tries": 1,
        } | options
        return self.ask("http", given, *periods)

    def ask(self, connector: str, options: dict[str, Any], *periods: str) -> list[Pulled]:
        self.now += timedelta(hours=1)
        entry = {"name": "bureau", "connector": connector, "regions": ["330303"], "with": options}
        source = Source.model_validate(entry)
        archive = Archive(self.settings.archive)
        intake = Intake(self.catalogue, self.store, archive, self.settings)
        vault = Vault({"bureau_token": TOKEN})
        puller = Puller(self.catalogue, self.store, archive, intake, self.settings, vault, lambda: self.now)
        return list(puller.pull("trade", source, [parse_period(period) for period in periods]))

    def exports(self) -> dict[str, float]:
        frame = self.store.observations(indicators=["goods_exports"], measures=["ytd"])
        return dict(zip(frame["period"], frame["value"].tolist(), strict=True))


@pytest.fixture
def place(tmp_path: Path, small_catalogue: Catalogue, server: Web) -> Iterator[Place]:
    home = tmp_path / "home"
    home.mkdir()
    with Store.open(Settings(home=home).store_url) as store:
        yield Place(home, small_catalogue, store, f"{server.url}/api")


def rows(**months: str) -> bytes:
    found = [{"zb": "A01", "sj": month.removeprefix("m"), "v": value, "dw": "万元"} for month, value in months.items()]
    return json.dumps(found, ensure_ascii=False).encode()


def outcomes(pulls: list[Pulled]) -> list[PullOutcome]:
    return [one.pull.outcome for one in pulls]


def test_a_month_that_is_pulled_twice_is_one_version_and_its_correction_another(server: Web, place: Place) -> None:
    server.tell("/api", conditional(rows(m202503="1234500"), '"1"'))
    assert outcomes(place.pull("2025-03")) == [PullOutcome.STORED]
    assert place.exports() == {"2025-03": 123.45}
    assert outcomes(place.pull("2025-03")) == [PullOutcome.NOTHING]  # 304
    assert server.asked[1].headers["if-none-match"] == '"1"'
    server.tell("/api", answer(rows(m202503="1234500")))
    assert outcomes(place.pull("2025-03")) == [PullOutcome.UNCHANGED]
    server.tell("/api", answer(rows(m202503="1240000")))
    assert outcomes(place.pull("2025-03")) == [PullOutcome.STORED]
    assert place.exports() == {"2025-03": 124.0}


def test_every_fault_has_its_ending_and_stores_nothing(server: Web, place: Place) -> None:
    page = answer(f"<html><title>登录 {TOKEN}</title></html>", media_type="text/html")
    for behaviour, ending in (
        (reset_half_way, PullOutcome.UNAVAILABLE),
        (page, PullOutcome.UNAVAILABLE),
        (answer(b"", status=429, Retry_After="7200"), PullOutcome.UNAVAILABLE),
        (answer(TOKEN, status=403), PullOutcome.REFUSED),
        (answer(b'{"zb": 1}'), PullOutcome.FORM_CHANGED),
        (answer(b"[]"), PullOutcome.NOTHING),
    ):
        server.tell("/api", behaviour)
        (pulled,) = place.pull("2025-03")
        assert pulled.pull.outcome == ending
        assert pulled.pull.retry_after == (
            7200 if ending is PullOutcome.UNAVAILABLE and "429" in pulled.pull.zh else None
        )
    assert place.exports() == {}


def test_no_secret_is_kept_anywhere(
    server: Web, place: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.tell("/api", answer(rows(m202503="1234500"), Set_Cookie=f"sid={TOKEN}", X_Token=TOKEN))
    place.pull("2025-03")
    server.tell("/api", answer(TOKEN, status=500))
    place.pull("2025-04")
    assert server.asked[0].query == {"k": TOKEN}
    kept = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert kept
    assert not [data for data in kept if TOKEN.encode() in data]
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("dagster_project")]
    assert TOKEN not in "".join(logged)
    assert [record.name for record in caplog.records if TOKEN in record.getMessage()] == []


def test_a_cumulative_code_without_its_month_code_is_no_other_form(server: Web, place: Place) -> None:
    """January and February come together: the month's own code begins with March."""

    def reply(*figures: tuple[str, str, str]) -> bytes:
        months = dict.fromkeys(month for _, month, _ in figures)
        data = [
            {
                "code": f"{month}MM",
                "values": [
                    {"_id": code, "value": text, "du_name": unit}
                    for code, at, text in figures
                    if at == month
                    for unit in ["万元"]
                ],
            }
            for month in months
        ]
        return json.dumps({"success": True, "state": 20000, "data": data}).encode()

    february = [("total", "202502", "200"), ("month", "202502", "无")]
    march = [("total", "202503", "310"), ("month", "202503", "110")]
    codes = {
        name: {"indicator": "goods_exports", "measure": measure, "cid": "c"}
        for name, measure in (("total", "ytd"), ("month", "month"))
    }
    options = {
        "interface": "portal",
        "root": "r",
        "regions": {"330303": None},
        "codes": codes,
        "url": place.url,
        "tries": 1,
    }
    for month, figures, ending in (
        ("2025-02", february[:1], PullOutcome.STORED),
        ("2025-03", [*february, *march], PullOutcome.STORED),
        ("2025-03", [*february, *march], PullOutcome.UNCHANGED),
        ("2025-04", [*march, ("total", "202504", "")], PullOutcome.NOTHING),
        ("2025-02", february[:1], PullOutcome.UNCHANGED),
    ):
        server.tell("/api", answer(reply(*figures)))
        assert outcomes(place.ask("nbs", options, month)) == [ending]
    assert place.exports() == {"2025-02": 0.02, "2025-03": 0.031}
