"""Jobs: the tables of a month or a range, one table followed by progress and gauges, and progress and gauges alone."""

import dagster as dg

from dagster_project.defs.partitions import partitions, rhythm
from dagster_project.defs.resources import catalogue

PUBLISH = ("progress", "gauges")


def rhythms() -> list[str]:
    """The rhythms of the catalogue's datasets, in the order of the file."""
    return list(dict.fromkeys(rhythm(dataset) for dataset in catalogue().datasets.values()))


def tables_job(of: str) -> str:
    """Name of the job that takes in all tables of a rhythm: one partition or a range of them in one run."""
    return f"tables_{of}"


def one_table_job(of: str) -> str:
    """Name of the job that takes in one table of a rhythm and, if it is accepted, judges and shows every target
    anew."""
    return f"one_table_{of}"


def pull_job(of: str) -> str:
    """Name of the job that asks the sources of a rhythm's tables; for one partition or for a range of them."""
    return f"pull_{of}"


def pulling(of: str) -> list[str]:
    """The datasets of a rhythm that have sources."""
    return [key for key, dataset in catalogue().datasets.items() if dataset.sources and rhythm(dataset) == of]


def pulling_rhythms() -> list[str]:
    """The rhythms that have a dataset with sources."""
    return [of for of in rhythms() if pulling(of)]


@dg.definitions
def defs() -> dg.Definitions:
    """Two jobs per rhythm (a job can't mix partitions), a third where it has sources, and `publish`."""
    jobs = [dg.define_asset_job("publish", selection=list(PUBLISH), description="judge every target, show the gauges")]
    for of in rhythms():
        tables = [key for key, dataset in catalogue().datasets.items() if rhythm(dataset) == of]
        jobs.append(
            dg.define_asset_job(
                tables_job(of),
                selection=tables,
                partitions_def=partitions(of),
                description=f"take in all {of} tables of one partition or of a range",
            )
        )
        jobs.append(
            dg.define_asset_job(
                one_table_job(of),
                selection=[*tables, *PUBLISH],
                partitions_def=partitions(of),
                description=f"take in one {of} table (select it), then judge every target and show the gauges",
            )
        )
    jobs += [
        dg.define_asset_job(
            pull_job(of),
            selection=[*pulling(of), *PUBLISH],
            partitions_def=partitions(of),
            config={"ops": {key: {"config": {"pull": True}} for key in pulling(of)}},
            description=f"ask the sources of {of} tables, take in what is new, then judge and show the gauges",
        )
        for of in pulling_rhythms()
    ]
    return dg.Definitions(jobs=jobs)
