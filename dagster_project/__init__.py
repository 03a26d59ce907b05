"""From a bureau's tables to the judgement of every target: sources, tables, store, progress, gauges, Dagster."""
