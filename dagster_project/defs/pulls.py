"""Pulling by itself: schedules that ask the plan what is due, and the asset's way of asking a source.

Belongs here: the plan's questions as runs, outcomes as Dagster's events. Does not belong here: what is asked when
(`progress.pulls`), how (`pulling`).
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from pydantic import Field

from dagster_project.defs.jobs import pull_job, pulling_rhythms
from dagster_project.defs.partitions import key_of, rhythm
from dagster_project.defs.resources import Xushi, catalogue, settings
from dagster_project.intake import Outcome, State
from dagster_project.progress.pulls import Standing, to_ask
from dagster_project.pulling import Pulled
from dagster_project.pulling.plan import plan
from dagster_project.sources.secrets import Vault
from dagster_project.store import FAILED_PULLS, PullOutcome, Store
from validators.catalogue import Dataset
from validators.periods import Period

# The shortest wait of the plan; looking at it costs some milliseconds.
OFTEN = "*/15 * * * *"
_IN_FLIGHT = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_CAME = (PullOutcome.STORED, PullOutcome.PENDING)


class TableConfig(dg.Config):
    """What a run of a table does beside taking in what was handed in. `pull`: ask its sources for the run's periods;
    `sources`: only these; `again`: as if for the first time; `pause_seconds` between two questions."""

    pull: bool = False
    sources: list[str] = Field(default_factory=list)
    again: bool = False
    pause_seconds: float = 1.0


def pull_check(key: str) -> dg.AssetCheckSpec:
    """The check on a table's sources; it blocks nothing, since what is stored stays."""
    return dg.AssetCheckSpec(
        "pulled", asset=key, description="各来源最近一次取数均正常 the last pull of every source went well"
    )


def pull(
    context: dg.AssetExecutionContext,
    xushi: Xushi,
    store: Store,
    key: str,
    dataset: Dataset,
    periods: Mapping[str, Period],
    config: TableConfig,
) -> list[Pulled]:
    """Ask the sources for the periods (by partition key), oldest first, one at a time; each answer is an observation
    of the asset. A source that is away is left alone for the rest of the run."""
    if not config.pull:
        return []
    puller = xushi.puller(store)
    found: list[Pulled] = []
    for source in dataset.sources:
        if config.sources and source.name not in config.sources:
            continue
        for number, (partition, period) in enumerate(sorted(periods.items())):
            if number:
                time.sleep(config.pause_seconds)
            context.log.info(f"{key}/{source.name} {period.text} ({number + 1}/{len(periods)})")
            answers = list(puller.pull(key, source, [period], again=config.again, say=_progress(context)))
            for one in answers:
                context.log_event(dg.AssetObservation(key, partition=partition, metadata=_metadata(one)))
            found += answers
            if any(one.pull.outcome is PullOutcome.UNAVAILABLE for one in answers):
                context.log.warning(f"{key}/{source.name}: {answers[-1].pull.zh} / {answers[-1].pull.en}")
                break
    return found


def with_pulled(pulled: Sequence[Pulled], waiting: Sequence[Outcome], config: TableConfig) -> list[Outcome]:
    """The intake's outcomes of what the sources brought, then of what waited, each upload once.

    Rejected ones are left out of a run that pulls: the check on the sources fails, and a rejected upload has an alert
    of its own; were the run to fail too, each day's question would count as a failing pipeline."""
    brought = [one.outcome for one in pulled if one.outcome is not None and one.pull.outcome in _CAME]
    seen = {outcome.upload for outcome in brought}
    every = [*brought, *(outcome for outcome in waiting if outcome.upload not in seen)]
    return [outcome for outcome in every if not (config.pull and outcome.state is State.REJECTED)]


def pulled_check(key: str, dataset: Dataset, store: Store) -> dg.AssetCheckResult:
    """The check `pulled`: how the last pull of each source ended. What may pass is a warning."""
    newest = store.pulls.last_of_each()
    last = [newest[key, source.name] for source in dataset.sources if (key, source.name) in newest]
    failed = [one for one in last if one.outcome in FAILED_PULLS]
    passing = all(one.outcome is PullOutcome.UNAVAILABLE for one in failed)
    return dg.AssetCheckResult(
        asset_key=key,
        check_name="pulled",
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN if passing else dg.AssetCheckSeverity.ERROR,
        metadata={
            "sources": len(dataset.sources),
            **{f"{one.source}": f"{one.outcome}: {one.zh} / {one.en}" for one in last},
        },
    )


