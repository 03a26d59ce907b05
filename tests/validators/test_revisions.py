from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from validators.catalogue import Catalogue
from validators.findings import Finding, Severity
from validators.revisions import check

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


@pytest.fixture
def found(small_catalogue: Catalogue, frame: Any, stored: Any) -> Any:
    """The findings on a new figure that replaces a stored one."""

    def run(new: dict[str, Any], old: dict[str, Any], **columns: Any) -> list[Finding]:
        return check(frame(new), stored([old]), small_catalogue, **columns)

    return run


def test_the_same_value_again_is_no_revision(found: Any, figure: Any) -> None:
    assert not found(figure("2025-03", "ytd", 98.4), figure("2025-03", "ytd", 98.4))
    assert not found(figure("2025-03", "ytd", 98.4, status="final"), figure("2025-03", "ytd", 98.4))
    assert not found(figure("2025-03", "ytd", 0.1 + 0.2), figure("2025-03", "ytd", 0.3))


def test_another_month_measure_or_region_is_no_revision(found: Any, figure: Any) -> None:
    old = figure("2025-03", "ytd", 98.4)
    assert not found(figure("2025-04", "ytd", 130.0), old)
    assert not found(figure("2025-03", "month", 38.0), old)
    assert not found(figure("2025-03", "ytd", 300.0, region="330300"), old)


def test_an_unmarked_revision_is_a_warning_with_both_values(found: Any, figure: Any) -> None:
    (finding,) = found(figure("2025-03", "ytd", 101.4), figure("2025-03", "ytd", 98.4))
    assert (finding.severity, finding.rule, finding.place) == (WARNING, "revised", "外贸!D14")
    assert "由已入库的98.4亿元改为101.4亿元（+3%），而本文件未标明修订" in finding.zh
    assert "the stored 98.4亿元 becomes 101.4亿元 (+3%), in a file not marked as a revision" in finding.en
    assert (finding.found, finding.expected) == ("101.4亿元", "98.4亿元")


@pytest.mark.parametrize("status", ["revised", "final"])
def test_a_marked_revision_is_information(found: Any, figure: Any, status: str) -> None:
    (finding,) = found(figure("2025-03", "ytd", 95.2, status=status), figure("2025-03", "ytd", 98.4))
    assert (finding.severity, finding.rule) == (INFO, "revised")
    assert "（-3.3%），将存为新版本，原值保留" in finding.zh


def test_a_revision_by_more_than_a_fifth_is_questioned_even_when_marked(found: Any, figure: Any) -> None:
    old = figure("2025-03", "ytd", 98.4)
    (finding,) = found(figure("2025-03", "ytd", 120.0, status="revised"), old)
    assert (finding.severity, finding.rule) == (WARNING, "large_revision")
    assert "+22%" in finding.zh
    assert "a large revision — confirm" in finding.en
    (finding,) = found(figure("2025-03", "ytd", 117.0, status="revised"), old)
    assert finding.rule == "revised"


def test_growth_is_revised_in_points(found: Any, figure: Any) -> None:
    growth, old = "goods_exports_growth", figure("2025-03", "yoy_ytd", 1.2, "goods_exports_growth")
    (finding,) = found(figure("2025-03", "yoy_ytd", 2.1, growth), old)
    assert (finding.rule, finding.severity) == ("revised", WARNING)
    assert "1.2%改为2.1%（+0.9个百分点）" in finding.zh
    (finding,) = found(figure("2025-03", "yoy_ytd", -9.1, growth), old)
    assert finding.rule == "large_revision"


def test_a_zero_that_becomes_a_figure_is_a_large_revision(found: Any, figure: Any) -> None:
    (finding,) = found(figure("2025-03", "ytd", 5.0), figure("2025-03", "ytd", 0.0))
    assert finding.rule == "large_revision"


def test_a_rank_is_never_a_large_revision(found: Any, figure: Any) -> None:
    rank = "innovation_rank"
    (finding,) = found(figure("2024", "level", 3, rank, status="revised"), figure("2024", "level", 1, rank))
    assert (finding.rule, finding.severity) == ("revised", INFO)


@pytest.mark.parametrize(("stored_status", "word"), [("revised", "修订"), ("final", "终核")])
def test_a_preliminary_figure_does_not_overrule_a_settled_one(
    found: Any, figure: Any, stored_status: str, word: str
) -> None:
    old = figure("2025-03", "ytd", 98.4, status=stored_status)
    (finding,) = found(figure("2025-03", "ytd", 97.0), old)
    assert (finding.severity, finding.rule) == (ERROR, "older_status")
    assert f"已入库的是{word}数，本文件是快报数——如要更改，请在标题中注明“{word}”" in finding.zh
    assert f"the stored figure is {stored_status} and this file is preliminary" in finding.en


def test_a_revised_figure_against_a_final_one_is_a_warning(found: Any, figure: Any) -> None:
    (finding,) = found(figure("2025-03", "ytd", 97.0, status="revised"), figure("2025-03", "ytd", 98.4, status="final"))
    assert (finding.severity, finding.rule) == (WARNING, "older_status")


def test_an_older_publication_fills_in_history(found: Any, figure: Any) -> None:
    new, old = figure("2025-03", "ytd", 97.0), figure("2025-03", "ytd", 98.4, status="final")
    (finding,) = found(new, old, known_from=datetime(2025, 4, 10, tzinfo=UTC))
    assert (finding.severity, finding.rule) == (INFO, "earlier_version")
    assert "发布日期早于已入库的 98.4亿元，将存为历史版本，现值不变" in finding.zh
    (finding,) = found(new, old, known_from=datetime(2025, 5, 10, tzinfo=UTC))
    assert finding.rule == "older_status"
