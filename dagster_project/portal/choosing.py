"""Which rows of the scoreboard an address asks for.

Belongs here: reading the parameters of the filters, and refusing what nobody has. Does not belong here: rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, HTTPException, Query

from dagster_project.portal.visit import Visiting
from dagster_project.progress import Light
from dagster_project.scoreboard import Board
from validators.errors import PeriodError
from validators.periods import Month, parse_period

BY = ("chapter", "department")
YEARS = range(1900, 2100)  # those of the API; nothing is known of others


@dataclass(frozen=True, slots=True)
class Choice:
    """`section`: '' for all, a document, or 'document.chapter'. None and empty choose all."""

    section: str
    document: str | None
    chapter: int | None
    owner: str | None
    lights: tuple[str, ...]
    as_of: Month | None
    known_on: date | None
    by: str

    def of(self, board: Board) -> Board:
        """The rows chosen."""
        return board.select(owner=self.owner, document=self.document, chapter=self.chapter, lights=self.lights)


def choice(
    visit: Visiting,
    section: Annotated[str, Query(description="document, or document.chapter")] = "",
    owner: Annotated[str, Query(description="department")] = "",
    light: Annotated[Sequence[Light], Query()] = (),
    as_of: Annotated[str, Query(description="month such as 2025-09; the newest with figures")] = "",
    known_on: Annotated[str, Query(description="day such as 2025-07-31; now")] = "",
    by: Annotated[str, Query(pattern="^(chapter|department)?$")] = "",
) -> Choice:
    """What the parameters name. An empty parameter, as a form sends it, chooses all; 400 for names that nobody has."""
    catalogue = visit.desk.catalogue
    document, _, number = section.partition(".")
    if document and document not in catalogue.documents:
        raise _wrong("section", section)
    if number and (not number.isdecimal() or int(number) not in catalogue.documents[document].chapters):
        raise _wrong("section", section)
    if owner and owner not in catalogue.departments:
        raise _wrong("owner", owner)
    try:
        month = parse_period(as_of).last_month if as_of else None
        if month is not None and month.year not in YEARS:
            raise _wrong("as_of", as_of)
    except PeriodError as error:
        raise _wrong("as_of", as_of) from error
    try:
        day = date.fromisoformat(known_on) if known_on else None
    except ValueError as error:
        raise _wrong("known_on", known_on) from error
    return Choice(
        section=section,
        document=document or None,
        chapter=int(number) if number else None,
        owner=owner or None,
        lights=tuple(str(one) for one in light),
        as_of=month,
        known_on=day,
        by=by or BY[0],
    )


Chosen = Annotated[Choice, Depends(choice)]


def _wrong(field: str, found: str) -> HTTPException:
    return HTTPException(400, f"{field}: 没有 / unknown: {found[:80]!r}")
