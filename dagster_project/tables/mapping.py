"""A reading onto the catalogue: tidy cells become observations, and what can't become one is said.

Belongs here: the order of the steps, and what a whole file or table lacks. Does not belong here: names (`matching.py`),
whose table it is (`recognition.py`), array work over cells (`observed.py`). Nothing is guessed: what isn't certain is a
finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from dagster_project.tables import mapping_findings as say
from dagster_project.tables import share_findings
from dagster_project.tables.columns import as_found
from dagster_project.tables.header_words import Role
from dagster_project.tables.long_mapping import long_parts
from dagster_project.tables.mapped import Mapped, no_observations, observations_of, span
from dagster_project.tables.observed import (
    ACCUMULATING,
    assigned,
    converted,
    each,
    kinds_of,
    with_meanings,
    with_periods,
    without_repetitions,
)
from dagster_project.tables.reading import Reading
from dagster_project.tables.recognition import find_status
from dagster_project.tables.shares import Share, share_out
from validators.catalogue import Cadence, Catalogue, Kind, Measure, Pace
from validators.findings import Finding, Severity
from validators.periods import Year, month_ordinals, parse_period

# Months by which one region's figures may come after another's in the same file.
_LAG = {Cadence.MONTHLY: 2, Cadence.QUARTERLY: 6, Cadence.ANNUAL: 12}
_DECEMBER = 11  # a month's ordinal counts twelve to the year, from January
_FEW = 5  # rows of a table that are called unknown one by one; more are listed in one finding
_ROWS_SAID = ("row_of_other_dataset", "row_of_several_datasets")
_GROWTH = (str(Measure.YOY_MONTH), str(Measure.YOY_YTD))


def to_observations(
    reading: Reading,
    catalogue: Catalogue,
    *,
    dataset: str | None = None,
    period: str | None = None,
    region: str | None = None,
    status: str | None = None,
) -> Mapped:
    """As `by_dataset`, for a file that is to be about one dataset; one about several is an error."""
    parts = by_dataset(reading, catalogue, dataset=dataset, period=period, region=region, status=status)
    if len(parts) == 1:
        return parts[0]
    sheets = {part.dataset: list(part.observations["sheet"].unique()) for part in parts}
    findings = (*reading.findings, share_findings.several_datasets(catalogue, sheets))
    return Mapped(
        "", period or "", period or "", parts[0].status, parts[0].published, no_observations(), tuple(findings)
    )


def by_dataset(
    reading: Reading,
    catalogue: Catalogue,
    *,
    dataset: str | None = None,
    period: str | None = None,
    region: str | None = None,
    status: str | None = None,
) -> tuple[Mapped, ...]:
    """The observations of a file, one part for each dataset that it is about; a single part with dataset '' where none
    is recognised. `dataset` takes one alone; `region` and `status` help where the file is silent; `period` (SDMX, which
    `read_tables` takes too) is checked against what the file says. A table that says in columns of its own what each
    figure is needs neither a title nor a region. Raises PeriodError for a `period` that is none."""
    if period is not None:
        parse_period(period)
    if reading.is_long and (dataset is None or dataset in catalogue.datasets):
        return long_parts(reading, catalogue, dataset=dataset, period=period, status=status)
    shared = share_out(reading, catalogue, dataset=dataset, region=region)
    general = [*reading.findings, *shared.findings]
    if not shared.shares:
        state = status or find_status(reading, reading.tables)
        published = _published(reading, {sheet.name for sheet in reading.sheets})
        nothing = no_observations()
        return (Mapped("", period or "", period or "", state, published, nothing, tuple(general)),)
    said = _findings_of_shares(reading, shared.shares, general)
    parts = [
        _mapped(reading, catalogue, share, own, period=period, status=status)
        for share, own in zip(shared.shares, said, strict=True)
    ]
    return tuple(_with_content(parts))


def _with_content(parts: list[Mapped]) -> list[Mapped]:
    """Without parts that have no figure and no error; what is said in them goes to the first of the others."""
    kept = [part for part in parts if len(part.observations) or _blocked(part)]
    if not kept:
        return parts[:1] if len(parts) == 1 else [_joined(parts)]
    rest = [finding for part in parts if part not in kept for finding in part.findings]
    # What was said about a sheet went to every part of it: once is enough.
    return [replace(kept[0], findings=tuple(dict.fromkeys((*kept[0].findings, *rest)))), *kept[1:]]


def _blocked(part: Mapped) -> bool:
    return any(finding.severity is Severity.ERROR for finding in part.findings)


def _joined(parts: Sequence[Mapped]) -> Mapped:
    """Several datasets' parts, none of which has a figure, as one."""
    findings = dict.fromkeys(finding for part in parts for finding in part.findings)
    return replace(parts[0], findings=tuple(findings))


