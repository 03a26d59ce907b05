"""kill -9 in the middle of an upload leaves all of it or nothing, and the next run completes."""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path

from dagster_project.sample import write_sample
from dagster_project.store import Store
from tests.end_to_end.uploading import Uploader
from validators.catalogue import Catalogue
from validators.periods import Month

CATALOGUE = Path(__file__).resolve().parent.parent / "data" / "small_catalogue.yaml"
KILLS = 24


def figures_by_upload(home: Path) -> dict[int, int]:
    with sqlite3.connect(home / "xushi.sqlite") as database:
        return dict(database.execute("select upload_id, count(*) from observation group by upload_id").fetchall())


def test_a_killed_upload_leaves_all_or_nothing_and_the_next_run_completes(
    small_catalogue: Catalogue, tmp_path: Path
) -> None:
    files = list(write_sample(small_catalogue, year=2025, through=Month(2025, 9), folder=tmp_path / "sample"))
    clean = tmp_path / "clean"
    uploader = Uploader(files, clean, CATALOGUE)
    started = time.monotonic()
    uploader.go()
    assert uploader.told() == "accepted"
    first_upload = time.monotonic() - started
    assert uploader.end() == 0
    # Kills come within the first upload (the slowest: everything is done for the first time) and the few after it,
    # however fast this machine is today.
    a_few_uploads = 4 * first_upload
    whole = _by_name(clean)

    home, chance = tmp_path / "killed", random.Random(11)
    landed = 0
    for _ in range(KILLS):
        uploader = Uploader(files, home, CATALOGUE)
        uploader.go()
        time.sleep(chance.uniform(0.0, a_few_uploads))
        uploader.kill()
        with Store.open(f"sqlite:///{home / 'xushi.sqlite'}") as store:
            states = {upload.id: upload for upload in store.uploads()}
        stored = figures_by_upload(home)
        for number, count in stored.items():
            upload = states[number]
            assert upload.state.value in ("accepted", "superseded"), "figures of an upload that was never accepted"
            assert count == whole[upload.file_name], f"{upload.file_name} is half written"
        for upload in states.values():
            if upload.state.value in ("accepted", "superseded"):
                assert stored.get(upload.id, 0) == whole[upload.file_name]
        landed = len(stored)
    assert landed > 0, "no kill came after a finished upload: the test shows nothing"

    uploader = Uploader(files, home, CATALOGUE)
    uploader.go()
    assert uploader.end() == 0
    assert _by_name(home) == whole


def _by_name(home: Path) -> dict[str, int]:
    with Store.open(f"sqlite:///{home / 'xushi.sqlite'}") as store:
        names = {upload.id: upload.file_name for upload in store.uploads()}
        assert all(upload.state.value != "received" for upload in store.uploads())
    return {names[number]: count for number, count in figures_by_upload(home).items()}
