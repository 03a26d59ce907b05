"""A real Pushgateway: Debian's program, a free port, gone at the end."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.ports import free_port

_START_SECONDS = 60


@contextmanager
def pushgateway(address: str | None = None) -> Iterator[str]:
    """The base URL of a running Pushgateway that holds nothing; at a given host:port, or wherever there is room."""
    program = shutil.which("prometheus-pushgateway") or shutil.which("pushgateway")
    if program is None:
        raise RuntimeError("the Pushgateway is missing: `apt-get install prometheus-pushgateway`, or `make test`")
    address = address or f"127.0.0.1:{free_port()}"
    command = [program, f"--web.listen-address={address}"]
    if shutil.which("setpriv"):  # the server ends with the tests, also when they are killed
        command = ["setpriv", "--pdeathsig", "KILL", *command]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=Path(tempfile.gettempdir()), stdout=log, stderr=log)
        try:
            _wait(process, f"http://{address}/-/ready")
            yield f"http://{address}"
        finally:
            process.kill()
            process.wait()


def shown(url: str) -> str:
    """What a Pushgateway has, as Prometheus gets it."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=60) as answer:
        return str(answer.read().decode("utf-8"))


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:  # nobody there yet, or too busy to answer
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the Pushgateway did not start") from None
            time.sleep(0.05)
        else:
            return
