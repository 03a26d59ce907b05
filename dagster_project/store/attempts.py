"""Failed sign-ins, counted for all processes together.

An attempt is counted as a failure before the password is looked at, and taken back when it was right: so many attempts
at the same moment can't all pass for the first one.

Belongs here: the counters. Does not belong here: how many are free and how long to wait then (`identity.throttle`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, case, delete, insert, select, update

from dagster_project.store.account_models import SignInAttemptRow as Row
from dagster_project.store.engine import writing


@dataclass(frozen=True)
class Charge:
    """Whether an attempt may go on: how long to wait otherwise, and whether it is the first to be sent away."""

    wait: timedelta = timedelta(0)
    first_refusal: bool = False


class Attempts:
    """The attempts at one database; `Store.attempts` gives it. Every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def charge(self, pauses: Mapping[str, Callable[[int], timedelta]], at: datetime, forget: timedelta) -> Charge:
        """Count an attempt against all of these keys, or against none of them while one of them has to wait.

        `pauses` gives the wait after so many failures, by key; failures older than `forget` don't count.
        """
        with writing(self._engine) as connection:
            connection.execute(delete(Row).where(Row.last_at <= at - forget))
            query = select(Row.key, Row.failures, Row.refusals, Row.last_at).where(Row.key.in_(list(pauses)))
            rows = {row.key: row for row in connection.execute(query)}
            waits = {key: row.last_at + pauses[key](row.failures) - at for key, row in rows.items()}
            longest = max(waits.values(), default=timedelta(0))
            if longest > timedelta(0):
                blocked = [key for key, wait in waits.items() if wait > timedelta(0)]
                connection.execute(update(Row).where(Row.key.in_(blocked)).values(refusals=Row.refusals + 1))
                return Charge(longest, any(rows[key].refusals == 0 for key in blocked))
            for key in pauses:
                if key in rows:
                    values = {"failures": Row.failures + 1, "refusals": 0, "last_at": at}
                    connection.execute(update(Row).where(Row.key == key).values(**values))
                else:
                    connection.execute(insert(Row).values(key=key, failures=1, refusals=0, last_at=at))
            return Charge()

    def clear(self, key: str) -> None:
        """Forget all failures of a key."""
        with writing(self._engine) as connection:
            connection.execute(delete(Row).where(Row.key == key))

    def take_back(self, key: str) -> None:
        """Uncount one attempt."""
        with writing(self._engine) as connection:
            fewer = case((Row.failures > 0, Row.failures - 1), else_=0)
            connection.execute(update(Row).where(Row.key == key).values(failures=fewer))
