"""What a file is beside its tables, in words: its name against its content, and what it carries that nobody opens.

Belongs here: findings about the whole file. Does not belong here: files that are refused (`open_book.py`), findings of
sheets and cells (`reading_findings.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from dagster_project.tables.grid import LINKS, MACROS, OBJECTS, Book
from validators.findings import Finding, Severity

_USUAL = {
    "xlsx": {".xlsx", ".xlsm", ".xltx", ".xltm", ".et", ".ett"},
    "xls": {".xls", ".xlt", ".et", ".ett"},
    "csv": {".csv", ".txt", ".tsv", ".tab", ".prn", ".dat", ".asc"},
}
_TABLES = set().union(*_USUAL.values())
_KINDS = {"xlsx": ".xlsx 工作簿 / an .xlsx workbook", "xls": ".xls 工作簿 / an .xls workbook", "csv": "文本 / text"}
# What Windows runs, or a browser shows, when somebody who was given the file back opens it.
_RUNS = {
    *(".exe", ".com", ".scr", ".pif", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".wsh", ".hta"),
    *(".msi", ".msp", ".lnk", ".url", ".jar", ".reg", ".cpl", ".dll", ".sys", ".inf", ".chm", ".iqy", ".slk", ".xll"),
    *(".xla", ".xlam", ".html", ".htm", ".mht", ".svg", ".xml", ".php", ".jsp", ".asp", ".aspx", ".sh", ".py"),
}
_SUFFIX = re.compile(r"\.[a-z0-9]*[a-z][a-z0-9]*")  # not the .03 of 外贸2025.03


def about_file(book: Book, file_name: str) -> Iterator[Finding]:
    """What the reader of the file should know of it as a whole."""
    yield from _name(book.kind, file_name)
    if MACROS in book.carries:
        yield Finding(
            Severity.INFO,
            "macros_never_run",
            "文件含有宏，本系统从不运行宏，只读取单元格中已保存的数值；建议另存为不含宏的 .xlsx 再上传。",
            "The file holds macros; they are never run, only the values stored in its cells are read. Better save it "
            "as .xlsx without macros before handing it in.",
            found=file_name,
        )
    if LINKS in book.carries:
        yield Finding(
            Severity.INFO,
            "links_never_followed",
            "文件引用了其他文件或数据连接，本系统从不打开它们，读取的是上次保存时的数值；"
            "请确认这些数值是最新的，或改为直接填写数值。",
            "The file refers to other files or data connections; they are never followed, and what was read are the "
            "values of the last save. Make sure that they are up to date, or type the numbers in.",
            found=file_name,
        )
    if OBJECTS in book.carries:
        yield Finding(
            Severity.INFO,
            "objects_never_opened",
            "文件中嵌有其他文件或控件，本系统不打开它们；其中如有统计表，请单独上传。",
            "Other files or controls are embedded in the file; they are not opened. Hand in tables that stand in them "
            "as files of their own.",
            found=file_name,
        )


def _name(kind: str, file_name: str) -> Iterator[Finding]:
    path = PurePath(file_name)
    suffixes = (path.suffix.lower(), PurePath(path.stem).suffix.lower())
    suffix, before = (one if _SUFFIX.fullmatch(one) else "" for one in suffixes)
    if suffix in _RUNS:
        yield Finding(
            Severity.ERROR,
            "name_of_a_program",
            f"文件名“{file_name}”以 {suffix} 结尾，这是程序或网页的扩展名，不予接收；"
            f"请把文件改名为 .{kind} 后重新上传。",
            f"The name {file_name!r} ends in {suffix}, like a program or a web page, and is not taken; rename the file "
            f"to .{kind} and hand it in again.",
            found=suffix,
            expected=f".{kind}",
        )
    elif (suffix and suffix not in _USUAL[kind]) or (before in _TABLES and before not in _USUAL[kind]):
        said = suffix if suffix not in _USUAL[kind] else before
        content = _KINDS[kind].split(" / ")
        yield Finding(
            Severity.INFO,
            "content_not_as_named",
            f"文件名中写着 {said}，内容却是{content[0]}，已按内容读取；请核对是否选错了文件，或改名为 .{kind}。",
            f"The file's name says {said}, but its content is {content[1]} and was read as such; check whether it is "
            f"the right file, or rename it to .{kind}.",
            found=said,
            expected=f".{kind}",
        )
