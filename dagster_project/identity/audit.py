"""What was done: the deeds that are entered in the audit log.

Belongs here: the list of deeds, and how one is entered. Does not belong here: the chain (`store.audit`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from dagster_project.identity.permissions import Person
from dagster_project.store.audit import AuditLog, Entry, Head, Note, Verdict

__all__ = ["Audit", "Deed", "Entry", "Head", "Note", "Verdict"]


class Deed(StrEnum):
    """What can be done; the words of the log's column `action`."""

    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_REFUSED = "sign_in_refused"  # too many failures; entered once per pause
    SIGN_OUT = "sign_out"
    PASSWORD_SET = "password_set"  # noqa: S105 - a word
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word
    IDENTITY_BOUND = "identity_bound"
    LINK_MADE = "link_made"
    USER_ADDED = "user_added"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    GRANTS_CHANGED = "grants_changed"
    TOKEN_ADDED = "token_added"  # noqa: S105 - a word
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a word
    HANDED_IN = "handed_in"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    APPROVED = "approved"
    DECLINED = "declined"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    DOWNLOADED = "downloaded"
    EXPORTED = "exported"


class Audit:
    """Enters deeds, and reads the log."""

    def __init__(self, log: AuditLog, now: Callable[[], datetime]) -> None:
        self._log = log
        self._now = now

    def record(
        self,
        actor: Person | str,
        action: Deed,
        object: str,  # noqa: A002 - the log's word
        details: Mapping[str, Any] | None = None,
        at: datetime | None = None,
    ) -> Head:
        """Enter a deed, e.g. `record(person, Deed.WITHDRAWN, "upload:17", {"reason": "..."})`; the chain's new end.

        `details` holds JSON values, and never a secret.
        """
        return self._log.append(self.note(actor, action, object, details, at))

    def note(
        self,
        actor: Person | str,
        action: Deed,
        object: str,  # noqa: A002 - the log's word
        details: Mapping[str, Any] | None = None,
        at: datetime | None = None,
    ) -> Note:
        """A deed to be entered by a change in the store, within the same transaction."""
        name = actor.actor if isinstance(actor, Person) else actor
        return Note(name, action.value, object, at or self._now(), details or {})

    def entries(
        self,
        *,
        actor: str | None = None,
        action: Deed | None = None,
        object: str | None = None,  # noqa: A002 - the log's word
        before: int | None = None,
        limit: int = 100,
    ) -> list[Entry]:
        """The newest entries first."""
        word = None if action is None else action.value
        return self._log.entries(actor=actor, action=word, object=object, before=before, limit=limit)

    def head(self) -> Head:
        """Where the chain ends: to be written down where nobody can change it together with the database."""
        return self._log.head()

    def verify(self, kept: Head | None = None) -> Verdict:
        """Whether the whole log is as it was written."""
        return self._log.verify(kept)
