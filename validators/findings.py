"""What a check has to say about an upload: where, what was found, what was expected, what to do.

Belongs here: the finding and the report. Does not belong here: any rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What a finding does to the upload."""

    ERROR = "error"  # blocks the whole upload
    WARNING = "warning"  # is stored with the upload
    INFO = "info"  # something was done that the uploader should know, e.g. a hidden sheet was ignored


@dataclass(frozen=True, slots=True)
class Finding:
    """`rule` is a stable snake_case name. `zh` and `en` are whole sentences that end with what to do next."""

    severity: Severity
    rule: str
    zh: str
    en: str
    sheet: str = ""
    cell: str = ""
    indicator: str = ""
    region: str = ""
    period: str = ""
    found: str = ""
    expected: str = ""

    @property
    def place(self) -> str:
        """'外贸!D14', or only the sheet, or nothing."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet


@dataclass(frozen=True, slots=True)
class Report:
    """All findings on one file, in the order of sheet and row."""

    file: str
    findings: tuple[Finding, ...] = field(default=())

    @property
    def blocked(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def count(self, severity: Severity) -> int:
        """How many findings are of this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def with_findings(self, more: Iterable[Finding]) -> Report:
        """This report with more findings behind its own."""
        return Report(self.file, (*self.findings, *more))

    def to_json(self) -> dict[str, Any]:
        """Plain data, for the database and for programs."""
        return {"file": self.file, "findings": [asdict(finding) for finding in self.findings]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Report:
        """The report that `to_json` wrote."""
        rows: Sequence[dict[str, Any]] = data["findings"]
        return cls(data["file"], tuple(Finding(**{**row, "severity": Severity(row["severity"])}) for row in rows))