def _findings_of_shares(reading: Reading, shares: Sequence[Share], general: Sequence[Finding]) -> list[list[Finding]]:
    """What is said about a sheet goes to every share of that sheet, the rest to the first share."""
    sheets = [{reading.tables[index].sheet for index in share.tables} for share in shares]
    anywhere = set().union(*sheets)
    return [
        [one for one in general if one.sheet in own or (index == 0 and one.sheet not in anywhere)]
        for index, own in enumerate(sheets)
    ]


def _published(reading: Reading, sheets: set[str]) -> date | None:
    return max((sheet.published for sheet in reading.sheets if sheet.published and sheet.name in sheets), default=None)


def _mapped(
    reading: Reading,
    catalogue: Catalogue,
    share: Share,
    said: Sequence[Finding],
    *,
    period: str | None,
    status: str | None,
) -> Mapped:
    """One dataset's part. `said`: findings of the file that belong to it."""
    findings = [*said, *share.findings]
    chosen, cells = share.dataset, share.cells
    used = [reading.tables[index] for index in share.tables]
    state = status or find_status(reading, used)
    published = _published(reading, {table.sheet for table in used})
    findings += _contradicting_titles(reading, cells, period)
    if cells.empty:
        return Mapped(chosen, period or "", period or "", state, published, no_observations(), tuple(findings))
    cells = with_meanings(cells, catalogue, chosen)
    findings += _unknown_rows(cells, {(one.sheet, one.cell) for one in said if one.rule in _ROWS_SAID})
    findings += _unknown_columns(cells)
    taken = assigned(cells, catalogue)
    lacking = list(_missing_columns(cells, taken, catalogue, chosen))
    findings += lacking
    findings += _silent_growth(taken)
    found, problems = converted(taken, catalogue)
    findings += problems
    found, problems = with_periods(found, catalogue.datasets[chosen].cadence)
    settled = {finding.sheet for finding in problems}  # the reader has said the same of them, more mildly
    findings = [finding for finding in findings if finding.rule != "period_unknown" or finding.sheet not in settled]
    findings += problems
    filled = found[found["value"].notna()]
    findings += _wrong_period(filled, period)
    findings += _regions_apart(filled, catalogue, chosen)
    findings += _missing_rows(cells, taken, filled, catalogue, chosen, lacking)
    filled, problems = without_repetitions(filled, catalogue)
    findings += problems
    observations = observations_of(filled.assign(status=state))
    first, last = span(observations["period"])
    return Mapped(chosen, first or period or "", last or period or "", state, published, observations, tuple(findings))


def _contradicting_titles(reading: Reading, cells: pd.DataFrame, given: str | None) -> Iterator[Finding]:
    """Tables whose columns are all about one month and whose title names another, unless the period given decides."""
    about = ["table", "sheet", "cell", "period", "column_label"]
    current = cells.loc[(cells["role"] != str(Role.PRIOR)) & (cells["period"] != "") & cells["value"].notna(), about]
    for index, group in current.groupby("table", sort=False):
        months = {parse_period(text).last_month for text in group["period"].unique()}
        month = months.pop()
        if months or (given is not None and parse_period(given).last_month == month):
            continue
        table = reading.tables[int(str(index))]
        found = {title: as_found(title, month.year) for title in table.titles}
        titled = {title: one.period for title, one in found.items() if one and not isinstance(one.period, Year)}
        if titled and month not in {period.last_month for period in titled.values()}:
            title, period = next(iter(titled.items()))
            headers = list(group["column_label"].unique())
            yield say.period_contradiction(
                table.sheet, str(group["cell"].iloc[0]), title, period.text, headers, month.text
            )


