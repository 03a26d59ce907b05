"""The columns of an evaluation, in their order and with their meaning.

All ratios are fractions (0.662, not 66.2). All values are in the target's own unit.

    target               id of the target
    indicator, region    what is measured, where (region code)
    as_of                month of the judgement, SDMX: '2025-09'
    period               latest published period used, as published ('2025-09', '2025-Q3', '2025'); '' without data
    measure              ytd, yoy_ytd or level: which figure was used
    origin               published; cumulated (from months); derived (numerator / denominator); '' without data
    status               preliminary, revised or final: of the figure used; '' where it isn't known
    months               months of the year up to the period used (9 for September); 0 without data
    lag_months           months from the period used to the as-of month, or to the due month if that is past;
                         <NA> without data
    due                  month in which the target must hold, SDMX
    target_value         the promise
    actual_value         the figure
    attainment_ratio     how much of the target is reached; above 1 is better than promised. For level targets that
                         are to be low (at most, less than, rank within): target / actual. For accumulating ones
                         that are to be low it stays actual / target, the share that is used up. NaN where the
                         target is zero
    expected_ratio       attainment expected by the period used; 1 for levels; NaN before a year-end figure is there
    seasonal_ratio       share of the year reached by this month in up to three earlier years, on average; NaN
                         without
    pace_ratio           attainment / expected, turned over for accumulating targets that are to be low, so that 1
                         or more is always on pace (a tolerance may make slightly less than 1 suffice)
    expected_value       the value that would just be on pace now; for `about` levels its lower bound
    gap_value            distance to `expected_value`: positive is behind, negative ahead
    gap_points           the same in what the yellow band is measured in: per cent of the target's value, or
                         percentage points for growth
    band                 width of the yellow band in the same measure
    required_run_rate    what each remaining month must bring on average (for at most: may bring); NaN for levels
    average_run_rate     what each month so far has brought on average; NaN for levels
    remaining_months     months from the period used (without data: from the as-of month) to the due month
    settled              whether the figure of the due month itself is there, so that the judgement is final but
                         for revisions
    light                green, yellow, red, met, missed, awaiting, no_data
    reason_zh, reason_en one sentence with the inputs
"""

from __future__ import annotations

EVALUATION = (
    "target",
    "indicator",
    "region",
    "as_of",
    "period",
    "measure",
    "origin",
    "status",
    "months",
    "lag_months",
    "due",
    "target_value",
    "actual_value",
    "attainment_ratio",
    "expected_ratio",
    "seasonal_ratio",
    "pace_ratio",
    "expected_value",
    "gap_value",
    "gap_points",
    "band",
    "required_run_rate",
    "average_run_rate",
    "remaining_months",
    "settled",
    "light",
    "reason_zh",
    "reason_en",
)
