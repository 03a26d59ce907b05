"""What was handed in: the list, and each upload with its report, its bytes, what it changed, and what may be done.

    GET  /uploads                      newest first, by dataset and state
    GET  /uploads/{number}             one, with findings and changes
    GET  /uploads/{number}/file        the bytes as they came
    GET  /uploads/{number}/marked      the workbook with its bad cells marked
    POST /uploads/{number}/approve     release it (a second person)
    POST /uploads/{number}/decline     send it back
    POST /uploads/{number}/withdraw    take it back: what was believed before is believed again

Belongs here: showing uploads and asking the intake. Does not belong here: who may decide what (`identity`, `intake`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pandas as pd
from fastapi import Form, HTTPException, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dagster_project.identity.audit import Deed
from dagster_project.intake.refusals import asks_for_second
from dagster_project.judgement import lights_if
from dagster_project.portal.changes import Shown, shown_changes, shown_lights, shown_withdrawal
from dagster_project.portal.pages.hand_in import SEVERITIES, download, marked_answer
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visit, Visiting
from dagster_project.store import State, Upload
from validators.errors import StoreError, XushiError
from validators.findings import Report

PAGE = 50
_LOOKED_AT = 200  # at a time
_MOST_FINDINGS = 500
_LONGEST_REASON = 1_000
_IN_FORCE = (State.ACCEPTED, State.SUPERSEDED)


@dataclass(frozen=True)
class Review:
    """What releasing an upload would do now. `figures` and `changes` are None where it would be rejected."""

    report: Report
    figures: pd.DataFrame | None
    changes: Shown | None
    lights: tuple[dict[str, Any], ...]


def uploads(
    visit: Visiting,
    dataset: Annotated[str, Query()] = "",
    state: Annotated[State | None, Query()] = None,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> HTMLResponse:
    """The uploads that the visitor may see, newest first."""
    catalogue = visit.desk.catalogue
    if dataset and dataset not in catalogue.datasets:
        raise HTTPException(400, f"dataset: 没有 / unknown: {dataset[:80]!r}")
    found, more = rows(visit, dataset, state, before, PAGE)
    return visit.page(
        "uploads.html",
        rows=[(one, waiting_for(visit, one)) for one in found],
        more=found[-1].id if more and found else None,
        dataset=dataset,
        state=state,
        states=list(State),
        datasets=[(key, visit.say.words(one.title)) for key, one in catalogue.datasets.items()],
    )


def upload(visit: Visiting, number: int, handed_in: bool = False) -> HTMLResponse:
    """One upload. `handed_in`: the visitor comes from confirming it."""
    one = seen(visit, number)
    review = _review(visit, one)
    report = one.report if review is None else review.report
    findings = report.findings if report else ()
    stored = one.state in (*_IN_FORCE, State.WITHDRAWN) and one.known_from is not None
    figures = visit.desk.store.figures_of(number) if stored else None
    by_severity = [finding for severity in SEVERITIES for finding in findings if finding.severity is severity]
    pull = visit.desk.store.pulls.of_upload(number)
    return visit.page(
        "upload.html",
        one=one,
        handed_in=handed_in,
        findings=by_severity[:_MOST_FINDINGS],
        counts={severity: sum(finding.severity is severity for finding in findings) for severity in SEVERITIES},
        most_findings=_MOST_FINDINGS,
        changes=None if figures is None else shown_changes(visit, figures),
        regions=_regions(visit, one, review.figures if review else figures),
        waits=waiting_for(visit, one),
        pull=pull,
        sources_open=pull is not None and _may_see_sources(visit, pull.dataset),
        review=review,
        beside=[
            other
            for other in visit.desk.store.uploads_of(one.sha256)
            if other.id != number and visit.may("view_upload", other.dataset, by=other.received_by)
        ],
        undone=shown_withdrawal(visit, visit.desk.store.withdrawal_of(number)) if one.state in _IN_FORCE else None,
        **_may(visit, one),
    )


def file(visit: Visiting, number: int) -> Response:
    """The bytes as they came, to be saved and never shown."""
    one = seen(visit, number, "download_upload")
    visit.record(Deed.DOWNLOADED, f"upload:{number}", file=one.file_name, sha256=one.sha256)
    return download(visit.desk.archive.get(one.sha256), one.file_name, "application/octet-stream")


def marked(visit: Visiting, number: int) -> Response:
    """The workbook with its findings marked."""
    one = seen(visit, number, "download_upload")
    visit.record(Deed.DOWNLOADED, f"upload:{number}", file=one.file_name, sha256=one.sha256, marked=True)
    findings = one.report.findings if one.report else ()
    return marked_answer(visit, visit.desk.archive.get(one.sha256), one.file_name, findings)


def approve(visit: Visiting, number: int) -> RedirectResponse:
    """Release a pending upload."""
    one = seen(visit, number)
    visit.require("approve", one.dataset, by=one.received_by)
    visit.desk.intake.approve(number, by=visit.user, now=visit.desk.now())
    visit.desk.board.refresh()
    return _back(number)


def decline(visit: Visiting, number: int, reason: Annotated[str, Form(max_length=_LONGEST_REASON)]) -> RedirectResponse:
    """Send a pending upload back: by who may release it, or by who handed it in."""
    one = seen(visit, number)
    visit.require("cancel" if one.received_by == visit.user else "approve", one.dataset, by=one.received_by)
    visit.desk.intake.decline(number, by=visit.user, reason=_reason(visit, reason), now=visit.desk.now())
    return _back(number)


def withdraw(
    visit: Visiting, number: int, reason: Annotated[str, Form(max_length=_LONGEST_REASON)]
) -> RedirectResponse:
    """Take an accepted upload back."""
    one = seen(visit, number)
    visit.require("withdraw", one.dataset, by=_undoer(visit, one))
    visit.desk.intake.withdraw(number, by=visit.user, reason=_reason(visit, reason), now=visit.desk.now())
    visit.desk.board.refresh()
    return _back(number)


def seen(visit: Visit, number: int, action: str = "view_upload") -> Upload:
    """The upload, if the visitor may see it; 404 where there is none."""
    if number not in range(1, 2**31):
        raise HTTPException(404)
    try:
        found = visit.desk.store.upload(number)
    except StoreError as error:
        raise HTTPException(404) from error
    visit.require(action, found.dataset, by=found.received_by)
    return found


def rows(visit: Visit, dataset: str, state: State | None, before: int | None, most: int) -> tuple[list[Upload], bool]:
    """The newest uploads, older than `before`, that the visitor may see, and whether there are more."""
    seen_ones: list[Upload] = []
    while len(seen_ones) <= most:
        found = visit.desk.store.uploads(state, dataset or None, before_id=before, newest_first=True, limit=_LOOKED_AT)
        seen_ones += [one for one in found if visit.may("view_upload", one.dataset, by=one.received_by)]
        if len(found) < _LOOKED_AT:
            break
        before = found[-1].id
    return seen_ones[:most], len(seen_ones) > most


def waiting_for(visit: Visit, one: Upload) -> str:
    """How its state is called: approval or embargo for one that waits, by what it waits for; else its state."""
    if one.state is not State.PENDING:
        return one.state.value
    asked = asks_for_second(one, visit.desk.catalogue.datasets.get(one.dataset))
    return "approval" if asked and not one.approved_by else "embargo"


def _review(visit: Visit, one: Upload) -> Review | None:
    """What releasing a pending upload would do by what is stored now; None where there is nothing to release, or it
    can't be read: the decision itself says why."""
    if one.state is not State.PENDING:
        return None
    try:
        outcome = visit.desk.intake.review(one.id, now=visit.desk.now())
    except XushiError:
        return None
    if outcome.changes is None:
        return Review(outcome.report, None, None, ())
    lights = lights_if(visit.desk.catalogue, visit.desk.store, outcome.changes)
    return Review(outcome.report, outcome.changes, shown_changes(visit, outcome.changes), shown_lights(visit, lights))


