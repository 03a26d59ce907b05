"""The sensor on the uploads ledger: every new upload gets a run of its table, then progress and gauges."""

from datetime import UTC, datetime

import dagster as dg

from dagster_project.defs.jobs import one_table_job, rhythms
from dagster_project.defs.partitions import key_of, rhythm
from dagster_project.defs.resources import Xushi, catalogue
from dagster_project.store import IN_FORCE, State, Upload

# Uploads handed to Dagster per tick; the rest come with the next one.
AT_ONCE = 50


def ledger_sensor(of: str) -> dg.SensorDefinition:
    """A sensor for the uploads of one rhythm's datasets (a sensor's job has one kind of partitions)."""

    @dg.sensor(
        name=f"uploads_{of}",
        job_name=one_table_job(of),
        minimum_interval_seconds=15,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="new uploads in the ledger, in their order; the cursor is the last upload's id",
    )
    def uploads(context: dg.SensorEvaluationContext, xushi: Xushi) -> dg.SensorResult:
        seen = int(context.cursor or 0)
        with xushi.store() as store:
            new = store.uploads(after_id=seen, limit=AT_ONCE)
        requests = [
            dg.RunRequest(
                run_key=f"{upload.dataset}:{upload.period_last}:{upload.sha256}",
                partition_key=key_of(upload.period_last),
                asset_selection=[dg.AssetKey(upload.dataset), dg.AssetKey("progress"), dg.AssetKey("gauges")],
                tags={"xushi/upload": str(upload.id), "xushi/file": upload.sha256[:12]},
            )
            for upload in new
            if upload.dataset in catalogue().datasets
            and rhythm(catalogue().datasets[upload.dataset]) == of
            and _is_news(context.instance, upload)
        ]
        cursor = str(max((upload.id for upload in new), default=seen))
        return dg.SensorResult(run_requests=requests, cursor=cursor)

    return uploads


def keep_end(run: dg.DagsterRun, outcome: str) -> None:
    """Keep in the store how a run of a job ended, for gauges and alerts."""
    with Xushi().store() as store:
        store.record_run(run.job_name, outcome, datetime.now(UTC))


@dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS, default_status=dg.DefaultSensorStatus.RUNNING)
def run_succeeded(context: dg.RunStatusSensorContext) -> None:
    """Keep when a job last succeeded."""
    keep_end(context.dagster_run, "success")


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING)
def run_failed(context: dg.RunFailureSensorContext) -> None:
    """Keep when a job last failed."""
    keep_end(context.dagster_run, "failure")


def _is_news(instance: dg.DagsterInstance, upload: Upload) -> bool:
    """Whether Dagster has yet to see this upload: it waits, or it was stored from outside and no run has recorded its
    period since. One that was rejected outside has been answered there; of one that waits, or was taken back since,
    the sensor on decisions hears (`decisions.py`)."""
    if upload.state is State.RECEIVED:
        return True
    if upload.state not in IN_FORCE or upload.decided_at is None:
        return False
    seen = instance.fetch_materializations(
        dg.AssetRecordsFilter(
            asset_key=dg.AssetKey(upload.dataset),
            asset_partitions=[key_of(upload.period_last)],
            after_timestamp=upload.decided_at.timestamp(),
        ),
        limit=1,
    )
    return not seen.records


@dg.definitions
def defs() -> dg.Definitions:
    """One sensor per rhythm for uploads, and two that keep how runs end."""
    return dg.Definitions(sensors=[*(ledger_sensor(of) for of in rhythms()), run_succeeded, run_failed])
