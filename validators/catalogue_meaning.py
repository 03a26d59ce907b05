"""Whether documents, units, datasets and indicators of a well-formed catalogue make sense together.

Belongs here: what a kind of indicator may have, labels and titles by which tables are told apart, ranges of articles.
Does not belong here: targets (`catalogue_targets.py`), names that are not declared (`catalogue_references.py`): an
entry that mentions one is looked at as far as that is possible.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from validators.catalogue import Cadence, Catalogue, Dataset, Indicator, Kind
from validators.catalogue_yaml import Place, Problem
from validators.names import plain
from validators.units import convertible

_STATISTICS = (Kind.FLOW, Kind.COUNT, Kind.STOCK)  # amounts: may be parts, wholes, numerators, denominators


def meaning_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """All problems of sense but those of targets. Entries that the catalogue lacks are passed over."""
    yield from _document_problems(catalogue)
    yield from _unit_problems(catalogue)
    yield from _dataset_problems(catalogue)
    for key, indicator in catalogue.indicators.items():
        for words in _indicator_problems(catalogue, key, indicator):
            yield Problem(("indicators", key, words[0]), words[1])
    yield from _label_problems(catalogue)


def _document_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for key, document in catalogue.documents.items():
        end = 0
        for number, chapter in sorted(document.chapters.items()):
            first, last = chapter.articles
            if first > last or first <= end:
                after = f", the chapter before it ends with {end}" if end else ""
                place = ("documents", key, "chapters", str(number), "articles")
                yield Problem(place, f"articles {first}-{last}: not a range that goes on from 1 upwards{after}")
            end = max(end, last)


def _unit_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for key, unit in catalogue.units.items():
        if unit.factor <= 0:
            yield Problem(("units", key, "factor"), f"{unit.factor}: a factor is above 0")


def _dataset_problems(catalogue: Catalogue) -> Iterator[Problem]:
    titles: dict[str, str] = {}
    for key, dataset in catalogue.datasets.items():
        for index, title in enumerate(dataset.recognise.titles):
            owner = titles.setdefault(plain(title), key)
            if owner != key:
                place = ("datasets", key, "recognise", "titles", str(index))
                yield Problem(place, f"{title!r} already recognises the dataset {owner!r}")
        words: dict[str, str] = {}
        for measure, headers in dataset.recognise.columns.items():
            for index, header in enumerate(headers):
                other = words.setdefault(plain(header), measure)
                if other != measure:
                    columns = ("datasets", key, "recognise", "columns", str(measure), str(index))
                    yield Problem(columns, f"{header!r} already means {other}")
        if dataset.due_month != 1 and dataset.cadence is not Cadence.ANNUAL:
            yield Problem(("datasets", key, "due_month"), f"is for annual datasets; this one is {dataset.cadence}")
        if dataset.january and dataset.cadence is not Cadence.MONTHLY:
            yield Problem(("datasets", key, "january"), f"is for monthly datasets; this one is {dataset.cadence}")
        for region in sorted(dataset.references.keys() & dataset.publishers.keys()):
            yield Problem(("datasets", key, "references", region), "stands among its publishers already")
        for inside, said in _source_problems(dataset):
            yield Problem(("datasets", key, "sources", *inside), said)


def _source_problems(dataset: Dataset) -> Iterator[tuple[Place, str]]:
    """The place below `sources`, and what is wrong there."""
    seen: set[str] = set()
    for index, source in enumerate(dataset.sources):
        if source.name in seen:
            yield (str(index), "name"), f"{source.name!r} stands twice; a source has a name of its own in its dataset"
        seen.add(source.name)
        for position, region in enumerate(source.regions):
            if region not in dataset.reporters:
                words = f"nobody publishes the dataset for {region!r}: add it to publishers or references"
                yield (str(index), "regions", str(position)), words


def _indicator_problems(catalogue: Catalogue, key: str, indicator: Indicator) -> Iterator[tuple[str, str]]:
    """The key inside the indicator, and what is wrong with it."""
    known, kind = catalogue.indicators, indicator.kind
    if kind is Kind.GROWTH and indicator.unit != "%":
        yield "unit", f"{indicator.unit!r}: growth is in '%'"
    if indicator.of is not None:
        of = known.get(indicator.of)
        if kind is not Kind.GROWTH:
            yield "of", f"is for growth; {key} is a {kind}"
        elif of is not None and of.kind is Kind.GROWTH:
            yield "of", f"{indicator.of!r} is itself growth"
        elif of is not None and of.dataset != indicator.dataset:
            yield "of", f"{indicator.of!r} is in the dataset {of.dataset!r}, this one in {indicator.dataset!r}"
        rivals = [other for other, entry in known.items() if entry.of == indicator.of]
        if rivals[0] != key:
            yield "of", f"{rivals[0]!r} is already the growth of {indicator.of!r}"
    parts = {"numerator": indicator.numerator, "denominator": indicator.denominator}
    for name, part in parts.items():
        other = parts["denominator" if name == "numerator" else "numerator"]
        entry = known.get(part) if part is not None else None
        if part is None and other is not None and kind is Kind.RATIO:
            yield name, "is missing; a ratio has a numerator and a denominator, or neither"
        elif part is not None and kind is not Kind.RATIO:
            yield name, f"is for ratios; {key} is a {kind}"
        elif entry is not None and entry.kind not in _STATISTICS:
            yield name, f"{part!r} is a {entry.kind}; it must be a flow, a count or a stock"
    numerator, denominator = known.get(indicator.numerator or ""), known.get(indicator.denominator or "")
    if numerator is not None and denominator is not None and kind is Kind.RATIO:
        if indicator.numerator == indicator.denominator:
            yield "denominator", "is the numerator"
        elif indicator.unit == "%" and not convertible(catalogue.units, numerator.unit, denominator.unit):
            yield "denominator", f"is in {denominator.unit!r}, the numerator in {numerator.unit!r}: no per cent"
    whole = known.get(indicator.part_of or "")
    if indicator.part_of is not None and kind not in _STATISTICS:
        yield "part_of", f"is for flows, counts and stocks; {key} is a {kind}"
    elif whole is not None and whole.kind is not kind:
        yield "part_of", f"{indicator.part_of!r} is a {whole.kind}, this one a {kind}"
    elif whole is not None and not convertible(catalogue.units, whole.unit, indicator.unit):
        yield "part_of", f"{indicator.part_of!r} is in {whole.unit!r}, which does not convert to {indicator.unit!r}"
    for name, bound in (("minimum", indicator.minimum), ("maximum", indicator.maximum)):
        if bound is not None and not math.isfinite(bound):
            yield name, f"{bound}: must be a number; leave it out for no bound"
    if indicator.minimum is not None and indicator.maximum is not None and indicator.minimum > indicator.maximum:
        yield "maximum", f"{indicator.maximum:g} is below the minimum {indicator.minimum:g}"


def _label_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """Two indicators of one dataset that a row of its table could mean. Growth shares the row of what grows."""
    owners: dict[tuple[str, str], list[str]] = {}
    for key, indicator in catalogue.indicators.items():
        places: list[tuple[Place, str]] = [(("name", "zh"), indicator.name.zh)]
        places += [(("labels", str(index)), label) for index, label in enumerate(indicator.labels)]
        for place, label in places:
            others = owners.setdefault((indicator.dataset, plain(label)), [])
            for other in others:
                if other != key and indicator.of != other and catalogue.indicators[other].of != key:
                    words = f"{label!r} already is a label of {other!r} in the dataset {indicator.dataset!r}"
                    yield Problem(("indicators", key, *place), words)
            if key not in others:
                others.append(key)
