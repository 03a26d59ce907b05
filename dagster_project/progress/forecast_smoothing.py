"""Exponential smoothing of many series at once, with every set of parameters at once.

Belongs here: the recursion over time and what each set of parameters would have said. Does not belong here: what the
values mean, the choice between logarithm and level, intervals (`forecast_calls.py`, `forecast_spread.py`).

Level, damped trend and additive season after Holt, Winters and Gardner, in the error-correction form of Hyndman et al.
(2008), Forecasting with Exponential Smoothing. Parameters are not fitted: a grid of them runs side by side, and the
forecasts are averaged with weights that fall with each one's errors so far. So there is nothing to converge, no series
is special, and the loop is over months alone.

The last `fresh` months (those of the year in hand) move the level and the season, but neither trend nor weights. Each
forecast therefore rises with each of them, which a probability of meeting a target must too.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final, Self

import numpy as np

from dagster_project.progress.arrays import Flags, Floats, Integers

FIRST_YEARS: Final = 4  # whose mean, slope and season the recursion starts from
_SLOPE_DOUBT: Final = 1.5  # a first slope counts t^2 / (t^2 + this): an accidental one would never fade undamped
_SEASON_DOUBT: Final = 0.8  # how much accident is taken out of a first season; below 1, since it is learnt later
_OUTLIER: Final = 8.0  # mean errors; what is beyond says nothing about the months to come
_JITTER: Final = 0.05  # of the local mean, which is never an outlier
_SUM_POWER: Final = 6.0  # how fast a weight falls with the error over the whole horizon
_STEP_POWER: Final = 20.0  # and with the error one month ahead, of which there are many
MEMORY: Final = 0.99  # what an error counts a month later: figures grow steadier, or less so
_PATIENCE: Final = 5.0  # months by horizon after which the errors count half: those of long ones overlap


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Sets of parameters, each of shape (g, 1): smoothing of level, of trend relative to it, damping, smoothing of the
    season, weight before any error is known."""

    alpha: Floats
    beta: Floats
    phi: Floats
    gamma: Floats
    prior: Floats

    @classmethod
    def of(cls, alphas: tuple[float, ...], trends: dict[tuple[float, float], float], gammas: tuple[float, ...]) -> Self:
        """All combinations; `trends` maps (beta, phi) to the weight before any error is known."""
        rows = [
            (alpha, beta, phi, gamma, prior)
            for alpha, ((beta, phi), prior), gamma in product(alphas, trends.items(), gammas)
        ]
        alpha, beta, phi, gamma, prior = np.array(rows).T[:, :, None]
        return cls(alpha, beta, phi, gamma, prior)


LONG: Final = Grid.of(
    (0.12, 0.25, 0.45, 0.75),
    {(0.0, 0.0): 3.0, (0.06, 0.95): 3.0, (0.02, 1.0): 1.0, (0.08, 1.0): 0.4},
    (0.03, 0.2, 0.7),
)
SHORT: Final = Grid.of((0.12, 0.35, 0.75), {(0.0, 0.0): 4.0, (0.05, 0.95): 3.0, (0.02, 1.0): 1.0}, (0.03, 0.4))
LEVELS: Final = Grid.of(
    (0.3, 0.6, 1.0), {(0.0, 0.0): 4.0, (0.1, 0.9): 1.5, (0.03, 0.97): 1.0}, (0.0,)
)  # without a season: rates


