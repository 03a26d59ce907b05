"""Which files of a folder are meant: a pattern with places for the period and the region, and names that never are.

Belongs here: names. Does not belong here: listing folders (`folder_storage.py`), reading periods out of names that no
pattern describes (`validators.periods`).

`*` is any text within a name, `?` one character, `[..]` one of several; `/` separates folders. `{year}` 2025, `{year2}`
25, `{month}` 3, `{month2}` 03, `{month_zh}` 三, `{quarter}` 1 and `{region}` stand for what is asked for. A number next
to a `*`, or at either end of a name, is a whole one: `*{month}月*` finds 1月 and not 11月.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from validators.catalogue import Cadence
from validators.periods import Month, Period, Quarter

_PLACES = ("year", "year2", "month", "month2", "month_zh", "quarter", "region")
_TOKEN = re.compile(r"\{(\w*)\}|(\*)|(\?)|(\[!?\]?[^\]/]*\])|([{}])|(.)", re.DOTALL)
_ZH = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_MONTHS = ("month", "month2", "month_zh")

# What programs call a file that they are still writing, or that is theirs alone.
_BEGINNINGS = (".", "~$", "~")
_ENDINGS = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".swp", ".lock", "~")


def is_temporary(name: str) -> bool:
    """Whether a file or a folder of this name is hidden, a lock, or still being written."""
    return name.startswith(_BEGINNINGS) or name.casefold().endswith(_ENDINGS)


def problems(pattern: str) -> list[str]:
    """What is wrong with a pattern, a line each."""
    found = []
    parts = pattern.split("/")
    if pattern.startswith("/") or any(part in ("", ".", "..") for part in parts):
        found.append(
            f"{pattern}：须为文件夹内的相对路径，不得含 .. / a path within the folder, without '..', '.' or empty parts"
        )
    if "**" in pattern:
        found.append(f"{pattern}：不支持 **，请逐级写出 / '**' isn't known: write one part for each level of folders")
    for part in parts:
        for place, _, _, _, brace, _ in _TOKEN.findall(part):
            if brace or (place and place not in _PLACES):
                known = ", ".join(f"{{{name}}}" for name in _PLACES)
                found.append(f"{pattern}：未知的占位 {{{place}}} / it has an unknown place; known are {known}")
    return found


def places(pattern: str) -> frozenset[str]:
    """The places that a pattern has."""
    return frozenset(token[0] for token in _TOKEN.findall(pattern) if token[0])


def says_period(pattern: str, cadence: Cadence) -> bool:
    """Whether a name that matches says which period of the cadence it is of."""
    named = places(pattern)
    if named.isdisjoint(("year", "year2")):
        return False
    if cadence is Cadence.ANNUAL:
        return True
    finer = _MONTHS if cadence is Cadence.MONTHLY else (*_MONTHS, "quarter")
    return not named.isdisjoint(finer)


def filled(period: Period, region: str) -> dict[str, str]:
    """What stands at each place for a period (a quarter's month is its last) and a region, as its folder calls it."""
    month = period.last_month
    found = {"year": f"{period.year:04d}", "year2": f"{period.year % 100:02d}", "region": region}
    if isinstance(period, Month | Quarter):
        found |= {"month": str(month.month), "month2": f"{month.month:02d}", "month_zh": _ZH[month.month - 1]}
        found["quarter"] = str((month.month + 2) // 3)
    return found


def matcher(part: str, values: Mapping[str, str]) -> re.Pattern[str]:
    """One part of a pattern (a name between two `/`) as an expression for `fullmatch` on `plain` names."""
    tokens = _TOKEN.findall(plain(part))
    written = []
    for position, (place, star, one, several, _, text) in enumerate(tokens):
        if star:
            written.append("[^/]*")
        elif one:
            written.append("[^/]")
        elif several:
            written.append(_class(several))
        elif place:
            left = position == 0 or tokens[position - 1][1] == "*"
            right = position == len(tokens) - 1 or tokens[position + 1][1] == "*"
            written.append(_whole(place, plain(values[place]), left, right))
        else:
            written.append(re.escape(text))
    return re.compile("".join(written), re.DOTALL)


def plain(name: str) -> str:
    """A name as it is compared: composed, since some systems store é and ガ in two characters."""
    return unicodedata.normalize("NFC", name)


def _class(several: str) -> str:
    negated = several.startswith("[!")
    inner = several[2 if negated else 1 : -1].replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^")
    inner = inner.replace("]", "\\]").replace("&&", "&\\&").replace("||", "|\\|").replace("~~", "~\\~")
    return f"[{'^/' if negated else ''}{inner}]" if inner else re.escape(several)


def _whole(place: str, value: str, left: bool, right: bool) -> str:
    if place == "region":
        return re.escape(value)
    digits = "一二三四五六七八九十" if place == "month_zh" else "0-9"
    before, after = f"(?<![{digits}])" if left else "", f"(?![{digits}])" if right else ""
    return f"{before}{re.escape(value)}{after}"
