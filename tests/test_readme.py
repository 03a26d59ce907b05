"""The README against the code: every setting is named, every command and make target in it exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from dagster_project.cli import _COMMANDS
from dagster_project.settings import Settings
from dagster_project.sources.registry import find
from validators.catalogue import Indicator, Source, Target

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_named() -> None:
    missing = [name for field in Settings.model_fields if (name := f"XUSHI_{field.upper()}") not in README]
    assert missing == []


def test_every_setting_in_it_exists() -> None:
    # Where secrets lie is asked before the settings are made, a token is its sender's, and what sources need is named
    # by the catalogue: no fields of the settings.
    others = {"XUSHI_SECRETS_DIR", "XUSHI_TOKEN", "XUSHI_TOKEN_FILE", "XUSHI_SOURCE_"}
    known = {f"XUSHI_{field.upper()}" for field in Settings.model_fields} | others
    assert set(re.findall(r"XUSHI_[A-Z_]+", README)) <= known


def test_every_command_in_it_exists() -> None:
    named = set(re.findall(r"(?:^|`|  )xushi ([a-z]+)", README, flags=re.MULTILINE))
    assert named
    assert named <= set(_COMMANDS)


def test_every_make_target_in_it_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", README)) <= targets


def test_every_path_of_the_map_exists() -> None:
    rows = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", README, flags=re.MULTILINE)
    paths = [path for row in rows for path in re.findall(r"`([^`]+)`", row) if not path.startswith("XUSHI_")]
    folder = ROOT
    missing = []
    for path in paths:
        candidates = [folder / path, ROOT / "dagster_project" / path]
        if not any(candidate.exists() for candidate in candidates):
            missing.append(path)
    assert missing == []


def test_the_examples_from_the_catalogue_are_valid() -> None:
    examples: dict[str, Any] = {}
    for text in re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL):
        examples |= yaml.safe_load(text)
    assert set(examples) == {"datasets", "indicators", "targets"}
    for dataset in examples["datasets"].values():
        for source in dataset["sources"]:
            found = Source.model_validate(source)
            find(found.connector).options_model.model_validate(found.with_)
    for indicator in examples["indicators"].values():
        Indicator.model_validate(indicator)
    for target in examples["targets"].values():
        Target.model_validate(target)
