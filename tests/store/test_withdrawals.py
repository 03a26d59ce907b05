"""A withdrawal takes back what an upload said, from its moment on, and nothing else."""

from __future__ import annotations

import pandas as pd
import pytest

from dagster_project.store import State, Store
from tests.store.hands import LONGWAN, Hand, day, figures, finding
from validators.columns import VERSION
from validators.errors import StoreError
from validators.findings import Severity

KEY = ("goods_exports", LONGWAN, "2025-03", "ytd")


def exports(value: float) -> pd.DataFrame:
    return figures(("goods_exports", "2025-03", value))


def withdraw(store: Store, upload: int, on: int) -> None:
    store.withdraw(upload, by="李强", because="错用了上月的表", at=day(on, 5))


def course(store: Store) -> list[tuple[object, ...]]:
    """Versions as (since, value, upload, restored, withdrawn)."""
    found = store.versions(*KEY)
    assert tuple(found.columns) == VERSION
    columns = ["known_from", "value", "upload", "restored", "withdrawn"]
    return [
        tuple(None if pd.isna(cell) else cell for cell in row)
        for row in found[columns].itertuples(index=False, name=None)
    ]


def test_a_withdrawn_upload_restores_what_was_believed_before(hand: Hand, store: Store) -> None:
    first, _ = hand.upload(exports(38.12), day(18))
    before = store.observations()
    second, _ = hand.upload(exports(99.0), day(19))
    withdraw(store, second.id, 2)
    pd.testing.assert_frame_equal(store.observations(), before)
    kept = store.upload(second.id)
    assert (kept.state, kept.withdrawn_by, kept.withdrawn_at, kept.withdrawn_because) == (
        State.WITHDRAWN,
        "李强",
        day(2, 5),
        "错用了上月的表",
    )
    assert kept.change is not None  # what it changed when it came stays on record
    assert store.upload(first.id).state is State.ACCEPTED


def test_what_was_believed_before_the_withdrawal_stays_on_record(hand: Hand, store: Store) -> None:
    hand.upload(exports(38.12), day(18))
    second, _ = hand.upload(exports(99.0), day(19))
    withdraw(store, second.id, 2)
    assert store.observations(known_on=day(1, 5))["value"].tolist() == [99.0]
    assert store.observations(known_on=day(2, 5))["value"].tolist() == [38.12]
    assert store.observations(known_on=day(18))["value"].tolist() == [38.12]


def test_a_restoration_is_a_version_of_its_own(hand: Hand, store: Store) -> None:
    first, _ = hand.upload(exports(38.12), day(18))
    second, _ = hand.upload(exports(99.0), day(19))
    withdraw(store, second.id, 2)
    assert course(store) == [
        (day(18), 38.12, first.id, False, 0),
        (day(19), 99.0, second.id, False, 0),
        (day(2, 5), 38.12, first.id, True, second.id),
    ]
    restored = store.versions(*KEY).iloc[-1]
    assert (restored["sheet"], restored["cell"]) == ("外贸", "D4")


def test_where_nothing_is_left_to_believe_the_versions_end_without_a_value(hand: Hand, store: Store) -> None:
    only, _ = hand.upload(exports(99.0), day(18))
    withdraw(store, only.id, 2)
    assert store.observations().empty
    assert course(store) == [(day(18), 99.0, only.id, False, 0), (day(2, 5), None, only.id, False, only.id)]
    again, change = hand.upload(exports(38.12), day(3, 5))
    assert change.new == 1
    assert course(store)[-1] == (day(3, 5), 38.12, again.id, False, 0)


def test_a_figure_that_another_upload_repeats_is_cited_from_there(hand: Hand, store: Store) -> None:
    first, _ = hand.upload(exports(38.12), day(18))
    second, _ = hand.upload(exports(38.12), day(19))
    withdraw(store, first.id, 2)
    assert store.observations()[["value", "upload"]].iloc[0].tolist() == [38.12, second.id]
    assert course(store) == [(day(18), 38.12, first.id, False, 0), (day(2, 5), 38.12, second.id, True, first.id)]


def test_withdrawing_what_was_overruled_already_changes_nothing_now(hand: Hand, store: Store) -> None:
    first, _ = hand.upload(exports(38.12), day(18))
    second, _ = hand.upload(exports(39.0), day(19))
    before, versions = store.observations(), course(store)
    withdraw(store, first.id, 2)
    pd.testing.assert_frame_equal(store.observations(), before)
    assert course(store) == versions
    assert store.upload(second.id).state is State.ACCEPTED


def test_a_superseded_upload_is_in_force_again_when_its_successor_is_withdrawn(hand: Hand, store: Store) -> None:
    first, _ = hand.upload(exports(38.12), day(18))
    second, _ = hand.upload(exports(39.0), day(19))
    third, _ = hand.upload(exports(40.0), day(20))
    withdraw(store, third.id, 2)
    assert [store.upload(each.id).state for each in (first, second)] == [State.SUPERSEDED, State.ACCEPTED]
    withdraw(store, second.id, 3)
    assert store.upload(first.id).state is State.ACCEPTED


def test_a_new_upload_is_compared_with_what_is_left(hand: Hand, store: Store) -> None:
    hand.upload(exports(38.12), day(18))
    wrong, _ = hand.upload(exports(99.0), day(19))
    withdraw(store, wrong.id, 2)
    preview = store.preview(exports(38.12), day(3, 5))
    assert preview["change"].tolist() == ["unchanged"]
    late = store.preview(exports(38.0), day(18).replace(hour=12))  # the withdrawn one is later, but counts for nothing
    assert (late["change"].iloc[0], late["old_value"].iloc[0]) == ("revised", 38.12)


