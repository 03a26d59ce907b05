"""Pulling: what comes of a question to a source, and what is kept of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from dagster_project.intake import State
from dagster_project.store import PullOutcome
from dagster_project.store import State as UploadState
from tests.pulling.conftest import TOKEN, Desk

_MARCH = "goods_exports,330303,2025-03,month,41.5,亿元"
_YEAR_TO_MARCH = "goods_exports,330303,2025-03,ytd,118.2,亿元"


def _texts(desk: Desk) -> str:
    """Everything that was kept or shown, but for the archived bytes."""
    kept = [repr(one) for one in desk.store.pulls.newest()] + [repr(one) for one in desk.store.uploads()]
    return " ".join([*kept, *desk.said])


def test_what_a_source_has_is_archived_as_received_and_stored(desk: Desk) -> None:
    desk.put("2025-03", _MARCH, _YEAR_TO_MARCH)
    (pulled,) = desk.pull("2025-03")
    assert pulled.pull.outcome is PullOutcome.STORED
    assert pulled.outcome is not None
    assert pulled.outcome.state is State.ACCEPTED
    assert desk.figures() == {("2025-03", "month"): 41.5, ("2025-03", "ytd"): 118.2}
    assert desk.archive.get(pulled.pull.sha256) == (desk.folder / "2025-03.csv").read_bytes()
    upload = desk.store.upload(pulled.pull.upload or 0)
    assert (upload.received_by, upload.hints["source"]) == ("source:trade/shelf", "trade/shelf")
    assert desk.store.pulls.of_upload(upload.id) == pulled.pull


def test_no_secret_is_kept_or_shown(desk: Desk) -> None:
    desk.put("2025-03", _MARCH)
    desk.pull("2025-03")
    shutil.rmtree(desk.folder)
    desk.pull("2025-04")
    texts = _texts(desk)
    assert "${shelf_token}" in texts
    assert TOKEN not in texts
    assert "session" not in texts
    (away, stored) = desk.store.pulls.newest()
    assert away.outcome is PullOutcome.UNAVAILABLE
    assert stored.headers == {"x-shelf": "token ${shelf_token}"}


def test_a_month_pulled_twice_gives_one_version(desk: Desk) -> None:
    desk.put("2025-03", _MARCH)
    desk.pull("2025-03")
    (known,) = desk.pull("2025-03")
    assert known.pull.outcome is PullOutcome.NOTHING  # the shelf remembers what it gave
    (again,) = desk.pull("2025-03", again=True)
    assert again.pull.outcome is PullOutcome.UNCHANGED
    assert len(desk.store.uploads()) == 1
    assert len(desk.store.versions("goods_exports", "330303", "2025-03")) == 1


def test_other_bytes_that_say_the_same_give_no_version(desk: Desk) -> None:
    desk.put("2025-03", _MARCH, _YEAR_TO_MARCH)
    desk.pull("2025-03")
    desk.put("2025-03", _YEAR_TO_MARCH, _MARCH.replace("41.5", "41.50"))
    (same,) = desk.pull("2025-03")
    assert same.pull.outcome is PullOutcome.UNCHANGED
    assert len(desk.store.uploads()) == 1
    assert same.pull.sha256 in desk.archive


def test_a_month_pulled_and_uploaded_gives_one_version(desk: Desk) -> None:
    uploaded = desk.upload(_MARCH)
    assert uploaded.state is State.ACCEPTED
    desk.put("2025-03", _MARCH)
    (pulled,) = desk.pull("2025-03")
    assert pulled.pull.outcome is PullOutcome.UNCHANGED
    assert len(desk.store.versions("goods_exports", "330303", "2025-03")) == 1
    assert len(desk.store.uploads()) == 1


def test_a_source_that_revises_its_own_figure_makes_a_version(desk: Desk) -> None:
    desk.put("2025-03", _MARCH)
    desk.pull("2025-03")
    desk.put("2025-03", _MARCH.replace("41.5", "41.9"))
    (revised,) = desk.pull("2025-03")
    assert revised.pull.outcome is PullOutcome.STORED
    assert desk.store.versions("goods_exports", "330303", "2025-03")["value"].tolist() == [41.5, 41.9]


def test_a_source_that_contradicts_what_was_handed_in_waits_and_names_both(desk: Desk) -> None:
    desk.upload(_MARCH, name="外贸3月.csv")
    desk.put("2025-03", _MARCH.replace("41.5", "42.5"))
    (pulled,) = desk.pull("2025-03")
    assert pulled.pull.outcome is PullOutcome.PENDING
    assert pulled.outcome is not None
    (finding,) = [one for one in pulled.outcome.report.findings if one.rule == "sources_disagree"]
    for words in (finding.zh, finding.en):
        assert "trade/shelf" in words
        assert "外贸3月.csv" in words
    assert (finding.found, finding.expected) == ("42.5亿元", "41.5亿元")
    assert desk.figures() == {("2025-03", "month"): 41.5}
    upload = pulled.pull.upload or 0
    desk.intake.release_due(desk.now)
    assert desk.store.upload(upload).state is UploadState.PENDING
    desk.intake.approve(upload, by="zhao", now=desk.now)
    assert desk.figures() == {("2025-03", "month"): 42.5}


def test_what_is_handed_in_against_a_source_is_stored_with_a_warning_that_names_both(desk: Desk) -> None:
    desk.put("2025-03", _MARCH)
    desk.pull("2025-03")
    outcome = desk.upload(_MARCH.replace("41.5", "42.5"))
    assert outcome.state is State.ACCEPTED
    (finding,) = [one for one in outcome.report.findings if one.rule == "sources_disagree"]
    assert "trade/shelf" in finding.zh
    assert "trade-shelf-2025-03.csv" in finding.zh


def test_two_sources_that_disagree_are_both_named(desk: Desk) -> None:
    desk.put("2025-03", _MARCH)
    desk.pull("2025-03")
    desk.put("2025-03", _MARCH.replace("41.5", "42.5"))
    (other,) = desk.pull("2025-03", name="ledger")
    assert other.pull.outcome is PullOutcome.PENDING
    assert other.outcome is not None
    (finding,) = [one for one in other.outcome.report.findings if one.rule == "sources_disagree"]
    assert "trade/ledger" in finding.en
    assert "trade/shelf" in finding.en


def test_more_digits_of_the_same_figure_are_no_disagreement(desk: Desk) -> None:
    desk.upload(_MARCH)
    desk.put("2025-03", _MARCH.replace("41.5", "41.52"))
    (pulled,) = desk.pull("2025-03")
    assert pulled.pull.outcome is PullOutcome.STORED


def test_what_was_declined_is_not_entered_again_unless_somebody_says_so(desk: Desk) -> None:
    desk.upload(_MARCH)
    desk.put("2025-03", _MARCH.replace("41.5", "42.5"))
    (pulled,) = desk.pull("2025-03")
    desk.intake.decline(pulled.pull.upload or 0, by="zhao", reason="旧口径", now=desk.now)
    (after,) = desk.pull("2025-03")
    assert after.pull.outcome is PullOutcome.UNCHANGED
    assert "taken back" in after.pull.en
    (again,) = desk.pull("2025-03", again=True)
    assert again.pull.outcome is PullOutcome.PENDING


def test_rejected_bytes_are_entered_once_and_stay_rejected(desk: Desk) -> None:
    desk.put("2025-03", "goods_exports,330303,2025-03,month,无数,亿元")
    outcomes = [desk.pull("2025-03")[0].pull for _ in range(3)]
    assert [one.outcome for one in outcomes] == [PullOutcome.REJECTED] * 3
    assert len(desk.store.uploads()) == 1
    assert {one.upload for one in outcomes} == {desk.store.uploads()[0].id}
    assert desk.figures() == {}


def test_a_changed_form_is_compared_with_the_last_one_and_stores_nothing(desk: Desk) -> None:
    desk.put("2025-03", _MARCH)
    desk.pull("2025-03")
    changed = "indicator,region,period,measure,value,currency\n"
    desk.put("2025-04", "goods_exports,330303,2025-04,month,39.9,亿元", header=changed)
    (april,) = desk.pull("2025-04")
    assert april.pull.outcome is PullOutcome.FORM_CHANGED
    assert "column:unit" in april.pull.zh
    assert "column:currency" in april.pull.en
    assert desk.figures() == {("2025-03", "month"): 41.5}
    (taken,) = desk.pull("2025-04", new_form=True)
    assert taken.pull.outcome is PullOutcome.STORED
    desk.put("2025-05", "goods_exports,330303,2025-05,month,44.1,亿元", header=changed)
    desk.now = desk.now.replace(month=6)
    (may,) = desk.pull("2025-05")
    assert may.pull.outcome is PullOutcome.STORED


def test_figures_that_last_months_answer_had_are_named_when_they_are_missing(desk: Desk) -> None:
    desk.put("2025-03", _MARCH, _YEAR_TO_MARCH)
    desk.pull("2025-03")
    desk.put("2025-04", "goods_exports,330303,2025-04,month,39.9,亿元")
    (april,) = desk.pull("2025-04")
    assert april.pull.outcome is PullOutcome.STORED
    assert "缺 货物贸易出口累计" in april.pull.zh
    assert "gone: Exports of goods (year to date)" in april.pull.en


def test_several_periods_come_one_by_one_and_progress_is_said(desk: Desk) -> None:
    for month, value in (("02", "76.7"), ("03", "118.2")):
        desk.put(f"2025-{month}", f"goods_exports,330303,2025-{month},ytd,{value},亿元")
    pulled = desk.pull("2025-02", "2025-03", "2025-04")
    assert [one.pull.period_last for one in pulled] == ["2025-02", "2025-03"]
    assert len(desk.said) == 3
    assert desk.figures() == {("2025-02", "ytd"): 76.7, ("2025-03", "ytd"): 118.2}


def test_a_dry_run_says_what_would_come_of_it_and_keeps_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.put("2025-03", _MARCH)
    (pulled,) = desk.pull("2025-03", dry_run=True)
    assert pulled.pull.outcome is PullOutcome.STORED
    assert pulled.pull.id == 0
    assert desk.store.pulls.newest() == []
    assert desk.store.uploads() == []
    assert not (tmp_path / "home" / "archive").exists()


def test_a_source_without_its_secret_is_refused_and_says_which(desk: Desk) -> None:
    desk.vault = type(desk.vault)({})
    (pulled,) = desk.pull("2025-03")
    assert pulled.pull.outcome is PullOutcome.REFUSED
    assert "XUSHI_SOURCE_SHELF_TOKEN" in pulled.pull.en
