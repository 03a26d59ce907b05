"""The one way in: from a file's bytes to stored observations, or to a rejection that says why."""

from dagster_project.intake.intake import Intake
from dagster_project.intake.outcome import NO_HINTS, PULLED_BY, Hints, Outcome, State

__all__ = ["NO_HINTS", "PULLED_BY", "Hints", "Intake", "Outcome", "State"]
