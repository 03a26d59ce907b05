"""The gauges for Prometheus, made after each publication and served as they are."""

from __future__ import annotations

from starlette.responses import Response

from dagster_project.metrics.text import CONTENT_TYPE
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visiting


def metrics(visit: Visiting) -> Response:
    """Every gauge of the contract, of what is stored now."""
    return Response(visit.desk.board.current().gauges, headers={"Content-Type": CONTENT_TYPE})


ROUTES = (Route("GET", "/metrics", metrics, action="view_metrics", opened_by="public_metrics"),)
