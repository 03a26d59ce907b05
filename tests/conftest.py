"""What many tests need: the small catalogue, the real one, and the folder of real tables where there is one."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from hypothesis import HealthCheck, settings

import dagster_project
import dashboards
import validators
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue

ROOT = Path(__file__).resolve().parent.parent

# The same examples in every run, however slow the machine is: who wants others asks for --hypothesis-profile=default.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")


def pytest_configure() -> None:
    """A shell in the background has its programs ignore Ctrl-C, and they hand that on to theirs; Dagster would have
    SIGTERM ignored with it. Tests of how programs end are to find signals as they are in the foreground."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Fail where tests of one group would be spread over the workers, and start every server of theirs once in each.

    pytest-xdist appends `@group` to an item's id; a pytest that doesn't keep ids where it writes them drops it without
    a word. `loadgroup` is what a worker knows of --dist loadgroup."""
    if not config.getoption("loadgroup", False):
        return
    torn = [item.nodeid for item in items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
    if torn:
        raise pytest.UsageError(f"pytest-xdist did not keep {len(torn)} tests in their groups, {torn[0]} first")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported while tests are collected stays: nothing is to be found in it again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep the million objects of imported modules and collected tests out of every later collection of garbage.

    In workers chance decides which test comes after which. What hypothesis draws hangs on the modules that are imported
    by then, since it looks for constants in them: so all of ours are."""
    if hasattr(session.config, "workerinput"):
        for package in (validators, dagster_project, dashboards):
            for found in walk_packages(package.__path__, f"{package.__name__}."):
                if ".migrations." not in found.name:  # Alembic's, which mean something in its hands alone
                    import_module(found.name)
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Files have no place in a test's name: a workbook holds the second in which it was made, and workers that collect
    at different times would disagree about what there is to test."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences of the commands are not to be broken into lines, however long the paths in them are."""
    monkeypatch.setenv("COLUMNS", "1000")


@pytest.fixture(scope="session")
def small_catalogue() -> Catalogue:
    """Two documents, every kind of indicator, every comparator and pace."""
    return load_catalogue(ROOT / "tests" / "data" / "small_catalogue.yaml")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The catalogue of the project itself."""
    return load_catalogue(ROOT / "metrics_catalog.yaml")


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real tables, which can't be republished: XUSHI_SAMPLES, or shared/samples beside the checkout."""
    folder = Path(os.environ.get("XUSHI_SAMPLES") or ROOT.parent / "shared" / "samples")
    if not folder.is_dir():
        pytest.skip(f"no real tables at {folder}; set XUSHI_SAMPLES to their folder")
    return folder
