"""A desk where tables are handed in: a real store with its archive, and what must hold after a hand-in.

Belongs here: handing in, and what is true of every acceptance or rejection whatever its reason. Does not belong here:
making files (`workbooks.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import pandas as pd

from dagster_project.intake import NO_HINTS, Hints, Intake, Outcome, State
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import State as UploadState
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.findings import Finding, Severity

NOW = datetime(2025, 5, 25, 4, tzinfo=UTC)
_TO_DO_ZH = re.compile("请|不必处理|可不管")
_TO_DO_EN = re.compile(
    r"\b(add|check|confirm|correct|delete|enter|export|fill|hand|keep|mark|mend|nothing to do|open|raise|remove|report|"
    r"save|say|state|type|unhide|use|write)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Desk:
    """One installation."""

    store: Store
    archive: Archive
    intake: Intake

    @classmethod
    def at(cls, catalogue: Catalogue, settings: Settings) -> Desk:
        """The desk of an installation, whose store the caller closes."""
        settings.home.mkdir(parents=True, exist_ok=True)
        store, archive = Store.open(settings.store_url), Archive(settings.archive)
        return cls(store, archive, Intake(catalogue, store, archive, settings))

    def hand_in(self, data: bytes, file: str = "表.xlsx", *, hints: Hints = NO_HINTS, now: datetime = NOW) -> Outcome:
        """Hand in a file, whatever becomes of it."""
        return self.intake.submit(data, file, by="测试", now=now, hints=hints)

    def rejects(self, data: bytes, file: str = "表.xlsx", *, hints: Hints = NO_HINTS, now: datetime = NOW) -> Outcome:
        """Hand in a file that must be rejected: nothing of it is stored, its bytes and what was said are kept."""
        before, uploads = self.store.observations(), len(self.store.uploads())
        rehearsed = self.intake.submit(data, file, by="测试", now=now, hints=hints, dry_run=True)
        assert rehearsed.state is State.BLOCKED
        assert len(self.store.uploads()) == uploads, "a dry run left a row"
        assert sha256(data).hexdigest() not in self.archive, "a dry run left a file"

        outcome = self.hand_in(data, file, hints=hints, now=now)
        assert outcome.state is State.REJECTED, outcome.report.to_json()
        assert outcome.report == rehearsed.report
        assert outcome.report.blocked
        assert outcome.change is None
        pd.testing.assert_frame_equal(self.store.observations(), before)
        entered = self.store.uploads()
        assert len(entered) == uploads + 1
        assert entered[-1].state is UploadState.REJECTED
        assert entered[-1].report == outcome.report
        assert (entered[-1].file_name, entered[-1].size, entered[-1].received_by) == (file, len(data), "测试")
        assert self.archive.get(entered[-1].sha256) == data
        for one in outcome.report.findings:
            check_words(one)
        return outcome

    def accepts(self, data: bytes, file: str = "表.xlsx", *, hints: Hints = NO_HINTS, now: datetime = NOW) -> Outcome:
        """Hand in a file that must be stored, with its warnings."""
        outcome = self.hand_in(data, file, hints=hints, now=now)
        assert outcome.state is State.ACCEPTED, outcome.report.to_json()
        assert outcome.upload is not None
        entered = self.store.upload(outcome.upload)
        assert entered.state is UploadState.ACCEPTED
        assert entered.report == outcome.report
        assert self.archive.get(entered.sha256) == data
        for one in outcome.report.findings:
            check_words(one)
        return outcome

    def figures(self, outcome: Outcome) -> dict[tuple[str, str, str], float]:
        """What is believed since a hand-in: (indicator, region, measure) -> value."""
        stored = self.store.observations()
        mine = stored[stored["upload"] == outcome.upload]
        keys = zip(mine["indicator"], mine["region"], mine["measure"], strict=True)
        return dict(zip(keys, mine["value"], strict=True))


def only(outcome: Outcome, rule: str) -> Finding:
    """The one finding of a rule."""
    found = [finding for finding in outcome.report.findings if finding.rule == rule]
    assert len(found) == 1, outcome.report.to_json()
    return found[0]


def said(outcome: Outcome) -> list[tuple[str, str, str]]:
    """What was said: severity, rule and place of each finding, in order."""
    return [(finding.severity.value, finding.rule, finding.place) for finding in outcome.report.findings]


def errors(outcome: Outcome) -> list[tuple[str, str]]:
    """Rule and place of each error, in order."""
    return [(one.rule, one.place) for one in outcome.report.findings if one.severity is Severity.ERROR]


def check_words(finding: Finding, *values: str) -> None:
    """A finding speaks Chinese and English, names the values in both, and says what to do."""
    assert re.search("[\u4e00-\u9fff]", finding.zh), finding
    assert re.search("[A-Za-z]{2}", finding.en), finding
    for words in (finding.zh, finding.en):
        for value in values:
            assert value in words, (value, words)
    assert _TO_DO_ZH.search(finding.zh), finding.zh
    assert _TO_DO_EN.search(finding.en), finding.en
