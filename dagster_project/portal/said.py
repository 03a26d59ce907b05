"""What somebody says about a file that is handed in, by the form or by the API.

Belongs here: which words are known. Does not belong here: how a page or the API answers an unknown one.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime

from dagster_project.intake import Hints
from validators.catalogue import Catalogue
from validators.columns import STATUSES
from validators.errors import PeriodError
from validators.periods import parse_period


class UnknownWordError(ValueError):
    """`field` says something that is not known: `found`, at most 80 characters of it."""

    def __init__(self, field: str, found: str) -> None:
        self.field, self.found = field, found[:80]
        super().__init__(f"{field}: 没有 / unknown: {self.found!r}")


def hints(
    catalogue: Catalogue,
    *,
    dataset: str = "",
    period: str = "",
    region: str = "",
    status: str = "",
    published: date | datetime | str | None = None,
) -> Hints:
    """The words as hints; '' says nothing. `published`: a day, or a moment with its zone. UnknownWordError for the
    first that is not known."""
    known: dict[str, tuple[str, Container[str]]] = {
        "dataset": (dataset, catalogue.datasets),
        "region": (region, catalogue.regions),
        "status": (status, STATUSES),
    }
    for field, (found, words) in known.items():
        if found and found not in words:
            raise UnknownWordError(field, found)
    return Hints(
        dataset=dataset or None,
        period=_period(period),
        region=region or None,
        status=status or None,
        published=_day(published) if isinstance(published, str) else published,
    )


def _period(text: str) -> str | None:
    try:
        return parse_period(text).text if text else None
    except PeriodError as error:
        raise UnknownWordError("period", text) from error


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UnknownWordError("published", text) from error
