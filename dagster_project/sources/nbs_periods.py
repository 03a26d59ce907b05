"""How the national database writes periods.

easyquery: 202503, 2025A to 2025D, 2025. Portal: 202503MM, 202501SS (quarters; 2025Q1 with whatever ending is read as
well), 2025YY.

Belongs here: both ways between those and periods. Does not belong here: anything else of either interface.
"""

from __future__ import annotations

import re

from validators.periods import Month, Period, Quarter, Year

_EASYQUERY = re.compile(r"(?P<year>[0-9]{4})(?:(?P<month>0[1-9]|1[0-2])|(?P<letter>[A-D]))?")
_PORTAL = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<month>0[1-9]|1[0-2])MM|0?(?P<quarter>[1-4])SS|Q(?P<q>[1-4])[A-Z]*|(?:YY|AA))"
)
_LETTERS = "ABCD"


def easyquery(period: Period) -> str:
    """As easyquery writes it."""
    if isinstance(period, Month):
        return f"{period.year}{period.month:02d}"
    return f"{period.year}{_LETTERS[period.quarter - 1]}" if isinstance(period, Quarter) else f"{period.year}"


def portal(period: Period) -> str:
    """As the portal writes it."""
    if isinstance(period, Month):
        return f"{period.year}{period.month:02d}MM"
    return f"{period.year}{period.quarter:02d}SS" if isinstance(period, Quarter) else f"{period.year}YY"


def from_easyquery(text: str) -> Period | None:
    """None for what is no period there."""
    match = _EASYQUERY.fullmatch(text)
    if match is None:
        return None
    year, month, letter = match.groups()
    if month:
        return Month(int(year), int(month))
    return Quarter(int(year), _LETTERS.index(letter) + 1) if letter else Year(int(year))


def from_portal(text: str) -> Period | None:
    """None for what is no period there."""
    match = _PORTAL.fullmatch(text.strip())
    if match is None:
        return None
    quarter = match["quarter"] or match["q"]
    if match["month"]:
        return Month(int(match["year"]), int(match["month"]))
    return Quarter(int(match["year"]), int(quarter)) if quarter else Year(int(match["year"]))


def earlier(period: Period) -> Period:
    """The same period a year before (two years before a year): from where a range is asked, so that one whose last
    periods are not published yet is not empty."""
    if isinstance(period, Month):
        return period.plus(-12)
    return Quarter(period.year - 1, period.quarter) if isinstance(period, Quarter) else Year(period.year - 2)


def like(period: Period, month: Month) -> Period:
    """The month, quarter or year, whichever `period` is, that the month is in."""
    if isinstance(period, Month):
        return month
    return Quarter(month.year, (month.month + 2) // 3) if isinstance(period, Quarter) else Year(month.year)