def _unknown_rows(cells: pd.DataFrame, said: set[tuple[str, str]]) -> Iterator[Finding]:
    """Rows with figures whose label isn't catalogued, unless something is `said` of them (sheet and cell) already."""
    mask = (cells["level"] == "") & (cells["growth"] == "") & cells["value"].notna()
    if not mask.any():
        return
    unknown = cells[mask]
    unknown = unknown.drop_duplicates(["sheet", "table", "row_label", "parent_label"])
    unknown = unknown[[place not in said for place in zip(unknown["sheet"], unknown["cell"], strict=True)]]
    for _, group in unknown.groupby("table", sort=False):
        plain = group[group["nearest"] == ""]
        for row in each(group if len(plain) <= _FEW else group[group["nearest"] != ""]):
            yield say.row_unknown(row.sheet, row.cell, row.row_label, row.nearest)
        if len(plain) > _FEW:
            first = plain.iloc[0]
            yield share_findings.rows_not_in_catalogue(first["sheet"], first["cell"], list(plain["row_label"]))


def _unknown_columns(cells: pd.DataFrame) -> Iterator[Finding]:
    """Columns of figures whose headers have words that nobody knows."""
    about = cells["role"].isin([str(Role.VALUE), str(Role.GROWTH)]) & ((cells["level"] != "") | (cells["growth"] != ""))
    about &= cells["rest"] != ""
    if not about.any():
        return
    unknown = cells[about]
    for (_, sheet), group in unknown.groupby(["table", "sheet"], sort=False):
        yield say.column_not_recognised(str(sheet), str(group["cell"].iloc[0]), group["column_label"].unique())


def _missing_columns(cells: pd.DataFrame, taken: pd.DataFrame, catalogue: Catalogue, dataset: str) -> Iterator[Finding]:
    """Regions whose rows need a year to date, or a growth, that no column of theirs gives. Tables of several periods
    are exempt: a history has one measure per table."""
    wanted_growth = {
        (key, region)
        for key in catalogue.dataset_indicators[dataset]
        if catalogue.indicators[key].kind is Kind.GROWTH
        for region in catalogue.indicator_regions[key]
    }
    for region, group in cells.groupby("region", sort=False):
        current = group[(group["role"] != str(Role.PRIOR)) & (group["period"] != "")]
        if len(set(current["period"])) > 1:
            continue
        here = taken[taken["region"] == region]
        levels = group.loc[group["level"] != "", "level"]
        sheet = str(group["sheet"].iloc[0])
        headers = list(group["column_label"].unique())
        # A table of nothing but growth, as many are, promises no level.
        unread = (group["role"] == str(Role.OTHER)) & (group["rest"] != "")
        columns = (group["role"] == str(Role.VALUE)) | unread
        accumulate = kinds_of(catalogue, levels).isin(ACCUMULATING).any() and columns.any()
        has_ytd = (here["measure"] == str(Measure.YTD)).any() or _is_january(here)
        if accumulate and not has_ytd:
            yield say.column_missing(sheet, str(region), headers, growth=False)
        rows_with_growth = {(key, str(region)) for key in group["growth"].unique() if key}
        if rows_with_growth & wanted_growth and not here["measure"].isin(_GROWTH).any():
            yield say.column_missing(sheet, str(region), headers, growth=True)


def _is_january(taken: pd.DataFrame) -> bool:
    """Whether the table is about January alone, whose month is its year to date."""
    months = taken.loc[taken["measure"] == str(Measure.MONTH), "period"]
    return bool(len(months)) and bool(months.str.endswith("-01").all())


