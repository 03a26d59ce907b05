"""From tables to letters: sample months go in one after another, and the real programs tell whom it concerns.

`xushi up` starts the real Pushgateway, Prometheus and Alertmanager with the configuration and the rules that it makes
of the catalogue and of a file of contacts; tables go in by `xushi upload` (in July by the ledger and `xushi run`, that
is Dagster), are judged and pushed by the commands that their users have; a mail server and a webhook keep what comes.

Time is made short, and nothing else is changed:
- the generated rules' `for`, `keep_firing_for` and `interval` are divided by 100 (five minutes are three seconds), and
  Prometheus repeats an alert to Alertmanager after 2.5 seconds instead of a minute, by its own flag;
- Alertmanager waits a second before a first letter and three before the next (`sending` of the contacts); Prometheus
  scrapes every second (`--seconds 1`).
What can't be shortened is the quarter of an hour for which Prometheus repeats that an alert is over: a recovery stays
in the group for the length of this test. No department has another letter after its recovery here.

The months are last year's, the date is today's: tables count as late as soon as the first of their kind has come.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from dagster_project.cli import app
from dagster_project.defs import partitions, resources
from tests.end_to_end import alert_district as district
from tests.end_to_end import alert_letters as letters
from tests.end_to_end.alert_letters import (
    BEHIND,
    COMMERCE,
    ESCALATED,
    INDUSTRY,
    OPERATIONS,
    SLOW,
    STATISTICS,
    Expected,
    Item,
)
from tests.end_to_end.alert_programs import Monitors, hurried, monitors
from tests.servers.hooks import Hooks, Posted, hooks
from tests.servers.mail import Letter, MailServer, mail_server

pytestmark = pytest.mark.xdist_group("alert_chain")

QUIET_SECONDS = 9.0  # a scrape, an evaluation, the hold and an interval of sending: what was to come has come
SHANGHAI = ZoneInfo("Asia/Shanghai")
TO_COMMERCE = ("commerce@example.test", "office@example.test")
MONTHS = ("February", "March", "April", "May", "May revised", "June", "July rejected", "July")


@dataclass(frozen=True)
class Step:
    """What came after a month's tables had gone in."""

    letters: list[Letter]
    posts: list[Posted]
    firing: set[tuple[str, str]]
    days: tuple[date, date]
    """Of its beginning and of its end."""


@dataclass(frozen=True)
class Story:
    """The whole year as it was told."""

    year: int
    runbook: str
    steps: dict[str, Step]
    rules: str


class Office:
    """Hands tables in and watches what comes of it."""

    def __init__(self, folder: Path, mail: MailServer, posts: Hooks, running: Monitors) -> None:
        self.folder, self.mail, self.posts, self.running = folder, mail, posts, running
        self.seen_letters = self.seen_posts = 0

    def step(self, awaited_letters: int, awaited_posts: int = 0) -> Step:
        """Wait for what must come, then for whatever else does."""
        begun = datetime.now(SHANGHAI).date()
        pushed = self.pushed_at()
        self.running.wait_for("kpi_push_timestamp_seconds", pushed)
        self.mail.wait(self.seen_letters + awaited_letters, 60)
        self.posts.wait(self.seen_posts + awaited_posts, 60)
        time.sleep(QUIET_SECONDS)
        found = Step(
            self.mail.letters[self.seen_letters :],
            self.posts.posted[self.seen_posts :],
            self.running.firing(),
            (begun, datetime.now(SHANGHAI).date()),
        )
        self.seen_letters, self.seen_posts = len(self.mail.letters), len(self.posts.posted)
        return found

    def pushed_at(self) -> float:
        """When the gauges that the Pushgateway now has were computed."""
        return self.running.pushed("kpi_push_timestamp_seconds")

    def hand_in(self, *tables: district.Table) -> None:
        """Upload, judge and push."""
        self.succeeds("upload", *self.files(tables))
        self.succeeds("metrics", "push")

    def run(self, *tables: district.Table) -> Result:
        """Enter in the ledger and let Dagster do the rest."""
        self.succeeds("upload", "--queue", *self.files(tables))
        return self.xushi("run")

    def succeeds(self, *words: str) -> None:
        done = self.xushi(*words)
        assert done.exit_code == 0, done.output

    def xushi(self, *words: str) -> Result:
        return CliRunner().invoke(app, words)

    def files(self, tables: tuple[district.Table, ...]) -> list[str]:
        for each in tables:
            (self.folder / each.name).write_bytes(each.data)
        return [str(self.folder / each.name) for each in tables]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("alerts")
    home = folder / "home"
    home.mkdir()
    year = datetime.now(SHANGHAI).year - 1
    catalogue = folder / "catalogue.yaml"
    catalogue.write_text(district.catalogue_text(year), encoding="utf-8")
    with pytest.MonkeyPatch.context() as environment, mail_server() as mail, hooks() as posts:
        (home / "password").write_text(mail.password)
        (home / "contacts.yaml").write_text(district.CONTACTS.format(port=mail.port), encoding="utf-8")
        environment.setenv("XUSHI_HOME", str(home))
        environment.setenv("XUSHI_CATALOGUE", str(catalogue))
        environment.delenv("XUSHI_DATABASE_URL", raising=False)
        with monitors(home, XUSHI_CATALOGUE=str(catalogue), INDUSTRY_HOOK=f"{posts.url}/industry") as running:
            environment.setenv("XUSHI_PUSHGATEWAY_URL", running.gateway)
            _forget_settings()
            steps = _year(Office(folder, mail, posts, running), year)
            generated = running.generated
        _forget_settings()
    return Story(year, running.runbook, steps, generated)


