"""The schema comes from the migrations, agrees with the models, and is brought up to date on opening."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from dagster_project.store import Store, check_schema, migrate, upgrade_schema
from dagster_project.store.engine import connect, writing
from dagster_project.store.models import Base
from validators.errors import StoreError


def _shape(engine: Engine) -> dict[str, object]:
    """All that a database says about its tables, but for Alembic's own."""
    found = inspect(engine)
    return {
        table: {
            "columns": [{**column, "type": str(column["type"])} for column in found.get_columns(table)],
            "key": found.get_pk_constraint(table),
            "foreign keys": found.get_foreign_keys(table),
            "checks": sorted(found.get_check_constraints(table), key=lambda check: str(check["name"])),
            "indexes": found.get_indexes(table),
            "options": found.get_table_options(table),
        }
        for table in sorted(found.get_table_names())
        if table != "alembic_version"
    }


def test_the_migrations_make_what_the_models_say(new_url: Callable[[], str]) -> None:
    with Store.open(new_url()) as store:
        assert store.drift() == []
    migrated, modelled = connect(new_url(), wait_seconds=5), connect(new_url(), wait_seconds=5)
    try:
        migrate.upgrade(migrated)
        with writing(modelled) as connection:
            Base.metadata.create_all(connection)
        assert _shape(migrated) == _shape(modelled)
    finally:
        migrated.dispose()
        modelled.dispose()


def test_a_drift_is_found(url: str) -> None:
    with Store.open(url) as store:
        engine = connect(url, wait_seconds=5)
        with writing(engine) as connection:
            connection.execute(text("ALTER TABLE upload ADD COLUMN stray INTEGER"))
            connection.execute(text("DROP INDEX ix_upload_sha256"))
        engine.dispose()
        drift = store.drift()
    assert len(drift) == 2
    assert any("stray" in line for line in drift)


def test_opening_again_finds_nothing_to_do(url: str) -> None:
    with Store.open(url) as store:
        assert store.drift() == []
    assert not upgrade_schema(url)
    with Store.open(url, migrate=False) as store:
        assert store.uploads() == []


def test_an_old_schema_is_refused_when_it_may_not_be_migrated(url: str) -> None:
    with pytest.raises(StoreError, match="xushi store migrate"):
        Store.open(url, migrate=False)


def test_a_schema_of_a_newer_program_is_refused(url: str) -> None:
    Store.open(url).close()
    engine = connect(url, wait_seconds=5)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="newer version"):
        Store.open(url)


def test_the_schema_is_checked_without_touching_anything(url: str) -> None:
    fresh = check_schema(url)
    if url.startswith("sqlite"):
        assert fresh == []  # there is no file yet, and none is made
        assert not Path(url.removeprefix("sqlite:///")).exists()
    else:
        assert len(fresh) == 1
        assert "xushi store migrate" in fresh[0]
    assert upgrade_schema(url)
    assert check_schema(url) == []
    engine = connect(url, wait_seconds=5)
    with writing(engine) as connection:
        for what in ("VIEW v_forecast_latest", "VIEW v_progress_latest", "TABLE evaluation"):
            connection.execute(text(f"DROP {what}"))
    engine.dispose()
    problems = check_schema(url)
    assert problems
    assert all("evaluation" in problem for problem in problems)
