"""deploy/systemd: the units are sound by systemd's own check, and run what `xushi up` runs."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.stack import components
from dagster_project.stack.launches import Place, launch
from tests.deploy.memory import LONGEST_HOURS

UNITS = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
SERVERS = (
    components.PUSHGATEWAY,
    components.RELAY,
    components.ALERTMANAGER,
    components.PROMETHEUS,
    components.PORTAL,
    components.DAGSTER_CODE,
    components.DAGSTER,
    components.DAGSTER_DAEMON,
)
OPT = "/opt/xushi/.venv/bin/"


def read(name: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False)  # Environment= may be said twice
    parser.read_string((UNITS / name).read_text(encoding="utf-8"))
    return parser


@pytest.mark.parametrize("component", SERVERS, ids=lambda component: component.key)
def test_a_unit_runs_what_xushi_up_runs(component: components.Component) -> None:
    place = Place(
        folder=Path("/var/lib/xushi/stack"),
        programs={each.key: Path(OPT if each.ours else "/usr/bin/") / each.programs[0] for each in SERVERS},
        port_of={each.key: each.port for each in SERVERS},
        environment={},
        pushgateway_url="http://127.0.0.1:9091",
        contacts=Path("/var/lib/xushi/contacts.yaml"),
        retention_hours=LONGEST_HOURS,
    )
    command = shlex.split(read(f"xushi-{component.key}.service")["Service"]["ExecStart"])
    assert tuple(command) == launch(component, place).command


def test_every_unit_belongs_to_the_target_and_waits_for_its_configuration() -> None:
    services = sorted(path.name for path in UNITS.glob("*.service"))
    assert services == sorted([*(f"xushi-{each.key}.service" for each in SERVERS), "xushi-configuration.service"])
    for name in services:
        unit = read(name)
        assert unit["Install"]["WantedBy"] == "xushi.target"
        assert unit["Unit"]["PartOf"] == "xushi.target"
        assert unit["Service"]["User"] == "xushi"
        if name != "xushi-configuration.service":
            assert "xushi-configuration.service" in unit["Unit"]["After"]
            assert unit["Unit"]["Requires"] == "xushi-configuration.service"


def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not installed on this machine")
    for path in UNITS.iterdir():
        # It checks that programs exist, and these are where this test runs.
        text = path.read_text(encoding="utf-8").replace(OPT, f"{Path(sys.executable).parent}/")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    units = [str(path) for path in tmp_path.iterdir()]
    done = subprocess.run([verify, "verify", *units], capture_output=True, text=True, check=False)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "xushi" in line]
    assert ours == []
