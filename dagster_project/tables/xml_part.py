"""Running expat over one part of an .xlsx.

Belongs here: what is never allowed in such a part. Does not belong here: what the parts say (`sheet_facts.py`,
`workbook_facts.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from dagster_project.tables.archive_check import damaged
from validators.errors import NotAWorkbookError

Start = Callable[[str, dict[str, str]], None]


def parse(data: bytes, file_name: str, start: Start | None = None, **more: Callable[..., None]) -> None:
    """Runs expat over one part. `start` gets local names; other handlers by expat's own names. A document type (the
    place where entities would be declared) is refused, and so is any encoding but UTF-8."""
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    if start is not None:
        parser.StartElementHandler = start
    for name, handler in more.items():
        setattr(parser, name, handler)
    refuse_document_type(data, file_name)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise damaged(file_name) from error


def refuse_document_type(data: bytes, file_name: str) -> None:
    """Raises NotAWorkbookError for a part that declares a document type, or is in an encoding that could hide it."""
    if b"<!DOCTYPE" in data or b"\0" in data[:4]:
        raise NotAWorkbookError(
            file_name,
            "工作簿的 XML 含有文档类型声明，电子表格软件不会这样写；请用 Excel 或 WPS 打开后另存为 .xlsx",
            "the workbook's XML declares a document type, which no spreadsheet program does; "
            "open it in Excel or WPS and save it as .xlsx",
        )


def local_name(tag: str) -> str:
    """The tag without its prefix."""
    return tag.rpartition(":")[2]
