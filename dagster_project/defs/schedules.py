"""The daily push of the gauges: what is due or late depends on the day, and the age of the last push says whether the
pipeline still lives, also in the weeks in which no table arrives."""

import dagster as dg

from dagster_project.defs.resources import settings

# Between the morning's first tables and the last of the night; well below the age at which PushTooOld fires.
DAILY = "0 6 * * *"


@dg.definitions
def defs() -> dg.Definitions:
    """The job `refresh` and its schedule, running from the start. `progress` stays out: no figure has changed, and
    another evaluation would say the same."""
    refresh = dg.define_asset_job("refresh", selection=["gauges"], description="show the gauges as of today")
    daily = dg.ScheduleDefinition(
        name="gauges_daily",
        job=refresh,
        cron_schedule=DAILY,
        execution_timezone=settings().timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="push the gauges every morning, whether or not a table has arrived",
    )
    return dg.Definitions(jobs=[refresh], schedules=[daily])
