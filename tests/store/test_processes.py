"""Several processes at one store, and processes killed in the middle of an upload: always all of it or nothing."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from dagster_project.store import State, Store
from tests.store.hands import LONGWAN, Hand
from tests.store.workers import FIGURES, Nursery, known_from

KILLS = {"sqlite": 20, "postgresql": 10}


@pytest.fixture(scope="module")
def nurseries() -> Iterator[tuple[Nursery, Nursery]]:
    with Nursery() as one, Nursery() as other:
        yield one, other


def _figures_by_upload(store: Store) -> dict[int, int]:
    """How many of the believed figures came from which upload."""
    counts = store.observations()["upload"].value_counts()
    return {int(upload): int(count) for upload, count in counts.items()}


def test_a_kill_in_the_middle_of_an_upload_leaves_all_or_nothing(url: str, nurseries: tuple[Nursery, Nursery]) -> None:
    nursery, _ = nurseries
    chance = random.Random(20250418)
    with Store.open(url) as store:
        hand = Hand(store)
        untouched = [hand.receive().id for _ in range(2)]
        durations = []
        for upload in untouched:  # the first pays for an empty cache
            nursery.start("accept", url=url, uploads=[upload])
            nursery.ready()
            started = time.monotonic()
            assert nursery.ended() == 0
            durations.append(time.monotonic() - started)
        kills = KILLS["postgresql" if "postgresql" in url else "sqlite"]
        last, killed, lost = untouched[-1], 0, 0
        for attempt in range(10 * kills):
            upload = hand.receive()
            nursery.start("accept", url=url, uploads=[upload.id])
            process = nursery.ready()
            # Moments spread over the whole of accept(), each at random within its share of it.
            started = time.monotonic()
            time.sleep(min(durations) * (attempt % kills + chance.random()) / kills)
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            slept = time.monotonic() - started
            if nursery.ended() == -signal.SIGKILL:
                killed += 1
            else:  # it was faster this time
                durations.append(slept)
            # Whoever hands in the same file again learns how it stands. As a writer, he queues behind what the server
            # may still be doing for the dead process.
            again = hand.receive(sha256=upload.sha256)
            assert again.id == upload.id
            if again.state is State.ACCEPTED:
                last = upload.id
            else:
                lost += 1
            assert _figures_by_upload(store) == {last: FIGURES}
            if killed == kills:
                break
        assert killed == kills
        assert lost > kills // 3

        pending = [upload.id for upload in store.pending()]
        assert len(pending) == lost
        nursery.start("accept", url=url, uploads=pending)
        nursery.ready()
        assert nursery.ended() == 0
        assert not store.pending()
        everything = store.uploads()
        for upload in everything:
            assert upload.change is not None
            assert upload.change.figures == FIGURES
        newest = everything[-1].id
        assert {upload.id for upload in everything if upload.state is State.ACCEPTED} == {newest}
        believed = store.observations()
        assert set(believed["upload"]) == {newest}
        for upload in everything[:: len(everything) // 3]:
            then = store.observations(known_on=known_from(upload.id))
            assert then["upload"].tolist() == [upload.id] * FIGURES
        assert len(store.versions("i7", LONGWAN, "2025-03", "ytd")) == len(everything)
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()


def test_two_processes_hand_in_at_the_same_time(url: str, nurseries: tuple[Nursery, Nursery]) -> None:
    """Both open an empty database, race through the same forty files, and each file is taken in once."""
    files = list(range(1, 41))
    for nursery, order in zip(nurseries, (files, files[::-1]), strict=True):
        nursery.start("hand_in", url=url, files=order)
    for nursery in nurseries:
        nursery.ready()
    assert [nursery.ended() for nursery in nurseries] == [0, 0]
    with Store.open(url) as store:
        uploads = store.uploads()
        assert len(uploads) == len(files)
        assert not store.pending()
        newest = f"{files[-1]:064d}"
        believed = store.observations(indicators=["shared"])
        assert store.upload(int(believed["upload"].iloc[0])).sha256 == newest
        versions = store.versions("shared", LONGWAN, "2025-03")["value"]
        assert versions.tolist() == [float(number) for number in files]