@dataclass(frozen=True, slots=True, eq=False)
class Smoothed:
    """What was said from each anniversary of the last month, the last month itself first.

    `ahead`: (origins, horizon, n), the weighted mean of the sets' forecasts, after `back` from their scale;
    `error`: (origins, n), the weighted mean absolute error per month over the horizon, relative to `local`, of all
    forecasts made and settled before the year in hand began; `counted`: how many these were.
    """

    ahead: Floats
    error: Floats
    counted: Floats


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the next `horizon` months, judged by their sum or by the last alone, with `fresh` months that
    weights and trends must not see, from `origins` anniversaries, in logarithms or not, with a season or not."""

    horizon: int
    fresh: int
    summed: bool
    logs: bool
    origins: int
    seasonal: bool = True


def smooth(values: Floats, local: Floats, ask: Question, grid: Grid) -> Smoothed:
    """Run all of `grid` over `values` (months, n), NaN where unknown; row 0 is a January.

    `local` (months, n): positive, what an error is measured by; 1 in logarithms, where errors are shares already. A
    series that knows no month before the fresh ones begins at zero: what comes out of it means nothing.
    """
    months, count = values.shape
    sets = grid.alpha.shape[0]
    begin, level_0, slope_0, season_0 = first_state(values, ask)
    level = np.repeat(level_0[None], sets, axis=0)
    slope = slope_0 * (grid.phi > 0)
    season = np.repeat(season_0[:, None], sets, axis=1)
    whole = season.sum(axis=0)
    alpha, trend, turn = grid.alpha, grid.alpha * grid.beta, grid.gamma * (1 - grid.alpha)
    reach = np.cumsum(grid.phi[:, 0] ** np.arange(1, ask.horizon + 1)[:, None], axis=0)[:, :, None]
    reach_mean = reach.mean(axis=0) if ask.summed else reach[-1]
    future = future_of(values, ask)

    known = np.isfinite(values) & (np.arange(months)[:, None] >= begin)
    filled = np.where(known, values, 0.0)
    live = known.astype(np.float64)
    step_scale = np.where(known & (np.arange(months)[:, None] >= begin + 11), 1 / local, 0.0)
    settled = np.isfinite(future) & (np.arange(months)[:, None] >= begin + 11)
    sum_scale = np.where(settled, 1 / local, 0.0)
    future = np.where(settled, future, 0.0)
    counts = faded(settled)

    last = months - 1
    room, least = _room(local, step_scale, begin, last - ask.fresh)
    origins = [last - 12 * back for back in range(ask.origins)]
    frozen = {origin - ask.fresh: back for back, origin in enumerate(origins)}
    judged = {origin - ask.fresh - ask.horizon: back for back, origin in enumerate(origins)}
    ahead = np.full((ask.origins, ask.horizon, count), np.nan)
    sums, steps = np.zeros((sets, count)), np.zeros((sets, count))
    sums_then: dict[int, Floats] = {}
    weights: dict[int, Floats] = {}
    error, counted = np.full((ask.origins, count), np.nan), np.zeros((ask.origins, count))
    base, wrong, part = np.empty((sets, count)), np.empty((sets, count)), np.empty((sets, count))
    # Where a series has not begun, its first state stands still; (months,) tells when all have.
    all_begun = int(begin.max(initial=0))
    for month in range(months):
        of_year = month % 12
        if month < all_begun:
            slope_now, moving = slope * (begin <= month), (begin <= month).astype(np.float64)
            drift = np.where(moving > 0, grid.phi * slope_now, slope)
            np.add(level, drift * moving, out=base)
        else:
            drift = grid.phi * slope
            np.add(level, drift, out=base)
        np.subtract(filled[month], base, out=wrong)
        wrong -= season[of_year]
        wrong *= live[month]
        if month <= last - ask.fresh:
            np.abs(wrong, out=part)
            part *= step_scale[month]
            steps *= MEMORY
            steps += part
        if ask.seasonal:
            np.multiply(steps, room[month], out=part)
            part += least[month]
            np.minimum(wrong, part, out=wrong)
            np.negative(part, out=part)
            np.maximum(wrong, part, out=wrong)
        np.multiply(alpha, wrong, out=part)
        np.add(base, part, out=level)
        slope = drift
        if month <= last - ask.fresh:
            slope += trend * wrong
        np.multiply(turn, wrong, out=part)
        season[of_year] += part
        whole += part
        if month + ask.horizon <= last - ask.fresh:
            mean = _season_ahead(season, whole, month, ask)
            np.multiply(reach_mean, slope, out=part)
            part += level
            part += mean
            np.subtract(future[month], part, out=part)
            np.abs(part, out=part)
            part *= sum_scale[month]
            sums *= MEMORY
            sums += part
        if month in judged:
            sums_then[judged[month]] = sums.copy()
        if month in frozen:
            back = frozen[month]
            # An origin too early for any forecast to have been settled has no sums yet.
            settled_sums = sums_then.pop(back, np.zeros((sets, count)))
            number = counts[month - ask.horizon] if month >= ask.horizon else np.zeros(count)
            weights[back] = _weights(settled_sums, steps, number, ask.horizon, grid)
            counted[back] = number
            with np.errstate(invalid="ignore", divide="ignore"):
                error[back] = (weights[back] * settled_sums).sum(axis=0) / number
        if month in origins:
            back = origins.index(month)
            weight = weights.pop(back, None)
            if weight is None:
                continue
            for ahead_by in range(ask.horizon):
                forecast = level + reach[ahead_by] * slope + season[(month + 1 + ahead_by) % 12]
                if ask.logs:
                    forecast = np.exp(np.minimum(forecast, 300.0))
                ahead[back, ahead_by] = (weight * forecast).sum(axis=0)
    return Smoothed(ahead, error, counted)


def first_state(values: Floats, ask: Question) -> tuple[Integers, Floats, Floats, Floats]:
    """Where each series begins (month number), and its level, monthly slope and season (12, n) there: from its first
    years with six months or more, not counting the fresh months.
    """
    months, count = values.shape
    old = values.copy()
    old[months - ask.fresh :] = np.nan
    years = -(-months // 12)
    old = np.concatenate([old, np.full((years * 12 - months, count), np.nan)]).reshape(years, 12, count)
    number = np.isfinite(old).sum(axis=1)
    full = number >= min(6, int(number.max(initial=1)))
    first = np.argmax(full, axis=0)
    place = first + np.arange(FIRST_YEARS)[:, None]
    inside = place < years
    window = old[np.minimum(place, years - 1), :, np.arange(count)]
    window = np.where(
        inside[..., None] & full[np.minimum(place, years - 1), np.arange(count)][..., None], window, np.nan
    )

    there = np.isfinite(window)
    per_year = there.sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(there, window, 0.0).sum(axis=2) / per_year
        used = per_year > 0
        rank = np.arange(FIRST_YEARS)[:, None]
        size = used.sum(axis=0)
        middle = (rank * used).sum(axis=0) / size
        mean = np.where(used, means, 0.0).sum(axis=0) / size
        spread = (used * (rank - middle) ** 2).sum(axis=0)
        slope = (np.where(used, means - mean, 0.0) * (rank - middle)).sum(axis=0) / spread
        slope = np.where(size > 1, slope, 0.0)
        left = np.where(used, means - mean - slope * (rank - middle), 0.0)
        noise = (left**2).sum(axis=0) / np.maximum(size - 2, 1)
        certain = np.where(size > 2, slope**2 * spread / noise, 1.0)
        slope = slope * np.where(np.isfinite(certain), certain / (certain + _SLOPE_DOUBT), 1.0)
        within = slope[None, :, None] / 12 * (np.arange(12) - 5.5)
        rest = np.where(there, window - means[..., None] - within, 0.0)
        season = (rest.sum(axis=0) / there.sum(axis=0)).T
        season = np.where(np.isfinite(season), season, 0.0) if ask.seasonal else np.zeros((12, count))
        season -= season.mean(axis=0)
        season *= _season_trust(np.where(there, rest - season.T, 0.0), there, season)
    level = mean - slope * middle - slope * 6.5 / 12
    return first * 12, np.nan_to_num(level), np.nan_to_num(slope / 12), season


def faded(settled: Flags) -> Floats:
    """(months, n) how many forecasts were settled by each month, or how many errors there were, old ones counting
    less."""
    found = np.zeros(settled.shape)
    number = np.zeros(settled.shape[1])
    for month, now in enumerate(settled):
        number = number * MEMORY + now
        found[month] = number
    return found


def _season_trust(left: Floats, there: Flags, season: Floats) -> Floats:
    """(n,) the part of a first season (12, n) that is no accident: what its size exceeds of what the rest (years, n,
    12) alone would make of so few years (James and Stein 1961). 1 where one year alone can't tell.
    """
    years = np.maximum(there.sum(axis=(0, 2)) / 12, 1e-9)
    noise = (left**2).sum(axis=(0, 2)) / np.maximum(there.sum(axis=(0, 2)) - 12, 1) / years
    size = (season**2).mean(axis=0)
    trust = np.where(size > 0, np.maximum(1 - _SEASON_DOUBT * noise / size, 0.0), 1.0)
    return np.where(years > 1, trust, 1.0)


def _room(local: Floats, step_scale: Floats, begin: Integers, until: int) -> tuple[Floats, Floats]:
    """How much of an error moves the states: so many times the sum of errors so far, plus so much; each (months, n),
    the same from month `until` on. All of it in the first two years."""
    months = np.minimum(np.arange(len(local)), max(until, 0))
    number = np.maximum(faded(step_scale > 0), 1)[months]
    learnt = months[:, None] >= begin + 24
    return (
        np.where(learnt, _OUTLIER * local[months] / number, 0.0),
        np.where(learnt, _JITTER, 1e9) * local[months],
    )


def future_of(values: Floats, ask: Question) -> Floats:
    """The mean of the next months, or the value at the horizon. (months, n), NaN where not all are known."""
    months = len(values)
    found = np.full(values.shape, np.nan)
    if months <= ask.horizon:
        return found
    if not ask.summed:
        found[: months - ask.horizon] = values[ask.horizon :]
        return found
    window = np.lib.stride_tricks.sliding_window_view(values[1:], ask.horizon, axis=0)
    found[: len(window)] = window.mean(axis=-1)
    return found


def _season_ahead(season: Floats, whole: Floats, month: int, ask: Question) -> Floats:
    """The mean season of the months ahead (or of the last); by the fewer additions."""
    if not ask.summed:
        return np.asarray(season[(month + ask.horizon) % 12])
    ahead = [(month + step) % 12 for step in range(1, ask.horizon % 12 + 1)]
    rounds = ask.horizon // 12
    if len(ahead) <= 6:
        some = season[ahead].sum(axis=0) if ahead else np.zeros_like(whole)
    else:
        some = whole - season[[of_year for of_year in range(12) if of_year not in ahead]].sum(axis=0)
    return np.asarray((some + rounds * whole) / ask.horizon)


def _weights(sums: Floats, steps: Floats, number: Floats, horizon: int, grid: Grid) -> Floats:
    """(sets, n), each column adding up to 1: the better a set was so far, the more it counts."""
    tiny = 1e-9
    trust = number / (number + _PATIENCE * horizon)
    best_sum, best_step = sums.min(axis=0) + tiny, steps.min(axis=0) + tiny
    fall = _SUM_POWER * np.log((sums + tiny) / best_sum) + _STEP_POWER * np.log((steps + tiny) / best_step)
    weight = grid.prior * np.exp(-trust * fall)
    return np.asarray(weight / weight.sum(axis=0))
