"""What the assets tell Dagster: outcomes of uploads as check results and materialization metadata."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from dagster_project.intake import Outcome, State
from validators.findings import Finding, Severity
from validators.periods import Period
from validators.rules import GROUPS, group

# Name of each check and what it asks. `accepted` is the gate; the others sort the findings by what they are about.
CHECKS = {
    "accepted": "上传的表全部通过、已入库 every upload of the period passed and is stored",
    **GROUPS,
}
_SHOWN = 50


def check_results(table: str, outcomes: Sequence[Outcome]) -> Iterator[dg.AssetCheckResult]:
    """One result per check of `CHECKS`. Errors fail it as ERROR, warnings as WARN; no upload at all passes."""
    findings = [(outcome.file, finding) for outcome in outcomes for finding in outcome.report.findings]
    rejected = [outcome.file for outcome in outcomes if outcome.state is State.REJECTED]
    for name in GROUPS:
        own = [(file, finding) for file, finding in findings if group(finding.rule) == name]
        worst = [finding.severity for _, finding in own if finding.severity is not Severity.INFO]
        yield dg.AssetCheckResult(
            asset_key=table,
            check_name=name,
            passed=not worst,
            severity=dg.AssetCheckSeverity.ERROR if Severity.ERROR in worst else dg.AssetCheckSeverity.WARN,
            metadata={"findings": len(own), "list": dg.MetadataValue.md(findings_table(own))},
        )
    # Last, since a failed blocking check ends the step: the others are on record by then.
    yield dg.AssetCheckResult(
        asset_key=table,
        check_name="accepted",
        passed=not rejected,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"uploads": len(outcomes), "rejected": ", ".join(rejected) or "—"},
    )


def outcomes_of(outcomes: Sequence[Outcome], period: Period) -> list[Outcome]:
    """The outcomes whose file ends with the period."""
    return [outcome for outcome in outcomes if outcome.period_last == period.text]


def figures_of(stored: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The rows of a STORED frame that are of the period."""
    return stored[stored["period"] == period.text]


def result(outcomes: Sequence[Outcome], stored: pd.DataFrame) -> Iterator[dg.MaterializeResult]:
    """The materialization of one period: its rows, what changed, the findings. Nothing where no figure is stored."""
    if not stored.empty:
        yield dg.MaterializeResult(metadata=_metadata(outcomes, stored))


def period_events(
    table: str, by_key: Mapping[str, tuple[Sequence[Outcome], pd.DataFrame]]
) -> Iterator[dg.AssetMaterialization]:
    """One materialization per partition key that has figures."""
    for key, (outcomes, stored) in by_key.items():
        if not stored.empty:
            yield dg.AssetMaterialization(asset_key=table, partition=key, metadata=_metadata(outcomes, stored))


def findings_table(findings: Sequence[tuple[str, Finding]]) -> str:
    """The findings as a Markdown table, at most 50 rows; cell text is escaped since it comes from an upload."""
    if not findings:
        return "—"
    rows = [
        f"| {' | '.join(map(_escaped, (finding.severity, file, finding.place, finding.zh, finding.en)))} |"
        for file, finding in findings[:_SHOWN]
    ]
    more = [f"\n… {len(findings) - _SHOWN} more"] if len(findings) > _SHOWN else []
    return "\n".join(["| severity | file | cell | 说明 | words |", "|---|---|---|---|---|", *rows, *more])


def _metadata(outcomes: Sequence[Outcome], stored: pd.DataFrame) -> dict[str, Any]:
    changes = [outcome.change for outcome in outcomes if outcome.change is not None]
    findings = [(outcome.file, finding) for outcome in outcomes for finding in outcome.report.findings]
    return {
        "rows": len(stored),
        "indicators": int(stored["indicator"].nunique()),
        "new": sum(change.new for change in changes),
        "revised": sum(change.revised for change in changes),
        "unchanged": sum(change.unchanged for change in changes),
        "findings": len(findings),
        "uploads": ", ".join(f"{outcome.file} ({outcome.state})" for outcome in outcomes) or "—",
        "finding_list": dg.MetadataValue.md(findings_table(findings)),
    }


def _escaped(text: str) -> str:
    for mark, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "&#124;"), ("\n", " ")):
        text = text.replace(mark, safe)
    return text
