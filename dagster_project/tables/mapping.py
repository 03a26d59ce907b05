"""A reading onto the catalogue: tidy cells become observations, and what can't become one is said.

Belongs here: the order of the steps, and what a whole file or table lacks. Does not belong here: names (`matching.py`),
whose table it is (`recognition.py`), array work over cells (`observed.py`). Nothing is guessed: what isn't certain is a
finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from dagster_project.tables import mapping_findings as say
from dagster_project.tables import share_findings
from dagster_project.tables.cell_rows import CellRows
from dagster_project.tables.columns import as_found
from dagster_project.tables.header_words import Role
from dagster_project.tables.long_mapping import long_parts
from dagster_project.tables.mapped import Mapped, no_observations, observations_of, span
from dagster_project.tables.observed import (
    accumulates,
    assigned,
    converted,
    with_meanings,
    with_periods,
    without_repetitions,
)
from dagster_project.tables.reading import Reading
from dagster_project.tables.recognition import find_status
from dagster_project.tables.shares import Share, share_out
from validators.catalogue import Cadence, Catalogue, Kind, Measure, Pace
from validators.codes import SameObject
from validators.findings import Finding, Severity
from validators.periods import Year, parse_period

# Months by which one region's figures may come after another's in the same file.
_LAG = {Cadence.MONTHLY: 2, Cadence.QUARTERLY: 6, Cadence.ANNUAL: 12}
_DECEMBER = 12
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
    if not len(cells):
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
    filled = found.where(found.filled())
    findings += _wrong_period(filled, period)
    findings += _regions_apart(filled, catalogue, chosen)
    findings += _missing_rows(cells, taken, filled, catalogue, chosen, lacking)
    filled, problems = without_repetitions(filled, catalogue)
    findings += problems
    observations = observations_of(filled.replaced(status=state))
    first, last = span(filled["period"])
    return Mapped(chosen, first or period or "", last or period or "", state, published, observations, tuple(findings))


def _contradicting_titles(reading: Reading, cells: CellRows, given: str | None) -> Iterator[Finding]:
    """Tables whose columns are all about one month and whose title names another, unless the period given decides."""
    current = cells.where(~cells.has("role", str(Role.PRIOR)) & ~cells.has("period", "") & cells.filled())
    for index, group in current.groups("table"):
        months = {parse_period(text).last_month for text in group.distinct("period")}
        month = months.pop()
        if months or (given is not None and parse_period(given).last_month == month):
            continue
        table = reading.tables[index]
        found = {title: as_found(title, month.year) for title in table.titles}
        titled = {title: one.period for title, one in found.items() if one and not isinstance(one.period, Year)}
        if titled and month not in {period.last_month for period in titled.values()}:
            title, period = next(iter(titled.items()))
            headers = group.distinct("column_label")
            yield say.period_contradiction(table.sheet, group["cell"][0], title, period.text, headers, month.text)


def _unknown_rows(cells: CellRows, said: set[tuple[str, str]]) -> Iterator[Finding]:
    """Rows with figures whose label isn't catalogued, unless something is `said` of them (sheet and cell) already."""
    mask = cells.has("level", "") & cells.has("growth", "") & cells.filled()
    if not mask.any():
        return
    unknown = cells.where(mask)
    unknown = unknown.where(unknown.firsts("sheet", "table", "row_label", "parent_label"))
    about = ("sheet", "cell", "row_label", "nearest")
    for _, group in unknown.groups("table"):
        rows = [row for row in group.each(about) if row[:2] not in said]
        plain = [row for row in rows if not row[-1]]
        for row in rows:
            if len(plain) <= _FEW or row[-1]:
                yield say.row_unknown(*row)
        if len(plain) > _FEW:
            sheet, cell, *_ = plain[0]
            yield share_findings.rows_not_in_catalogue(sheet, cell, [label for _, _, label, _ in plain])


def _unknown_columns(cells: CellRows) -> Iterator[Finding]:
    """Columns of figures whose headers have words that nobody knows."""
    about = cells.has_any("role", (str(Role.VALUE), str(Role.GROWTH)))
    about &= (~cells.has("level", "") | ~cells.has("growth", "")) & ~cells.has("rest", "")
    if not about.any():
        return
    for _, group in cells.where(about).groups("table"):
        yield say.column_not_recognised(group["sheet"][0], group["cell"][0], group.distinct("column_label"))


