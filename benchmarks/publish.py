"""From confirming an upload to its figure at /metrics, over a real server.

A portal runs as a process of its own over a store with the history and the first months of a year. A table of about
3,000 cells is dropped, read and confirmed, as a browser does it; then /metrics is asked until the table's newest figure
is there. Beside it stands the same by the command line: `xushi upload`, then `xushi metrics print`, each a process. The
parts are measured by plain calls on a copy of the same store. `python benchmarks/publish.py [--runs N]`.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pandas as pd

from dagster_project.identity.identity import Identity
from dagster_project.identity.permissions import Grant
from dagster_project.intake import Intake, State
from dagster_project.judgement import judge_and_save, snapshot
from dagster_project.metrics.text import exposition
from dagster_project.sample import write_sample
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import Store
from validators.catalogue_file import load_catalogue
from validators.periods import Month

MEASURED = "history_2022-2024_land_energy"
NAME, PASSWORD = "bench", "correct horse battery staple"
XUSHI = str(Path(sys.executable).with_name("xushi"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="how often each way is measured")
    runs = parser.parse_args().runs
    os.environ.pop("XUSHI_DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as folder:
        start = Path(folder) / "start"
        table = prepared(start, Path(folder) / "sample")
        portal, lines, parts = [], [], []
        for run in range(runs):
            parts.append(plain(table, copied(start, Path(folder) / f"plain-{run}")))
            figure, cells = newest(Path(folder) / f"plain-{run}")
            portal.append(through_portal(table, copied(start, Path(folder) / f"portal-{run}"), figure))
            lines.append(by_commands(table, copied(start, Path(folder) / f"lines-{run}"), figure))
    ratios = [one / other for one, other in zip(portal, lines, strict=True)]
    print(f"{cells} cells in one table; medians of {runs} runs, in seconds")
    print(f"  confirm -> /metrics, over HTTP       {statistics.median(portal):6.2f}   (max {max(portal):.2f})")
    print(f"  xushi upload + xushi metrics print   {statistics.median(lines):6.2f}   (max {max(lines):.2f})")
    print(f"  ratio                                {statistics.median(ratios):6.2f}")
    print("  parts, by plain calls:")
    for name in parts[0]:
        print(f"    {name:35s}{statistics.median(one[name] for one in parts):6.2f}")


def prepared(home: Path, folder: Path) -> Path:
    """A home with everything through February but the measured table, and who hands it in; the table's path."""
    settings = Settings(home=home)
    home.mkdir()
    catalogue = load_catalogue(settings.catalogue)
    files = write_sample(catalogue, year=2025, through=Month(2025, 2), folder=folder)
    with Store.open(settings.store_url) as store:
        identity = Identity(store, now)
        identity.users.add(NAME, NAME, [Grant.parse("uploader")], by=NAME)
        identity.links.set_password(identity.invite(NAME, by=NAME).secret, PASSWORD)
        intake = Intake(catalogue, store, Archive(settings.archive), settings)
        for file in files:
            if not file.name.startswith(MEASURED):
                assert intake.submit(file.read_bytes(), file.name, by=NAME, now=now()).state is State.ACCEPTED
    return next(file for file in files if file.name.startswith(MEASURED))


def plain(table: Path, home: Path) -> dict[str, float]:
    """Seconds of each part. The file is read once for preview, confirmation and storing."""
    settings = Settings(home=home)
    catalogue, data = load_catalogue(settings.catalogue), table.read_bytes()
    seconds: dict[str, float] = {}
    with Store.open(settings.store_url) as store:
        intake = Intake(catalogue, store, Archive(settings.archive), settings)
        watch = Watch(seconds)
        with watch.over("read, check, preview (when dropped)"):
            assert intake.submit(data, table.name, by=NAME, now=now(), dry_run=True).state is State.PASSED
        with watch.over("check, preview (at confirm)"):
            intake.submit(data, table.name, by=NAME, now=now(), dry_run=True)
        with watch.over("check, store"):
            assert intake.submit(data, table.name, by=NAME, now=now()).state is State.ACCEPTED
        with watch.over("judge, save"):
            judged = judge_and_save(catalogue, store, run_id=NAME, now=now())
        with watch.over("gauges"):
            shown = snapshot(catalogue, store, now=now(), judgement=judged)
            exposition(catalogue, shown, zone=settings.zone, kept_months=settings.kept_months)
    return seconds


