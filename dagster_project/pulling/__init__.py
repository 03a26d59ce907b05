"""From a source of the catalogue to the intake, and when."""

from dagster_project.pulling.puller import Pulled, Puller

__all__ = ["Pulled", "Puller"]
