"""管道 Pipeline: whether the figures still flow: pushes, runs, scrapes."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from dagster_project.metrics import names
from dashboards import fields, panels, promql, queries, transformations
from dashboards.frame import framed
from dashboards.layout import Line, Section
from validators.pull_outcomes import PULL_OUTCOMES

UID = "xushi-pipeline"
_AGES: dict[float | None, str] = {None: "green", 2 * 86400: "yellow", 7 * 86400: "red"}


def pipeline() -> Dashboard:
    """The dashboard of the pipeline itself."""
    return framed(
        UID,
        "管道 Pipeline",
        "推送时效、运行时长、失败与采集状态。"
        "Age of the last push, durations and failures of runs, state of the scrapes.",
        since="now-7d",
        sections=[
            Section(
                "现状 Now",
                [Line(5, [(6, _push_age()), (6, _duration()), (6, _failing()), (6, _series())])],
            ),
            Section("推送与运行 Pushes and runs", [Line(10, [(12, _age_history()), (12, _duration_history())])]),
            Section("作业 Jobs", [Line(10, [(12, _jobs()), (12, _firing())])]),
            Section("来源 Sources", [Line(9, [(24, _sources())])]),
            Section("采集 Scrapes", [Line(10, [(12, _up()), (12, _gateway())])]),
        ],
    )


def _push_age() -> Panel:
    return panels.stats(
        "距上次推送 Since the last push",
        "指标最近一次计算至今的时间。Time since the gauges were last computed.",
        [panels.series_now(queries.push_age())],
        unit="s",
        steps=_AGES,
    )


def _duration() -> Panel:
    return panels.stats(
        "评判用时 Evaluation took",
        "最近一次评判从读取到出指标的时长。How long the last evaluation took, from the read to the gauges.",
        [panels.series_now(promql.one(names.RUN_DURATION))],
        unit="s",
    )


def _failing() -> Panel:
    return panels.stats(
        "失败中的作业 Failing jobs",
        "最近一次失败晚于最近一次成功的作业数。Jobs whose last failure is later than their last success.",
        [panels.series_now(queries.failing_jobs())],
        unit="none",
        steps={None: "green", 1: "red"},
    )


def _series() -> Panel:
    return panels.stats(
        "指标序列数 Series",
        "Prometheus中本项目的序列数。Series of the project in Prometheus.",
        [panels.series_now(queries.series_count())],
        unit="locale",
    )


def _age_history() -> Panel:
    return panels.lines(
        "推送时效 Age of the last push",
        "随时间的推送时效；斜升说明没有新的推送。"
        "Age of the last push over time: a rising line means that none has come.",
        [panels.over_time(queries.push_age(), "推送时效 Age")],
        unit="s",
        minimum=0,
    )


def _duration_history() -> Panel:
    return panels.lines(
        "评判用时变化 Evaluation time",
        "历次评判的时长。How long the evaluations took.",
        [panels.over_time(promql.one(names.RUN_DURATION), "用时 Took")],
        unit="s",
        stepped=True,
        minimum=0,
    )


def _jobs() -> Panel:
    return panels.rows(
        "作业 Jobs",
        "各作业最近一次成功与失败的时间。When every job last succeeded and last failed.",
        [
            panels.rows_now(queries.job_ended("success"), "A"),
            panels.rows_now(queries.job_ended("failure"), "B"),
        ],
        transformations=[
            transformations.merge(),
            transformations.organize(
                {
                    queries.RUN_JOB: "作业 Job",
                    "Value #A": "最近成功 Last success",
                    "Value": "最近成功 Last success",
                    "Value #B": "最近失败 Last failure",
                },
                excluded=["Time"],
            ),
        ],
        overrides=[
            fields.named("最近成功 Last success", fields.unit("dateTimeAsIso"), fields.no_value("—")),
            fields.named("最近失败 Last failure", fields.unit("dateTimeAsIso"), fields.no_value("—")),
        ],
    )


_OUTCOMES = {outcome: f"{words.zh} {words.en}" for outcome, words in PULL_OUTCOMES.items()}


def _sources() -> Panel:
    asked, answered = "最近取数 Last asked", "最近回答 Last answer"
    return panels.rows(
        "取数来源 Sources",
        "目录中各取数来源最近一次取数的结果与时间；没有来源或未取过的不列出。"
        "How and when the last pull of each source of the catalogue ended; those never pulled are not listed.",
        [
            panels.rows_now(queries.sources(), "A"),
            panels.rows_now(queries.source_moment(names.SOURCE_PULLED), "B"),
            panels.rows_now(queries.source_moment(names.SOURCE_ANSWERED), "C"),
        ],
        transformations=[
            transformations.merge(),
            transformations.organize(
                {
                    "name_zh": "数据集 Dataset",
                    "dataset": "标识 Id",
                    "source": "来源 Source",
                    "outcome": "结果 Outcome",
                    "Value #B": asked,
                    "Value #C": answered,
                },
                excluded=["Time", "Value #A"],
            ),
        ],
        overrides=[
            fields.named("结果 Outcome", fields.texts(_OUTCOMES)),
            fields.named(asked, fields.unit("dateTimeAsIso"), fields.no_value("—")),
            fields.named(answered, fields.unit("dateTimeAsIso"), fields.no_value("—")),
        ],
    )


def _firing() -> Panel:
    return panels.rows(
        "正在报警 Firing alerts",
        "Prometheus中正在触发的报警数，按名称与严重程度。Alerts that fire now, by name and severity.",
        [panels.rows_now(f"count by (alertname, severity, kind) ({queries.FIRING})")],
        transformations=[
            transformations.sort_by("Value", descending=True),
            transformations.organize(
                {
                    "alertname": "报警 Alert",
                    "severity": "程度 Severity",
                    "kind": "类别 Kind",
                    "Value": "条数 Count",
                },
                excluded=["Time"],
            ),
        ],
    )


def _up() -> Panel:
    return panels.lines(
        "采集是否成功 Scrapes",
        "各采集目标是否可达，1为可达。Whether each target of Prometheus answers: 1 is yes.",
        [panels.over_time("max by (job) (up)", "{{job}}")],
        unit="none",
        stepped=True,
        minimum=0,
        maximum=1,
        decimals=0,
    )


def _gateway() -> Panel:
    return panels.lines(
        "推送网关 Pushgateway",
        "推送网关记录的距上次成功推送与上次失败推送的时间。"
        "Time since the last push that the gateway took, and since the last it "
        "refused.",
        [
            panels.over_time(f"time() - (max ({queries.PUSHED}) > 0)", "成功 taken", "A"),
            panels.over_time(f"time() - (max ({queries.PUSH_FAILED}) > 0)", "失败 refused", "B"),
        ],
        unit="s",
        minimum=0,
    )
