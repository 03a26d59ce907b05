"""The monthly letters: the job `digest`, and its schedule where a day is set."""

import os

import dagster as dg

from dagster_project.defs.resources import Xushi, catalogue, retried, settings
from dagster_project.digest.delivery import Fate, Sender
from dagster_project.digest.material import gather
from dagster_project.digest.subject import subjects

_SHOWN_DAY = 20  # of the schedule that nobody has switched on


@dg.definitions
def defs() -> dg.Definitions:
    """`digest_monthly` runs on the day of XUSHI_DIGEST_DAY at nine; without one it stands there switched off."""

    @dg.op
    def letters(context: dg.OpExecutionContext, xushi: Xushi) -> None:
        """One letter to every department with an e-mail address and one for each document, of the newest month. What
        was sent before isn't sent again, so that trying again is safe."""
        sender = Sender.of(settings(), catalogue(), environment=os.environ, now=xushi.now)
        with retried(), xushi.store() as store:
            material = gather(catalogue(), store, month=None, now=xushi.now(), zone=settings().zone)
            outcomes = list(sender.send(material, subjects(catalogue())))
        counts = {fate.value: sum(one.fate is fate for one in outcomes) for fate in Fate}
        context.add_output_metadata({"month": material.month.text, **counts})
        for one in outcomes:
            if one.fate is Fate.NO_ADDRESS:
                context.log.warning(f"no e-mail address in the contacts: {one.subject.key}")
        lost = [one for one in outcomes if one.fate in (Fate.FAILED, Fate.UNFINISHED)]
        if lost:
            said = "\n".join(f"{one.subject.key}: {one.words} {one.refused or ''}" for one in lost)
            raise dg.Failure(f"not delivered to everybody; `xushi digest send` sends what is missing:\n{said}")

    @dg.job(description="mail the monthly reports of the newest month")
    def digest() -> None:
        letters()

    day = settings().digest_day
    monthly = dg.ScheduleDefinition(
        name="digest_monthly",
        job=digest,
        cron_schedule=f"0 9 {day or _SHOWN_DAY} * *",
        execution_timezone=settings().timezone,
        default_status=dg.DefaultScheduleStatus.STOPPED if day is None else dg.DefaultScheduleStatus.RUNNING,
        description="mail the monthly reports; on the day of XUSHI_DIGEST_DAY, off without it",
    )
    return dg.Definitions(jobs=[digest], schedules=[monthly])
