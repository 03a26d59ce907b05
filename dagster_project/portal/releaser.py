"""Releases what was held back until a date, once the date has come.

Belongs here: asking again and again. Does not belong here: what may be released (`intake`), the calendar of releases
(`releases.py`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from dagster_project.intake import Intake
from dagster_project.portal.board import BoardKeeper
from validators.errors import XushiError

_EVERY_SECONDS = 20.0

_log = logging.getLogger(__name__)


class Releaser:
    """A thread that looks every few seconds. Several processes may do so: each upload is released once."""

    def __init__(
        self,
        intake: Intake,
        board: BoardKeeper,
        *,
        now: Callable[[], datetime],
        every_seconds: float = _EVERY_SECONDS,
    ) -> None:
        self._intake, self._board, self._now, self._every = intake, board, now, every_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="releaser", daemon=True)

    def start(self) -> None:
        """Begin to look, at once."""
        self._thread.start()

    def close(self) -> None:
        """End, after what is being released."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while True:
            try:
                released = self._intake.release_due(self._now())
            except XushiError as error:  # a database that is away comes back
                _log.warning("could not release what is due: %s", error)
            else:
                for outcome in released:
                    _log.info("upload %s (%s) was due: %s", outcome.upload, outcome.file, outcome.state.value)
                if released:
                    self._board.refresh()
            if self._stopping.wait(self._every):
                return
