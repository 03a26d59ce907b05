"""The rules that a finding can name, sorted by what they are about.

Belongs here: which group a rule is in, so that a list of findings can be read by group. Does not belong here: any rule.
"""

from __future__ import annotations

# Group -> what it asks, Chinese then English.
GROUPS = {
    "readable": "表格能读懂 the tables can be read: cells, headers, units, periods, labels",
    "valid": "数值合规 the figures are valid: type, unit, range, period, duplicates",
    "consistent": "前后一致 the figures agree: months and year to date, parts and wholes, regions, level and growth",
    "plausible": "合乎历史 the figures fit the indicator's own history: unit slips, outliers, revisions",
}

_MEMBERS = {
    "valid": (
        "indicator_unknown",
        "region_unpublished",
        "period_cadence",
        "january_alone",
        "wrong_period",
        "period_in_future",
        "published_in_future",
        "measure_not_allowed",
        "unit_wrong",
        "not_a_number",
        "negative_value",
        "not_a_rank",
        "not_whole",
        "growth_out_of_range",
        "growth_unusual",
        "out_of_range",
        "status_unknown",
        "duplicate",
        "no_figures",
        "nothing_recognised",
    ),
    "consistent": (
        "ytd_falls",
        "ytd_sum",
        "month_above_ytd",
        "month_missing",
        "period_skipped",
        "part_exceeds_whole",
        "district_exceeds_city",
        "growth_level_mismatch",
        "ratio_mismatch",
        "sources_disagree",
    ),
    "plausible": (
        "unit_slip",
        "outlier",
        "percent_as_fraction",
        "revised",
        "large_revision",
        "older_status",
        "earlier_version",
    ),
}
_GROUP_OF = {rule: name for name, rules in _MEMBERS.items() for rule in rules}


def group(rule: str) -> str:
    """The group of a rule. What is said about reading the file (cells, headers, labels) is the rest: `readable`."""
    return _GROUP_OF.get(rule, "readable")
