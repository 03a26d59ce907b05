"""A folder on an SFTP server. Its host key must be known beforehand; none is ever learnt from the server itself.

Symbolic links on the server are passed over. `sftp://host/~/path` starts in the user's home.
"""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote

import asyncssh
from fsspec.asyn import sync  # type: ignore[import-untyped]  # it has no annotations
from sshfs import SSHFileSystem  # type: ignore[import-untyped]  # it has no annotations

from dagster_project.sources.folder_storage import PATIENCE, Storage, StorageOptions, shown
from validators.errors import SourceOptionsError

_WONT_PASS = (
    PermissionError,
    asyncssh.PermissionDenied,
    asyncssh.HostKeyNotVerifiable,
    asyncssh.KeyExchangeFailed,
    asyncssh.ProtocolNotSupported,
    asyncssh.SFTPPermissionDenied,
    asyncssh.SFTPNoSuchPath,
    asyncssh.SFTPNotADirectory,
)
_SILENCE_SECONDS = 15
_BLOCK = 1 << 18


class Sftp(Storage):
    """See the module."""

    faults = (OSError, asyncssh.Error)

    @classmethod
    def open(cls, parts: SplitResult, options: StorageOptions, source: str, timeout: float) -> Sftp:
        """Connect and sign in. The user's own SSH configuration and agent are left out of it."""
        host, port = parts.hostname or "", parts.port or 22
        keys = _client_keys(options, source)
        password = options.password or unquote(parts.password or "")
        fs = SSHFileSystem(
            host,
            port=port,
            username=options.user or unquote(parts.username or "") or None,
            password=password or None,
            client_keys=keys,
            known_hosts=_known_hosts(options, source, host, port),
            config=None,
            agent_path=None,
            gss_host=None,
            connect_timeout=timeout,
            login_timeout=timeout,
            keepalive_interval=_SILENCE_SECONDS,
            timeout=timeout * 2,
            skip_instance_cache=True,
        )
        path = unquote(parts.path)
        root = path.removeprefix("/~/") if path.startswith("/~/") else path or "/"
        return cls(fs, root, shown(parts), {"timeout": timeout})

    def is_refusal(self, error: Exception) -> bool:
        """Who asks isn't let in, or who answers isn't who it should be."""
        return isinstance(error, _WONT_PASS)

    def read(self, path: str, limit: int) -> bytes:
        """Block by block: the file object of the file system has no end to its waiting."""
        data = bytearray()
        client, patience, place = self.fs.client, self._waits["timeout"], self.place(path)

        async def fetch() -> None:
            async with client.start_sftp_client() as channel, channel.open(place, "rb") as file:
                while len(data) <= limit:
                    block = await asyncio.wait_for(file.read(min(_BLOCK, limit + 1 - len(data))), patience)
                    if not block:
                        break
                    data.extend(block)

        try:
            sync(self.fs.loop, fetch, timeout=patience * PATIENCE)
        except asyncssh.SFTPNoSuchFile as error:
            raise FileNotFoundError(errno.ENOENT, error.reason, path) from None
        return bytes(data)

    def close(self) -> None:
        """End the connection."""
        client: Any = self.fs.client

        async def end() -> None:
            client.close()
            await client.wait_closed()

        sync(self.fs.loop, end, timeout=_SILENCE_SECONDS)


def _client_keys(options: StorageOptions, source: str) -> list[asyncssh.SSHKey] | None:
    if not options.private_key:
        return None
    try:
        text = options.private_key
        if "PRIVATE KEY" not in text:
            return [asyncssh.read_private_key(text, options.passphrase or None)]
        return [asyncssh.import_private_key(text.strip() + "\n", options.passphrase or None)]
    except (OSError, asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SourceOptionsError(
            [f"{source}: with.storage.private_key：无法读取私钥 / the private key can't be read: {reason}"]
        ) from None


def _known_hosts(options: StorageOptions, source: str, host: str, port: int) -> asyncssh.SSHKnownHosts:
    """Never None, which would trust any server."""
    file = Path(options.known_hosts) if options.known_hosts else Path.home() / ".ssh" / "known_hosts"
    try:
        if options.host_key:
            name = host if port == 22 else f"[{host}]:{port}"
            return asyncssh.import_known_hosts(f"{name} {options.host_key}\n")
        return asyncssh.read_known_hosts(str(file))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SourceOptionsError(
            [
                f"{source}: with.storage：没有可用的主机公钥，请给出 host_key 或 known_hosts 文件（{file}） / "
                f"no host key to trust: give host_key, or a known_hosts file ({file}; `ssh-keyscan` prints its "
                f"lines, compare them with what the server's administrator says): {reason}"
            ]
        ) from None
