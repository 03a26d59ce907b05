"""One asset per dataset of the catalogue: takes in the uploads of its periods, and asks its sources for them where a
run says so. Check first, write only on pass."""

from collections.abc import Iterator

import dagster as dg

from dagster_project.defs.events import CHECKS, check_results, figures_of, outcomes_of, period_events, result
from dagster_project.defs.partitions import partitions, period_of, rhythm
from dagster_project.defs.pulls import TableConfig, pull, pull_check, pulled_check, with_pulled
from dagster_project.defs.resources import Xushi, catalogue, retried
from validators.catalogue import Dataset


def table_asset(key: str, dataset: Dataset) -> dg.AssetsDefinition:
    """The asset of one dataset, partitioned by the periods that it publishes; a range is one run."""

    @dg.asset(
        name=key,
        group_name="tables",
        kinds={"table"},
        description=f"{dataset.title.zh} {dataset.title.en}",
        partitions_def=partitions(rhythm(dataset)),
        backfill_policy=dg.BackfillPolicy.single_run(),
        # The gate is inside `process_pending`: everything is checked before anything is written, and a rejected upload
        # writes nothing. The asset then has no output, so that nothing behind it runs on its account.
        output_required=False,
        check_specs=[
            dg.AssetCheckSpec(name, asset=key, blocking=name == "accepted", description=words)
            for name, words in CHECKS.items()
        ]
        + ([pull_check(key)] if dataset.sources else []),
    )
    def table(
        context: dg.AssetExecutionContext, config: TableConfig, xushi: Xushi
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
        periods = {of: period_of(rhythm(dataset), of) for of in context.partition_keys}
        first, last = (
            min(period.first_month for period in periods.values()),
            max(period.last_month for period in periods.values()),
        )
        with retried(), xushi.store() as store:
            brought = pull(context, xushi, store, key, dataset, periods, config)
            waiting = xushi.intake(store).process_pending(key, first, last, now=xushi.now())
            outcomes = with_pulled(brought, waiting, config)
            pulled = [pulled_check(key, dataset, store)] if dataset.sources else []
            stored = store.observations(
                indicators=catalogue().dataset_indicators[key], first=first.text, last=last.text
            )
        yield from pulled
        yield from check_results(key, outcomes)
        by_key = {of: (outcomes_of(outcomes, period), figures_of(stored, period)) for of, period in periods.items()}
        if len(by_key) == 1:
            yield from result(*by_key.popitem()[1])
        else:
            # Each period that has figures is recorded by itself: a range must not mark a month that never arrived.
            for event in period_events(key, by_key):
                context.log_event(event)

    return table


@dg.definitions
def defs() -> dg.Definitions:
    """The assets, in the order of the catalogue."""
    return dg.Definitions(assets=[table_asset(key, dataset) for key, dataset in catalogue().datasets.items()])
