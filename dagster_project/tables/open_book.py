"""From bytes to the sheets of a file, whatever its format.

Belongs here: the format, told by the content and not by the name, and the files that are refused before any reader sees
them. Does not belong here: reading a format.
"""

from __future__ import annotations

from pathlib import PurePath

from dagster_project.tables.csv_text import read_csv
from dagster_project.tables.grid import Book
from dagster_project.tables.xls import read_xls
from dagster_project.tables.xlsx import read_xlsx
from validators.errors import EmptyFileError, NotAWorkbookError, TooLargeError

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BARE_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")  # Excel 2 to 4, outside a container
_WORKBOOK_SUFFIXES = {".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".xlt", ".et", ".ett"}
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta", b"mime-version")
_OTHER_MAGIC = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")


def check_size(size: int, file_name: str, max_bytes: int) -> None:
    """Raises TooLargeError for a file of more bytes than are allowed. Whoever takes files in asks this first, before
    the bytes are kept anywhere."""
    if size > max_bytes:
        raise TooLargeError(
            file_name,
            f"文件有 {size} 字节，超过允许的 {max_bytes} 字节；请只保留统计表再上传，或调高 XUSHI_MAX_UPLOAD_BYTES",
            f"the file has {size} bytes, {max_bytes} are allowed; keep only the statistical tables, "
            "or raise XUSHI_MAX_UPLOAD_BYTES",
        )


def open_book(data: bytes, file_name: str, *, max_bytes: int, max_cells: int) -> Book:
    """The sheets of the file. Raises an UnreadableFileError that says what is wrong with it."""
    check_size(len(data), file_name, max_bytes)
    if not data.strip(b"\0\t\r\n "):
        raise EmptyFileError(
            file_name,
            "文件是空的；请检查导出是否成功后重新上传",
            "the file is empty; check the export and hand it in again",
        )
    if data.startswith(_ZIP):
        return read_xlsx(data, file_name, max_cells)
    if data.startswith(_OLE2):
        return read_xls(data, file_name, max_cells)
    suffix = PurePath(file_name).suffix.lower()
    beginning = data[:512].lstrip(b"\xef\xbb\xbf\t\r\n ").lower()
    if beginning.startswith(_MARKUP):
        raise NotAWorkbookError(
            file_name,
            "这是网页（HTML/XML），不是工作簿，许多系统会这样导出“.xls”；请用 Excel 或 WPS 打开后另存为 .xlsx",
            "this is a web page (HTML/XML), which many systems export under the name .xls; "
            "open it in Excel or WPS and save it as .xlsx",
        )
    if suffix in _WORKBOOK_SUFFIXES or data.startswith((*_OTHER_MAGIC, *_BARE_BIFF)):
        named = suffix in _WORKBOOK_SUFFIXES
        raise NotAWorkbookError(
            file_name,
            f"内容不是工作簿{f'，尽管文件名以 {suffix} 结尾' if named else ''}；"
            "请用 Excel 或 WPS 另存为 .xlsx，文本表格请用 .csv 作文件名",
            f"the content is no workbook{f', although the name ends in {suffix}' if named else ''}; "
            "save it as .xlsx in Excel or WPS, and name a text table .csv",
        )
    return read_csv(data, file_name, max_cells)
