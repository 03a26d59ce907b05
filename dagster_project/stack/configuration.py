"""The configuration files of a stack, as text.

Belongs here: what Prometheus scrapes, where Dagster finds its code, how Grafana starts, how long Alertmanager
remembers. Does not belong here: alert rules, routes and dashboards, which are handed in; writing files (`plan.py`).
"""

from __future__ import annotations

import configparser
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import yaml

_HEADER = "# Made by `xushi up` at every start; changes made here are lost.\n"

# The job under which the gauges arrive, pushed or scraped: rules and dashboards select it.
JOB = "xushi"

_HOURS = {"y": 8760.0, "w": 168.0, "d": 24.0, "h": 1.0, "m": 1 / 60, "s": 1 / 3600, "ms": 1 / 3_600_000}
_DURATION = re.compile(r"(\d+)(ms|[ywdhms])")


def prometheus(
    *,
    metrics: str | None,
    pushgateway: str | None,
    alertmanager: str | None,
    rules: Sequence[str],
    seconds: int,
) -> dict[str, Any]:
    """Prometheus' configuration. `metrics`, `pushgateway`: base URLs; `alertmanager`: host:port; `rules`: files.

    The gauges are taken from one source, since the same series from two would count every target twice. With a
    Pushgateway it is that one: the age of the last push then tells whether the pipeline still lives, which a scrape,
    computed on demand, can't tell. The endpoint is then still asked whether it answers, and its gauges are dropped."""
    jobs: list[dict[str, Any]] = []
    if pushgateway is not None:
        # The pushed group says job="xushi"; without honor_labels it would be called exported_job.
        jobs.append({"job_name": "pushgateway", "honor_labels": True, **_target(pushgateway)})
        if metrics is not None:
            dropped = {"source_labels": ["__name__"], "regex": "kpi_.*", "action": "drop"}
            jobs.append(
                {
                    "job_name": "xushi-metrics",
                    "scrape_interval": f"{4 * seconds}s",
                    "scrape_timeout": f"{min(4 * seconds, 30)}s",
                    **_target(metrics),
                    "metric_relabel_configs": [dropped],
                }
            )
    elif metrics is not None:
        # Pushed gauges have no instance; without it here they are the same series when the source changes.
        unnamed = {"regex": "instance", "action": "labeldrop"}
        jobs.append({"job_name": JOB, **_target(metrics), "metric_relabel_configs": [unnamed]})
    made: dict[str, Any] = {
        "global": {
            "scrape_interval": f"{seconds}s",
            "scrape_timeout": f"{min(seconds, 10)}s",
            "evaluation_interval": f"{seconds}s",
        },
        "scrape_configs": jobs,
    }
    if rules:
        made["rule_files"] = list(rules)
    if alertmanager is not None:
        made["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}
        jobs.append({"job_name": "alertmanager", "static_configs": [{"targets": [alertmanager]}]})
    return made


def _target(url: str) -> dict[str, Any]:
    """Scheme, path and address of a base URL, as a scrape configuration has them."""
    parts = urlsplit(url)
    found: dict[str, Any] = {"static_configs": [{"targets": [parts.netloc]}]}
    if parts.scheme == "https":
        found["scheme"] = "https"
    if parts.path.rstrip("/"):
        found["metrics_path"] = f"{parts.path.rstrip('/')}/metrics"
    return found


def workspace(host: str, port: int) -> dict[str, Any]:
    """Dagster's workspace: the one code server, shared by its pages and its daemon."""
    return {"load_from": [{"grpc_server": {"host": host, "port": port, "location_name": "xushi"}}]}


def grafana(*, host: str, port: int, data: str, logs: str, provisioning: str, password_file: str, home: str) -> str:
    """grafana.ini; `home` is the dashboard that opens first.

    Who is not logged in may look: Prometheus on the same address shows the same figures to anybody."""
    parser = configparser.RawConfigParser()
    parser.read_dict(
        {
            "server": {"http_addr": host, "http_port": port},
            "paths": {"data": data, "logs": logs, "provisioning": provisioning, "plugins": f"{data}/plugins"},
            "security": {"admin_user": "admin", "admin_password": f"$__file{{{password_file}}}"},
            "auth.anonymous": {"enabled": "true", "org_role": "Viewer"},
            "users": {"default_language": "zh-Hans"},
            "log": {"mode": "console"},
            # Nothing is sent to anybody.
            "analytics": {
                "reporting_enabled": "false",
                "check_for_updates": "false",
                "check_for_plugin_updates": "false",
            },
            "news": {"news_feed_enabled": "false"},
            # Alerts are Prometheus' and Alertmanager's here; a second engine would say everything twice.
            "unified_alerting": {"enabled": "false"},
            "dashboards": {"default_home_dashboard_path": home},
        }
    )
    text = io.StringIO()
    text.write(_HEADER.replace("#", ";"))
    parser.write(text)
    return text.getvalue()


def silent_alertmanager() -> dict[str, Any]:
    """A configuration without contacts: alerts are shown on Alertmanager's page and sent to nobody."""
    return {"route": {"receiver": "nobody", "group_by": ["owner"]}, "receivers": [{"name": "nobody"}]}


def retention_hours(alertmanager: Mapping[str, Any]) -> int:
    """How long Alertmanager has to remember what it sent: twice the longest repeat_interval, at least its own 120 h.

    What it has forgotten it sends again, so a memory shorter than the interval would cut the interval short."""
    repeats = [hours(each["repeat_interval"]) for each in _routes(alertmanager["route"]) if "repeat_interval" in each]
    return max([120, *(math.ceil(2 * each) for each in repeats)])


def _routes(route: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield route
    for each in route.get("routes") or []:
        yield from _routes(each)


def hours(duration: str) -> float:
    """A duration as Prometheus writes it (`2w`, `1d12h`), in hours. ValueError when it is none."""
    parts = _DURATION.findall(duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        raise ValueError(f"{duration!r} is no duration such as 2w or 36h")
    return sum(int(number) * _HOURS[unit] for number, unit in parts)


def text(content: Mapping[str, Any]) -> str:
    """YAML, Chinese as it is, with a word on where it comes from."""
    return _HEADER + yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False)
