"""Years to date taken apart into months.

Belongs here: months from cumulated figures, gaps, January and February. Does not belong here: forecasting them.
"""

from __future__ import annotations

import numpy as np

from dagster_project.progress.arrays import Floats, Integers
from dagster_project.progress.panel import Panel


def months_of(panel: Panel, rows: Integers, until: int, *, join_new_year: bool) -> Floats:
    """What each month brought, (n, months): from the panel's first January to the month `until` (ordinal).

    A month without a year to date shares what the gap brought evenly with the next one that has it; after a year's
    last known one nothing is known. `join_new_year` gives January and February half of both together, which is how
    they are published, and takes away that Spring Festival moves between them.
    """
    wanted = until - panel.first + 1
    figures = panel.figures[rows, :wanted]
    count = len(rows)
    years = -(-wanted // 12)
    padded = np.full((count, years * 12), np.nan)
    padded[:, : figures.shape[1]] = figures
    ytd = padded.reshape(count, years, 12)
    if join_new_year:
        with_both = np.isfinite(ytd[:, :, 1])
        ytd[:, :, 0] = np.where(with_both, ytd[:, :, 1] / 2, ytd[:, :, 0])
    months = np.full_like(ytd, np.nan)
    # The last known figure before each month and the months since then: twelve steps over all series and years.
    before, at = np.zeros((count, years)), np.full((count, years), -1)
    for month in range(12):
        known = np.isfinite(ytd[:, :, month])
        mean = (ytd[:, :, month] - before) / (month - at)
        for gap in range(month, -1, -1):
            fill = known & (at < gap)
            if not fill.any():
                break
            months[:, :, gap] = np.where(fill, mean, months[:, :, gap])
        before = np.where(known, ytd[:, :, month], before)
        at = np.where(known, month, at)
    return months.reshape(count, years * 12)[:, :wanted]
