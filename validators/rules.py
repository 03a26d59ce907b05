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
