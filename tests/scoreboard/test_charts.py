"""Pictures from numbers: sound SVG, round axes, nothing that the content security policy would refuse."""

from __future__ import annotations

import math
from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from dagster_project.scoreboard.charts import Band, Chart, Level, Line, Stroke, bar, drawn, sparkline, ticks

# Figures have at most a few decimals.
FIGURES = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False).map(lambda value: round(value, 6))


def chart(points: list[tuple[int, float]], target: float) -> Chart:
    line = Line(Stroke.ACTUAL, "实际 <actual>", tuple(points))
    level = Level(Stroke.TARGET, "≥1", target)
    return Chart('名 "name" & more', "<b>words</b>", (line,), (level,), first=24300, last=24311, light="green")


@given(st.lists(FIGURES, min_size=1, max_size=12), FIGURES)
def test_any_figures_make_a_picture_that_is_sound_and_holds_them(values: list[float], target: float) -> None:
    made = chart([(24300 + place, value) for place, value in enumerate(values)], target)
    for text in (sparkline(made), drawn(made, month=str, amount=str)):
        picture = ElementTree.fromstring(str(text))
        _, _, width, height = map(float, picture.attrib["viewBox"].split())
        assert picture.attrib["aria-label"] == '名 "name" & more：<b>words</b>'
        assert "style" not in str(text)
        for point in picture.iter("circle"):
            assert 0 <= float(point.attrib["cx"]) <= width
            assert 0 <= float(point.attrib["cy"]) <= height


@given(st.lists(FIGURES, min_size=1, max_size=20))
def test_an_axis_has_a_few_even_steps_that_span_the_figures(values: list[float]) -> None:
    steps = ticks(values)
    assert 2 <= len(steps) <= 9
    slack = 1e-6 * max(abs(value) for value in (*values, 1e-9))
    assert steps[0] <= min(values) + slack
    assert steps[-1] >= max(values) - slack


def test_amounts_begin_at_zero_and_indices_around_a_hundred_do_not() -> None:
    assert ticks([60.0, 325.0, 450.0]) == [0, 100, 200, 300, 400, 500]
    assert ticks([98.2, 101.5])[0] > 90


def test_a_gap_in_the_figures_is_left_open() -> None:
    line = Line(Stroke.ACTUAL, "", ((24301, 1.0), (24302, 2.0), (24309, 3.0)))
    made = Chart("", "", (line,), (), 24300, 24311)
    path = ElementTree.fromstring(str(sparkline(made))).find("path")
    assert path is not None
    assert path.attrib["d"].count("M") == 2


def test_without_figures_there_is_no_picture() -> None:
    assert sparkline(chart([], 5.0)) == ""
    assert bar(math.nan, 0.5, light="no_data") == ""


def test_a_bar_never_leaves_its_ground() -> None:
    for reached in (-0.4, 0.0, 0.7, 3.5):
        picture = ElementTree.fromstring(str(bar(reached, 0.75, light="green")))
        assert 0 <= float(picture.findall("rect")[1].attrib["width"]) <= 100


def test_a_fan_lies_within_the_picture_and_is_left_out_of_a_small_one() -> None:
    fan = Band("80%", ((24304, 5.0, 5.0), (24311, 2.0, 90.0)))
    made = replace(chart([(24304, 5.0)], 6.0), bands=(fan,))
    picture = ElementTree.fromstring(str(drawn(made, month=str, amount=str)))
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    (polygon,) = picture.findall("polygon")
    corners = [tuple(map(float, corner.split(","))) for corner in polygon.attrib["points"].split()]
    assert len(corners) == 4
    assert all(0 <= x <= width and 0 <= y <= height for x, y in corners)
    assert "polygon" not in str(sparkline(made))
