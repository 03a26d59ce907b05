"""The views say to SQL what the store says to the program, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine, inspect, text

from dagster_project.export import catalogue_names
from dagster_project.store import Store, migrate
from dagster_project.store.engine import connect, reading, rebuilding
from tests.store.hands import Hand, day, figures
from tests.store.test_withdrawn_order import DATES, _orders, _play
from validators.catalogue import Catalogue
from validators.columns import OBSERVATION_KEY

KEY = list(OBSERVATION_KEY)
SAID = [*KEY, "value", "unit", "status"]


@pytest.fixture
def engine(url: str, store: Store) -> Iterator[Engine]:
    made = connect(url, wait_seconds=5)
    yield made
    made.dispose()


def view(engine: Engine, name: str, where: str = "1 = 1") -> pd.DataFrame:
    with reading(engine) as connection:
        found = connection.execute(text(f"SELECT * FROM {name} WHERE {where}"))
        rows = [dict(row._mapping) for row in found]
        frame = pd.DataFrame(rows, columns=list(found.keys()))
    for column in ("known_from", "known_to", "received_at"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
    if "value" in frame:
        frame["value"] = frame["value"].astype("float64")
    if {*KEY} <= {*frame.columns}:
        order = [*KEY, *(["known_from"] if "known_to" in frame else [])]
        frame = frame.sort_values(order, ignore_index=True)
    return frame


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    one, other = (frame.reset_index(drop=True).astype(dict.fromkeys(KEY, "str")) for frame in (one, other))
    pd.testing.assert_frame_equal(one, other, check_dtype=False)


def test_what_is_believed_is_the_same_after_any_uploads_and_withdrawals(store: Store, engine: Engine) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(_orders())
    def check(case: tuple[list[object], list[int]]) -> None:
        region, _ = _play(store, *case)  # type: ignore[arg-type]  # values of a case
        cited = ["upload", "sheet", "cell", "known_from"]
        current = view(engine, "v_observation_current", f"region = '{region}'").rename(columns={"upload_id": "upload"})
        same(current[[*SAID, *cited]], store.observations(regions=[region])[[*SAID, *cited]])
        versions = view(engine, "v_observation_versions", f"region = '{region}'")
        for moment in DATES:
            then = (versions["known_from"] <= moment) & ~(versions["known_to"] <= moment) & versions["value"].notna()
            same(versions.loc[then, SAID], store.observations(known_on=moment, regions=[region])[SAID])

    check()


def test_versions_are_those_of_the_store(store: Store, hand: Hand, engine: Engine) -> None:
    uploads = [hand.receive() for _ in range(5)]
    said = [(18, 1.0), (20, 2.0), (22, 2.0), (24, 0.1), (26, 5.5)]
    for upload, (number, value) in zip(uploads, said, strict=True):
        hand.accept(upload, figures(("goods_exports", "2025-03", value)), day(number))
    hand.accept(hand.receive(), figures(("retail_sales", "2025-Q1", 7.25)), day(19))
    for number, place in ((1, 3), (2, 1)):
        store.withdraw(uploads[place].id, by="test", because="wrong", at=day(number, 6))
    mine = view(engine, "v_observation_versions").rename(columns={"upload_id": "upload"})
    theirs = pd.concat(store.every_version(), ignore_index=True)
    columns = [*SAID, "upload", "sheet", "cell", "known_from", "restored"]
    same(mine[columns].astype({"restored": bool}), theirs[columns])
    assert set(mine["month"].astype(str)) == {"2025-03-01"}


def test_a_figure_that_nobody_states_any_more_is_there_as_a_version_without_a_value(
    store: Store, hand: Hand, engine: Engine
) -> None:
    upload = hand.receive()
    hand.accept(upload, figures(("goods_exports", "2025-03", 1.5)), day(20))
    store.withdraw(upload.id, by="test", because="wrong", at=day(1, 6))
    assert view(engine, "v_observation_current").empty
    versions = view(engine, "v_observation_versions")
    assert versions["value"].isna().to_list() == [False, True]
    assert view(engine, "v_release").empty
    assert view(engine, "v_upload")["state"].to_list() == ["withdrawn"]


def test_releases_are_those_of_the_store(store: Store, hand: Hand, engine: Engine) -> None:
    hand.accept(hand.receive(), figures(("goods_exports", "2025-03", 1.5)), day(20))
    hand.accept(hand.receive(day(2, 5)), figures(("goods_exports", "2025-03", 1.6)), day(2, 5))
    (mine,), (theirs,) = view(engine, "v_release").to_dict("records"), store.releases().to_dict("records")
    assert (mine["dataset"], mine["region"], mine["period"]) == ("trade", "330303", "2025-03")
    assert mine["received_at"] == theirs["received_at"]
    assert str(mine["published"])[:10] == str(theirs["published"])[:10] == "2025-04-20"


def test_progress_and_forecasts_are_those_of_the_newest_judgement(store: Store, engine: Engine) -> None:
    from dagster_project.store.evaluations import COLUMNS, FORECAST_COLUMNS, Stamp
    from dagster_project.store.slips import COLUMNS as SLIP_COLUMNS

    def rows(names: tuple[str, ...], as_of: str, value: float) -> pd.DataFrame:
        numbers = {name: 1.0 for name in names if not any(word in name for word in ("months", "years", "horizon"))}
        texts = {"target": "t1", "as_of": as_of, "light": "green", "skill_unit": "share"}
        flags = {"settled": False, "unlikely": False}
        given = dict.fromkeys(_texts(names), "") | texts | flags
        chosen = {name: given.get(name, numbers.get(name, 1)) for name in names}
        return pd.DataFrame([chosen | {name: value for name in ("actual_value", "probability") if name in names}])

    no_slips = pd.DataFrame(columns=list(SLIP_COLUMNS))
    since = None
    for as_of, hour, value in (("2025-03", 1, 0.25), ("2025-04", 2, 0.5), ("2025-04", 3, 0.75)):
        stamp = Stamp(f"run-{hour}", as_of, datetime(2025, 5, 1, hour, tzinfo=UTC))
        evaluation, forecast = rows(COLUMNS, as_of, value), rows(FORECAST_COLUMNS, as_of, value)
        assert store.save_judgement(evaluation, forecast, no_slips, since=since, stamp=stamp)
        since = stamp
    assert view(engine, "v_progress_latest")["actual_value"].to_list() == [0.75]
    assert view(engine, "v_forecast_latest")["probability"].to_list() == [0.75]
    assert store.evaluation()["actual_value"].to_list() == [0.75]


def _texts(names: tuple[str, ...]) -> list[str]:
    words = ("target", "indicator", "region", "as_of", "period", "measure", "origin", "status", "due", "light")
    return [name for name in names if name in (*words, "reason_zh", "reason_en", "method", "reason", "skill_unit")]


def test_names_are_joined_and_kept_up_to_date(
    store: Store, hand: Hand, engine: Engine, small_catalogue: Catalogue
) -> None:
    names = catalogue_names(small_catalogue)
    assert store.keep_names(names)
    assert not store.keep_names(names)
    hand.accept(hand.receive(), figures(("goods_exports", "2025-03", 1.5)), day(20))
    query = "SELECT n.name_zh FROM v_observation_current o JOIN v_name n ON n.kind = 'indicator' AND n.id = o.indicator"
    with reading(engine) as connection:
        assert connection.execute(text(query)).scalars().all() == ["货物贸易出口"]
        targets = connection.execute(text("SELECT id FROM v_name WHERE kind = 'target' ORDER BY id")).scalars().all()
    assert targets == sorted(small_catalogue.targets)
    assert store.keep_names(names[names["kind"] != "target"])
    assert "target" not in set(view(engine, "v_name")["kind"])


def test_every_view_and_its_columns_are_described(store: Store, engine: Engine) -> None:
    described = migrate.views()
    found = inspect(engine)
    assert sorted(found.get_view_names()) == sorted(one.name for one in described)
    for one in described:
        columns = {column["name"]: column.get("comment") for column in found.get_columns(one.name)}
        assert set(one.columns) <= set(columns)
        if engine.dialect.name == "postgresql":
            assert {name: columns[name] for name in one.columns} == dict(one.columns)


def test_the_views_can_be_taken_away_again(url: str, store: Store, engine: Engine) -> None:
    from alembic import command

    with rebuilding(engine) as connection:
        command.downgrade(migrate._config(connection), "0006")
        assert inspect(connection).get_view_names() == []
    with Store.open(url):
        pass
    with reading(engine) as connection:
        assert "v_upload" in inspect(connection).get_view_names()


def test_a_role_that_may_only_read_the_views_reads_them_and_nothing_else(
    new_url: Callable[[], str], url: str, store: Store, engine: Engine
) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no roles")
    with rebuilding(engine) as connection:
        name = f"reader_{connection.execute(text('SELECT current_database()')).scalar_one()}"
        connection.execute(text(f'CREATE ROLE "{name}"'))
        for one in migrate.views():
            connection.execute(text(f'GRANT SELECT ON {one.name} TO "{name}"'))
    try:
        with reading(engine) as connection:
            connection.execute(text(f'SET LOCAL ROLE "{name}"'))
            assert connection.execute(text("SELECT count(*) FROM v_observation_current")).scalar_one() == 0
            found = "SELECT has_table_privilege(:role, 'observation', 'SELECT')"
            assert connection.execute(text(found), {"role": name}).scalar_one() is False
    finally:
        with rebuilding(engine) as connection:
            connection.execute(text(f'DROP OWNED BY "{name}"'))
            connection.execute(text(f'DROP ROLE "{name}"'))