def test_withdrawn_bytes_may_come_again(hand: Hand, store: Store) -> None:
    upload = hand.receive(sha256="b" * 64)
    hand.accept(upload, exports(38.12), day(18))
    withdraw(store, upload.id, 2)
    assert store.upload_of("b" * 64) is None
    again = hand.receive(day(3, 5), sha256="b" * 64)
    assert not again.duplicate
    hand.accept(again, exports(38.12), day(3, 5))
    assert store.observations()["upload"].tolist() == [again.id]


def test_what_is_not_in_force_can_not_be_withdrawn(hand: Hand, store: Store) -> None:
    received, rejected = hand.receive(), hand.receive()
    hand.reject(rejected)
    accepted, _ = hand.upload(exports(1.0), day(18))
    withdraw(store, accepted.id, 2)
    for upload, state in ((received, "received"), (rejected, "rejected"), (accepted, "withdrawn")):
        with pytest.raises(StoreError, match=f"already {state}"):
            withdraw(store, upload.id, 3)
    with pytest.raises(StoreError, match="already withdrawn"):
        hand.accept(accepted, exports(1.0), day(18))


def test_a_withdrawal_can_not_be_dated_before_the_upload(hand: Hand, store: Store) -> None:
    accepted, _ = hand.upload(exports(1.0), day(18))
    with pytest.raises(StoreError, match="decided after"):
        store.withdraw(accepted.id, by="李强", because="错", at=day(19))


def test_tallies_and_calendar_forget_what_is_withdrawn(hand: Hand, store: Store) -> None:
    hand.upload(exports(38.12), day(18), findings=(finding("outlier"),))
    second, _ = hand.upload(exports(39.0), day(19), findings=(finding("unit_slip"),))
    assert store.revision_counts()["figures"].tolist() == [1]
    withdraw(store, second.id, 2)
    assert store.revision_counts().empty
    assert store.finding_counts()["rule"].tolist() == ["outlier"]
    assert dict(store.upload_counts()[["state", "uploads"]].to_numpy()) == {"accepted": 1, "withdrawn": 1}
    only, _ = hand.upload(figures(("output", "2025-03", 1.0)), day(18), dataset="industry")
    assert "industry" in set(store.releases()["dataset"])
    withdraw(store, only.id, 2)
    assert "industry" not in set(store.releases()["dataset"])


def test_a_withdrawn_upload_no_longer_answers_a_rejected_one(hand: Hand, store: Store) -> None:
    hand.reject(hand.receive(), finding("unit_slip", Severity.ERROR), region=LONGWAN)
    answer, _ = hand.upload(exports(38.12), day(18))
    assert store.rejected_since().empty
    withdraw(store, answer.id, 2)
    assert store.rejected_since()["dataset"].tolist() == ["trade"]


def test_an_upload_says_what_it_stated_and_changed_whatever_came_later(hand: Hand, store: Store) -> None:
    hand.upload(figures(("a", "2025-03", 1.0), ("b", "2025-03", 2.0), ("d", "2025-03", 4.0)), day(20))
    hand.upload(figures(("a", "2025-03", 1.5)), day(21))
    table = figures(("a", "2025-03", 1.0), ("b", "2025-03", 2.0), ("c", "2025-03", 3.0), ("d", "2025-03", 4.5))
    mine = hand.receive(day(25))
    change = hand.accept(mine, table, day(20))
    told = store.figures_of(mine.id)
    assert told.set_index("indicator")["change"].to_dict() == {
        "a": "older",
        "b": "unchanged",
        "c": "new",
        "d": "revised",
    }
    assert told["value"].tolist() == [1.0, 2.0, 3.0, 4.5]
    assert told["old_value"].fillna(-1).tolist() == [1.0, 2.0, -1.0, 4.0]
    assert told["cell"].tolist() == ["D4", "D5", "D6", "D7"]
    assert told["text"].iloc[3] == "4.5"
    assert told["change"].value_counts().to_dict() == {
        "older": change.ignored_older,
        "unchanged": change.unchanged,
        "new": change.new,
        "revised": change.revised,
    }
    later = hand.receive(day(1, 5))
    hand.accept(later, figures(("c", "2025-03", 9.0)), day(1, 5))
    withdraw(store, 1, 2)
    pd.testing.assert_frame_equal(store.figures_of(mine.id), told)
    withdraw(store, mine.id, 3)
    pd.testing.assert_frame_equal(store.figures_of(mine.id), told)
    assert store.figures_of(hand.receive().id).empty


def test_what_a_withdrawal_would_change_is_known_beforehand(hand: Hand, store: Store) -> None:
    hand.upload(figures(("a", "2025-03", 1.0), ("b", "2025-03", 2.0)), day(18))
    rows = [(name, "2025-03", value) for name, value in (("a", 1.5), ("b", 2.0), ("c", 3.0), ("d", 4.0))]
    mine, _ = hand.upload(figures(*rows), day(19))
    hand.upload(figures(("d", "2025-03", 4.5)), day(20))
    told = store.withdrawal_of(mine.id)
    assert told[["indicator", "change"]].apply(tuple, axis=1).tolist() == [
        ("a", "restored"),
        ("b", "unchanged"),
        ("c", "gone"),
    ]
    assert told["old_value"].tolist() == [1.5, 2.0, 3.0]
    assert told["value"].fillna(-1).tolist() == [1.0, 2.0, -1.0]
    withdraw(store, mine.id, 2)
    believed = store.observations().set_index("indicator")["value"].to_dict()
    assert believed == {"a": 1.0, "b": 2.0, "d": 4.5}
