"""Reading a file in a process of its own, so that a hostile file can cost its own upload and nothing else.

Belongs here: starting that process, waiting for its answer, and what to say when there is none. Does not belong here:
what happens inside of it (`nursery.py`), the limits of a file's contents (`open_book.py`).
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass

from dagster_project.apart import asking
from dagster_project.apart.asking import Allowance, Fate, ask_apart
from dagster_project.apart.exceeded import exceeded
from dagster_project.settings import Settings
from dagster_project.tables.nursery import READ, REFUSED
from dagster_project.tables.open_book import check_size
from dagster_project.tables.reading import MAX_BYTES, MAX_CELLS, Reading
from dagster_project.tables.wire import from_bytes
from validators.catalogue import Words
from validators.errors import (
    EmptyFileError,
    EncryptedWorkbookError,
    NotAWorkbookError,
    ReaderFailedError,
    ReaderUnavailableError,
    TooLargeError,
    TruncatedWorkbookError,
    UnreadableFileError,
)
from validators.periods import parse_period

_MODULE = "dagster_project.tables.nursery"
_WORK = Words(zh="读取", en="reading")
_INSTEAD = Words(
    zh="请只保留统计表、另存为新的 .xlsx 后上传", en="keep only the statistical tables, save them as a new .xlsx"
)
_KINDS: dict[str, type[UnreadableFileError]] = {
    kind.__name__: kind
    for kind in (EmptyFileError, EncryptedWorkbookError, NotAWorkbookError, TooLargeError, TruncatedWorkbookError)
}


@dataclass(frozen=True, slots=True)
class Limits(Allowance):
    """What reading one file may use."""

    max_bytes: int = MAX_BYTES
    max_cells: int = MAX_CELLS

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Those of an installation."""
        return cls(
            memory=settings.max_read_memory,
            seconds=settings.max_read_seconds,
            max_bytes=settings.max_upload_bytes,
            max_cells=settings.max_cells,
        )


def read_apart(data: bytes, file_name: str, *, period: str | None = None, limits: Limits = Limits()) -> Reading:
    """As `read_tables`, in a process of its own. Safe in threads and in processes that fork.

    Raises what `read_tables` raises (PeriodError, every UnreadableFileError); ReaderFailedError, which is one, when the
    file used more memory or time than the limits allow or broke the reader; ReaderUnavailableError, a TemporaryError,
    when no process could be started."""
    if period is not None:
        parse_period(period)
    check_size(len(data), file_name, limits.max_bytes)
    order = {"file": file_name, "period": period, "max_bytes": limits.max_bytes, "max_cells": limits.max_cells}
    ended = ask_apart(_MODULE, order, data, limits)
    if ended.fate is Fate.NOT_STARTED:
        raise ReaderUnavailableError(file_name)
    too_much = exceeded(ended.fate, limits, _WORK, _INSTEAD)
    if too_much is not None:
        raise ReaderFailedError(file_name, too_much.zh, too_much.en)
    return _understood(ended.answer, file_name)


def start_early() -> None:
    """Start the process that reads before the first file comes: it needs a second."""
    asking.start_early(_MODULE)


def _understood(answer: bytes, file_name: str) -> Reading:
    if answer[:1] == READ:
        with suppress(ValueError, KeyError, TypeError):
            return from_bytes(answer[1:])
    if answer[:1] == REFUSED:
        with suppress(ValueError, KeyError):
            said = json.loads(answer[1:])
            raise _KINDS[said["kind"]](file_name, said["zh"], said["en"])
    raise ReaderFailedError(
        file_name,
        "读取程序在这份文件上出错中止，文件可能已损坏或被改造；未读取任何数据。"
        "请用 Excel 或 WPS 打开后另存为新的 .xlsx 再上传，仍不行请把文件交给管理员",
        "the reader broke down on this file, which may be damaged or doctored; nothing was read. Open it in Excel or "
        "WPS, save it as a new .xlsx and hand that in; if that fails too, give the file to the administrator",
    )
