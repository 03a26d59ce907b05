"""The requests of the connector `http`: its URL template filled in for what is wanted, each address once.

Belongs here: placeholders, which periods and regions a request is for, how what is known of it is remembered. Does not
belong here: asking (`http_client.py`), reading answers (`http.py`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import quote

from dagster_project.sources.connector import Request
from dagster_project.sources.http_options import HttpOptions
from dagster_project.sources.web_request import Ask
from dagster_project.sources.web_words import is_secret_name, origin
from validators.periods import Month, Period, Quarter

PLACEHOLDERS = ("year", "month", "month2", "quarter", "period", "region")

_NAMED = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")

_ACCEPT = {"json": "application/json, */*;q=0.1", "csv": "text/csv, text/plain, */*;q=0.1", "file": "*/*"}


@dataclass(frozen=True)
class Wanted:
    """A request and what it is for. `single` says that its address alone names one period."""

    ask: Ask
    periods: tuple[Period, ...]
    regions: tuple[str, ...]
    single: bool

    def key(self, options: HttpOptions) -> str:
        """Under which name an ETag is remembered: another address, other periods or regions of the same one, or
        another reading of the answer have another."""
        params = [(name, "" if is_secret_name(name) else value) for name, value in self.ask.params]
        body = hashlib.sha256(self.ask.body or b"").hexdigest()
        columns = options.columns.model_dump_json() if options.columns else ""
        whole = [[period.text for period in self.periods], list(self.regions)]
        told = [origin(self.ask.url), params, body, options.format, options.rows, columns, whole]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def fields(period: Period, region: str) -> dict[str, str]:
    """What the placeholders stand for: `month` 3, `month2` 03, `period` 2025-03; a quarter's month is its last."""
    last = period.last_month
    quarter = period.quarter if isinstance(period, Quarter) else (last.month + 2) // 3
    texts = (str(period.year), str(last.month), f"{last.month:02d}", str(quarter), period.text, region)
    return dict(zip(PLACEHOLDERS, texts, strict=True))


def filled(template: str, values: dict[str, str], write: Callable[[str], str] = str) -> str:
    """The template with its placeholders filled in; any other brace stays as it is."""
    return _NAMED.sub(lambda match: write(values[match[1]]), template)


def wanted(options: HttpOptions, request: Request) -> list[Wanted]:
    """A request for each address, in the order of the periods."""
    theirs = {ours: text for text, ours in reversed((options.columns.regions if options.columns else {}).items())}
    theirs |= options.regions
    asks: dict[tuple[Ask, str], tuple[list[Period], list[str]]] = {}
    for period in request.periods:
        for region in request.regions:
            ask = _ask(options, fields(period, theirs.get(region, region)))
            periods, regions = asks.setdefault((ask, region if options.names("region") else ""), ([], []))
            periods += [period] if period not in periods else []
            regions += [region] if region not in regions else []
    return [
        Wanted(ask, tuple(periods), tuple(regions), _names_period(options, periods))
        for (ask, _), (periods, regions) in asks.items()
    ]


def _ask(options: HttpOptions, values: dict[str, str]) -> Ask:
    headers = {"Accept": _ACCEPT[options.format]} | options.headers
    if options.method == "POST":
        headers = {"Content-Type": options.body_type} | headers
    return Ask(
        url=filled(options.url, values, lambda text: quote(text, safe="")),
        method=options.method,
        params=_pairs((name, filled(value, values)) for name, value in options.params.items()),
        headers=_pairs(headers.items()),
        body=filled(options.body, values).encode() if options.method == "POST" else None,
        answers=options.absent,
    )


def _pairs(items: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(items)


def _names_period(options: HttpOptions, periods: list[Period]) -> bool:
    """Whether the address says which one period it is of, not just its year."""
    if len(periods) != 1:
        return False
    if options.names("period"):
        return True
    monthly, quarterly = options.names("month") or options.names("month2"), options.names("quarter")
    if isinstance(periods[0], Month):
        return options.names("year") and monthly
    return options.names("year") and (not isinstance(periods[0], Quarter) or quarterly or monthly)
