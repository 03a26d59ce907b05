"""kill -9 in the middle of an upload leaves all of it or nothing, and the next run completes."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from dagster_project.sample import write_sample
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.periods import Month

ROOT = Path(__file__).resolve().parent.parent.parent
KILLS = 24

# What `xushi upload` does, in a process of its own that says when the imports are over, so that the kills fall into the
# work and not into Python's start.
UPLOADER = """
import sys
from dagster_project.commands.opening import installation, now
from pathlib import Path
with installation() as open_one:
    intake = open_one.intake
    print("ready", flush=True)
    sys.stdin.readline()
    for name in sys.argv[1:]:
        outcome = intake.submit(Path(name).read_bytes(), Path(name).name, by="test", now=now())
        print(outcome.state.value, flush=True)
"""


def uploader(files: list[Path], home: Path) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "XUSHI_HOME": str(home),
        "XUSHI_CATALOGUE": str(ROOT / "tests" / "data" / "small_catalogue.yaml"),
    }
    return subprocess.Popen(
        [sys.executable, "-c", UPLOADER, *map(str, files)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
    )


def figures_by_upload(home: Path) -> dict[int, int]:
    with sqlite3.connect(home / "xushi.sqlite") as database:
        return dict(database.execute("select upload_id, count(*) from observation group by upload_id").fetchall())


def test_a_killed_upload_leaves_all_or_nothing_and_the_next_run_completes(
    small_catalogue: Catalogue, tmp_path: Path
) -> None:
    files = list(write_sample(small_catalogue, year=2025, through=Month(2025, 9), folder=tmp_path / "sample"))
    clean = tmp_path / "clean"
    with uploader(files, clean) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        started = time.monotonic()
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "accepted\n"
        first_upload = time.monotonic() - started
        process.communicate(timeout=120)
    assert process.returncode == 0
    # Kills come within the first upload (the slowest: everything is done for the first time) and the few after it,
    # however fast this machine is today.
    a_few_uploads = 2 * first_upload
    whole = _by_name(clean)

    home, chance = tmp_path / "killed", random.Random(11)
    landed = 0
    for _ in range(KILLS):
        with uploader(files, home) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            process.stdin.write("go\n")
            process.stdin.flush()
            time.sleep(chance.uniform(0.0, a_few_uploads))
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=30)
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

    with uploader(files, home) as process:
        process.communicate("go\n", timeout=120)
    assert process.returncode == 0
    assert _by_name(home) == whole


def _by_name(home: Path) -> dict[str, int]:
    with Store.open(f"sqlite:///{home / 'xushi.sqlite'}") as store:
        names = {upload.id: upload.file_name for upload in store.uploads()}
        assert all(upload.state.value != "received" for upload in store.uploads())
    return {names[number]: count for number, count in figures_by_upload(home).items()}
