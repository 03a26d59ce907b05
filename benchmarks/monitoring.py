"""Gauges of 3,000 targets through a real Pushgateway into a real Prometheus with the generated rules, beside 200.

Every target brings twelve gauges with one value, its light (seven states) and its words; nothing else is pushed. A
third of the targets is red, which is far more than a year of ours has seen, then all of them: Prometheus fills in the
words of every alert at every evaluation. Prints for each number of targets

- push: encoding, sending and the gateway's own checks; median;
- scrape: as Prometheus measured it;
- rules: the evaluation of the group of the targets, as Prometheus measured it, by what its alerts say:
  the generated words, nothing at all (conditions alone), and the same words in the obvious way, in which each figure
  of each text asks for itself where the generated text asks once for all of its figures;
- memory: what Prometheus holds then, and the most it held.

and for each the ratio of the larger number to the smaller: up to the ratio of the targets it grows no faster than they
do. `python benchmarks/monitoring.py [targets ...]`, 200 and 3000 without arguments; the last is compared to the first.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from benchmarks.evaluate import asked_counts
from dagster_project.metrics import names
from dagster_project.metrics.gauges import LIGHTS
from dagster_project.metrics.push import push
from dagster_project.settings import Settings
from dagster_project.stack import configuration
from dashboards.alerts import Timing, prometheus_rules
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue

GAUGES = (*(metric for metric, _ in names.TARGET_GAUGES), names.LIGHT_SINCE, names.LIGHT_MONTHS)
PUSHES, EVALUATIONS = 5, 2
SECONDS = 5  # between scrapes, and between evaluations
PATIENCE = 600
# The one query of a generated text, and what it does with each figure.
_ASKED = re.compile(
    r'\{\{ range query \(printf .*?\) \}\}\{\{ \$n := label "__name__" \. \}\}\{\{ if eq \$n "(.*?)'
    r"\{\{ end \}\}\{\{ end \}\}(?=\{\{ (?:\$labels|if))"
)


class Gauges(Collector):
    """The gauges of so many targets, the first `red` of them red and the others green."""

    def __init__(self, catalogue: Catalogue, count: int, red: int) -> None:
        self._catalogue, self._count, self._red = catalogue, count, red

    def collect(self) -> Iterator[Family]:
        """Twelve gauges, the light and the words of each target; the words of regions and departments."""
        some = list(self._catalogue.targets.values())
        words = GaugeMetricFamily(names.TARGET_INFO.name, "", labels=names.TARGET_INFO.labels)
        light = GaugeMetricFamily(names.LIGHT.name, "", labels=names.LIGHT.labels)
        for number in range(self._count):
            target, key = some[number % len(some)], f"target-{number}"
            name = self._catalogue.indicators[target.indicator].name
            place = (target.indicator, target.region, target.cite.document, str(target.cite.chapter))
            owner = target.owners.lead or target.owners.responsible[0]
            said = (str(target.cite.article), owner, target.unit, target.ambition.value, target.comparator.value)
            words.add_metric([key, *place, *said, name.zh, name.en], 1.0)
            for each in LIGHTS:
                light.add_metric([key, each], float(each == ("red" if number < self._red else "green")))
        yield words
        yield light
        for order, metric in enumerate(GAUGES):
            family = GaugeMetricFamily(metric.name, "", labels=metric.labels)
            for number in range(self._count):
                family.add_metric([f"target-{number}"], 1.7e9 if metric is names.LIGHT_SINCE else number + order / 7)
            yield family
        for metric, rows in (
            (names.REGION_INFO, [(key, one.name.zh, one.name.en) for key, one in self._catalogue.regions.items()]),
            (
                names.DEPARTMENT_INFO,
                [(key, one.region, one.name.zh, one.name.en) for key, one in self._catalogue.departments.items()],
            ),
        ):
            family = GaugeMetricFamily(metric.name, "", labels=metric.labels)
            for row in rows:
                family.add_metric(row, 1.0)
            yield family
        yield GaugeMetricFamily(names.AS_OF.name, "", value=1.7e9)
        yield GaugeMetricFamily(names.SAMPLE.name, "", value=1.0)


def main(counts: list[int]) -> None:
    catalogue = load_catalogue(Settings().catalogue)
    found = {count: measured(catalogue, count) for count in counts}
    print(f"{'targets':34}" + "".join(f"{count:>11,}" for count in counts) + f"{'ratio':>9}")
    print(f"{'':34}" + " " * 11 * len(counts) + f"{counts[-1] / counts[0]:9.1f}")
    for what in found[counts[0]]:
        values = [found[count][what] for count in counts]
        ratio = f"{values[-1] / values[0]:9.1f}" if values[0] else ""
        print(f"{what:34}" + "".join(f"{value:11,.3f}" for value in values) + ratio)


def measured(catalogue: Catalogue, count: int) -> dict[str, float]:
    """Every figure for so many targets, by what it is; each way of writing the words has a Prometheus of its own."""
    found: dict[str, float] = {}
    ways = {
        "a third red": (count // 3, generated(catalogue)),
        "all red": (count, generated(catalogue)),
        "all red, conditions alone": (count, wordless(generated(catalogue))),
        "all red, a query per figure": (count, query_per_figure(generated(catalogue))),
    }
    for way, (red, rules) in ways.items():
        made = CollectorRegistry(auto_describe=False)
        made.register(Gauges(catalogue, count, red))
        with running(rules) as (gateway, prometheus, process):
            times = [timed_push(made, gateway) for _ in range(PUSHES)]
            seconds = statistics.median(evaluations(prometheus, red))
            if "push, s" not in found:
                found["push, s"] = statistics.median(times)
                found["scrape, s"] = metric(prometheus, "scrape_duration_seconds")
                found["series scraped, 1,000"] = metric(prometheus, "scrape_samples_scraped") / 1000
            found[f"rules, {way}, s"] = seconds
            if way in {"a third red", "all red"}:
                found[f"memory, {way}, MB"], found[f"most memory, {way}, MB"] = memory(process)
    return found


def timed_push(made: CollectorRegistry, gateway: str) -> float:
    started = time.perf_counter()
    push(made, gateway, timeout_seconds=60)
    return time.perf_counter() - started


# ---- rules


def generated(catalogue: Catalogue) -> dict[str, Any]:
    """The generated rules for targets, firing at once."""
    rules = prometheus_rules(catalogue, timing=Timing(hold="0s", absent="0s", settle="0s", interval=None))
    return {"groups": [group for group in rules["groups"] if group["name"] == "xushi-target"]}


def wordless(rules: Mapping[str, Any]) -> dict[str, Any]:
    """The rules without a word."""
    return each_rule(rules, lambda rule: {key: value for key, value in rule.items() if key != "annotations"})


def query_per_figure(rules: Mapping[str, Any]) -> dict[str, Any]:
    """The rules as one would first write them, saying the same: each figure of each text asks for itself, where the
    generated text asks once for all that it names."""

    def written(rule: dict[str, Any]) -> dict[str, Any]:
        return {**rule, "annotations": {key: _ASKED.sub(apart, text) for key, text in rule["annotations"].items()}}

    return each_rule(rules, written)


def apart(found: re.Match[str]) -> str:
    """A query for each figure, in place of the one for all."""
    made = ""
    for case in found[1].split('{{ else if eq $n "'):
        figure, setting = case.split('" }}', 1)
        own = "" if figure == names.SAMPLE.name else "{target=%q}"
        labels = " $labels.target" if own else ""
        made += f'{{{{ range query (printf "max ({figure}{own})"{labels}) }}}}{setting}{{{{ end }}}}'
    return made


def each_rule(rules: Mapping[str, Any], change: Any) -> dict[str, Any]:
    return {"groups": [{**group, "rules": [change(rule) for rule in group["rules"]]} for group in rules["groups"]]}


# ---- programs


@contextmanager
def running(rules: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Base URLs of a Pushgateway and of the Prometheus that scrapes it, and the latter's process id."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        gateway, prometheus = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        made = configuration.prometheus(
            metrics=None, pushgateway=gateway, alertmanager=None, rules=["rules.yaml"], seconds=SECONDS
        )
        (folder / "prometheus.yml").write_text(configuration.text(made), encoding="utf-8")
        (folder / "rules.yaml").write_text(yaml.safe_dump(dict(rules), allow_unicode=True), encoding="utf-8")
        stack.enter_context(program(folder, gateway, "prometheus-pushgateway"))
        process = stack.enter_context(
            program(folder, prometheus, "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data")
        )
        yield gateway, prometheus, process.pid


@contextmanager
def program(folder: Path, url: str, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    found = shutil.which(command[0])
    if found is None:
        raise SystemExit(f"{command[0]} is missing: apt-get install {command[0]}")
    address = url.removeprefix("http://")
    with (folder / f"{command[0]}.log").open("wb") as log:
        process = subprocess.Popen(
            [found, *command[1:], f"--web.listen-address={address}"], cwd=folder, stdout=log, stderr=log
        )
    try:
        wait_for(lambda: answer(f"{url}/-/ready") is not None, f"{command[0]} to start")
        yield process
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def answer(url: str) -> bytes | None:
    """What is there, or None while nothing answers."""
    try:
        with urllib.request.urlopen(url, timeout=30) as found:
            content: bytes = found.read()
    except (urllib.error.URLError, ConnectionError):
        return None
    return content


def wait_for(true: Any, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {PATIENCE} s for {what}")
        time.sleep(0.1)


# ---- what Prometheus says of itself


def evaluations(prometheus: str, red: int) -> list[float]:
    """Seconds of the group's evaluations in which all red targets fired."""
    found: dict[str, float] = {}

    def enough() -> bool:
        said = json.loads(answer(f"{prometheus}/api/v1/rules") or b'{"data": {"groups": []}}')
        for group in said["data"]["groups"]:
            first = group["rules"][0]
            if len(first["alerts"]) == red and first["health"] == "ok":
                found[group["lastEvaluation"]] = group["evaluationTime"]
        return len(found) > EVALUATIONS

    wait_for(enough, "evaluations of the rules")
    # In the first of them the alerts are new.
    return list(found.values())[1:]


def metric(prometheus: str, name: str) -> float:
    """Prometheus' own figure about its scrapes of the gateway."""
    said = json.loads(answer(f'{prometheus}/api/v1/query?query={name}{{job="pushgateway"}}') or b"")
    return float(said["data"]["result"][0]["value"][1])


def memory(process: int) -> tuple[float, float]:
    """Resident memory of the process in MB, now and at most."""
    status = Path(f"/proc/{process}/status").read_text()
    now, most = (re.search(rf"{key}:\s+(\d+) kB", status) for key in ("VmRSS", "VmHWM"))
    assert now is not None
    assert most is not None
    return int(now[1]) / 1024, int(most[1]) / 1024


if __name__ == "__main__":
    main(asked_counts(__doc__, 200, 3000))
