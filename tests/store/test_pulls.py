"""What was asked of the sources is kept, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd

from dagster_project.store import Pull, PullOutcome, Store
from tests.store.hands import Hand

_MORNING = datetime(2025, 4, 18, 1, tzinfo=UTC)


def _pull(outcome: PullOutcome, hours: int, **more: object) -> Pull:
    moment = _MORNING + timedelta(hours=hours)
    plain = Pull(
        dataset="trade",
        source="customs",
        connector="folder",
        period_first="2025-03",
        period_last="2025-03",
        started_at=moment,
        ended_at=moment,
        outcome=outcome,
        zh="已取数",
        en="pulled",
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # fields by name


def test_a_pull_comes_back_as_it_was_recorded(store: Store, hand: Hand) -> None:
    upload = hand.receive().id
    whole = _pull(
        PullOutcome.STORED,
        0,
        origin="sftp://share/外贸/2025-03.xlsx",
        file_name="2025-03.xlsx",
        sha256="a" * 64,
        size=1234,
        headers={"etag": '"7"'},
        form=("code:A01", "unit:亿元"),
        keep={"etag": '"7"'},
        upload=upload,
        retry_after=12.5,
    )
    recorded = store.pulls.record(whole)
    assert recorded == replace(whole, id=recorded.id)
    assert store.pulls.newest() == [recorded]
    assert store.pulls.of_upload(upload) == recorded


def test_the_last_good_delivery_is_the_one_whose_figures_were_in_order(store: Store) -> None:
    assert store.pulls.last_good("trade", "customs") is None
    good = store.pulls.record(_pull(PullOutcome.UNCHANGED, 0, sha256="a" * 64))
    store.pulls.record(_pull(PullOutcome.FORM_CHANGED, 1, sha256="b" * 64))
    store.pulls.record(_pull(PullOutcome.UNAVAILABLE, 2))
    store.pulls.record(_pull(PullOutcome.STORED, 3, sha256="c" * 64, source="bureau"))
    assert store.pulls.last_good("trade", "customs") == good
    assert store.pulls.last_good("trade", "customs", "2025-02") is None


def test_pulls_are_found_by_what_they_asked_newest_first(store: Store) -> None:
    first = store.pulls.record(_pull(PullOutcome.NOTHING, 0))
    second = store.pulls.record(_pull(PullOutcome.STORED, 6, period_last="2025-04"))
    assert store.pulls.newest(dataset="trade") == [second, first]
    assert store.pulls.newest(period="2025-03") == [first]
    assert store.pulls.newest(outcomes=[PullOutcome.STORED]) == [second]
    assert store.pulls.newest(source="bureau") == []
    assert store.pulls.newest(limit=1) == [second]


def test_each_source_stands_by_its_last_pull_and_says_when_it_last_answered(store: Store) -> None:
    assert store.pulls.standing().empty
    store.pulls.record(_pull(PullOutcome.STORED, 0))
    store.pulls.record(_pull(PullOutcome.NOTHING, 6))
    store.pulls.record(_pull(PullOutcome.UNAVAILABLE, 12))
    store.pulls.record(_pull(PullOutcome.REFUSED, 1, source="bureau"))
    last = store.pulls.last_of_each()
    assert {name: one.outcome for name, one in last.items()} == {
        ("trade", "customs"): PullOutcome.UNAVAILABLE,
        ("trade", "bureau"): PullOutcome.REFUSED,
    }
    standing = store.pulls.standing().set_index("source")
    customs, bureau = standing.loc["customs"], standing.loc["bureau"]
    assert (customs["outcome"], customs["pulls"]) == ("unavailable", 3)
    assert customs["ended_at"] == pd.Timestamp(_MORNING + timedelta(hours=12))
    assert customs["answered_at"] == pd.Timestamp(_MORNING + timedelta(hours=6))
    assert customs["stored_at"] == pd.Timestamp(_MORNING)
    assert bureau["outcome"] == "refused"
    assert pd.isna(bureau["answered_at"])
    assert pd.isna(bureau["stored_at"])
