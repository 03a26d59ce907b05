"""A real Prometheus over given samples: Debian's programs, a temporary folder, a free port, gone at the end.

Use `loaded_prometheus(text)` as a context manager; `text` is OpenMetrics with timestamps, of any age. With a
configuration it also scrapes and evaluates rules, in the present.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.servers.ports import free_port

_START_SECONDS = 60


class PromQLError(Exception):
    """Prometheus refused an expression."""


class Prometheus:
    """A running server."""

    def __init__(self, url: str) -> None:
        self.url = url

    def instant(self, expr: str, moment: datetime) -> list[dict[str, Any]]:
        """The vector that `expr` gives at `moment`: metric and value of each series."""
        return self._ask("query", query=expr, time=str(moment.timestamp()))

    def over(self, expr: str, first: datetime, last: datetime, step: timedelta) -> list[dict[str, Any]]:
        """The matrix that `expr` gives over a time range."""
        bounds = {"start": str(first.timestamp()), "end": str(last.timestamp()), "step": str(step.total_seconds())}
        return self._ask("query_range", query=expr, **bounds)

    def rules(self) -> list[dict[str, Any]]:
        """Every alerting rule as it was last evaluated: name, health, lastError, alerts with their annotations."""
        with urllib.request.urlopen(f"{self.url}/api/v1/rules?type=alert", timeout=30) as answer:
            groups = json.load(answer)["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def _ask(self, what: str, **form: str) -> list[dict[str, Any]]:
        data = urllib.parse.urlencode(form).encode()
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{what}", data=data, timeout=30) as answer:
                found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as error:
            raise PromQLError(f"{json.load(error)['error']}: {form['query']}") from error
        return found


@contextmanager
def loaded_prometheus(
    text: str, configuration: str = "scrape_configs: []\n", rules: str | None = None
) -> Iterator[Prometheus]:
    """A Prometheus that knows the samples of `text`. It scrapes what the configuration says, as it stands nothing;
    `rules` is the text of the file `rules.yaml` that the configuration may name."""
    for program in ("prometheus", "promtool"):
        if shutil.which(program) is None:
            raise RuntimeError(f"{program} is missing: `apt-get install prometheus`, or `make test`, which does it")
    folder = Path(tempfile.mkdtemp(prefix="xushi-prometheus-"))
    try:
        (folder / "samples.txt").write_text(text, encoding="utf-8")
        (folder / "prometheus.yml").write_text(configuration, encoding="utf-8")
        if rules is not None:
            (folder / "rules.yaml").write_text(rules, encoding="utf-8")
        # Without the flag it reads the whole text once for every two hours between the first sample and the last.
        blocks = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", "--max-block-duration=8760h"]
        blocks += ["samples.txt", "data"]
        subprocess.run(blocks, cwd=folder, check=True, capture_output=True)
        port = free_port()
        command = ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data"]
        command += ["--storage.tsdb.retention.time=100y", f"--web.listen-address=127.0.0.1:{port}"]
        if shutil.which("setpriv"):  # the server ends with the tests, also when they are killed
            command = ["setpriv", "--pdeathsig", "KILL", *command]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            _wait(process, f"http://127.0.0.1:{port}", folder / "log")
            yield Prometheus(f"http://127.0.0.1:{port}")
        finally:
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/-/ready", timeout=5):
                return
        except OSError:  # nobody there yet, or too busy to answer
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Prometheus did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