def newest(home: Path) -> tuple[re.Pattern[str], int]:
    """How a line of /metrics shows the newest figure of the measured table, and how many figures the table has."""
    with Store.open(Settings(home=home).store_url) as store:
        figures = store.figures_of(store.uploads()[-1].id)
    last: pd.Series = figures.sort_values("period", kind="stable").iloc[-1]
    names = ("indicator", "measure", "period", "region")
    labels = ".*".join(f'{name}="{last[name]}"' for name in names)
    return re.compile(rf"^kpi_[a-z_]+\{{.*{labels}.*\}} {re.escape(str(float(last['value'])))}$", re.MULTILINE), len(
        figures
    )


def through_portal(table: Path, home: Path, figure: re.Pattern[str]) -> float:
    """Seconds from sending the confirmation until /metrics shows the figure."""
    with portal(home) as address, httpx.Client(base_url=address, timeout=120, trust_env=False) as client:
        answer = client.post("/sign-in", data={**token(client, "/sign-in"), "name": NAME, "password": PASSWORD})
        assert answer.status_code == 303, answer.status_code
        assert figure.search(client.get("/metrics").text) is None
        with table.open("rb") as content:
            answer = client.post("/hand-in", data=token(client, "/hand-in"), files={"files": (table.name, content)})
        batch = answer.headers["Location"]
        while (page := client.get(f"{batch}/0")).status_code == 202:
            time.sleep(0.1)
        found = re.search(r'name="digest" value="([0-9a-f]+)"', page.text)
        assert found is not None
        form = {**token(client, f"{batch}/0"), "digest": found[1]}
        started = time.perf_counter()
        answer = client.post(f"{batch}/0/confirm", data=form)
        assert answer.headers["Location"].startswith("/uploads/"), answer.headers["Location"]
        while figure.search(client.get("/metrics").text) is None:
            time.sleep(0.02)
        return time.perf_counter() - started


def by_commands(table: Path, home: Path, figure: re.Pattern[str]) -> float:
    """Seconds of the same by two processes."""
    environment = {**os.environ, "XUSHI_HOME": str(home)}
    started = time.perf_counter()
    subprocess.run([XUSHI, "upload", str(table)], env=environment, check=True, stdout=subprocess.DEVNULL)
    printed = subprocess.run([XUSHI, "metrics", "print"], env=environment, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    assert figure.search(printed.stdout) is not None
    return seconds


class Watch:
    """Writes down how long things take."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds

    @contextmanager
    def over(self, what: str) -> Iterator[None]:
        """The seconds of the block."""
        started = time.perf_counter()
        yield
        self._seconds[what] = time.perf_counter() - started


@contextmanager
def portal(home: Path) -> Iterator[str]:
    """A portal in a process of its own, and its address."""
    environment = {**os.environ, "XUSHI_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    command = [XUSHI, "portal", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as it:
        try:
            assert it.stdout is not None
            address = re.search(r"http://[0-9.:]+", it.stdout.readline())
            assert address is not None
            while True:
                try:
                    httpx.get(f"{address[0]}/sign-in", timeout=60, trust_env=False)
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield address[0]
        finally:
            it.terminate()
            it.wait()


def token(client: httpx.Client, page: str) -> dict[str, str]:
    """What a form of a page carries."""
    found = re.search(r'name="form_token" value="([^"]+)"', client.get(page).text)
    assert found is not None, page
    return {"form_token": found[1]}


def copied(home: Path, to: Path) -> Path:
    return Path(shutil.copytree(home, to))


def now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
