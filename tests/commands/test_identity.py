"""`xushi user`, `token`, `audit` from the outside: what they print, and their exit codes."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dagster_project.cli import app

Xushi = Callable[..., Result]


@pytest.fixture
def xushi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Xushi:
    monkeypatch.setenv("XUSHI_HOME", str(tmp_path))
    monkeypatch.setenv("XUSHI_PORTAL_URL", "https://portal.example.cn/")
    monkeypatch.setenv("COLUMNS", "160")
    return lambda *words: CliRunner().invoke(app, words)


def test_the_first_administrator_comes_by_a_link_and_never_by_a_default_password(xushi: Xushi) -> None:
    made = xushi("user", "link")
    assert made.exit_code == 0
    assert re.search(r"^https://portal\.example\.cn/link/[\w-]{43}$", made.stdout, re.MULTILINE)
    assert "admin" in xushi("user", "list").stdout


def test_a_user_is_added_given_roles_and_taken_out(xushi: Xushi) -> None:
    added = xushi("user", "add", "wang", "--display", "王芳", "--role", "uploader:trade")
    assert added.exit_code == 0
    assert "/link/" in added.stdout
    assert "approver:trade, uploader:trade" in xushi("user", "grant", "wang", "approver:trade").stdout
    assert xushi("user", "revoke", "wang", "uploader:trade").stdout.strip() == "wang: approver:trade"
    assert xushi("user", "reset", "wang").exit_code == 0
    assert xushi("user", "disable", "wang").exit_code == 0
    assert "停用 disabled" in xushi("user", "list").stdout
    refused = xushi("user", "link", "wang")
    assert refused.exit_code == 1
    assert "xushi user enable" in refused.stderr
    assert xushi("user", "enable", "wang").exit_code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("user", "add", "wang", "--role", "uploader:trad"), "nearest: trade"),
        (("user", "add", "wang", "--role", "boss"), "viewer, uploader, approver, admin"),
        (("user", "grant", "nobody", "viewer"), "xushi user list"),
        (("user", "bind", "nobody", "x"), "XUSHI_OIDC_ISSUER"),
        (("token", "add", "erp", "--role", "admin"), "administrator"),
        (("token", "revoke", "erp"), "xushi token list"),
    ],
)
def test_what_can_not_be_done_says_why(xushi: Xushi, words: tuple[str, ...], says: str) -> None:
    refused = xushi(*words)
    assert refused.exit_code == 1
    assert says in refused.stderr


def test_a_token_is_printed_once_and_alone(xushi: Xushi) -> None:
    made = xushi("token", "add", "erp", "--role", "uploader:trade", "--days", "30")
    assert re.fullmatch(r"xushi_[\w-]{43}\n", made.stdout)
    assert made.stdout.strip() not in xushi("token", "list").stdout
    assert xushi("token", "revoke", "erp").exit_code == 0
    assert "已作废" in xushi("token", "list").stdout


def test_a_log_that_was_tampered_with_is_named_at_its_first_broken_entry(xushi: Xushi, tmp_path: Path) -> None:
    for name in ("wang", "li"):
        xushi("user", "add", name)
    whole = xushi("audit", "verify")
    assert whole.exit_code == 0
    head = whole.stdout.splitlines()[-1]
    assert re.fullmatch(r"4:[0-9a-f]{64}", head)
    assert xushi("audit", "verify", "--head", head).exit_code == 0
    assert xushi("audit", "verify", "--head", f"4:{'0' * 64}").exit_code == 1
    assert xushi("audit", "verify", "--head", "x").exit_code == 2
    assert "user_added  user:li" in xushi("audit", "show", "--about", "user:li").stdout

    connection = sqlite3.connect(tmp_path / "xushi.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("UPDATE audit SET actor = 'li' WHERE number = 3")
    connection.execute("DROP TRIGGER audit_no_update")
    connection.execute("UPDATE audit SET actor = 'li' WHERE number = 3")
    connection.commit()
    connection.close()
    broken = xushi("audit", "verify")
    assert broken.exit_code == 1
    assert "entry 3" in broken.stderr
