"""Checks that ask beyond one upload: has everything arrived that the release calendar expects by today?"""

import dagster as dg

from dagster_project.defs.resources import Xushi, catalogue, settings
from dagster_project.progress.releases import due_day, late_periods
from validators.catalogue import Dataset


def on_time(key: str, dataset: Dataset) -> dg.AssetChecksDefinition:
    """The release check of one dataset; it warns, since a late table is nobody's broken pipeline."""

    @dg.asset_check(
        asset=key, name="on_time", description="发布日历中到期的各期均已收到 every period due by today is there"
    )
    def check(xushi: Xushi) -> dg.AssetCheckResult:
        with xushi.store() as store:
            stored = store.observations(
                indicators=list(catalogue().dataset_indicators[key]), regions=list(dataset.publishers)
            )
        late = late_periods(dataset, set(stored["period"]), xushi.now().astimezone(settings().zone).date())
        words = ", ".join(f"{period.text} (due {due_day(dataset, period)})" for period in late[:12])
        return dg.AssetCheckResult(
            passed=not late,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"late_periods": len(late), "late": words or "—"},
        )

    return check


@dg.definitions
def defs() -> dg.Definitions:
    """One check per dataset."""
    return dg.Definitions(asset_checks=[on_time(key, dataset) for key, dataset in catalogue().datasets.items()])
