"""Dagster alone: assets, checks, jobs, sensors and resources, each a few lines that call the rest of the project."""
