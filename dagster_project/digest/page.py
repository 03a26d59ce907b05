"""A report as one HTML page: everything inline, nothing fetched, fit for paper.

Belongs here: the template's environment and what it is given. Does not belong here: what a report holds (`report.py`),
the renderer of PDF (`paper`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dagster_project.digest import sentences
from dagster_project.digest.changes import Change, ChangeKind
from dagster_project.digest.late import LateTable
from dagster_project.digest.report import Report, Row
from dagster_project.digest.subject import SubjectKind
from dagster_project.digest.tally import Tally
from dagster_project.digest.words import TEXTS
from dagster_project.progress.lights import LIGHTS
from dagster_project.scoreboard.charts import Chart, band_key, drawn, key
from dagster_project.scoreboard.language import Language
from dagster_project.scoreboard.marks import MARKS
from dagster_project.scoreboard.phrasing import Phrasing
from validators.periods import Month

FOLDER: Final = Path(__file__).resolve().parent / "templates"
# Of each list of the overview, which is to stay one page.
SHOWN: Final = {"slipped": 4, "unlikely": 3, "recovered": 4, "hardest": 4, "late": 4}
_CHARTS: Final = {SubjectKind.DEPARTMENT: 12, SubjectKind.DOCUMENT: 4}  # in each section
_SIZE: Final = (430, 200)
_WATCHED: Final = ("red", "yellow", "missed")

_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What templates call as `tell`: a report's things in one language."""

    report: Report
    say: Phrasing
    portal_url: str

    def row(self, target: str) -> Row:
        """The row of a target of the report."""
        return next(row for row in self.report.rows if row["target"] == target)

    def changes(self, *kinds: str) -> list[Change]:
        """The changes of these kinds."""
        return [change for change in self.report.changes if change.kind in kinds]

    def chance(self, probability: float) -> str:
        """'31%'."""
        return sentences.chance(probability)

    def needed(self, row: Row) -> str:
        """What each remaining month must bring."""
        return sentences.needed(row, self.say)

    def best(self, row: Row) -> sentences.Best:
        """The best rate ever."""
        return sentences.best_rate(row)

    def foretold(self, row: Row) -> str:
        """Where it will stand."""
        return sentences.foretold(row, self.say)

    def skill(self, row: Row) -> str:
        """How well the method would have called the past."""
        return sentences.skill(row, self.say)

    def before(self, row: Row) -> str:
        """The light of the month before, where it was another; else ''."""
        rows = self.report.material.board_before.rows
        was = str(rows.loc[rows["target"] == row["target"], "light"].iloc[0])
        return "" if was == row["light"] else self.say.light(was)

    def late(self, one: LateTable) -> str:
        """A late table in a sentence."""
        catalogue = self.report.material.catalogue
        return self.say.text(
            "late.line",
            dataset=self.say.words(catalogue.datasets[one.dataset].title),
            region=self.say.words(catalogue.regions[one.region].name),
            period=self.say.period(one.period.text),
            due=one.due.isoformat(),
            days=one.days,
            publisher=self.say.words(catalogue.departments[one.publisher].name),
            targets=len(one.targets),
        )

    def link(self, row: Row) -> str:
        """The target's page in the portal; '' where its address isn't configured."""
        return f"{self.portal_url.rstrip('/')}/targets/{row['target']}" if self.portal_url else ""

    def chapter(self, number: int) -> str:
        """一、…"""
        chapter = self.report.material.catalogue.documents[self.report.subject.key].chapters[number]
        return self.say.text("chapter", number=self.say.chapter(number), title=self.say.words(chapter.title))

    def lights(self, counts: Tally) -> str:
        """'52 项正常、…' of those lights that show."""
        shown = [(counts.lights[light], self.say.light(light)) for light in LIGHTS if counts.lights[light]]
        if self.say.chinese:
            return "、".join(f"{number} 项{words}" for number, words in shown)
        return ", ".join(f"{number} {words}" for number, words in shown)

    def bar(self, counts: Tally) -> Markup:
        """The lights of a count as one bar; decoration, the numbers stand beside it."""
        return lights_bar(counts)

    def watched(self, rows: Sequence[Row]) -> list[Row]:
        """The rows whose course is worth a chart: behind, missed, or unlikely to be met."""
        return [row for row in rows if (row["light"] in _WATCHED or row["unlikely"] is True) and self.picture(row)]

    def troubled(self) -> list[Row]:
        """The rows that are behind, missed, or unlikely to be met, the worst first."""
        return [row for row in self.report.rows if row["light"] in _WATCHED or row["unlikely"] is True]

    def picture(self, row: Row) -> Markup:
        """The chart of a row; '' without a figure."""
        chart = self.chart(row)
        if not self.report.material.courses.actuals.get(str(row["target"])):
            return Markup("")
        width, height = _SIZE
        return drawn(
            chart,
            month=lambda ordinal: self.say.month(Month.from_ordinal(ordinal).month),
            amount=self.say.tick,
            width=width,
            height=height,
            months=6,
        )

    def chart(self, row: Row) -> Chart:
        """What the chart of a row shows."""
        return self.report.material.courses.chart(row, self.report.material.catalogue, self.say)


def lights_bar(counts: Tally, width: int = 640, height: int = 18) -> Markup:
    """A bar divided by lights in proportion to their numbers."""
    parts, left = [], 0.0
    for light in LIGHTS:
        number = counts.lights[light]
        if number:
            long = width * number / counts.targets
            parts.append(
                Markup('<rect x="{x}" y="0" width="{width}" height="{height}" fill="{colour}"/>').format(
                    x=f"{left:.1f}", width=f"{max(long - 1.5, 0.5):.1f}", height=height, colour=MARKS[light].css
                )
            )
            left += long
    return Markup(
        '<svg class="lights" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'preserveAspectRatio="none" aria-hidden="true">{parts}</svg>'
    ).format(width=width, height=height, parts=Markup("").join(parts))


def to_html(report: Report, language: Language, *, zone: ZoneInfo, portal_url: str | None = None) -> str:
    """The whole page, starting with <!doctype html>; encode as UTF-8. `portal_url`: names link to it."""
    return _rendered("report.html", report, language, zone, portal_url)


def letter_parts(report: Report, language: Language, *, zone: ZoneInfo, portal_url: str | None) -> Markup:
    """The part of a letter in one language: HTML that mail programs show, without pictures or style sheets."""
    return Markup(_rendered("letter_part.html", report, language, zone, portal_url))  # noqa: S704 - escaped in it


def letter_page(title: str, parts: Sequence[Markup]) -> str:
    """The letter of these parts."""
    return _ENVIRONMENT.get_template("letter.html").render(title=title, parts=parts)


def _rendered(template: str, report: Report, language: Language, zone: ZoneInfo, portal_url: str | None) -> str:
    say = Phrasing(language, zone, TEXTS)
    values: dict[str, Any] = {
        "report": report,
        "tally": report.tally,
        "before": report.tally_before,
        "board": report.material.board,
        "month_before": report.material.board_before.as_of,
        "subject": say.words(report.subject.name),
        "whole": report.subject.kind is SubjectKind.DOCUMENT,
        "say": say,
        "t": say.text,
        "tell": Told(report, say, portal_url or ""),
        "lights": [light.value for light in LIGHTS],
        "shown": SHOWN,
        "charts": _CHARTS[report.subject.kind],
        "kinds": ChangeKind,
        "known": math.isfinite,
        "line_key": key,
        "band_key": band_key,
    }
    return _ENVIRONMENT.get_template(template).render(values)
