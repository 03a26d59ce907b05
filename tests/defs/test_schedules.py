from __future__ import annotations

import dagster as dg

from tests.defs.place import Place


def test_the_gauges_are_pushed_every_morning_in_local_time_without_being_switched_on(place: Place) -> None:
    schedule = place.definitions.resolve_schedule_def("gauges_daily")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 * * *", "Asia/Shanghai")


def test_the_daily_job_shows_the_gauges_and_evaluates_nothing_anew(place: Place) -> None:
    done = place.definitions.resolve_job_def("refresh").execute_in_process(instance=place.instance)
    assert done.success
    assert [event.step_key for event in done.get_asset_materialization_events()] == ["gauges"]
