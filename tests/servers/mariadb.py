"""A real MariaDB for the tests: Debian's programs, a temporary folder, a free port, gone at the end.

Import the fixture where it is wanted: `from tests.servers.mariadb import mariadb_server`. One server is started per
session (per worker under xdist).
"""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import pymysql
import pytest

from tests.servers.ports import free_port

USER = "xushi"
PASSWORD = "p@ss/w:rd"  # needs escaping in a URL, so that escaping is tested too
_START_SECONDS = 90


class MariadbServer:
    """A running server. `create_database()` gives the name of an empty database."""

    def __init__(self, server: str, installer: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="xushi-maria-", dir="/tmp"))  # short: a socket's path has 107 bytes
        self.port = free_port()
        self._numbers = itertools.count(1)
        try:
            self._initialise(installer)
            self._process = self._start(server)
            self.execute(
                f"CREATE USER {USER}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
                f"GRANT ALL ON *.* TO {USER}@'127.0.0.1'",
            )
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def _user(self) -> list[str]:
        return ["--user=root"] if os.geteuid() == 0 else []

    def _initialise(self, installer: str) -> None:
        command = [installer, "--no-defaults", *self._user(), f"--datadir={self.folder / 'data'}", "--skip-test-db"]
        command += ["--auth-root-authentication-method=normal", "--skip-name-resolve"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"mariadb-install-db failed:\n{done.stdout}{done.stderr}")

    def _start(self, server: str) -> subprocess.Popen[bytes]:
        options = [f"--datadir={self.folder / 'data'}", f"--socket={self.folder / 'socket'}", f"--port={self.port}"]
        options += [f"--pid-file={self.folder / 'pid'}", "--bind-address=127.0.0.1", "--skip-name-resolve"]
        options += ["--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin"]
        command = [server, "--no-defaults", *self._user(), *options]
        if shutil.which("setpriv"):  # the server ends with the tests, also when they are killed
            command = ["setpriv", "--pdeathsig", "KILL", *command]
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                with socket.socket(socket.AF_UNIX) as probe:  # pymysql leaves one open that is refused
                    probe.connect(str(self.folder / "socket"))
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    process.wait()
                    raise RuntimeError(f"MariaDB did not start:\n{(self.folder / 'log').read_text()}") from None
                time.sleep(0.1)
            else:
                return process

    def _connect(self, database: str | None = None) -> pymysql.Connection:
        return pymysql.connect(unix_socket=str(self.folder / "socket"), user="root", database=database, autocommit=True)

    def execute(self, *statements: str, database: str | None = None) -> list[tuple[object, ...]]:
        """Run statements as the server's owner; the rows of the last."""
        with self._connect(database) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def create_database(self) -> str:
        """The name of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return name

    def address(self, database: str, *, scheme: str = "mariadb", password: str = PASSWORD) -> str:
        """The URL of a database on this server."""
        return f"{scheme}://{USER}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """Stop, and remove the folder."""
        self._process.kill()  # nothing of it is kept
        self._process.wait()
        shutil.rmtree(self.folder)


def _programs() -> tuple[str, str]:
    places = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"))
    server = shutil.which("mariadbd", path=places) or shutil.which("mysqld", path=places)
    installer = shutil.which("mariadb-install-db", path=places)
    if server and installer:
        return server, installer
    missing = "MariaDB's programs are missing: `apt-get install mariadb-server-core`"
    if os.environ.get("XUSHI_TEST_MARIADB") == "skip" and not os.environ.get("CI"):
        pytest.skip(f"{missing} (skipped since XUSHI_TEST_MARIADB=skip)")
    pytest.fail(f"{missing}; outside CI, XUSHI_TEST_MARIADB=skip leaves these tests out")


_SERVER = pytest.StashKey[MariadbServer]()


@pytest.fixture(scope="session")
def mariadb_server(request: pytest.FixtureRequest) -> MariadbServer:
    """The session's server, started when first asked for and stopped at the end."""
    stash = request.config.stash
    if _SERVER not in stash:
        stash[_SERVER] = MariadbServer(*_programs())
        request.config.add_cleanup(stash[_SERVER].stop)
    return stash[_SERVER]
