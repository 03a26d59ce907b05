"""The progress table: every target with its light, its course and its progress.

Belongs here: the page and its exports. Does not belong here: judging, rows (`scoreboard`), lines (`courses.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from starlette.responses import HTMLResponse, Response

from dagster_project.identity.audit import Deed
from dagster_project.paper import PACKAGES, NoTypesetterError
from dagster_project.portal.choosing import Choice, Chosen
from dagster_project.portal.refusals import refusal
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visit, Visiting
from dagster_project.progress import Light
from dagster_project.progress.lights import LIGHTS
from dagster_project.scoreboard import Board, to_csv
from dagster_project.scoreboard.charts import bar, sparkline
from dagster_project.scoreboard.courses import Courses
from validators.periods import Month

_JUDGED = (Light.GREEN, Light.YELLOW, Light.RED)


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one heading. `above`: a heading over this and the following sections, '' where it was said."""

    above: str
    title: str
    lead: str
    rows: list[dict[str, Any]]


def scoreboard(visit: Visiting, choice: Chosen) -> HTMLResponse:
    """The page."""
    return visit.page("scoreboard.html", **shown(visit, choice), paper=False)


def as_csv(visit: Visiting, choice: Chosen) -> Response:
    """The rows chosen, one line per target, for machines and spreadsheets."""
    board = choice.of(visit.desk.board.board(as_of=choice.as_of, known_on=choice.known_on))
    name = f"xushi-{board.as_of.text}.csv"
    visit.record(Deed.EXPORTED, "scoreboard", format="csv", as_of=board.as_of.text, targets=len(board.rows))
    # Excel takes a CSV without this mark for GB18030.
    return Response(
        "\ufeff" + to_csv(board),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def as_pdf(visit: Visiting, choice: Chosen) -> Response:
    """The page as a PDF; where the libraries for it are missing, a page that names them."""
    values = shown(visit, choice)
    try:
        document = visit.desk.press.pdf(visit.render("scoreboard.html", **values, paper=True))
    except NoTypesetterError:
        message = visit.say.text("scoreboard.pdf.missing", packages=PACKAGES)
        return refusal(visit.request, 503, "no_typesetter", message)
    board = values["board"]
    name = f"xushi-{board.as_of.text}.pdf"
    visit.record(Deed.EXPORTED, "scoreboard", format="pdf", as_of=board.as_of.text, targets=len(board.rows))
    return Response(
        document, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def shown(visit: Visit, choice: Choice) -> dict[str, Any]:
    """What the template is given."""
    keeper = visit.desk.board
    whole = keeper.board(as_of=choice.as_of, known_on=choice.known_on)
    judgement = keeper.judgement(as_of=choice.as_of, known_on=choice.known_on)
    board = choice.of(whole)
    courses = Courses.of(judgement.actuals, judgement.paths, judgement.fans, judgement.as_of)
    newest = keeper.current().judgement.as_of
    first = Month(min(document.year for document in visit.desk.catalogue.documents.values()), 1)
    return {
        "board": board,
        "choice": choice,
        "sections": list(_sections(visit, board, choice, courses)),
        "summary": list(_summary(visit, board)),
        "parts": len(board.rows) - board.totals()["targets"],
        "lights": LIGHTS,
        "months": [Month.from_ordinal(one) for one in range(newest.ordinal, first.ordinal - 1, -1)],
        "owners": _owners(visit, whole),
        "no_figures": not (whole.rows["period"] != "").any(),
        "judged": _JUDGED,
        "query": visit.request.url.query,
    }


def _sections(visit: Visit, board: Board, choice: Choice, courses: Courses) -> Iterator[Section]:
    say, catalogue = visit.say, visit.desk.catalogue
    if choice.by == "department":
        for owner, rows in board.rows.groupby("owner", sort=False):
            name = say.words(catalogue.departments[str(owner)].name)
            yield Section("", name, "", _rows(visit, rows, courses))
        return
    said = ""
    for group in board.groups():
        document = catalogue.documents[group.document]
        chapter = document.chapters[group.chapter]
        title = say.text("scoreboard.chapter", number=say.chapter(group.chapter), title=say.words(chapter.title))
        lead = say.words(catalogue.departments[chapter.lead].name) if chapter.lead else ""
        above = say.words(document.title) if group.document != said else ""
        said = group.document
        yield Section(above, title, lead, _rows(visit, group.rows, courses))


def _rows(visit: Visit, rows: pd.DataFrame, courses: Courses) -> list[dict[str, Any]]:
    """Each row with its pictures; drawing is done row by row."""
    found = []
    for record in rows.to_dict("records"):
        row = {str(name): value for name, value in record.items()}
        row["spark"] = sparkline(courses.chart(row, visit.desk.catalogue, visit.say))
        row["bar"] = bar(row["attainment_ratio"], row["expected_ratio"], light=row["light"])
        row["late"] = int(row["lag_months"]) if row["period"] and pd.notna(row["lag_months"]) else 0
        found.append(row)
    return found


def _summary(visit: Visit, board: Board) -> Iterator[tuple[str, dict[str, int]]]:
    """Counts of lights by document and altogether."""
    documents = [key for key in visit.desk.catalogue.documents if (board.rows["document"] == key).any()]
    for document in documents:
        title = visit.say.words(visit.desk.catalogue.documents[document].title)
        yield title, board.select(document=document).totals()
    if len(documents) > 1:
        yield visit.say.text("scoreboard.total"), board.totals()


def _owners(visit: Visit, board: Board) -> list[tuple[str, str]]:
    """Departments that answer for something, by their names."""
    lists = board.rows["responsible"].str.split(";").explode()
    keys = sorted({*lists, *board.rows["lead"]} - {""})
    named = [(key, visit.say.words(visit.desk.catalogue.departments[key].name)) for key in keys]
    order = list(visit.desk.catalogue.departments)
    return sorted(named, key=lambda pair: order.index(pair[0]))


ROUTES = (
    Route(
        "GET",
        "/scoreboard",
        scoreboard,
        action="view_scoreboard",
        opened_by="public_scoreboard",
        nav="nav.scoreboard",
    ),
    Route("GET", "/scoreboard.csv", as_csv, action="export", opened_by="public_scoreboard"),
    Route("GET", "/scoreboard.pdf", as_pdf, action="export", opened_by="public_scoreboard"),
)
