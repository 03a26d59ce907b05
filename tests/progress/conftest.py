"""A catalogue of one's own in a line, and a judgement from a few figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from dagster_project.progress import Panel, TargetTable, evaluate
from validators.catalogue import Catalogue
from validators.periods import Month

BUREAU = {"name": {"zh": "区统计局", "en": "Statistics Bureau"}, "region": "330303"}
UNITS = {
    "亿元": {"name": {"zh": "亿元", "en": "100 million yuan"}, "dimension": "yuan", "factor": 10**8},
    "万元": {"name": {"zh": "万元", "en": "10 thousand yuan"}, "dimension": "yuan", "factor": 10**4},
    "%": {"name": {"zh": "%", "en": "per cent"}, "dimension": "share"},
    "家": {"name": {"zh": "家", "en": "firms"}, "dimension": "firm"},
    "分钟": {"name": {"zh": "分钟", "en": "minutes"}, "dimension": "minute"},
    "位": {"name": {"zh": "位", "en": "place"}, "dimension": "rank"},
}
USUAL_UNIT = {
    "flow": "亿元",
    "count": "家",
    "stock": "家",
    "ratio": "%",
    "growth": "%",
    "rank": "位",
    "duration": "分钟",
}
MEASURE = {"flow": "ytd", "count": "ytd", "growth": "yoy_ytd"}


def build(targets: Sequence[Mapping[str, Any]], **more: Any) -> Catalogue:
    """A catalogue with one indicator per target, `figure_0`, `figure_1` ...; keys of a target: those of the catalogue,
    and `kind`, `indicator_unit`, `january`, `numerator`, `denominator` of its indicator."""
    indicators: dict[str, Any] = dict(more.pop("indicators", {}))
    listed = {}
    for number, given in enumerate(targets):
        target = dict(given)
        kind = target.pop("kind", "flow")
        january = target.pop("january", False)
        unit = target.pop("indicator_unit", target.get("unit", USUAL_UNIT[kind]))
        indicator = target.pop("indicator", f"figure_{number}")
        indicators[indicator] = {
            "name": {"zh": f"指标{number}", "en": f"Figure {number}"},
            "kind": kind,
            "unit": unit,
            "dataset": "with_january" if january else "monthly",
            "numerator": target.pop("numerator", None),
            "denominator": target.pop("denominator", None),
        }
        identifier = target.pop("id", f"target-{number}")
        listed[identifier] = {
            "indicator": indicator,
            "region": "330303",
            "cite": {"document": "plan-2025", "chapter": 1, "article": 1},
            "comparator": "at_least",
            "unit": unit,
            "ambition": "binding",
            "due": "2025-12",
            "owners": {"lead": "bureau", "responsible": ["bureau"]},
            "pace": "linear" if kind in ("flow", "count") else "level",
            **target,
        }
    dataset = {
        "title": {"zh": "月报", "en": "Monthly"},
        "publishers": {"330303": "bureau"},
        "cadence": "monthly",
        "due_day": 20,
        "recognise": {"titles": ["月报"]},
    }
    chapter = {"title": {"zh": "经济", "en": "Economy"}, "articles": [1, 9]}
    whole = {
        "documents": {
            "plan-2025": {
                "title": {"zh": "计划", "en": "Plan"},
                "region": "330303",
                "issued": "2025-01-15",
                "year": 2025,
                "chapters": {1: chapter, 2: chapter},
            }
        },
        "regions": {
            "330300": {"name": {"zh": "温州市", "en": "Wenzhou"}},
            "330303": {"name": {"zh": "龙湾区", "en": "Longwan"}, "part_of": "330300"},
        },
        "departments": {
            "bureau": BUREAU,
            "other_bureau": {**BUREAU, "name": {"zh": "区商务局", "en": "Commerce Bureau"}},
        },
        "units": {**UNITS, **more.pop("more_units", {})},
        "datasets": {"monthly": dataset, "with_january": {**dataset, "january": True}},
        "indicators": indicators,
        "targets": listed,
        **more,
    }
    return Catalogue.model_validate(whole)


def observed(catalogue: Catalogue, figures: Mapping[Any, float]) -> pd.DataFrame:
    """Keys: (indicator, period) or (indicator, period, measure); the measure defaults to what the kind is judged by."""
    rows = []
    for (indicator, period, *measure), value in figures.items():
        kind = catalogue.indicators[indicator].kind
        chosen = measure[0] if measure else MEASURE.get(kind, "level")
        rows.append((indicator, "330303", period, chosen, float(value), catalogue.indicators[indicator].unit, "final"))
    columns = ["indicator", "region", "period", "measure", "value", "unit", "status"]
    frame = pd.DataFrame(rows, columns=columns)
    return (
        frame
        if rows
        else frame.astype({column: "str" for column in columns if column != "value"} | {"value": "float64"})
    )


def month(text: str) -> Month:
    return Month(int(text[:4]), int(text[5:7]))


@pytest.fixture(scope="session")
def new_catalogue() -> Callable[..., Catalogue]:
    return build


@pytest.fixture(scope="session")
def observations() -> Callable[..., pd.DataFrame]:
    return observed


@pytest.fixture(scope="session")
def judge_all() -> Callable[..., pd.DataFrame]:
    """(catalogue, {(indicator, period[, measure]): value}, as of) -> the evaluation."""

    def judged(catalogue: Catalogue, figures: Mapping[Any, float], as_of: str = "2025-09") -> pd.DataFrame:
        targets = TargetTable.from_catalogue(catalogue)
        return evaluate(targets, Panel.from_observations(observed(catalogue, figures), targets), month(as_of))

    return judged


@pytest.fixture(scope="session")
def judge() -> Callable[..., pd.Series]:
    """(target, {period or (period, measure): value}, as of) -> its row of the evaluation."""

    def judged(target: Mapping[str, Any], figures: Mapping[Any, float], as_of: str = "2025-09") -> pd.Series:
        catalogue = build([target])
        keyed = {("figure_0", *((key,) if isinstance(key, str) else key)): value for key, value in figures.items()}
        targets = TargetTable.from_catalogue(catalogue)
        frame = evaluate(targets, Panel.from_observations(observed(catalogue, keyed), targets), month(as_of))
        return frame.iloc[0]

    return judged
