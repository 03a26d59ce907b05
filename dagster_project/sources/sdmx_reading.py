"""SDMX data messages as rows of text: one column for each dimension and attribute, one row for each observation.

Read are SDMX-ML 2.1 (generic and structure specific, with or without series), SDMX-ML 3.0 and 3.1 (structure specific),
and SDMX-CSV 1.0, 2.0 and 2.1, also with labels beside the codes. SDMX-ML is read by pysdmx, against its schemas.
SDMX-CSV is a table of texts and read as one, since pysdmx makes numbers of codes and of figures there. SDMX-JSON data
is read by nothing here.

XML comes from strangers: a document type, which entities need, is refused before anything parses it; no message has
one.

Belongs here: formats. Does not belong here: which rows are which figure (`sdmx_series.py`), fetching (`sdmx.py`).
"""

from __future__ import annotations

import re
from io import StringIO
from xml.parsers.expat import ExpatError

import pandas as pd
from lxml.etree import LxmlError  # type: ignore[import-untyped]  # it has no annotations
from pysdmx.errors import InternalError, Invalid
from pysdmx.errors import NotImplemented as NotReadError
from pysdmx.io import read_sdmx
from pysdmx.io.pd import PandasDataset
from pysdmx.model.dataset import ActionType

from validators.errors import SourceFormError, SourceRefusedError

# Names of columns that say how a row is to be taken, not what it is.
_CSV_OWN = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "SERIES_KEY", "OBS_KEY")
_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*?(?:encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'][^>]*?)?\?>\s*")
_ENCODINGS = {"gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030", "utf-8": "utf-8", "us-ascii": "ascii"}
_LABELLED = re.compile(r"^([A-Za-z0-9_@$-]+): .*$")
_SHOWN = 300

# What a document that breaks the rules of its format may do to a reader of dictionaries.
_BROKEN = (Invalid, InternalError, LxmlError, ExpatError, KeyError, TypeError, AttributeError, ValueError, IndexError)


def read(data: bytes, source: str, *, against_schema: bool = True) -> pd.DataFrame:
    """The observations of a message, columns of text, '' where nothing is said; no rows for a message without data.

    SourceFormError for what is no SDMX data message that is read here, SourceRefusedError for XML with a document
    type. `against_schema` False takes XML that its schema would refuse."""
    start = data[:1000].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00")
    if start.startswith(b"<"):
        return _from_xml(_xml_text(data, source), source, against_schema)
    if start.startswith((b"{", b"[")):
        raise SourceFormError(
            source,
            "收到 SDMX-JSON，请改用 SDMX-CSV 或 SDMX-ML",
            "this is JSON; ask for SDMX-CSV or SDMX-ML, SDMX-JSON data is not read",
        )
    return _from_csv(data, source)


def _xml_text(data: bytes, source: str) -> str:
    """The document with a declaration that says UTF-8, which the text then is."""
    head = data[:200].decode("latin-1")
    declared = _DECLARATION.match(head.removeprefix("ï»¿"))
    name = (declared[1] if declared and declared[1] else "utf-8").casefold()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else _ENCODINGS.get(name)
    try:
        text = "" if encoding is None else data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise SourceFormError(source, f"XML 的编码 {name} 有误", f"the XML is not in its encoding, {name}")
    declared = _DECLARATION.match(text)
    text = text[declared.end() :] if declared else text.lstrip()
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise SourceRefusedError(
            source,
            "XML 带有文档类型定义（DOCTYPE），不读取",
            "the XML has a document type (DOCTYPE), which no SDMX message has: it is not read",
        )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'


def _from_xml(text: str, source: str, against_schema: bool) -> pd.DataFrame:
    try:
        datasets = read_sdmx(text, validate=against_schema).data or ()
    except (*_BROKEN, NotReadError) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:_SHOWN]
        raise SourceFormError(
            source,
            f"不是可读的 SDMX-ML 数据文件：{reason}",
            f"no SDMX-ML data message that can be read: {reason}",
        ) from None
    frames = [_with_attributes(dataset) for dataset in datasets if dataset.action is not ActionType.Delete]
    frames = [frame for frame in frames if len(frame)]
    return _texts(pd.concat(frames, ignore_index=True)) if frames else pd.DataFrame()


def _with_attributes(dataset: object) -> pd.DataFrame:
    """The rows, with what is said of the whole data set wherever a row says nothing itself."""
    if not isinstance(dataset, PandasDataset):
        return pd.DataFrame()
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
