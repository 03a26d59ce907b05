"""Counts with many zeros: a rate that is learnt from events and shares of the year, both as far as there is evidence.

Belongs here: the recursion over time. Does not belong here: which series it serves (`forecast_calls.py`).

Where a month brings nothing as often as not, its distance from a forecast says little, and the season of a few years is
mostly accident. So the level is events by time, both forgotten at the same pace (Harvey and Fernandes 1989, Time Series
Models for Count or Qualitative Observations: a gamma distribution that every Poisson count updates), where time runs as
fast as the month's share of a usual year; and the shares are those of the years before, drawn towards an even year as
if some years without a season were among them (the mean of a Dirichlet distribution). Forgetting and evenness run side
by side as sets of parameters, weighed as in `forecast_smoothing.py`; months of the year in hand move the rate alone.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from dagster_project.progress.arrays import Floats
from dagster_project.progress.forecast_smoothing import MEMORY, Question, Smoothed, faded, future_of

_POWER: Final = 4.0  # how fast a weight falls with the error over the whole horizon
_PATIENCE: Final = 24.0  # months after which the errors count half


_KEPT: Final = np.array((0.9, 0.95, 0.98, 0.995))[:, None, None]  # what an event counts a month later
_EVEN: Final = np.array((1.0, 4.0))[:, None]  # years without a season that stand beside those that are known


def count(values: Floats, local: Floats, ask: Question) -> Smoothed:
    """Run all sets of parameters over `values` (months, n), none below zero, NaN where unknown; row 0 is a January.

    `local` (months, n), `ask` and what comes out are those of `forecast_smoothing.smooth`, for sums alone.
    """
    months, number = values.shape
    last, sets = months - 1, (len(_KEPT), len(_EVEN))
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    begin = np.argmax(known, axis=0) // 12 * 12
    settled = np.isfinite(future_of(values, ask)) & (np.arange(months)[:, None] >= begin + 11)
    future = np.where(settled, future_of(values, ask), 0.0)
    sum_scale = np.where(settled, 1 / local, 0.0)
    counts = faded(settled)
    origins = [last - 12 * back for back in range(ask.origins)]
    judged = {origin - ask.fresh - ask.horizon: back for back, origin in enumerate(origins)}
    ahead = np.full((ask.origins, ask.horizon, number), np.nan)
    error, counted = np.full((ask.origins, number), np.nan), np.zeros((ask.origins, number))
    events, time = np.zeros((len(_KEPT), 1, number)), np.zeros((*sets, number))
    by_month, years = np.zeros((12, number)), np.zeros((12, number))
    share = np.ones((12, len(_EVEN), number))
    sums = np.zeros((*sets, number))
    sums_then: dict[int, Floats] = {}
    for month in range(months):
        of_year = month % 12
        kept = np.where(known[month], _KEPT, 1.0)
        events = events * kept + filled[month]
        time = time * kept + np.where(known[month], share[of_year], 0.0)
        by_month[of_year] += filled[month]
        years[of_year] += known[month]
        if of_year == 11:  # so that the months of the year in hand leave the shares alone
            share = _shares(by_month, years)
        rate = events / np.maximum(time, 1e-9)
        following = [(month + step) % 12 for step in range(1, ask.horizon + 1)]
        if month + ask.horizon <= last - ask.fresh:
            sums *= MEMORY
            sums += np.abs(future[month] - rate * share[following].mean(axis=0)) * sum_scale[month]
        if month in judged:
            sums_then[judged[month]] = sums.copy()
        if month in origins:
            back = origins.index(month)
            settled_by = month - ask.fresh - ask.horizon
            so_far = counts[settled_by] if settled_by >= 0 else np.zeros(number)
            errors = sums_then.get(back, np.zeros((*sets, number)))
            weight = _weights(errors, so_far)
            ahead[back] = ((weight * rate).sum(axis=0) * share[following]).sum(axis=1)
            counted[back] = so_far
            with np.errstate(invalid="ignore", divide="ignore"):
                error[back] = (weight * errors).sum(axis=(0, 1)) / so_far
    return Smoothed(ahead, error, counted)


def _shares(by_month: Floats, years: Floats) -> Floats:
    """(12, len(_EVEN), n) each month's part of a usual year, 1 on average, from the sums of the years before by month
    of the year (12, n) and the number of months that went into each."""
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = by_month.sum(axis=0) / years.sum(axis=0)
        mean = (by_month[:, None] + _EVEN * usual) / (years[:, None] + _EVEN)
        share = mean / mean.mean(axis=0)
    return np.where(np.isfinite(share), share, 1.0)


def _weights(sums: Floats, number: Floats) -> Floats:
    """(len(_KEPT), len(_EVEN), n), adding up to 1 for each series: the better a set was so far, the more it counts."""
    trust = number / (number + _PATIENCE)
    weight = np.exp(-trust * _POWER * np.log((sums + 1e-9) / (sums.min(axis=(0, 1)) + 1e-9)))
    return np.asarray(weight / weight.sum(axis=(0, 1)))
