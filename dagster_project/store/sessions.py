"""Browsers that are signed in, and browsers on their way through an identity provider.

Belongs here: the rows. Does not belong here: how long a session lasts, or any cookie.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, insert, or_, select, update

from dagster_project.store import audit
from dagster_project.store.account_models import PortalSessionRow as Row
from dagster_project.store.account_models import ProviderVisitRow as VisitRow
from dagster_project.store.accounts import Account, one_account
from dagster_project.store.audit import Note
from dagster_project.store.engine import reading, writing


@dataclass(frozen=True)
class SessionRow:
    """Somebody signed in."""

    account: Account
    csrf: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Visit:
    """What must be known again when the identity provider sends a browser back."""

    state: str
    nonce: str
    verifier: str
    link: str | None
    return_to: str
    expires_at: datetime


class Sessions:
    """The sessions of one database; `Store.sessions` gives it. Every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def start(self, sha256: str, account_id: int, csrf: str, note: Note, *, instead_of: str | None) -> None:
        """Begin a session, in place of the one that the browser had (its hash), if any."""
        with writing(self._engine) as connection:
            if instead_of is not None:
                connection.execute(delete(Row).where(Row.sha256 == instead_of))
            values = {"sha256": sha256, "account_id": account_id, "csrf": csrf}
            connection.execute(insert(Row).values(**values, created_at=note.at, seen_at=note.at))
            audit.append(connection, note)

    def find(self, sha256: str, *, created_after: datetime, seen_after: datetime) -> SessionRow | None:
        """The session, unless it is too old, was idle for too long, or its account is disabled."""
        with reading(self._engine) as connection:
            row = connection.execute(
                select(Row.account_id, Row.csrf, Row.created_at, Row.seen_at).where(
                    Row.sha256 == sha256, Row.created_at > created_after, Row.seen_at > seen_after
                )
            ).first()
            account = None if row is None else one_account(connection, row.account_id)
            if row is None or account is None or account.disabled_at is not None:
                return None
            return SessionRow(account, row.csrf, row.created_at, row.seen_at)

    def seen(self, sha256: str, at: datetime) -> None:
        """Keep that a session was used."""
        with writing(self._engine) as connection:
            connection.execute(update(Row).where(Row.sha256 == sha256).values(seen_at=at))

    def end(self, sha256: str, note: Note) -> bool:
        """End a session; whether there was one."""
        with writing(self._engine) as connection:
            ended = connection.execute(delete(Row).where(Row.sha256 == sha256)).rowcount > 0
            if ended:
                audit.append(connection, note)
            return ended

    def sweep(self, *, created_before: datetime, seen_before: datetime) -> None:
        """Forget sessions that can't be used any more."""
        with writing(self._engine) as connection:
            connection.execute(delete(Row).where(or_(Row.created_at <= created_before, Row.seen_at <= seen_before)))

    def send_out(self, sha256: str, visit: Visit, at: datetime) -> None:
        """Keep what a browser takes along to the identity provider; forget those that never came back."""
        with writing(self._engine) as connection:
            connection.execute(delete(VisitRow).where(VisitRow.expires_at <= at))
            connection.execute(
                insert(VisitRow).values(
                    sha256=sha256,
                    state=visit.state,
                    nonce=visit.nonce,
                    verifier=visit.verifier,
                    link=visit.link,
                    return_to=visit.return_to,
                    expires_at=visit.expires_at,
                )
            )

    def come_back(self, sha256: str, at: datetime) -> Visit | None:
        """What the browser took along, once."""
        with writing(self._engine) as connection:
            row = connection.execute(
                select(
                    VisitRow.state,
                    VisitRow.nonce,
                    VisitRow.verifier,
                    VisitRow.link,
                    VisitRow.return_to,
                    VisitRow.expires_at,
                ).where(VisitRow.sha256 == sha256, VisitRow.expires_at > at)
            ).first()
            connection.execute(delete(VisitRow).where(VisitRow.sha256 == sha256))
            return None if row is None else Visit(*row)