def requests(of: str, wanted: Sequence[Standing], now: datetime, in_flight: frozenset[str]) -> list[dg.RunRequest]:
    """A run for each period that is to be asked for, of all its tables. A period of which a run is under way waits: it
    would be asked for twice."""
    by_period: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in wanted:
        if rhythm(catalogue().datasets[one.dataset]) == of and key_of(one.period.text) not in in_flight:
            by_period[key_of(one.period.text)][one.dataset].append(one.source)
    made = []
    for partition, tables in sorted(by_period.items()):
        asked = ",".join(f"{table}/{source}" for table, names in tables.items() for source in names)
        made.append(
            dg.RunRequest(
                run_key=f"{partition}:{asked}:{now.astimezone(UTC):%Y-%m-%dT%H:%M}",
                partition_key=partition,
                asset_selection=[dg.AssetKey(asset) for asset in (*tables, "progress", "gauges")],
                run_config={
                    "ops": {table: {"config": {"pull": True, "sources": names}} for table, names in tables.items()}
                },
                tags={"xushi/pull": asked},
            )
        )
    return made


def unset(of: str) -> dict[tuple[str, str], list[str]]:
    """The sources of a rhythm's datasets, each with the names in its entry that have no value here. Such a source is
    not asked: it was never set up."""
    vault = Vault.of()
    return {
        (key, source.name): vault.missing(source.with_)
        for key, dataset in catalogue().datasets.items()
        if rhythm(dataset) == of
        for source in dataset.sources
    }


def pull_schedule(of: str) -> dg.ScheduleDefinition:
    """The schedule of a rhythm. It runs by itself where a source of the rhythm has all that its entry refers to."""
    ready = not all(unset(of).values())

    @dg.schedule(
        name=f"pulls_{of}",
        job_name=pull_job(of),
        cron_schedule=OFTEN,
        execution_timezone=settings().timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING if ready else dg.DefaultScheduleStatus.STOPPED,
        description="asks the sources for what is due, until it is there; off while none has its passwords and address",
    )
    def pulls(context: dg.ScheduleEvaluationContext, xushi: Xushi) -> list[dg.RunRequest] | dg.SkipReason:
        now = context.scheduled_execution_time
        missing = unset(of)
        with xushi.store() as store:
            due = to_ask(plan(catalogue(), store, now, settings().zone), now)
        wanted = [one for one in due if not missing.get((one.dataset, one.source))]
        if not wanted:
            without = "; ".join(f"{key}/{name}: {', '.join(names)}" for (key, name), names in missing.items() if names)
            return dg.SkipReason(f"nothing is due now{f'; not set up: {without}' if without else ''}")
        under_way = context.instance.get_run_records(dg.RunsFilter(job_name=pull_job(of), statuses=_IN_FLIGHT))
        in_flight = frozenset(record.dagster_run.tags.get("dagster/partition", "") for record in under_way)
        made = requests(of, wanted, now, in_flight)
        return made or dg.SkipReason("what is due is being asked for, or belongs to another rhythm")

    return pulls


@dg.sensor(
    name="source_outcomes",
    job_name="refresh",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="shows the gauges anew when the outcome of a source has changed, though no figure has",
)
def source_outcomes(context: dg.SensorEvaluationContext, xushi: Xushi) -> dg.SensorResult:
    """The cursor is how the sources stood. What stored something is followed by the gauges anyway."""
    with xushi.store() as store:
        standing = store.pulls.standing()
    failed = standing[standing["outcome"].isin([outcome.value for outcome in FAILED_PULLS])]
    now = ";".join((failed["dataset"] + "/" + failed["source"] + ":" + failed["outcome"]).tolist())
    if now == (context.cursor or ""):
        return dg.SensorResult(cursor=now)
    stamp = str(standing["ended_at"].max().isoformat()) if len(standing) else ""
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=f"sources:{stamp}")], cursor=now)


def _progress(context: dg.AssetExecutionContext) -> Any:
    return lambda zh, en: context.log.info(f"{zh} / {en}")


def _metadata(one: Pulled) -> dict[str, Any]:
    """What an observation shows of a pull. Nothing secret is among it: `Puller` has taken it out."""
    pull = one.pull
    change = None if one.outcome is None else one.outcome.change
    findings = [] if one.outcome is None else one.outcome.report.findings
    return {
        "source": pull.source,
        "outcome": pull.outcome.value,
        "说明": pull.zh,
        "words": pull.en,
        "origin": pull.origin or "—",
        "bytes": pull.size,
        "sha256": pull.sha256 or "—",
        "upload": str(pull.upload or "—"),
        "new": 0 if change is None else change.new,
        "revised": 0 if change is None else change.revised,
        "findings": len(findings),
        **({} if pull.retry_after is None else {"retry_after_seconds": pull.retry_after}),
    }


@dg.definitions
def defs() -> dg.Definitions:
    """One schedule per rhythm that has sources; nothing where the catalogue names none."""
    of_sources = pulling_rhythms()
    return dg.Definitions(
        schedules=[pull_schedule(of) for of in of_sources], sensors=[source_outcomes] if of_sources else []
    )
