"""A real Alertmanager with a given configuration: Debian's program, a temporary folder, a free port."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.servers.ports import free_port

_START_SECONDS = 60


class Alertmanager:
    """A running server."""

    def __init__(self, url: str, log: Path) -> None:
        self.url, self._log = url, log

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._log.read_text(encoding="utf-8")

    def fire(self, *alerts: Mapping[str, Any]) -> None:
        """Post alerts (labels, annotations) that began just now and hold until they are resolved."""
        self._post([{**alert, "startsAt": _moment(0)} for alert in alerts])

    def resolve(self, *alerts: Mapping[str, Any]) -> None:
        """Post the same alerts as over."""
        self._post([{**alert, "startsAt": _moment(-60), "endsAt": _moment(0)} for alert in alerts])

    def _post(self, alerts: Sequence[Mapping[str, Any]]) -> None:
        request = urllib.request.Request(
            f"{self.url}/api/v2/alerts", json.dumps(alerts).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60):
            pass


@contextmanager
def alertmanager(configuration: str) -> Iterator[Alertmanager]:
    """An Alertmanager that runs with the text of a configuration."""
    if shutil.which("prometheus-alertmanager") is None:
        raise RuntimeError(
            "prometheus-alertmanager is missing: `apt-get install prometheus-alertmanager`, or `make test`"
        )
    folder = Path(tempfile.mkdtemp(prefix="xushi-alertmanager-"))
    try:
        (folder / "alertmanager.yml").write_text(configuration, encoding="utf-8")
        port = free_port()
        command = ["prometheus-alertmanager", "--config.file=alertmanager.yml", "--storage.path=data"]
        command += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", "--data.retention=2016h"]
        if shutil.which("setpriv"):  # the server ends with the tests, also when they are killed
            command = ["setpriv", "--pdeathsig", "KILL", *command]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(process, url, folder / "log")
            yield Alertmanager(url, folder / "log")
        finally:
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder)


def _moment(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/-/ready", timeout=5):
                return
        except OSError:  # nobody there yet, or too busy to answer
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Alertmanager did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
