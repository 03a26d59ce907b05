"""Whose table it is: the dataset and the region of each table of a file.

Belongs here: words of titles, sheet names and file names. Does not belong here: rows and columns (`matching.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import PurePath

from dagster_project.tables.header_words import compact
from dagster_project.tables.reading import Reading, Table
from validators.catalogue import Catalogue

_REVISED = re.compile(r"修订|订正|更正")
_FINAL = re.compile(r"终核|最终(?:核实|数|数据)|年报数")


def where_it_says(reading: Reading, table: Table) -> tuple[str, ...]:
    """Texts that may name a table's dataset and region, the most telling first: its titles, its sheet's name and title,
    the file's name."""
    sheet_titles = [sheet.title for sheet in reading.sheets if sheet.name == table.sheet]
    own = " ".join(table.titles)
    return (own, table.sheet, *sheet_titles, PurePath(reading.file).stem)


def datasets_named(catalogue: Catalogue, text: str) -> tuple[str, ...]:
    """The datasets whose words stand in the text; only those with the longest word, since words contain each other."""
    plain = compact(text).casefold()
    lengths = {
        key: max((len(compact(word)) for word in dataset.recognise.titles if _stands_in(word, plain)), default=0)
        for key, dataset in catalogue.datasets.items()
    }
    longest = max(lengths.values(), default=0)
    return tuple(key for key, length in lengths.items() if length == longest and length)


def _stands_in(word: str, text: str) -> bool:
    """Whether the word stands in the text; a word of Latin letters only by itself (R&D, not in FOR&DE)."""
    plain = compact(word).casefold()
    if plain.isascii():
        return re.search(rf"(?<![a-z]){re.escape(plain)}(?![a-z])", text) is not None
    return plain in text


def find_datasets(reading: Reading, catalogue: Catalogue) -> list[tuple[str, ...]]:
    """For each table of the file the datasets that it may belong to: by its own words, else by those of all its
    fellows."""
    own: list[tuple[str, ...]] = []
    for table in reading.tables:
        named: tuple[str, ...] = ()
        for text in where_it_says(reading, table):
            named = datasets_named(catalogue, text)
            if named:
                break
        own.append(named)
    known = {key for named in own for key in named}
    fellows = tuple(known) if len(known) == 1 else ()
    return [named or fellows for named in own]


def find_region(reading: Reading, table: Table, catalogue: Catalogue, given: str | None) -> str | None:
    """The region of a table: by its titles, its sheet, what was given, the file's name."""
    *inside, file_name = where_it_says(reading, table)
    for text in inside:
        found = region_named(catalogue, text)
        if found:
            return found
    return given or region_named(catalogue, file_name)


def region_named(catalogue: Catalogue, text: str) -> str | None:
    """The region that the text names. A part comes before its whole (温州市龙湾区 is 龙湾区), a longer name before a
    shorter one that stands in it (温州 in 温州湾新区)."""
    names = sorted(_names(tuple(_pairs(catalogue))), key=lambda pair: -len(pair[0]))
    plain = compact(text)
    found: set[str] = set()
    for name, code in names:
        if name in plain:
            plain = plain.replace(name, " ")
            found.add(code)
    wholes = {catalogue.regions[code].part_of for code in found}
    parts = [code for code in found if code not in wholes]
    return parts[0] if len(parts) == 1 else None


def region_called(catalogue: Catalogue, text: str) -> str | None:
    """The region whose name or alias the whole text is."""
    return dict(_names(tuple(_pairs(catalogue)))).get(compact(text))


def _pairs(catalogue: Catalogue) -> Iterable[tuple[str, str]]:
    for code, region in catalogue.regions.items():
        for name in (region.name.zh, region.name.en, *region.aliases):
            yield name, code


@lru_cache(maxsize=16)
def _names(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((compact(name), code) for name, code in pairs)


def find_status(reading: Reading, tables: Sequence[Table]) -> str:
    """revised or final where a title, a sheet's or the file's name says so, else preliminary."""
    names = {table.sheet for table in tables}
    texts = [PurePath(reading.file).stem, *names, *(title for table in tables for title in table.titles)]
    if any(sheet.revised for sheet in reading.sheets if sheet.name in names) or any(map(_REVISED.search, texts)):
        return "revised"
    return "final" if any(map(_FINAL.search, texts)) else "preliminary"
