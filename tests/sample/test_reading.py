"""The sample as uploads meet it: every workbook of the real catalogue reads back to the truth, and passes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time
from pathlib import Path

import pandas as pd
import pytest

from dagster_project.sample import truth, write_sample
from dagster_project.tables import Mapped, read_tables, to_observations
from validators.catalogue import Catalogue
from validators.columns import OBSERVATION_KEY, STORED
from validators.findings import Severity
from validators.periods import Month
from validators.upload import check_upload

THROUGH = Month(2025, 12)
pytestmark = pytest.mark.xdist_group("sample_reading")  # the reading is done once, in one worker
READ = [*OBSERVATION_KEY, "value", "unit", "status", "sheet", "cell"]


@pytest.fixture(scope="module")
def said(catalogue: Catalogue) -> dict[str, pd.DataFrame]:
    return dict(iter(truth(catalogue, year=2025, through=THROUGH).groupby("file", sort=False)))


@pytest.fixture(scope="module")
def mapped(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Mapped]:
    """What the reader makes of every workbook, in the order of publication."""
    folder: Path = tmp_path_factory.mktemp("sample")
    paths = write_sample(catalogue, year=2025, through=THROUGH, folder=folder)
    return {path.name: to_observations(read_tables(path.read_bytes(), path.name), catalogue) for path in paths}


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[READ].astype({"value": "float64"}).sort_values(READ[:4], ignore_index=True)


def test_every_workbook_reads_back_to_what_was_written(
    mapped: dict[str, Mapped], said: dict[str, pd.DataFrame]
) -> None:
    assert list(mapped) == list(said)
    for name, read in mapped.items():
        pd.testing.assert_frame_equal(
            _sorted(read.observations), _sorted(said[name]), check_dtype=False, obj=name, check_exact=True
        )


def test_every_workbook_is_known_by_its_dataset_period_and_day(
    catalogue: Catalogue, mapped: dict[str, Mapped], said: dict[str, pd.DataFrame]
) -> None:
    for name, read in mapped.items():
        frame = said[name]
        assert read.dataset == catalogue.indicators[frame["indicator"].iloc[0]].dataset, name
        assert (read.period_first, read.period_last) == (frame["period"].min(), frame["period"].max()), name
        assert read.published == frame["published"].iloc[0], name


def test_the_reader_has_nothing_to_say_about_a_sample(mapped: dict[str, Mapped]) -> None:
    findings = [(name, finding) for name, read in mapped.items() for finding in read.findings]
    assert [(name, f.rule, f.place) for name, f in findings if f.severity is not Severity.INFO] == []


def test_a_year_of_uploads_passes_every_check_with_few_warnings(
    catalogue: Catalogue, mapped: dict[str, Mapped]
) -> None:
    stored = pd.DataFrame(columns=list(STORED))
    warnings: Counter[str] = Counter()
    for number, (name, read) in enumerate(mapped.items()):
        assert read.published is not None, name
        known_from = datetime.combine(read.published, time(), tzinfo=UTC)
        findings = check_upload(
            read.observations,
            stored[stored["indicator"].isin(catalogue.dataset_indicators[read.dataset])],
            catalogue,
            read.dataset,
            (read.period_first, read.period_last),
            known_from=known_from,
        )
        assert [f.zh for f in findings if f.severity is Severity.ERROR] == [], name
        warnings.update(finding.rule for finding in findings if finding.severity is Severity.WARNING)
        fresh = read.observations.assign(upload=number, known_from=known_from)[list(STORED)]
        stored = pd.concat([stored, fresh] if len(stored) else [fresh], ignore_index=True)
        stored = stored.drop_duplicates(list(OBSERVATION_KEY), keep="last")
    assert set(warnings) <= {"outlier", "large_revision"}
    assert warnings.total() <= 20, warnings
