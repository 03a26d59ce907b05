"""Ways in which a file can be damaged or doctored, each a function of its bytes and a source of chance."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from random import Random

Damage = Callable[[bytes, Random], bytes]


def flipped(data: bytes, chance: Random) -> bytes:
    """One to eight bits turned over."""
    damaged = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def cut(data: bytes, chance: Random) -> bytes:
    """The file ends early, or lacks its beginning."""
    place = chance.randrange(1, len(data))
    return data[:place] if chance.random() < 0.8 else data[place:]


def spliced(data: bytes, chance: Random) -> bytes:
    """A stretch is missing, stands twice, is zeroed, or is full of noise."""
    start = chance.randrange(len(data))
    stretch = data[start : start + chance.choice([1, 2, 4, 16, 64, 512])]
    rest = data[start + len(stretch) :]
    noise = chance.choice([b"", stretch * 2, bytes(len(stretch)), chance.randbytes(len(stretch))])
    return data[:start] + noise + rest


def grown(data: bytes, chance: Random) -> bytes:
    """Something stands before, within or behind the file that doesn't belong to it."""
    strange = chance.choice([bytes(64), b"\xff" * 64, chance.randbytes(64), data[:256], b"PK\x05\x06" + bytes(18)])
    place = chance.choice([0, len(data), chance.randrange(len(data))])
    return data[:place] + strange + data[place:]


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zipped(parts: list[tuple[str, bytes]], chance: Random) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts:
            archive.writestr(name, content, chance.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED]))
    return stream.getvalue()


def members_changed(data: bytes, chance: Random) -> bytes:
    """A part of the archive is missing, empty, renamed, swapped with another, or new."""
    parts = list(_parts(data).items())
    place = chance.randrange(len(parts))
    name, content = parts[place]
    what = chance.randrange(6)
    if what == 0:
        del parts[place]
    elif what == 1:
        parts[place] = (name, b"")
    elif what == 2:
        parts[place] = (chance.choice([name.upper(), "../" + name, name + ".bak", name.replace("/", "\\")]), content)
    elif what == 3:
        other = chance.randrange(len(parts))
        parts[place], parts[other] = (name, parts[other][1]), (parts[other][0], content)
    elif what == 4:
        parts.append(
            (chance.choice(["../../evil", "xl/vbaProject.bin", "xl/worksheets/sheet9.xml", "a" * 300]), content)
        )
    else:
        chance.shuffle(parts)
    return _zipped(parts, chance)


_TAG = re.compile(rb"<[^<>]+>")
_ATTRIBUTE = re.compile(rb' ([A-Za-z:]+)="([^"]*)"')
_OF_CELLS = re.compile(rb"</?(?:c|v|t|f|is|r|si)[ >/]")
_STRANGE = [b"", b"-1", b"0", b"99999999999", b"1048577", b"ZZZ1", b"A0", b"&#0;", b"\xff", b"e", b"s", b"true", b"&x;"]


def xml_changed(data: bytes, chance: Random) -> bytes:
    """In one part a tag is gone, stands twice or is swapped, or an attribute says something else, under a checksum that
    is right. Left alone: the cells' own tags but for their addresses, and number formats, since another type or format
    makes another number without damaging anything."""
    parts = _parts(data)
    name, text = _part_of_xml(parts, chance)
    tags = [tag for tag in _TAG.finditer(text) if not _OF_CELLS.match(tag[0])]
    tag = chance.choice(tags or list(_TAG.finditer(text)))
    what = chance.randrange(4) if tags else 3
    if what == 0:
        text = text[: tag.start()] + text[tag.end() :]
    elif what == 1:
        text = text[: tag.start()] + tag[0] * 2 + text[tag.end() :]
    elif what == 2:
        text = text[: tag.start()] + chance.choice(tags)[0] + text[tag.end() :]
    else:
        attributes = [one for one in _ATTRIBUTE.finditer(tag[0]) if tags or one[1] == b"r"]
        if attributes:
            one = chance.choice(attributes)
            start = tag.start() + one.start(2)
            text = text[:start] + chance.choice(_STRANGE) + text[start + len(one[2]) :]
    parts[name] = text
    return _zipped(list(parts.items()), chance)