def _missing_columns(cells: CellRows, taken: CellRows, catalogue: Catalogue, dataset: str) -> Iterator[Finding]:
    """Regions whose rows need a year to date, or a growth, that no column of theirs gives. Tables of several periods
    are exempt: a history has one measure per table."""
    wanted_growth = {
        (key, region)
        for key in catalogue.dataset_indicators[dataset]
        if catalogue.indicators[key].kind is Kind.GROWTH
        for region in catalogue.indicator_regions[key]
    }
    for region, group in cells.groups("region"):
        current = group.where(~group.has("role", str(Role.PRIOR)) & ~group.has("period", ""))
        if len(current.distinct("period")) > 1:
            continue
        here = taken.where(taken.has("region", region))
        measures = here.distinct("measure")
        sheet, headers = group["sheet"][0], group.distinct("column_label")
        # A table of nothing but growth, as many are, promises no level.
        unread = group.has("role", str(Role.OTHER)) & ~group.has("rest", "")
        columns = group.has("role", str(Role.VALUE)) | unread
        accumulate = accumulates(catalogue, [key for key in group.distinct("level") if key]) and columns.any()
        has_ytd = Measure.YTD in measures or _is_january(here)
        if accumulate and not has_ytd:
            yield say.column_missing(sheet, region, headers, growth=False)
        rows_with_growth = {(key, region) for key in group.distinct("growth") if key}
        if rows_with_growth & wanted_growth and not set(measures) & set(_GROWTH):
            yield say.column_missing(sheet, region, headers, growth=True)


def _is_january(taken: CellRows) -> bool:
    """Whether the table is about January alone, whose month is its year to date."""
    months = taken["period"][taken.has("measure", str(Measure.MONTH))].tolist()
    return bool(months) and all(month.endswith("-01") for month in months)


def _silent_growth(taken: CellRows) -> Iterator[Finding]:
    silent = taken.has("role", str(Role.GROWTH)) & taken.has("from_measure", "") & taken.filled()
    if not silent.any():
        return
    for sheet, group in taken.where(silent).groups("sheet"):
        yield say.growth_taken_as_cumulative(sheet, group.distinct("column_label"))


def _wrong_period(filled: CellRows, given: str | None) -> Iterator[Finding]:
    """The file's latest period must be the one given; in a history the one given must be among them."""
    if given is None or not len(filled):
        return
    periods = filled.distinct("period")
    _, last = span(filled["period"])
    if last != given and (given not in periods or len(periods) <= 2):
        latest = filled["period"].tolist().index(last)
        yield say.wrong_period(filled["sheet"][latest], filled["cell"][latest], last, given)


def _regions_apart(filled: CellRows, catalogue: Catalogue, dataset: str) -> Iterator[Finding]:
    """Regions whose only period lies far from that of the others in the file: a year that was mistyped, since a region
    may lag by one release or two, not by more. A file with several periods of a region is a history."""
    ordinals = {text: parse_period(text).last_month.ordinal for text in filled.distinct("period")}
    if not ordinals:
        return
    newest = max(ordinals.values())
    earliest = newest - _LAG[catalogue.datasets[dataset].cadence]
    if min(ordinals.values()) >= earliest:
        return
    pairs = dict.fromkeys((region, ordinals[period]) for region, period in filled.keys("region", "period"))
    if len({region for region, _ in pairs}) < len(pairs):
        return
    firsts = list(filled.each(("sheet", "cell", "region", "period"), filled.firsts("region")))
    others = next((region, period) for _, _, region, period in firsts if ordinals[period] == newest)
    for sheet, cell, region, period in firsts:
        if ordinals[period] < earliest:
            yield say.regions_apart(catalogue, sheet, cell, region, period, others)


def _missing_rows(
    cells: CellRows,
    taken: CellRows,
    filled: CellRows,
    catalogue: Catalogue,
    dataset: str,
    lacking: Sequence[Finding],
) -> Iterator[Finding]:
    """Indicators that a region needs, in regions that the file has. In a table of several periods none is missed (a
    series may be younger than the table), nor before December one that is known once a year, nor one whose figure is
    there but in no column (`lacking`, said already) or in a unit that contradicts."""
    months = {parse_period(text).last_month for text in filled.distinct("period")}
    if len(months) > 1:
        return
    early = any(month.month != _DECEMBER for month in months)
    there = set(taken.where(taken.filled()).keys("indicator", "region"))
    rows_with_figures = cells.where(cells.filled())
    for finding in lacking:
        column = "growth" if finding.expected == say.GROWTH_COLUMN else "level"
        here = rows_with_figures.where(rows_with_figures.has("region", finding.region))
        there |= {(key, finding.region) for key in here.distinct(column)}
    first = taken.each(("indicator", "region", "sheet", "cell"), taken.firsts("indicator", "region"))
    rows = {(key, region): (sheet, cell) for key, region, sheet, cell in first}
    regions = set(cells.distinct("region"))
    yearly = _yearly(SameObject(catalogue))
    for key in catalogue.dataset_indicators[dataset]:
        for region in catalogue.indicator_regions[key]:
            if region in regions and (key, region) not in there and not (early and (key, region) in yearly):
                sheet, cell = rows.get((key, region), ("", ""))
                yield say.row_missing(catalogue, key, region, sheet=sheet, cell=cell)


@lru_cache(maxsize=16)
def _yearly(key: SameObject) -> frozenset[tuple[str, str]]:
    """The indicators, with their regions, of which every target waits for the year's end."""
    targets = key.catalogue.targets.values()
    waiting = {(target.indicator, target.region) for target in targets if target.pace is Pace.YEAR_END}
    return frozenset(waiting - {(one.indicator, one.region) for one in targets if one.pace is not Pace.YEAR_END})
