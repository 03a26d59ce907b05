"""Whether the targets of a well-formed catalogue fit their documents, indicators, units, plans and wholes.

Belongs here: sense of targets. Does not belong here: sense of everything else (`catalogue_meaning.py`), names that are
not declared (`catalogue_references.py`): a target that mentions one is looked at as far as that is possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from validators.catalogue import Catalogue, Comparator, Kind, Pace, Target
from validators.catalogue_yaml import Place, Problem
from validators.units import convertible

_ACCUMULATING = (Kind.FLOW, Kind.COUNT)
_TOLERANT = (Comparator.ABOUT, Comparator.EXACTLY)
_DOWNWARD = (Comparator.RANK_WITHIN, Comparator.AT_MOST, Comparator.LESS_THAN)  # a smaller figure is better


def target_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """All problems of sense of the targets. Entries that the catalogue lacks are passed over."""
    for key, target in catalogue.targets.items():
        for place, words in (
            *_citation_problems(catalogue, target),
            *_measure_problems(catalogue, target),
            *_pace_problems(catalogue, target),
            *_part_problems(catalogue, target),
        ):
            yield Problem(("targets", key, *place), words)
    yield from _repeated_targets(catalogue)


def _within(catalogue: Catalogue, region: str, whole: str) -> bool:
    """Whether a region is the other one or a part of it; True where one is undeclared, another's problem."""
    seen: set[str] = set()
    while region != whole and whole in catalogue.regions and region in catalogue.regions:
        above = catalogue.regions[region].part_of
        if above is None or region in seen:
            return False
        seen.add(region)
        region = above
    return True


def _citation_problems(catalogue: Catalogue, target: Target) -> Iterator[tuple[Place, str]]:
    document = catalogue.documents.get(target.cite.document)
    if document is None:
        return
    name, article = target.cite.document, target.cite.article
    chapter = document.chapters.get(target.cite.chapter)
    if chapter is None:
        known = ", ".join(str(number) for number in sorted(document.chapters))
        near = min(document.chapters, key=lambda number: abs(number - target.cite.chapter), default="none")
        yield ("cite", "chapter"), f"{name} has no chapter {target.cite.chapter} (it has {known}); nearest: {near}"
    elif article and not chapter.articles[0] <= article <= chapter.articles[1]:
        first, last = chapter.articles
        ranges = {number: other.articles for number, other in document.chapters.items()}
        right = [number for number, (start, end) in ranges.items() if start <= article <= end]
        hint = f"it is in chapter {right[0]}" if right else f"nearest: {min(max(article, first), last)}"
        words = f"article {article} is not in chapter {target.cite.chapter} of {name} (articles {first}-{last}, or 0)"
        yield ("cite", "article"), f"{words}; {hint}"
    if not _within(catalogue, target.region, document.region):
        yield ("region",), f"{target.region!r} is outside the region of {name}; nearest: {document.region!r}"
    if int(target.due[:4]) < document.issued.year:
        yield ("due",), f"{target.due} is before {document.issued.year}, the year in which {name} was issued"


