"""Who is signed in: sessions that the server keeps and a browser names by a random secret.

A session ends after 8 hours without use and after 24 in any case, at sign-out, when the password changes and when the
account is disabled. Roles are looked up at each request, so taking one away works at once.

Belongs here: beginning, finding, ending sessions. Does not belong here: cookies (the portal's).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dagster_project.identity.audit import Audit, Deed
from dagster_project.identity.permissions import Person
from dagster_project.identity.secret import digest, new_secret
from dagster_project.identity.users import person_of
from dagster_project.store.accounts import Account
from dagster_project.store.sessions import Sessions as Rows

IDLE = timedelta(hours=8)
LONGEST = timedelta(hours=24)
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """Somebody signed in. `csrf`: what a form of theirs must carry."""

    person: Person
    csrf: str
    expires_at: datetime


@dataclass(frozen=True)
class NewSession:
    """A session just begun: the only time that its secret is there."""

    secret: str
    session: Session


class Sessions:
    """The sessions of an installation."""

    def __init__(self, rows: Rows, audit: Audit, now: Callable[[], datetime]) -> None:
        self._rows = rows
        self._audit = audit
        self._now = now

    def start(self, account: Account, *, way: str, address: str, instead_of: str | None) -> NewSession:
        """Begin a session with a new secret. `instead_of`: the secret that the browser had before, which ends.

        `way`: password, link or provider.
        """
        secret, csrf = new_secret(), new_secret()
        details = {"way": way, "address": address}
        note = self._audit.note(account.name, Deed.SIGN_IN, f"user:{account.name}", details)
        self._rows.sweep(created_before=note.at - LONGEST, seen_before=note.at - IDLE)
        former = None if instead_of is None else digest(instead_of)
        self._rows.start(digest(secret), account.id, csrf, note, instead_of=former)
        return NewSession(secret, Session(person_of(account), csrf, note.at + LONGEST))

    def find(self, secret: str) -> Session | None:
        """The session of a secret, while it lasts."""
        now = self._now()
        row = self._rows.find(digest(secret), created_after=now - LONGEST, seen_after=now - IDLE)
        if row is None:
            return None
        if now - row.seen_at >= _SEEN_EVERY:  # not at each request: a write waits for other writers
            self._rows.seen(digest(secret), now)
        return Session(person_of(row.account), row.csrf, row.created_at + LONGEST)

    def end(self, secret: str) -> bool:
        """Sign out; whether there was a session."""
        session = self.find(secret)
        name = "" if session is None else session.person.name
        return self._rows.end(digest(secret), self._audit.note(name, Deed.SIGN_OUT, f"user:{name}"))
