"""Grafana as `xushi up` starts it, or finds it. There is no Debian package of Grafana: a stand-in reads the generated
grafana.ini and answers the health check as Grafana does; the files it would read are looked at here."""

from __future__ import annotations

import configparser
import sys
from pathlib import Path

import pytest
import yaml

from tests.servers.grafana import TOKEN, grafana_server
from tests.stack.programs import started

# One after another on one worker: each starts several servers.
pytestmark = pytest.mark.xdist_group("stack")

STAND_IN = """#!{python} -I
import argparse, configparser, http.server
parser = argparse.ArgumentParser()
parser.add_argument("command", choices=["server"])
parser.add_argument("--homepath", required=True)
parser.add_argument("--config", required=True)
ini = configparser.RawConfigParser()
ini.read(parser.parse_args().config)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/api/health" else 404)
        self.end_headers()

http.server.HTTPServer((ini["server"]["http_addr"], int(ini["server"]["http_port"])), Handler).serve_forever()
"""


def grafana_in(folder: Path) -> Path:
    """A folder as Grafana's archive unpacks; the program in it."""
    (folder / "conf").mkdir(parents=True)
    (folder / "conf" / "defaults.ini").touch()
    (folder / "bin").mkdir()
    program = folder / "bin" / "grafana"
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(0o755)
    return program


def test_a_grafana_program_is_started_with_data_source_and_dashboards_of_this_stack(tmp_path: Path) -> None:
    program = grafana_in(tmp_path / "grafana-12")
    arguments = ["--free-ports", "--only", "prometheus", "--only", "grafana"]
    with started(tmp_path / "home", arguments, XUSHI_GRAFANA=str(program)) as stack:
        printed = stack.wait_for("管理员 administrator")  # the last line
        assert "就绪 ready  Grafana" in printed
        folder = stack.home / "stack" / "grafana"
        ini = configparser.RawConfigParser()
        ini.read(folder / "grafana.ini")
        provisioning = Path(ini["paths"]["provisioning"])
        source = yaml.safe_load((provisioning / "datasources" / "xushi.yaml").read_text(encoding="utf-8"))
        assert source["datasources"][0]["url"] == stack.address("Prometheus")
        provider = yaml.safe_load((provisioning / "dashboards" / "xushi.yaml").read_text(encoding="utf-8"))
        dashboards = Path(provider["providers"][0]["options"]["path"])
        assert (dashboards / "xushi-overview.json").is_file()
        assert Path(ini["dashboards"]["default_home_dashboard_path"]).is_file()
        password = folder / "admin-password"
        assert len(password.read_text()) >= 20
        assert password.stat().st_mode & 0o077 == 0
        assert str(password) in printed
        first = password.read_text()
        assert stack.stop() == 0
    with started(tmp_path / "home", ["--free-ports", "--only", "grafana"], XUSHI_GRAFANA=str(program)) as again:
        again.wait_until_settled()
        assert password.read_text() == first  # Grafana takes it at its first start alone


def test_a_grafana_that_runs_elsewhere_is_brought_the_dashboards(tmp_path: Path) -> None:
    with grafana_server() as grafana:
        arguments = ["--free-ports", "--only", "prometheus", "--only", "grafana"]
        where = {"XUSHI_GRAFANA_URL": grafana.url, "XUSHI_GRAFANA_TOKEN": TOKEN}
        with started(tmp_path, arguments, **where) as stack:
            printed = stack.wait_until_settled()
            assert "完成 done  导入面板" in printed
            assert "xushi-overview" in grafana.dashboards
            assert grafana.sources["xushi-prometheus"]["url"] == stack.address("Prometheus")
            assert stack.address("Grafana") == grafana.url
            assert TOKEN not in printed
            assert stack.stop() == 0


def test_a_grafana_without_its_files_is_missing_with_the_reason(tmp_path: Path) -> None:
    program = grafana_in(tmp_path / "grafana-12")
    (tmp_path / "grafana-12" / "conf" / "defaults.ini").unlink()
    with started(tmp_path / "home", ["--check", "--only", "grafana"], XUSHI_GRAFANA=str(program)) as stack:
        assert stack.process.wait(120) == 1
        assert "conf/defaults.ini" in stack.output()
