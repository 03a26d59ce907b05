"""What was done: entering deeds in the audit log, and reading it.

Belongs here: how a deed of a person is entered. Does not belong here: the chain and the list of deeds (`store.audit`),
what happens to uploads (`store.deeds` enters that wherever it comes from).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from dagster_project.identity.permissions import Person
from dagster_project.store.audit import AuditLog, Deed, Entry, Head, Note, Verdict

__all__ = ["Audit", "Deed", "Entry", "Head", "Note", "Verdict"]


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
        return Note(name, action, object, at or self._now(), details or {})

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
        return self._log.entries(actor=actor, action=action, object=object, before=before, limit=limit)

    def head(self) -> Head:
        """Where the chain ends: to be written down where nobody can change it together with the database."""
        return self._log.head()

    def verify(self, kept: Head | None = None) -> Verdict:
        """Whether the whole log is as it was written."""
        return self._log.verify(kept)
