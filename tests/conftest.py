"""What many tests need: the small catalogue, the real one, and the folder of real tables where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue

ROOT = Path(__file__).resolve().parent.parent

# An installation has no pyarrow, which a library of the benchmarks brings along: texts are stored here as they are
# there. The programs that tests start keep pandas' own choice, so that both are tried.
pd.set_option("mode.string_storage", "python")


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
