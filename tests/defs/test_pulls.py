"""Sources asked by Dagster itself: the schedule over a year, a run, a source that fails, a range of years."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from dagster_project.defs.partitions import period_of
from dagster_project.defs.resources import Xushi
from dagster_project.judgement import snapshot
from dagster_project.metrics.gauges import registry
from dagster_project.progress.pulls import AT_ONCE
from dagster_project.progress.releases import due_day, late_periods
from dagster_project.store import Pull, PullOutcome, State
from tests.defs.place import Place
from tests.servers.web import Web, answer, web
from validators.periods import Month, parse_period

ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


class At(Xushi):
    """The same at a given moment."""

    moment: str

    def now(self) -> datetime:
        return datetime.fromisoformat(self.moment)


def moment(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


def shared_folder(folder: Path, dataset: str, **more: Any) -> dict[str, Any]:
    """A source that is a folder into which somebody puts a workbook for each period."""
    folder.mkdir(exist_ok=True)
    name = "{year}" if dataset == "rd" else "{year}-{month2}"
    options = {"url": str(folder), "pattern": f"{name}_{dataset}_*.xlsx", "settle_seconds": 0}
    return {"name": "share", "connector": "folder", "ask_from": 5, "every_hours": 24, "with": options, **more}


@dataclass
class Year:
    """A year that passes a day at a time. Each workbook is put into the folder on its day; the schedule is asked at
    nine every morning but on the days of `down`, and what it wants is pulled at that moment. The first nine days of
    each month are passed over, as nothing is due in them."""

    place: Place
    of: str
    comes: Mapping[str, date]
    files: Mapping[str, Path]
    folder: Path
    down: frozenset[date] = frozenset()
    asked: list[tuple[date, str]] = field(default_factory=list)

    def pass_days(self, begin: date, end: date) -> None:
        day = begin
        while day < end:
            for period, file in self.files.items():
                if self.comes[period] == day:
                    shutil.copy(file, self.folder)
            if day not in self.down and day.day > 9:
                for request in tick(self.place, self.of, moment(day)):
                    self._run(request, day)
            day += DAY

    def _run(self, request: dg.RunRequest, day: date) -> None:
        """What the run does of its tables; a run of its own for each day would take a quarter of an hour."""
        now = At(moment=moment(day).isoformat())
        period = period_of(self.of, request.partition_key or "")
        with now.store() as store:
            for dataset, given in request.run_config["ops"].items():
                for source in self.place.catalogue.datasets[dataset].sources:
                    assert given["config"] == {"pull": True, "sources": [source.name]}
                    list(now.puller(store).pull(dataset, source, [period]))
                    self.asked.append((day, period.text))

    def days(self, period: str) -> list[date]:
        return [day for day, asked in self.asked if asked == period]


class Tick(dg.ScheduleEvaluationContext):
    """A tick that reads the place's open records. Dagster opens them anew, which takes longer than the schedule."""

    def __init__(self, place: Place, now: datetime) -> None:
        xushi = At(moment=now.isoformat()).get_resource_definition()
        super().__init__(instance_ref=None, scheduled_execution_time=now, resources={"xushi": xushi})
        self._instance = place.instance

    @property
    def instance(self) -> dg.DagsterInstance:
        return self._instance


def tick(place: Place, of: str, now: datetime) -> list[dg.RunRequest]:
    """The run requests of the schedule at a moment."""
    with Tick(place, now) as context:
        found = place.definitions.resolve_schedule_def(f"pulls_{of}")(context)
    return [one for one in found if isinstance(one, dg.RunRequest)] if isinstance(found, list) else []


def pulls(place: Place, dataset: str) -> list[Pull]:
    with place.store() as store:
        return store.pulls.newest(dataset=dataset, limit=1000)[::-1]


def test_over_a_year_the_schedule_pulls_waits_is_late_and_catches_up(tmp_path: Path, installed: Any) -> None:
    folder = tmp_path / "share"
    place = installed({"trade": shared_folder(folder, "trade", since="2025-02", revisit=0)})
    dataset = place.catalogue.datasets["trade"]
    made = [file for file in place.sample(Month(2025, 12)) if "_trade_" in file.name and "修订" not in file.name]
    files = {file.name[:7]: file for file in made if file.name.startswith("2025-")}
    assert "2025-01" not in files  # January comes with February
    due = {period: due_day(dataset, parse_period(period)) for period in files}
    comes = {period: day - DAY for period, day in due.items()}
    comes["2025-05"] = due["2025-05"] + 8 * DAY  # late
    down = frozenset(date(2025, 8, 10) + n * DAY for n in range(80))  # July's to September's tables came meanwhile
    year = Year(place, "monthly", comes, files, folder, down)
    year.pass_days(date(2025, 3, 1), date(2026, 2, 1))

    # In time: from five days before it is due, each day until it is there, and never again.
    for period in ("2025-02", "2025-03", "2025-04", "2025-06", "2025-10", "2025-11", "2025-12"):
        assert year.days(period) == [due[period] - n * DAY for n in (5, 4, 3, 2, 1)], period
    # December's comes in January, when its partition's window is still open.
    assert due["2025-12"] == date(2026, 1, 20)
    # Late: asked for daily beyond the due day, until it came.
    assert year.days("2025-05")[-1] == comes["2025-05"]
    assert len(year.days("2025-05")) == 5 + 8 + 1
    # After eighty days of absence: the three that were missed at once, oldest first.
    back = max(down) + DAY
    assert [asked for asked in year.asked if asked[1] in ("2025-07", "2025-08", "2025-09")] == [
        (back, period) for period in ("2025-07", "2025-08", "2025-09")
    ]
    with place.store() as store:
        received = set(store.releases().query("dataset == 'trade'")["period"])
        assert received == set(files)
        assert late_periods(dataset, received, date(2026, 1, 31)) == ()
    outcomes = [pull.outcome for pull in pulls(place, "trade")]
    assert outcomes.count(PullOutcome.STORED) == len(files)
    assert set(outcomes) == {PullOutcome.STORED, PullOutcome.NOTHING}


