"""Open data: what can be downloaded, in which formats, and what the columns mean.

Belongs here: the page. Does not belong here: the downloads themselves (`api.export`), which people take by their
session and programs by a token.
"""

from __future__ import annotations

from starlette.responses import HTMLResponse

from dagster_project.export import TABLES, Format, What
from dagster_project.export.tables import FIGURES
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visiting


def open_data(visit: Visiting) -> HTMLResponse:
    """Every table with its downloads and its columns."""
    tables = [(table, list(_formats(what))) for what, table in TABLES.items()]
    address = visit.desk.settings.portal_url or str(visit.request.base_url)
    return visit.page("open_data.html", tables=tables, address=address.rstrip("/"))


def _formats(what: What) -> list[Format]:
    return [form for form in Format if form is not Format.SDMX_CSV or what in FIGURES]


ROUTES = (Route("GET", "/open-data", open_data, action="export", nav="nav.open_data"),)
