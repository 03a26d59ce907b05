"""Hands that fill a store as `intake` does, and small frames for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

import pandas as pd

from dagster_project.store import Change, Store, Upload
from validators.columns import OBSERVATION
from validators.findings import Finding, Report, Severity

LONGWAN, WENZHOU = "330303", "330300"


def day(number: int, month: int = 4) -> datetime:
    """Midnight UTC of a day of 2025."""
    return datetime(2025, month, number, tzinfo=UTC)


def figures(
    *rows: tuple[str, str, float], region: str = LONGWAN, status: str = "preliminary", measure: str = "ytd"
) -> pd.DataFrame:
    """An OBSERVATION frame of (indicator, period, value)."""
    return pd.DataFrame(
        [
            (indicator, region, period, measure, value, "亿元", status, "外贸", f"D{line}", str(value))
            for line, (indicator, period, value) in enumerate(rows, 4)
        ],
        columns=list(OBSERVATION),
    )


def finding(rule: str, severity: Severity = Severity.WARNING) -> Finding:
    """A finding whose words do not matter."""
    return Finding(severity, rule, "请核对。", "Check it.")


@dataclass
class Hand:
    """Hands in uploads as `intake` does: receive, then accept or reject."""

    store: Store
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def receive(self, at: datetime = datetime(2025, 4, 20, tzinfo=UTC), *, sha256: str = "", name: str = "") -> Upload:
        number = next(self.numbers)
        return self.store.receive(
            sha256=sha256 or hashlib.sha256(str(number).encode()).hexdigest(),
            file_name=name or f"{number}.xlsx",
            size=1000 + number,
            received_at=at,
            received_by="test",
        )

    def accept(
        self,
        upload: Upload,
        observations: pd.DataFrame,
        known_from: datetime,
        *,
        dataset: str = "trade",
        periods: tuple[str, str] = ("2025-03", "2025-03"),
        findings: tuple[Finding, ...] = (),
    ) -> Change:
        return self.store.accept(
            upload.id,
            dataset=dataset,
            period_first=periods[0],
            period_last=periods[1],
            observations=observations,
            report=Report(upload.file_name, findings),
            known_from=known_from,
            decided_at=upload.received_at,
            published=known_from.date(),
        )

    def reject(
        self,
        upload: Upload,
        *findings: Finding,
        dataset: str = "trade",
        periods: tuple[str, str] = ("2025-03", "2025-03"),
        region: str = "",
    ) -> None:
        self.store.reject(
            upload.id,
            dataset=dataset,
            period_first=periods[0],
            period_last=periods[1],
            report=Report(upload.file_name, findings),
            decided_at=upload.received_at,
            region=region,
        )

    def upload(self, observations: pd.DataFrame, known_from: datetime, **about: object) -> tuple[Upload, Change]:
        """Receive and accept at once."""
        upload = self.receive()
        return upload, self.accept(upload, observations, known_from, **about)  # type: ignore[arg-type]  # fields by name
