"""Uploads for programs: hand in, look up, release, withdraw.

    curl -H "Authorization: Bearer $XUSHI_TOKEN" -F file=@外贸.xlsx https://host/api/v1/uploads

Belongs here: the routes. Does not belong here: shapes (`answers.py`), the steps (`intake`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import File, Form, HTTPException, Path, Query, UploadFile
from pydantic import BaseModel, StringConstraints
from starlette.responses import Response

from dagster_project.intake import Hints
from dagster_project.intake import State as Ended
from dagster_project.portal.api.answers import FindingAnswer, OutcomeAnswer, UploadAnswer, UploadReport
from dagster_project.portal.api.moments import DayOrMoment, Moment, aware
from dagster_project.portal.pages import uploads as pages
from dagster_project.portal.pages.hand_in import XLSX
from dagster_project.portal.route import Route
from dagster_project.portal.said import UnknownWordError, hints
from dagster_project.portal.visit import Visit, Visiting
from dagster_project.store import State, Upload

_MOST = 500
Number = Annotated[int, Path(ge=1, lt=2**31)]
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}
_WORKBOOK: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX: {"schema": {"type": "string"}}}}}
_ENTERED: dict[int | str, dict[str, Any]] = {
    200: {"description": "nothing new was entered: a dry run, the same file again, or one that is too large to keep"},
    201: {
        "model": OutcomeAnswer,
        "description": "entered in the ledger as an upload, which `state` says to be accepted, pending or rejected",
        "headers": {"Location": {"description": "the upload", "schema": {"type": "string"}}},
    },
}


class Reason(BaseModel):
    """Why something is taken back."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"\S", max_length=1_000)]


def hand_in(
    visit: Visiting,
    answer: Response,
    file: Annotated[UploadFile, File(description=".xlsx .xls .et .csv")],
    dataset: Annotated[str, Form(description="where the table doesn't say")] = "",
    period: Annotated[str, Form(description="where the table doesn't say")] = "",
    region: Annotated[str, Form(description="where the table doesn't say")] = "",
    status: Annotated[str, Form(pattern="^(preliminary|revised|final)?$")] = "",
    published: Annotated[
        DayOrMoment | None, Form(description="day or moment of publication; the figures are known since")
    ] = None,
    embargo_until: Annotated[Moment | None, Form(description="not to be published before")] = None,
    dry_run: Annotated[Literal["true", "false"], Form(description="check only; nothing is kept")] = "false",
) -> OutcomeAnswer:
    """Hand in one file: it is stored as a whole, or not at all.

    What it is about is held against the roles of the token after it has been read and before anything is kept: a file
    with several datasets needs the role for each. Whether it was stored is said by `state` and `good`, not by the
    status code."""
    zone = visit.desk.settings.zone
    since = aware(published, zone) if isinstance(published, datetime) else published
    said = _said(visit, dataset=dataset, period=period, region=region, status=status, published=since)
    until = None if embargo_until is None else aware(embargo_until, zone)
    data = file.file.read(visit.desk.settings.max_upload_bytes + 1)
    intake, now, name = visit.desk.intake, visit.desk.now(), file.filename or "upload"
    rehearsed = intake.submit(data, name, by=visit.user, now=now, hints=said, embargo_until=until, dry_run=True)
    for one in rehearsed.datasets or (None,):
        visit.require("hand_in", one)
    if dry_run == "true":
        return OutcomeAnswer.of(rehearsed)
    outcome = intake.submit(data, name, by=visit.user, now=now, hints=said, embargo_until=until)
    if outcome.upload is not None and outcome.state is not Ended.DUPLICATE:
        visit.desk.board.refresh()
        answer.status_code = 201
        first = outcome.parts[0] if outcome.parts else outcome
        answer.headers["Location"] = f"/api/v1/uploads/{first.upload}"
    return OutcomeAnswer.of(outcome)


def uploads(
    visit: Visiting,
    dataset: Annotated[str, Query()] = "",
    state: Annotated[State | None, Query()] = None,
    before: Annotated[int | None, Query(ge=1, lt=2**31, description="older than this number")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 50,
) -> list[UploadAnswer]:
    """The uploads of the datasets that the caller may see, newest first."""
    _said(visit, dataset=dataset)
    return [UploadAnswer.of(one) for one in pages.rows(visit, dataset, state, before, limit)[0]]


def upload(visit: Visiting, number: Number) -> UploadReport:
    """One upload with its findings."""
    return _report(pages.seen(visit, number))


def file(visit: Visiting, number: Number) -> Response:
    """The bytes as they came."""
    return pages.file(visit, number)


def marked(visit: Visiting, number: Number) -> Response:
    """The workbook with its bad cells coloured and commented."""
    return pages.marked(visit, number)


def approve(visit: Visiting, number: Number) -> UploadReport:
    """Release a pending upload; its uploader can't."""
    pages.approve(visit, number)
    return _report(pages.seen(visit, number))


def decline(visit: Visiting, number: Number, reason: Reason) -> UploadReport:
    """Send a pending upload back."""
    pages.decline(visit, number, reason.reason)
    return _report(pages.seen(visit, number))


def withdraw(visit: Visiting, number: Number, reason: Reason) -> UploadReport:
    """Take an accepted upload back; what was believed before is believed again."""
    pages.withdraw(visit, number, reason.reason)
    return _report(pages.seen(visit, number))


def _report(one: Upload) -> UploadReport:
    findings = one.report.findings if one.report else ()
    return UploadReport(
        **UploadAnswer.of(one).model_dump(), findings=[FindingAnswer.of(finding) for finding in findings]
    )


def _said(visit: Visit, **words: Any) -> Hints:
    try:
        return hints(visit.desk.catalogue, **words)
    except UnknownWordError as error:
        raise HTTPException(422, str(error)) from error


ROUTES = (
    Route("POST", "/api/v1/uploads", hand_in, action="hand_in", api=True, answer=_ENTERED),
    Route("GET", "/api/v1/uploads", uploads, action="view_uploads", api=True),
    Route("GET", "/api/v1/uploads/{number}", upload, action="view_uploads", api=True),
    Route("GET", "/api/v1/uploads/{number}/file", file, action="view_uploads", api=True, answer=_BYTES),
    Route("GET", "/api/v1/uploads/{number}/marked", marked, action="view_uploads", api=True, answer=_WORKBOOK),
    Route("POST", "/api/v1/uploads/{number}/approve", approve, action="approve", api=True),
    Route("POST", "/api/v1/uploads/{number}/decline", decline, action="view_uploads", api=True),
    Route("POST", "/api/v1/uploads/{number}/withdraw", withdraw, action="view_uploads", api=True),
)
