"""Dagster's instance folder of an installation: where its records are, and its first configuration.

Belongs here: what has to be known of it without importing Dagster. Does not belong here: runs.
"""

from __future__ import annotations

from pathlib import Path

INSTANCE = """\
# Dagster's own records live beside the database. Edit freely: the file is written once.
telemetry:
  enabled: false
run_coordinator:
  module: dagster.core.run_coordinator
  class: DefaultRunCoordinator
"""


def folder(home: Path) -> Path:
    """The folder to name in DAGSTER_HOME, for an installation's home folder; not made yet."""
    return (home / "dagster").resolve()


def make(home: Path) -> Path:
    """The folder, made with its dagster.yaml where that is absent."""
    made = folder(home)
    made.mkdir(parents=True, exist_ok=True)
    if not (made / "dagster.yaml").exists():
        (made / "dagster.yaml").write_text(INSTANCE, encoding="utf-8")
    return made
