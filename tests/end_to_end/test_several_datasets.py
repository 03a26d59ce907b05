"""One file that feeds several datasets: an upload for each, all of them or none, each withdrawn by itself."""

from __future__ import annotations

import pytest

from dagster_project.intake import NO_HINTS, Hints, Outcome, State
from dagster_project.store import State as UploadState
from tests.end_to_end.desk import NOW, Desk
from tests.end_to_end.workbooks import rows, with_cells
from tests.tables.files import xlsx


@pytest.fixture
def bulletin(april: bytes, retail: bytes) -> bytes:
    """Two of April's tables in one workbook."""
    return xlsx({"外贸": rows(april, "龙湾区"), "消费": rows(retail, "龙湾区")})


def hand_in(desk: Desk, data: bytes, file: str, *, hints: Hints = NO_HINTS) -> Outcome:
    return desk.intake.submit(data, file, by="月报员", now=NOW, hints=hints)


def states(desk: Desk) -> list[tuple[str, str]]:
    return [(one.dataset, one.state.value) for one in desk.store.uploads() if one.received_by == "月报员"]


def believed(desk: Desk) -> dict[tuple[str, str], float]:
    stored = desk.store.observations()
    stored = stored[(stored["period"] == "2025-04") & (stored["region"] == "330303") & (stored["measure"] == "ytd")]
    return {(row.indicator, row.period): row.value for row in stored.itertuples(index=False)}


def test_each_dataset_of_a_file_gets_an_upload_of_its_own(desk: Desk, bulletin: bytes) -> None:
    rehearsed = desk.intake.submit(bulletin, "月报.xlsx", by="月报员", now=NOW, dry_run=True)
    assert not rehearsed.report.blocked, rehearsed.report.to_json()
    assert (rehearsed.state, rehearsed.datasets, states(desk)) == (State.PASSED, ("trade", "retail_sales"), [])
    outcome = hand_in(desk, bulletin, "月报.xlsx")
    assert (outcome.state, outcome.datasets) == (State.ACCEPTED, ("trade", "retail_sales"))
    assert rehearsed.change == outcome.change
    assert states(desk) == [("trade", "accepted"), ("retail_sales", "accepted")]
    assert {key for key, _ in believed(desk)} >= {"goods_exports", "retail_sales"}
    assert hand_in(desk, bulletin, "月报.xlsx").state is State.DUPLICATE


def test_an_error_in_one_dataset_keeps_all_out(desk: Desk, bulletin: bytes) -> None:
    before = desk.store.observations()
    outcome = hand_in(desk, with_cells(bulletin, {"消费!C5": "不详9"}), "月报.xlsx")
    assert outcome.state is State.REJECTED
    assert states(desk) == [("retail_sales", "rejected")]
    assert desk.store.observations().equals(before)


def test_one_of_them_withdrawn_may_be_handed_in_again_and_the_others_stay(desk: Desk, bulletin: bytes) -> None:
    outcome = hand_in(desk, bulletin, "月报.xlsx")
    (retail,) = (part.upload for part in outcome.parts if part.dataset == "retail_sales")
    assert retail is not None
    desk.intake.withdraw(retail, by="王", reason="口径有误", now=NOW)
    assert ("retail_sales", "2025-04") not in believed(desk)
    assert ("goods_exports", "2025-04") in believed(desk)
    again = hand_in(desk, bulletin, "月报.xlsx")
    assert (again.state, again.datasets) == (State.ACCEPTED, ("retail_sales",))
    assert ("retail_sales", "2025-04") in believed(desk)


def test_a_dataset_left_out_at_first_may_be_taken_later_from_the_same_file(desk: Desk, bulletin: bytes) -> None:
    first = hand_in(desk, bulletin, "月报.xlsx", hints=Hints(dataset="trade"))
    assert (first.state, first.datasets) == (State.ACCEPTED, ("trade",))
    assert hand_in(desk, bulletin, "月报.xlsx", hints=Hints(dataset="trade")).state is State.DUPLICATE
    second = hand_in(desk, bulletin, "月报.xlsx", hints=Hints(dataset="retail_sales"))
    assert (second.state, second.datasets) == (State.ACCEPTED, ("retail_sales",))


def test_a_landed_file_is_processed_dataset_by_dataset(desk: Desk, bulletin: bytes) -> None:
    desk.intake.land(bulletin, "月报.xlsx", by="月报员", now=NOW)
    waiting = [one for one in desk.store.uploads() if one.received_by == "月报员"]
    assert [(one.dataset, one.state) for one in waiting] == [
        ("trade", UploadState.RECEIVED),
        ("retail_sales", UploadState.RECEIVED),
    ]
    outcomes = [desk.intake.process(one, now=NOW) for one in waiting]
    assert [(one.state, one.dataset) for one in outcomes] == [
        (State.ACCEPTED, "trade"),
        (State.ACCEPTED, "retail_sales"),
    ]


def test_parts_cut_off_by_a_crash_are_completed_when_the_file_comes_again(desk: Desk, bulletin: bytes) -> None:
    desk.intake.land(bulletin, "月报.xlsx", by="月报员", now=NOW)
    outcome = hand_in(desk, bulletin, "月报.xlsx", hints=NO_HINTS)
    assert set(outcome.datasets) == {"trade", "retail_sales"}
    assert states(desk) == [("trade", "accepted"), ("retail_sales", "accepted")]
