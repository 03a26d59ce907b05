"""The sensors on decisions: they release what is due, and have everything judged anew after a release or a withdrawal.

Belongs here: what follows when an upload changes what is believed after it was handed in. Does not belong here: uploads
as they come in (`sensors.py`), who may decide (`intake`).
"""

from datetime import datetime, timedelta

import dagster as dg

from dagster_project.defs.jobs import PUBLISH, one_table_job, rhythms
from dagster_project.defs.partitions import key_of, rhythm
from dagster_project.defs.resources import Xushi, catalogue
from dagster_project.store import State, Upload

# A decision carries the moment at which it was begun, and may be committed after the sensor has looked. Looking back
# costs nothing: a run key asks for a run once.
LOOK_BACK = timedelta(hours=1)


def decisions_sensor(of: str) -> dg.SensorDefinition:
    """A sensor for the decisions on one rhythm's datasets (a sensor's job has one kind of partitions)."""

    @dg.sensor(
        name=f"decisions_{of}",
        job_name=one_table_job(of),
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="releases what is due; a run for each upload released or withdrawn; the cursor is a moment",
    )
    def decisions(context: dg.SensorEvaluationContext, xushi: Xushi) -> dg.SensorResult:
        now = xushi.now()
        # The first look begins the history: runs for what was decided long ago would say nothing new.
        since = datetime.fromisoformat(context.cursor) if context.cursor else now
        with xushi.store() as store:
            released = xushi.intake(store).release_due(now)
            moved = store.moved_since(since - LOOK_BACK)
        if released:
            context.log.info("released: %s", ", ".join(f"{one.upload} {one.state}" for one in released))
        datasets = catalogue().datasets
        ours = [upload for upload in moved if upload.dataset in datasets and rhythm(datasets[upload.dataset]) == of]
        return dg.SensorResult(run_requests=[_request(upload) for upload in ours], cursor=now.isoformat())

    return decisions


def _request(upload: Upload) -> dg.RunRequest:
    """A run of progress and gauges, after that of the table where a release brought figures. A withdrawal may leave a
    period without any; its table would then have nothing to show, and what is behind it would be skipped."""
    withdrawn = upload.state is State.WITHDRAWN
    what, table = ("withdrawn", []) if withdrawn else ("released", [upload.dataset])
    return dg.RunRequest(
        run_key=f"{what}:{upload.id}",
        partition_key=key_of(upload.period_last),
        asset_selection=[dg.AssetKey(asset) for asset in (*table, *PUBLISH)],
        tags={"xushi/upload": str(upload.id), "xushi/decision": what},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """One sensor per rhythm."""
    return dg.Definitions(sensors=[decisions_sensor(of) for of in rhythms()])
