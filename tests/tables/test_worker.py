"""Reading in a process of its own: the same reading, and a file that goes wrong costs only itself."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from dagster_project.tables import Reading, read_tables
from dagster_project.tables.worker import Limits, read_apart
from tests.tables.files import csv, xls, xlsx
from validators.errors import (
    EmptyFileError,
    NotAWorkbookError,
    ReaderFailedError,
    TooLargeError,
    TruncatedWorkbookError,
)

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS = [
    ["2025年3月龙湾区对外贸易"],
    ["单位：亿元"],
    ["指标", "本月", "累计", "同比（%）"],
    ["货物贸易出口", 38.5, 107.25, "5.2%"],
    ["  其中：高新技术产品出口", "…", 14.3, -3.4],
    ["发布日期：2025-04-15"],
]
SMALL = xlsx({"外贸": ROWS, "说明": [["没有表格"]]})
LARGE = (
    "指标," + ",".join(f"{year}年{month}月" for year in range(1990, 2020) for month in range(1, 13)) + "\n"
).encode()
LARGE += b"".join(f"指标{row},".encode() + b"1.25," * 360 + b"\n" for row in range(5_000))


def same(one: Reading, other: Reading) -> bool:
    pd.testing.assert_frame_equal(one.cells, other.cells)
    return (one.file, one.sheets, one.tables, one.findings) == (other.file, other.sheets, other.tables, other.findings)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (SMALL, "外贸.xlsx"),
        (xls({"外贸": ROWS}), "外贸.xls"),
        (csv(ROWS).encode("gb18030"), "外贸.csv"),
        ("只有一行文字".encode(), "空.csv"),
    ],
    ids=["xlsx", "xls", "csv", "no table"],
)
def test_the_reading_is_the_same_as_in_this_process(data: bytes, name: str) -> None:
    assert same(read_apart(data, name), read_tables(data, name))


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"", "空.xlsx", EmptyFileError),
        (SMALL[:-40], "断.xlsx", TruncatedWorkbookError),
        (b"%PDF-1.7 and more", "报告.xlsx", NotAWorkbookError),
        (SMALL, "大.xlsx", TooLargeError),
    ],
)
def test_a_refusal_comes_back_as_what_it_is(data: bytes, name: str, error: type[Exception]) -> None:
    limits = Limits(max_cells=3) if error is TooLargeError else Limits()
    with pytest.raises(error) as apart:
        read_apart(data, name, limits=limits)
    with pytest.raises(error) as here:
        read_tables(data, name, max_cells=limits.max_cells)
    assert str(apart.value) == str(here.value)


def test_a_file_that_takes_too_long_is_stopped_and_the_next_one_is_read() -> None:
    with pytest.raises(ReaderFailedError, match="XUSHI_MAX_READ_SECONDS") as stopped:
        read_apart(LARGE, "慢.csv", limits=Limits(seconds=1))
    assert "1 秒" in stopped.value.zh
    assert same(read_apart(SMALL, "外贸.xlsx"), read_tables(SMALL, "外贸.xlsx"))


def test_a_file_that_needs_too_much_memory_is_stopped_and_the_next_one_is_read() -> None:
    with pytest.raises(ReaderFailedError, match="XUSHI_MAX_READ_MEMORY") as stopped:
        read_apart(LARGE, "大.csv", limits=Limits(memory=40_000_000))
    assert "40 MB" in stopped.value.zh
    assert same(read_apart(SMALL, "外贸.xlsx"), read_tables(SMALL, "外贸.xlsx"))


def children(process: int) -> list[int]:
    """Processes that it started and that have not ended."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                about = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(about[1]) == process and about[0] != "Z":
                found.append(int(entry.name))
    return found


def nursery_of(process: int) -> int:
    for child in children(process):
        with suppress(OSError):  # it has ended meanwhile
            if b"dagster_project.tables.nursery" in Path(f"/proc/{child}/cmdline").read_bytes():
                return child
    raise AssertionError("no nursery")


def once(condition: Callable[[], object], what: str) -> None:
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"not within a minute: {what}")


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_a_file_whose_reader_dies_costs_its_own_upload_alone(number: signal.Signals) -> None:
    read_apart(SMALL, "外贸.xlsx")
    nursery = nursery_of(os.getpid())
    with ThreadPoolExecutor(2) as pool:
        dying = pool.submit(read_apart, LARGE, "毒.csv")
        once(lambda: children(nursery), "a reader")
        os.kill(children(nursery)[0], number)
        alive = pool.submit(read_apart, SMALL, "外贸.xlsx")
        with pytest.raises(ReaderFailedError, match="未读取"):
            dying.result()
        assert same(alive.result(), read_tables(SMALL, "外贸.xlsx"))
    assert nursery_of(os.getpid()) == nursery


def test_when_the_process_that_starts_readers_is_killed_the_file_is_read_by_the_next() -> None:
    read_apart(SMALL, "外贸.xlsx")
    os.kill(nursery_of(os.getpid()), signal.SIGKILL)
    assert same(read_apart(SMALL, "外贸.xlsx"), read_tables(SMALL, "外贸.xlsx"))


def test_many_threads_each_get_their_own_reading() -> None:
    files = [xlsx({"表": [["2025年3月"], ["指标", "累计"], ["出口", float(number)]]}) for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        readings = list(pool.map(lambda data: read_apart(data, "表.xlsx"), files))
    assert [reading.cells["value"].tolist() for reading in readings] == [[float(number)] for number in range(16)]


SCRIPT = """
import os, sys
from dagster_project.tables.worker import read_apart
small, large = open(sys.argv[1], "rb").read(), open(sys.argv[2], "rb").read()
print(len(read_apart(small, "外贸.xlsx").cells), flush=True)
child = os.fork()
if not child:
    print(len(read_apart(small, "外贸.xlsx").cells), flush=True)
    os._exit(0)
os.waitpid(child, 0)
print("reading", flush=True)
read_apart(large, "大.csv")
"""


def test_readers_die_with_a_killed_parent_and_know_no_secret(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(SMALL)
    (tmp_path / "large").write_bytes(LARGE)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XUSHI_TOKEN": "geheim", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "small"), str(tmp_path / "large")],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        count = str(len(read_tables(SMALL, "外贸.xlsx").cells))
        assert [parent.stdout.readline().strip() for _ in range(3)] == [count, count, "reading"]
        nursery = nursery_of(parent.pid)
        once(lambda: children(nursery), "a reader")
        reader = children(nursery)[0]
        for process in (nursery, reader):
            assert b"geheim" not in Path(f"/proc/{process}/environ").read_bytes()
        parent.kill()
    for process in (nursery, reader):
        once(lambda process=process: not is_running(process), f"the end of {process}")


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def open_files(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def settled(nursery: int) -> tuple[int, int]:
    """Open files here and in the nursery, which closes a file's last pipe after its answer: once that is done."""
    end = time.monotonic() + 60
    found, last = (open_files(os.getpid()), open_files(nursery)), None
    while found != last and time.monotonic() < end:
        time.sleep(0.1)
        found, last = (open_files(os.getpid()), open_files(nursery)), found
    return found


def test_nothing_is_left_open_after_many_files() -> None:
    read_apart(SMALL, "外贸.xlsx")
    nursery = nursery_of(os.getpid())
    gc.collect()
    before, running = settled(nursery), set(threading.enumerate())
    for _ in range(20):
        read_apart(SMALL, "外贸.xlsx")
    # What other tests have left open here may be closed meanwhile.
    once(lambda: open_files(os.getpid()) <= before[0] and open_files(nursery) <= before[1], "as few open files")
    assert not set(threading.enumerate()) - running
