"""/metrics and /health of the portal: what is published shows at once, wherever it came from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dagster_project.intake import Intake
from dagster_project.portal.board import RUN
from dagster_project.portal.desk import Desk
from dagster_project.portal.releaser import Releaser
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import Store
from tests.portal.reading import TODAY, copied, reading_desk
from tests.portal.signing import browser, served
from tests.servers.mail import wait_until
from validators.catalogue import Catalogue

pytestmark = pytest.mark.xdist_group("portal-reading")

SERIES = ("kpi_observation_value{", 'indicator="goods_exports"', 'region="330303"', 'measure="ytd"', 'period="2025-04"')


@pytest.fixture
def home(filled_home: Path, tmp_path: Path) -> Path:
    return copied(filled_home, tmp_path / "home")


@pytest.fixture
def desk(small_catalogue: Catalogue, home: Path) -> Iterator[Desk]:
    with reading_desk(small_catalogue, home) as opened:
        yield opened


@pytest.fixture
def client(desk: Desk) -> Iterator[httpx.Client]:
    with served(desk) as address, browser(address) as opened:
        yield opened


def gauge(client: httpx.Client) -> float:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    line = next(line for line in answer.text.splitlines() if all(part in line for part in SERIES))
    return float(line.rpartition(" ")[2])


def newest(store: Store) -> int:
    return max(upload.id for upload in store.uploads() if upload.file_name.endswith("修订.xlsx"))


def test_health_says_that_the_portal_and_its_database_work(client: httpx.Client) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_what_another_process_withdraws_shows_at_the_next_scrape_and_on_the_next_page(
    client: httpx.Client, small_catalogue: Catalogue, home: Path
) -> None:
    before, page = gauge(client), client.get("/scoreboard").text
    settings = Settings(home=home)
    with Store.open(settings.store_url) as store:
        intake = Intake(small_catalogue, store, Archive(settings.archive), settings)
        intake.withdraw(newest(store), by="zhao", reason="错表", now=TODAY)
    assert gauge(client) != before
    assert client.get("/scoreboard").text != page


def test_a_refresh_saves_the_evaluation_in_the_background(desk: Desk) -> None:
    desk.intake.withdraw(newest(desk.store), by="zhao", reason="错表", now=TODAY)
    before = desk.store.evaluation(run_id=RUN)
    desk.board.refresh()
    wait_until(lambda: not desk.store.evaluation(run_id=RUN).equals(before), "the evaluation")
    desk.board.close()
    saved = desk.store.evaluation(run_id=RUN)
    assert saved["target"].is_unique
    assert set(saved["as_of"]) == {"2025-04"}


def test_nothing_is_judged_twice_while_nothing_changes(desk: Desk) -> None:
    held = desk.board.current()
    assert desk.board.current() is held
    assert desk.board.judgement(as_of=held.judgement.as_of) is held.judgement
    desk.intake.withdraw(newest(desk.store), by="zhao", reason="错表", now=TODAY)
    assert desk.board.current() is not held


def test_what_was_held_back_until_a_date_is_released_when_the_date_has_come(
    desk: Desk, small_catalogue: Catalogue, home: Path
) -> None:
    revised = newest(desk.store)
    upload = desk.store.upload(revised)
    desk.intake.withdraw(revised, by="zhao", reason="错表", now=TODAY)
    data = Archive(desk.settings.archive).get(upload.sha256)
    later = TODAY.replace(month=6)
    held = desk.intake.submit(data, upload.file_name, by="wang", now=TODAY, embargo_until=later)
    assert held.upload is not None
    assert desk.store.upload(held.upload).state == "pending"
    releaser = Releaser(desk.intake, desk.board, now=lambda: later, every_seconds=0.05)
    releaser.start()
    number = held.upload
    wait_until(lambda: desk.store.upload(number).state != "pending", "the release")
    releaser.close()
    desk.board.close()
    assert desk.store.upload(held.upload).state == "accepted"
