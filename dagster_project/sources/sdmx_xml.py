"""XML of strangers, made safe to parse, and what pysdmx makes of it.

A document type, which entities need, is refused before anything parses the document; no SDMX message has one. So are
elements in one another beyond any that a message has, and more values than may be taken.

Belongs here: documents. Does not belong here: observations (`sdmx_reading.py`), structures (`sdmx_structure.py`).
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

from lxml.etree import (  # type: ignore[import-untyped]  # it has no annotations
    LxmlError,
    XMLParser,
    fromstring,
    tostring,
)
from pysdmx.errors import InternalError, Invalid
from pysdmx.errors import NotImplemented as NotReadError
from pysdmx.io import read_sdmx
from pysdmx.model.message import Message

from dagster_project.sources.json_rows import too_many
from validators.errors import SourceFormError, SourceRefusedError

_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*?(?:encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'][^>]*?)?\?>\s*")
_ENCODINGS = {"gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030", "utf-8": "utf-8", "us-ascii": "ascii"}
_UTF_8 = '<?xml version="1.0" encoding="UTF-8"?>\n'
_DEEPEST = 64
_SHOWN = 300

# What a document that breaks the rules of its format may do to a reader of dictionaries.
_BROKEN = (
    Invalid,
    InternalError,
    NotReadError,
    LxmlError,
    expat.ExpatError,
    KeyError,
    TypeError,
    AttributeError,
    ValueError,
    IndexError,
)


def message(data: bytes, source: str, *, against_schema: bool, max_cells: int) -> Message:
    """The SDMX-ML message. SourceFormError for what is none that can be read; see `document`."""
    return understood(document(data, source, max_cells), source, against_schema=against_schema)


def understood(text: str, source: str, *, against_schema: bool) -> Message:
    """What pysdmx makes of a document. SourceFormError for what is no SDMX-ML message."""
    try:
        return read_sdmx(text, validate=against_schema)
    except _BROKEN as error:
        raise _unreadable(error, source) from None


def tree(text: str, source: str) -> Any:
    """The root of the elements of a document."""
    try:
        return fromstring(text.encode(), XMLParser(resolve_entities=False, no_network=True))
    except LxmlError as error:
        raise _unreadable(error, source) from None


def written(root: Any) -> str:
    """The document of which this is the root."""
    return f"{_UTF_8}{tostring(root, encoding='unicode')}"


def document(data: bytes, source: str, max_cells: int) -> str:
    """The document with a declaration that says UTF-8, which the text then is. SourceRefusedError for one with a
    document type, or with more values than `max_cells`; SourceFormError for one that is no XML, or too deep."""
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
    _walk(text, source, max_cells)
    return f"{_UTF_8}{text}"


def _walk(text: str, source: str, max_cells: int) -> None:
    """Goes through the document once without keeping anything of it."""
    depth, values = 0, 0

    def opens(_: str, attributes: list[str]) -> None:
        nonlocal depth, values
        depth, values = depth + 1, values + 1 + len(attributes) // 2
        if depth > _DEEPEST:
            raise SourceFormError(source, "XML 嵌套过深，不读取", "the XML is nested too deeply and was not read")
        if values > max_cells:
            raise too_many(source, max_cells)

    def closes(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler, parser.EndElementHandler = opens, closes
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise _unreadable(error, source) from None


def _unreadable(error: Exception, source: str) -> SourceFormError:
    """MemoryError where that is what a parser means, for its limit to be named: libxml2 has no word for it, and `_walk`
    has seen that the document is well formed."""
    if any(words in str(error) for words in ("out of memory", "Memory allocation failed", "unknown error (<string>")):
        raise MemoryError from None
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:_SHOWN]
    return SourceFormError(
        source,
        f"不是可读的 SDMX-ML 数据文件：{reason}",
        f"no SDMX-ML data message that can be read: {reason}",
    )
