"""The same alerts for those who run Grafana alone: rules that Grafana manages, as a file for its provisioning folder.

Belongs here: the shape in which Grafana takes rules from a file (not the one of its API). Does not belong here: the
alerts (`alerts.py`), contact points and policies, which an installation sets in Grafana by the labels owner, kind and
severity.

Each rule asks Prometheus for its condition (`alert`), for its value and for every figure that its texts name, and fires
where the condition has a series. Grafana matches figures to an alert by labels: what has a subset of the alert's labels
belongs to it. There is no `$` anywhere (see `alert_text.py`). Grafana has no inhibition: unlike with Alertmanager, a
broken pipeline doesn't keep the alerts on targets quiet.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from dashboards.alert_text import OWN, Grafana
from dashboards.alerts import HEADER, Alert, Kind, Links, Timing, alerts
from dashboards.panels import DATASOURCE
from dashboards.provisioning import FOLDER_TITLE
from validators.catalogue import Catalogue

_INTERVAL = "1m"
_CONDITION, _FIRES = "alert", "fires"
_EXPRESSION = "__expr__"  # the uid of Grafana's own expressions


def grafana_rules(catalogue: Catalogue, links: Links | None = None, timing: Timing | None = None) -> dict[str, Any]:
    """The file's content."""
    where_to, used = links or Links(), timing or Timing()
    groups = []
    for kind in Kind:
        rules = [_rule(alert, where_to) for alert in alerts(catalogue, used) if alert.kind is kind]
        group = {"orgId": 1, "name": f"xushi-{kind}", "folder": FOLDER_TITLE, "interval": used.interval or _INTERVAL}
        groups.append(group | {"rules": rules})
    return {"apiVersion": 1, "groups": groups}


def grafana_text(catalogue: Catalogue, links: Links | None = None, timing: Timing | None = None) -> str:
    """`grafana_rules` as YAML, Chinese as it is."""
    made = grafana_rules(catalogue, links, timing)
    return HEADER + yaml.safe_dump(made, allow_unicode=True, sort_keys=False, width=1_000_000)


def _rule(alert: Alert, links: Links) -> dict[str, Any]:
    texts = Grafana(alert.figures, alert.own, alert.translations)
    annotations = {name: text for name, text in alert.annotations(texts, links).items() if text}
    # The title becomes the label alertname, by which routes and templates know it.
    return {
        "uid": f"xushi-{re.sub('(?<=[a-z])(?=[A-Z])', '-', alert.name).lower()}",
        "title": alert.name,
        "condition": _FIRES,
        "data": [*_queries(alert), _fires()],
        "for": alert.hold,
        "noDataState": "OK",  # nothing to tell is the normal case
        "execErrState": "Error",
        "labels": alert.all_labels,
        "annotations": annotations,
        "isPaused": False,
    }


def _queries(alert: Alert) -> list[dict[str, Any]]:
    # Whether there is a series decides, not its value, which may be 0.
    queries = [_query(_CONDITION, f"({alert.condition}) * 0 + 1")]
    if any(f"<{OWN}>" in piece.zh for piece in alert.sentence):
        queries.append(_query(OWN, alert.condition))
    return queries + [_query(figure.name, figure.every) for figure in alert.figures]


def _query(name: str, expr: str) -> dict[str, Any]:
    return {
        "refId": name,
        "relativeTimeRange": {"from": 600, "to": 0},
        "datasourceUid": DATASOURCE.uid,
        "model": {
            "refId": name,
            "datasource": {"type": DATASOURCE.type_val, "uid": DATASOURCE.uid},
            "expr": expr,
            "instant": True,
            "range": False,
            "intervalMs": 1000,
            "maxDataPoints": 43200,
        },
    }


def _fires() -> dict[str, Any]:
    return {
        "refId": _FIRES,
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": _EXPRESSION,
        "model": {
            "refId": _FIRES,
            "datasource": {"type": _EXPRESSION, "uid": _EXPRESSION},
            "type": "threshold",
            "expression": _CONDITION,
            "conditions": [{"evaluator": {"type": "gt", "params": [0]}}],
            "intervalMs": 1000,
            "maxDataPoints": 43200,
        },
    }
