from __future__ import annotations

import pytest

from dagster_project.stack.printing import without_secrets


@pytest.mark.parametrize(
    "line",
    [
        "  smtp_auth_password: swordfish",
        "- api_secret: swordfish",
        "password = swordfish",
        "  bearer_token: 'swordfish'",
    ],
)
def test_no_secret_is_printed(line: str) -> None:
    shown = without_secrets(f"a: 1\n{line}\nb: 2\n")
    assert "swordfish" not in shown
    assert shown.startswith("a: 1\n")
    assert shown.endswith("\nb: 2\n")


@pytest.mark.parametrize("line", ["    - url: https://example.org/hook/swordfish", "  url: 'http://x/?key=swordfish'"])
def test_addresses_of_webhooks_are_secrets(line: str) -> None:
    assert "swordfish" not in without_secrets(line, urls=True)
    assert without_secrets(line) == line


@pytest.mark.parametrize(
    "line", ["  smtp_auth_password_file: /run/secrets/smtp", "admin_password = $__file{/secret}", "receiver: nobody"]
)
def test_what_is_no_secret_is_printed_as_it_is(line: str) -> None:
    assert without_secrets(line) == line
