"""The database: uploads, figures with their versions, evaluations. `Store` is the way in.

Belongs here: all SQL of the project. Does not belong here: whether a figure is right, and what it means for a target.
"""

from __future__ import annotations

from dagster_project.store.evaluations import Stamp
from dagster_project.store.ledger import IN_FORCE, State, Upload
from dagster_project.store.migrate import View, check_schema, upgrade_schema, views
from dagster_project.store.observations import Change, count_changes
from dagster_project.store.pulls import ANSWERED_PULLS, FAILED_PULLS, GOOD_PULLS, Pull, PullOutcome
from dagster_project.store.store import Store

__all__ = [
    "ANSWERED_PULLS",
    "FAILED_PULLS",
    "GOOD_PULLS",
    "IN_FORCE",
    "Change",
    "Pull",
    "PullOutcome",
    "Stamp",
    "State",
    "Store",
    "Upload",
    "View",
    "check_schema",
    "count_changes",
    "upgrade_schema",
    "views",
]
