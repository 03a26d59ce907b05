from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from dagster_project.cli import app

COMMANDS = ["demo", "sample", "upload", "progress", "catalogue", "tables", "store", "metrics", "run", "up", "dagster"]


def test_help_lists_every_command_in_chinese_and_english() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    lines = [line.strip("│ ").split() for line in result.stdout.splitlines()]
    listed = {words[0]: "".join(words[1:]) for words in lines if words and words[0] in COMMANDS}
    assert list(listed) == COMMANDS
    for words in listed.values():
        assert any("\u4e00" <= character <= "\u9fff" for character in words)
        assert any(character.isascii() and character.isalpha() for character in words)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"], prog_name="xushi")
    assert result.exit_code == 0
    assert f"xushi {command}" in result.stdout


def test_help_and_the_catalogue_do_not_wait_for_pandas_or_dagster() -> None:
    script = (
        "import sys; from typer.testing import CliRunner; from dagster_project.cli import app\n"
        "for arguments in (['--help'], ['catalogue', 'check']):\n"
        "    assert CliRunner().invoke(app, arguments).exit_code == 0\n"
        "print(*(name for name in ('pandas', 'dagster', 'sqlalchemy') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_command_without_arguments_shows_the_help() -> None:
    assert "Usage" in CliRunner().invoke(app, []).output
