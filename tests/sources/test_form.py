"""What a source's answer is made of, from one answer to the next."""

from __future__ import annotations

from dagster_project.sources.form import compare

FORM = ("column:zb", "code:A01", "unit:A01=亿元", "code:A02", "unit:A02=%")


def test_a_code_that_is_not_published_takes_its_unit_with_it() -> None:
    change = compare(FORM, FORM[:3])
    assert change.gone == ("code:A02", "unit:A02=%")
    assert not change.breaks


def test_a_code_in_another_unit_is_another_form() -> None:
    assert compare(FORM, (*FORM[:2], "unit:A01=万元", *FORM[3:])).breaks


def test_a_column_that_is_gone_is_another_form_and_one_more_is_none() -> None:
    assert compare(FORM, (*FORM[1:], "column:code")).breaks
    assert not compare(FORM, (*FORM, "column:note")).breaks