def _forget_settings() -> None:
    """Dagster's definitions read settings and catalogue once a process."""
    for cache in (resources.settings, resources.catalogue, partitions.partitions):
        cache.cache_clear()


def _year(office: Office, year: int) -> dict[str, Step]:
    told: dict[str, Step] = {}
    office.hand_in(*district.tables(year, 2), district.yearbook(year - 2))
    told["February"] = office.step(1)
    office.hand_in(*district.tables(year, 3))
    told["March"] = office.step(1, 1)
    office.hand_in(*district.tables(year, 4))
    told["April"] = office.step(1, 1)
    office.hand_in(*district.tables(year, 5), district.yearbook(year - 1))
    told["May"] = office.step(4)
    office.hand_in(district.table("trade", year, 5, changed=district.REVISED_MAY, note="（修订）"))
    told["May revised"] = office.step(1)
    office.hand_in(*district.tables(year, 6))
    told["June"] = office.step(0)
    wrong = district.table("trade", year, 7, changed={"exports": -40})
    rejected = office.run(wrong, *district.tables(year, 7)[1:])
    assert rejected.exit_code == 1, rejected.output
    assert "trade: accepted" in rejected.output
    told["July rejected"] = office.step(1)
    corrected = office.run(district.table("trade", year, 7))
    assert corrected.exit_code == 0, corrected.output
    told["July"] = office.step(1)
    return told


def expected_letters(story: Story, *, midnight: bool = False) -> dict[str, list[Expected]]:
    """Every letter that is to come, by the month whose tables bring it about; written on the day on which the month
    went in, or after a midnight that came meanwhile."""
    year, figures = story.year, district.FIGURES

    def red(key: str, month: int, since: int) -> Item:
        return letters.target(key, BEHIND, year=year, month=month, since=since, ytd=figures[key][month])

    def late(month: int, *datasets: str) -> tuple[Item, ...]:
        days = {"trade": 20, "industry": 15, "health": 10}  # of the month after
        told = story.steps[MONTHS[month - 3]].days[midnight]
        return tuple(letters.late(key, worked(date(year, month + 1, days[key])), told) for key in datasets)

    def worked(due: date) -> date:
        """None of them is a public holiday; Saturday and Sunday give way to Monday."""
        return due + timedelta(days=7 - due.weekday() if due.weekday() > 4 else 0)

    yearbook = letters.late("yearbook", worked(date(year, 12, 15)), story.steps["February"].days[midnight])
    to_statistics = (("statistics@example.test",), STATISTICS)
    escalated = letters.target("exports", ESCALATED, year=year, month=5, since=3, ytd=figures["exports"][5], row=3)
    monthly = ("trade", "industry", "health")
    failing = letters.failing("tables_monthly")
    to_operations = (("operations@example.test",), OPERATIONS)
    return {
        "February": [Expected(*to_statistics, (*late(3, *monthly), yearbook))],
        "March": [Expected(TO_COMMERCE, COMMERCE, (red("exports", 3, 3),))],
        "April": [Expected(TO_COMMERCE, COMMERCE, (red("exports", 4, 3), red("imports", 4, 4)))],
        "May": [
            Expected(TO_COMMERCE, COMMERCE, (escalated, red("imports", 5, 4))),
            Expected(("reform@example.test",), COMMERCE, (escalated,), escalated=True),
            Expected(("supervision@example.test",), COMMERCE, (escalated,), escalated=True),
            Expected(*to_statistics, late(6, *monthly), (yearbook,)),
        ],
        "May revised": [Expected(TO_COMMERCE, COMMERCE, (escalated,), (red("imports", 5, 4),))],
        "June": [],
        "July rejected": [Expected(*to_operations, (failing,), sample=False)],
        "July": [Expected(*to_operations, (), (failing,), sample=False)],
    }


