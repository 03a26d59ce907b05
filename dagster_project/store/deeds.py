"""What happens to uploads, as it is entered in the audit log: in the same transaction, whoever asks for it.

Belongs here: which facts of an upload are entered. Does not belong here: the chain (`audit.py`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from dagster_project.store.audit import Deed, Note, append
from dagster_project.store.ledger import Upload


def handed_in(connection: Connection, upload: Upload) -> None:
    """A file was received; not one whose bytes were there already."""
    if not upload.duplicate:
        details = {"file": upload.file_name, "size": upload.size, "sha256": upload.sha256}
        _enter(connection, upload, Deed.HANDED_IN, upload.received_by, upload.received_at, details)


def decided(connection: Connection, upload: Upload, at: datetime, deed: Deed) -> None:
    """It was accepted, held or rejected, on behalf of whoever handed it in."""
    details: dict[str, Any] = {
        "dataset": upload.dataset,
        "region": upload.region,
        "periods": [upload.period_first, upload.period_last],
    }
    if upload.change is not None:
        details |= {"new": upload.change.new, "revised": upload.change.revised}
    _enter(connection, upload, deed, upload.received_by, at, details)


def done_by(connection: Connection, upload: Upload, deed: Deed, by: str, at: datetime, reason: str = "") -> None:
    """Somebody approved, declined or withdrew it."""
    details = {"dataset": upload.dataset, "handed_in_by": upload.received_by}
    _enter(connection, upload, deed, by, at, details | ({"reason": reason} if reason else {}))


def _enter(connection: Connection, upload: Upload, deed: Deed, by: str, at: datetime, details: dict[str, Any]) -> None:
    append(connection, Note(by, deed, f"upload:{upload.id}", at, details))
