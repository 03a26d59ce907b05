"""The two assets behind the tables: `progress` judges every target, `gauges` shows the result."""

from typing import Any

import dagster as dg

from dagster_project.defs.resources import Xushi, catalogue, retried, settings
from dagster_project.judgement import judge_and_save, snapshot
from dagster_project.metrics.gauges import registry
from dagster_project.metrics.push import push


@dg.definitions
def defs() -> dg.Definitions:
    """`progress` stands behind every table of the catalogue."""

    @dg.asset(deps=list(catalogue().datasets), group_name="progress", kinds={"python"})
    def progress(context: dg.AssetExecutionContext, xushi: Xushi) -> dg.MaterializeResult:
        """Where every target stands by what is known now, one row per target, saved under this run."""
        with retried(), xushi.store() as store:
            judgement = judge_and_save(catalogue(), store, run_id=context.run.run_id, now=xushi.now())
        lights = judgement.evaluation["light"].value_counts()
        return dg.MaterializeResult(
            metadata={
                "as_of": judgement.as_of.text,
                "targets": len(judgement.evaluation),
                **{f"light_{light}": int(count) for light, count in lights.items()},
                "seconds": judgement.seconds,
                "lights": dg.MetadataValue.md(
                    "| 灯 light | 目标 targets |\n|---|---|\n"
                    + "\n".join(f"| {light} | {count} |" for light, count in lights.items())
                ),
            }
        )

    @dg.asset(deps=[progress], group_name="progress", kinds={"prometheus"})
    def gauges(context: dg.AssetExecutionContext, xushi: Xushi) -> dg.MaterializeResult:
        """The gauges of the whole state, pushed as one group where a Pushgateway is set; /metrics serves the same
        ones."""
        with retried(), xushi.store() as store:
            state = snapshot(catalogue(), store, now=xushi.now()).pushed_by(context.run.job_name)
        made = registry(catalogue(), lambda: state, zone=settings().zone, kept_months=settings().kept_months)
        families = list(made.collect())
        metadata: dict[str, Any] = {
            "families": len(families),
            "samples": sum(len(family.samples) for family in families),
        }
        gateway = settings().pushgateway_url
        if gateway is not None:
            # It tries again by itself, and says so in the run's log.
            metadata["push_tries"] = push(
                made, gateway, timeout_seconds=settings().push_timeout_seconds, told=context.log.warning
            )
        else:
            context.log.info(
                "XUSHI_PUSHGATEWAY_URL is not set: nothing pushed; `xushi metrics serve` serves the gauges"
            )
        return dg.MaterializeResult(metadata=metadata)

    return dg.Definitions(assets=[progress, gauges])
