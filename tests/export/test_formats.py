"""Every format says the same figures to the tools that read it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from pysdmx.io import get_datasets, read_sdmx

from dagster_project.export import TABLES, Format, SdmxVersion, Selection, What, structure_message
from dagster_project.export.sdmx_csv import unit_codes
from dagster_project.store import Store
from tests.conftest import ROOT
from tests.export.conftest import ALL, Home
from tests.store.hands import Hand, day, figures
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue
from validators.columns import LONG, OBSERVATION_KEY
from validators.errors import ExportError, PeriodError

KEY = list(OBSERVATION_KEY)


def csv(home: Home, what: What, selection: Selection = ALL) -> pd.DataFrame:
    text = home.export(what, Format.CSV, selection).decode()
    return pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)


def rows(home: Home, what: What, selection: Selection = ALL) -> list[dict[str, Any]]:
    answer = json.loads(home.export(what, Format.JSON, selection), parse_float=Decimal)
    found: list[dict[str, Any]] = answer["rows"]
    return found


@pytest.mark.parametrize("what", list(What))
def test_every_table_has_its_documented_columns_in_every_format(home: Home, what: What) -> None:
    names = TABLES[what].names
    texts = csv(home, what)
    assert texts.columns.to_list() == names
    assert len(texts)
    records = rows(home, what)
    assert [list(record) for record in records[:1]] == [names]
    parquet = pq.read_table(BytesIO(home.export(what, Format.PARQUET)))
    assert parquet.column_names == names
    book = openpyxl.load_workbook(BytesIO(home.export(what, Format.XLSX)), read_only=True)
    sheet = list(book[book.sheetnames[0]].iter_rows(values_only=True))
    assert list(sheet[0]) == names
    assert len(texts) == len(records) == parquet.num_rows == len(sheet) - 1


def test_figures_are_the_decimals_of_the_store_in_every_format(home: Home) -> None:
    stored = [Decimal(f"{value:.15g}") for value in home.store.observations()["value"]]
    assert [Decimal(text) for text in csv(home, What.OBSERVATIONS)["value"]] == stored
    assert [Decimal(row["value"]) for row in rows(home, What.OBSERVATIONS)] == stored
    parquet = pq.read_table(BytesIO(home.export(What.OBSERVATIONS, Format.PARQUET)))
    assert parquet["value"].to_pylist() == stored
    book = openpyxl.load_workbook(BytesIO(home.export(What.OBSERVATIONS, Format.XLSX)), read_only=True)
    cells = list(book["observations"].iter_rows(min_row=2, values_only=True))
    assert [Decimal(f"{row[4]:.15g}") for row in cells] == stored


def test_parquet_says_what_its_columns_mean(home: Home) -> None:
    data = BytesIO(home.export(What.OBSERVATIONS, Format.PARQUET))
    schema = pq.read_schema(data)
    assert schema.field("value").metadata[b"zh"].decode() == "数值"
    assert json.loads(schema.metadata[b"xushi"])["sample"] is True
    frame = pd.read_parquet(data)
    assert str(frame["known_from"].dtype) == "datetime64[us, UTC]"


def test_sdmx_csv_reads_in_an_sdmx_library_with_the_same_values(home: Home, small_catalogue: Catalogue) -> None:
    (dataset,) = get_datasets(home.export(What.OBSERVATIONS, Format.SDMX_CSV).decode())
    assert dataset.short_urn == "Dataflow=XUSHI:OBSERVATIONS(1.0)"
    read = dataset.data.rename(
        columns={"INDICATOR": "indicator", "REF_AREA": "region", "TIME_PERIOD": "period", "MEASURE": "measure"}
    ).set_index(KEY)
    stored = home.store.observations().set_index(KEY)
    assert set(read.index) == set(stored.index)
    values = read.loc[stored.index, "OBS_VALUE"].astype(float)
    assert values.to_list() == stored["value"].to_list()
    exports = read.loc[("goods_exports", "330303", "2025-03", "ytd")]
    assert (exports["UNIT_MEASURE"], exports["UNIT_MULT"], exports["FREQ"]) == ("yuan", "8", "M")
    assert set(read["OBS_STATUS"]) == {"A", "P"}


@pytest.mark.parametrize("version", SdmxVersion)
def test_the_structure_message_gives_every_column_and_code_of_the_sdmx_csv_a_meaning(
    version: SdmxVersion, home: Home, small_catalogue: Catalogue
) -> None:
    text = structure_message(small_catalogue, version, datetime(2025, 5, 29, tzinfo=UTC)).decode()
    message = read_sdmx(text, validate=True)
    flows = {flow.id: flow for flow in message.get_dataflows()}
    definitions = {f"DataStructure={one.agency}:{one.id}({one.version})": one for one in message.structures[-4:-2]}
    assert '<com:Name xml:lang="zh">口径' in text
    for what in (What.OBSERVATIONS, What.VERSIONS):
        (dataset,) = get_datasets(home.export(what, Format.SDMX_CSV).decode())
        definition = definitions[str(flows[what.value.upper()].structure)]
        assert dataset.short_urn == f"Dataflow=XUSHI:{definition.id}(1.0)"
        components = {one.id: one for one in definition.components}
        assert set(dataset.data.columns) == set(components)
        listed = {name: one.enumeration for name, one in components.items() if one.enumeration is not None}
        assert set(listed) == {
            "FREQ",
            "REF_AREA",
            "INDICATOR",
            "MEASURE",
            "UNIT_MEASURE",
            "OBS_STATUS",
            "STATUS",
            "DATASET",
        }
        for name, codes in listed.items():
            assert set(dataset.data[name].astype(str)) - {"nan", ""} <= {code.id for code in codes}, name
        key = [one.id for one in definition.components.dimensions]
        assert not dataset.data.duplicated(key).any()


def test_units_that_are_no_power_of_ten_have_codes_that_sdmx_allows() -> None:
    codes = unit_codes(load_catalogue(ROOT / "metrics_catalog.yaml"))
    assert all(re.fullmatch(r"[A-Za-z0-9_@$-]+", code) for code in codes)
    assert codes["time_60"].zh == "分钟"


def test_sdmx_csv_has_every_version_once(home: Home) -> None:
    (dataset,) = get_datasets(home.export(What.VERSIONS, Format.SDMX_CSV).decode())
    dimensions = ["FREQ", "REF_AREA", "INDICATOR", "MEASURE", "TIME_PERIOD", "KNOWN_FROM", "UPLOAD"]
    assert not dataset.data.duplicated(dimensions).any()
    assert len(dataset.data) == len(csv(home, What.VERSIONS))


def test_a_table_that_is_no_time_series_is_refused_as_sdmx(home: Home) -> None:
    with pytest.raises(ExportError, match="csv, json"):
        home.export(What.TARGETS, Format.SDMX_CSV)


def test_versions_follow_each_other_and_say_what_a_withdrawal_did(home: Home) -> None:
    versions = csv(home, What.VERSIONS)
    april = versions[
        (versions["indicator"] == "goods_exports")
        & (versions["region"] == "330303")
        & (versions["period"] == "2025-04")
        & (versions["measure"] == "ytd")
    ]
    assert april["known_to"].to_list() == [*april["known_from"].to_list()[1:], ""]
    assert april["value"].to_list()[-2:] == ["139.9", april["value"].to_list()[-3]]
    assert april["restored"].to_list()[-2:] == ["false", "true"]


def test_figures_begin_with_the_columns_in_which_they_can_be_handed_in() -> None:
    for what in (What.OBSERVATIONS, What.VERSIONS):
        assert tuple(TABLES[what].names[: len(LONG)]) == LONG


def test_rows_can_be_chosen(home: Home, small_catalogue: Catalogue) -> None:
    selection = Selection.of(small_catalogue, datasets=["trade"], regions=["龙湾"], since="2025-02", until="2025-Q1")
    found = csv(home, What.OBSERVATIONS, selection)
    assert set(found["dataset"]) == {"trade"}
    assert set(found["region"]) == {"330303"}
    assert set(found["period"]) == {"2025-02", "2025-03"}
    targets = csv(home, What.TARGETS, Selection.of(small_catalogue, indicators=["goods_exports"]))
    assert set(targets["indicator"]) == {"goods_exports"}
    with pytest.raises(ExportError, match="goods_exports"):
        Selection.of(small_catalogue, indicators=["good_exports"])
    with pytest.raises(ExportError, match="龙湾区"):
        Selection.of(small_catalogue, regions=["龙弯"])
    with pytest.raises(PeriodError):
        Selection.of(small_catalogue, since="March")


def test_words_can_not_be_calculated_by_a_spreadsheet_program_and_codes_and_numbers_stay(home: Home) -> None:
    found = csv(home, What.OBSERVATIONS)
    assert found["value"].str.startswith("-").any()
    assert set(found["region"]) == {"330300", "330303"}


def test_a_file_with_a_formula_for_a_name_is_cited_as_a_text(tmp_path: Any, small_catalogue: Catalogue) -> None:
    from dagster_project.export import Exporter, write
    from dagster_project.settings import Settings

    with Store.open(f"sqlite:///{tmp_path / 'x.sqlite'}") as store:
        hand = Hand(store)
        hand.accept(hand.receive(name="=cmd.xlsx"), figures(("goods_exports", "2025-03", -1.5)), day(20))
        stream = BytesIO()
        export = Exporter(small_catalogue, store, Settings().zone).export(What.OBSERVATIONS, Selection())
        write(export, Format.CSV, stream, small_catalogue)
    assert ",-1.5,亿元,preliminary,'=cmd.xlsx!外贸!D4,trade," in stream.getvalue().decode()


def test_versions_come_out_of_the_store_in_batches_as_they_do_one_by_one(home: Home) -> None:
    batches = list(home.store.every_version(batch=100))
    assert len(batches) > 5
    whole = pd.concat(batches, ignore_index=True)
    keys = whole[KEY].drop_duplicates()
    some = [*keys[keys["period"] == "2025-04"].itertuples(index=False, name=None)]
    for key in some:
        alone = home.store.versions(*key)
        here = whole[(whole[KEY] == list(key)).all(axis=1)].reset_index(drop=True)
        pd.testing.assert_frame_equal(here, alone)
    assert some


def test_versions_until_a_day_do_not_know_what_came_later(home: Home) -> None:
    moment = datetime(2025, 5, 29, 4, 30, tzinfo=UTC)  # after the wrong figure, before its withdrawal
    then = pd.concat(home.store.every_version(known_on=moment), ignore_index=True)
    newest = then.drop_duplicates(KEY, keep="last")
    believed = home.store.observations(known_on=moment)
    pd.testing.assert_frame_equal(newest[believed.columns].reset_index(drop=True), believed)
    assert 139.9 in believed["value"].to_list()
