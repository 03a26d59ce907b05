"""Dagster as `xushi up` runs it: one code server, its pages, its daemon."""

from __future__ import annotations

import json
import signal
import urllib.request
from pathlib import Path

import pytest

from tests.stack.programs import started

# One after another on one worker: each starts several servers.
pytestmark = pytest.mark.xdist_group("stack")


def test_dagster_loads_the_assets_beats_its_daemon_and_leaves_nothing_when_killed(tmp_path: Path) -> None:
    with started(tmp_path, ["--free-ports", "--only", "dagster"]) as stack:
        printed = stack.wait_until_settled()
        for name in ("Dagster 代码 code", "Dagster (", "Dagster 守护进程 daemon"):
            assert f"就绪 ready  {name}" in printed
        question = json.dumps({"query": "{assetNodes{assetKey{path}}}"}).encode()
        request = urllib.request.Request(
            f"{stack.address('Dagster')}/graphql", question, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            assets = json.loads(answer.read())["data"]["assetNodes"]
        assert ["gauges"] in [each["assetKey"]["path"] for each in assets]
        assert len(stack.left()) >= 3
        stack.stop(signal.SIGKILL)
        stack.wait_until_nothing_is_left()


def test_a_catalogue_that_cannot_be_used_is_said_before_anything_starts(tmp_path: Path) -> None:
    broken = tmp_path / "catalogue.yaml"
    broken.write_text("documents: 1\n")
    with started(tmp_path / "home", ["--free-ports", "--only", "dagster"], XUSHI_CATALOGUE=str(broken)) as stack:
        assert stack.process.wait(120) == 1
        assert "catalogue.yaml" in stack.output()
        assert not (tmp_path / "home" / "stack").exists()
