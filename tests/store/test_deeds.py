"""What happens to uploads is in the audit log, in the same transaction, whoever asks for it."""

from __future__ import annotations

import pytest

from dagster_project.store import Store
from dagster_project.store.audit import Deed
from tests.store.hands import Hand, day, figures
from validators.errors import StoreError


def test_handing_in_accepting_and_withdrawing_are_entered_once_with_who_did_it(store: Store, hand: Hand) -> None:
    upload = hand.receive(day(18))
    hand.receive(day(19), sha256=upload.sha256)
    hand.accept(upload, figures(("exports", "2025-03", 38.1)), day(18))
    hand.accept(upload, figures(("exports", "2025-03", 38.1)), day(18))
    store.withdraw(upload.id, by="li", because="wrong month", at=day(20))
    with pytest.raises(StoreError):
        store.withdraw(upload.id, by="li", because="once more", at=day(21))
    entries = store.audit.entries(object=f"upload:{upload.id}")[::-1]
    assert [(entry.action, entry.actor) for entry in entries] == [
        (Deed.HANDED_IN, "test"),
        (Deed.ACCEPTED, "test"),
        (Deed.WITHDRAWN, "li"),
    ]
    assert upload.sha256 in entries[0].details
    assert '"new":1' in entries[1].details
    assert "wrong month" in entries[2].details
    assert store.audit.verify().broken is None
