"""Secrets of sources are filled in for the connector and taken out of everything else."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from dagster_project.sources.secrets import Vault, names_in
from validators.errors import SourceOptionsError

_ADDRESS = "https://wang:pa%2Fss@host.example/api?key=abcdef"


def test_names_are_filled_in_wherever_they_stand() -> None:
    vault = Vault({"host": "stats.example", "token": "t0ken"})
    options = {"url": "https://${host}/x", "headers": {"X": "Bearer ${token}"}, "list": ["${token}", 3], "n": 1}
    assert names_in(options) == ["host", "token"]
    assert vault.fill(options) == {
        "url": "https://stats.example/x",
        "headers": {"X": "Bearer t0ken"},
        "list": ["t0ken", 3],
        "n": 1,
    }


def test_what_is_not_set_is_named_with_how_to_set_it() -> None:
    with pytest.raises(SourceOptionsError, match="XUSHI_SOURCE_TOKEN") as raised:
        Vault({}).fill({"url": "${host}", "token": "${token}"})
    assert len(raised.value.problems) == 2


def test_values_come_from_the_environment_and_from_the_folder_of_secrets(tmp_path: Path) -> None:
    (tmp_path / "xushi_source_token").write_text("from a file\n")
    (tmp_path / "xushi_source_host").write_text("of the file")
    (tmp_path / "database_url").write_text("none of ours")
    vault = Vault.of({"XUSHI_SECRETS_DIR": str(tmp_path), "XUSHI_SOURCE_HOST": "of the environment", "HOME": "/"})
    assert vault.fill({"a": "${token}", "b": "${host}"}) == {"a": "from a file", "b": "of the environment"}
    assert repr(vault) == "Vault(host, token)"


@pytest.mark.parametrize("secret", ["s3cr3t", "a b/ü+%", "密码123"])
def test_a_secret_is_taken_out_however_a_url_encodes_it(secret: str) -> None:
    vault = Vault({"token": secret})
    vault.fill({"token": "${token}"})
    for spelling in (secret, quote(secret), quote(secret, safe="")):
        assert vault.redact(f"GET /x?t={spelling}&y=1") == "GET /x?t=${token}&y=1"


def test_of_an_address_only_what_is_secret_is_taken_out() -> None:
    vault = Vault({"api": _ADDRESS})
    assert vault.fill({"url": "${api}"}) == {"url": _ADDRESS}
    kept = vault.redact(f"GET {_ADDRESS} failed; password pa/ss")
    assert "host.example/api" in kept
    for secret in ("pa%2Fss", "pa/ss", "abcdef"):
        assert secret not in kept


def test_a_password_in_a_url_goes_even_if_nobody_named_it() -> None:
    assert Vault({}).redact("can't reach sftp://wang:geheim@host/x") == "can't reach sftp://wang:***@host/x"


def test_private_headers_are_not_kept() -> None:
    vault = Vault({"token": "t0ken"})
    vault.fill({"token": "${token}"})
    kept = vault.headers({"ETag": '"7"', "Set-Cookie": "id=1", "Authorization": "x", "X-Echo": "t0ken"})
    assert kept == {"etag": '"7"', "x-echo": "${token}"}


def test_only_what_was_filled_in_is_taken_out() -> None:
    vault = Vault({"a": "2025", "b": "used"})
    vault.fill({"x": "${b}"})
    assert vault.redact("2025 used") == "2025 ${b}"
