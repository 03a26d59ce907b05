"""One full Dagster run of one month: all tables, then progress and gauges, in process on SQLite.

Prints the seconds of the run and the ratio to the same work without Dagster (intake, judging, gauges by plain calls),
both measured in this process on the same files, in alternation. `python benchmarks/dagster_run.py [--runs N]`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

MONTH = "2025-03"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="how often each way is measured")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XUSHI_HOME"] = str(Path(folder) / "start")
        os.environ.pop("XUSHI_DATABASE_URL", None)
        os.environ.pop("XUSHI_PUSHGATEWAY_URL", None)
        files = sample(Path(folder) / "sample")
        with_dagster, without = [], []
        for attempt in range(runs + 1):
            by_dagster = dagster(files, Path(folder) / f"dagster-{attempt}")
            plainly = plain(files, Path(folder) / f"plain-{attempt}")
            if attempt:  # the first of each pays for imports and caches
                with_dagster.append(by_dagster)
                without.append(plainly)
    ratios = [one / other for one, other in zip(with_dagster, without, strict=True)]
    print(f"one month, {len(files)} tables, then progress and gauges; median of {runs}")
    print(f"  Dagster run      {statistics.median(with_dagster):6.2f} s")
    print(f"  plain calls      {statistics.median(without):6.2f} s")
    print(f"  ratio            {statistics.median(ratios):6.2f}   (min {min(ratios):.2f}, max {max(ratios):.2f})")


def sample(folder: Path) -> list[Path]:
    """The month's workbooks and the history before it."""
    from dagster_project.sample import write_sample
    from dagster_project.settings import Settings
    from validators.catalogue_file import load_catalogue
    from validators.periods import Month

    catalogue = load_catalogue(Settings().catalogue)
    files = write_sample(catalogue, year=2025, through=Month(2025, 3), folder=folder)
    return [file for file in files if file.name.startswith(MONTH)]


def land(files: list[Path], home: Path) -> None:
    """Enter the files in a fresh installation; not part of the measurement."""
    os.environ["XUSHI_HOME"] = str(home)
    from dagster_project.commands.opening import installation

    with installation() as open_one:
        for file in files:
            open_one.intake.land(file.read_bytes(), file.name, by="bench", now=datetime.now(UTC))


def dagster(files: list[Path], home: Path) -> float:
    land(files, home)
    from dagster_project.definitions import defs
    from dagster_project.defs import resources, runs
    from validators.periods import Month

    resources.settings.cache_clear()
    loaded = defs()
    with runs.open_instance() as instance:
        started = time.perf_counter()
        for of, first, last, keys in runs.ranges(Month(2025, 3), Month(2025, 3), list(resources.catalogue().datasets)):
            done = runs.run_tables(loaded, instance, of, first, last, keys)
            assert done.success, "a table was rejected"
        assert runs.run_publish(loaded, instance).success
        return time.perf_counter() - started


def plain(files: list[Path], home: Path) -> float:
    land(files, home)
    from dagster_project.commands.opening import installation, now
    from dagster_project.judgement import judge_and_save, snapshot
    from dagster_project.metrics.gauges import registry
    from dagster_project.metrics.serve import text

    with installation() as open_one:
        started = time.perf_counter()
        for upload in open_one.store.pending():
            assert open_one.intake.process(upload, now=now()).good, "a table was rejected"
        judge_and_save(open_one.catalogue, open_one.store, run_id="bench", now=now())
        state = snapshot(open_one.catalogue, open_one.store, now=now())
        text(registry(open_one.catalogue, lambda: state, zone=open_one.settings.zone))
        return time.perf_counter() - started


if __name__ == "__main__":
    main()
