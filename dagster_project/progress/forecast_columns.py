"""The columns of a forecast, in their order and with their meaning, and the words in them.

All values are in the target's own unit; all chances and skills of flows, counts and stocks are fractions.

    target            id of the target
    as_of             month of the forecast, SDMX: '2025-05'
    period            month of the latest figure that it starts from, '' where there is none in the year
    due               month that is foretold
    horizon           months between the two; 0 once the year is finished
    method            member of Method, '' without a forecast
    reason            member of NoForecast, '' with one
    forecast_value    the value at the due month that is as likely to be exceeded as not
    low_80, high_80   as past forecasts from the same month came out, 80 of 100 lie between; 95 likewise
    low_95, high_95
    probability       of meeting the target: exactly 1 or 0 once that is decided; NaN without a forecast
    skill             mean absolute error of what this method would have said from the same month of past years: a
                      fraction of what came true, or percentage points for growth; NaN without a past year. By the
                      figures as they are now: what they were revised by since is in the intervals alone
    skill_unit        'share' or 'points'
    skill_years       how many past years that is
    skill_others      the same over all targets forecast from the same month over the same months
    history_years     whole years known before the one in hand (levels: years since the first figure)
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

FORECAST: Final = (
    "target",
    "as_of",
    "period",
    "due",
    "horizon",
    "method",
    "reason",
    "forecast_value",
    "low_80",
    "high_80",
    "low_95",
    "high_95",
    "probability",
    "skill",
    "skill_unit",
    "skill_years",
    "skill_others",
    "history_years",
)

PATH: Final = ("target", "period", "value", "low_80", "high_80", "low_95", "high_95")


class Method(StrEnum):
    """How a forecast came about."""

    FINISHED = "finished"  # the due month's own figure
    SMOOTHING = "smoothing"  # exponential smoothing of the series' own history, and the shares of its years
    OTHERS_PATH = "others_path"  # no history: the year so far, continued as the year went for others
    LAST_VALUE = "last_value"  # a level without history: as it is, changing as others did


class NoForecast(StrEnum):
    """Why there is none."""

    RANK = "rank"  # a place depends on the others' figures, which aren't known
    YEAR_END_ONLY = "year_end_only"  # known once a year: no month says anything about it
    NOT_BEGUN = "not_begun"  # the year of the target lies after the as-of month
    NO_FIGURES = "no_figures"  # nothing known to start from
    NO_HISTORY = "no_history"  # no earlier year, and too few others to learn from
    TOO_FAR = "too_far"  # due later than the known history reaches back
