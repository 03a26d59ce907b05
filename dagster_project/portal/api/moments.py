"""Days and moments as programs say them: ISO 8601, and nothing that could be meant otherwise.

Pydantic alone takes a bare number for seconds since 1970, so that 20250418 would be a day of August 1970.
Belongs here: the types of such parameters. Does not belong here: what they are for.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import HTTPException
from pydantic import BeforeValidator, TypeAdapter

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(text: object) -> object:
    if isinstance(text, str) and _DAY.fullmatch(text) is None:
        raise ValueError("应写作 / write it as 2025-04-18")
    return text


def _moment(text: object) -> object:
    if isinstance(text, str) and _DAY.match(text) is None:
        raise ValueError("应写作 / write it as 2025-04-18T09:30:00+08:00")
    return text


def _day_or_moment(text: object) -> object:
    if isinstance(text, str):
        return date.fromisoformat(text) if _DAY.fullmatch(text) else _MOMENT.validate_python(_moment(text))
    return text


_MOMENT = TypeAdapter(datetime)
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
DayOrMoment = Annotated[date | datetime, BeforeValidator(_day_or_moment)]


def aware(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment in the zone of the installation where it says none; 422 for the ends of the calendar, which are in no
    year everywhere."""
    try:
        said = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        said.astimezone(UTC), said.astimezone(zone)
    except OverflowError as error:
        raise HTTPException(422, f"没有这一时刻 / no such moment: {moment}") from error
    return said
