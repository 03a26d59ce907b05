"""Every metric name and label name of the project, in one place.

Belongs here: names, help texts and label sets; dashboards and alert rules take them from here. Words (names of targets
and indicators) live in the info metric alone and are joined, so that a renamed target does not start new series.
"""

from __future__ import annotations

from dataclasses import dataclass

from validators.pull_outcomes import PULL_OUTCOMES

TARGET_INFO_LABELS = (
    "target",
    "indicator",
    "region",
    "document",
    "chapter",
    "article",
    "owner",
    "unit",
    "ambition",
    "comparator",
    "name_zh",
    "name_en",
)
OBSERVATION_LABELS = ("indicator", "region", "measure", "period")


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's name, what it says, and its labels."""

    name: str
    help: str
    labels: tuple[str, ...]


TARGET_INFO = Metric(
    "kpi_target_info", "What a target is: words to join with the other series; always 1.", TARGET_INFO_LABELS
)
TARGET_VALUE = Metric("kpi_target_value", "The value committed to, in the target's unit.", ("target",))
ACTUAL_VALUE = Metric("kpi_actual_value", "The latest published figure, in the target's unit.", ("target",))
ATTAINMENT = Metric("kpi_attainment_ratio", "Actual over target; 1 is reached.", ("target",))
EXPECTED = Metric(
    "kpi_expected_ratio", "Share expected by the month of the latest figure (linear pace or schedule).", ("target",)
)
SEASONAL = Metric("kpi_seasonal_ratio", "Share that earlier years had reached by the same month.", ("target",))
PACE = Metric("kpi_pace_ratio", "Attainment over expectation; 1 is on pace.", ("target",))
GAP = Metric("kpi_gap_value", "What is missing to be on pace, in the target's unit; negative is ahead.", ("target",))
REQUIRED_RUN_RATE = Metric(
    "kpi_required_run_rate",
    "What each remaining month must bring for the target to be met, in the target's unit.",
    ("target",),
)
AVERAGE_RUN_RATE = Metric(
    "kpi_average_run_rate", "What the months so far brought on average, in the target's unit.", ("target",)
)
LIGHT = Metric(
    "kpi_target_light", "State set: 1 for the light that the target shows, 0 for the others.", ("target", "light")
)
ACTUAL_PERIOD = Metric(
    "kpi_actual_period_timestamp_seconds", "End of the period of the latest figure used for the target.", ("target",)
)
OBSERVATION = Metric(
    "kpi_observation_value",
    "A figure as believed now, with its true period as a label, in the indicator's unit.",
    OBSERVATION_LABELS,
)
PERIOD_LATEST = Metric(
    "kpi_period_latest_timestamp_seconds", "End of the latest period with figures, by dataset.", ("dataset",)
)
RELEASE_DUE = Metric(
    "kpi_release_due_timestamp_seconds",
    "When the first period that has not arrived is, or was, due, by dataset.",
    ("dataset",),
)
# Gauges, hence without the suffix `_total`: an upload changes its state and a finding goes away with the corrected
# file.
UPLOADS = Metric("kpi_uploads", "Uploads by dataset and state.", ("dataset", "state"))
FINDINGS = Metric(
    "kpi_findings", "Findings on the uploads in force, by dataset, severity and rule.", ("dataset", "severity", "rule")
)
PUSH_TIMESTAMP = Metric("kpi_push_timestamp_seconds", "When these gauges were computed.", ())
RUN_DURATION = Metric("kpi_run_duration_seconds", "How long the last evaluation took, from the read to the gauges.", ())
EXPECTED_VALUE = Metric(
    "kpi_expected_value",
    "What should have been reached by the period of the latest figure, in the target's unit.",
    ("target",),
)
EXPECTED_PATH = Metric(
    "kpi_expected_path_value",
    "What should be reached by each month of the year, in the target's unit; path: linear, seasonal, schedule.",
    ("target", "indicator", "region", "path", "period"),
)
TARGET_DUE = Metric("kpi_target_due_timestamp_seconds", "End of the month in which the target must hold.", ("target",))
LIGHT_SINCE = Metric(
    "kpi_target_light_since_timestamp_seconds",
    "End of the first month of the unbroken run of months that show the present light.",
    ("target",),
)
LIGHT_MONTHS = Metric("kpi_target_light_months", "Months in a row whose figures show the present light.", ("target",))
SLIPPED = Metric("kpi_target_slipped", "1 when the light is worse than a month before, else 0.", ("target",))
FORECAST_VALUE = Metric(
    "kpi_forecast_value",
    "Value foretold for the due month, in the target's unit; percentile: 2.5, 10, 50, 90, 97.5.",
    ("target", "percentile"),
)
PROBABILITY = Metric(
    "kpi_target_probability", "Probability of meeting the target, by the forecast from the months so far.", ("target",)
)
UNLIKELY = Metric(
    "kpi_target_unlikely",
    "1 since the probability fell under its threshold and until it is a tenth above it, else 0.",
    ("target",),
)
FORECAST_ERROR = Metric(
    "kpi_forecast_error",
    "Mean absolute error of the same forecast in past years: a fraction of the outcome, or points for growth.",
    ("target",),
)
BEST_RUN_RATE = Metric(
    "kpi_best_run_rate",
    "The best that the months still left ever brought on average in an earlier year, in the target's unit per month.",
    ("target",),
)
DEPARTMENT_INFO = Metric(
    "kpi_department_info", "Words of a department; always 1.", ("owner", "region", "name_zh", "name_en")
)
DATASET_INFO = Metric(
    "kpi_dataset_info",
    "Words of a dataset, for each department that publishes it; always 1.",
    ("dataset", "cadence", "publisher", "name_zh", "name_en"),
)
INDICATOR_INFO = Metric(
    "kpi_indicator_info",
    "Words of an indicator; always 1.",
    ("indicator", "dataset", "kind", "unit", "name_zh", "name_en"),
)
REGION_INFO = Metric("kpi_region_info", "Words of a region; always 1.", ("region", "name_zh", "name_en"))
DOCUMENT_INFO = Metric(
    "kpi_document_info",
    "Words of a chapter of a document; always 1.",
    ("document", "chapter", "title_zh", "title_en"),
)
REJECTED_SINCE = Metric(
    "kpi_upload_rejected_timestamp_seconds",
    "When the oldest rejected upload that nothing has replaced was rejected, by dataset.",
    ("dataset",),
)
REVISIONS = Metric(
    "kpi_revised_figures", "Figures whose value was changed by a later upload, by dataset.", ("dataset",)
)
RUN_ENDED = Metric(
    "kpi_run_ended_timestamp_seconds",
    "When the last run of a Dagster job ended, by outcome.",
    ("dagster_job", "outcome"),
)
GROWTH_GAP = Metric(
    "kpi_growth_gap_points",
    "Growth of a region less that of a region it is a part of, in percentage points, in the newest common period.",
    ("indicator", "region", "reference"),
)
GROWTH_GAP_PERIOD = Metric(
    "kpi_growth_gap_period_timestamp_seconds",
    "End of the period whose growth is compared.",
    ("indicator", "region", "reference"),
)
SOURCE_OUTCOME = Metric(
    "kpi_source_outcome",
    "State set: 1 for how the last pull of a source ended, 0 for the other ways.",
    ("dataset", "source", "outcome"),
)
SOURCE_PULLED = Metric(
    "kpi_source_pull_timestamp_seconds", "When a source was last asked, answered or not.", ("dataset", "source")
)
SOURCE_ANSWERED = Metric(
    "kpi_source_answer_timestamp_seconds",
    "When a source last answered, also that it has nothing yet or something else than expected.",
    ("dataset", "source"),
)
SAMPLE = Metric("kpi_sample_data", "1 when generated sample data (示例数据) are among the figures, else 0.", ())
AS_OF = Metric("kpi_as_of_timestamp_seconds", "End of the month as of which the targets are judged.", ())

# How a pull may end (a test holds them against those of the store).
SOURCE_OUTCOMES = tuple(PULL_OUTCOMES)

# The columns of a forecast that are its percentiles. The label is not `quantile`, which belongs to summaries.
PERCENTILES = (
    ("2.5", "low_95"),
    ("10", "low_80"),
    ("50", "forecast_value"),
    ("90", "high_80"),
    ("97.5", "high_95"),
)

# Gauges with one value per target: the metric and the column of the evaluation that fills it.
TARGET_GAUGES = (
    (TARGET_VALUE, "target_value"),
    (ACTUAL_VALUE, "actual_value"),
    (ATTAINMENT, "attainment_ratio"),
    (EXPECTED, "expected_ratio"),
    (SEASONAL, "seasonal_ratio"),
    (PACE, "pace_ratio"),
    (EXPECTED_VALUE, "expected_value"),
    (GAP, "gap_value"),
    (REQUIRED_RUN_RATE, "required_run_rate"),
    (AVERAGE_RUN_RATE, "average_run_rate"),
)
