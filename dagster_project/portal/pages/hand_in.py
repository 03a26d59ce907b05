"""Handing in: drop files, see what they would do, confirm or cancel.

    GET  /hand-in                                the form, and what waits
    POST /hand-in                                files -> a batch, which is rehearsed in the background
    GET  /hand-in/{batch}                        every file with its findings and what it would change
    GET  /hand-in/{batch}/{number}               the same of one file, as a part of a page: what the script polls
    POST /hand-in/{batch}/{number}/confirm       publish it, if it would still do what was shown
    POST /hand-in/{batch}/{number}/cancel        forget it; nothing stays
    GET  /hand-in/{batch}/{number}/marked        the workbook with its bad cells marked

Belongs here: the steps between the form and the intake. Does not belong here: reading and checking (`intake`), keeping
files (`staging.py`), running rehearsals (`rehearsal.py`).
"""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYetError
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import File, Form, HTTPException, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dagster_project.identity.audit import Deed
from dagster_project.intake import State
from dagster_project.portal import releases
from dagster_project.portal.changes import Shown, shown_changes, shown_lights
from dagster_project.portal.rehearsal import Rehearsal
from dagster_project.portal.route import Route
from dagster_project.portal.said import UnknownWordError
from dagster_project.portal.said import hints as said_hints
from dagster_project.portal.staging import Staged
from dagster_project.portal.visit import Visit, Visiting
from dagster_project.workbooks import mark
from validators.columns import STATUSES
from validators.errors import XushiError
from validators.file_names import safe_name
from validators.findings import Finding, Severity

SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_YEARS = range(1949, 2200)  # of moments; the ends of the calendar are in no year everywhere
_MOST_FILES = 20  # in one go
_MOST_FINDINGS = 200  # shown; the marked workbook has all
_PATIENCE = 0.4  # seconds that a page waits for a rehearsal: most small files are done by then


@dataclass(frozen=True)
class Waiting:
    """A staged file as the page shows it. `rehearsal` is None while it is being read. `barred` are the datasets in it
    that the visitor may not hand in; `findings` are the first of each severity."""

    staged: Staged
    rehearsal: Rehearsal | None
    barred: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    counts: dict[Severity, int] | None = None
    changes: Shown | None = None
    lights: tuple[dict[str, Any], ...] = ()

    @property
    def state(self) -> str:
        """reading, failed, or the state of the outcome."""
        if self.rehearsal is None:
            return "reading"
        return "failed" if self.rehearsal.outcome is None else self.rehearsal.outcome.state.value

    @property
    def confirmable(self) -> bool:
        """Whether it can be published as it is."""
        outcome = self.rehearsal.outcome if self.rehearsal else None
        return outcome is not None and outcome.state is State.PASSED and not self.barred


def form(visit: Visiting) -> HTMLResponse:
    """The form, and the batches that wait for a decision."""
    waiting = visit.desk.staging.waiting(by=visit.user, now=visit.desk.now())
    return visit.page("hand_in.html", waiting=waiting, awaited=_awaited(visit), **_choices(visit))


