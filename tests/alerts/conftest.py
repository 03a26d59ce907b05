"""The rules of the real catalogue, and contacts that reach nobody real."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dashboards import alert_build, alertmanager
from dashboards.alerts import Alert, alerts, prometheus_rules
from validators.catalogue import Catalogue
from validators.contacts import Contacts
from validators.contacts_file import Secrets, load_contacts

EXAMPLE = alert_build.FOLDER / "contacts.example.yaml"
SECRETS = {
    "XUSHI_WECOM_SECRET": "wecom-secret",
    "XUSHI_DINGTALK_INDUSTRY_URL": "http://127.0.0.1:1/robot/send?access_token=dingtalk-token",
    "XUSHI_DINGTALK_INDUSTRY_SECRET": "dingtalk-secret",
    "XUSHI_STATISTICS_WEBHOOK": "http://127.0.0.1:1/statistics/hook-token",
}
FILES = {
    "smtp-password": "smtp-password",
    "feishu-reform-url": "http://127.0.0.1:1/open-apis/bot/v2/hook/feishu-token",
    "feishu-reform-secret": "feishu-secret",
}


@pytest.fixture(scope="session")
def all_alerts(catalogue: Catalogue) -> dict[str, Alert]:
    """Every alert by its name."""
    return {alert.name: alert for alert in alerts(catalogue)}


@pytest.fixture(scope="session")
def rules(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    """Every rule of Prometheus by its alert's name."""
    return {rule["alert"]: rule for group in prometheus_rules(catalogue)["groups"] for rule in group["rules"]}


@pytest.fixture
def contacts_file(tmp_path: Path) -> Path:
    """The example of the repository with its secrets beside it."""
    (tmp_path / "secrets").mkdir()
    for name, text in FILES.items():
        (tmp_path / "secrets" / name).write_text(f"{text}\n")
    path = tmp_path / "contacts.yaml"
    path.write_bytes(EXAMPLE.read_bytes())
    return path


@pytest.fixture
def contacts(contacts_file: Path, catalogue: Catalogue) -> Contacts:
    return load_contacts(contacts_file, catalogue)


@pytest.fixture
def secrets(contacts_file: Path) -> Secrets:
    return Secrets(contacts_file.parent, SECRETS)


@pytest.fixture
def configuration(catalogue: Catalogue, contacts: Contacts, secrets: Secrets) -> dict[str, Any]:
    """Alertmanager's configuration for the example."""
    return alertmanager.configuration(catalogue, contacts, secrets)