def _measure_problems(catalogue: Catalogue, target: Target) -> Iterator[tuple[Place, str]]:
    """Comparator, value and unit against the indicator."""
    comparator, value = target.comparator, target.value
    if target.tolerance is not None and comparator not in _TOLERANT:
        yield ("tolerance",), f"is for about and exactly; the comparator is {comparator}"
    indicator = catalogue.indicators.get(target.indicator)
    if indicator is None:
        return
    if not convertible(catalogue.units, target.unit, indicator.unit):
        words = f"{target.unit!r} does not convert to {indicator.unit!r}, the unit of {target.indicator}"
        yield ("unit",), f"{words}; nearest: {indicator.unit!r}"
    if comparator is Comparator.RANK_WITHIN and indicator.kind is not Kind.RANK:
        yield ("comparator",), f"rank_within is for ranks; {target.indicator} is a {indicator.kind}"
    elif indicator.kind is Kind.RANK and comparator not in _DOWNWARD:
        yield ("comparator",), f"{comparator} of a rank: 1 is best; nearest: 'rank_within'"
    if comparator is Comparator.POSITIVE:
        if indicator.kind not in (Kind.GROWTH, Kind.RANK):
            yield ("comparator",), f"positive is for growth; {target.indicator} is a {indicator.kind}"
        if value != 0:
            yield ("value",), f"{value}: positive means above 0; nearest: 0, or the comparator at_least"
    elif indicator.kind is Kind.RANK and (value < 1 or value != value.to_integral_value()):
        yield ("value",), f"{value}: a rank is a whole number from 1"
    elif indicator.kind is not Kind.GROWTH and (value < 0 or (value == 0 and comparator is not Comparator.AT_MOST)):
        yield ("value",), f"{value}: must be above 0"
    if comparator is Comparator.EXACTLY and indicator.kind is not Kind.FLOW:
        yield ("comparator",), f"exactly is for budgets, which are flows; {target.indicator} is a {indicator.kind}"
    dataset = catalogue.datasets.get(indicator.dataset)
    if dataset is not None and target.region in catalogue.regions and target.region not in dataset.publishers:
        words = f"nobody publishes the dataset {indicator.dataset!r} for {target.region!r}: add it to its publishers"
        yield ("region",), words


def _pace_problems(catalogue: Catalogue, target: Target) -> Iterator[tuple[Place, str]]:
    indicator = catalogue.indicators.get(target.indicator)
    kind = indicator.kind if indicator is not None else None
    if target.pace is Pace.LINEAR and kind is not None and kind not in _ACCUMULATING:
        yield ("pace",), f"linear is for flows and counts; {target.indicator} is a {kind}; nearest: 'level'"
    if target.schedule is None:
        if target.pace is Pace.SCHEDULE:
            yield ("schedule",), "is missing; pace is schedule"
        return
    if target.pace is not Pace.SCHEDULE:
        yield ("schedule",), f"is for the pace schedule; the pace is {target.pace}; nearest: 'schedule'"
    months, values = list(target.schedule), list(target.schedule.values())
    if not months:
        yield ("schedule",), "is empty"
        return
    for before, month in pairwise(months):
        if month <= before:
            yield ("schedule", month), f"months must ascend; {month} follows {before}"
    if months[-1] != target.due:
        yield ("schedule", months[-1]), f"the last month must be the due month {target.due}"
    elif values[-1] != target.value:
        yield ("schedule", months[-1]), f"{values[-1]}: the plan must end with the target's value {target.value}"
    if kind in _ACCUMULATING:
        for month, earlier, later in zip(months[1:], values[:-1], values[1:], strict=True):
            if later < earlier:
                yield ("schedule", month), f"{later} is less than {earlier} before it; the plan is cumulative"


def _part_problems(catalogue: Catalogue, target: Target) -> Iterator[tuple[Place, str]]:
    """Owners and the whole of which the target is a part."""
    seen: set[str] = set()
    for index, owner in enumerate(target.owners.responsible):
        if owner in seen:
            yield ("owners", "responsible", str(index)), f"{owner!r} stands twice"
        seen.add(owner)
    whole = catalogue.targets.get(target.part_of or "")
    if whole is None:
        return
    if not convertible(catalogue.units, target.unit, whole.unit):
        yield ("part_of",), f"{target.part_of!r} is in {whole.unit!r}, which does not convert to {target.unit!r}"
    if not _within(catalogue, target.region, whole.region):
        words = f"{target.part_of!r} is for the region {whole.region!r}, of which {target.region!r} is no part"
        yield ("part_of",), words


def _repeated_targets(catalogue: Catalogue) -> Iterator[Problem]:
    """The same promise under two names."""
    seen: dict[Target, str] = {}
    names_only: dict[str, object] = {"owners": None, "note": None, "schedule": None, "band": None, "tolerance": None}
    for key, target in catalogue.targets.items():
        other = seen.setdefault(target.model_copy(update=names_only), key)
        if other != key:
            yield Problem(("targets", key), f"is the same promise as {other!r}")
