"""No order of uploads and withdrawals matters for what is believed, at any date."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.store import State, Store
from tests.store.hands import Hand, day
from tests.store.test_order import DAYS, KEYS, REGIONS, TOLD, Told

# Nothing is withdrawn before it was handed in (10 June), so that any order of the steps can have happened.
RECEIVED = day(10, 6)
WITHDRAWN = range(11, 14)
DATES = [*(day(number) for number in DAYS), RECEIVED, *(day(number, 6) for number in WITHDRAWN)]


@dataclass(frozen=True)
class Fate:
    """What one upload states, and on which day of June it is withdrawn, if it is."""

    told: Told
    withdrawn: int | None


FATES = st.lists(st.builds(Fate, told=TOLD, withdrawn=st.none() | st.sampled_from(WITHDRAWN)), min_size=2, max_size=6)


@st.composite
def _orders(draw: st.DrawFn) -> tuple[list[Fate], list[int]]:
    """Uploads as listed, and an order of their steps: a number's first place is its acceptance, its second its
    withdrawal."""
    fates = draw(FATES)
    steps = [number for number, fate in enumerate(fates) for _ in range(1 if fate.withdrawn is None else 2)]
    return fates, draw(st.permutations(steps))


def _play(store: Store, fates: list[Fate], steps: list[int]) -> tuple[str, list[int]]:
    """Receive as listed, then take the steps; the region and the ids as listed."""
    region, hand = next(REGIONS), Hand(store)
    uploads = [hand.receive(RECEIVED, sha256=f"{region}{number:058d}") for number in range(len(fates))]
    accepted: set[int] = set()
    for number in steps:
        fate = fates[number]
        if number not in accepted:
            hand.accept(uploads[number], fate.told.frame(region), day(fate.told.day))
            accepted.add(number)
        elif fate.withdrawn is not None:
            store.withdraw(uploads[number].id, by="test", because="test", at=day(fate.withdrawn, 6))
    return region, [upload.id for upload in uploads]


def _believed(fates: list[Fate], until: pd.Timestamp) -> dict[str, tuple[float, str]]:
    """The definition, read aloud: of what was said by then and not taken back by then, the latest counts."""
    found: dict[str, tuple[float, str]] = {}
    for fate in sorted(fates, key=lambda fate: fate.told.day):  # stable: ties stay in the order of receipt
        lives = fate.withdrawn is None or day(fate.withdrawn, 6) > until
        if lives and day(fate.told.day) <= until:
            found |= {name: (float(value), status) for name, (value, status) in fate.told.figures.items()}
    return dict(sorted(found.items()))


def _comparable(frame: pd.DataFrame, ids: list[int]) -> pd.DataFrame:
    places = {number: place for place, number in enumerate(ids)} | {0: -1}
    compared = frame.assign(region="", upload=frame["upload"].map(places))
    return compared.assign(withdrawn=frame["withdrawn"].map(places)) if "withdrawn" in frame else compared


def _state(fates: list[Fate], number: int) -> State:
    mine = fates[number]
    if mine.withdrawn is not None:
        return State.WITHDRAWN
    newer = [
        set(fate.told.figures)
        for place, fate in enumerate(fates)
        if fate.withdrawn is None and (fate.told.day, place) > (mine.told.day, number)
    ]
    return State.SUPERSEDED if set(mine.told.figures) <= set().union(*newer) else State.ACCEPTED


@pytest.mark.parametrize("examples", [12])
def test_the_same_is_believed_in_any_order_of_uploads_and_withdrawals(store: Store, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(_orders())
    def check(case: tuple[list[Fate], list[int]]) -> None:
        fates, shuffled = case
        as_listed, ids = _play(store, fates, sorted(shuffled))
        elsewhere, other_ids = _play(store, fates, shuffled)
        at = {}
        for until in DATES:
            frame = store.observations(regions=[as_listed], known_on=until)
            other = store.observations(regions=[elsewhere], known_on=until)
            at[until] = {row.indicator: (row.value, row.status) for row in frame.itertuples()}
            assert at[until] == _believed(fates, pd.Timestamp(until))
            pd.testing.assert_frame_equal(_comparable(frame, ids), _comparable(other, other_ids))
        for indicator in KEYS:
            versions = store.versions(indicator, as_listed, "2025-03")
            others = store.versions(indicator, elsewhere, "2025-03")
            pd.testing.assert_frame_equal(_comparable(versions, ids), _comparable(others, other_ids))
            # Read as a course, the versions say at any date what the store says was believed.
            for until in DATES:
                reached = versions[versions["known_from"] <= pd.Timestamp(until)]
                last = None if reached.empty or pd.isna(reached["value"].iloc[-1]) else reached.iloc[-1]
                told = None if last is None else (last["value"], last["status"])
                assert told == at[until].get(indicator)
        assert [store.upload(one).state for one in ids] == [_state(fates, number) for number in range(len(fates))]
        assert [store.upload(one).state for one in other_ids] == [store.upload(one).state for one in ids]

    check()


@pytest.mark.parametrize("examples", [6])
def test_what_is_withdrawn_at_last_might_never_have_come(store: Store, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(_orders())
    def check(case: tuple[list[Fate], list[int]]) -> None:
        fates, steps = case
        all_of_them, _ = _play(store, fates, steps)
        kept = [replace(fate) for fate in fates if fate.withdrawn is None]
        only_the_kept, _ = _play(store, kept, list(range(len(kept))))
        columns = ["indicator", "period", "measure", "value", "status", "known_from"]
        pd.testing.assert_frame_equal(
            store.observations(regions=[all_of_them])[columns], store.observations(regions=[only_the_kept])[columns]
        )

    check()
