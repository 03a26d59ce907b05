"""The ledger knows of every file who handed it in, what became of it, and what the checks said."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from dagster_project.store import Change, State, Store
from tests.store.hands import LONGWAN, WENZHOU, Hand, day, figures, finding
from validators.errors import StoreError
from validators.findings import Report, Severity

EXPORTS = figures(("goods_exports", "2025-03", 38.12))


def test_a_received_file_waits_to_be_decided_about(store: Store) -> None:
    at = datetime(2025, 4, 14, 9, 30, tzinfo=UTC)
    upload = store.receive(
        sha256="a" * 64, file_name="外贸3月.xlsx", size=12_345, received_at=at, received_by="王敏", dataset="trade"
    )
    assert store.pending() == [upload]
    assert store.upload(upload.id) == upload
    assert (upload.file_name, upload.size, upload.received_at, upload.received_by) == (
        "外贸3月.xlsx",
        12_345,
        at,
        "王敏",
    )
    assert (upload.state, upload.dataset, upload.report, upload.change) == (State.RECEIVED, "trade", None, None)
    assert not upload.duplicate


@pytest.mark.parametrize("fate", ["received", "accepted", "superseded"])
def test_the_same_bytes_are_no_new_upload(hand: Hand, store: Store, fate: str) -> None:
    first = hand.receive(sha256="b" * 64)
    if fate != "received":
        hand.accept(first, EXPORTS, day(18))
    if fate == "superseded":
        hand.upload(EXPORTS, day(19))
    again = hand.receive(sha256="b" * 64)
    assert again.duplicate
    assert (again.id, again.state, again.file_name) == (first.id, State(fate), first.file_name)


def test_rejected_bytes_may_come_again(hand: Hand, store: Store) -> None:
    first = hand.receive(sha256="b" * 64)
    hand.reject(first, finding("unknown_label", Severity.ERROR))
    again = hand.receive(sha256="b" * 64)
    assert not again.duplicate
    assert again.id > first.id


def test_the_same_bytes_are_taken_again_when_that_is_meant(store: Store) -> None:
    about = {"sha256": "c" * 64, "file_name": "x", "size": 1, "received_at": day(1), "received_by": "test"}
    first, again = store.receive(**about), store.receive(**about, again=True)
    assert again.id > first.id
    assert not again.duplicate


def test_an_accepted_upload_carries_its_report_and_its_counts(hand: Hand, store: Store) -> None:
    warning = finding("unit_slip")
    upload = hand.receive()
    change = hand.accept(upload, EXPORTS, day(18), findings=(warning,))
    kept = store.upload(upload.id)
    assert change == kept.change == Change(new=1, revised=0, unchanged=0, ignored_older=0)
    assert kept.report == Report(upload.file_name, (warning,))
    assert (kept.state, kept.dataset, kept.region) == (State.ACCEPTED, "trade", LONGWAN)
    assert (kept.period_first, kept.period_last) == ("2025-03", "2025-03")
    assert (kept.known_from, kept.published) == (day(18), date(2025, 4, 18))
    assert kept.decided_at == upload.received_at


def test_accepting_twice_changes_nothing_and_says_so(hand: Hand, store: Store) -> None:
    upload, change = hand.upload(EXPORTS, day(18))
    before = store.observations()
    again = hand.accept(upload, figures(("goods_exports", "2025-03", 99.0)), day(19))
    assert not change.repeated
    assert again.repeated
    assert again == change
    pd.testing.assert_frame_equal(store.observations(), before)


def test_a_rejected_upload_stores_its_report_alone(hand: Hand, store: Store) -> None:
    upload = hand.receive()
    hand.reject(upload, finding("text_in_number", Severity.ERROR))
    kept = store.upload(upload.id)
    assert (kept.state, kept.change) == (State.REJECTED, None)
    assert kept.report is not None
    assert kept.report.blocked
    assert store.observations().empty


def test_rejecting_twice_keeps_the_first_report(hand: Hand, store: Store) -> None:
    upload = hand.receive()
    hand.reject(upload, finding("first", Severity.ERROR))
    hand.reject(upload, finding("second", Severity.ERROR))
    assert store.finding_counts()["rule"].tolist() == ["first"]


def test_a_decision_is_not_turned_round(hand: Hand) -> None:
    accepted, _ = hand.upload(EXPORTS, day(18))
    with pytest.raises(StoreError, match="already accepted"):
        hand.reject(accepted)
    rejected = hand.receive()
    hand.reject(rejected)
    with pytest.raises(StoreError, match="already rejected"):
        hand.accept(rejected, EXPORTS, day(18))


def test_an_unknown_upload_is_named(store: Store, hand: Hand) -> None:
    with pytest.raises(StoreError, match="no upload 4711"):
        store.upload(4711)


def test_uploads_are_listed_in_their_order_and_by_what_is_asked(hand: Hand, store: Store) -> None:
    trade, _ = hand.upload(EXPORTS, day(18))
    industry, _ = hand.upload(figures(("output", "2025-03", 5.0)), day(18), dataset="industry")
    rejected, waiting = hand.receive(), hand.receive()
    hand.reject(rejected)

    def ids(**asked: object) -> list[int]:
        return [upload.id for upload in store.uploads(**asked)]  # type: ignore[arg-type]  # fields by name

    assert ids() == [trade.id, industry.id, rejected.id, waiting.id]
    assert ids(state="accepted") == [trade.id, industry.id]
    assert ids(state=[State.REJECTED, State.RECEIVED]) == [rejected.id, waiting.id]
    assert ids(dataset="industry") == [industry.id]
    assert ids(after_id=industry.id) == [rejected.id, waiting.id]
    assert ids(limit=2) == [trade.id, industry.id]


def test_an_upload_is_superseded_when_all_its_figures_were_stated_anew(hand: Hand, store: Store) -> None:
    both = figures(("goods_exports", "2025-03", 38.12), ("goods_imports", "2025-03", 11.0))
    first, _ = hand.upload(both, day(18))
    hand.upload(both.iloc[:1], day(19))
    assert store.upload(first.id).state is State.ACCEPTED  # its imports still stand
    hand.upload(both.iloc[1:], day(20))
    assert store.upload(first.id).state is State.SUPERSEDED


def test_the_city_does_not_supersede_the_district(hand: Hand, store: Store) -> None:
    district, _ = hand.upload(EXPORTS, day(18))
    hand.upload(figures(("goods_exports", "2025-03", 300.0), region=WENZHOU), day(19))
    assert store.upload(district.id).state is State.ACCEPTED


def test_history_that_was_overtaken_is_superseded_at_once(hand: Hand, store: Store) -> None:
    hand.upload(EXPORTS, day(19))
    late, change = hand.upload(EXPORTS, day(18))
    assert change.ignored_older == 1
    assert store.upload(late.id).state is State.SUPERSEDED


def test_uploads_are_counted_by_dataset_and_state(hand: Hand, store: Store) -> None:
    hand.upload(EXPORTS, day(18))
    hand.upload(EXPORTS, day(19))
    hand.reject(hand.receive(), dataset="industry")
    hand.receive()
    assert list(store.upload_counts().itertuples(index=False, name=None)) == [
        ("", "received", 1),
        ("industry", "rejected", 1),
        ("trade", "accepted", 1),
        ("trade", "superseded", 1),
    ]


def test_findings_count_while_their_upload_stands(hand: Hand, store: Store) -> None:
    outlier, slip = finding("outlier"), finding("unit_slip", Severity.ERROR)

    def counts() -> list[tuple[object, ...]]:
        return list(store.finding_counts().itertuples(index=False, name=None))

    hand.reject(hand.receive(), slip, slip, outlier, region=LONGWAN)
    assert counts() == [("trade", "error", "unit_slip", 2), ("trade", "warning", "outlier", 1)]
    hand.upload(EXPORTS, day(18), findings=(outlier,))  # the corrected file answers the rejected one
    assert counts() == [("trade", "warning", "outlier", 1)]
    hand.upload(EXPORTS, day(19))
    assert counts() == []


def test_a_rejected_table_is_answered_by_its_own_region_and_period_alone(hand: Hand, store: Store) -> None:
    slip = finding("unit_slip", Severity.ERROR)
    hand.reject(hand.receive(), slip, region=LONGWAN)
    hand.reject(hand.receive(), slip, region=LONGWAN, periods=("2025-04", "2025-04"))
    hand.upload(figures(("goods_exports", "2025-03", 300.0), region=WENZHOU), day(18))
    assert store.finding_counts()["findings"].tolist() == [2]
    hand.upload(EXPORTS, day(18))
    assert store.finding_counts()["findings"].tolist() == [1]


def test_a_table_rejected_before_its_region_was_known_is_answered_by_any(hand: Hand, store: Store) -> None:
    hand.reject(hand.receive(), finding("unit_slip", Severity.ERROR))
    hand.upload(EXPORTS, day(18))
    assert store.finding_counts().empty


def test_a_file_that_could_not_be_read_is_answered_by_one_of_its_name(hand: Hand, store: Store) -> None:
    unreadable = finding("file_unreadable", Severity.ERROR)
    for name in ("外贸3月.xlsx", "工业3月.xlsx"):
        hand.reject(hand.receive(name=name), unreadable, dataset="", periods=("", ""))
    assert store.finding_counts()["findings"].tolist() == [2]
    hand.accept(hand.receive(name="外贸3月.xlsx"), EXPORTS, day(18))
    assert store.finding_counts()["findings"].tolist() == [1]


def test_a_period_is_released_when_its_figures_first_came(hand: Hand, store: Store) -> None:
    first = hand.receive(day(20))
    hand.accept(first, EXPORTS, day(18))
    hand.accept(hand.receive(day(25)), EXPORTS, day(24))
    history = figures(("goods_exports", "2024-11", 30.0), ("goods_exports", "2024-12", 31.0), region=WENZHOU)
    hand.accept(hand.receive(day(26)), history, day(1), periods=("2024-11", "2024-12"))
    found = store.releases()
    assert found[["dataset", "region", "period"]].apply(tuple, axis=1).tolist() == [
        ("trade", WENZHOU, "2024-11"),
        ("trade", WENZHOU, "2024-12"),
        ("trade", LONGWAN, "2025-03"),
    ]
    assert found["received_at"].tolist() == [day(26), day(26), day(20)]
    assert found["published"].dt.date.tolist() == [date(2025, 4, 1), date(2025, 4, 1), date(2025, 4, 18)]


def test_an_empty_ledger_answers_with_empty_frames(store: Store) -> None:
    assert list(store.upload_counts().columns) == ["dataset", "state", "uploads"]
    assert list(store.finding_counts().columns) == ["dataset", "severity", "rule", "findings"]
    assert list(store.releases().columns) == ["dataset", "region", "period", "published", "received_at"]
    assert store.upload_counts().empty
    assert store.finding_counts().empty
    assert store.releases().empty


def test_a_moment_without_time_zone_is_refused(store: Store) -> None:
    naive = datetime(2025, 4, 1)  # noqa: DTZ001  # the point of the test
    with pytest.raises(StoreError, match="without a time zone"):
        store.receive(sha256="d" * 64, file_name="x", size=1, received_at=naive, received_by="test")
