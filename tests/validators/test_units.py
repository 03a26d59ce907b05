from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from validators.catalogue import Catalogue, Unit, Words
from validators.errors import UnitError
from validators.units import SLIPS, UnitTable, slip, slips


@pytest.fixture(scope="module")
def units(small_catalogue: Catalogue) -> UnitTable:
    return UnitTable(small_catalogue.units)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("亿元", "亿元"),
        (" 亿 元 ", "亿元"),
        ("单位:亿元", "亿元"),
        ("单位：亿元", "亿元"),
        ("计量单位：万元", "万元"),
        ("（单位：亿元）", "亿元"),
        ("（亿元）", "亿元"),
        ("(亿元)", "亿元"),
        ("【亿元】", "亿元"),
        ("\u3000亿元", "亿元"),
        ("亿元人民币", "亿元"),
        ("亿美元", "亿美元"),
        ("%", "%"),
        ("％", "%"),
        ("(％)", "%"),
        ("百分点", "%"),
        ("个百分点", "%"),
        ("户", "家"),
    ],
)
def test_a_unit_is_found_however_it_is_written(units: UnitTable, text: str, key: str) -> None:
    assert units.find(text) == key


@pytest.mark.parametrize("text", ["", "亿", "元/亿", "单位：", "亿元、%", "出口总额", "()", "（"])
def test_a_text_that_names_no_unit_or_two_is_not_guessed(units: UnitTable, text: str) -> None:
    assert units.find(text) is None


def test_a_unit_that_ends_in_a_bracket_keeps_it() -> None:
    machines = UnitTable({"台(套)": Unit(name=Words(zh="台（套）", en="sets"), dimension="machine")})
    assert machines.find("台（套）") == machines.find("单位：台(套)") == machines.find("(台(套))") == "台(套)"


def test_percentage_points_need_a_declared_per_cent() -> None:
    assert UnitTable({}).find("个百分点") is None


def test_yi_and_wan_convert_exactly(units: UnitTable) -> None:
    assert units.factor("亿元", "万元") == 10_000
    assert units.exact_factor("万元", "亿元") == Decimal("0.0001")
    assert units.factor("人", "万人") == 1e-4
    assert units.factor("家", "家") == 1


def test_yuan_and_dollars_never_convert(units: UnitTable) -> None:
    with pytest.raises(UnitError, match=r"亿元.*亿美元"):
        units.factor("亿元", "亿美元")


def test_an_undeclared_unit_is_named_with_the_nearest(units: UnitTable) -> None:
    with pytest.raises(UnitError, match=r"亿员.*nearest: '亿"):
        units.factor("亿员", "亿元")


@given(st.sampled_from(["亿元", "万元"]), st.sampled_from(["亿元", "万元"]))
def test_there_and_back_is_one(one: str, other: str) -> None:
    table = UnitTable(
        {
            key: Unit(name=Words(zh=key, en=key), dimension="yuan", factor=Decimal(factor))
            for key, factor in (("亿元", 10**8), ("万元", 10**4))
        }
    )
    assert table.exact_factor(one, other) * table.exact_factor(other, one) == 1


@given(st.sampled_from(SLIPS), st.floats(1e-3, 1e9), st.floats(0.4, 2.5), st.sampled_from([1.0, -1.0]))
def test_a_slip_is_named_by_its_power_of_ten(power: int, usual: float, wobble: float, sign: float) -> None:
    assert slip(sign * usual * wobble * 10.0**power, usual) == power


@given(st.floats(1e-3, 1e9), st.floats(0.01, 100))
def test_an_ordinary_change_is_no_slip(usual: float, change: float) -> None:
    assert slip(usual * change, usual) is None


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf"), -float("inf")])
def test_zero_and_missing_values_are_no_slips(value: float) -> None:
    assert slip(value, 38.0) is None
    assert slip(38.0, value) is None


def test_slips_of_a_column_agree_with_slips_one_by_one() -> None:
    values = np.array([381_200.0, 38.1, 0.0038, np.nan, 38_000.0, 3.8e9])
    assert slips(values, 38.0).tolist() == [4, 0, -4, 0, 3, 8]
    assert [slip(value, 38.0) or 0 for value in values] == slips(values, 38.0).tolist()