def drop(
    visit: Visiting,
    files: Annotated[list[UploadFile], File()],
    dataset: Annotated[str, Form()] = "",
    period: Annotated[str, Form()] = "",
    region: Annotated[str, Form()] = "",
    status: Annotated[str, Form()] = "",
    published: Annotated[str, Form()] = "",
    embargo: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Keep the files and begin to rehearse them."""
    named = [file for file in files if file.filename]
    if not named:
        raise HTTPException(400, visit.say.text("hand_in.no_file"))
    if len(named) > _MOST_FILES:
        raise HTTPException(400, visit.say.text("hand_in.too_many", most=_MOST_FILES))
    said = {"dataset": dataset, "period": period, "region": region, "status": status, "published": published}
    try:
        hints = said_hints(visit.desk.catalogue, **said)
    except UnknownWordError as error:
        raise _wrong(visit, error.field, error.found) from error
    limit = visit.desk.settings.max_upload_bytes
    # One byte more than allowed is enough to be refused by the intake in its own words.
    contents = [(safe_name(file.filename or ""), file.file.read(limit + 1)) for file in named]
    now = visit.desk.now()
    kept = visit.desk.staging.put(contents, by=visit.user, at=now, hints=hints, embargo=moment_of(visit, embargo))
    visit.record(Deed.DROPPED, f"batch:{kept[0].batch}", files=[staged.file for staged in kept])
    for staged in kept:
        visit.desk.rehearsals.begin(staged, now=now)
    return RedirectResponse(f"/hand-in/{kept[0].batch}", status_code=303)


def batch(visit: Visiting, batch: str, moved: bool = False) -> HTMLResponse:
    """Every file of a batch that waits. `moved`: the last confirmation was refused since the figures had changed."""
    found = visit.desk.staging.batch(batch, by=visit.user, now=visit.desk.now())
    waiting = [_look(visit, staged) for staged in found]
    return visit.page("hand_in_batch.html", batch=batch, waiting=waiting, moved=moved, **_said())


def part(visit: Visiting, batch: str, number: int) -> HTMLResponse:
    """One file as a part of the page; 202 while it is being read."""
    one = visit.desk.staging.one(batch, number, by=visit.user, now=visit.desk.now())
    waiting = _look(visit, one)
    return visit.page("hand_in_file.html", 202 if waiting.rehearsal is None else 200, one=waiting, **_said())


def confirm(visit: Visiting, batch: str, number: int, digest: Annotated[str, Form()]) -> RedirectResponse:
    """Publish a file, if it would still change what was shown; else show anew what it would change."""
    desk, now = visit.desk, visit.desk.now()
    staged = desk.staging.one(batch, number, by=visit.user, now=now)
    rehearsed = desk.rehearsals.confirmed(staged, digest, now=now)
    if rehearsed is None:
        return RedirectResponse(f"/hand-in/{batch}?moved=true", status_code=303)
    for dataset in rehearsed.datasets:
        visit.require("hand_in", dataset)
    data = desk.staging.take(staged)
    try:
        outcome = desk.intake.submit(
            data, staged.file, by=visit.user, now=now, hints=staged.hints, embargo_until=staged.embargo
        )
    except XushiError:
        desk.staging.give_back(staged)
        raise
    desk.staging.drop(staged)
    desk.rehearsals.forget(staged)
    desk.board.refresh()
    first = outcome.parts[0] if outcome.parts else outcome  # its page names the others
    return RedirectResponse(f"/uploads/{first.upload}?handed_in=true", status_code=303)


def cancel(visit: Visiting, batch: str, number: int) -> RedirectResponse:
    """Forget a file."""
    desk, now = visit.desk, visit.desk.now()
    staged = desk.staging.one(batch, number, by=visit.user, now=now)
    desk.staging.drop(staged)
    desk.rehearsals.forget(staged)
    visit.record(Deed.CANCELLED, f"batch:{batch}", file=staged.file)
    left = any(one[0].batch == batch for one in desk.staging.waiting(by=visit.user, now=now))
    return RedirectResponse(f"/hand-in/{batch}" if left else "/hand-in", status_code=303)


def marked(visit: Visiting, batch: str, number: int) -> Response:
    """The workbook with its findings marked."""
    desk, now = visit.desk, visit.desk.now()
    staged = desk.staging.one(batch, number, by=visit.user, now=now)
    rehearsal = desk.rehearsals.begin(staged, now=now).result()
    findings = rehearsal.outcome.report.findings if rehearsal.outcome else ()
    return marked_answer(visit, desk.staging.data(staged), staged.file, findings)


def marked_answer(visit: Visit, data: bytes, file: str, findings: tuple[Finding, ...]) -> Response:
    """The marked workbook as a download."""
    settings = visit.desk.settings
    made = mark(data, file, findings, max_bytes=settings.max_upload_bytes, max_cells=settings.max_cells)
    return download(made.data, made.name, XLSX)


def download(data: bytes, name: str, kind: str) -> Response:
    """Bytes to be saved, never shown, under a name in any script."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(data, media_type=kind, headers=headers)


def moment_of(visit: Visit, text: str) -> datetime | None:
    """A moment as a form sends it (2025-04-18T09:30), in the zone of the installation; None for ''."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise _wrong(visit, "embargo", text) from error
    if found.year not in _YEARS:
        raise _wrong(visit, "embargo", text)
    return found if found.tzinfo else found.replace(tzinfo=visit.desk.settings.zone)


def _wrong(visit: Visit, field: str, found: str) -> HTTPException:
    return HTTPException(
        400, visit.say.text("hand_in.wrong", field=visit.say.text(f"hand_in.{field}"), found=found[:80])
    )


def _look(visit: Visit, staged: Staged) -> Waiting:
    """The file with as much of its rehearsal as there is."""
    rehearsal = _soon(visit.desk.rehearsals.begin(staged, now=visit.desk.now()))
    outcome = rehearsal.outcome if rehearsal else None
    if outcome is None:
        return Waiting(staged, rehearsal)
    findings = outcome.report.findings
    few = tuple(one for severity in SEVERITIES for one in findings if one.severity is severity)[:_MOST_FINDINGS]
    lights = rehearsal.lights if rehearsal else None
    return Waiting(
        staged,
        rehearsal,
        barred=tuple(dataset for dataset in outcome.datasets if not visit.may("hand_in", dataset)),
        findings=few,
        counts={severity: outcome.report.count(severity) for severity in SEVERITIES},
        changes=None if outcome.changes is None else shown_changes(visit, outcome.changes),
        lights=shown_lights(visit, lights),
    )


def _soon(running: Future[Rehearsal]) -> Rehearsal | None:
    try:
        return running.result(timeout=_PATIENCE)
    except NotYetError:
        return None


def _awaited(visit: Visit) -> list[tuple[releases.Release, tuple[releases.Release, ...]]]:
    """What is due next of the datasets that the visitor may hand in."""
    desk = visit.desk
    zone = desk.settings.zone
    found = releases.awaited(desk.catalogue, desk.store.releases(), desk.now().astimezone(zone).date(), zone)
    return [pair for pair in found if visit.may("hand_in", pair[0].dataset)]


def _said() -> dict[str, Any]:
    return {"severities": SEVERITIES, "most_findings": _MOST_FINDINGS}


def _choices(visit: Visit) -> dict[str, Any]:
    """What the fields of the form offer: the datasets that the visitor may hand in, all regions."""
    catalogue, say = visit.desk.catalogue, visit.say
    return {
        "datasets": [
            (key, say.words(dataset.title)) for key, dataset in catalogue.datasets.items() if visit.may("hand_in", key)
        ],
        "regions": [(code, say.words(region.name)) for code, region in catalogue.regions.items()],
        "statuses": STATUSES,
        "most_bytes": visit.desk.settings.max_upload_bytes,
        "most_files": _MOST_FILES,
    }


ROUTES = (
    Route("GET", "/hand-in", form, action="hand_in", nav="nav.hand_in"),
    Route("POST", "/hand-in", drop, action="hand_in"),
    Route("GET", "/hand-in/{batch}", batch, action="hand_in"),
    Route("GET", "/hand-in/{batch}/{number}", part, action="hand_in"),
    Route("POST", "/hand-in/{batch}/{number}/confirm", confirm, action="hand_in"),
    Route("POST", "/hand-in/{batch}/{number}/cancel", cancel, action="hand_in"),
    Route("GET", "/hand-in/{batch}/{number}/marked", marked, action="hand_in"),
)
