"""Everything that a page works with, opened once and handed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dagster_project.identity.identity import Identity
from dagster_project.intake import Intake
from dagster_project.paper import Press
from dagster_project.portal.board import BoardKeeper
from dagster_project.portal.guard import Guard
from dagster_project.portal.rehearsal import Rehearsals
from dagster_project.portal.security.session_guard import SessionGuard
from dagster_project.portal.staging import Staging
from dagster_project.portal.templating import STATIC
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import Store
from validators.catalogue import Catalogue


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One installation, open. `now` is the clock (tz-aware); `guard` says who may do what."""

    settings: Settings
    catalogue: Catalogue
    store: Store
    archive: Archive
    intake: Intake
    staging: Staging
    rehearsals: Rehearsals
    board: BoardKeeper
    press: Press
    now: Callable[[], datetime]
    identity: Identity
    guard: Guard

    @classmethod
    def of(
        cls,
        settings: Settings,
        catalogue: Catalogue,
        store: Store,
        *,
        now: Callable[[], datetime],
        guard: Guard | None = None,
    ) -> Desk:
        """The desk of an open store. Close `board` at the end; the store stays the caller's.

        `guard`: another one than that of users, roles and sessions.
        """
        identity = Identity(store, now)
        archive = Archive(settings.archive)
        intake = Intake(catalogue, store, archive, settings)
        staging = Staging(settings.home / "staging")
        return cls(
            settings=settings,
            catalogue=catalogue,
            store=store,
            archive=archive,
            intake=intake,
            staging=staging,
            rehearsals=Rehearsals(catalogue, store, intake, staging),
            board=BoardKeeper(catalogue, store, settings, now=now),
            press=Press(STATIC),
            now=now,
            identity=identity,
            guard=guard or SessionGuard(identity, settings),
        )