def xml_garbled(data: bytes, chance: Random) -> bytes:
    """Bytes of a part's tags are noise, under a checksum that is right; number formats are left alone."""
    parts = _parts(data)
    name, text = _part_of_xml(parts, chance)
    garbled = bytearray(text)
    tags = list(_TAG.finditer(text))
    for _ in range(chance.randint(1, 4)):
        tag = chance.choice(tags)
        garbled[chance.randrange(tag.start(), tag.end())] = chance.randrange(256)
    parts[name] = bytes(garbled)
    return _zipped(list(parts.items()), chance)


def _part_of_xml(parts: dict[str, bytes], chance: Random) -> tuple[str, bytes]:
    name = chance.choice([part for part in parts if part.endswith((".xml", ".rels")) and "styles" not in part])
    return name, parts[name]


def headers_lie(data: bytes, chance: Random) -> bytes:
    """Sizes, checksums, offsets and methods in the archive's directory or before its parts are wrong."""
    damaged = bytearray(data)
    places = [match.start() for match in re.finditer(rb"PK\x01\x02|PK\x03\x04|PK\x05\x06", data)]
    place = chance.choice(places)
    field = place + chance.randrange(4, 30)
    if field + 4 <= len(damaged):
        struct.pack_into(
            "<I", damaged, field, chance.choice([0, 1, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, chance.getrandbits(32)])
        )
    return bytes(damaged)


def xls_records(data: bytes, chance: Random) -> bytes:
    """Identifiers and lengths of records of an old workbook are wrong; what the records hold is left alone."""
    damaged = bytearray(data)
    start = 512  # the workbook's stream follows the container's head in the files that are made here
    places = []
    position = start
    while position + 4 <= len(data):
        identifier, length = struct.unpack_from("<HH", data, position)
        if not identifier or length > 8224:
            break
        places.append(position)
        position += 4 + length
    place = chance.choice(places)
    struct.pack_into(
        "<H",
        damaged,
        place + chance.choice([0, 2]),
        chance.choice([0, 1, 0xFFFF, 0x0809, 0x0203, chance.getrandbits(16)]),
    )
    return bytes(damaged)


def container_changed(data: bytes, chance: Random) -> bytes:
    """The head, the table of sectors or the directory of the container of an old workbook are wrong."""
    damaged = bytearray(data)
    where = chance.choice([range(512), range(max(512, len(data) - 2048), len(data))])
    for _ in range(chance.randint(1, 6)):
        damaged[chance.choice(where)] = chance.choice([0, 1, 0xFE, 0xFF, chance.randrange(256)])
    return bytes(damaged)


def csv_structure(data: bytes, chance: Random) -> bytes:
    """A separator, quote, line end, NUL or broken character too many, behind cells and never within one."""
    strange = chance.choice(
        [b",", b"\n", b"\r", b'"', b'""', b"\0", b"\xff", b"\xe5", b"\xef\xbb\xbf", b'"' * 7, b",,,,"]
    )
    places = _ends_of_cells(data)
    for place in sorted(chance.sample(places, min(len(places), chance.randint(1, 3))), reverse=True):
        data = data[:place] + strange + data[place:]
    return data


def csv_spliced(data: bytes, chance: Random) -> bytes:
    """Whole cells are missing or stand twice, or the file ends behind a cell, or noise stands there."""
    first, last = sorted(chance.sample(_ends_of_cells(data), 2))
    noise = bytes(chance.choice(b'\x00\x01\x1b\x80\xa1\xfe\xff,\n"') for _ in range(chance.randint(1, 64)))
    return chance.choice([data[:first], data[first:], data[:first] + data[last:], data[:last] + data[first:],
                          data[:first] + noise + data[first:]])  # fmt: skip


def _ends_of_cells(data: bytes) -> list[int]:
    """Where a separator or a line end stands outside of quotes."""
    return [match.start() for match in re.finditer(rb"[,\n]", data) if data[: match.start()].count(b'"') % 2 == 0]


XLSX: tuple[Damage, ...] = (
    flipped, spliced, cut, grown, members_changed, xml_changed, xml_changed, xml_garbled, headers_lie,
)  # fmt: skip
XLS: tuple[Damage, ...] = (xls_records, xls_records, container_changed, cut, grown)
CSV: tuple[Damage, ...] = (csv_structure, csv_spliced)