def _silent_growth(taken: pd.DataFrame) -> Iterator[Finding]:
    silent = (taken["role"] == str(Role.GROWTH)) & (taken["from_measure"] == "") & taken["value"].notna()
    if not silent.any():
        return
    for sheet, group in taken[silent].groupby("sheet", sort=False):
        yield say.growth_taken_as_cumulative(str(sheet), group["column_label"].unique())


def _wrong_period(filled: pd.DataFrame, given: str | None) -> Iterator[Finding]:
    """The file's latest period must be the one given; in a history the one given must be among them."""
    if given is None or filled.empty:
        return
    periods = set(filled["period"].unique())
    _, last = span(filled["period"])
    if last != given and (given not in periods or len(periods) <= 2):
        latest = filled[filled["period"] == last].iloc[0]
        yield say.wrong_period(str(latest["sheet"]), str(latest["cell"]), last, given)


def _regions_apart(filled: pd.DataFrame, catalogue: Catalogue, dataset: str) -> Iterator[Finding]:
    """Regions whose only period lies far from that of the others in the file: a year that was mistyped, since a region
    may lag by one release or two, not by more. A file with several periods of a region is a history."""
    if filled.empty:
        return
    lag = _LAG[catalogue.datasets[dataset].cadence]
    ordinals = month_ordinals(filled["period"])
    if ordinals.min() >= ordinals.max() - lag:
        return
    months = filled.assign(month=ordinals)
    spans = months.groupby("region", sort=False)["month"].agg(["min", "max"])
    if (spans["min"] < spans["max"]).any():
        return
    latest = months[months["month"] == months["month"].max()].iloc[0]
    for row in each(months[months["month"] < latest["month"] - lag].drop_duplicates("region")):
        others = (str(latest["region"]), str(latest["period"]))
        yield say.regions_apart(catalogue, row.sheet, row.cell, row.region, row.period, others)


def _missing_rows(
    cells: pd.DataFrame,
    taken: pd.DataFrame,
    filled: pd.DataFrame,
    catalogue: Catalogue,
    dataset: str,
    lacking: Sequence[Finding],
) -> Iterator[Finding]:
    """Indicators that a region needs, in regions that the file has. In a table of several periods none is missed (a
    series may be younger than the table), nor before December one that is known once a year, nor one whose figure is
    there but in no column (`lacking`, said already) or in a unit that contradicts."""
    months = month_ordinals(filled["period"]) if len(filled) else np.array([], dtype=np.int64)
    if len(np.unique(months)) > 1:
        return
    early = bool((months % 12 != _DECEMBER).any())
    stated = taken[taken["value"].notna()]
    there = set(zip(stated["indicator"], stated["region"], strict=True))
    rows_with_figures = cells[cells["value"].notna()]
    for finding in lacking:
        column = "growth" if finding.expected == say.GROWTH_COLUMN else "level"
        here = rows_with_figures[rows_with_figures["region"] == finding.region]
        there |= {(key, finding.region) for key in here[column].unique()}
    first = taken[["indicator", "region", "sheet", "cell"]].drop_duplicates(["indicator", "region"])
    rows = {(row.indicator, row.region): row for row in each(first)}
    regions = set(cells["region"].unique())
    for key in catalogue.dataset_indicators[dataset]:
        for region in catalogue.indicator_regions[key]:
            if region in regions and (key, region) not in there and not (early and _is_yearly(catalogue, key, region)):
                row = rows.get((key, region))
                sheet, cell = ("", "") if row is None else (row.sheet, row.cell)
                yield say.row_missing(catalogue, key, region, sheet=sheet, cell=cell)


def _is_yearly(catalogue: Catalogue, indicator: str, region: str) -> bool:
    """Whether every target on the figure waits for the year's end."""
    paces = {t.pace for t in catalogue.targets.values() if (t.indicator, t.region) == (indicator, region)}
    return paces == {Pace.YEAR_END}
