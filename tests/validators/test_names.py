from __future__ import annotations

import pytest

from validators.catalogue import Catalogue
from validators.names import NameTable


@pytest.fixture(scope="module")
def departments(small_catalogue: Catalogue) -> NameTable:
    return NameTable(small_catalogue.departments)


@pytest.mark.parametrize(
    "name",
    [
        "lw_science_talent",
        "新区科技和人才局〈区科技局〉",
        "区科技局",
        " 区 科技局",
        "LONGWAN science and talent bureau",
    ],
)
def test_a_department_goes_by_its_key_its_names_and_its_aliases(departments: NameTable, name: str) -> None:
    assert departments.find(name) == "lw_science_talent"


@pytest.mark.parametrize("name", ["", "科技局", "教育局"])
def test_a_name_that_nobody_has_is_not_guessed(departments: NameTable, name: str) -> None:
    assert departments.find(name) is None


def test_the_nearest_names_contain_what_was_typed(departments: NameTable) -> None:
    assert departments.nearest("商务", most=2) == ["区商务局", "市商务局"]


def test_regions_go_by_their_aliases_too(small_catalogue: Catalogue) -> None:
    regions = NameTable(small_catalogue.regions)
    assert [regions.find(name) for name in ("全区", "全市", "330303", "Wenzhou")] == [
        "330303",
        "330300",
        "330303",
        "330300",
    ]
