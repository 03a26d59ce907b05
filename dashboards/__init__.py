"""Dashboards and alerts as code: Python that writes the JSON and YAML below `generated/`.

Belongs here: panels, queries, rules, routes, and bringing them to Grafana. Does not belong here: computing any figure;
of the rest of the project only the metric names and the catalogue are known.
"""
