"""Names of files from elsewhere: no folders, nothing unseen, nothing that a system forbids."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validators.file_names import UNNAMED, safe_name


@pytest.mark.parametrize("name", ["外贸.xlsx", "2025年3月 龙湾区（对外贸易）.et", "a.csv.xlsx", "-表.csv", "=1.xls"])
def test_a_harmless_name_stays_as_it_is(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("/root/表.xlsx", "表.xlsx"),
        ("..\\..\\Windows\\表.xlsx", "表.xlsx"),
        ("C:\\表.xlsx", "表.xlsx"),
        ("C:表.xlsx", "C_表.xlsx"),
        ("表.xlsx/", "表.xlsx"),
        ("表\0.xlsx", "表.xlsx"),
        ("表\r\nSet-Cookie: a.xlsx", "表Set-Cookie_ a.xlsx"),
        ("表\x1b[2J.xlsx", "表[2J.xlsx"),
        ("表\u202exslx.exe", "表xslx.exe"),
        ("表\u2066\u200b\ufeff.xlsx", "表.xlsx"),
        ("表.xlsx. . ", "表.xlsx"),
        ('a"<b>|?*.xlsx', "a__b____.xlsx"),
        ("CON", "_CON"),
        ("nul.xlsx", "_nul.xlsx"),
        ("e\u0301.xlsx", "é.xlsx"),
        ("表\ud800.xlsx", "表.xlsx"),
        ("", UNNAMED),
        ("..", UNNAMED),
        ("///", UNNAMED),
        ("\0\u202e", UNNAMED),
    ],
)
def test_what_a_name_may_not_hold_is_taken_away(name: str, expected: str) -> None:
    assert safe_name(name) == expected


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("表" * 500 + ".xlsx")
    assert name.endswith("….xlsx")
    assert len(name.encode()) <= 200


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_can_be_kept_and_changes_no_more(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert safe not in (".", "..")
    assert not set(safe) & set('/\\\0<>:"|?*')
    assert all(unicodedata.category(letter) not in ("Cc", "Cf", "Cs") for letter in safe)
    assert len(safe.encode()) <= 200
    assert safe_name(safe) == safe
