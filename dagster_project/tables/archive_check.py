"""Whether a zip archive may be handed to a reader that unpacks it whole.

Belongs here: that an archive is complete, that it unpacks to what its directory says, and that this fits into memory.
Does not belong here: what the parts hold (`sheet_facts.py`).

The directory is not believed: a zip bomb can announce one byte and unpack to gigabytes, and can hold a name twice so
that two readers see two different parts. Every part is therefore unpacked here once, in pieces, and counted.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from validators.errors import NotAWorkbookError, TooLargeError, TruncatedWorkbookError

_MOST_PARTS = 20_000
_PIECE = 1 << 20
_LOCAL_HEADER = struct.Struct("<4s22x2H")
_ENCRYPTED = 0x1


def check_archive(data: bytes, file_name: str, most_bytes: int) -> zipfile.ZipFile:
    """The open archive. Raises TruncatedWorkbookError when it is damaged, TooLargeError when it unpacks to more than
    `most_bytes`, NotAWorkbookError when it uses something that no spreadsheet program writes."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError) as error:
        raise damaged(file_name) from error
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS:
        raise _too_large(file_name)
    names = [part.filename.replace("\\", "/").lower() for part in parts]
    if len(set(names)) < len(names) or any(part.flag_bits & _ENCRYPTED for part in parts):
        raise NotAWorkbookError(
            file_name,
            "压缩包内部结构异常（同名部件或加密部件），不是电子表格软件写出的文件；"
            "请用 Excel 或 WPS 打开后另存为 .xlsx",
            "the archive holds a part twice or an encrypted part, which no spreadsheet program writes; "
            "open it in Excel or WPS and save it as .xlsx",
        )
    left = most_bytes
    for part in parts:
        left -= _unpacked_size(data, part, left, file_name)
    return archive


def damaged(file_name: str) -> TruncatedWorkbookError:
    """The error for a workbook of which something is missing."""
    return TruncatedWorkbookError(
        file_name,
        "工作簿不完整或已损坏；请重新导出或重新上传",
        "the workbook is cut off or damaged; export it or upload it again",
    )


def _too_large(file_name: str) -> TooLargeError:
    return TooLargeError(
        file_name,
        "解压后的内容超过允许的大小；请只保留统计表再上传，或调高 XUSHI_MAX_CELLS",
        "it unpacks to more than is allowed; keep only the statistical tables, or raise XUSHI_MAX_CELLS",
    )


def _unpacked_size(data: bytes, part: zipfile.ZipInfo, most: int, file_name: str) -> int:
    size = 0
    for piece in _unpack(data, part, file_name):
        size += piece
        if size > most:
            raise _too_large(file_name)
    if size != part.file_size:
        raise damaged(file_name)
    return size


def _unpack(data: bytes, part: zipfile.ZipInfo, file_name: str) -> Iterator[int]:
    """Sizes of the unpacked pieces of one part, read from its own header on."""
    header = data[part.header_offset : part.header_offset + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size:
        raise damaged(file_name)
    signature, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    start = part.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    packed = memoryview(data)[start : start + part.compress_size]
    if signature != b"PK\x03\x04" or len(packed) < part.compress_size:
        raise damaged(file_name)
    if part.compress_type == zipfile.ZIP_STORED:
        yield len(packed)
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise damaged(file_name)
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for begin in range(0, len(packed), _PIECE >> 4):  # small pieces in: what is left over is copied each time
            rest: bytes | memoryview = packed[begin : begin + (_PIECE >> 4)]
            while rest and not unpacker.eof:
                yield len(unpacker.decompress(rest, _PIECE))
                rest = unpacker.unconsumed_tail
        while not unpacker.eof:
            piece = unpacker.decompress(b"", _PIECE)
            if not piece:
                raise damaged(file_name)
            yield len(piece)
    except zlib.error as error:
        raise damaged(file_name) from error
