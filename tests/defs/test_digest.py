"""The monthly letters as a job, and as a schedule that is off unless a day is set."""

from __future__ import annotations

import dagster as dg
import pytest

from dagster_project.defs.digest import defs
from dagster_project.defs.resources import settings
from tests.defs.place import Place
from tests.servers.mail import MailServer, mail_server


def test_nothing_is_mailed_by_itself_unless_a_day_is_set(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = place.definitions.resolve_schedule_def("digest_monthly")
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    monkeypatch.setenv("XUSHI_DIGEST_DAY", "18")
    settings.cache_clear()
    (schedule,) = defs().schedules or ()
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 9 18 * *", "Asia/Shanghai")
    settings.cache_clear()


def test_the_job_mails_each_report_once_however_often_it_runs(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL", MailServer.password)
    place.submit(*[file for file in place.sample() if "trade" in file.name])
    with mail_server() as server:
        (place.settings.home / "contacts.yaml").write_text(
            f"smtp: {{host: 127.0.0.1, port: {server.port}, sender: xushi@example.test, "
            f'username: "{MailServer.user}", password: {{env: MAIL}}, starttls: false}}\n'
            "default: {webhook: [{url: 'http://127.0.0.1:1/'}]}\n"
            "departments: {lw_commerce: {email: [one@example.test]}}\n"
        )
        job = place.definitions.resolve_job_def("digest")
        for _ in range(2):
            assert job.execute_in_process(instance=place.instance).success
        (letter,) = server.letters
    assert letter.recipients == ("one@example.test",)
    assert "示例数据" in letter.subject
