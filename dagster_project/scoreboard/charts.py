"""SVG from numbers, made on the server: lines over months, levels across, and words for who can't see them.

Belongs here: geometry and markup. Looks are presentation attributes, since the content security policy refuses inline
styles and the renderer of PDF knows no style sheet inside a picture; classes let the page's style sheet change them.
Does not belong here: which lines a target has (`courses.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from markupsafe import Markup

from dagster_project.scoreboard.marks import MARKS


class Stroke(StrEnum):
    """What a line or level is, and so how it looks."""

    ACTUAL = "actual"
    LINEAR = "linear"
    SEASONAL = "seasonal"
    SCHEDULE = "schedule"
    TARGET = "target"
    STRETCH = "stretch"
    FORECAST = "forecast"


_SAME = 1e-9  # figures this near to each other, as a share of the larger, are drawn as one
_INK, _QUIET, _GRID, _FAN = "#1f2328", "#57606a", "#e3e7ec", "#cfe3f1"
_LOOKS = {  # colour ('' for that of the light), dashes
    Stroke.ACTUAL: ("", ""),
    Stroke.LINEAR: ("#4d5b69", "6 4"),
    Stroke.SCHEDULE: ("#4d5b69", "9 3 2 3"),
    Stroke.SEASONAL: ("#7a5195", "2 3.5"),
    Stroke.TARGET: ("#1b4b72", ""),
    Stroke.STRETCH: ("#1b4b72", "9 3"),
    Stroke.FORECAST: ("#0f6fa8", "3 2"),
}


def look(stroke: Stroke, light: str = "", *, thick: float = 2.0) -> Markup:
    """The attributes that draw a line; `light` colours the actual figures."""
    colour, dashes = _LOOKS[stroke]
    dashed = Markup(' stroke-dasharray="{}"').format(dashes) if dashes else ""
    return Markup('stroke="{}" stroke-width="{}"{}').format(colour or _colour(light), _n(thick), dashed)


@dataclass(frozen=True, slots=True)
class Line:
    """`points`: (month ordinal, value), by month. A gap of more than `bridge` months is left open."""

    stroke: Stroke
    name: str
    points: tuple[tuple[int, float], ...]
    bridge: int = 2


@dataclass(frozen=True, slots=True)
class Level:
    """A value across the whole chart."""

    stroke: Stroke
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Band:
    """Between two lines: (month ordinal, low, high), by month."""

    name: str
    points: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """`first` and `last`: the months of the axis, as ordinals. `title` and `description` are read aloud in the chart's
    place. `light`: the class of the line of actual figures."""

    title: str
    description: str
    lines: tuple[Line, ...]
    levels: tuple[Level, ...]
    first: int
    last: int
    light: str = ""
    bands: tuple[Band, ...] = ()

    def values(self) -> list[float]:
        """Everything that has to fit."""
        found = [value for line in self.lines for _, value in line.points]
        found += [value for band in self.bands for _, *limits in band.points for value in limits]
        return [value for value in (*found, *(level.value for level in self.levels)) if math.isfinite(value)]


@dataclass(frozen=True, slots=True)
class _Frame:
    """From months and values to places in the picture."""

    left: float
    right: float
    top: float
    bottom: float
    first: int
    last: int
    low: float
    high: float

    def x(self, ordinal: float) -> float:
        return self.left + (self.right - self.left) * (ordinal - self.first) / max(self.last - self.first, 1)

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * (value - self.low) / (self.high - self.low)


def sparkline(chart: Chart, *, width: int = 132, height: int = 36) -> Markup:
    """A small chart for a row of a table: lines and levels alone. Empty without any figure."""
    if not any(line.points for line in chart.lines if line.stroke is Stroke.ACTUAL):
        return Markup("")
    chart = replace(chart, lines=tuple(line for line in chart.lines if line.stroke is not Stroke.FORECAST), bands=())
    frame = _frame(chart, _Frame(3, width - 4, 4, height - 4, chart.first, chart.last, 0, 1))
    body = [_level(level, frame, thick=1.1) for level in chart.levels]
    body += [
        _line(line, frame, chart.light, thick=1.8 if line.stroke is Stroke.ACTUAL else 1.1)
        for line in chart.lines
        if line.stroke is not Stroke.SEASONAL
    ]
    body += [_last_point(line, frame, chart.light) for line in chart.lines if line.stroke is Stroke.ACTUAL]
    return _picture(chart, width, height, "spark", body)


def drawn(
    chart: Chart,
    *,
    month: Callable[[int], str],
    amount: Callable[[float], str],
    width: int = 860,
    height: int = 320,
    months: int = 12,
) -> Markup:
    """The whole chart with axes. `month` says an ordinal under the axis (at most `months` of them), `amount` a value
    beside it."""
    steps = ticks(chart.values())
    bounds = _Frame(72, width - 24, 14, height - 32, chart.first, chart.last, 0, 1)
    frame = _frame(chart, bounds, steps)
    body = [_grid(step, frame, amount(step)) for step in steps]
    every = max(1, math.ceil((chart.last - chart.first + 1) / months))
    body += [
        _month(ordinal, frame, month(ordinal), second=bool(place % 2))
        for place, ordinal in enumerate(range(chart.first, chart.last + 1, every))
    ]
    body += [_band(band, frame) for band in chart.bands]
    body += [_level(level, frame) for level in chart.levels]
    body += [_line(line, frame, chart.light) for line in chart.lines]
    body += [_points(line, frame, chart.light, month, amount) for line in chart.lines if line.stroke is Stroke.ACTUAL]
    return _picture(chart, width, height, "chart", body)


def bar(reached: float, expected: float, *, light: str) -> Markup:
    """How much is reached (a fraction) beside how much should be. Decoration: the numbers stand beside it."""
    if not math.isfinite(reached):
        return Markup("")
    filled = min(max(reached, 0.0), 1.0) * 100
    tick = Markup("")
    if math.isfinite(expected) and 0 < expected < 1:
        tick = Markup('<rect class="tick" x="{x}" y="0" width="1.4" height="12" fill="{ink}"/>').format(
            x=_n(min(expected * 100, 98.6)), ink=_INK
        )
    return Markup(
        '<svg class="bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="ground" x="0" y="2" width="100" height="8" fill="#e6eaee"/>'
        '<rect class="filled" x="0" y="2" width="{filled}" height="8" fill="{colour}"/>{tick}</svg>'
    ).format(colour=_colour(light), filled=_n(filled), tick=tick)


def key(stroke: Stroke, light: str = "") -> Markup:
    """A short piece of a line, for a legend."""
    return Markup(
        '<svg class="key" viewBox="0 0 28 8" width="28" height="8" aria-hidden="true" focusable="false">'
        '<line {look} x1="0" x2="28" y1="4" y2="4"/></svg>'
    ).format(look=look(stroke, light))


def band_key() -> Markup:
    """A piece of a band, for a legend."""
    return Markup(
        '<svg class="key" viewBox="0 0 28 8" width="28" height="8" aria-hidden="true" focusable="false">'
        '<rect fill="{colour}" x="0" y="0" width="28" height="8"/></svg>'
    ).format(colour=_FAN)


def ticks(values: Sequence[float], wanted: int = 5) -> list[float]:
    """Round numbers (1, 2, 5 times a power of ten) that span the values, from zero where they are all on one side and
    zero is not far."""
    if not values:
        return [0.0, 1.0]
    low, high = min(values), max(values)
    if low > 0 and low < 0.75 * high:
        low = 0.0
    if high < 0 and high > 0.75 * low:
        high = 0.0
    if high - low <= _SAME * max(abs(low), abs(high)):
        low, high = low - (abs(low) * 0.1 or 1.0), high + (abs(high) * 0.1 or 1.0)
    rough = (high - low) / wanted
    power = 10 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def _frame(chart: Chart, bounds: _Frame, steps: Sequence[float] | None = None) -> _Frame:
    values = chart.values()
    if steps is None:
        low, high = min(values), max(values)
        low = min(low, 0.0) if low < 0.75 * high else low
        same = high - low <= _SAME * max(abs(low), abs(high))
        spare = (abs(high) * 0.1 or 1.0) if same else (high - low) * 0.06
        low, high = low - (0 if low == 0 else spare), high + spare
    else:
        low, high = steps[0], steps[-1]
    return _Frame(bounds.left, bounds.right, bounds.top, bounds.bottom, chart.first, chart.last, low, high)


def _picture(chart: Chart, width: int, height: int, kind: str, body: Iterable[Markup]) -> Markup:
    return Markup(
        '<svg class="{kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        'focusable="false" aria-label="{title}：{description}">{body}</svg>'
    ).format(
        kind=kind,
        width=width,
        height=height,
        title=chart.title,
        description=chart.description,
        body=Markup("").join(body),
    )


def _line(line: Line, frame: _Frame, light: str, *, thick: float = 2.0) -> Markup:
    parts: list[str] = []
    before: int | None = None
    for ordinal, value in line.points:
        joined = before is not None and ordinal - before <= line.bridge
        parts.append(f"{'L' if joined else 'M'}{_n(frame.x(ordinal))} {_n(frame.y(value))}")
        before = ordinal
    if not parts:
        return Markup("")
    return Markup('<path class="line {stroke}" fill="none" stroke-linejoin="round" {look} d="{path}"/>').format(
        stroke=line.stroke.value, look=look(line.stroke, light, thick=thick), path="".join(parts)
    )


def _band(band: Band, frame: _Frame) -> Markup:
    if not band.points:
        return Markup("")
    there = [(ordinal, low) for ordinal, low, _ in band.points]
    back = [(ordinal, high) for ordinal, _, high in reversed(band.points)]
    edge = " ".join(f"{_n(frame.x(ordinal))},{_n(frame.y(value))}" for ordinal, value in (*there, *back))
    return Markup('<polygon class="band" fill="{colour}" points="{edge}"/>').format(colour=_FAN, edge=edge)


def _level(level: Level, frame: _Frame, *, thick: float = 1.8) -> Markup:
    return Markup('<line class="level {stroke}" {look} x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>').format(
        stroke=level.stroke.value,
        look=look(level.stroke, thick=thick),
        left=_n(frame.left),
        right=_n(frame.right),
        y=_n(frame.y(level.value)),
    )


def _last_point(line: Line, frame: _Frame, light: str) -> Markup:
    ordinal, value = line.points[-1]
    return Markup('<circle class="point" cx="{x}" cy="{y}" r="2.5" fill="{colour}"/>').format(
        colour=_colour(light), x=_n(frame.x(ordinal)), y=_n(frame.y(value))
    )


def _points(
    line: Line, frame: _Frame, light: str, month: Callable[[int], str], amount: Callable[[float], str]
) -> Markup:
    return Markup("").join(
        Markup(
            '<circle class="point" cx="{x}" cy="{y}" r="3.5" fill="#ffffff" stroke="{colour}" stroke-width="2">'
            "<title>{words}</title></circle>"
        ).format(
            colour=_colour(light),
            x=_n(frame.x(ordinal)),
            y=_n(frame.y(value)),
            words=f"{month(ordinal)} {amount(value)}",
        )
        for ordinal, value in line.points
    )


def _grid(value: float, frame: _Frame, words: str) -> Markup:
    return Markup(
        '<line class="grid" stroke="{grid}" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>'
        '<text class="value" fill="{quiet}" font-size="12" x="{before}" y="{under}" text-anchor="end">{words}</text>'
    ).format(
        grid=_GRID,
        quiet=_QUIET,
        left=_n(frame.left),
        right=_n(frame.right),
        y=_n(frame.y(value)),
        before=_n(frame.left - 8),
        under=_n(frame.y(value) + 4),
        words=words,
    )


def _month(ordinal: int, frame: _Frame, words: str, *, second: bool) -> Markup:
    """`second`: every other one, which a narrow screen leaves out."""
    return Markup(
        '<text class="month{second}" fill="{quiet}" font-size="12" x="{x}" y="{y}" text-anchor="middle">{words}</text>'
    ).format(
        second=" second" if second else "", quiet=_QUIET, x=_n(frame.x(ordinal)), y=_n(frame.bottom + 22), words=words
    )


def _colour(light: str) -> str:
    """The colour of a light, dark enough on white."""
    return MARKS[light].css if light in MARKS else _QUIET


def _n(number: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{number:.1f}".removesuffix(".0")
