"""What was first said of figures that were revised since."""

from __future__ import annotations

from dagster_project.store import Store
from tests.store.hands import Hand, day, figures


def told(store: Store, known_on: object = None) -> list[tuple[str, float]]:
    found = store.first_statements(known_on)  # type: ignore[arg-type]  # values of a case
    return list(zip(found["period"], found["value"], strict=True))


def test_the_first_statement_of_what_was_revised_is_told_and_of_nothing_else(store: Store, hand: Hand) -> None:
    hand.upload(figures(("goods_exports", "2025-02", 80), ("goods_exports", "2025-03", 120)), day(20))
    assert told(store) == []
    hand.upload(figures(("goods_exports", "2025-02", 82), ("goods_exports", "2025-03", 120)), day(20, 5))
    hand.upload(figures(("goods_exports", "2025-02", 85)), day(20, 6))
    assert told(store) == [("2025-02", 80)]
    assert store.first_statements()["known_from"].tolist() == [day(20)]


def test_what_comes_later_is_not_known_before(store: Store, hand: Hand) -> None:
    hand.upload(figures(("goods_exports", "2025-02", 80)), day(20))
    hand.upload(figures(("goods_exports", "2025-02", 82)), day(20, 5))
    assert told(store, day(19, 5)) == []
    assert told(store, day(20, 5)) == [("2025-02", 80)]


def test_a_withdrawn_upload_said_nothing(store: Store, hand: Hand) -> None:
    wrong, _ = hand.upload(figures(("goods_exports", "2025-02", 8)), day(20))
    hand.upload(figures(("goods_exports", "2025-02", 80)), day(21))
    hand.upload(figures(("goods_exports", "2025-02", 82)), day(22))
    assert told(store) == [("2025-02", 8)]
    store.withdraw(wrong.id, by="somebody", because="wrong table", at=day(25))
    assert told(store) == [("2025-02", 80)]
    assert told(store, day(24)) == [("2025-02", 8)]


def test_a_statement_that_arrives_late_but_was_known_first_is_the_first(store: Store, hand: Hand) -> None:
    hand.upload(figures(("goods_exports", "2025-02", 82)), day(22))
    hand.upload(figures(("goods_exports", "2025-02", 80)), day(20))
    assert told(store) == [("2025-02", 80)]
