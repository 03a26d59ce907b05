"""What the bytes of an answer say, parsed in a process of its own: a hostile answer costs its own pull alone.

Limits are those of uploads (`Request.allowance`, `Request.max_cells`). Belongs here: asking that process, and what is
said where it has no answer. Does not belong here: formats (`nursery.py` and what it calls).
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from dagster_project.apart.asking import Fate, ask_apart
from dagster_project.apart.exceeded import exceeded
from dagster_project.sources.connector import Request
from dagster_project.sources.json_rows import Json
from dagster_project.sources.nursery import PARSED, REFUSED
from dagster_project.sources.row_mapping import source_name
from validators.catalogue import Words
from validators.errors import SourceError, SourceFormError, SourceRefusedError, SourceUnavailableError

_MODULE = "dagster_project.sources.nursery"
_WORK = Words(zh="读取返回内容", en="reading the answer")
_INSTEAD = Words(zh="请缩小查询范围", en="ask for less")
_KINDS: dict[str, type[SourceError]] = {kind.__name__: kind for kind in (SourceFormError, SourceRefusedError)}


def json_value(data: bytes, request: Request) -> Json:
    """As `json_rows.parse`; SourceRefusedError also for more values than XUSHI_MAX_CELLS."""
    value: Json = parsed("json", data, request)
    return value


def csv_table(data: bytes, request: Request, *, encoding: str, delimiter: str, skip: int) -> pd.DataFrame:
    """As `csv_rows.table`."""
    return _frame(parsed("csv", data, request, encoding=encoding, delimiter=delimiter, skip=skip), "object")


def sdmx_rows(data: bytes, request: Request, *, against_schema: bool) -> pd.DataFrame:
    """As `sdmx_reading.read`."""
    return _frame(parsed("sdmx", data, request, against_schema=against_schema), "str")


def parsed(kind: str, data: bytes, request: Request, **said: str | int | bool) -> Any:
    """What the nursery's work of this kind gives, as plain values. SourceFormError and SourceRefusedError as it raises
    them; SourceRefusedError where it took more memory or time than is allowed, or broke down; SourceUnavailableError
    where no process could be started."""
    name = source_name(request)
    ended = ask_apart(
        _MODULE, {"kind": kind, "source": name, "max_cells": request.max_cells, **said}, data, request.allowance
    )
    if ended.fate is Fate.NOT_STARTED:
        raise SourceUnavailableError(
            name, "本机无法启动读取进程，稍后重试", "no process could be started to read the answer; it is tried again"
        )
    if ended.fate is not Fate.ANSWERED or ended.answer[:1] not in (PARSED, REFUSED):
        raise _given_up(name, ended.fate, request)
    value = json.loads(ended.answer[1:])
    if ended.answer[:1] == REFUSED:
        raise _KINDS[value["kind"]](name, value["zh"], value["en"])
    return value


def _frame(said: dict[str, Any], dtype: str) -> pd.DataFrame:
    index = pd.RangeIndex(said["rows"]) if said["index"] is None else pd.Index(said["index"])
    frame = pd.DataFrame(dict(enumerate(said["cells"])), index=index, dtype=dtype)
    return frame.set_axis(pd.Index(said["columns"]), axis="columns")


def _given_up(name: str, fate: Fate, request: Request) -> SourceRefusedError:
    too_much = exceeded(fate, request.allowance, _WORK, _INSTEAD)
    if too_much is not None:
        return SourceRefusedError(name, too_much.zh, too_much.en)
    return SourceRefusedError(
        name,
        "读取程序在返回内容上出错中止，内容可能已损坏或被改造，未读取任何数据；请核对来源，并把归档的内容交给管理员",
        "the reader broke down on the answer, which may be damaged or doctored; nothing was read. Look at the source, "
        "and give what it answers to the administrator",
    )
