"""The real programs between a push and a letter, started by `xushi up`, with durations cut short.

Belongs here: starting them, asking them. Does not belong here: what is pushed (`alert_district.py`), what is then to
arrive (`alert_letters.py`).
"""

from __future__ import annotations

import json
import re
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.stack.programs import WITH_PUSHGATEWAY, Stack, started

# What takes five minutes takes three seconds.
FASTER = 100
# Alerts end by themselves when Prometheus is silent for four times this: that must be longer than a busy machine keeps
# it from its work. It must be shorter than what holds a new alert back (three seconds), so that the letter that the new
# one brings has the figures of the day for all.
REPEATED_AFTER = 2.5  # seconds
_DURATION = re.compile(r"^( *(?:for|keep_firing_for|interval): )(\d+)(m)$", re.MULTILINE)
_MILLISECONDS = 60_000


@dataclass(frozen=True)
class Monitors:
    """A running Pushgateway, Prometheus and Alertmanager (with its relay)."""

    stack: Stack
    gateway: str
    prometheus: str
    runbook: str
    generated: str

    def pushed(self, metric: str) -> float:
        """The value of a metric without labels that the Pushgateway has."""
        with urllib.request.urlopen(f"{self.gateway}/metrics", timeout=60) as answer:
            found = re.search(rf"^{metric}{{.*}} (\S+)$", answer.read().decode(), re.MULTILINE)
        assert found is not None, metric
        return float(found[1])

    def value(self, expression: str) -> float | None:
        """The value of the one series that Prometheus now has for an expression; None where there is none."""
        found = self.asked(f"query?query={quote(expression)}")["result"]
        assert len(found) < 2, found
        return float(found[0]["value"][1]) if found else None

    def asked(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.prometheus}/api/v1/{what}", timeout=60) as answer:
            return json.load(answer)["data"]

    def firing(self) -> set[tuple[str, str]]:
        """Name and target, dataset or '' of every alert that fires."""
        found = [each for each in self.asked("alerts")["alerts"] if each["state"] == "firing"]
        labels = [each["labels"] for each in found]
        return {(each["alertname"], each.get("target", each.get("dataset", ""))) for each in labels}

    def wait_for(self, expression: str, value: float, seconds: float = 60) -> None:
        """Until Prometheus has this value."""
        end = time.monotonic() + seconds
        while (found := self.value(expression)) != value:
            assert time.monotonic() < end, f"{expression} is {found}, not {value}"
            time.sleep(0.1)


@contextmanager
def monitors(home: Path, **settings: str) -> Iterator[Monitors]:
    """`xushi up` with the three, scraping every second, its rules cut short once it runs."""
    program = home / "prometheus-that-repeats-sooner"
    delay = f"--rules.alert.resend-delay={REPEATED_AFTER * 1000:.0f}ms"
    program.write_text(f'#!/bin/sh\nexec prometheus "$@" {delay}\n')
    program.chmod(0o700)
    arguments = ["--free-ports", "--seconds", "1", *WITH_PUSHGATEWAY]
    with started(home, arguments, XUSHI_PROMETHEUS=str(program), **settings) as stack:
        stack.wait_until_settled(120)
        rules = home / "stack" / "prometheus-rules.yaml"
        running = Monitors(
            stack,
            stack.address("Pushgateway"),
            stack.address("Prometheus"),
            stack.address("转发与处置手册"),
            rules.read_text(encoding="utf-8"),
        )
        running.wait_for("count(kpi_push_timestamp_seconds)", 1)  # before gauges can seem absent
        rules.write_text(hurried(running.generated), encoding="utf-8")
        _read_rules_again(running)
        yield running
        stack.stop()


def hurried(rules: str) -> str:
    """The rules with every duration divided by FASTER, and nothing else changed."""
    return _DURATION.sub(lambda found: f"{found[1]}{int(found[2]) * _MILLISECONDS // FASTER}ms", rules)


def _read_rules_again(running: Monitors) -> None:
    (prometheus,) = (each for each in running.stack.left() if each.name() == "prometheus")
    prometheus.send_signal(signal.SIGHUP)
    end = time.monotonic() + 30
    while any(group["interval"] > 1 for group in running.asked("rules")["groups"]):
        assert time.monotonic() < end, "Prometheus did not take the rules"
        time.sleep(0.1)
