"""A snapshot in Prometheus' text format, for a server that is not ours to start."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from dagster_project.metrics.gauges import Snapshot, registry
from validators.catalogue import Catalogue

CONTENT_TYPE = CONTENT_TYPE_LATEST


def exposition(catalogue: Catalogue, snapshot: Snapshot, *, zone: ZoneInfo, kept_months: int = 36) -> bytes:
    """Every gauge of the contract; to be served as CONTENT_TYPE."""
    return generate_latest(registry(catalogue, lambda: snapshot, zone=zone, kept_months=kept_months))
