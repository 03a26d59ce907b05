"""Every route of the portal, in the order of the navigation: what the application serves, and what the tests of roles
walk through.
"""

from __future__ import annotations

from dagster_project.portal.api import description, export, figures, targets
from dagster_project.portal.api import templates as api_templates
from dagster_project.portal.api import uploads as api_uploads
from dagster_project.portal.pages import (
    account,
    calendar,
    hand_in,
    health,
    link,
    metrics,
    observation,
    open_data,
    outlook,
    scoreboard,
    signin,
    source,
    sources,
    start,
    target,
    templates_page,
    uploads,
)
from dagster_project.portal.route import Route

ROUTES: tuple[Route, ...] = (
    *start.ROUTES,
    *scoreboard.ROUTES,
    *target.ROUTES,
    *outlook.ROUTES,
    *calendar.ROUTES,
    *observation.ROUTES,
    *hand_in.ROUTES,
    *uploads.ROUTES,
    *sources.ROUTES,
    *source.ROUTES,
    *templates_page.ROUTES,
    *open_data.ROUTES,
    *signin.ROUTES,
    *link.ROUTES,
    *account.ROUTES,
    *health.ROUTES,
    *metrics.ROUTES,
    *description.ROUTES,
    *api_uploads.ROUTES,
    *targets.ROUTES,
    *figures.ROUTES,
    *export.ROUTES,
    *api_templates.ROUTES,
)
