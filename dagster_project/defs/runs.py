"""Runs in this process against the installation's own Dagster instance: what the command line calls.

The runs are recorded like any other and show up in `dagster dev`.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import dagster as dg

from dagster_project.defs.jobs import one_table_job, rhythms, tables_job
from dagster_project.defs.partitions import key_of, partitions, period_of, rhythm
from dagster_project.defs.resources import catalogue, settings
from dagster_project.defs.sensors import keep_end
from dagster_project.stack import dagster_home
from dagster_project.store import Upload
from validators.periods import Month


def instance_folder() -> Path:
    """The folder to name in DAGSTER_HOME, made with its dagster.yaml where it is absent."""
    return dagster_home.make(settings().home)


def open_instance() -> dg.DagsterInstance:
    """The installation's persistent instance."""
    return dg.DagsterInstance.from_config(str(instance_folder()))


def ranges(begin: Month, end: Month, datasets: Sequence[str]) -> list[tuple[str, str, str, list[str]]]:
    """Per rhythm of the datasets: its name, the first and last partition key within the months from `begin` to `end`,
    and the datasets. A rhythm without a partition in those months is left out."""
    found = []
    for of in rhythms():
        own = [key for key in datasets if rhythm(catalogue().datasets[key]) == of]
        inside = [key for key in partitions(of).get_partition_keys() if begin <= period_of(of, key).last_month <= end]
        if own and inside:
            found.append((of, inside[0], inside[-1], own))
    return found


def ranges_waiting(uploads: Iterable[Upload]) -> list[tuple[str, str, str, list[str]]]:
    """Like `ranges`, for what waits: per rhythm, from the first to the last period with which a waiting upload ends.

    A run's cost is the partitions it plans rather than the tables it reads, so nothing is planned without need."""
    found = []
    waiting = [upload for upload in uploads if upload.dataset in catalogue().datasets and upload.period_last]
    for of in rhythms():
        own = [upload for upload in waiting if rhythm(catalogue().datasets[upload.dataset]) == of]
        keys = sorted({key_of(upload.period_last) for upload in own}, key=lambda key: period_of(of, key).last_month)
        if keys:
            found.append((of, keys[0], keys[-1], sorted({upload.dataset for upload in own})))
    return found


def run_tables(
    loaded: dg.Definitions,
    instance: dg.DagsterInstance,
    of: str,
    first: str,
    last: str,
    datasets: Sequence[str],
) -> dg.ExecuteInProcessResult:
    """Tables of a rhythm for the partitions from `first` to `last` in one run. Never raises for a rejected table: its
    step fails and the others go on; ask the result for `success`."""
    return _run(
        loaded,
        instance,
        tables_job(of),
        {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last},
        [dg.AssetKey(key) for key in datasets],
    )


def run_publish(loaded: dg.Definitions, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """Judge every target and show the gauges."""
    return _run(loaded, instance, "publish", {})


def run_one_table(
    loaded: dg.Definitions, instance: dg.DagsterInstance, dataset: str, period: str
) -> dg.ExecuteInProcessResult:
    """One table of one period, then progress and gauges unless it was rejected."""
    of = rhythm(catalogue().datasets[dataset])
    return _run(
        loaded,
        instance,
        one_table_job(of),
        {"dagster/partition": key_of(period)},
        [dg.AssetKey(dataset), dg.AssetKey("progress"), dg.AssetKey("gauges")],
    )


def _run(
    loaded: dg.Definitions,
    instance: dg.DagsterInstance,
    job: str,
    tags: dict[str, str],
    selection: Sequence[dg.AssetKey] | None = None,
) -> dg.ExecuteInProcessResult:
    # Dagster's own log goes to its event log; on the terminal it would drown the progress lines.
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    done = loaded.resolve_job_def(job).execute_in_process(
        instance=instance, tags=tags, run_config=quiet, raise_on_error=False, asset_selection=selection
    )
    # No daemon need be there to see how this run ended.
    keep_end(done.dagster_run, "success" if done.success else "failure")
    return done