# Alerts that are to fire after each month's tables, by department; and the table of what was told, when, to whom.
FIRING = {
    "February": {("DataLate", "trade"), ("DataLate", "industry"), ("DataLate", "health"), ("DataLate", "yearbook")},
    "March": {("TargetOffTrack", "exports"), ("TargetAtRisk", "output")},
    "April": {("TargetOffTrack", "exports"), ("TargetOffTrack", "imports")},
    "May": {("TargetOffTrack", "exports"), ("TargetOffTrack", "imports"), ("TargetStaysRed", "exports")},
    "May revised": {("TargetOffTrack", "exports"), ("TargetStaysRed", "exports")},
    "June": {("TargetOffTrack", "exports"), ("TargetStaysRed", "exports")},
    "July rejected": {("TargetOffTrack", "exports"), ("TargetStaysRed", "exports"), ("PipelineFailing", "")},
    "July": {("TargetOffTrack", "exports"), ("TargetStaysRed", "exports")},
}


def test_nothing_but_durations_is_changed_in_the_generated_rules(story: Story) -> None:
    generated, used = story.rules.splitlines(), hurried(story.rules).splitlines()
    changed = {(old.strip(), new.strip()) for old, new in zip(generated, used, strict=True) if old != new}
    assert changed == {
        ("interval: 1m", "interval: 600ms"),
        ("for: 5m", "for: 3000ms"),
        ("for: 2m", "for: 1200ms"),
        ("keep_firing_for: 5m", "keep_firing_for: 3000ms"),
        ("keep_firing_for: 20m", "keep_firing_for: 12000ms"),
    }


@pytest.mark.parametrize("month", MONTHS)
def test_the_right_alerts_fire_at_the_right_month(story: Story, month: str) -> None:
    late = {("DataLate", key) for key in ("trade", "industry", "health")}
    until_may = {("DataLate", "yearbook")} if MONTHS.index(month) < MONTHS.index("May") else set()
    assert story.steps[month].firing == FIRING[month] | late | until_may


@pytest.mark.parametrize("month", MONTHS)
def test_exactly_the_letters_come_that_are_due(story: Story, month: str) -> None:
    came, due = story.steps[month].letters, expected_letters(story)[month]
    assert sorted(f"{', '.join(letter.recipients)}: {letter.subject}" for letter in came) == letters.table_of(due)


@pytest.mark.parametrize("month", MONTHS)
def test_letters_say_what_the_figures_give(story: Story, month: str) -> None:
    before, after = (
        {letter.to: letter for letter in expected_letters(story, midnight=midnight)[month]}
        for midnight in (False, True)
    )
    for letter in story.steps[month].letters:
        lines = letters.plain_lines(letter.body("plain"))
        due = before if lines == before[letter.recipients].lines(story.runbook) else after
        assert lines == due[letter.recipients].lines(story.runbook)
        assert letter.message["From"] == "xushi@example.test"
        page = letter.body("html")
        for item in due[letter.recipients].firing:
            assert item.headline_zh in page
            assert item.headline_en in page
            # A target's figures stand in a table, the rest in a sentence.
            shown = [f"<b>{figure}</b> 亿元" for figure in re.findall(r"([\d.]+)亿元", item.zh)] or [item.zh, item.en]
            assert [each for each in shown if each not in page] == []


def test_a_webhook_gets_the_slow_target_once_and_its_recovery_once(story: Story) -> None:
    slow = letters.target("output", SLOW, year=story.year, month=3, since=2, ytd=district.FIGURES["output"][3], row=2)
    posted = {month: [post.body for post in step.posts] for month, step in story.steps.items() if step.posts}
    assert {month: [body["status"] for body in bodies] for month, bodies in posted.items()} == {
        "March": ["firing"],
        "April": ["resolved"],
    }
    for bodies in posted.values():
        (alert,) = bodies[0]["alerts"]
        labels, said = alert["labels"], alert["annotations"]
        assert (labels["alertname"], labels["target"], labels["owner_zh"]) == (slow.alert, slow.about, INDUSTRY[0])
        assert (said["description_zh"], said["description_en"]) == (slow.zh, slow.en)
        assert (said["dashboard"], said["runbook"]) == (slow.page, f"{story.runbook}#targetatrisk")
        assert " actual_value=57.5 target_value=240 expected_value=60 gap=2.5 " in said["figures"]


def test_a_department_without_trouble_and_the_default_contact_hear_nothing_all_year(story: Story) -> None:
    written_to = {address for step in story.steps.values() for letter in step.letters for address in letter.recipients}
    assert "health@example.test" not in written_to
    assert "default@example.test" not in written_to


def test_a_month_that_changes_nothing_sends_nothing(story: Story) -> None:
    assert (story.steps["June"].letters, story.steps["June"].posts) == ([], [])
