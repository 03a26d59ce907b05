"""The form of a source's answer against the last one."""

from __future__ import annotations

import pytest

from dagster_project.sources.form import Change, compare

_MARCH = ("column:value", "column:code", "code:A01", "code:A02", "unit:A01=亿元", "unit:A02=%", "figure:exports/ytd")


def test_the_same_form_in_any_order_has_not_changed() -> None:
    assert compare(_MARCH, reversed(_MARCH)) == Change()


def test_before_there_is_one_nothing_has_changed() -> None:
    assert compare((), _MARCH) == Change()
    assert compare(_MARCH, ()) == Change()


@pytest.mark.parametrize(
    ("gone", "came", "breaks"),
    [
        (("column:value",), (), True),
        (("column:value",), ("column:amount",), True),
        ((), ("column:note",), False),
        (("unit:A01=亿元",), ("unit:A01=万元",), True),
        (("code:A02", "unit:A02=%"), (), False),
        (("code:A02",), ("code:A03",), False),
        (("figure:exports/ytd",), ("figure:exports/month",), False),
    ],
)
def test_a_column_that_is_gone_or_a_unit_that_is_another_breaks(
    gone: tuple[str, ...], came: tuple[str, ...], breaks: bool
) -> None:
    now = [part for part in _MARCH if part not in gone] + list(came)
    change = compare([*_MARCH, "figure:exports/month2"], [*now, "figure:exports/month2"])
    assert (set(change.gone), set(change.came)) == (set(gone), set(came))
    assert change.breaks is breaks


def test_a_kind_of_part_that_only_one_knows_is_not_compared() -> None:
    assert compare(["column:a"], ["column:a", "code:A01", "unit:A01=%"]) == Change()
