"""Every route of the portal, in the order of the navigation: what the application serves, and what the tests of roles
walk through.
"""

from __future__ import annotations

from dagster_project.portal.pages import (
    account,
    calendar,
    health,
    link,
    metrics,
    observation,
    scoreboard,
    signin,
    start,
    target,
)
from dagster_project.portal.route import Route

ROUTES: tuple[Route, ...] = (
    *start.ROUTES,
    *scoreboard.ROUTES,
    *target.ROUTES,
    *calendar.ROUTES,
    *observation.ROUTES,
    *signin.ROUTES,
    *link.ROUTES,
    *account.ROUTES,
    *health.ROUTES,
    *metrics.ROUTES,
)
