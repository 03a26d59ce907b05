"""SDMX data messages as rows of text: one column for each dimension and attribute, one row for each observation.

Read are SDMX-ML 2.1 (generic and structure specific, with or without series), SDMX-ML 3.0 and 3.1 (structure specific),
SDMX-CSV 1.0, 2.0 and 2.1, also with labels beside the codes, and SDMX-JSON 1.0 and 2.0. SDMX-ML is read by pysdmx,
against its schemas. SDMX-CSV is a table of texts and read as one, since pysdmx makes numbers of codes and of figures
there.

Belongs here: choosing, and what formats have in common. Does not belong here: what makes XML safe to read
(`sdmx_xml.py`), SDMX-JSON (`sdmx_json.py`), which rows are which figure (`sdmx_series.py`), fetching (`sdmx.py`).
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from io import StringIO

import pandas as pd
from pysdmx.io.pd import PandasDataset
from pysdmx.model.dataset import ActionType

from dagster_project.sources import json_rows, sdmx_json
from dagster_project.sources.sdmx_xml import message
from validators.errors import SourceFormError

# Names of columns that say how a row is to be taken, not what it is.
_CSV_OWN = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "SERIES_KEY", "OBS_KEY")
_LABELLED = re.compile(r"^([A-Za-z0-9_@$-]+): .*$")
_SHOWN = 300


def read(data: bytes, source: str, *, against_schema: bool = True, max_cells: int = 2_000_000) -> pd.DataFrame:
    """The observations of a message, columns of text, '' where nothing is said; no rows for a message without data.

    SourceFormError for what is no SDMX data message that is read here, SourceRefusedError for XML with a document
    type, and for more values than `max_cells`. `against_schema` False takes XML that its schema would refuse."""
    start = data[:1000].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00")
    if start.startswith(b"<"):
        return _from_xml(message(data, source, against_schema=against_schema, max_cells=max_cells).data or ())
    if start.startswith((b"{", b"[")):
        value = json_rows.parse(data, source)
        json_rows.check_size(value, source, max_cells)
        return _texts(sdmx_json.read(value, source))
    return _from_csv(data, source)


def warm_up() -> None:
    """Imports what reading imports late."""
    importlib.import_module("pysdmx.io.xml.sdmx21.reader.generic")
    importlib.import_module("pysdmx.io.xml.sdmx21.reader.structure_specific")
    importlib.import_module("pysdmx.io.xml.sdmx21.reader.structure")
    _from_csv(b"DATAFLOW,OBS_VALUE\nSAMPLE,1\n", "sample")


def _from_xml(datasets: Sequence[object]) -> pd.DataFrame:
    kept = [one for one in datasets if isinstance(one, PandasDataset) and one.action is not ActionType.Delete]
    frames = [frame for frame in map(_with_attributes, kept) if len(frame)]
    return _texts(pd.concat(frames, ignore_index=True)) if frames else pd.DataFrame()


def _with_attributes(dataset: PandasDataset) -> pd.DataFrame:
    """The rows, with what is said of the whole data set wherever a row says nothing itself."""
    frame: pd.DataFrame = dataset.data
    for name, value in dataset.attributes.items():
        said = frame[name].replace("", pd.NA) if name in frame.columns else pd.Series(pd.NA, index=frame.index)
        frame = frame.assign(**{name: said.astype("object").fillna(str(value))})
    return frame


def _from_csv(data: bytes, source: str) -> pd.DataFrame:
    try:
        text = data.decode("utf-8-sig")
        rows = pd.read_csv(StringIO(text), dtype="str", keep_default_na=False, na_filter=False)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceFormError(
            source, f"不是可读的 SDMX-CSV：{error}", f"no SDMX-CSV that can be read: {error}"
        ) from None
    rows.columns = pd.Index([str(name).partition(":")[0].partition("[")[0].strip() for name in rows.columns])
    if not {"DATAFLOW"} <= set(rows.columns) and not {"STRUCTURE", "STRUCTURE_ID"} <= set(rows.columns):
        shown = ", ".join(map(str, rows.columns))[:_SHOWN]
        raise SourceFormError(
            source,
            f"不是 SDMX-CSV：缺少 DATAFLOW，或 STRUCTURE 与 STRUCTURE_ID（现有：{shown}）",
            f"no SDMX-CSV: it has neither DATAFLOW nor STRUCTURE and STRUCTURE_ID (there are: {shown})",
        )
    if "ACTION" in rows.columns:
        rows = rows.loc[rows["ACTION"] != "D"]
    return _texts(rows.drop(columns=[name for name in _CSV_OWN if name in rows.columns]))


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    """Every cell a text; of a code with its label (`A: Annual`) the code."""
    texts = rows.astype("object")
    texts = texts.where(texts.notna(), "").astype("str").reset_index(drop=True)
    codes: pd.DataFrame = texts.apply(lambda column: column.str.strip().str.replace(_LABELLED, r"\1", regex=True))
    return codes