def test_yearly_tables_are_asked_for_by_the_schedule_of_their_own_rhythm(tmp_path: Path, installed: Any) -> None:
    place = installed({"rd": shared_folder(tmp_path / "share", "rd", since="2023")})
    assert tick(place, "annual", moment(date(2025, 9, 1)))[0].partition_key == "2023"
    assert [one.partition_key for one in tick(place, "annual", moment(date(2025, 9, 25)))] == ["2023", "2024"]
    assert place.definitions.resolve_schedule_def("pulls_annual").description


def test_a_tick_that_is_asked_twice_makes_the_same_run(tmp_path: Path, installed: Any) -> None:
    place = installed({"trade": shared_folder(tmp_path / "share", "trade", since="2025-02")})
    now = moment(date(2025, 12, 1))
    first, again = tick(place, "monthly", now), tick(place, "monthly", now)
    assert len(first) == AT_ONCE
    assert [one.run_key for one in first] == [one.run_key for one in again]
    assert [one.partition_key for one in first] == [f"2025-{month:02d}" for month in range(2, 2 + AT_ONCE)]
    # A run that is under way is not doubled by the next tick.
    job = place.definitions.resolve_job_def("pull_monthly")
    place.instance.create_run_for_job(job, tags={"dagster/partition": "2025-02"}, status=dg.DagsterRunStatus.STARTED)
    later = tick(place, "monthly", now + timedelta(minutes=15))
    assert "2025-02" not in {one.partition_key for one in later}


