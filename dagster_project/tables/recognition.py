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

_LISTED = re.compile(r"[、,，;；和与及]")
_KINDS = "省市区县旗州盟"
_TOTAL = re.compile(r"合计|总计|总数|全部")
_WHOLE = re.compile(rf"[全本我][{_KINDS}]|{_TOTAL.pattern}")
_VAGUE = re.compile(rf"[全本我][{_KINDS}]|[{_KINDS}](?:本级|直)|{_TOTAL.pattern}")
_REVISED = re.compile(r"修订|订正|更正")
_FINAL = re.compile(r"终核|最终(?:核实|数|数据)|年报数")


def where_it_says(reading: Reading, table: Table) -> tuple[str, ...]:
    """Texts that may name a table's dataset and region, the most telling first: its titles, its sheet's name and title,
    the file's name."""
    sheet_titles = [sheet.title for sheet in reading.sheets if sheet.name == table.sheet]
    own = " ".join(table.titles)
    return (own, table.sheet, *sheet_titles, PurePath(reading.file).stem)


def datasets_named(catalogue: Catalogue, text: str) -> tuple[str, ...]:
    """The datasets whose words stand in the text; one that lists several subjects (进出口、外资) may name several."""
    named: list[str] = []
    for part in (text, *_LISTED.split(text)):
        named += [key for key in _longest_named(catalogue, part) if key not in named]
    return tuple(named)


def _longest_named(catalogue: Catalogue, text: str) -> tuple[str, ...]:
    """Only the datasets with the longest word that stands in the text, since words contain each other."""
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
    """For each table of the file the datasets that its own words name."""
    own: list[tuple[str, ...]] = []
    for table in reading.tables:
        named: tuple[str, ...] = ()
        for text in where_it_says(reading, table):
            named = datasets_named(catalogue, text)
            if named:
                break
        own.append(named)
    return own


def find_region(reading: Reading, table: Table, catalogue: Catalogue, given: str | None) -> str | None:
    """The region of a table: by its titles, its sheet, what was given, the file's name. 全市 in a title means the city
    of whoever hands in, and only without anything better the one to which the catalogue gives that word."""
    *inside, file_name = where_it_says(reading, table)
    for text in inside:
        found = region_named(catalogue, text)
        if found:
            return found
    home = given or region_named(catalogue, file_name)
    for text in inside:
        vague = region_named(catalogue, text, vague=True)
        if vague and (home is None or vague in _related(catalogue, (home,))):
            return vague
    return home or region_named(catalogue, file_name, vague=True)


def region_named(catalogue: Catalogue, text: str, *, vague: bool = False) -> str | None:
    """The region that the text names. A part comes before its whole (温州市龙湾区 is 龙湾区), a longer name before a
    shorter one that stands in it (温州 in 温州湾新区). `vague`: by words such as 全市 too."""
    names = sorted(_names(tuple(_pairs(catalogue))), key=lambda pair: -len(pair[0]))
    plain = compact(text).casefold()
    found: set[str] = set()
    for name, code in names:
        if name in plain and (vague or not _VAGUE.fullmatch(name)):
            plain = plain.replace(name, " ")
            found.add(code)
    wholes = {whole for code in found for whole in _related(catalogue, [code])[1:]}
    parts = [code for code in found if code not in wholes]
    return parts[0] if len(parts) == 1 else None


def region_called(catalogue: Catalogue, text: str) -> str | None:
    """The region whose name or alias the whole text is; also without its last word (新邵 for 新邵县), where only one
    region can be meant. Words such as 全市 are no names."""
    exact, short = _called(tuple(_pairs(catalogue)))
    plain = compact(text).casefold()
    found = exact.get(plain) or short.get(plain) or ()
    return found[0] if len(found) == 1 else None


def region_of_whole(catalogue: Catalogue, text: str, home: str, others: Iterable[str]) -> str | None:
    """The region that 全市, 全区 or 合计 means in a table about `home` ('' where nobody says it) with rows of `others`:
    home, or the whole of which the others are parts. 市本级 is a part that no catalogue has."""
    plain = compact(text)
    if not _WHOLE.fullmatch(plain):
        return None
    if _TOTAL.fullmatch(plain):
        return home or None
    kind = plain[1]
    if home and catalogue.regions[home].name.zh.endswith(kind):
        return home
    around = _related(catalogue, [home] if home else list(others))
    aliased = [code for code in around if plain in {compact(alias) for alias in catalogue.regions[code].aliases}]
    fitting = aliased or [code for code in around if catalogue.regions[code].name.zh.endswith(kind)]
    wholes = [code for code in fitting if not set(_related(catalogue, [code])[1:]) & set(fitting)]
    return wholes[0] if len(wholes) == 1 else None


def without_regions(catalogue: Catalogue, text: str) -> str:
    """The text without any region's name, and without words such as 全市."""
    for name, _ in sorted(_names(tuple(_pairs(catalogue))), key=lambda pair: -len(pair[0])):
        text = re.sub(re.escape(name), "", text, flags=re.IGNORECASE)
    return re.sub(rf"[全本我][{_KINDS}]", "", text)


def _related(catalogue: Catalogue, codes: Sequence[str]) -> list[str]:
    """The regions and all their wholes, nearest first."""
    found: list[str] = []
    for start in codes:
        code: str | None = start
        while code is not None and code in catalogue.regions and code not in found:
            found.append(code)
            code = catalogue.regions[code].part_of
    return found


def _pairs(catalogue: Catalogue) -> Iterable[tuple[str, str]]:
    for code, region in catalogue.regions.items():
        for name in (region.name.zh, region.name.en, *region.aliases):
            yield name, code


@lru_cache(maxsize=16)
def _called(pairs: tuple[tuple[str, str], ...]) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Regions by their whole names, and by names without the last word."""
    exact: dict[str, tuple[str, ...]] = {}
    short: dict[str, tuple[str, ...]] = {}
    for name, code in _names(pairs):
        if _VAGUE.fullmatch(name):
            continue
        exact[name] = tuple(dict.fromkeys((*exact.get(name, ()), code)))
        if len(name) > 2 and name[-1] in _KINDS:
            short[name[:-1]] = tuple(dict.fromkeys((*short.get(name[:-1], ()), code)))
    return exact, short


@lru_cache(maxsize=16)
def _names(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((compact(name).casefold(), code) for name, code in pairs)


def find_status(reading: Reading, tables: Sequence[Table]) -> str:
    """revised or final where a title, a sheet's or the file's name says so, else preliminary."""
    names = {table.sheet for table in tables}
    texts = [PurePath(reading.file).stem, *names, *(title for table in tables for title in table.titles)]
    if any(sheet.revised for sheet in reading.sheets if sheet.name in names) or any(map(_REVISED.search, texts)):
        return "revised"
    return "final" if any(map(_FINAL.search, texts)) else "preliminary"
