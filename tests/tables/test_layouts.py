"""Whatever the layout, a figure is read as what was written, or left out with a word about it; nothing else comes out.

2,160 tables of drawn layouts: the case is found again by its number, which is its seed. A refusal is allowed and
counted, a silent error is not.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

import pytest

from dagster_project.tables import read_tables, to_observations
from tests.tables.layouts import HEADERS, Key, Written, bulletins, histories
from validators.catalogue import Catalogue
from validators.findings import Severity

CASES = 60
OF_ONE_CELL = {"text_in_number", "error_cell", "row_missing"}  # errors that say nothing against the other cells
NUMBERS = range(3)


class Tally:
    """How many figures were written and how many came back."""

    def __init__(self) -> None:
        self.written = self.read = 0
        self.why: list[str] = []


def check(written: Written, catalogue: Catalogue, tally: Tally) -> None:
    mapped = to_observations(read_tables(written.data, written.name), catalogue)
    read: dict[Key, float] = {
        (row.indicator, row.region, row.period, row.measure): row.value for row in mapped.observations.itertuples()
    }
    rules = sorted({finding.rule for finding in mapped.findings})
    blocking = {finding.rule for finding in mapped.findings if finding.severity is Severity.ERROR}
    tally.written += len(written.truth)
    if blocking - OF_ONE_CELL:  # the whole file is rejected: nothing of it is believed
        tally.why += sorted(blocking)
        return
    for key, value in read.items():
        assert key in written.truth, f"read {key} = {value}, which nobody wrote; findings: {rules}"
        expected = written.truth[key]
        assert abs(Decimal(repr(value)) - expected) <= abs(expected) * Decimal("1e-12"), (
            f"{key}: {value}, not {expected}"
        )
    lost = [key for key in written.truth if key not in read]
    assert not lost or rules, f"lost without a word: {lost}"
    if lost:
        tally.why += rules
    tally.read += len(written.truth) - len(lost)


def run(
    make: Callable[[Random], Written],
    number: int,
    catalogue: Catalogue,
    record: Callable[[str, object], None],
    *,
    least: float,
) -> None:
    tally = Tally()
    for case in range(number * CASES, (number + 1) * CASES):
        written = make(Random(case))
        try:
            check(written, catalogue, tally)
        except AssertionError as error:
            error.add_note(f"case {case}: {written}")
            raise
    record("figures_written", tally.written)
    record("figures_read", tally.read)
    assert tally.read >= least * tally.written, f"too much is refused: {tally.read} of {tally.written}"


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("form", ["xlsx", "xls", "csv"])
@pytest.mark.parametrize("header", sorted(HEADERS))
def test_a_bulletin_in_any_layout_is_read_as_it_was_written(
    header: str, form: str, number: int, small_catalogue: Catalogue, record_property: Callable[[str, object], None]
) -> None:
    run(lambda chance: bulletins(chance, header, form), number, small_catalogue, record_property, least=0.4)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("form", ["xlsx", "xls", "csv"])
def test_a_history_in_any_layout_is_read_as_it_was_written(
    form: str, number: int, small_catalogue: Catalogue, record_property: Callable[[str, object], None]
) -> None:
    run(lambda chance: histories(chance, form), number, small_catalogue, record_property, least=0.1)