def test_the_schedule_is_off_until_a_source_has_a_value_for_every_name_in_its_entry(
    tmp_path: Path, installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = shared_folder(tmp_path / "share", "trade")
    source["with"]["storage"] = {"password": "${share_password}"}
    schedule = installed({"trade": source}).definitions.resolve_schedule_def("pulls_monthly")
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    monkeypatch.setenv("XUSHI_SOURCE_SHARE_PASSWORD", "open sesame")
    schedule = installed({"trade": source}).definitions.resolve_schedule_def("pulls_monthly")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING


def test_a_source_that_was_never_set_up_is_not_asked(tmp_path: Path, installed: Any) -> None:
    bare, ready = (shared_folder(tmp_path / "share", name, since="2025-02") for name in ("trade", "retail_sales"))
    bare["with"]["storage"] = {"password": "${share_password}"}
    place = installed({"trade": bare, "retail_sales": ready})
    asked = tick(place, "monthly", moment(date(2025, 4, 1)))
    assert [list(one.run_config["ops"]) for one in asked] == [["retail_sales"]]


def test_a_catalogue_without_sources_has_no_schedules_of_them(place: Place) -> None:
    names = (
        {schedule.name for schedule in place.definitions.get_all_schedules()}
        if hasattr(place.definitions, "get_all_schedules")
        else {schedule.name for schedule in place.definitions.schedules or []}
    )
    assert not {name for name in names if name.startswith("pulls_")}


# ---- runs


@pytest.fixture
def server() -> Iterator[Web]:
    with web() as running:
        yield running


def address(server: Web) -> dict[str, Any]:
    """A source of retail sales that answers with rows."""
    return {
        "name": "office",
        "connector": "http",
        "regions": ["330303"],
        "since": "2025-02",
        "with": {
            "url": server.url + "/{period}",
            "format": "json",
            "rows": "data",
            "tries": 1,
            "columns": {"values": {"v": {"indicator": "retail_sales", "measure": "ytd"}}, "period": "p"},
        },
    }


def run(place: Place, period: str, **config: Any) -> dg.ExecuteInProcessResult:
    return place.definitions.resolve_job_def("pull_monthly").execute_in_process(
        instance=place.instance,
        partition_key=period,
        run_config={"ops": {"retail_sales": {"config": {"pull": True, **config}}}},
        raise_on_error=False,
    )


def checks(done: dg.ExecuteInProcessResult, name: str) -> list[tuple[bool, dg.AssetCheckSeverity]]:
    return [(one.passed, one.severity) for one in done.get_asset_check_evaluations() if one.check_name == name]


def test_a_run_asks_the_source_stores_what_it_has_and_judges_anew(server: Web, installed: Any) -> None:
    server.tell("/2025-03", answer(json.dumps({"data": [{"p": "2025-03", "v": 90.5}]})))
    place = installed({"retail_sales": address(server)})
    done = run(place, "2025-03")
    assert done.success
    assert [event.step_key for event in done.get_asset_materialization_events()] == [
        "retail_sales",
        "progress",
        "gauges",
    ]
    (observed,) = done.get_asset_observation_events()
    said = observed.asset_observation_data.asset_observation.metadata
    assert (said["outcome"].value, said["new"].value) == ("stored", 1)
    assert said["origin"].value == server.url + "/2025-03"
    assert checks(done, "pulled") == [(True, dg.AssetCheckSeverity.WARN)]
    again = run(place, "2025-03")
    assert again.success
    with place.store() as store:
        assert len(store.uploads()) == 1
        assert store.observations(indicators=["retail_sales"])["value"].tolist() == [90.5]


def test_a_source_that_is_away_fails_its_check_and_stores_nothing(server: Web, installed: Any) -> None:
    server.tell("/2025-03", answer("busy", status=503, Retry_After="7200"))
    place = installed({"retail_sales": address(server)})
    done = run(place, "2025-03")
    assert done.success  # the plan has it asked again; nobody's run is broken
    assert checks(done, "pulled") == [(False, dg.AssetCheckSeverity.WARN)]
    assert not done.get_asset_materialization_events()
    (pull,) = pulls(place, "retail_sales")
    assert (pull.outcome, pull.retry_after) == (PullOutcome.UNAVAILABLE, 7200)
    with place.store() as store:
        shown = snapshot(place.catalogue, store, now=pull.ended_at)
    gauges = registry(place.catalogue, lambda: shown, zone=ZONE)
    labels = {"dataset": "retail_sales", "source": "office"}
    assert gauges.get_sample_value("kpi_source_outcome", {**labels, "outcome": "unavailable"}) == 1
    assert gauges.get_sample_value("kpi_source_answer_timestamp_seconds", labels) is None
    # Left alone for as long as it asked for, then asked once.
    soon, later = pull.ended_at + timedelta(minutes=90), pull.ended_at + timedelta(minutes=121)
    assert tick(place, "monthly", soon) == []
    assert len(tick(place, "monthly", later)) == 1


def test_a_source_that_refuses_fails_its_check_as_an_error(server: Web, installed: Any) -> None:
    server.tell("/2025-03", answer("no", status=403))
    place = installed({"retail_sales": address(server)})
    assert checks(run(place, "2025-03"), "pulled") == [(False, dg.AssetCheckSeverity.ERROR)]


def test_figures_of_a_source_that_are_rejected_fail_its_check_and_not_the_run(server: Web, installed: Any) -> None:
    server.tell("/2025-03", answer(json.dumps({"data": [{"p": "2025-03", "v": -90.5}]})))
    place = installed({"retail_sales": address(server)})
    done = run(place, "2025-03")
    assert done.success
    assert checks(done, "pulled") == [(False, dg.AssetCheckSeverity.ERROR)]
    with place.store() as store:
        assert [upload.state for upload in store.uploads()] == [State.REJECTED]
        assert store.observations().empty


def test_years_are_pulled_in_one_run_oldest_first(server: Web, installed: Any) -> None:
    periods = ["2025-02", "2025-03", "2025-04", "2025-05"]
    for number, period in enumerate(periods):
        server.tell(f"/{period}", answer(json.dumps({"data": [{"p": period, "v": 50.0 + 40 * number}]})))
    place = installed({"retail_sales": address(server)})
    done = place.definitions.resolve_job_def("pull_monthly").execute_in_process(
        instance=place.instance,
        tags={"dagster/asset_partition_range_start": periods[0], "dagster/asset_partition_range_end": periods[-1]},
        run_config={"ops": {"retail_sales": {"config": {"pull": True, "pause_seconds": 0}}}},
        asset_selection=[dg.AssetKey("retail_sales")],
        raise_on_error=False,
    )
    assert done.success
    assert [one.path for one in server.asked] == [f"/{period}" for period in periods]
    events = done.get_asset_materialization_events()
    assert [event.partition for event in events] == periods


def test_the_gauges_follow_when_the_outcome_of_a_source_changes(server: Web, installed: Any) -> None:
    server.tell("/2025-03", answer("busy", status=503), answer(json.dumps({"data": [{"p": "2025-03", "v": 90.5}]})))
    place = installed({"retail_sales": address(server)})

    def look(cursor: str | None) -> dg.SensorResult:
        sensor = place.definitions.resolve_sensor_def("source_outcomes")
        with dg.build_sensor_context(
            instance=place.instance, cursor=cursor, definitions=place.definitions, resources={"xushi": Xushi()}
        ) as context:
            found = sensor(context)
        assert isinstance(found, dg.SensorResult)
        return found

    assert not look(None).run_requests
    run(place, "2025-03")
    failed = look("")
    assert len(failed.run_requests or []) == 1
    assert not look(failed.cursor).run_requests
    run(place, "2025-03")
    assert len(look(failed.cursor).run_requests or []) == 1
