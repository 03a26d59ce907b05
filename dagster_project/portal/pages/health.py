"""Whether the portal works, for those who watch it: no figures, no names."""

from __future__ import annotations

import logging

from starlette.responses import JSONResponse

from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visiting
from validators.errors import XushiError

_log = logging.getLogger(__name__)


def health(visit: Visiting) -> JSONResponse:
    """{"status": "ok"}, or 503 and {"status": "no database"} while the database can't be read."""
    try:
        visit.desk.store.mark()
    except XushiError as error:
        _log.warning("health: %s", error)
        return JSONResponse({"status": "no database"}, status_code=503)
    return JSONResponse({"status": "ok"})


ROUTES = (Route("GET", "/health", health, action=None),)
