"""A plan on paper: the files that would be written and the commands that would be run, without secrets.

Belongs here: showing a plan. Does not belong here: making one (`plan.py`).
"""

from __future__ import annotations

import re
import shlex

from rich.console import Console

from dagster_project.stack.plan import Plan

# Values of keys that hold a secret in Alertmanager's and Grafana's files; a file's name is none.
_SECRET = re.compile(
    r"^(\s*(?:- )?(?:\w*_)?(?:password|secret|token|credentials|api_key)\s*[:=]\s*)(?!\$__file)\S.*$", re.MULTILINE
)
# Who knows the address of a webhook may write there.
_URL = re.compile(r"^(\s*(?:- )?url:\s*)\S.*$", re.MULTILINE)
_SECRET_VARIABLES = ("_TOKEN", "_PASSWORD", "_SECRET")


def print_plan(console: Console, plan: Plan) -> None:
    """Print every file and every command. Dashboards are named only: they are long, and committed."""
    for path, content in plan.files.items():
        _line(console, f"# {path}")
        if path.suffix != ".json":
            _line(console, without_secrets(content, urls=path.name == "alertmanager.yml"))
    for path in plan.kept_files:
        _line(console, f"# {path} (只写一次 written once)")
    _line(console, "")
    for launch in plan.launches:
        _line(console, f"# {launch.component.name}")
        words = [
            f"{name}={'***' if name.endswith(_SECRET_VARIABLES) else value}"
            for name, value in launch.environment.items()
        ]
        _line(console, shlex.join(["env", *words, *launch.command] if words else launch.command))
    for absent in plan.missing:
        _line(console, f"# {absent.component.name}: {absent.reason}; {absent.component.how_to_install}")


def without_secrets(content: str, *, urls: bool = False) -> str:
    """A configuration file with its passwords, tokens and keys left out; with `urls`, whole addresses of webhooks."""
    left = _SECRET.sub(r"\1***", content)
    return _URL.sub(r"\1***", left) if urls else left


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
