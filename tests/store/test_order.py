"""The order in which uploads are accepted changes nothing of what is believed, at any time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, pairwise

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.store import State, Store
from tests.store.hands import Hand, day, figures
from validators.columns import OBSERVATION_KEY, STATUSES

KEYS = ("a", "b", "c")
DAYS = range(1, 6)

# Every example lives in a region of its own, so that one database serves all of them.
REGIONS: Iterator[str] = (f"{number:06d}" for number in count(100_000))


@dataclass(frozen=True)
class Told:
    """What one upload states: since which day, and a value and a status by indicator."""

    day: int
    figures: dict[str, tuple[int, str]]

    def frame(self, region: str) -> pd.DataFrame:
        parts = [
            figures((indicator, "2025-03", float(value)), region=region, status=status)
            for indicator, (value, status) in self.figures.items()
        ]
        return pd.concat(parts, ignore_index=True)


# Few values and few days, so that repetitions, reversions and ties are the rule.
TOLD = st.builds(
    Told,
    day=st.sampled_from(DAYS[:-1]),
    figures=st.dictionaries(
        st.sampled_from(KEYS), st.tuples(st.integers(1, 2), st.sampled_from(STATUSES[:2])), min_size=1
    ),
)


@st.composite
def _orders(draw: st.DrawFn) -> tuple[list[Told], list[int]]:
    told = draw(st.lists(TOLD, min_size=2, max_size=6))
    return told, draw(st.permutations(range(len(told))))


def _accept(store: Store, told: list[Told], order: list[int]) -> tuple[str, list[int]]:
    """Receive the uploads as listed, accept them in `order`; their region and their ids as listed."""
    region, hand = next(REGIONS), Hand(store)
    uploads = [hand.receive(sha256=f"{region}{number:058d}") for number in range(len(told))]
    for number in order:
        hand.accept(uploads[number], told[number].frame(region), day(told[number].day))
    return region, [upload.id for upload in uploads]


def _believed(told: list[Told], until: int) -> dict[str, tuple[float, str]]:
    """The definition, read aloud: later days overrule earlier ones, and on one day what was received later."""
    found: dict[str, tuple[float, str]] = {}
    for upload in sorted(told, key=lambda upload: upload.day):  # stable: ties stay in the order of receipt
        if upload.day <= until:
            found |= {indicator: (float(value), status) for indicator, (value, status) in upload.figures.items()}
    return dict(sorted(found.items()))


def _comparable(frame: pd.DataFrame, ids: list[int]) -> pd.DataFrame:
    return frame.assign(region="", upload=frame["upload"].map({number: place for place, number in enumerate(ids)}))


@pytest.mark.parametrize("examples", [25])
def test_the_same_is_believed_in_any_order(store: Store, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(_orders())
    def check(case: tuple[list[Told], list[int]]) -> None:
        told, order = case
        as_listed, ids = _accept(store, told, list(range(len(told))))
        shuffled, other_ids = _accept(store, told, order)
        for until in DAYS:
            frame = store.observations(regions=[as_listed], known_on=day(until))
            other = store.observations(regions=[shuffled], known_on=day(until))
            believed = {row.indicator: (row.value, row.status) for row in frame.itertuples()}
            assert believed == _believed(told, until)
            pd.testing.assert_frame_equal(_comparable(frame, ids), _comparable(other, other_ids))
        pd.testing.assert_frame_equal(
            _comparable(store.observations(regions=[as_listed]), ids),
            _comparable(store.observations(regions=[as_listed], known_on=day(DAYS[-1])), ids),
        )
        for indicator in KEYS:
            versions = store.versions(indicator, as_listed, "2025-03")
            others = store.versions(indicator, shuffled, "2025-03")
            pd.testing.assert_frame_equal(_comparable(versions, ids), _comparable(others, other_ids))
            stated = versions[["value", "status"]].apply(tuple, axis=1).tolist()
            assert all(one != next_one for one, next_one in pairwise(stated))
        assert [store.upload(number).state for number in ids] == [store.upload(number).state for number in other_ids]
        for number, upload in zip(ids, told, strict=True):
            change = store.upload(number).change
            assert change is not None
            assert change.figures == len(upload.figures)

    check()


def test_an_upload_is_superseded_exactly_when_nothing_of_it_is_newest(store: Store) -> None:
    told = [
        Told(1, {"a": (1, "preliminary"), "b": (1, "preliminary")}),
        Told(3, {"a": (1, "preliminary")}),
        Told(2, {"b": (1, "preliminary")}),
        Told(3, {"b": (2, "revised")}),
    ]
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]):
        _, ids = _accept(store, told, order)
        states = [store.upload(number).state for number in ids]
        assert states == [State.SUPERSEDED, State.ACCEPTED, State.SUPERSEDED, State.ACCEPTED]


def test_a_year_of_uploads_gives_the_same_figures_backwards(store: Store) -> None:
    months = [f"2025-{month:02d}" for month in range(2, 13)]
    tables = [
        figures(("exports", period, 38.0 * n), ("imports", period, 11.0 * n)) for n, period in enumerate(months, 1)
    ]
    tables += [figures(("exports", "2025-03", 80.5), status="revised")]
    found = []
    for order in (range(len(tables)), reversed(range(len(tables)))):
        region, hand = next(REGIONS), Hand(store)
        for number in order:
            upload = hand.receive(sha256=f"{region}{number:058d}")
            hand.accept(upload, tables[number].assign(region=region), day(1 + number))
        found.append(store.observations(regions=[region]).drop(columns=["region", "upload"]))
    pd.testing.assert_frame_equal(found[0], found[1])
    assert not found[0].duplicated([name for name in OBSERVATION_KEY if name != "region"]).any()
