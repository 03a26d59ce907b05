"""A real PostgreSQL for the tests: Debian's programs, a temporary folder, a Unix socket, gone at the end.

Import the fixture where it is wanted: `from tests.servers.postgres import postgres_server`. One server is started per
session (per worker under xdist), whatever number of modules import it.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

USER = "xushi"
PASSWORD = "p@ss/w:rd"  # needs escaping in a URL, so that escaping is tested too
_START_SECONDS = 60

# The server costs a second to start: tests that use it stay on one worker (`--dist loadgroup`).
ON_POSTGRES = pytest.mark.xdist_group("postgresql")


class PostgresServer:
    """A running server. `create_database()` gives the URL of an empty database."""

    def __init__(self, programs: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="xushi-pg-", dir="/tmp"))  # short: a socket's path has 107 bytes
        self._numbers = itertools.count(1)
        self._programs = programs
        try:
            self._initialise()
            self._process = self._start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def _initialise(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            for place in (self.folder, secret):
                os.chown(place, _account().pw_uid, _account().pw_gid)
        command = ["initdb", "-D", "data", "-U", USER, "--auth=scram-sha-256", "--pwfile=password"]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        done = subprocess.run(self._command(*command), **self._owner(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _start(self) -> subprocess.Popen[bytes]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",  # the tests kill clients, not the server
            "max_connections": "40",
            "shared_buffers": "32MB",
        }
        command = self._command("postgres", "-D", "data", *(f"--{name}={value}" for name, value in options.items()))
        if shutil.which("setpriv"):  # the server ends with the tests, also when they are killed
            command = ["setpriv", "--pdeathsig", "INT", *command]
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen(command, **self._owner(), stdout=log, stderr=log)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.address("postgres")).close()
            except psycopg.OperationalError:
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}") from None
                time.sleep(0.05)
            else:
                return process

    def _command(self, program: str, *arguments: str) -> list[str]:
        return [str(self._programs / program), *arguments]

    def _owner(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root."""
        place: dict[str, Any] = {"cwd": self.folder}
        if os.geteuid() != 0:
            return place
        return place | {"user": _account().pw_uid, "group": _account().pw_gid, "extra_groups": []}

    def address(self, database: str, *, scheme: str = "postgresql", password: str = PASSWORD) -> str:
        """The URL of a database on this server."""
        return f"{scheme}://{USER}:{quote(password, safe='')}@/{database}?host={quote(str(self.folder), safe='')}"

    def create_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        self.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.address(name)

    def execute(self, statement: sql.Composable) -> None:
        """Run one statement as the owner of the server, outside a transaction."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def stop(self) -> None:
        """Disconnect everybody, stop, and remove the folder."""
        self._process.send_signal(signal.SIGINT)  # "fast": open transactions are rolled back
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder)


def _account() -> pwd.struct_passwd:
    """Who runs the server when the tests run as root."""
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _programs() -> Path:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(debian[-1]) if debian else shutil.which("initdb")
    if found:
        return Path(found).parent
    missing = "PostgreSQL's programs are missing: `apt-get install postgresql`, or `make test`, which does it"
    if os.environ.get("XUSHI_TEST_POSTGRES") == "skip" and not os.environ.get("CI"):
        pytest.skip(f"{missing} (skipped since XUSHI_TEST_POSTGRES=skip)")
    pytest.fail(f"{missing}; outside CI, XUSHI_TEST_POSTGRES=skip leaves these tests out")


_SERVER = pytest.StashKey[PostgresServer]()


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> PostgresServer:
    """The session's server, started when first asked for and stopped at the end."""
    stash = request.config.stash
    if _SERVER not in stash:
        stash[_SERVER] = PostgresServer(_programs())
        request.config.add_cleanup(stash[_SERVER].stop)
    return stash[_SERVER]