def _regions(visit: Visit, one: Upload, figures: pd.DataFrame | None) -> list[str]:
    """The regions that it is about, in the order of the catalogue, as far as they are known."""
    there = {one.region} if figures is None else set(figures["region"])
    return [visit.say.words(region.name) for code, region in visit.desk.catalogue.regions.items() if code in there]


def _may_see_sources(visit: Visit, dataset: str) -> bool:
    """Whether the page of a dataset's sources is there for the visitor: what a source of one dataset delivered may be
    an upload of another, and a dataset may have left the catalogue since."""
    return dataset in visit.desk.catalogue.datasets and visit.may("view_upload", dataset)


def _may(visit: Visit, one: Upload) -> dict[str, Any]:
    """What the visitor may do with the upload as it stands."""
    pending, stored = one.state is State.PENDING, one.state in _IN_FORCE
    own = one.received_by == visit.user
    return {
        "may_approve": waiting_for(visit, one) == "approval" and visit.may("approve", one.dataset, by=one.received_by),
        "may_decline": pending and visit.may("cancel" if own else "approve", one.dataset, by=one.received_by),
        "may_withdraw": stored and visit.may("withdraw", one.dataset, by=_undoer(visit, one)),
        "may_download": visit.may("download_upload", one.dataset, by=one.received_by),
    }


def _undoer(visit: Visit, one: Upload) -> str | None:
    """Whose the upload is when it comes to undoing it: nobody's where two people decided."""
    dataset = visit.desk.catalogue.datasets.get(one.dataset)
    return None if dataset is not None and dataset.approval else one.received_by


def _reason(visit: Visit, reason: str) -> str:
    if not reason.strip():
        raise HTTPException(400, visit.say.text("upload.reason.missing"))
    return reason.strip()


def _back(number: int) -> RedirectResponse:
    return RedirectResponse(f"/uploads/{number}", status_code=303)


ROUTES = (
    Route("GET", "/uploads", uploads, action="view_uploads", nav="nav.uploads"),
    Route("GET", "/uploads/{number}", upload, action="view_uploads"),
    Route("GET", "/uploads/{number}/file", file, action="view_uploads"),
    Route("GET", "/uploads/{number}/marked", marked, action="view_uploads"),
    Route("POST", "/uploads/{number}/approve", approve, action="approve"),
    Route("POST", "/uploads/{number}/decline", decline, action="view_uploads"),
    Route("POST", "/uploads/{number}/withdraw", withdraw, action="view_uploads"),
)
