"""The judgement of what is in the store now, held so that a page or a scrape costs nothing, and never stale.

Belongs here: when to judge anew. Does not belong here: judging (`judgement.py`), gauges (`metrics`).
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dagster_project.judgement import Judgement, judge, judge_and_save, snapshot
from dagster_project.judgement import save as save_judgement
from dagster_project.metrics.gauges import Snapshot
from dagster_project.metrics.text import exposition
from dagster_project.scoreboard import Board
from dagster_project.settings import Settings
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.errors import XushiError
from validators.periods import Month

RUN = "portal"  # under which the evaluation after a publication is saved
_PAST_BOARDS = 16  # judgements of other months or days that are kept until something changes

_LAST_DAY = date(9999, 12, 29)  # after it the calendar ends in some zone

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Held:
    """What is known at one state of the database; `mark` tells it from others."""

    mark: object
    judgement: Judgement
    snapshot: Snapshot
    gauges: bytes


class BoardKeeper:
    """Holds the last judgement, and judges anew when the database has changed. Safe for several threads.

    Every question begins with a look at the ledger (a millisecond), so that what another process stored shows at once;
    `refresh` does the work beforehand, after a publication, in a thread of its own.
    """

    def __init__(self, catalogue: Catalogue, store: Store, settings: Settings, *, now: Callable[[], datetime]) -> None:
        self._catalogue, self._store, self._settings, self._now = catalogue, store, settings, now
        self._lock = threading.Lock()
        self._held: Held | None = None
        self._past: OrderedDict[tuple[object, Month | None, date | None], Judgement] = OrderedDict()
        self._wanted, self._stopping = threading.Event(), False
        self._thread: threading.Thread | None = None

    def current(self) -> Held:
        """The judgement of what is stored now. Those who ask at the same time wait for one computation.

        Raises StoreError or TemporaryError when the database can't be read."""
        return self._current(save=False)

    def board(self, *, as_of: Month | None = None, known_on: date | None = None) -> Board:
        """The scoreboard as of a month (default: the newest with figures), by what was known at the end of a day."""
        held = self.current()
        judgement = self.judgement(as_of=as_of, known_on=known_on)
        return Board.of(
            judgement.evaluation,
            self._catalogue,
            as_of=judgement.as_of,
            known_on=known_on,
            sample=held.snapshot.sample,
        )

    def judgement(self, *, as_of: Month | None = None, known_on: date | None = None) -> Judgement:
        """The judgement as of a month, by what was known at the end of a day where the statistics are made."""
        held = self.current()
        if (as_of is None or as_of == held.judgement.as_of) and known_on is None:
            return held.judgement
        key = (held.mark, as_of, known_on)
        with self._lock:
            if key not in self._past:
                moment = None if known_on is None else self._end_of(known_on)
                self._past[key] = judge(self._catalogue, self._store, as_of=as_of, known_on=moment)
            self._past.move_to_end(key)
            while len(self._past) > _PAST_BOARDS:
                self._past.popitem(last=False)
            return self._past[key]

    def refresh(self) -> None:
        """Judge anew, save the evaluation and make the gauges, in the background; returns at once."""
        with self._lock:
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(target=self._work, name="board", daemon=True)
                self._thread.start()
        self._wanted.set()

    def close(self) -> None:
        """End the thread, after what it is doing."""
        self._stopping = True
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._stopping:
                return
            try:
                self._current(save=True)
            except XushiError as error:  # the next question tries again, and says it to whoever asks
                _log.warning("could not judge what was published: %s", error)

    def _current(self, *, save: bool) -> Held:
        held = self._held
        if held is not None and not save and held.mark == self._store.mark():
            return held
        with self._lock:
            # The mark comes first: what is stored while the figures are read makes the next question judge again.
            mark = self._store.mark()
            held = self._held
            if held is None or held.mark != mark:
                held = self._made(mark, save=save)
                self._held = held
                self._past.clear()
            elif save:
                at = held.snapshot.computed_at
                save_judgement(self._catalogue, self._store, held.judgement, run_id=RUN, now=at)
            return held

    def _made(self, mark: object, *, save: bool) -> Held:
        now = self._now()
        if save:
            judgement = judge_and_save(self._catalogue, self._store, run_id=RUN, now=now)
        else:
            judgement = judge(self._catalogue, self._store)
        shown = snapshot(self._catalogue, self._store, now=now, judgement=judgement)
        gauges = exposition(self._catalogue, shown, zone=self._settings.zone, kept_months=self._settings.kept_months)
        return Held(mark, judgement, shown, gauges)

    def _end_of(self, day: date) -> datetime:
        """What was published on a day counts as known on it."""
        last = min(day, _LAST_DAY) + timedelta(days=1)
        return datetime.combine(last, time(), self._settings.zone) - timedelta(microseconds=1)
