"""A fresh installation for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
