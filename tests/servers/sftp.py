"""A real SFTP server over a folder: asyncssh's, in a thread with a loop of its own, gone at the end.

The user is USER with PASSWORD, or with the key that `SftpServer.client_key` holds. It shows the folder as its root.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

USER = "xushi"
PASSWORD = "p@ss/w:rd"  # needs escaping in a URL, so that escaping is tested too


@dataclass(frozen=True)
class SftpServer:
    """A running server. `host_key` is its public key, `client_key` a private key that it lets in."""

    port: int
    host_key: str
    client_key: str

    def url(self, path: str) -> str:
        """The URL of a folder below its root."""
        return f"sftp://127.0.0.1:{self.port}/{path.strip('/')}"

    def known_hosts(self, folder: Path, key: str | None = None) -> Path:
        """A known_hosts file in the folder, with the server's key or another."""
        file = folder / "known_hosts"
        file.write_text(f"[127.0.0.1]:{self.port} {key or self.host_key}\n", encoding="utf-8")
        return file


class _Door(asyncssh.SSHServer):
    """Lets in, and remembers whom, so that they can be sent away at the end."""

    def __init__(self, guests: list[asyncssh.SSHServerConnection]) -> None:
        self._guests = guests

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._guests.append(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


def public_key() -> str:
    """The public key of a server that nobody runs."""
    return asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()


@contextmanager
def sftp_server(folder: Path) -> Iterator[SftpServer]:
    """A server that shows this folder."""
    host_key, client_key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    guests: list[asyncssh.SSHServerConnection] = []
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Door(guests),
            server_host_keys=[host_key],
            authorized_client_keys=asyncssh.import_authorized_keys(client_key.export_public_key().decode()),
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder).encode()),
        )

    async def end(acceptor: asyncssh.SSHAcceptor) -> None:
        acceptor.close()
        await acceptor.wait_closed()
        for guest in guests:
            guest.abort()
        await asyncio.gather(*(guest.wait_closed() for guest in guests))

    try:
        acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(30)
        public = host_key.export_public_key().decode().strip()
        yield SftpServer(acceptor.get_port(), public, client_key.export_private_key().decode())
        asyncio.run_coroutine_threadsafe(end(acceptor), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
