"""A fresh installation for every test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from dagster_project.definitions import defs
from dagster_project.defs import partitions, resources, runs
from dagster_project.settings import Settings
from tests.defs.place import SMALL, Place
from validators.catalogue_file import load_catalogue


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("XUSHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XUSHI_CATALOGUE", str(SMALL))
    monkeypatch.delenv("XUSHI_DATABASE_URL", raising=False)
    monkeypatch.delenv("XUSHI_PUSHGATEWAY_URL", raising=False)
    caches = (resources.settings, resources.catalogue, partitions.partitions)
    for cache in caches:
        cache.cache_clear()
    with runs.open_instance() as instance:
        yield Place(Settings(), load_catalogue(SMALL), defs(), instance)
    for cache in caches:
        cache.cache_clear()


def with_sources(tmp_path: Path, sources: Mapping[str, dict[str, Any] | list[dict[str, Any]]]) -> Path:
    """The small catalogue with a source, or several, for each of these datasets."""
    catalogue = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    for dataset, source in sources.items():
        catalogue["datasets"][dataset]["sources"] = source if isinstance(source, list) else [source]
    path = tmp_path / "catalogue.yaml"
    path.write_text(yaml.safe_dump(catalogue, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes an installation whose catalogue has these sources."""
    opened: list[dg.DagsterInstance] = []

    def install(sources: Mapping[str, dict[str, Any] | list[dict[str, Any]]]) -> Place:
        path = with_sources(tmp_path, sources)
        monkeypatch.setenv("XUSHI_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("XUSHI_CATALOGUE", str(path))
        for name in ("XUSHI_DATABASE_URL", "XUSHI_PUSHGATEWAY_URL", "XUSHI_SECRETS_DIR"):
            monkeypatch.delenv(name, raising=False)
        for cache in caches:
            cache.cache_clear()
        instance = runs.open_instance()
        opened.append(instance)
        return Place(Settings(), load_catalogue(path), defs(), instance)

    caches = (resources.settings, resources.catalogue, partitions.partitions)
    yield install
    for instance in opened:
        instance.dispose()
    for cache in caches:
        cache.cache_clear()
