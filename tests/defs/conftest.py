"""A fresh installation for every test.

Dagster's own records are in memory, which costs a tenth of its files; `recorded` is for what reads those files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from dagster_project.definitions import defs
from dagster_project.defs import partitions, resources, runs
from dagster_project.settings import Settings
from dagster_project.stack import dagster_home
from tests.defs.place import SMALL, Place
from validators.catalogue_file import load_catalogue
from validators.periods import Month

Install = Callable[[Mapping[str, Any]], Place]


_CACHES = (resources.settings, resources.catalogue, partitions.partitions)


@contextmanager
def at_home(home: Path, catalogue: Path = SMALL) -> Iterator[None]:
    """The environment of an installation."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XUSHI_HOME", str(home))
        environment.setenv("XUSHI_CATALOGUE", str(catalogue))
        for name in ("XUSHI_DATABASE_URL", "XUSHI_PUSHGATEWAY_URL", "XUSHI_SECRETS_DIR"):
            environment.delenv(name, raising=False)
        _forget()
        yield
    _forget()


def _forget() -> None:
    for cache in _CACHES:
        cache.cache_clear()


@pytest.fixture(scope="session")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """What Dagster is given with the small catalogue: assets ask for their home when they run."""
    with at_home(tmp_path_factory.mktemp("definitions")):
        return defs()


@pytest.fixture
def place(tmp_path: Path, definitions: dg.Definitions) -> Iterator[Place]:
    with at_home(tmp_path / "home"), dg.DagsterInstance.ephemeral() as instance:
        yield Place(Settings(), load_catalogue(SMALL), definitions, instance)


@pytest.fixture(scope="session")
def empty_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dagster's folder of an installation in which nothing has run: to copy it is quicker than to make it."""
    home = tmp_path_factory.mktemp("records")
    with at_home(home), runs.open_instance():
        return dagster_home.folder(home)


@pytest.fixture
def recorded(tmp_path: Path, definitions: dg.Definitions, empty_records: Path) -> Iterator[Place]:
    """The same whose runs are in the installation's own records, where the commands write and read them."""
    home = tmp_path / "home"
    shutil.copytree(empty_records, dagster_home.folder(home))
    with at_home(home), runs.open_instance() as instance:
        yield Place(Settings(), load_catalogue(SMALL), definitions, instance)


@pytest.fixture(scope="session")
def until_march(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation where the sample's tables until March 2025 wait."""
    home = tmp_path_factory.mktemp("until_march") / "home"
    with at_home(home), dg.DagsterInstance.ephemeral() as instance:
        place = Place(Settings(), load_catalogue(SMALL), dg.Definitions(), instance)
        place.land(*place.sample(Month(2025, 3)))
    return home


@pytest.fixture
def waiting(until_march: Path, place: Place) -> Place:
    """An installation where the sample's tables until March 2025 wait."""
    shutil.copytree(until_march, place.settings.home)
    return place


def with_sources(tmp_path: Path, sources: Mapping[str, Any]) -> Path:
    """The small catalogue with a source, or several, for each of these datasets."""
    catalogue = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    for dataset, source in sources.items():
        catalogue["datasets"][dataset]["sources"] = source if isinstance(source, list) else [source]
    path = tmp_path / "catalogue.yaml"
    path.write_text(yaml.safe_dump(catalogue, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Install]:
    """Makes an installation whose catalogue has these sources."""
    with ExitStack() as opened:

        def install(sources: Mapping[str, Any]) -> Place:
            path = with_sources(tmp_path, sources)
            opened.enter_context(at_home(tmp_path / "home", path))
            instance = opened.enter_context(dg.DagsterInstance.ephemeral())
            return Place(Settings(), load_catalogue(path), defs(), instance)

        yield install
