"""Figures of a database, a folder and an SDMX file, all the way into the store: one version, no secret kept."""

from __future__ import annotations

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
from tests.servers import sftp
from tests.servers.mariadb import PASSWORD, MariadbServer, mariadb_server  # noqa: F401 - a fixture
from tests.servers.postgres import ON_POSTGRES
from tests.servers.sftp import sftp_server
from tests.sources.sdmx_messages import observation, specific
from validators.catalogue import Catalogue, Source
from validators.periods import parse_period

pytestmark = ON_POSTGRES  # with the other tests that need databases

STORED, UNCHANGED, NOTHING = PullOutcome.STORED, PullOutcome.UNCHANGED, PullOutcome.NOTHING


class Place:
    """An installation, and an hour between any two questions."""

    def __init__(self, home: Path, catalogue: Catalogue, store: Store) -> None:
        self.settings, self.store, self.catalogue = Settings(home=home), store, catalogue
        self.now = datetime(2025, 5, 18, 1, tzinfo=UTC)

    def pull(self, connector: str, period: str, **options: Any) -> list[Pulled]:
        self.now += timedelta(hours=1)
        source = Source.model_validate(
            {"name": connector, "connector": connector, "regions": ["330303"], "with": options}
        )
        archive = Archive(self.settings.archive)
        intake = Intake(self.catalogue, self.store, archive, self.settings)
        vault = Vault({"password": PASSWORD})
        puller = Puller(self.catalogue, self.store, archive, intake, self.settings, vault, lambda: self.now)
        return list(puller.pull("trade", source, [parse_period(period)]))

    def exports(self) -> dict[str, float]:
        frame = self.store.observations(indicators=["goods_exports"])
        return dict(zip(frame["period"], frame["value"].tolist(), strict=True))


@pytest.fixture
def place(tmp_path: Path, small_catalogue: Catalogue) -> Iterator[Place]:
    home = tmp_path / "home"
    home.mkdir()
    with Store.open(Settings(home=home).store_url) as store:
        yield Place(home, small_catalogue, store)


def outcomes(pulls: list[Pulled]) -> list[PullOutcome]:
    return [one.pull.outcome for one in pulls]


def kept(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


def test_a_row_that_is_pulled_twice_is_one_version_and_its_correction_another(
    place: Place,
    mariadb_server: MariadbServer,  # noqa: F811  # the fixture
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    base = mariadb_server.create_database()
    mariadb_server.execute(
        "CREATE TABLE m (qi varchar(7), ck decimal(18,4), zs decimal(9,2))",
        "INSERT INTO m VALUES ('2025-03', 1234500.0000, NULL), ('2025-04', NULL, NULL)",
        database=base,
    )
    given = {
        "url": mariadb_server.address(base, password=""),
        "password": "${password}",
        "query": "SELECT ck, zs FROM m WHERE qi = :period",
        "columns": {
            "values": {
                "ck": {"indicator": "goods_exports", "measure": "ytd", "unit": "万元"},
                "zs": {"indicator": "goods_exports", "measure": "yoy_ytd"},
            }
        },
    }
    assert outcomes(place.pull("sql", "2025-03", **given)) == [STORED]
    assert place.exports() == {"2025-03": 123.45}
    assert outcomes(place.pull("sql", "2025-03", **given)) == [UNCHANGED]
    assert outcomes(place.pull("sql", "2025-04", **given)) == [NOTHING]  # NULL
    assert outcomes(place.pull("sql", "2025-05", **given)) == [NOTHING]  # no row
    mariadb_server.execute("UPDATE m SET ck = 1240000, zs = 3.10 WHERE qi = '2025-03'", database=base)
    assert outcomes(place.pull("sql", "2025-03", **given)) == [STORED]
    assert place.exports()["2025-03"] == 124.0
    mariadb_server.execute("ALTER TABLE m RENAME COLUMN ck TO chukou", database=base)
    assert outcomes(place.pull("sql", "2025-03", **given)) == [PullOutcome.FORM_CHANGED]
    assert outcomes(place.pull("sql", "2025-03", **given | {"password": "wrong"})) == [PullOutcome.REFUSED]
    assert not [data for data in kept(tmp_path) if PASSWORD.encode() in data]
    assert PASSWORD not in caplog.text


def test_a_table_from_a_folder_is_stored_once_and_its_replacement_again(
    place: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    box = tmp_path / "box"
    box.mkdir()
    table = "indicator,region,period,measure,value,unit\ngoods_exports,330303,2025-03,ytd,{},万元\n"
    with sftp_server(box) as server:
        storage = {"user": sftp.USER, "password": "${password}", "host_key": server.host_key}
        given = {"url": server.url("/"), "pattern": "外贸{year}{month2}.csv", "storage": storage, "settle_seconds": 0}
        assert outcomes(place.pull("folder", "2025-03", **given)) == [NOTHING]
        (box / "外贸202503.csv").write_text(table.format("1234500"), encoding="utf-8")
        assert outcomes(place.pull("folder", "2025-03", **given)) == [STORED]
        assert outcomes(place.pull("folder", "2025-03", **given)) == [NOTHING]  # it is remembered
        (box / "外贸202503.csv").write_text(table.format("1240000.0"), encoding="utf-8")
        assert outcomes(place.pull("folder", "2025-03", **given)) == [STORED]
        refused = place.pull("folder", "2025-03", **given | {"storage": storage | {"host_key": sftp.public_key()}})
        assert outcomes(refused) == [PullOutcome.REFUSED]
    assert outcomes(place.pull("folder", "2025-03", **given)) == [PullOutcome.UNAVAILABLE]
    assert place.exports() == {"2025-03": 124.0}
    assert not [data for data in kept(tmp_path) if sftp.PASSWORD.encode() in data]
    assert sftp.PASSWORD not in caplog.text


def test_sources_that_agree_make_one_version(place: Place, tmp_path: Path) -> None:
    message = tmp_path / "message.xml"
    message.write_bytes(specific([observation("12345", UNIT_MULT="6")]))
    series = [{"key": {"INDICATOR": "001"}, "indicator": "goods_exports", "measure": "ytd"}]
    assert outcomes(place.pull("sdmx", "2025-03", file=str(message), series=series)) == [STORED]
    box = tmp_path / "box"
    box.mkdir()
    table = "indicator,region,period,measure,value,unit\ngoods_exports,330303,2025-03,ytd,123.45,亿元\n"
    (box / "3月.csv").write_text(table, encoding="utf-8")
    found = place.pull("folder", "2025-03", url=str(box), pattern="{month}月.csv", settle_seconds=0)
    assert outcomes(found) == [UNCHANGED]
    assert place.exports() == {"2025-03": 123.45}
