"""Spring Festival: what it moves between January and February, and the two months without it.

Belongs here: the days of the festival, and Januaries as they would be if it always lay half in each month. Does not
belong here: years in which January isn't known by itself, which need nothing of it (`forecast_months.py`).

The share of both months that January brings is compared with where the festival lay, within each series, and one
effect is estimated for all of them. What years have in common by accident is not the festival's: the effect must stand
out from it, and is drawn towards none otherwise (James and Stein 1961). What both months bring together stays as it is.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Final

import numpy as np

from dagster_project.progress.arrays import Floats, Integers

# Month and day of the first day of the lunar year, from the first year of each row on; a published fact: Hong Kong
# Observatory, Gregorian-Lunar Calendar Conversion Table.
_DAYS: Final = {
    1990: "0127 0215 0204 0123 0210 0131 0219 0207 0128 0216",
    2000: "0205 0124 0212 0201 0122 0209 0129 0218 0207 0126",
    2010: "0214 0203 0123 0210 0131 0219 0208 0128 0216 0205",
    2020: "0125 0212 0201 0122 0210 0129 0217 0206 0126 0213",
    2030: "0203 0123 0211 0131 0219 0208 0128 0215 0204 0124",
    2040: "0212 0201 0122 0210 0130 0217 0206 0126 0214 0202",
    2050: "0123",
}
_BEFORE, _AFTER = 10, 7  # days around it on which much rests: the way home, and the week off
_ACCIDENT: Final = 4.0  # the square of how many standard errors an effect may be by accident
_FEWEST: Final = 4  # years; fewer tell nothing of an effect


@cache
def festival(year: int) -> date | None:
    """The first day of the festival in a year from 1990 to 2050, else None."""
    words = _DAYS.get(year // 10 * 10, "").split()
    if year % 10 >= len(words):
        return None
    return date(year, int(words[year % 10][:2]), int(words[year % 10][2:]))


@cache
def lateness(year: int) -> float:
    """Where the festival lies: -1 all in January, 1 all in February; 0 for a year that isn't in the table."""
    first = festival(year)
    if first is None:
        return 0.0
    days = [first + timedelta(days=one) for one in range(-_BEFORE, _AFTER + 1)]
    return sum(1.0 if day.month == 2 else -1.0 for day in days) / len(days)


def settled(values: Floats, first_year: int | Integers) -> Floats:
    """`values` (n, months), the first a January of `first_year`, with every January as if the festival lay half in each
    month, and the rest of it in February. The last year counts for nothing in the effect, whatever is known of it.

    A January is multiplied by what its series' past and its year's festival say, and never by what its own February
    brought: so it says the same before that is known.
    """
    count, months = values.shape
    years = -(-months // 12)
    padded = np.concatenate([values, np.full((count, years * 12 - months), np.nan)], axis=1).reshape(count, years, 12)
    january, february = padded[:, :, 0], padded[:, :, 1]
    begins = np.broadcast_to(np.asarray(first_year), (count,))
    late = np.array([[lateness(int(year)) for year in range(begin, begin + years)] for begin in np.unique(begins)])
    late = late[np.searchsorted(np.unique(begins), begins)]
    both = january + february
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(both > 0, (january - february) / both, np.nan)
    share[:, -1] = np.nan
    # Months that came together were split in half and say nothing of the festival.
    share[~((january >= 0) & (february >= 0)) | (january == february)] = np.nan
    effect = _effect(share, late)
    known = np.isfinite(share)
    number = known.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = np.where(known, share - effect * late, 0.0).sum(axis=1, keepdims=True) / number
    usual = np.clip(usual, -0.8, 0.8)
    factor = np.where(number >= 1, (1 + usual) / np.maximum(1 + usual + effect * late, 0.1), 1.0)
    moved = january * (factor - 1)
    found = padded.copy()
    found[:, :, 0] += moved
    found[:, :, 1] -= moved
    return found.reshape(count, years * 12)[:, :months]


def _effect(share: Floats, late: Floats) -> float:
    """By how much (January - February) / both changes from a festival half in each month to one all in February."""
    known = np.isfinite(share)
    number = known.sum(axis=1, keepdims=True)
    enough = (number >= _FEWEST) & known
    if not enough.any():
        return 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.where(enough, share - np.where(known, share, 0.0).sum(axis=1, keepdims=True) / number, 0.0)
        late = np.where(enough, late - np.where(known, late, 0.0).sum(axis=1, keepdims=True) / number, 0.0)
    size = float((late**2).sum())
    if not size > 0:
        return 0.0
    raw = float((apart * late).sum() / size)
    # What is left over is alike for the series of a year: so years are what counts, not series.
    left = ((apart - raw * late) * late).sum(axis=0)
    years = int(enough.any(axis=0).sum())
    error = float((left**2).sum()) / size**2 * years / max(years - 2, 1)
    return raw * max(1 - _ACCIDENT * error / raw**2, 0.0) if raw else 0.0
