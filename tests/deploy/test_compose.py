"""deploy/compose.yaml without a Docker engine: every file that it names exists, every service can be started, watched
and found, and its Prometheus does what `xushi up` would let it do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_project.settings import Settings
from dagster_project.stack import configuration
from tests.deploy.memory import LONGEST_HOURS

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]


def mounts(service: dict[str, Any]) -> list[tuple[str, str]]:
    """Source and target of each volume, with the default of a variable in place."""
    found = []
    for text in service.get("volumes", []):
        source, target, *_ = re.sub(r"\$\{\w+:-([^}]+)\}", r"\1", text).split(":")
        found.append((source, target))
    return found


def test_the_stack_is_whole() -> None:
    wanted = {"postgres", "pushgateway", "prometheus", "alertmanager", "grafana"}
    assert set(SERVICES) == wanted | {"portal", "dagster", "dagster-code", "dagster-daemon", "configuration", "relay"}


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "configuration"])
def test_a_service_has_a_pinned_image_a_health_check_and_the_loopback_address_alone(name: str) -> None:
    service = SERVICES[name]
    tag = service["image"].rpartition(":")[2]
    assert re.fullmatch(r"v?\d+\.\d+(\.\d+)?", tag), service["image"]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["restart"] == "unless-stopped"
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize("name", list(SERVICES))
def test_every_file_and_volume_that_a_service_names_is_there(name: str) -> None:
    for source, target in mounts(SERVICES[name]):
        if source.startswith("."):
            assert (DEPLOY / source).exists(), f"{source} -> {target}"
        else:
            assert source in COMPOSE["volumes"]
    for secret in SERVICES[name].get("secrets", []):
        assert secret in COMPOSE["secrets"]
    for needed in SERVICES[name].get("depends_on", {}):
        assert needed in SERVICES


def test_no_secret_is_in_the_file() -> None:
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].startswith("./secrets/")
    given = [value for service in SERVICES.values() for value in service.get("environment", {}).items()]
    for name, value in given:
        if "PASSWORD" in name:
            assert name.endswith("_FILE")
            assert value.startswith("/run/secrets/")
    assert [path.name for path in (DEPLOY / "secrets").iterdir() if path.name not in _MADE_ON_THE_HOST] == [
        ".gitignore"
    ]


_MADE_ON_THE_HOST = {"database-password", "grafana-password"}  # when somebody has used it from this checkout


@pytest.mark.parametrize("name", OURS)
def test_our_services_are_told_by_settings_that_exist(name: str) -> None:
    known = {f"XUSHI_{field.upper()}" for field in Settings.model_fields} | {"XUSHI_SECRETS_DIR"}
    told = {variable for variable in SERVICES[name]["environment"] if variable.startswith("XUSHI_")}
    assert told <= known
    # A file of the secrets' folder is read when it is named like a setting.
    assert {secret.upper() for secret in SERVICES[name]["secrets"]} <= known


def test_what_only_concerns_alerts_does_not_see_the_database_s_password() -> None:
    assert [name for name in OURS if not SERVICES[name]["secrets"]] == ["configuration", "relay"]


def test_prometheus_scrapes_in_containers_what_it_scrapes_on_one_machine() -> None:
    committed = yaml.safe_load((DEPLOY / "prometheus.yml").read_text(encoding="utf-8"))
    assert committed == configuration.prometheus(
        metrics="http://portal:8300",
        pushgateway="http://pushgateway:9091",
        alertmanager="alertmanager:9093",
        rules=["/etc/prometheus/prometheus-rules.yaml"],
        seconds=15,
    )
    targets = dict(mounts(SERVICES["prometheus"])).values()
    assert set(committed["rule_files"]) <= set(targets)


def test_alertmanager_starts_once_its_configuration_is_written_and_remembers_longer_than_it_waits_to_repeat() -> None:
    alertmanager, configuration_ = SERVICES["alertmanager"], SERVICES["configuration"]
    assert configuration_["restart"] == "no"
    assert alertmanager["depends_on"] == {"configuration": {"condition": "service_completed_successfully"}}
    assert f"--data.retention={LONGEST_HOURS}h" in alertmanager["command"]
    [made] = [word for word in alertmanager["command"] if word.startswith("--config.file=")]
    assert made.removeprefix("--config.file=") in configuration_["command"][-1]
    [folder] = [target for source, target in mounts(alertmanager) if source == "../dashboards/templates"]
    assert f"--templates {folder}" in configuration_["command"][-1]


def test_dagster_finds_its_code_in_containers() -> None:
    committed = yaml.safe_load((DEPLOY / "workspace.yaml").read_text(encoding="utf-8"))
    assert committed == configuration.workspace("dagster-code", 4266)
    assert "4266" in SERVICES["dagster-code"]["command"]


def test_alertmanager_without_contacts_sends_to_nobody() -> None:
    committed = yaml.safe_load((DEPLOY / "alertmanager.yml").read_text(encoding="utf-8"))
    assert committed == configuration.silent_alertmanager()


def test_the_dockerfile_copies_what_exists_and_what_the_build_is_given() -> None:
    root = DEPLOY.parent
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = {
        source for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for source in line.split()[:-1]
    }
    assert {"requirements.lock", "dagster_project", "dashboards", "validators", "metrics_catalog.yaml"} <= copied
    assert all((root / source).exists() for source in copied)
    ignore = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignore if line.startswith("!")} == copied
